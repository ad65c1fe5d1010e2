//! The beginning of a recovery: by a mailed link, or by a token that a trusted program delivers (contract:
//! authn-and-recovery §7.1).

use denizen_domain::authority::Permission;
use denizen_domain::event::{Entity, EventType};
use denizen_domain::message::MailTemplate;
use denizen_domain::ports::{Changes, UserCriterion, UserSelection, Write};
use denizen_domain::search::UserQuery;
use denizen_domain::token::{OneTimeToken, TokenPurpose};
use denizen_domain::user::lifecycle::{Action, Refusal};
use denizen_domain::user::{Status, User};

use super::{Conversation, Progress, RecoveryKind};
use crate::account::{Doer, LinkKind, address};
use crate::call::{Call, RequestContext};
use crate::directory::{Directory, MOST_ROUNDS};
use crate::error::Error;
use crate::sight::must;

/// A request to recover an account.
#[derive(Clone, Debug)]
pub struct Recover {
    /// The login, its part before the `@`, or an address of the user.
    pub username: String,
    /// What for.
    pub kind: RecoveryKind,
    /// Told again with every answer.
    pub relay_state: Option<String>,
}

impl Directory {
    /// Mails a link to whoever asks for it, if there is such a user and the user may have it. The answer is the same whatever
    /// happens, and so is what it costs (T9).
    ///
    /// # Errors
    /// `UnlockNotOffered`, `Conflict`; as the store says.
    pub async fn recover_by_mail(&self, request: &RequestContext, wanted: Recover) -> Result<Conversation, Error> {
        self.check_unlock_is_offered(wanted.kind)?;
        let event = begun(wanted.kind);
        let is_sent = match self.user_to_recover(&wanted.username).await? {
            Some(user) => self.mail_recovery(request, user, wanted.kind).await?,
            None => false,
        };
        if !is_sent {
            self.tell_unknown(request, event).await?;
        }
        Ok(Conversation {
            progress: Progress::Mailed(wanted.kind),
            relay_state: wanted.relay_state,
        })
    }

    /// `false` when the user may not have a link now.
    async fn mail_recovery(&self, request: &RequestContext, user: User, kind: RecoveryKind) -> Result<bool, Error> {
        let doer = Doer::user(&user, request);
        let mut user = self.as_of_now(&doer, user).await?;
        for _ in 0..MOST_ROUNDS {
            let changes = match kind {
                RecoveryKind::Password => self.begin_reset(&doer, &user, true).map(|(changes, _)| changes),
                RecoveryKind::Unlock => self.mail_unlock(&doer, &user),
            };
            let changes = match changes {
                Ok(changes) => changes,
                Err(Error::Refused(_)) => return Ok(false),
                Err(other) => return Err(other),
            };
            if self.committed(changes).await? {
                return Ok(true);
            }
            match self.ports.store.user(&user.id).await? {
                Some(read) => user = read,
                None => return Ok(false),
            }
        }
        Err(Error::Conflict)
    }

    fn mail_unlock(&self, doer: &Doer, user: &User) -> Result<Changes, Error> {
        let at = self.now();
        let about = |kind| self.event(doer, kind, vec![Entity::user(user)], at);
        match user.status {
            Status::LockedOut => {}
            // Nothing comes of it, but whoever waits for a mail gets one (contract: messages §2).
            Status::Active | Status::PasswordExpired | Status::Recovery => {
                let mut changes = Changes::default();
                changes.events.push(about(EventType::UnlockMail));
                let template = MailTemplate::SelfServiceUnlockOnUnlockedAccount;
                self.mail_notice(&mut changes, template, address(user, "email"), user, at)?;
                return Ok(changes);
            }
            Status::Staged | Status::Provisioned | Status::Suspended | Status::Deprovisioned => {
                return Err(Refusal::NotLockedOut.into());
            }
        }
        let mut changes = self.replaces_tokens(user, TokenPurpose::Unlock);
        changes.events = vec![about(EventType::UnlockToken), about(EventType::UnlockMail)];
        let link = self.issue(&mut changes, user, LinkKind::Unlock, at);
        self.mail_link(&mut changes, user, LinkKind::Unlock, &link, at)?;
        Ok(changes)
    }

