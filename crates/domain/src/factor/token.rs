//! Factors that the organization or somebody else vouches for: YubiKeys, custom tokens, and what other services verify
//! (contract: factors §7.7 to §7.9, §7.12).

use base32::Alphabet;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::hotp::SecretEncoding;
use crate::id::{HotpProfileId, YubikeyId};
use crate::sealed::Sealed;
use crate::secret::Secret;
use crate::time::{Timestamp, millis};

/// A YubiKey of the organization in a user's hands. How far it has been used is kept with the YubiKey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HeldYubikey {
    /// The YubiKey.
    pub yubikey: YubikeyId,
    /// Its public name as a number.
    pub credential_id: String,
}

/// A token whose parameters a profile of the organization has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CustomToken {
    /// The profile.
    pub profile: HotpProfileId,
    /// What the profile was called when the token was enrolled.
    pub vendor: String,
    /// The secret's bytes.
    pub secret: Sealed,
    /// The step or count of the last code that was accepted: it and all before it are used up (O1, O5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<u64>,
}

impl CustomToken {
    /// The same after a code was accepted.
    #[must_use]
    pub fn used(&self, number: u64) -> Self {
        Self {
            last: Some(number),
            ..self.clone()
        }
    }
}

/// What another service knows a user by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RemoteCredential {
    /// The name there.
    pub credential_id: String,
    /// The page that the user is on, where the service verifies by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<OpenPage>,
}

/// A page of another service that a user is on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenPage {
    /// What the service calls it.
    pub transaction: String,
    /// Until when it is asked how the page ended.
    #[serde(with = "millis")]
    pub expires: Timestamp,
}

/// A page is waited for so long; the contract has no figure.
const PAGE_MINUTES: i64 = 5;

impl RemoteCredential {
    /// The same with the user on a page.
    #[must_use]
    pub fn on_page(&self, transaction: &str, at: Timestamp) -> Self {
        Self {
            page: Some(OpenPage {
                transaction: transaction.to_owned(),
                expires: at.plus_minutes(PAGE_MINUTES),
            }),
            ..self.clone()
        }
    }

    /// The same with no page open.
    #[must_use]
    pub fn on_no_page(&self) -> Self {
        Self {
            page: None,
            ..self.clone()
        }
    }

    /// The page that the user is on.
    #[must_use]
    pub fn open_page(&self, at: Timestamp) -> Option<&OpenPage> {
        self.page.as_ref().filter(|page| at < page.expires)
    }
}

/// A secret that a token brings has so many bytes at least (RFC 4226 §4).
const SHORTEST_SECRET: usize = 16;
const LONGEST_SECRET: usize = 128;

/// Reads the secret of a token as its profile says that it is written.
#[must_use]
pub fn token_secret(text: &Secret, encoding: SecretEncoding) -> Option<Zeroizing<Vec<u8>>> {
    let text = text.expose();
    let bytes = match encoding {
        SecretEncoding::Base32 => {
            let alphabet = Alphabet::Rfc4648 { padding: false };
            Zeroizing::new(base32::decode(alphabet, text.trim_end_matches('='))?)
        }
        SecretEncoding::Base64 => {
            let engine = if text.ends_with('=') { STANDARD } else { STANDARD_NO_PAD };
            Zeroizing::new(engine.decode(text).ok()?)
        }
        SecretEncoding::Hexadecimal => Zeroizing::new(hexadecimal(text)?),
    };
    (SHORTEST_SECRET..=LONGEST_SECRET)
        .contains(&bytes.len())
        .then_some(bytes)
}

/// Bytes of two hexadecimal digits each.
fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|digit| digit.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    let pairs = digits.chunks_exact(2);
    pairs.map(|pair| u8::try_from(pair[0] << 4 | pair[1]).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_read_as_they_are_written() {
        let read = |text: &str, encoding| token_secret(&Secret::new(text), encoding);
        let documented = read("484f97be3213b117e3a20438e291540a", SecretEncoding::Hexadecimal).unwrap();
        assert_eq!(documented.len(), 16);
        let ascii = b"12345678901234567890".as_slice();
        for (text, encoding) in [
            ("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", SecretEncoding::Base32),
            ("MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=", SecretEncoding::Base64),
            ("MTIzNDU2Nzg5MDEyMzQ1Njc4OTA", SecretEncoding::Base64),
            ("3132333435363738393031323334353637383930", SecretEncoding::Hexadecimal),
        ] {
            assert_eq!(read(text, encoding).unwrap().as_slice(), ascii, "{text}");
        }
        for (text, encoding) in [
            ("", SecretEncoding::Base32),
            ("GEZDGNBVGY3TQOJQ", SecretEncoding::Base32),
            ("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ1", SecretEncoding::Base32),
            ("MTIzNDU2Nzg5MDEyMzQ1Njc4OTA*", SecretEncoding::Base64),
            ("484f97be3213b117e3a20438e291540", SecretEncoding::Hexadecimal),
            ("484f97be3213b117e3a20438e291540g", SecretEncoding::Hexadecimal),
        ] {
            assert!(read(text, encoding).is_none(), "{text}");
        }
        assert!(read(&"ab".repeat(129), SecretEncoding::Hexadecimal).is_none());
    }
}
