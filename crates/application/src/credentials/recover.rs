//! Setting a new password without the old one: by the recovery question, or by a one-time token.

use denizen_domain::authority::Permission;
use denizen_domain::event::{Entity, EventType};
use denizen_domain::password::StoredPassword;
use denizen_domain::ports::{Changes, Write};
use denizen_domain::secret::Secret;
use denizen_domain::token::TokenPurpose;
use denizen_domain::user::User;
use denizen_domain::user::lifecycle::Action;

use crate::account::{Doer, LinkKind};
use crate::attempts::{Asked, Attempt};
use crate::call::{Call, RequestContext, TokenLink};
use crate::directory::{Directory, MOST_ROUNDS, must};
use crate::error::{Error, PasswordSurface};
use crate::sessions::end_all;

/// A request to set a new password by the answer to the recovery question.
#[derive(Debug)]
pub struct AnswerRecoveryQuestion {
    /// The password to be.
    pub password: Secret,
    /// The answer.
    pub answer: Secret,
}

impl Directory {
    /// Begins a self-service reset (`forgotPassword`). The link is answered only when it is not mailed.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Refused`, `Conflict`.
    pub async fn forgot_password(&self, call: &Call, key: &str, send_email: bool) -> Result<Option<TokenLink>, Error> {
        self.change_user(call, key, |user| {
            must(call, Permission::UsersResetPassword, user)?;
            self.begin_reset(&Doer::caller(call), user, send_email)
        })
        .await
    }

    /// The beginning of a self-service reset. The link is given back only when it is not mailed.
    pub(crate) fn begin_reset(
        &self,
        doer: &Doer,
        user: &User,
        send_email: bool,
    ) -> Result<(Changes, Option<TokenLink>), Error> {
        let at = self.now();
        let transition = user.transition(Action::ForgotPassword, at)?;
        let mut changes = self.changes_of(user, &transition);
        let about = |kind| self.event(doer, kind, vec![Entity::user(user)], at);
        changes.events.push(about(EventType::UserResetPassword));
        let link = self.issue(&mut changes, user, LinkKind::Forgot, at);
        if send_email {
            changes.events.push(about(EventType::PasswordResetMail));
            self.mail_link(&mut changes, user, LinkKind::Forgot, &link, at)?;
            return Ok((changes, None));
        }
        Ok((changes, Some(link)))
    }

    /// Sets a new password by the answer to the recovery question (`forgotPasswordSetNewPassword`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Refused`, `WrongAnswer`, `PasswordRejected`, `Busy`, `Conflict`.
    pub async fn forgot_password_recovery_question(
        &self,
        call: &Call,
        key: &str,
        request: AnswerRecoveryQuestion,
    ) -> Result<User, Error> {
        let action = Action::ForgotPasswordRecoveryQuestion;
        let user = self.find_user(call, key).await?;
        must(call, Permission::UsersCredentialsManage, &user)?;
        let doer = Doer::caller(call);
        let user = self.as_of_now(&doer, user.into_user()).await?;
        user.transition(action, self.now())?;
        let attempt = Attempt {
            doer: &doer,
            event: EventType::UserUpdatePassword,
            asked: Asked::Answer,
        };
        let proof = self.prove(&attempt, &user, &request.answer).await?;
        self.check_policy(&request.password, &user.profile, PasswordSurface::Change)?;
        self.check_history(&user, &request.password, PasswordSurface::Change)
            .await?;
        let stored = self.ports.hasher.hash(&request.password).await?;
        self.change_user(call, key, |user| {
            self.holds(&proof, user)?;
            let at = self.now();
            let history = self.settings.password_policy.history_count;
            let transition = user.transition(action, at)?.with_password(stored.clone(), history, at);
            let mut changes = self.changes_of(user, &transition);
            changes
                .events
                .push(self.event(&doer, EventType::UserUpdatePassword, vec![Entity::user(user)], at));
            self.mail_password_changed(&mut changes, user, at)?;
            Ok((changes, transition.user))
        })
        .await
    }

    /// Sets a password with a one-time token: the end of an activation or a reset. The token alone says whose password it
    /// is, so that no other user can be named (T5), and it is used up in the same commit (T3).
    ///
    /// # Errors
    /// `InvalidToken` for a token that is unknown, used, expired or meant for another purpose; `PasswordRejected`, `Busy`,
    /// `Conflict`.
    pub async fn complete_with_token(
        &self,
        request: &RequestContext,
        token: &Secret,
        purpose: TokenPurpose,
        password: &Secret,
        revoke_sessions: bool,
    ) -> Result<User, Error> {
        let action = match purpose {
            TokenPurpose::Activation => Action::CompleteActivation,
            TokenPurpose::PasswordReset => Action::CompleteReset,
            TokenPurpose::Unlock | TokenPurpose::Question | TokenPurpose::UnlockQuestion => {
                return Err(Error::InvalidToken);
            }
        };
        let digest = token.digest();
        let mut stored = None;
        for _ in 0..MOST_ROUNDS {
            let at = self.now();
            let found = self.ports.store.one_time_token(&digest).await?;
            let found = found
                .filter(|found| found.admits(purpose, at))
                .ok_or(Error::InvalidToken)?;
            let read = self
                .ports
                .store
                .user(&found.user_id)
                .await?
                .ok_or(Error::InvalidToken)?;
            let transition = read.transition(action, at).map_err(|_| Error::InvalidToken)?;
            let hash = match &stored {
                Some(hash) => StoredPassword::clone(hash),
                None => {
                    self.check_policy(password, &read.profile, PasswordSurface::Change)?;
                    self.check_history(&read, password, PasswordSurface::Change).await?;
                    stored.insert(self.ports.hasher.hash(password).await?).clone()
                }
            };
            let mut transition = transition.with_password(hash, self.settings.password_policy.history_count, at);
            let factor = self.automatic_factor(Some(read.status), &mut transition.user, at);
            let mut changes = self.changes_of(&read, &transition);
            changes.writes.extend(factor);
            changes.writes.insert(0, Write::ConsumeOneTimeToken(digest));
            if revoke_sessions {
                end_all(&mut changes, &read.id, None);
            }
            let doer = Doer::user(&read, request);
            changes
                .events
                .push(self.event(&doer, EventType::UserUpdatePassword, vec![Entity::user(&read)], at));
            self.mail_password_changed(&mut changes, &read, at)?;
            if self.committed(changes).await? {
                return Ok(transition.user);
            }
            // The token went, or the user changed: the next round tells which.
        }
        Err(Error::Conflict)
    }
}
