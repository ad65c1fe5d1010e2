//! What each kind of factor does in its own way. One file a kind.

mod connected;
mod custom;
mod push;
mod question;
mod security_key;
mod sent;
mod totp;
mod yubikey;

use denizen_domain::factor::connector::ConnectorPage;
use denizen_domain::factor::{Device, Factor, FactorId, FactorKind, FactorRefusal, FactorStatus, WrongProof};
use denizen_domain::password::StoredPassword;
use denizen_domain::ports::{Changes, StructureState};
use denizen_domain::push::PushTransaction;
use denizen_domain::sealed::Sealed;
use denizen_domain::secret::Secret;
use denizen_domain::time::Timestamp;
use denizen_domain::user::User;
use denizen_domain::validation::Validation;
use zeroize::Zeroizing;

pub(crate) use self::connected::Connected;
pub(crate) use self::push::move_push;
pub(crate) use self::question::Answered;
pub use self::security_key::{CredentialChallenge, NewCredential};
pub(crate) use self::security_key::{is_answered, shows_key};
pub(crate) use self::sent::{Sent, SentFor};
use super::enrol::Target;
use super::{EnrolFactor, Trial};
use crate::account::Doer;
use crate::directory::Directory;
use crate::error::Error;

/// What is told of an enrolment beside the factor, once.
#[derive(Clone, Debug)]
pub enum Activation {
    /// A page of another service.
    Page(ConnectorPage),
    /// A secret for an authenticator, in base32, and the token of the picture that shows it.
    Totp {
        /// The secret.
        shared_secret: Secret,
        /// The token in the picture's address.
        picture: Secret,
    },
    /// What a browser makes a credential of.
    WebAuthn(NewCredential),
    /// What a browser registers a key of U2F with.
    U2f {
        /// What is to be signed.
        nonce: String,
    },
    /// A token for a device.
    Push {
        /// The token.
        token: Secret,
        /// The first instant at which it is refused.
        expires: Timestamp,
    },
}

/// What is told of a challenge beside the factor.
#[derive(Clone, Debug)]
pub enum Challenge {
    /// A page of another service is open.
    Page(ConnectorPage),
    /// A code is on its way.
    Sent,
    /// A credential is to be used.
    WebAuthn(CredentialChallenge),
    /// A key of U2F is to be used.
    U2f {
        /// What is to be signed.
        nonce: String,
    },
    /// A device is asked, or has answered.
    Push(Box<PushTransaction>),
}

/// A factor that a kind has made.
pub(crate) struct New {
    /// What it is made of.
    pub(crate) device: Device,
    /// Where it stands.
    pub(crate) status: FactorStatus,
    /// What no other factor may have.
    pub(crate) key: Option<String>,
    /// What is told once.
    pub(crate) activation: Option<Activation>,
    /// The user, where more than the number of factors changes.
    pub(crate) user: Option<User>,
    /// What else it changes, such as messages that leave.
    pub(crate) beside: Changes,
}

/// What a proof is worth, with the device as it is afterwards.
pub(crate) enum Judged {
    /// It is right.
    Right(Device),
    /// It is right, and something beside the factor changes.
    RightWith(Device, Changes),
    /// It is wrong.
    Wrong(WrongProof, Device),
    /// There was none, and a challenge was made.
    Challenged(Device, Challenge, Changes),
}

/// What else a removal changes.
#[derive(Default)]
pub(crate) struct Removal {
    /// The user, where more than the number of factors changes.
    pub(crate) user: Option<User>,
    /// The rest.
    pub(crate) changes: Changes,
}

/// What slow or costly work has shown, for as long as one request goes on: when another change comes between, the request
/// is decided again, and this is not done again.
#[derive(Default)]
pub(crate) struct Memo {
    /// An answer, hashed.
    pub(crate) hashed: Option<StoredPassword>,
    /// An answer, compared.
    pub(crate) answered: Option<Answered>,
    /// What another service said.
    pub(crate) connected: Option<Connected>,
}

impl Directory {
    /// Whether the organization uses a kind.
    pub(crate) async fn is_enabled(&self, kind: FactorKind) -> Result<bool, Error> {
        Ok(self.is_enabled_in(&*self.structure().await?, kind))
    }

    /// Whether the organization uses a kind, as the shape of the directory has it.
    pub(crate) fn is_enabled_in(&self, structure: &StructureState, kind: FactorKind) -> bool {
        let is_known = matches!(
            kind,
            FactorKind::Question
                | FactorKind::OktaTotp
                | FactorKind::GoogleTotp
                | FactorKind::Email
                | FactorKind::Push
                | FactorKind::CustomHotp
                | FactorKind::Yubikey
                | FactorKind::Rsa
                | FactorKind::Symantec
                | FactorKind::Duo
        );
        let is_known = match kind {
            FactorKind::Sms | FactorKind::Call => self.settings.messages.telephony,
            FactorKind::WebAuthn | FactorKind::U2f => self.settings.relying_party.is_some(),
            _ => is_known,
        };
        is_known && structure.factor_switches.is_on(kind, &self.ports.connectors.kinds())
    }

