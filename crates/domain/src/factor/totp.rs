//! Codes of the time (RFC 6238; contract: factors §7.5, §8).

use serde::{Deserialize, Serialize};

use crate::sealed::Sealed;
use crate::secret::SecretDigest;

/// The secret that codes are made of, and how far they have been used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Totp {
    /// The secret's bytes.
    pub secret: Sealed,
    /// The step of the last code that was accepted: it and all before it are used up (O1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_step: Option<u64>,
    /// The digest of the token in the link to the picture that an authenticator reads; none once the factor is active.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<SecretDigest>,
}

impl Totp {
    /// The same after a code of a step was accepted. Nobody needs the picture from then on.
    #[must_use]
    pub fn used(&self, step: u64) -> Self {
        Self {
            secret: self.secret.clone(),
            last_step: Some(step),
            picture: None,
        }
    }
}
