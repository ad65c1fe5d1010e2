//! The way from the enrolment to the device: a token in a link, shown as a picture or sent (contract: factors §7.6).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::sealed::Sealed;
use crate::secret::{Secret, SecretDigest};
use crate::time::Timestamp;

/// How long a device may take to register.
pub const ACTIVATION_MINUTES: i64 = 10;
/// Where a link leads, below the address of the directory. What follows `#` is never sent to a server.
const PLACE: &str = "/device/activate#";

/// A token that a device registers with, as it is stored. It is found by its digest, and can be shown again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Activation {
    /// The token, sealed.
    pub token: Sealed,
    /// Its digest.
    pub digest: SecretDigest,
    /// The first instant at which it is refused.
    #[serde(with = "crate::time::millis")]
    pub expires: Timestamp,
    /// It was told that nobody came in time: whoever asks to activate the next time gets another token.
    #[serde(default)]
    pub is_told_over: bool,
}

impl Activation {
    /// A token that was drawn at a moment.
    #[must_use]
    pub fn begin(token: Sealed, digest: SecretDigest, at: Timestamp) -> Self {
        Self {
            token,
            digest,
            expires: at.whole_seconds().plus_minutes(ACTIVATION_MINUTES),
            is_told_over: false,
        }
    }

    /// Whether a device may still register with it.
    #[must_use]
    pub fn is_live(&self, at: Timestamp) -> bool {
        at < self.expires
    }
}

/// The key under which a factor is found that waits for a device with a token.
#[must_use]
pub fn activation_key(digest: &SecretDigest) -> String {
    format!("push-activation/{}", URL_SAFE_NO_PAD.encode(digest.as_bytes()))
}

/// What a device needs to know to register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivationLink {
    /// Where the directory is reached, without a slash at the end.
    pub base_url: String,
    /// The activation token.
    pub token: Secret,
}

impl ActivationLink {
    /// The link as text.
    #[must_use]
    pub fn to_text(&self) -> Secret {
        Secret::new(format!("{}{PLACE}{}", self.base_url, self.token.expose()))
    }

    /// Reads a link.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (base_url, token) = text.trim().split_once(PLACE)?;
        let is_web = base_url.starts_with("https://") || base_url.starts_with("http://");
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        (is_web && !token.is_empty() && token.chars().all(is_plain)).then(|| Self {
            base_url: base_url.to_owned(),
            token: Secret::new(token),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_reads_back() {
        let link = ActivationLink {
            base_url: "https://id.example.com/below".to_owned(),
            token: Secret::new("00Ji8qVB_NJ-4"),
        };
        let text = link.to_text();
        assert_eq!(
            text.expose(),
            "https://id.example.com/below/device/activate#00Ji8qVB_NJ-4"
        );
        assert_eq!(ActivationLink::parse(text.expose()), Some(link));
        for text in [
            "",
            "https://id.example.com",
            "https://id.example.com/device/activate#",
            "https://id.example.com/device/activate#a b",
            "ftp://id.example.com/device/activate#token",
        ] {
            assert_eq!(ActivationLink::parse(text), None, "{text}");
        }
    }

    /// T7: the last millisecond counts, the next does not.
    #[test]
    fn a_token_lives_ten_minutes() {
        let at = Timestamp::from_millis(1_700_000_000_000);
        let activation = Activation::begin(Sealed::from_bytes(vec![1]), Secret::new("token").digest(), at);
        assert!(activation.is_live(at.plus_minutes(10).plus_millis(-1)));
        assert!(!activation.is_live(at.plus_minutes(10)));
    }
}
