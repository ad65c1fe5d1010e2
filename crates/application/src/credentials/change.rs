//! Changing a password or a recovery question by the present password.

use denizen_domain::authority::Permission;
use denizen_domain::event::{Entity, EventOutcome, EventType, LogEvent};
use denizen_domain::password::StoredPassword;
use denizen_domain::ports::Changes;
use denizen_domain::secret::Secret;
use denizen_domain::user::User;
use denizen_domain::user::lifecycle::Action;

use crate::account::Doer;
use crate::call::Call;
use crate::directory::{Directory, must};
use crate::error::{Error, PasswordSurface};
use crate::users::{PasswordInput, RecoveryQuestionInput};

/// A request to change a password.
#[derive(Debug)]
pub struct ChangePassword {
    /// The present password.
    pub old: Secret,
    /// The password to be.
    pub new: Secret,
    /// The least age of the present password counts.
    pub strict: bool,
    /// End the user's other sessions.
    pub revoke_sessions: bool,
}

/// A request to change a recovery question.
#[derive(Debug)]
pub struct ChangeRecoveryQuestion {
    /// The present password.
    pub password: Secret,
    /// The question to be, with its answer.
    pub question: RecoveryQuestionInput,
}

impl Directory {
    /// Changes a password by the present one (`changePassword`; P6).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Refused`, `WrongPassword`, `SameAsCurrentPassword`, `PasswordRejected`, `Busy`, `Conflict`.
    pub async fn change_password(&self, call: &Call, key: &str, request: ChangePassword) -> Result<User, Error> {
        let user = self.find_user(call, key).await?;
        must(call, Permission::UsersCredentialsManage, &user)?;
        user.transition(Action::ChangePassword, self.now())?;
        let about = (call, EventType::UserUpdatePassword);
        let verified = self.check_present_password(about, &user, &request.old).await?;
        if request.old == request.new {
            return Err(Error::SameAsCurrentPassword);
        }
        self.check_policy(&request.new, &user.profile, PasswordSurface::Change)?;
        if request.strict {
            self.check_age(&user, PasswordSurface::Change)?;
        }
        self.check_history(&user, &request.new, PasswordSurface::Change).await?;
        let stored = self.ports.hasher.hash(&request.new).await?;
        self.change_user(call, key, |user| {
            same_password(user, &verified)?;
            let at = self.now();
            let history = self.settings.password_policy.history_count;
            let transition = user
                .transition(Action::ChangePassword, at)?
                .with_password(stored.clone(), history, at);
            let mut changes = self.changes_of(user, &transition);
            let doer = Doer::caller(call);
            changes
                .events
                .push(self.event(&doer, EventType::UserUpdatePassword, vec![Entity::user(user)], at));
            self.mail_password_changed(&mut changes, user, at)?;
            Ok((changes, transition.user))
        })
        .await
    }

    /// Changes a recovery question by the present password (`changeRecoveryQuestion`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Refused`, `WrongPassword`, `Validation`, `Busy`, `Conflict`.
    pub async fn change_recovery_question(
        &self,
        call: &Call,
        key: &str,
        request: ChangeRecoveryQuestion,
    ) -> Result<User, Error> {
        let user = self.find_user(call, key).await?;
        must(call, Permission::UsersCredentialsManage, &user)?;
        user.transition(Action::ChangeRecoveryQuestion, self.now())?;
        let about = (call, EventType::UserUpdateProfile);
        let verified = self.check_present_password(about, &user, &request.password).await?;
        let password = PasswordInput::Clear(request.password);
        let question = self
            .new_recovery_question(Some(request.question), Some(&password))
            .await?;
        self.change_user(call, key, |user| {
            same_password(user, &verified)?;
            let at = self.now();
            let mut transition = user.transition(Action::ChangeRecoveryQuestion, at)?;
            transition.user.credentials.recovery_question.clone_from(&question);
            let mut changes = self.changes_of(user, &transition);
            let doer = Doer::caller(call);
            changes
                .events
                .push(self.event(&doer, EventType::UserUpdateProfile, vec![Entity::user(user)], at));
            Ok((changes, transition.user))
        })
        .await
    }

    /// Verifies the present password and gives back the form that was verified. A wrong one goes into the log.
    async fn check_present_password(
        &self,
        (call, kind): (&Call, EventType),
        user: &User,
        given: &Secret,
    ) -> Result<StoredPassword, Error> {
        let stored = user.credentials.password.clone().ok_or(Error::WrongPassword)?;
        if self.ports.hasher.verify(&stored, given).await?.is_right() {
            Ok(stored)
        } else {
            self.tell_failure(call, kind, user).await?;
            Err(Error::WrongPassword)
        }
    }

    /// Writes into the log that somebody did not know what they had to know (G2).
    pub(crate) async fn tell_failure(&self, call: &Call, kind: EventType, user: &User) -> Result<(), Error> {
        let event = LogEvent {
            outcome: EventOutcome::Failure("INVALID_CREDENTIALS".to_owned()),
            ..self.event(&Doer::caller(call), kind, vec![Entity::user(user)], self.now())
        };
        let changes = Changes {
            events: vec![event],
            ..Changes::default()
        };
        Ok(self.commit(changes).await?)
    }

    /// Refuses a password that is too young to be changed, or among the last ones.
    pub(crate) async fn check_age_and_history(
        &self,
        user: &User,
        new: &Secret,
        surface: PasswordSurface,
    ) -> Result<(), Error> {
        self.check_age(user, surface)?;
        self.check_history(user, new, surface).await
    }

    fn check_age(&self, user: &User, surface: PasswordSurface) -> Result<(), Error> {
        let policy = &self.settings.password_policy;
        if policy.is_too_young(user.password_changed, self.now()) {
            return Err(Error::PasswordRejected {
                requirements: policy.requirements(),
                surface,
            });
        }
        Ok(())
    }

    /// Compares a new password with the stored hashes of the last ones (P7).
    pub(crate) async fn check_history(&self, user: &User, new: &Secret, surface: PasswordSurface) -> Result<(), Error> {
        let policy = &self.settings.password_policy;
        let credentials = &user.credentials;
        let earlier = credentials.password.iter().chain(&credentials.password_history);
        for stored in earlier.take(policy.history_count) {
            if self.ports.hasher.verify(stored, new).await?.is_right() {
                return Err(Error::PasswordRejected {
                    requirements: policy.requirements(),
                    surface,
                });
            }
        }
        Ok(())
    }
}

/// What was verified must still be the password when the change is decided.
fn same_password(user: &User, verified: &StoredPassword) -> Result<(), Error> {
    if user.credentials.password.as_ref() == Some(verified) {
        Ok(())
    } else {
        Err(Error::WrongPassword)
    }
}
