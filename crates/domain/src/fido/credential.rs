//! A credential of WebAuthn as it is kept (WebAuthn §4; contract: factors §12).

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use super::bytes::Bytes;
use super::proofs::{ProofRefusal, Report};

/// The longest id that the standard allows, in bytes (W3).
const LONGEST_ID: usize = 1023;

/// The id of a credential, drawn by the authenticator: no two of the directory are the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct CredentialId(Bytes);

impl CredentialId {
    /// An id of one to 1,023 bytes.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Option<Self> {
        (1..=LONGEST_ID).contains(&bytes.len()).then(|| Self(Bytes::new(bytes)))
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// The text that clients get: URL-safe base64 without padding.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.0.to_text()
    }
}

impl<'de> Deserialize<'de> for CredentialId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = Bytes::deserialize(deserializer)?;
        Self::from_bytes(bytes.as_slice().to_vec()).ok_or_else(|| D::Error::custom("no id of a credential"))
    }
}

/// A public key, of one of the algorithms that are offered: ES256 and RS256.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CredentialKey {
    /// A point on the curve P-256, uncompressed (SEC 1).
    P256(Bytes),
    /// A key of RSA, big-endian.
    Rsa {
        /// The modulus.
        n: Bytes,
        /// The exponent.
        e: Bytes,
    },
}

impl CredentialKey {
    /// The numbers of the algorithms that are offered, the preferred one first (RFC 9053; RFC 8812).
    pub const OFFERED: [i64; 2] = [-7, -257];

    /// The number of the algorithm that it signs with.
    #[must_use]
    pub fn algorithm(&self) -> i64 {
        match self {
            Self::P256(_) => -7,
            Self::Rsa { .. } => -257,
        }
    }
}

/// A credential that was registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// Its id.
    pub id: CredentialId,
    /// Its public key.
    pub key: CredentialKey,
    /// How often the authenticator has signed, as far as it tells.
    pub counter: u32,
    /// The make of the authenticator, or zeros.
    pub aaguid: Bytes,
    /// Whether it may be copied to other devices.
    pub backup_eligible: bool,
    /// Whether it has been.
    pub backed_up: bool,
}

impl Credential {
    /// The credential after a use.
    ///
    /// # Errors
    /// When the counter does not grow, although the authenticator counts: there is a copy of the key (W4). When the credential
    /// has become one that may be copied, or has ceased to be one (W1).
    pub fn used(&self, report: &Report) -> Result<Self, ProofRefusal> {
        let counts = self.counter != 0 || report.counter != 0;
        if counts && report.counter <= self.counter {
            return Err(ProofRefusal::Counter);
        }
        if report.backup_eligible != self.backup_eligible {
            return Err(ProofRefusal::Backup);
        }
        Ok(Self {
            counter: report.counter,
            backed_up: report.backed_up,
            ..self.clone()
        })
    }
}
