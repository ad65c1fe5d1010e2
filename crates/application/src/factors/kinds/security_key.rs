//! Keys that a browser speaks to (contract: factors §6.8, §6.10, §7.10, §7.11, §12; checklist W1 to W4).

use denizen_domain::factor::{
    Device, Factor, FactorKind, FactorRefusal, FactorStatus, SecurityKey, U2fSecurityKey, WebAuthnKey, WrongProof,
};
use denizen_domain::fido::{
    AssertionProof, Bytes, Challenge as Signed, ProofRefusal, RegistrationProof, RelyingParty, U2fAssertionProof,
    U2fRegistrationProof, assert, assert_u2f, decode, register, register_u2f,
};
use denizen_domain::ports::Changes;
use denizen_domain::secret::Secret;
use denizen_domain::time::Timestamp;
use denizen_domain::user::User;

use super::{Activation, Challenge, Judged, New, needed};
use crate::account::address;
use crate::directory::Directory;
use crate::error::Error;
use crate::factors::enrol::Target;
use crate::factors::{Proof, Trial};

/// No part of a proof is longer; attestations carry certificates.
const LONGEST_PART: usize = 16 * 1024;

/// What a browser needs to make a credential.
#[derive(Clone, Debug)]
pub struct NewCredential {
    /// What is to be signed.
    pub challenge: String,
    /// The ids of the credentials that the user has.
    pub present: Vec<String>,
    /// The organization's name.
    pub organization: String,
    /// The id of the relying party, unless each page's host is its own.
    pub relying_party: Option<String>,
    /// Whether authenticators make sure whose hand it is.
    pub user_verification: &'static str,
    /// The user's id.
    pub user_id: String,
    /// The user's login.
    pub login: String,
    /// The user's name, in full.
    pub display_name: String,
}

/// What a browser needs to use a credential.
#[derive(Clone, Debug)]
pub struct CredentialChallenge {
    /// What is to be signed.
    pub challenge: String,
    /// The id of the relying party, unless each page's host is its own.
    pub relying_party: Option<String>,
    /// Whether authenticators make sure whose hand it is.
    pub user_verification: &'static str,
}

impl Directory {
    /// Who asks for proofs; where no page can, there are no such factors.
    fn relying_party(&self) -> Result<&RelyingParty, Error> {
        let party = self.settings.relying_party.as_ref();
        party.ok_or_else(|| FactorRefusal::NotEnabled.into())
    }

    pub(super) fn new_security_key(&self, user: &User, target: &Target<'_>) -> Result<New, Error> {
        let party = self.relying_party()?;
        let (device, activation) = if target.kind == FactorKind::U2f {
            let challenge = Signed::u2f(&*self.ports.entropy, target.at);
            let nonce = challenge.text().to_owned();
            (Device::U2f(SecurityKey::awaited(challenge)), Activation::U2f { nonce })
        } else {
            let challenge = Signed::webauthn(&*self.ports.entropy, target.at);
            let credential = NewCredential {
                challenge: challenge.text().to_owned(),
                present: credential_ids(target.present),
                organization: self.organization.name.clone(),
                relying_party: party.id().map(str::to_owned),
                user_verification: party.user_verification().as_str(),
                user_id: user.id.to_string(),
                login: user.login.as_str().to_owned(),
                display_name: full_name(user),
            };
            (
                Device::WebAuthn(SecurityKey::awaited(challenge)),
                Activation::WebAuthn(credential),
            )
        };
        Ok(New {
            device,
            status: FactorStatus::PendingActivation,
            key: None,
            activation: Some(activation),
            user: None,
            beside: Changes::default(),
        })
    }

