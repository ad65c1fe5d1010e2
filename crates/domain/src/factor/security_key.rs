//! Keys that a browser speaks to, as factors (contract: factors §7.10, §7.11).
//!
//! A factor of these kinds is enrolled with a challenge and without a key; the activation brings the key, and each later
//! challenge is kept here until it is answered. A challenge that was answered rightly is remembered as such for as long as no
//! other one is: whoever sends that answer twice has guessed nothing.

use serde::{Deserialize, Serialize};

use crate::fido::{Challenge, Credential, U2fKey};
use crate::secret::SecretDigest;
use crate::time::Timestamp;

/// A key of WebAuthn.
pub type WebAuthnKey = SecurityKey<Credential>;
/// A key of U2F.
pub type U2fSecurityKey = SecurityKey<U2fKey>;

/// A key, with the challenge that it is to answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecurityKey<K> {
    /// What is to be answered.
    challenge: Option<Challenge>,
    /// What was answered last.
    answered: Option<Challenge>,
    /// The key, once there is one.
    pub key: Option<K>,
}

impl<K: Clone> SecurityKey<K> {
    /// A factor that waits for its key.
    #[must_use]
    pub fn awaited(challenge: Challenge) -> Self {
        Self {
            challenge: Some(challenge),
            answered: None,
            key: None,
        }
    }

    /// The factor with another challenge. The one before is no longer good.
    #[must_use]
    pub fn challenged(&self, challenge: Challenge) -> Self {
        Self {
            challenge: Some(challenge),
            ..self.clone()
        }
    }

    /// What is to be answered at a time, in a transaction or outside of all (W2).
    #[must_use]
    pub fn open_challenge(&self, transaction: Option<SecretDigest>, at: Timestamp) -> Option<&Challenge> {
        self.challenge
            .as_ref()
            .filter(|challenge| challenge.is_open(transaction, at))
    }

    /// The factor with the key as it is after a right answer, which spends the challenge (W2).
    #[must_use]
    pub fn answered(&self, key: K) -> Self {
        Self {
            challenge: None,
            answered: self.challenge.clone(),
            key: Some(key),
        }
    }

    /// The factor without the challenge, which another key has answered.
    #[must_use]
    pub fn passed_over(&self) -> Self {
        Self {
            challenge: None,
            ..self.clone()
        }
    }

    /// Whether this is a challenge that was answered.
    #[must_use]
    pub fn was_answered(&self, signed: &str) -> bool {
        self.answered.as_ref().is_some_and(|challenge| challenge.is(signed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn challenge(text: &str) -> Challenge {
        Challenge::of_text(text, Timestamp::from_millis(0))
    }

    #[test]
    fn w2_a_challenge_is_spent_by_its_answer() {
        let at = Timestamp::from_millis(1);
        let key = SecurityKey::awaited(challenge("one")).answered("key");
        assert_eq!(key.open_challenge(None, at), None);
        assert!(key.was_answered("one"));
        let key = key.challenged(challenge("two"));
        assert!(key.open_challenge(None, at).is_some_and(|open| open.is("two")));
        assert!(!key.was_answered("two"));
        let key = key.answered("used");
        assert!(key.was_answered("two") && !key.was_answered("one"));
        assert_eq!(key.key, Some("used"));
    }

    #[test]
    fn w2_a_newer_challenge_takes_the_place_of_the_older() {
        let key = SecurityKey::<()>::awaited(challenge("one")).challenged(challenge("two"));
        let open = key.open_challenge(None, Timestamp::from_millis(1));
        assert!(open.is_some_and(|open| open.is("two") && !open.is("one")));
        assert_eq!(key.passed_over().open_challenge(None, Timestamp::from_millis(1)), None);
    }
}
