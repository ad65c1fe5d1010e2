//! Changing a password or a recovery question by the present password.

use denizen_domain::authority::Permission;
use denizen_domain::event::{Entity, EventType};
use denizen_domain::secret::Secret;
use denizen_domain::user::User;
use denizen_domain::user::lifecycle::Action;

use crate::account::Doer;
use crate::attempts::{Asked, Attempt};
use crate::call::Call;
use crate::directory::{Directory, must};
use crate::error::{Error, PasswordSurface};
use crate::sessions::end_all;
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
        must(call, Permission::UsersCredentialsChange, &user)?;
        let doer = Doer::caller(call);
        let user = self.as_of_now(&doer, user.into_user()).await?;
        user.transition(Action::ChangePassword, self.now())?;
        let attempt = Attempt {
            doer: &doer,
            event: EventType::UserUpdatePassword,
            asked: Asked::Password,
        };
        let proof = self.prove(&attempt, &user, &request.old).await?;
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
            self.holds(&proof, user)?;
            let at = self.now();
            let history = self.settings.password_policy.history_count;
            let transition = user
                .transition(Action::ChangePassword, at)?
                .with_password(stored.clone(), history, at);
            let mut changes = self.changes_of(user, &transition);
            if request.revoke_sessions {
                end_all(&mut changes, &user.id, call.caller.session());
            }
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
        must(call, Permission::UsersCredentialsChange, &user)?;
        let doer = Doer::caller(call);
        let user = self.as_of_now(&doer, user.into_user()).await?;
        user.transition(Action::ChangeRecoveryQuestion, self.now())?;
        let attempt = Attempt {
            doer: &doer,
            event: EventType::UserUpdateProfile,
            asked: Asked::Password,
        };
        let proof = self.prove(&attempt, &user, &request.password).await?;
        let password = PasswordInput::Clear(request.password);
        let question = self
            .new_recovery_question(Some(request.question), Some(&password))
            .await?;
        self.change_user(call, key, |user| {
            self.holds(&proof, user)?;
            let at = self.now();
            let mut transition = user.transition(Action::ChangeRecoveryQuestion, at)?;
            transition.user.credentials.recovery_question.clone_from(&question);
            let mut changes = self.changes_of(user, &transition);
            changes
                .events
                .push(self.event(&doer, EventType::UserUpdateProfile, vec![Entity::user(user)], at));
            Ok((changes, transition.user))
        })
        .await
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
