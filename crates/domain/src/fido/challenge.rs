//! What an authenticator must sign: a text that nobody has seen before, good for one proof within five minutes (contract:
//! factors §8; checklist W2).
//!
//! A challenge is kept inside the factor that it was given out for, so that no other factor and no other user can answer it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use crate::entropy::Entropy;
use crate::secret::SecretDigest;
use crate::time::Timestamp;

/// Random bytes of a challenge of WebAuthn: 128 bits, in 22 characters.
const WEBAUTHN_BYTES: usize = 16;
/// Random bytes of a nonce of U2F: 20 characters, as clients of U2F know it.
const U2F_BYTES: usize = 15;
/// How long an answer is awaited.
const MINUTES: i64 = 5;

/// A challenge that was given out and not yet answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    text: String,
    #[serde(with = "crate::time::millis")]
    expires: Timestamp,
    /// The transaction of a sign-in that it belongs to; whoever answers outside of that one answers in vain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    transaction: Option<SecretDigest>,
}

impl Challenge {
    /// A new challenge of WebAuthn.
    #[must_use]
    pub fn webauthn(entropy: &dyn Entropy, at: Timestamp) -> Self {
        Self::of::<WEBAUTHN_BYTES>(entropy, at)
    }

    /// A new nonce of U2F.
    #[must_use]
    pub fn u2f(entropy: &dyn Entropy, at: Timestamp) -> Self {
        Self::of::<U2F_BYTES>(entropy, at)
    }

    fn of<const BYTES: usize>(entropy: &dyn Entropy, at: Timestamp) -> Self {
        let mut random = [0; BYTES];
        entropy.fill(&mut random);
        Self {
            // Browsers decode the text and encode the bytes again: only a text that is encoded bytes comes back unchanged.
            text: URL_SAFE_NO_PAD.encode(random),
            expires: at.plus_minutes(MINUTES),
            transaction: None,
        }
    }

    /// A challenge of a text that is known, for checking proofs that were made elsewhere.
    #[must_use]
    pub fn of_text(text: &str, at: Timestamp) -> Self {
        Self {
            text: text.to_owned(),
            expires: at.plus_minutes(MINUTES),
            transaction: None,
        }
    }

    /// The same, good in one transaction only.
    #[must_use]
    pub fn within(self, transaction: Option<SecretDigest>) -> Self {
        Self { transaction, ..self }
    }

    /// The text that clients get.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it is still good at a time, in a transaction or outside of all.
    #[must_use]
    pub fn is_open(&self, transaction: Option<SecretDigest>, at: Timestamp) -> bool {
        at < self.expires && self.transaction == transaction
    }

    /// Whether this is what was signed. It takes the same time wherever the texts differ (K2).
    #[must_use]
    pub fn is(&self, signed: &str) -> bool {
        self.text.as_bytes().ct_eq(signed.as_bytes()).into()
    }
}
