//! The lifecycle as a table: every status, every action, one outcome (contract: users §7, §8, §10).
//!
//! The table is the only place that says what may follow what. Transitions, the documentation page and the tests read it.

use super::status::Status;

/// What can be done to a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Action {
    /// Begin the user's active life.
    Activate,
    /// Send a provisioned or recovering user a new one-time token.
    Reactivate,
    /// End the user's active life.
    Deactivate,
    /// The first call deactivates, the second removes.
    Delete,
    /// Keep the user out for a while.
    Suspend,
    /// Let a suspended user back in.
    Unsuspend,
    /// Lift a lock-out.
    Unlock,
    /// Make the user choose a new password by a one-time link.
    ResetPassword,
    /// Hand the user's sign-in to another identity provider.
    Federate,
    /// Make the user change the password at the next sign-in.
    ExpirePassword,
    /// The same, with a temporary password in place of the present one.
    ExpirePasswordWithTempPassword,
    /// Remove every enrolled factor.
    ResetFactors,
    /// The user changes the password, knowing the old one.
    ChangePassword,
    /// The user changes the recovery question, knowing the password.
    ChangeRecoveryQuestion,
    /// Begin a self-service password reset.
    ForgotPassword,
    /// Finish a self-service password reset by the answer to the recovery question.
    ForgotPasswordRecoveryQuestion,
    /// Change the profile or the user type.
    UpdateProfile,
    /// An administrator sets the password.
    SetPassword,
    /// An administrator sets the recovery question.
    SetRecoveryQuestion,
    /// The user sets a first password with an activation token.
    CompleteActivation,
    /// The user sets a new password with a reset token.
    CompleteReset,
}

/// Why the table refuses an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Refusal {
    /// Activation of somebody who is not waiting for it.
    #[error("the user is already active")]
    AlreadyActive,
    /// The action has no meaning in this status.
    #[error("not allowed in the user's current status")]
    NotAllowedInStatus,
    /// Suspension of somebody who cannot sign in anyway.
    #[error("the user is not active")]
    NotActive,
    /// Unsuspension of somebody who is not suspended.
    #[error("the user is not suspended")]
    NotSuspended,
    /// Unlock of somebody who is not locked out.
    #[error("the user is not locked out")]
    NotLockedOut,
    /// Deactivation of somebody who is deactivated already.
    #[error("the user is already deactivated")]
    AlreadyDeactivated,
    /// An administrator's password reset outside its statuses.
    #[error("password reset is not allowed in the user's current status")]
    PasswordResetNotAllowed,
    /// A self-service password reset outside its statuses.
    #[error("forgot password is not allowed in the user's current status")]
    ForgotPasswordNotAllowed,
    /// A self-service password reset of somebody who has no password here.
    #[error("forgot password is not supported for the user's login type")]
    ForgotPasswordNotSupported,
    /// A self-service password reset that needs a recovery question, of somebody who has none.
    #[error("the user has no recovery question")]
    RecoveryQuestionNotSet,
    /// A change of password outside its statuses, or without a password.
    #[error("change password is not allowed")]
    ChangePasswordNotAllowed,
    /// A change of recovery question outside its statuses, or without a password.
    #[error("change recovery question is not allowed")]
    ChangeRecoveryQuestionNotAllowed,
    /// The account is federated already.
    #[error("the user is already federated")]
    AlreadyFederated,
    /// A one-time token that no longer fits the user's status.
    #[error("the token is no longer valid")]
    TokenNotValid,
}

/// One cell of the table: what becomes of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The status stays as it is.
    Same,
    /// The named status.
    To(Status),
    /// `ACTIVE` with a password or a foreign identity provider, else `PROVISIONED`.
    Begin,
    /// The status before the suspension or the lock-out.
    Resume,
    /// The user is gone.
    Removed,
    /// Nothing happens.
    Refused(Refusal),
}

use Outcome::{Begin, Refused, Removed, Resume, Same, To};
use Refusal as R;
use Status::{Active, Deprovisioned, PasswordExpired, Recovery, Suspended};

const fn no(refusal: Refusal) -> Outcome {
    Refused(refusal)
}

const E16: Outcome = no(R::AlreadyActive);
const E17: Outcome = no(R::PasswordResetNotAllowed);
const E35: Outcome = no(R::ChangePasswordNotAllowed);
const E36: Outcome = no(R::ChangeRecoveryQuestionNotAllowed);
const E38: Outcome = no(R::NotAllowedInStatus);
const LOCK: Outcome = no(R::NotLockedOut);
const SUSP: Outcome = no(R::NotActive);
const UNSU: Outcome = no(R::NotSuspended);
const FORG: Outcome = no(R::ForgotPasswordNotAllowed);
const TOKN: Outcome = no(R::TokenNotValid);
const OFF: Outcome = To(Deprovisioned);
const ACT: Outcome = To(Active);
const REC: Outcome = To(Recovery);
const EXP: Outcome = To(PasswordExpired);
const HOLD: Outcome = To(Suspended);

/// A row of the table: an action, its outcome in each status in the order of [`Status::ALL`].
pub type Row = (Action, [Outcome; 8]);

