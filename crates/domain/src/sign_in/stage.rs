//! How far a transaction is, and what may be done there.

use serde::{Deserialize, Serialize};

use crate::factor::FactorId;
use crate::user::Status;

/// How far a transaction is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Stage {
    /// The password was right, and one of the user's factors must be shown.
    MfaRequired,
    /// A challenge was made for this factor, and must be answered.
    MfaChallenge(FactorId),
    /// The password was right, and must be changed.
    PasswordExpired,
    /// The password was right, and will soon have to be changed.
    PasswordWarn,
    /// The user must enrol a factor, or may.
    MfaEnroll,
    /// This factor was enrolled, and waits for its activation.
    MfaEnrollActivate(FactorId),
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
pub enum Step<'a> {
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
    /// Show this factor, or have a challenge made for it.
    Verify(&'a FactorId),
    /// Have the challenge of this factor made again.
    ResendChallenge(&'a FactorId),
    /// Enrol a factor.
    Enrol,
    /// Activate this factor, or ask whether its device did.
    Activate(&'a FactorId),
    /// Have what activates this factor sent again.
    ResendActivation(&'a FactorId),
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
    /// Whether a step belongs to the stage (contract: authn-and-recovery §3.1). A stage that is about one factor takes no
    /// step about another.
    ///
    /// # Errors
    /// [`OutOfTurn`] when it does not.
    pub fn must_allow(&self, step: Step<'_>) -> Result<(), OutOfTurn> {
        let allowed = match self {
            Self::MfaRequired => matches!(step, Step::Verify(_)),
            Self::MfaChallenge(challenged) => match step {
                Step::Verify(id) | Step::ResendChallenge(id) => id == challenged,
                other => other == Step::Previous,
            },
            Self::PasswordExpired => step == Step::ChangePassword,
            Self::PasswordWarn => matches!(step, Step::ChangePassword | Step::Skip),
            // Whether it may be skipped depends on what is demanded: see `Demands`.
            Self::MfaEnroll => matches!(step, Step::Enrol | Step::Skip),
            Self::MfaEnrollActivate(enrolled) => match step {
                Step::Activate(id) | Step::ResendActivation(id) => id == enrolled,
                other => other == Step::Previous,
            },
            Self::FirstPassword | Self::NewPassword => step == Step::ResetPassword,
            Self::Question | Self::UnlockQuestion => step == Step::Answer,
            Self::Done => false,
        };
        if allowed { Ok(()) } else { Err(OutOfTurn) }
    }

    /// The stage before, for whoever goes back.
    ///
    /// # Errors
    /// [`OutOfTurn`] where there is none.
    pub fn before(&self) -> Result<Self, OutOfTurn> {
        match self {
            Self::MfaChallenge(_) => Ok(Self::MfaRequired),
            Self::MfaEnrollActivate(_) => Ok(Self::MfaEnroll),
            _ => Err(OutOfTurn),
        }
    }

    /// Whether a user of this status may be in the stage. A change of status meanwhile ends the transaction.
    #[must_use]
    pub fn fits(&self, status: Status) -> bool {
        match self {
            // Factors come before the password's age is looked at.
            Self::MfaRequired | Self::MfaChallenge(_) => matches!(status, Status::Active | Status::PasswordExpired),
            Self::PasswordExpired => status == Status::PasswordExpired,
            Self::PasswordWarn | Self::MfaEnroll | Self::MfaEnrollActivate(_) | Self::Question | Self::Done => {
                status == Status::Active
            }
            Self::FirstPassword => status == Status::Provisioned,
            Self::NewPassword => matches!(status, Status::Active | Status::Recovery | Status::LockedOut),
            Self::UnlockQuestion => status == Status::LockedOut,
        }
    }

    /// What the stage leads to.
    #[must_use]
    pub fn purpose(&self) -> Purpose {
        match self {
            Self::MfaRequired
            | Self::MfaChallenge(_)
            | Self::PasswordExpired
            | Self::PasswordWarn
            | Self::MfaEnroll
            | Self::MfaEnrollActivate(_) => Purpose::SignIn,
            Self::FirstPassword | Self::NewPassword | Self::Question | Self::UnlockQuestion => Purpose::Recovery,
            Self::Done => Purpose::Session,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::factor::FactorKind;
    use crate::time::Timestamp;

    /// A factor of its own for each number.
    pub(in crate::sign_in) fn factor(number: u64) -> FactorId {
        FactorId::generate(FactorKind::OktaTotp, Timestamp::from_millis(0), number)
    }

    pub(in crate::sign_in) fn every_stage() -> [Stage; 11] {
        [
            Stage::MfaRequired,
            Stage::MfaChallenge(factor(1)),
            Stage::PasswordExpired,
            Stage::PasswordWarn,
            Stage::MfaEnroll,
            Stage::MfaEnrollActivate(factor(1)),
            Stage::FirstPassword,
            Stage::NewPassword,
            Stage::Question,
            Stage::UnlockQuestion,
            Stage::Done,
        ]
    }

    /// The table of the contract, written out once more.
    #[test]
    fn each_stage_allows_its_own_steps() {
        use Step::{
            Activate, Answer, ChangePassword, Enrol, Previous, ResendActivation, ResendChallenge, ResetPassword, Skip,
            Verify,
        };
        let (one, other) = (factor(1), factor(2));
        let steps = [
            Skip,
            Previous,
            ChangePassword,
            ResetPassword,
            Answer,
            Verify(&one),
            Verify(&other),
            ResendChallenge(&one),
            ResendChallenge(&other),
            Enrol,
            Activate(&one),
            Activate(&other),
            ResendActivation(&one),
            ResendActivation(&other),
        ];
        let wanted: [&[Step<'_>]; 11] = [
            &[Verify(&one), Verify(&other)],
            &[Verify(&one), ResendChallenge(&one), Previous],
            &[ChangePassword],
            &[Skip, ChangePassword],
            &[Enrol, Skip],
            &[Activate(&one), ResendActivation(&one), Previous],
            &[ResetPassword],
            &[ResetPassword],
            &[Answer],
            &[Answer],
            &[],
        ];
        for (stage, wanted) in every_stage().into_iter().zip(wanted) {
            for step in steps {
                assert_eq!(
                    stage.must_allow(step).is_ok(),
                    wanted.contains(&step),
                    "{stage:?} {step:?}"
                );
            }
            assert_eq!(stage.before().is_ok(), wanted.contains(&Previous), "{stage:?}");
        }
    }

    /// C2: nobody who is suspended, staged or gone is in any stage.
    #[test]
    fn no_stage_is_for_whoever_may_not_sign_in() {
        for stage in every_stage() {
            for status in [Status::Staged, Status::Suspended, Status::Deprovisioned] {
                assert!(!stage.fits(status), "{stage:?} {status}");
            }
        }
    }

    /// L2: a lock-out leaves no stage on the way to a session.
    #[test]
    fn whoever_is_locked_out_is_on_no_way_to_a_session() {
        for stage in every_stage() {
            let fits = stage.fits(Status::LockedOut);
            assert!(!fits || stage.purpose() == Purpose::Recovery, "{stage:?}");
        }
    }
}
