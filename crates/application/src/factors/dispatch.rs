//! Codes and notices of factors, on their way to people (contract: messages §1, §2; factors §11, §15).

use denizen_domain::event::{Entity, EventOutcome, EventType};
use denizen_domain::factor::{Device, Factor, FactorKind};
use denizen_domain::id::SmsTemplateId;
use denizen_domain::message::{Mail, MailTemplate, Message, Sms, VoiceCall};
use denizen_domain::ports::Changes;
use denizen_domain::secret::Secret;
use denizen_domain::sending::Channel;
use denizen_domain::sms_template::{DEFAULT_TEXT, filled};
use denizen_domain::time::Timestamp;
use denizen_domain::user::User;

use super::kinds::{Sent, SentFor};
use super::{Trial, Wording};
use crate::account::{Doer, address};
use crate::directory::Directory;
use crate::error::Error;

impl Directory {
    /// Adds what sends a code to a device: the message, what is noted of it, and the event.
    pub(super) async fn dispatch(
        &self,
        changes: &mut Changes,
        sent: &Sent<'_>,
        device: &Device,
        code: &Secret,
        expires: Timestamp,
    ) -> Result<(), Error> {
        let Sent { user, at, .. } = *sent;
        match device {
            Device::Sms(phone) => {
                let to = phone.number.as_called();
                self.note_sending(changes, Channel::Sms, to, at).await?;
                // Where the code has no room in the text, nothing is sent (contract: messages §1).
                if let Some(text) = self.sms_text(sent.wording, code).await? {
                    let sms = Sms {
                        to: to.to_owned(),
                        text,
                        expires: expires.as_millis(),
                    };
                    self.send(changes, &Message::Sms(sms), at)?;
                }
            }
            Device::Call(phone) => {
                let to = phone.number.as_called();
                self.note_sending(changes, Channel::Call, to, at).await?;
                let call = VoiceCall {
                    to: to.to_owned(),
                    extension: phone.extension.as_ref().map(|extension| extension.as_str().to_owned()),
                    org_name: self.organization.name.clone(),
                    code: code.clone(),
                    expires: expires.as_millis(),
                };
                self.send(changes, &Message::Call(call), at)?;
            }
            Device::Email(mailbox) => {
                let noted = mailbox.address.to_lowercase();
                self.note_sending(changes, Channel::Email, &noted, at).await?;
                let template = match sent.purpose {
                    SentFor::Activation => MailTemplate::EmailFactorVerification,
                    SentFor::Challenge => MailTemplate::EmailChallenge,
                };
                let mail = Mail {
                    code: Some(code.clone()),
                    expires: Some(expires.as_millis()),
                    ..self.mail(template, vec![mailbox.address.clone()], user, at)
                };
                self.send_mail(changes, mail, at)?;
            }
            _ => return Ok(()),
        }
        let kind = device.kind();
        let mut event = self.factor_event(sent.doer, event_of(kind, sent.purpose), user, kind, at);
        let seconds = (expires.as_millis() - at.as_millis()) / 1000;
        event
            .debug
            .insert("tokenLifetimeSeconds".to_owned(), seconds.to_string());
        changes.events.push(event);
        Ok(())
    }

    /// The text of a short message. A template that there is not is passed over (contract: factors §6.4).
    async fn sms_text(&self, wording: &Wording, code: &Secret) -> Result<Option<Secret>, Error> {
        let id = wording.template_id.as_deref().and_then(SmsTemplateId::parse);
        let template = match id {
            Some(id) => self.ports.store.sms_template(&id).await?,
            None => None,
        };
        let languages: Vec<String> = wording.language.iter().cloned().collect();
        let text = template
            .as_ref()
            .map_or(DEFAULT_TEXT, |template| template.text_in(&languages));
        Ok(filled(text, &self.organization.name, code.expose()).map(Secret::new))
    }