    /// Makes the device of a new factor.
    pub(crate) async fn new_device(
        &self,
        doer: &Doer,
        user: &User,
        target: &Target<'_>,
        request: &EnrolFactor,
        memo: &mut Memo,
    ) -> Result<New, Error> {
        match target.kind {
            FactorKind::Question => self.new_question(user, request, memo).await,
            FactorKind::OktaTotp | FactorKind::GoogleTotp => self.new_totp(target, request),
            FactorKind::Sms | FactorKind::Call | FactorKind::Email => self.new_sent(doer, user, target, request).await,
            FactorKind::WebAuthn | FactorKind::U2f => self.new_security_key(user, target),
            FactorKind::Push => Ok(self.new_push(target)),
            FactorKind::CustomHotp => self.new_custom_token(target, request).await,
            FactorKind::Yubikey => self.new_yubikey(user, target, request).await,
            FactorKind::Rsa | FactorKind::Symantec | FactorKind::Duo => {
                self.new_connected(user, target, request, memo).await
            }
        }
    }

    /// Judges what is shown of an active factor.
    pub(crate) async fn judge(
        &self,
        trial: &Trial<'_>,
        factor: &Factor,
        user: &User,
        at: Timestamp,
        memo: &mut Memo,
    ) -> Result<Judged, Error> {
        match &factor.device {
            Device::Question(question) => self.judge_answer(trial, question, memo).await,
            Device::OktaTotp(totp) | Device::GoogleTotp(totp) => self.judge_totp(trial, factor, totp, at),
            Device::Sms(_) | Device::Call(_) | Device::Email(_) => self.judge_sent(trial, factor, user, at).await,
            Device::WebAuthn(device) => self.judge_webauthn(trial, device, at),
            Device::U2f(device) => self.judge_u2f(trial, device, at),
            Device::CustomHotp(token) => self.judge_custom_token(trial, factor, token, at).await,
            Device::Yubikey(held) => self.judge_yubikey(trial, factor, held, at).await,
            Device::Rsa(known) | Device::Symantec(known) | Device::Duo(known) => {
                self.judge_connected(trial, factor, user, known, at, memo).await
            }
            Device::Push(_) => self.judge_push(trial, factor, user, at).await,
        }
    }

    /// Judges what is shown to activate a factor.
    pub(crate) async fn judge_activation(
        &self,
        trial: &Trial<'_>,
        factor: &Factor,
        user: &User,
        at: Timestamp,
        memo: &mut Memo,
    ) -> Result<Judged, Error> {
        match &factor.device {
            Device::OktaTotp(totp) | Device::GoogleTotp(totp) => self.judge_totp(trial, factor, totp, at),
            // Whoever enrols within a transaction may activate in the next.
            Device::Sms(_) | Device::Call(_) | Device::Email(_) => {
                self.judge_code(factor, needed_code(trial)?, None, at)
            }
            Device::WebAuthn(_) | Device::U2f(_) => self.judge_new_key(trial, factor, at),
            Device::Duo(known) => {
                self.judge_connected_activation(trial, factor, user, known, at, memo)
                    .await
            }
            Device::Question(_) | Device::Push(_) => Err(FactorRefusal::NotOffered.into()),
            Device::CustomHotp(_) | Device::Yubikey(_) | Device::Rsa(_) | Device::Symantec(_) => {
                Err(FactorRefusal::NotOffered.into())
            }
        }
    }

    /// What else the removal of a factor changes.
    pub(crate) async fn removal(
        &self,
        user: &User,
        factor: &Factor,
        removes_recovery_number: bool,
        at: Timestamp,
    ) -> Result<Removal, Error> {
        match &factor.device {
            Device::Yubikey(held) => self.give_up_yubikey(held, at).await,
            Device::Sms(_) | Device::Call(_) if removes_recovery_number => {
                let factors = user.factors.with_number(factor.kind(), None);
                Ok(Removal {
                    user: Some(User {
                        factors,
                        ..user.clone()
                    }),
                    changes: Changes::default(),
                })
            }
            Device::Question(_)
            | Device::OktaTotp(_)
            | Device::GoogleTotp(_)
            | Device::Sms(_)
            | Device::Call(_)
            | Device::Email(_)
            | Device::WebAuthn(_)
            | Device::U2f(_)
            | Device::CustomHotp(_)
            | Device::Rsa(_)
            | Device::Symantec(_)
            | Device::Duo(_)
            | Device::Push(_) => Ok(Removal::default()),
        }
    }

    /// Seals a secret for a factor.
    pub(crate) fn sealed_for(&self, id: &FactorId, secret: &[u8]) -> Sealed {
        Sealed::from_bytes(self.ports.sealer.seal(secret, id.as_str()))
    }

    /// Opens a secret of a factor.
    pub(crate) fn opened_for(&self, id: &FactorId, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, Error> {
        let opened = self.ports.sealer.open(sealed.as_bytes(), id.as_str());
        opened.map_err(|error| Error::Internal(format!("factor {id}: {error}")))
    }
}

/// A code that must be there.
pub(crate) fn needed_code<'a>(trial: &Trial<'a>) -> Result<&'a Secret, Error> {
    needed(trial.request.proof.pass_code.as_ref(), "passCode")
}

/// A part of a proof that must be there.
pub(crate) fn needed<'a>(given: Option<&'a Secret>, name: &str) -> Result<&'a Secret, Error> {
    given
        .filter(|text| !text.expose().is_empty())
        .ok_or_else(|| Validation::field(name, "The field cannot be left blank").into())
}
