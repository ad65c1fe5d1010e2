//! Factors that codes are sent to: phones and mail addresses (contract: factors §7.2 to §7.4, §8; checklist S1 to S6).

use denizen_domain::factor::{
    CodeChallenge, Device, Factor, FactorId, FactorKind, FactorRefusal, FactorStatus, Mailbox, NumberOnFile, Phone,
    USUAL_CODE_SECONDS, WrongProof, six_digits,
};
use denizen_domain::phone::{PhoneExtension, PhoneNumber};
use denizen_domain::ports::Changes;
use denizen_domain::secret::{Secret, SecretDigest};
use denizen_domain::time::Timestamp;
use denizen_domain::user::User;

use super::{Challenge, Judged, New};
use crate::account::{Doer, address};
use crate::directory::Directory;
use crate::error::Error;
use crate::factors::enrol::Target;
use crate::factors::{EnrolFactor, FactorProfile, Trial, Wording};

/// What a code is sent for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SentFor {
    /// To show that the phone or the address is the user's.
    Activation,
    /// To show a factor.
    Challenge,
}

/// A code that is to be sent.
pub(crate) struct Sent<'a> {
    pub(crate) doer: &'a Doer,
    pub(crate) user: &'a User,
    pub(crate) purpose: SentFor,
    pub(crate) wording: &'a Wording,
    pub(crate) bound_to: Option<SecretDigest>,
    pub(crate) at: Timestamp,
}

impl Directory {
    /// What stands against another number while one is on file (contract: factors §7.2).
    pub(crate) fn must_keep_number(
        &self,
        user: &User,
        present: &[Factor],
        kind: FactorKind,
        request: &EnrolFactor,
    ) -> Result<(), Error> {
        let Some(on_file) = user.factors.number(kind) else {
            return Ok(());
        };
        let given = request
            .profile
            .as_ref()
            .and_then(|profile| profile.phone_number.as_deref());
        let Some(given) = given.filter(|text| !text.is_empty()) else {
            return Ok(());
        };
        let number = PhoneNumber::parse(given, &self.settings.messages.phone_rules)?;
        let is_used = present.iter().any(|factor| factor.kind() == kind && factor.is_active());
        if number == on_file.number || request.update_phone && !is_used {
            return Ok(());
        }
        Err(match kind {
            FactorKind::Sms => FactorRefusal::OtherNumberOnFile,
            _ => FactorRefusal::AlreadySetUp,
        }
        .into())
    }

    /// A phone or an address that is to be a factor; the code is on its way, unless it is active at once.
    pub(super) async fn new_sent(
        &self,
        doer: &Doer,
        user: &User,
        target: &Target<'_>,
        request: &EnrolFactor,
    ) -> Result<New, Error> {
        let device = match target.kind {
            FactorKind::Email => Device::Email(own_mailbox(user, request)?),
            kind => {
                let phone = self.phone(user.factors.number(kind), request)?;
                match kind {
                    FactorKind::Call => Device::Call(phone),
                    _ => Device::Sms(Phone {
                        extension: None,
                        ..phone
                    }),
                }
            }
        };
        let mut new = New {
            device,
            status: FactorStatus::Active,
            key: None,
            activation: None,
            user: None,
            beside: Changes::default(),
        };
        if request.activate {
            return Ok(new);
        }
        let sent = Sent {
            doer,
            user,
            purpose: SentFor::Activation,
            wording: &request.wording,
            bound_to: None,
            at: target.at,
        };
        new.status = FactorStatus::PendingActivation;
        new.device = self.send_code(&mut new.beside, &sent, target.id, &new.device).await?;
        Ok(new)
    }