    /// A new challenge for WebAuthn, with what browsers are told of it.
    pub(crate) fn credential_challenge(&self, trial: &Trial<'_>, at: Timestamp) -> Result<(Signed, Challenge), Error> {
        let party = self.relying_party()?;
        let challenge = Signed::webauthn(&*self.ports.entropy, at).within(trial.bound_to);
        let told = CredentialChallenge {
            challenge: challenge.text().to_owned(),
            relying_party: party.id().map(str::to_owned),
            user_verification: party.user_verification().as_str(),
        };
        Ok((challenge, Challenge::WebAuthn(told)))
    }

    pub(super) fn judge_webauthn(
        &self,
        trial: &Trial<'_>,
        device: &WebAuthnKey,
        at: Timestamp,
    ) -> Result<Judged, Error> {
        if !shows_key(&trial.request.proof) {
            let (challenge, told) = self.credential_challenge(trial, at)?;
            let challenged = Device::WebAuthn(device.challenged(challenge));
            return Ok(Judged::Challenged(challenged, told, Changes::default()));
        }
        Ok(match self.assertion(trial, device, at) {
            Ok(answered) => Judged::Right(Device::WebAuthn(answered)),
            Err(_) => Judged::Wrong(wrong(device, &trial.request.proof), Device::WebAuthn(device.clone())),
        })
    }

    /// The key after the use that a proof shows.
    pub(crate) fn assertion(
        &self,
        trial: &Trial<'_>,
        device: &WebAuthnKey,
        at: Timestamp,
    ) -> Result<WebAuthnKey, ProofRefusal> {
        let proof = &trial.request.proof;
        let party = self.settings.relying_party.as_ref().ok_or(ProofRefusal::RelyingParty)?;
        let challenge = device.open_challenge(trial.bound_to, at);
        let challenge = challenge.ok_or(ProofRefusal::Challenge)?;
        let credential = device.key.as_ref().ok_or(ProofRefusal::Key)?;
        let shown = AssertionProof {
            client_data: part(proof.client_data.as_ref())?,
            authenticator_data: part(proof.authenticator_data.as_ref())?,
            signature: part(proof.signature_data.as_ref())?,
        };
        let used = assert(&*self.ports.authenticators, party, challenge, credential, &shown)?;
        Ok(device.answered(used))
    }

    pub(super) fn judge_u2f(&self, trial: &Trial<'_>, device: &U2fSecurityKey, at: Timestamp) -> Result<Judged, Error> {
        if !shows_key(&trial.request.proof) {
            let challenge = Signed::u2f(&*self.ports.entropy, at).within(trial.bound_to);
            let nonce = challenge.text().to_owned();
            let challenged = Device::U2f(device.challenged(challenge));
            return Ok(Judged::Challenged(
                challenged,
                Challenge::U2f { nonce },
                Changes::default(),
            ));
        }
        Ok(match self.touch(trial, device, at) {
            Ok(answered) => Judged::Right(Device::U2f(answered)),
            Err(_) => Judged::Wrong(wrong(device, &trial.request.proof), Device::U2f(device.clone())),
        })
    }

    fn touch(&self, trial: &Trial<'_>, device: &U2fSecurityKey, at: Timestamp) -> Result<U2fSecurityKey, ProofRefusal> {
        let proof = &trial.request.proof;
        let party = self.settings.relying_party.as_ref().ok_or(ProofRefusal::RelyingParty)?;
        let challenge = device.open_challenge(trial.bound_to, at);
        let challenge = challenge.ok_or(ProofRefusal::Challenge)?;
        let key = device.key.as_ref().ok_or(ProofRefusal::Key)?;
        let shown = U2fAssertionProof {
            client_data: part(proof.client_data.as_ref())?,
            signature_data: part(proof.signature_data.as_ref())?,
        };
        let used = assert_u2f(&*self.ports.authenticators, party, challenge, key, &shown)?;
        Ok(device.answered(used))
    }