/// The table. Columns: STAGED, PROVISIONED, ACTIVE, RECOVERY, PASSWORD_EXPIRED, LOCKED_OUT, SUSPENDED, DEPROVISIONED.
#[rustfmt::skip]
pub const TABLE: [Row; 21] = [
    (Action::Activate,                       [Begin, E16,  E16,  E16,  E16,  E16,    E16,    Begin]),
    (Action::Reactivate,                     [E38,   Same, E38,  Same, E38,  E38,    E38,    E38]),
    (Action::Deactivate,                     [OFF,   OFF,  OFF,  OFF,  OFF,  OFF,    OFF,    no(R::AlreadyDeactivated)]),
    (Action::Delete,                         [OFF,   OFF,  OFF,  OFF,  OFF,  OFF,    OFF,    Removed]),
    (Action::Suspend,                        [SUSP,  HOLD, HOLD, SUSP, HOLD, SUSP,   SUSP,   SUSP]),
    (Action::Unsuspend,                      [UNSU,  UNSU, UNSU, UNSU, UNSU, UNSU,   Resume, UNSU]),
    (Action::Unlock,                         [LOCK,  LOCK, LOCK, LOCK, LOCK, Resume, LOCK,   LOCK]),
    (Action::ResetPassword,                  [E17,   REC,  REC,  Same, REC,  REC,    E17,    E17]),
    (Action::Federate,                       [E17,   ACT,  Same, ACT,  ACT,  ACT,    E17,    E17]),
    (Action::ExpirePassword,                 [E38,   E38,  EXP,  E38,  Same, E38,    E38,    E38]),
    (Action::ExpirePasswordWithTempPassword, [E38,   E38,  EXP,  E38,  Same, E38,    E38,    E38]),
    (Action::ResetFactors,                   [Same,  Same, Same, Same, Same, Same,   Same,   Same]),
    (Action::ChangePassword,                 [Same,  E35,  Same, ACT,  ACT,  E35,    E35,    E35]),
    (Action::ChangeRecoveryQuestion,         [Same,  E36,  Same, Same, E36,  E36,    E36,    E36]),
    (Action::ForgotPassword,                 [FORG,  FORG, Same, FORG, FORG, FORG,   FORG,   FORG]),
    (Action::ForgotPasswordRecoveryQuestion, [FORG,  FORG, Same, FORG, FORG, FORG,   FORG,   FORG]),
    (Action::UpdateProfile,                  [Same,  Same, Same, Same, Same, Same,   Same,   E38]),
    (Action::SetPassword,                    [Same,  ACT,  Same, ACT,  ACT,  Same,   Same,   E38]),
    (Action::SetRecoveryQuestion,            [Same,  Same, Same, Same, Same, Same,   Same,   E38]),
    (Action::CompleteActivation,             [TOKN,  ACT,  TOKN, TOKN, TOKN, TOKN,   TOKN,   TOKN]),
    (Action::CompleteReset,                  [TOKN,  TOKN, Same, ACT,  TOKN, ACT,    TOKN,   TOKN]),
];

impl Action {
    /// Every action, in the order of the table's rows.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|(action, _)| *action)
    }

    /// The operation's name as the API's paths spell it, or a word of our own where there is no path.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Activate => "activate",
            Self::Reactivate => "reactivate",
            Self::Deactivate => "deactivate",
            Self::Delete => "delete",
            Self::Suspend => "suspend",
            Self::Unsuspend => "unsuspend",
            Self::Unlock => "unlock",
            Self::ResetPassword => "reset_password",
            Self::Federate => "reset_password (provider=FEDERATION)",
            Self::ExpirePassword => "expire_password",
            Self::ExpirePasswordWithTempPassword => "expire_password_with_temp_password",
            Self::ResetFactors => "reset_factors",
            Self::ChangePassword => "change_password",
            Self::ChangeRecoveryQuestion => "change_recovery_question",
            Self::ForgotPassword => "forgot_password",
            Self::ForgotPasswordRecoveryQuestion => "forgot_password_recovery_question",
            Self::UpdateProfile => "update profile",
            Self::SetPassword => "set password",
            Self::SetRecoveryQuestion => "set recovery question",
            Self::CompleteActivation => "complete activation",
            Self::CompleteReset => "complete reset",
        }
    }
}

/// The table's cell for a status and an action.
#[must_use]
pub fn outcome(status: Status, action: Action) -> Outcome {
    TABLE[action as usize].1[status as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `outcome` finds a row and a column by the order of the enums.
    #[test]
    fn rows_and_columns_stand_in_the_order_of_their_enums() {
        for (place, (action, _)) in TABLE.iter().enumerate() {
            assert_eq!(*action as usize, place, "{action:?}");
        }
        for (place, status) in Status::ALL.into_iter().enumerate() {
            assert_eq!(status as usize, place, "{status}");
        }
    }

    /// C1: only a suspended or a locked-out user has a status to return to.
    #[test]
    fn resume_stands_only_where_a_status_was_left() {
        for (action, cells) in TABLE {
            for (status, cell) in Status::ALL.into_iter().zip(cells) {
                if cell == Resume {
                    assert!(
                        matches!(status, Status::Suspended | Status::LockedOut),
                        "{action:?} from {status}"
                    );
                }
                if cell == Removed {
                    assert_eq!((action, status), (Action::Delete, Deprovisioned));
                }
            }
        }
    }
}
