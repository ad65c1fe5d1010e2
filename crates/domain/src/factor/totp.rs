//! Codes of the time (RFC 6238; contract: factors §7.5, §8).

use std::ops::RangeInclusive;

use base32::Alphabet;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::sealed::Sealed;
use crate::secret::{Secret, SecretDigest};

const ALPHABET: Alphabet = Alphabet::Rfc4648 { padding: false };
/// A caller's own secret has so many characters (contract: factors §7.5).
const GIVEN_LENGTH: RangeInclusive<usize> = 16..=32;

/// The bytes of a secret that a caller has made; `None` when it is none.
#[must_use]
pub fn secret_from_base32(given: &Secret) -> Option<Zeroizing<Vec<u8>>> {
    let text = given.expose();
    if !GIVEN_LENGTH.contains(&text.len()) {
        return None;
    }
    base32::decode(ALPHABET, text).map(Zeroizing::new)
}

/// A secret as authenticators take it: base32 without padding (RFC 4648).
#[must_use]
pub fn secret_to_base32(secret: &[u8]) -> Secret {
    Secret::new(base32::encode(ALPHABET, secret))
}

/// What an authenticator reads from a picture: the secret, and what to call it (contract: factors §7.5).
#[must_use]
pub fn otpauth_uri(issuer: &str, login: &str, secret: &Secret) -> Secret {
    let (issuer, login) = (escaped(issuer), escaped(login));
    let secret = secret.expose();
    Secret::new(format!(
        "otpauth://totp/{issuer}:{login}?secret={secret}&issuer={issuer}"
    ))
}

/// A text as a part of a URI: all but unreserved characters are escaped (RFC 3986 §2.3).
fn escaped(text: &str) -> String {
    let escape = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(escape).collect()
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_reads_back_from_base32() {
        let documented = Secret::new("JBTWGV22G4ZGKV3N");
        let bytes = secret_from_base32(&documented).unwrap();
        assert_eq!(bytes.as_slice(), b"HgcWZ72eWm");
        assert!(secret_to_base32(&bytes) == documented);
        for text in ["", "JBTWGV22G4ZGKV3", "JBTWGV22G4ZGKV31", &"A".repeat(33)] {
            assert!(secret_from_base32(&Secret::new(text)).is_none(), "{text}");
        }
    }
}
