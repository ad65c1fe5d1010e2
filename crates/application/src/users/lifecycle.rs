//! The steps of a user's life that need no password (contract: users §7).

use denizen_domain::authority::Permission;
use denizen_domain::entropy;
use denizen_domain::event::{Entity, EventType};
use denizen_domain::ports::{Changes, FactorWrite, Write};
use denizen_domain::secret::Secret;
use denizen_domain::user::lifecycle::Action;
use denizen_domain::user::{TokenEffect, User};

use crate::account::{Doer, LinkKind};
use crate::call::{Call, TokenLink};
use crate::directory::{Directory, must};
use crate::error::Error;
use crate::factors::update_user;
use crate::org_factors::revoke_yubikeys;
use crate::sessions::end_all;
use crate::sight::Seen;

/// A request to reset a password.
#[derive(Clone, Copy, Debug, Default)]
pub struct ResetPassword {
    /// Mail the link instead of answering it.
    pub send_email: bool,
    /// End the user's sessions.
    pub revoke_sessions: bool,
    /// Hand the user to another identity provider instead.
    pub federate: bool,
}

/// What a step asks for and tells.
struct Step {
    action: Action,
    permission: Permission,
    event: EventType,
    /// Ends the user's sessions too, but the one that carries the call.
    revoke_sessions: bool,
}

impl Directory {
    /// Activates a user (`activateUser`). The link is answered only when it is not mailed.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Refused`, `Conflict`.
    pub async fn activate_user(&self, call: &Call, key: &str, send_email: bool) -> Result<Option<TokenLink>, Error> {
        let step = Step {
            action: Action::Activate,
            permission: Permission::UsersActivate,
            event: EventType::UserActivate,
            revoke_sessions: false,
        };
        self.step_with_link(call, key, &step, LinkKind::Activation, send_email)
            .await
    }

    /// Sends a user a new token (`reactivateUser`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Refused`, `Conflict`.
    pub async fn reactivate_user(&self, call: &Call, key: &str, send_email: bool) -> Result<Option<TokenLink>, Error> {
        let step = Step {
            action: Action::Reactivate,
            permission: Permission::UsersActivate,
            event: EventType::UserReactivate,
            revoke_sessions: false,
        };
        self.step_with_link(call, key, &step, LinkKind::Activation, send_email)
            .await
    }

    /// Suspends a user (`suspendUser`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Refused`, `Conflict`.
    pub async fn suspend_user(&self, call: &Call, key: &str) -> Result<(), Error> {
        self.end_access(call, key, |user| {
            self.stepped(
                call,
                user,
                Action::Suspend,
                Permission::UsersSuspend,
                EventType::UserSuspend,
            )
        })
        .await
        .map(drop)
    }

    /// Lets a suspended user back in (`unsuspendUser`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Refused`, `Conflict`.
    pub async fn unsuspend_user(&self, call: &Call, key: &str) -> Result<(), Error> {
        self.step(
            call,
            key,
            Action::Unsuspend,
            Permission::UsersUnsuspend,
            EventType::UserUnsuspend,
        )
        .await
        .map(drop)
    }

    /// Lifts a lock-out (`unlockUser`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Refused`, `Conflict`.
    pub async fn unlock_user(&self, call: &Call, key: &str) -> Result<(), Error> {
        self.step(
            call,
            key,
            Action::Unlock,
            Permission::UsersUnlock,
            EventType::UserUnlockByAdmin,
        )
        .await
        .map(drop)
    }

    /// Removes every factor of a user (`resetFactors`; contract: factors §11).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Conflict`.
    pub async fn reset_factors(&self, call: &Call, key: &str) -> Result<(), Error> {
        let permission = Permission::UsersResetFactors;
        self.change_user(call, key, |user| {
            let event = EventType::UserResetFactors;
            let (mut changes, _) = self.stepped(call, user, Action::ResetFactors, permission, event)?;
            if user.factors.enrolled > 0 {
                let all = Write::Factor(FactorWrite::DeleteAllOf(user.id.clone()));
                let keys = revoke_yubikeys(&user.id, self.now());
                changes
                    .writes
                    .extend([update_user(user, user.without_factors()), all, keys]);
                self.tell_reset(&mut changes, &Doer::caller(call), user, None, self.now())?;
            }
            Ok((changes, ()))
        })
        .await
    }

    /// Expires a password (`expirePassword`). The answer shows when the status changed before, as the original does.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Refused`, `Conflict`.
    pub async fn expire_password(&self, call: &Call, key: &str) -> Result<User, Error> {
        let (before, after) = self
            .step(
                call,
                key,
                Action::ExpirePassword,
                Permission::UsersExpirePassword,
                EventType::UserExpirePassword,
            )
            .await?;
        Ok(User {
            status_changed: before.status_changed,
            ..after
        })
    }

