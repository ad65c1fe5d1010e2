//! Events and messages that a change carries.

use std::collections::BTreeMap;

use denizen_domain::authority::Principal;
use denizen_domain::entropy;
use denizen_domain::event::{Client, Entity, EventOutcome, EventType, LogEvent};
use denizen_domain::id::MessageId;
use denizen_domain::message::{Mail, MailTemplate, MailUser, Message, OutgoingMessage};
use denizen_domain::ports::{AppWrite, Changes, OAuthWrite, RoleWrite, SessionWrite, Write};
use denizen_domain::secret::Secret;
use denizen_domain::sign_in::Purpose;
use denizen_domain::time::Timestamp;
use denizen_domain::token::{OneTimeToken, TokenPurpose};
use denizen_domain::user::{Fate, Sessions, TokenEffect, Transition, User};

use crate::call::{Call, RequestContext, TokenLink};
use crate::directory::Directory;
use crate::error::Error;
use crate::sessions::end_all;

/// Who does something, and by which request.
#[derive(Clone)]
pub(crate) struct Doer {
    actor: Entity,
    request: RequestContext,
}

impl Doer {
    /// The caller of a use case.
    pub(crate) fn caller(call: &Call) -> Self {
        Self::principal(&call.caller.principal, &call.request)
    }

    /// Somebody whose call was refused.
    pub(crate) fn principal(principal: &Principal, request: &RequestContext) -> Self {
        Self {
            actor: actor(principal),
            request: request.clone(),
        }
    }

    /// Nobody who is known. What they said of themselves may be a secret in the wrong field, and is not kept.
    pub(crate) fn unknown(request: &RequestContext) -> Self {
        let actor = Entity {
            id: "unknown".to_owned(),
            kind: "User".to_owned(),
            alternate_id: Some("unknown".to_owned()),
            display_name: None,
        };
        Self {
            actor,
            request: request.clone(),
        }
    }

    /// Somebody who is no caller, such as a client that asks for a token.
    pub(crate) fn entity(actor: Entity, request: &RequestContext) -> Self {
        Self {
            actor,
            request: request.clone(),
        }
    }

    /// A user who acts without a caller's token.
    pub(crate) fn user(user: &User, request: &RequestContext) -> Self {
        Self {
            actor: Entity::user(user),
            request: request.clone(),
        }
    }

    /// The request by which it is done.
    pub(crate) fn request(&self) -> &RequestContext {
        &self.request
    }

    /// The directory itself.
    pub(crate) fn system(organization: &str) -> Self {
        let actor = Entity {
            id: organization.to_owned(),
            kind: "SystemPrincipal".to_owned(),
            alternate_id: Some("system".to_owned()),
            display_name: Some("Denizen".to_owned()),
        };
        Self {
            actor,
            request: RequestContext {
                id: "system".to_owned(),
                ..RequestContext::default()
            },
        }
    }
}

/// Somebody who calls, as a participant of an event.
fn actor(principal: &Principal) -> Entity {
    match principal {
        Principal::User {
            id,
            login,
            display_name,
        } => Entity {
            id: id.to_string(),
            kind: "User".to_owned(),
            alternate_id: Some(login.clone()),
            display_name: Some(display_name.clone()),
        },
        Principal::App { id, label } => Entity {
            id: id.to_string(),
            kind: "PublicClientApp".to_owned(),
            alternate_id: Some(id.to_string()),
            display_name: Some(label.clone()),
        },
    }
}

/// Which link a one-time token travels in (contract: users §7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LinkKind {
    /// To a first password.
    Activation,
    /// To a new password, by an administrator.
    Reset,
    /// To a new password, by the user.
    Forgot,
    /// Out of a lock-out.
    Unlock,
}

impl LinkKind {
    fn purpose(self) -> TokenPurpose {
        match self {
            Self::Activation => TokenPurpose::Activation,
            Self::Reset | Self::Forgot => TokenPurpose::PasswordReset,
            Self::Unlock => TokenPurpose::Unlock,
        }
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::Activation | Self::Unlock => "",
            Self::Reset => "drp",
            Self::Forgot => "dfp",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Activation => "welcome",
            Self::Reset => "reset_password",
            Self::Forgot => "signin/reset-password",
            Self::Unlock => "signin/unlock",
        }
    }

    fn template(self) -> MailTemplate {
        match self {
            Self::Activation => MailTemplate::UserActivation,
            Self::Reset => MailTemplate::PasswordResetByAdmin,
            Self::Forgot => MailTemplate::ForgotPassword,
            Self::Unlock => MailTemplate::SelfServiceUnlock,
        }
    }
}

impl Directory {
    /// An event about some entities.
    pub(crate) fn event(&self, doer: &Doer, kind: EventType, targets: Vec<Entity>, at: Timestamp) -> LogEvent {
        LogEvent {
            uuid: entropy::uuid(&*self.ports.entropy),
            published: at.as_millis(),
            event_type: kind,
            actor: doer.actor.clone(),
            client: Client {
                ip_address: doer.request.ip_address.clone(),
                user_agent: doer.request.user_agent.clone(),
            },
            request_id: doer.request.id.clone(),
            outcome: EventOutcome::Success,
            targets,
            debug: BTreeMap::new(),
        }
    }

