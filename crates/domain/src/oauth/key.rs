//! The keys that the directory signs access tokens with. The private half is sealed (K1).

use crate::oauth::ACCESS_TOKEN_MINUTES;
use crate::time::Timestamp;

/// A key of the directory, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningKey {
    /// Its name.
    pub kid: String,
    /// The public half, a JSON Web Key as JSON text.
    pub public: String,
    /// The private half, sealed for [`SigningKey::seal_context`].
    pub sealed: Vec<u8>,
    /// When it was made.
    pub created: Timestamp,
    /// When another one took its place; `None` for the one in use.
    pub retired: Option<Timestamp>,
}

impl SigningKey {
    /// What the private half of a key is sealed for.
    #[must_use]
    pub fn seal_context(kid: &str) -> String {
        format!("oauth key {kid}")
    }

    /// Whether tokens that it has signed may still live.
    #[must_use]
    pub fn is_published(&self, at: Timestamp) -> bool {
        self.retired
            .is_none_or(|retired| at < retired.plus_minutes(ACCESS_TOKEN_MINUTES))
    }
}

/// The key in use.
#[must_use]
pub fn current(keys: &[SigningKey]) -> Option<&SigningKey> {
    keys.iter().find(|key| key.retired.is_none())
}

/// The keys that others check tokens with, the one in use first.
#[must_use]
pub fn published(keys: &[SigningKey], at: Timestamp) -> Vec<&SigningKey> {
    let mut shown: Vec<&SigningKey> = keys.iter().filter(|key| key.is_published(at)).collect();
    shown.sort_by_key(|key| key.retired.is_some());
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    /// K1: a key that was replaced is shown until the last token that it signed has ended.
    #[test]
    fn an_old_key_is_shown_as_long_as_its_tokens_live() {
        let at = Timestamp::from_millis;
        let key = |kid: &str, retired| SigningKey {
            kid: kid.to_owned(),
            public: "{}".to_owned(),
            sealed: Vec::new(),
            created: at(0),
            retired,
        };
        let keys = [key("old", Some(at(1000))), key("new", None)];
        assert_eq!(current(&keys).unwrap().kid, "new");
        let shown = |millis| -> Vec<&str> {
            published(&keys, at(millis))
                .iter()
                .map(|key| key.kid.as_str())
                .collect()
        };
        assert_eq!(shown(1000 + 3_600_000 - 1), ["new", "old"]);
        assert_eq!(shown(1000 + 3_600_000), ["new"]);
    }
}
