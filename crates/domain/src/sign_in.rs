//! Signing in as a conversation: a transaction that goes from stage to stage until it has a session to give (contract:
//! authn-and-recovery §1, §3).
//!
//! What a stage is and what may be done in it is said here. Factors will add stages of their own between the password and the
//! rest; whoever stores a transaction need not know.

use serde::{Deserialize, Serialize};

use crate::id::UserId;
use crate::password::PasswordPolicy;
use crate::secret::SecretDigest;
use crate::session::Evidence;
use crate::time::Timestamp;
use crate::user::{Status, User};

/// A transaction that nobody goes on with ends after so many minutes.
const IDLE_MINUTES: i64 = 5;
/// No transaction is kept up for longer, however often somebody asks for it.
const MOST_MINUTES: i64 = 60;
/// A session token is good for so many minutes.
pub const SESSION_TOKEN_MINUTES: i64 = 5;

/// How far a transaction is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Stage {
    /// The password was right, and must be changed.
    PasswordExpired,
    /// The password was right, and will soon have to be changed.
    PasswordWarn,
    /// A one-time token was good: the user chooses a first password.
    FirstPassword,
    /// A one-time token or an answer was good: the user chooses a new password.
    NewPassword,
    /// The user must answer the recovery question, to choose a new password then.
    Question,
    /// The user must answer the recovery question, to end the lock-out.
    UnlockQuestion,
    /// All is done; the token is good for one session.
    Done,
}

/// What may be done in a stage beside looking at it and giving it up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Go on without what is offered.
    Skip,
    /// Go back.
    Previous,
    /// Change the password by the present one.
    ChangePassword,
    /// Set a password.
    ResetPassword,
    /// Answer the recovery question.
    Answer,
}

/// What a transaction leads to; what voids it depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Somebody who knows the password signs in.
    SignIn,
    /// Somebody recovers an account.
    Recovery,
    /// Somebody signed in, and takes a session.
    Session,
}

impl Purpose {
    /// The name that is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "SIGN_IN",
            Self::Recovery => "RECOVERY",
            Self::Session => "SESSION",
        }
    }
}

/// The step is not one of this stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not allowed in the present state of the transaction")]
pub struct OutOfTurn;

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 7] = [
        Self::PasswordExpired,
        Self::PasswordWarn,
        Self::FirstPassword,
        Self::NewPassword,
        Self::Question,
        Self::UnlockQuestion,
        Self::Done,
    ];

    /// The stage that follows a right password. Factors that the user must show come before (contract: authn-and-recovery §2).
    #[must_use]
    pub fn after_password(user: &User, policy: &PasswordPolicy, wants_warning: bool, at: Timestamp) -> Self {
        if user.status == Status::PasswordExpired || policy.is_expired(user.password_changed, at) {
            return Self::PasswordExpired;
        }
        let warns = policy.days_left(user.password_changed, at);
        if wants_warning && warns.is_some_and(|days| days <= policy.expire_warn_days) {
            return Self::PasswordWarn;
        }
        Self::Done
    }

    /// Whether a step belongs to the stage (contract: authn-and-recovery §3.1).
    ///
    /// # Errors
    /// [`OutOfTurn`] when it does not.
    pub fn must_allow(self, step: Step) -> Result<(), OutOfTurn> {
        let allowed = match self {
            Self::PasswordExpired => step == Step::ChangePassword,
            Self::PasswordWarn => matches!(step, Step::ChangePassword | Step::Skip),
            Self::FirstPassword | Self::NewPassword => step == Step::ResetPassword,
            Self::Question | Self::UnlockQuestion => step == Step::Answer,
            Self::Done => false,
        };
        if allowed { Ok(()) } else { Err(OutOfTurn) }
    }

    /// Whether a user of this status may be in the stage. A change of status meanwhile ends the transaction.
    #[must_use]
    pub fn fits(self, status: Status) -> bool {
        match self {
            Self::PasswordExpired => status == Status::PasswordExpired,
            Self::PasswordWarn | Self::Question | Self::Done => status == Status::Active,
            Self::FirstPassword => status == Status::Provisioned,
            Self::NewPassword => matches!(status, Status::Active | Status::Recovery | Status::LockedOut),
            Self::UnlockQuestion => status == Status::LockedOut,
        }
    }

    /// What the stage leads to.
    #[must_use]
    pub fn purpose(self) -> Purpose {
        match self {
            Self::PasswordExpired | Self::PasswordWarn => Purpose::SignIn,
            Self::FirstPassword | Self::NewPassword | Self::Question | Self::UnlockQuestion => Purpose::Recovery,
            Self::Done => Purpose::Session,
        }
    }
}

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
}

/// So many wrong answers end a transaction.
pub const MOST_WRONG_ANSWERS: u32 = 3;

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
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_millis(0).plus_minutes(minutes)
    }

    fn transaction(stage: Stage) -> Transaction {
        let details = Details {
            stage,
            begun: at(0),
            evidence: Some(Evidence::password(at(0))),
            relay_state: None,
            failures: 0,
        };
        let digest = SecretDigest::from_bytes([7; 32]);
        Transaction::begin(digest, UserId::generate(at(0), 1), details, at(0))
    }

    /// The table of the contract, written out once more.
    #[test]
    fn each_stage_allows_its_own_steps() {
        use Step::{Answer, ChangePassword, Previous, ResetPassword, Skip};
        let wanted: [(Stage, &[Step]); 7] = [
            (Stage::PasswordExpired, &[ChangePassword]),
            (Stage::PasswordWarn, &[Skip, ChangePassword]),
            (Stage::FirstPassword, &[ResetPassword]),
            (Stage::NewPassword, &[ResetPassword]),
            (Stage::Question, &[Answer]),
            (Stage::UnlockQuestion, &[Answer]),
            (Stage::Done, &[]),
        ];
        for (stage, steps) in wanted {
            for step in [Skip, Previous, ChangePassword, ResetPassword, Answer] {
                assert_eq!(
                    stage.must_allow(step).is_ok(),
                    steps.contains(&step),
                    "{stage:?} {step:?}"
                );
            }
        }
    }

    /// C2: nobody who is suspended, staged or gone is in any stage.
    #[test]
    fn no_stage_is_for_whoever_may_not_sign_in() {
        for stage in Stage::ALL {
            for status in [Status::Staged, Status::Suspended, Status::Deprovisioned] {
                assert!(!stage.fits(status), "{stage:?} {status}");
            }
        }
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
        for stage in Stage::ALL {
            let details = transaction(stage).details;
            let stored = serde_json::to_string(&details).unwrap();
            assert_eq!(serde_json::from_str::<Details>(&stored).unwrap(), details);
        }
    }
}
