//! A small reference model of a user's life, written from the contract's prose and not from the table (C1).
//!
//! It is for tests: random lives in this crate, through the use cases and through HTTP are compared with it. It shares no line
//! with [`super::lifecycle`], so that a mistake in the table cannot hide in both.

use super::lifecycle::Action;
use super::status::Status;

/// What the model knows of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Model {
    /// Where the user stands.
    pub status: Status,
    /// Where the user stood before a suspension or a lock-out; the present status otherwise.
    pub before: Status,
    /// Whether there is a password.
    pub password: bool,
    /// Whether there is a recovery question.
    pub question: bool,
    /// Whether the user was removed for good.
    pub gone: bool,
}

impl Model {
    /// A user who was just created, in the one of the four ways that need neither provider nor `nextLogin`.
    #[must_use]
    pub fn newborn(activate: bool, password: bool, question: bool) -> Self {
        let status = match (activate, password) {
            (false, _) => Status::Staged,
            (true, false) => Status::Provisioned,
            (true, true) => Status::Active,
        };
        Self {
            status,
            before: status,
            password,
            question,
            gone: false,
        }
    }

    fn to(self, status: Status) -> Self {
        Self {
            status,
            before: status,
            ..self
        }
    }

    fn with_password(self) -> Self {
        Self { password: true, ..self }
    }

    fn is(self, statuses: &[Status]) -> bool {
        statuses.contains(&self.status)
    }
}

/// What becomes of a user, action by action as the contract tells it.
///
/// # Errors
/// The code of the API error that a refusal is answered with; none where the API offers the action only with a one-time token.
pub fn expected(model: Model, action: Action) -> Result<Model, Option<&'static str>> {
    use Action as A;
    use Status as S;
    if model.gone {
        return Err(Some("E0000007"));
    }
    let same = Ok(model);
    match action {
        A::Activate if model.is(&[S::Staged, S::Deprovisioned]) => {
            Ok(model.to(if model.password { S::Active } else { S::Provisioned }))
        }
        A::Reactivate if model.is(&[S::Provisioned, S::Recovery]) => same,
        A::Deactivate | A::Delete if model.status != S::Deprovisioned => Ok(Model {
            password: false,
            question: false,
            ..model.to(S::Deprovisioned)
        }),
        A::Delete => Ok(Model { gone: true, ..model }),
        A::Suspend if model.is(&[S::Active, S::PasswordExpired, S::Provisioned]) => Ok(Model {
            before: model.status,
            status: S::Suspended,
            ..model
        }),
        A::Unsuspend if model.is(&[S::Suspended]) => Ok(model.to(model.before)),
        A::Unlock if model.is(&[S::LockedOut]) => Ok(model.to(model.before)),
        A::ResetPassword if model.is(&[S::Provisioned, S::Active, S::Recovery, S::PasswordExpired, S::LockedOut]) => {
            Ok(model.to(S::Recovery))
        }
        A::ExpirePassword if model.password && model.is(&[S::Active, S::PasswordExpired]) => {
            Ok(model.to(S::PasswordExpired))
        }
        A::ExpirePasswordWithTempPassword if model.is(&[S::Active, S::PasswordExpired]) => {
            Ok(model.to(S::PasswordExpired).with_password())
        }
        A::ResetFactors => same,
        A::ChangePassword if model.password && model.is(&[S::Staged, S::Active]) => same,
        A::ChangePassword if model.password && model.is(&[S::Recovery, S::PasswordExpired]) => Ok(model.to(S::Active)),
        A::ChangeRecoveryQuestion if model.password && model.is(&[S::Staged, S::Active, S::Recovery]) => Ok(Model {
            question: true,
            ..model
        }),
        A::ForgotPassword if model.password && model.is(&[S::Active]) => same,
        A::ForgotPasswordRecoveryQuestion if model.password && model.question && model.is(&[S::Active]) => same,
        A::UpdateProfile if model.status != S::Deprovisioned => same,
        A::SetRecoveryQuestion if model.status != S::Deprovisioned => Ok(Model {
            question: true,
            ..model
        }),
        A::SetPassword if model.is(&[S::Provisioned, S::Recovery, S::PasswordExpired]) => {
            Ok(model.to(S::Active).with_password())
        }
        A::SetPassword if model.status != S::Deprovisioned => Ok(model.with_password()),
        A::CompleteActivation if model.is(&[S::Provisioned]) => Ok(model.to(S::Active).with_password()),
        A::CompleteReset if model.is(&[S::Recovery, S::LockedOut, S::Active]) => {
            Ok(model.to(S::Active).with_password())
        }
        _ => Err(code(model, action)),
    }
}

/// The code that a refusal is answered with (contract: users §10).
fn code(model: Model, action: Action) -> Option<&'static str> {
    match action {
        Action::Activate => Some("E0000016"),
        Action::Deactivate => Some("E0000007"),
        Action::Suspend | Action::Unsuspend => Some("E0000001"),
        Action::Unlock => Some("E0000032"),
        Action::ForgotPasswordRecoveryQuestion if model.password && model.is(&[Status::Active]) => Some("E0000034"),
        Action::ResetPassword | Action::Federate | Action::ForgotPassword | Action::ForgotPasswordRecoveryQuestion => {
            Some("E0000017")
        }
        Action::ChangePassword => Some("E0000035"),
        Action::ChangeRecoveryQuestion => Some("E0000036"),
        Action::CompleteActivation | Action::CompleteReset => None,
        _ => Some("E0000038"),
    }
}