    /// Expires a password and puts a temporary one in its place (`expirePasswordWithTempPassword`; P11).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Refused`, `Busy`, `Conflict`.
    pub async fn expire_password_with_temp_password(
        &self,
        call: &Call,
        key: &str,
        revoke_sessions: bool,
    ) -> Result<Secret, Error> {
        let action = Action::ExpirePasswordWithTempPassword;
        let user = self.find_user(call, key).await?;
        must(call, Permission::UsersExpirePassword, &user)?;
        user.transition(action, self.now())?;
        let temporary = entropy::temporary_password(&*self.ports.entropy);
        let stored = self.ports.hasher.hash(&temporary).await?;
        self.change_user(call, key, |user| {
            must(call, Permission::UsersExpirePassword, user)?;
            let at = self.now();
            let history = self.settings.password_policy.history_count;
            let transition = user.transition(action, at)?.with_password(stored.clone(), history, at);
            let mut changes = self.changes_of(user, &transition);
            if revoke_sessions {
                end_all(&mut changes, &user.id, call.caller.session());
            }
            let doer = Doer::caller(call);
            let mut event = self.event(&doer, EventType::UserExpirePassword, vec![Entity::user(user)], at);
            event.debug.insert("temporaryPassword".to_owned(), "true".to_owned());
            event
                .debug
                .insert("sessionsRevoked".to_owned(), revoke_sessions.to_string());
            changes.events.push(event);
            Ok((changes, ()))
        })
        .await?;
        Ok(temporary)
    }

    /// Makes a user choose a new password (`resetPassword`). The link is answered only when it is not mailed.
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Refused`, `Conflict`.
    pub async fn reset_password(
        &self,
        call: &Call,
        key: &str,
        request: ResetPassword,
    ) -> Result<Option<TokenLink>, Error> {
        let permission = Permission::UsersResetPassword;
        if request.federate {
            let event = EventType::UserResetPassword;
            return self
                .step(call, key, Action::Federate, permission, event)
                .await
                .map(|_| None);
        }
        let step = Step {
            action: Action::ResetPassword,
            permission,
            event: EventType::UserResetPassword,
            revoke_sessions: request.revoke_sessions,
        };
        self.step_with_link(call, key, &step, LinkKind::Reset, request.send_email)
            .await
    }

    /// A step without a token: the user before and after.
    async fn step(
        &self,
        call: &Call,
        key: &str,
        action: Action,
        permission: Permission,
        event: EventType,
    ) -> Result<(User, User), Error> {
        self.change_user(call, key, |user| self.stepped(call, user, action, permission, event))
            .await
    }

    /// What a step without a token changes.
    fn stepped(
        &self,
        call: &Call,
        user: &Seen,
        action: Action,
        permission: Permission,
        event: EventType,
    ) -> Result<(Changes, (User, User)), Error> {
        must(call, permission, user)?;
        let at = self.now();
        let transition = user.transition(action, at)?;
        let mut changes = self.changes_of(user, &transition);
        changes
            .events
            .push(self.event(&Doer::caller(call), event, vec![Entity::user(user)], at));
        Ok((changes, (User::clone(user), transition.user)))
    }

    /// A step that may issue a token. Where the table issues none, a link that is asked for is made all the same, so that
    /// the caller can pass it on.
    async fn step_with_link(
        &self,
        call: &Call,
        key: &str,
        step: &Step,
        kind: LinkKind,
        send_email: bool,
    ) -> Result<Option<TokenLink>, Error> {
        self.change_user(call, key, |user| {
            must(call, step.permission, user)?;
            let at = self.now();
            let mut transition = user.transition(step.action, at)?;
            let factor = self.automatic_factor(Some(user.status), &mut transition.user, at);
            let mut changes = self.changes_of(user, &transition);
            changes.writes.extend(factor);
            if step.revoke_sessions {
                end_all(&mut changes, &user.id, call.caller.session());
            }
            changes
                .events
                .push(self.event(&Doer::caller(call), step.event, vec![Entity::user(user)], at));
            let issues = matches!(transition.effects.tokens, TokenEffect::Issue(_));
            if !issues && send_email {
                return Ok((changes, None));
            }
            let kind = if user.status == denizen_domain::user::Status::Recovery {
                LinkKind::Reset
            } else {
                kind
            };
            let link = self.issue(&mut changes, &transition.user, kind, at);
            if send_email {
                self.mail_link(&mut changes, &transition.user, kind, &link, at)?;
                return Ok((changes, None));
            }
            Ok((changes, Some(link)))
        })
        .await
    }
}