    /// Tells the log that a code that was mailed was typed in, right or wrong.
    pub(super) fn tell_redeemed(
        &self,
        changes: &mut Changes,
        trial: &Trial<'_>,
        user: &User,
        kind: FactorKind,
        at: Timestamp,
    ) {
        if kind != FactorKind::Email {
            return;
        }
        let outcome = changes.events.last().map(|event| event.outcome.clone());
        let mut event = self.factor_event(trial.doer, EventType::MailCodeRedeemed, user, kind, at);
        event.outcome = outcome.unwrap_or(EventOutcome::Success);
        event.debug.insert("action".to_owned(), "code".to_owned());
        changes.events.push(event);
    }

    /// Tells the log that another number took the place of the one on file.
    pub(super) fn tell_replaced(&self, changes: &mut Changes, doer: &Doer, user: &User, to: &Factor, at: Timestamp) {
        let kind = to.kind();
        let before = user.factors.number(kind);
        let after = user.factors.filed(to);
        if before.is_some_and(|before| after.number(kind).is_some_and(|after| after.number != before.number)) {
            let event = self.factor_event(doer, EventType::FactorUpdate, user, kind, at);
            changes.events.push(event);
        }
    }

    /// Adds the mail that tells a user of a factor that is theirs from now on, where that is wanted.
    pub(crate) fn tell_enrolled(
        &self,
        changes: &mut Changes,
        doer: &Doer,
        user: &User,
        kind: FactorKind,
        at: Timestamp,
    ) -> Result<(), Error> {
        if !self.settings.messages.tell_factor_enrolled {
            return Ok(());
        }
        let mail = self.factor_mail(MailTemplate::AuthenticatorEnrolled, user, in_words(kind), at);
        let event = self.factor_event(doer, EventType::FactorEnrolledMail, user, kind, at);
        changes.events.push(event);
        self.send_mail(changes, mail, at)
    }

    /// Adds the mail that tells a user of a factor that is gone, or of all of them, where that is wanted.
    pub(crate) fn tell_reset(
        &self,
        changes: &mut Changes,
        doer: &Doer,
        user: &User,
        kind: Option<FactorKind>,
        at: Timestamp,
    ) -> Result<(), Error> {
        if !self.settings.messages.tell_factor_reset {
            return Ok(());
        }
        let what = kind.map_or("every factor", in_words);
        let mail = self.factor_mail(MailTemplate::AuthenticatorReset, user, what, at);
        let event = match kind {
            Some(kind) => self.factor_event(doer, EventType::FactorResetMail, user, kind, at),
            None => self.event(doer, EventType::FactorResetMail, vec![Entity::user(user)], at),
        };
        changes.events.push(event);
        self.send_mail(changes, mail, at)
    }

    fn factor_mail(&self, template: MailTemplate, user: &User, what: &str, at: Timestamp) -> Mail {
        Mail {
            factors: vec![what.to_owned()],
            ..self.mail(template, address(user, "email"), user, at)
        }
    }
}

fn event_of(kind: FactorKind, purpose: SentFor) -> EventType {
    match (kind, purpose) {
        (FactorKind::Sms, SentFor::Activation) => EventType::SmsActivationCode,
        (FactorKind::Sms, SentFor::Challenge) => EventType::SmsChallengeCode,
        (FactorKind::Call, SentFor::Activation) => EventType::CallActivationCode,
        (FactorKind::Call, SentFor::Challenge) => EventType::CallChallengeCode,
        _ => EventType::MailCode,
    }
}

/// A kind of factor in a mail.
fn in_words(kind: FactorKind) -> &'static str {
    match kind {
        FactorKind::Question => "a security question",
        FactorKind::OktaTotp | FactorKind::GoogleTotp => "an authenticator app",
        FactorKind::Sms => "codes by SMS",
        FactorKind::Call => "codes by phone call",
        FactorKind::Email => "codes by email",
        FactorKind::Push => "approval on a device",
        FactorKind::WebAuthn | FactorKind::U2f => "a security key",
        FactorKind::CustomHotp | FactorKind::Rsa | FactorKind::Symantec => "a token",
        FactorKind::Yubikey => "a YubiKey",
        FactorKind::Duo => "Duo Security",
    }
}
