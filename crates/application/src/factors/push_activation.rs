//! From the enrolment of a device to its registration, as whoever enrols it sees it (contract: factors §6.8, §7.6).

use denizen_domain::authority::Permission;
use denizen_domain::factor::{Device, Factor, FactorKind, FactorRefusal};
use denizen_domain::message::{Mail, MailTemplate, Message, Sms};
use denizen_domain::phone::PhoneNumber;
use denizen_domain::ports::Changes;
use denizen_domain::push::{Activation as Waiting, ActivationLink, Push};
use denizen_domain::secret::Secret;
use denizen_domain::sending::Channel;
use denizen_domain::time::Timestamp;
use denizen_domain::user::{Status, User};

use super::{Activation, factor_id, unknown_factor, update_factor};
use crate::account::address;
use crate::call::Call;
use crate::directory::{Directory, MOST_ROUNDS, must};
use crate::error::Error;

/// How far a device has come.
#[derive(Clone, Debug)]
pub enum PushActivation {
    /// None has registered yet.
    Waiting(Activation),
    /// None has registered in time.
    TimedOut,
    /// One has.
    Done,
}

/// What is to be done about a factor that waits for its device.
#[derive(Clone, Debug)]
pub enum PushActivationStep {
    /// Tell how far it is.
    Poll,
    /// The same; once it was told that the time has run out, begin anew.
    Activate,
    /// Send the link by mail.
    Mail,
    /// Send the link to a phone: to this number, or to the one on file.
    Sms(Option<String>),
}

impl Directory {
    /// Tells how far the device of a factor has come, or helps it on its way (`activateFactor`, `pollFactorActivation`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Factor`, `Phone`, `Sending`, `NoTelephony`, `Conflict`.
    pub async fn push_activation(
        &self,
        call: &Call,
        key: &str,
        id: &str,
        step: &PushActivationStep,
    ) -> Result<(User, Factor, PushActivation), Error> {
        let user = self.find_user(call, key).await?;
        must(call, Permission::UsersCredentialsManage, &user)?;
        let id = factor_id(id)?;
        for _ in 0..MOST_ROUNDS {
            let found = self.ports.store.factor(&user.id, &id).await?;
            let (factor, user) = found.ok_or_else(|| unknown_factor(id.as_str()))?;
            if user.status == Status::Deprovisioned {
                return Err(FactorRefusal::UserStatus.into());
            }
            let sends = matches!(step, PushActivationStep::Mail | PushActivationStep::Sms(_));
            let waiting = match &factor.device {
                Device::Push(Push::Waiting(waiting)) => waiting,
                Device::Push(Push::Registered(_)) if !sends => return Ok((user, factor, PushActivation::Done)),
                Device::Push(Push::Registered(_)) => return Err(FactorRefusal::WrongState.into()),
                _ => return Err(FactorRefusal::NotOffered.into()),
            };
            let (changes, stands) = self.step_to_device(&user, &factor, waiting, step).await?;
            if changes.writes.is_empty() || self.committed(changes).await? {
                return Ok((user, factor, stands));
            }
        }
        Err(Error::Conflict)
    }

    async fn step_to_device(
        &self,
        user: &User,
        factor: &Factor,
        waiting: &Waiting,
        step: &PushActivationStep,
    ) -> Result<(Changes, PushActivation), Error> {
        let at = self.now();
        let mut changes = Changes::default();
        if !waiting.is_live(at) {
            let (device, stands) = if waiting.is_told_over && matches!(step, PushActivationStep::Activate) {
                let (again, activation) = self.push_activation_of(&factor.id, at);
                (again, PushActivation::Waiting(activation))
            } else if waiting.is_told_over {
                return Ok((changes, PushActivation::TimedOut));
            } else {
                let told = Waiting {
                    is_told_over: true,
                    ..waiting.clone()
                };
                (told, PushActivation::TimedOut)
            };
            let device = Device::Push(Push::Waiting(device));
            let to = Factor {
                key: device.key(),
                ..factor.with(device)
            };
            changes.writes.push(update_factor(factor, to));
            return Ok((changes, stands));
        }
        let token = self.activation_token(factor, waiting)?;
        match step {
            PushActivationStep::Poll | PushActivationStep::Activate => {}
            PushActivationStep::Mail => self.mail_activation(&mut changes, user, &token, waiting, at).await?,
            PushActivationStep::Sms(number) => {
                let number = self.number_for_activation(user, number.as_deref())?;
                self.text_activation(&mut changes, &number, &token, waiting, at).await?;
            }
        }
        let expires = waiting.expires;
        Ok((changes, PushActivation::Waiting(Activation::Push { token, expires })))
    }

    /// The token that a device registers with.
    pub(crate) fn activation_token(&self, factor: &Factor, waiting: &Waiting) -> Result<Secret, Error> {
        let token = self.opened_for(&factor.id, &waiting.token)?;
        Ok(Secret::new(String::from_utf8_lossy(&token)))
    }

    /// The link that a device registers with.
    pub(crate) fn activation_link(&self, token: &Secret) -> Secret {
        let link = ActivationLink {
            base_url: self.settings.public_url.clone(),
            token: token.clone(),
        };
        link.to_text()
    }

    async fn mail_activation(
        &self,
        changes: &mut Changes,
        user: &User,
        token: &Secret,
        waiting: &Waiting,
        at: Timestamp,
    ) -> Result<(), Error> {
        let to = address(user, "email");
        if let Some(address) = to.first() {
            let noted = address.to_lowercase();
            self.note_sending(changes, Channel::Email, &noted, at).await?;
        }
        let mail = Mail {
            link: Some(self.activation_link(token)),
            expires: Some(waiting.expires.as_millis()),
            ..self.mail(MailTemplate::OktaVerifyActivation, to, user, at)
        };
        self.send_mail(changes, mail, at)
    }

    /// The number that is named, or else the one that the user has shown to be theirs.
    fn number_for_activation(&self, user: &User, given: Option<&str>) -> Result<PhoneNumber, Error> {
        if !self.settings.messages.telephony {
            return Err(Error::NoTelephony);
        }
        if let Some(given) = given.filter(|text| !text.is_empty()) {
            return Ok(PhoneNumber::parse(given, &self.settings.messages.phone_rules)?);
        }
        let on_file = user.factors.number(FactorKind::Sms);
        let on_file = on_file.ok_or(FactorRefusal::InvalidProfile)?;
        Ok(on_file.number.clone())
    }

    async fn text_activation(
        &self,
        changes: &mut Changes,
        number: &PhoneNumber,
        token: &Secret,
        waiting: &Waiting,
        at: Timestamp,
    ) -> Result<(), Error> {
        let to = number.as_called();
        self.note_sending(changes, Channel::Sms, to, at).await?;
        let link = self.activation_link(token);
        let sms = Sms {
            to: to.to_owned(),
            text: Secret::new(format!(
                "{}: register your device with {}",
                self.organization.name,
                link.expose()
            )),
            expires: waiting.expires.as_millis(),
        };
        self.send(changes, &Message::Sms(sms), at)
    }
}