    /// The changes that a transition asks for, beside tokens that it issues.
    pub(crate) fn changes_of(&self, before: &User, transition: &Transition) -> Changes {
        let mut writes = Vec::new();
        match transition.fate {
            Fate::Unchanged if transition.effects.tokens == TokenEffect::Keep => {}
            // Where only tokens change, the user is written all the same: the version tells whether they still may.
            Fate::Unchanged | Fate::Changed => writes.push(Write::UpdateUser {
                from: Box::new(before.clone()),
                to: Box::new(transition.user.clone()),
            }),
            Fate::Removed => writes.push(Write::DeleteUser(Box::new(before.clone()))),
        }
        if transition.fate != Fate::Removed {
            if transition.effects.tokens != TokenEffect::Keep {
                writes.push(Write::VoidOneTimeTokens {
                    user_id: before.id.clone(),
                    purpose: None,
                });
                // What began with one of them is void with them.
                writes.push(Write::Session(SessionWrite::VoidAllOf {
                    user_id: before.id.clone(),
                    purpose: Some(Purpose::Recovery),
                }));
            }
            if transition.effects.revoke_api_tokens {
                writes.push(Write::DeleteApiTokensOf(before.id.clone()));
                writes.push(Write::OAuth(OAuthWrite::DeleteTokensOfUser(before.id.clone())));
                // Whoever is deactivated loses every app of their own (contract: users §7.1).
                writes.push(Write::App(AppWrite::UnassignUserFromAll(before.id.clone())));
                // The same goes for roles (contract: roles-and-targets §3.3).
                writes.push(Write::Role(RoleWrite::UnassignAllOf(before.id.clone())));
            }
        }
        let mut changes = Changes {
            writes,
            ..Changes::default()
        };
        if transition.fate != Fate::Removed && transition.effects.sessions == Sessions::End {
            end_all(&mut changes, &before.id, None);
        }
        changes
    }

    /// Draws a one-time token, adds it to the changes, and gives back its link.
    pub(crate) fn issue(&self, changes: &mut Changes, user: &User, kind: LinkKind, at: Timestamp) -> TokenLink {
        let token = entropy::one_time_token(&*self.ports.entropy, kind.prefix());
        let minutes = self.token_minutes(kind);
        changes.writes.push(Write::InsertOneTimeToken(OneTimeToken {
            digest: token.digest(),
            user_id: user.id.clone(),
            purpose: kind.purpose(),
            created: at,
            expires: at.plus_minutes(minutes),
        }));
        let url = Secret::new(format!(
            "{}/{}/{}",
            self.settings.public_url,
            kind.path(),
            token.expose()
        ));
        TokenLink { url, token }
    }

    fn token_minutes(&self, kind: LinkKind) -> i64 {
        match kind {
            LinkKind::Activation => self.settings.activation_token_minutes,
            LinkKind::Reset | LinkKind::Forgot | LinkKind::Unlock => {
                self.settings.password_policy.recovery_token_minutes
            }
        }
    }

    /// Adds the mail that carries a link.
    pub(crate) fn mail_link(
        &self,
        changes: &mut Changes,
        user: &User,
        kind: LinkKind,
        link: &TokenLink,
        at: Timestamp,
    ) -> Result<(), Error> {
        let mut to = address(user, "email");
        if kind != LinkKind::Activation {
            to.extend(address(user, "secondEmail"));
        }
        let expires = at.plus_minutes(self.token_minutes(kind)).as_millis();
        let mail = Mail {
            link: Some(link.url.clone()),
            expires: Some(expires),
            ..self.mail(kind.template(), to, user, at)
        };
        self.send_mail(changes, mail, at)
    }

    /// Adds a mail without a link.
    pub(crate) fn mail_notice(
        &self,
        changes: &mut Changes,
        template: MailTemplate,
        to: Vec<String>,
        about: &User,
        at: Timestamp,
    ) -> Result<(), Error> {
        let mail = self.mail(template, to, about, at);
        self.send_mail(changes, mail, at)
    }

    /// Adds the notice that the password was changed (T10).
    pub(crate) fn mail_password_changed(&self, changes: &mut Changes, user: &User, at: Timestamp) -> Result<(), Error> {
        self.mail_notice(changes, MailTemplate::PasswordChanged, address(user, "email"), user, at)
    }

    pub(crate) fn mail(&self, template: MailTemplate, to: Vec<String>, user: &User, at: Timestamp) -> Mail {
        let attributes = user.profile.attributes();
        let text = |name: &str| {
            attributes
                .get(name)
                .and_then(|value| value.as_str())
                .unwrap_or_default()
                .to_owned()
        };
        Mail {
            template,
            to,
            written: at.as_millis(),
            org_name: self.organization.name.clone(),
            base_url: self.settings.public_url.clone(),
            user: MailUser {
                login: user.login.as_str().to_owned(),
                first_name: text("firstName"),
                last_name: text("lastName"),
            },
            link: None,
            code: None,
            expires: None,
            factors: Vec::new(),
        }
    }

    /// Adds a mail, if there is somebody to get it.
    pub(crate) fn send_mail(&self, changes: &mut Changes, mail: Mail, at: Timestamp) -> Result<(), Error> {
        if mail.to.is_empty() {
            return Ok(());
        }
        self.send(changes, &Message::Mail(Box::new(mail)), at)
    }

    /// Adds a message, sealed.
    pub(crate) fn send(&self, changes: &mut Changes, message: &Message, at: Timestamp) -> Result<(), Error> {
        let id = MessageId::generate(at, self.random());
        let plain = message
            .to_stored()
            .map_err(|error| Error::Internal(error.to_string()))?;
        let sealed = self.ports.sealer.seal(&plain, id.as_str());
        changes.messages.push(OutgoingMessage {
            id,
            kind: message.kind(),
            sealed,
            created: at,
        });
        Ok(())
    }
}

/// The address that a profile has under a name.
pub(crate) fn address(user: &User, attribute: &str) -> Vec<String> {
    user.profile
        .text(attribute)
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect()
}