    /// The phone that is asked for; the number on file where none is named.
    fn phone(&self, on_file: Option<&NumberOnFile>, request: &EnrolFactor) -> Result<Phone, Error> {
        let nothing = FactorProfile::default();
        let profile = request.profile.as_ref().unwrap_or(&nothing);
        let number = profile.phone_number.as_deref().filter(|text| !text.is_empty());
        let (number, known) = match (number, on_file) {
            (Some(text), _) => (PhoneNumber::parse(text, &self.settings.messages.phone_rules)?, None),
            (None, Some(on_file)) => (on_file.number.clone(), on_file.extension.clone()),
            (None, None) => return Err(FactorRefusal::InvalidProfile.into()),
        };
        let extension = profile.phone_extension.as_deref().filter(|text| !text.is_empty());
        let extension = extension.map(PhoneExtension::parse).transpose()?;
        Ok(Phone {
            number,
            extension: extension.or(known),
            challenge: None,
        })
    }

    /// Draws a code, sends it, and gives back the device with it. The one before is void from then on (S2).
    pub(crate) async fn send_code(
        &self,
        changes: &mut Changes,
        sent: &Sent<'_>,
        id: &FactorId,
        device: &Device,
    ) -> Result<Device, Error> {
        let code = six_digits(&*self.ports.entropy);
        let seconds = match device {
            Device::Email(_) => sent.wording.lifetime_seconds.map_or(USUAL_CODE_SECONDS, i64::from),
            _ => USUAL_CODE_SECONDS,
        };
        let sealed = self.sealed_for(id, code.expose().as_bytes());
        let challenge = CodeChallenge::new(sealed, seconds, sent.bound_to, sent.at);
        self.dispatch(changes, sent, device, &code, challenge.expires).await?;
        Ok(device.with_code(Some(challenge)))
    }

    /// Judges a code, or sends one where none is shown.
    pub(super) async fn judge_sent(
        &self,
        trial: &Trial<'_>,
        factor: &Factor,
        user: &User,
        at: Timestamp,
    ) -> Result<Judged, Error> {
        let shown = trial.request.proof.pass_code.as_ref();
        if let Some(shown) = shown.filter(|code| !code.expose().is_empty()) {
            return self.judge_code(factor, shown, trial.bound_to.as_ref(), at);
        }
        let sent = Sent {
            doer: trial.doer,
            user,
            purpose: SentFor::Challenge,
            wording: &trial.request.wording,
            bound_to: trial.bound_to,
            at,
        };
        let mut beside = Changes::default();
        let device = self.send_code(&mut beside, &sent, &factor.id, &factor.device).await?;
        Ok(Judged::Challenged(device, Challenge::Sent, beside))
    }

    /// Judges a code. A right one is used up, and a wrong one is one miss of the code that was sent (S1, S3).
    pub(super) fn judge_code(
        &self,
        factor: &Factor,
        shown: &Secret,
        bound_to: Option<&SecretDigest>,
        at: Timestamp,
    ) -> Result<Judged, Error> {
        let device = &factor.device;
        let open = device.sent_code().filter(|sent| sent.is_open(bound_to, at));
        let Some(sent) = open else {
            return Ok(Judged::Wrong(WrongProof::PassCode, device.clone()));
        };
        let code = self.opened_for(&factor.id, &sent.code)?;
        let code = Secret::new(String::from_utf8_lossy(&code));
        // By their digests: how long it takes says nothing of how much is right (K2).
        if code.digest() == shown.digest() {
            Ok(Judged::Right(device.with_code(None)))
        } else {
            let missed = device.with_code(Some(sent.missed()));
            Ok(Judged::Wrong(WrongProof::PassCode, missed))
        }
    }
}

/// The address that is asked for, which must be the user's own. Secondary addresses are none: whoever reads mails there need
/// not be the user (contract: factors §7.4).
fn own_mailbox(user: &User, request: &EnrolFactor) -> Result<Mailbox, Error> {
    let given = request.profile.as_ref().and_then(|profile| profile.email.as_deref());
    let given = given
        .filter(|text| !text.is_empty())
        .ok_or(FactorRefusal::InvalidProfile)?;
    let own = address(user, "email").pop().unwrap_or_default();
    if own.to_lowercase() != given.to_lowercase() {
        return Err(FactorRefusal::ForeignAddress.into());
    }
    Ok(Mailbox {
        address: own,
        challenge: None,
    })
}