    /// Judges a key that is shown to activate a factor. The challenge came with the enrolment, whatever transaction that was in.
    pub(super) fn judge_new_key(&self, trial: &Trial<'_>, factor: &Factor, at: Timestamp) -> Result<Judged, Error> {
        let proof = &trial.request.proof;
        needed(proof.client_data.as_ref(), "clientData")?;
        let made = match &factor.device {
            Device::U2f(device) => {
                needed(proof.registration_data.as_ref(), "registrationData")?;
                self.new_u2f(proof, device, at).map(Device::U2f)
            }
            Device::WebAuthn(device) => {
                needed(proof.attestation.as_ref(), "attestation")?;
                self.new_webauthn(proof, device, at).map(Device::WebAuthn)
            }
            _ => return Err(FactorRefusal::NotOffered.into()),
        };
        Ok(match made {
            Ok(device) => Judged::Right(device),
            Err(_) => Judged::Wrong(WrongProof::PassCode, factor.device.clone()),
        })
    }

    fn new_webauthn(&self, proof: &Proof, device: &WebAuthnKey, at: Timestamp) -> Result<WebAuthnKey, ProofRefusal> {
        let party = self.settings.relying_party.as_ref().ok_or(ProofRefusal::RelyingParty)?;
        let challenge = device.open_challenge(None, at).ok_or(ProofRefusal::Challenge)?;
        let shown = RegistrationProof {
            attestation: part(proof.attestation.as_ref())?,
            client_data: part(proof.client_data.as_ref())?,
        };
        let made = register(&*self.ports.authenticators, party, challenge, &shown)?;
        Ok(device.answered(made))
    }

    fn new_u2f(&self, proof: &Proof, device: &U2fSecurityKey, at: Timestamp) -> Result<U2fSecurityKey, ProofRefusal> {
        let party = self.settings.relying_party.as_ref().ok_or(ProofRefusal::RelyingParty)?;
        let challenge = device.open_challenge(None, at).ok_or(ProofRefusal::Challenge)?;
        let shown = U2fRegistrationProof {
            registration_data: part(proof.registration_data.as_ref())?,
            client_data: part(proof.client_data.as_ref())?,
        };
        let made = register_u2f(&*self.ports.authenticators, party, challenge, &shown)?;
        Ok(device.answered(made))
    }
}

/// Whether there is anything of a key's proof; if not, a challenge is wanted.
pub(crate) fn shows_key(proof: &Proof) -> bool {
    [&proof.client_data, &proof.authenticator_data, &proof.signature_data]
        .into_iter()
        .flatten()
        .any(|text| !text.expose().is_empty())
}

/// Whether a proof answers what a key has answered already.
pub(crate) fn is_answered<K: Clone>(device: &SecurityKey<K>, proof: &Proof) -> bool {
    let client_data = part(proof.client_data.as_ref()).ok();
    client_data.is_some_and(|json| device.was_answered(&signed_challenge(json.as_slice())))
}

/// What a refused proof is: one that was sent twice is no guess.
fn wrong<K: Clone>(device: &SecurityKey<K>, proof: &Proof) -> WrongProof {
    if is_answered(device, proof) {
        WrongProof::Answered
    } else {
        WrongProof::PassCode
    }
}

/// The challenge that client data of either kind names; empty where there is none.
fn signed_challenge(json: &[u8]) -> String {
    let members = serde_json::from_slice::<serde_json::Value>(json).unwrap_or_default();
    members["challenge"].as_str().unwrap_or_default().to_owned()
}

fn part(given: Option<&Secret>) -> Result<Bytes, ProofRefusal> {
    given
        .and_then(|text| decode(text.expose(), LONGEST_PART))
        .ok_or(ProofRefusal::Malformed)
}

fn credential_ids(present: &[Factor]) -> Vec<String> {
    let ids = present.iter().filter_map(|factor| match &factor.device {
        Device::WebAuthn(device) => device.key.as_ref(),
        _ => None,
    });
    ids.map(|credential| credential.id.to_text()).collect()
}

fn full_name(user: &User) -> String {
    let parts = ["firstName", "lastName"].map(|name| address(user, name));
    parts.concat().join(" ")
}
