//! One-time tokens that are sent to users, and API tokens of administrators. Only digests are ever stored (T2).

use crate::id::{ApiTokenId, UserId};
use crate::secret::SecretDigest;
use crate::time::Timestamp;

/// What a one-time token is good for; a token for one purpose is refused for another (T11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenPurpose {
    /// Set a first password.
    Activation,
    /// Set a new password.
    PasswordReset,
    /// End a lock-out.
    Unlock,
    /// Be asked the recovery question, to set a new password.
    Question,
    /// Be asked the recovery question, to end a lock-out.
    UnlockQuestion,
}

impl TokenPurpose {
    /// The name that is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Activation => "ACTIVATION",
            Self::PasswordReset => "PASSWORD_RESET",
            Self::Unlock => "UNLOCK",
            Self::Question => "QUESTION",
            Self::UnlockQuestion => "UNLOCK_QUESTION",
        }
    }

    /// Reads the stored name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [
            Self::Activation,
            Self::PasswordReset,
            Self::Unlock,
            Self::Question,
            Self::UnlockQuestion,
        ]
        .into_iter()
        .find(|purpose| purpose.as_str() == text)
    }
}

/// A one-time token as it is stored: bound to a user and a purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneTimeToken {
    /// The digest of the token.
    pub digest: SecretDigest,
    /// Whose it is.
    pub user_id: UserId,
    /// What it is good for.
    pub purpose: TokenPurpose,
    /// When it was made.
    pub created: Timestamp,
    /// The first instant at which it is refused (T7).
    pub expires: Timestamp,
}

impl OneTimeToken {
    /// Whether the token is still good at this time for this purpose.
    #[must_use]
    pub fn admits(&self, purpose: TokenPurpose, at: Timestamp) -> bool {
        self.purpose == purpose && at < self.expires
    }
}

/// How long an API token lives without being used: 30 days (contract: groups-apps-tokens §3).
pub const API_TOKEN_IDLE_MINUTES: i64 = 30 * 24 * 60;
/// A use moves the expiry only when the last one recorded is this old, so that reading stays reading.
const API_TOKEN_TOUCH_MINUTES: i64 = 60;

/// An API token as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    /// The token's id.
    pub id: ApiTokenId,
    /// The name that the administrator gave it.
    pub name: String,
    /// The digest of the token.
    pub digest: SecretDigest,
    /// The administrator whose rights it carries.
    pub owner: UserId,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last used, to the hour.
    pub last_used: Timestamp,
    /// When it dies unless it is used before.
    pub expires: Timestamp,
}

impl ApiToken {
    /// Whether the token is still good.
    #[must_use]
    pub fn is_live(&self, at: Timestamp) -> bool {
        at < self.expires
    }

    /// The new moments of last use and expiry, when this use is worth recording.
    #[must_use]
    pub fn touched(&self, at: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let due = at >= self.last_used.plus_minutes(API_TOKEN_TOUCH_MINUTES);
        due.then(|| (at, at.plus_minutes(API_TOKEN_IDLE_MINUTES)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn token() -> OneTimeToken {
        OneTimeToken {
            digest: SecretDigest::from_bytes([7; 32]),
            user_id: UserId::generate(at(0), 1),
            purpose: TokenPurpose::Activation,
            created: at(0),
            expires: at(1000),
        }
    }

    /// T7: the last millisecond counts, the next does not.
    #[test]
    fn expiry_is_honoured_at_the_exact_boundary() {
        assert!(token().admits(TokenPurpose::Activation, at(999)));
        assert!(!token().admits(TokenPurpose::Activation, at(1000)));
    }

    /// T11: an activation token does not reset a password.
    #[test]
    fn a_token_is_bound_to_its_purpose() {
        assert!(!token().admits(TokenPurpose::PasswordReset, at(0)));
    }

    #[test]
    fn a_use_within_the_hour_is_not_recorded() {
        let token = ApiToken {
            id: ApiTokenId::generate(at(0), 1),
            name: "ci".to_owned(),
            digest: SecretDigest::from_bytes([7; 32]),
            owner: UserId::generate(at(0), 1),
            created: at(0),
            last_used: at(0),
            expires: at(0).plus_minutes(API_TOKEN_IDLE_MINUTES),
        };
        assert_eq!(token.touched(at(0).plus_minutes(59)), None);
        let (used, expires) = token.touched(at(0).plus_minutes(60)).unwrap();
        assert_eq!(
            (used, expires),
            (at(3_600_000), at(3_600_000).plus_minutes(API_TOKEN_IDLE_MINUTES))
        );
        assert!(!token.is_live(token.expires));
    }
}