    /// Gives a token to a trusted program, which asks the user the recovery question with it.
    ///
    /// # Errors
    /// `Forbidden`, `RecoveryOfUnknownUser`, `Refused`, `UnlockNotOffered`, `Conflict`.
    pub async fn recover_for_program(&self, call: &Call, wanted: Recover) -> Result<Conversation, Error> {
        self.check_unlock_is_offered(wanted.kind)?;
        let (permission, purpose) = match wanted.kind {
            RecoveryKind::Password => (Permission::UsersResetPassword, TokenPurpose::Question),
            RecoveryKind::Unlock => (Permission::UsersUnlock, TokenPurpose::UnlockQuestion),
        };
        if call.caller.grants.is_empty() {
            return Err(Error::Forbidden);
        }
        let doer = Doer::caller(call);
        for _ in 0..MOST_ROUNDS {
            let Some(user) = self.user_to_recover(&wanted.username).await? else {
                return Err(Error::RecoveryOfUnknownUser);
            };
            // Whoever is out of the program's reach is unknown to it (R2).
            let user = match self.may_recover(call, permission, &user).await? {
                true => self.as_of_now(&doer, user).await?,
                false => return Err(Error::RecoveryOfUnknownUser),
            };
            match wanted.kind {
                RecoveryKind::Password => drop(user.transition(Action::ForgotPassword, self.now())?),
                RecoveryKind::Unlock if user.status != Status::LockedOut => return Err(Refusal::NotLockedOut.into()),
                RecoveryKind::Unlock => {}
            }
            if user.credentials.recovery_question.is_none() {
                return Err(Refusal::RecoveryQuestionNotSet.into());
            }
            let at = self.now();
            let mut changes = self.replaces_tokens(&user, purpose);
            let token = denizen_domain::entropy::one_time_token(&*self.ports.entropy, "");
            let expires = at.plus_minutes(self.settings.password_policy.recovery_token_minutes);
            changes.writes.push(Write::InsertOneTimeToken(OneTimeToken {
                digest: token.digest(),
                user_id: user.id.clone(),
                purpose,
                created: at,
                expires,
            }));
            changes
                .events
                .push(self.event(&doer, begun(wanted.kind), vec![Entity::user(&user)], at));
            if self.committed(changes).await? {
                return Ok(Conversation {
                    progress: Progress::Recoverable {
                        kind: wanted.kind,
                        token,
                        expires,
                        user: Box::new(user),
                    },
                    relay_state: wanted.relay_state,
                });
            }
        }
        Err(Error::Conflict)
    }

    async fn may_recover(&self, call: &Call, permission: Permission, user: &User) -> Result<bool, Error> {
        match self.find_user(call, user.id.as_str()).await {
            Ok(seen) => Ok(must(call, permission, &seen).is_ok()),
            Err(Error::NotFound { .. } | Error::Forbidden) => Ok(false),
            Err(other) => Err(other),
        }
    }

    /// The changes that void a user's tokens of a purpose: the user is written so that nothing else happens meanwhile (T6).
    fn replaces_tokens(&self, user: &User, purpose: TokenPurpose) -> Changes {
        let same = Write::UpdateUser {
            from: Box::new(user.clone()),
            to: Box::new(user.clone()),
        };
        let void = Write::VoidOneTimeTokens {
            user_id: user.id.clone(),
            purpose: Some(purpose),
        };
        Changes {
            writes: vec![same, void],
            ..Changes::default()
        }
    }

    fn check_unlock_is_offered(&self, kind: RecoveryKind) -> Result<(), Error> {
        if kind == RecoveryKind::Unlock && !self.settings.password_policy.self_service_unlock {
            return Err(Error::UnlockNotOffered);
        }
        Ok(())
    }

    /// Who recovers an account under a name: the owner of the login, else of the primary address, else of the secondary one;
    /// never somebody who is deactivated. An address of several users names none of them. All is looked up whatever is found,
    /// so that the time tells nothing (T9).
    async fn user_to_recover(&self, name: &str) -> Result<Option<User>, Error> {
        let by_login = self.user_who_signs_in(name).await?;
        let mut found = vec![by_login];
        if name.contains('@') {
            for attribute in ["email", "secondEmail"] {
                found.push(self.only_user_with(attribute, name).await?);
            }
        }
        let known = found.into_iter().flatten();
        Ok(known.into_iter().find(|user| user.status != Status::Deprovisioned))
    }

    async fn only_user_with(&self, attribute: &str, address: &str) -> Result<Option<User>, Error> {
        let structure = self.structure().await?;
        let schemas: Vec<_> = structure.user_types.iter().map(|(_, schema)| schema.clone()).collect();
        let text = format!("profile.{attribute} eq {}", serde_json::Value::from(address));
        let Ok(query) = UserQuery::search(&text, &schemas) else {
            return Ok(None);
        };
        let selection = UserSelection {
            criterion: UserCriterion::Matching(query),
            within: None,
            sort: None,
            after: None,
            limit: 2,
        };
        let mut page = self.ports.store.list_users(&selection).await?;
        Ok(if page.items.len() == 1 { page.items.pop() } else { None })
    }
}

/// What the log calls the beginning of a recovery.
fn begun(kind: RecoveryKind) -> EventType {
    match kind {
        RecoveryKind::Password => EventType::UserResetPassword,
        RecoveryKind::Unlock => EventType::UnlockToken,
    }
}
