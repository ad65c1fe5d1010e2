//! A transaction as it is stored, and how long it lives.

use serde::{Deserialize, Serialize};

use super::{SoFar, Stage, Wishes};
use crate::id::UserId;
use crate::secret::SecretDigest;
use crate::session::{Evidence, Method};
use crate::time::Timestamp;
use crate::user::Status;

/// A transaction that nobody goes on with ends after so many minutes.
const IDLE_MINUTES: i64 = 5;
/// No transaction is kept up for longer, however often somebody asks for it.
const MOST_MINUTES: i64 = 60;
/// A session token is good for so many minutes.
pub const SESSION_TOKEN_MINUTES: i64 = 5;

/// A transaction as it is stored. The token that clients know is a secret, of which only the digest is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// The digest of the token.
    pub digest: SecretDigest,
    /// Who signs in.
    pub user_id: UserId,
    /// Grows by one with each change.
    pub version: i64,
    /// The first instant at which it is over.
    pub expires: Timestamp,
    /// The rest.
    pub details: Details,
}

/// What only the rules read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Details {
    /// How far it is.
    pub stage: Stage,
    /// When it began.
    #[serde(with = "crate::time::millis")]
    pub begun: Timestamp,
    /// What the user has shown; none in a recovery.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
    /// What the client wants to be told again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relay_state: Option<String>,
    /// Wrong answers so far.
    #[serde(default)]
    pub failures: u32,
    /// What was asked of the factors that were there was shown.
    #[serde(default)]
    pub past_factor: bool,
    /// What the client asks for.
    #[serde(default)]
    pub wishes: Wishes,
}

/// So many wrong answers end a transaction.
pub const MOST_WRONG_ANSWERS: u32 = 3;

impl Details {
    /// A transaction that begins with this evidence.
    #[must_use]
    pub fn begin(stage: Stage, evidence: Option<Evidence>, at: Timestamp) -> Self {
        Self {
            stage,
            begun: at,
            evidence,
            relay_state: None,
            failures: 0,
            past_factor: false,
            wishes: Wishes::default(),
        }
    }

    /// What it has behind it.
    #[must_use]
    pub fn so_far(&self) -> SoFar {
        SoFar {
            past_factor: self.past_factor,
            has_enrolled: false,
            wishes: self.wishes,
        }
    }

    /// The same after a factor was shown.
    #[must_use]
    pub fn with_factor(&self, method: Method, at: Timestamp) -> Self {
        let evidence = self.evidence.clone().unwrap_or_else(|| Evidence::password(at));
        Self {
            evidence: Some(evidence.with_factor(method, at)),
            past_factor: true,
            ..self.clone()
        }
    }
}

impl Transaction {
    /// A new transaction.
    #[must_use]
    pub fn begin(digest: SecretDigest, user_id: UserId, details: Details, at: Timestamp) -> Self {
        let minutes = match details.stage {
            Stage::Done => SESSION_TOKEN_MINUTES,
            _ => IDLE_MINUTES,
        };
        Self {
            digest,
            user_id,
            version: 1,
            expires: at.whole_seconds().plus_minutes(minutes),
            details,
        }
    }

    /// Whether it still goes on, for a user of this status.
    #[must_use]
    pub fn is_live(&self, status: Status, at: Timestamp) -> bool {
        at < self.expires && self.details.stage.fits(status)
    }

    /// The same transaction after a wrong answer; `None` when that was one too many.
    #[must_use]
    pub fn failed(&self) -> Option<Self> {
        let mut after = self.clone();
        after.details.failures += 1;
        (after.details.failures < MOST_WRONG_ANSWERS).then_some(after)
    }

    /// The same transaction in another stage, at a time.
    #[must_use]
    pub fn moved(&self, stage: Stage, at: Timestamp) -> Self {
        let mut after = self.prolonged(at);
        after.details.stage = stage;
        after
    }

    /// The same transaction, asked for at a time: its end moves, up to a limit. A session token is not kept up.
    #[must_use]
    pub fn prolonged(&self, at: Timestamp) -> Self {
        let limit = self.details.begun.plus_minutes(MOST_MINUTES);
        let moved = at.whole_seconds().plus_minutes(IDLE_MINUTES).min(limit);
        let expires = match self.details.stage {
            Stage::Done => self.expires,
            _ => moved.max(self.expires),
        };
        Self {
            expires,
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::stage::tests::every_stage;
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_millis(0).plus_minutes(minutes)
    }

    fn transaction(stage: Stage) -> Transaction {
        let details = Details::begin(stage, Some(Evidence::password(at(0))), at(0));
        let digest = SecretDigest::from_bytes([7; 32]);
        Transaction::begin(digest, UserId::generate(at(0), 1), details, at(0))
    }

    /// T7: the end is honoured at the exact boundary; it moves, but not for ever, and that of a session token not at all.
    #[test]
    fn a_transaction_is_kept_up_for_an_hour_at_most() {
        let fresh = transaction(Stage::PasswordExpired);
        assert!(fresh.is_live(Status::PasswordExpired, at(5).plus_millis(-1)));
        assert!(!fresh.is_live(Status::PasswordExpired, at(5)));
        assert!(!fresh.is_live(Status::Active, at(1)));
        let mut kept = fresh;
        for minute in (4..=100).step_by(4) {
            kept = kept.prolonged(at(minute));
        }
        assert_eq!(kept.expires, at(60));
        assert_eq!(transaction(Stage::Done).prolonged(at(4)).expires, at(5));
    }

    #[test]
    fn the_stored_form_reads_back() {
        for stage in every_stage() {
            let details = transaction(stage).details.with_factor(Method::Otp, at(1));
            let stored = serde_json::to_string(&details).unwrap();
            assert_eq!(serde_json::from_str::<Details>(&stored).unwrap(), details);
        }
    }

    /// What was stored before there were factors is read.
    #[test]
    fn older_transactions_are_read() {
        let stored = r#"{"stage":"PASSWORD_WARN","begun":0,"failures":0}"#;
        let details: Details = serde_json::from_str(stored).unwrap();
        assert_eq!((details.stage, details.past_factor), (Stage::PasswordWarn, false));
    }
}
