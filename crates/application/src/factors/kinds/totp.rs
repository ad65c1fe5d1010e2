//! Codes of the time (contract: factors §7.5, §8; checklist O1 to O9).

use denizen_domain::entropy;
use denizen_domain::factor::otp::{OtpJudgement, OtpParameters, STEPS_EACH_WAY, WIDER_STEPS_EACH_WAY, judge};
use denizen_domain::factor::{
    Device, Factor, FactorKind, FactorRefusal, FactorStatus, Totp, WrongProof, secret_from_base32, secret_to_base32,
};
use denizen_domain::ports::Changes;
use denizen_domain::time::Timestamp;
use zeroize::Zeroizing;

use super::{Activation, Judged, New, needed_code};
use crate::directory::Directory;
use crate::error::Error;
use crate::factors::enrol::Target;
use crate::factors::{EnrolFactor, Trial};

/// 160 bits, as RFC 4226 §4 advises (O7).
const SECRET_LENGTH: usize = 20;

impl Directory {
    pub(super) fn new_totp(&self, target: &Target<'_>, request: &EnrolFactor) -> Result<New, Error> {
        let given = request
            .profile
            .as_ref()
            .and_then(|profile| profile.shared_secret.as_ref());
        let secret = match given.filter(|_| target.kind == FactorKind::GoogleTotp) {
            Some(given) => secret_from_base32(given).ok_or(FactorRefusal::InvalidProfile)?,
            None => {
                let mut drawn = Zeroizing::new(vec![0; SECRET_LENGTH]);
                self.ports.entropy.fill(&mut drawn);
                drawn
            }
        };
        let picture = entropy::state_token(&*self.ports.entropy);
        let totp = Totp {
            secret: self.sealed_for(target.id, &secret),
            last_step: None,
            picture: Some(picture.digest()),
        };
        Ok(New {
            device: as_kind(target.kind, totp),
            status: FactorStatus::PendingActivation,
            key: None,
            activation: Some(Activation::Totp {
                shared_secret: secret_to_base32(&secret),
                picture,
            }),
            user: None,
            beside: Changes::default(),
        })
    }

    pub(super) fn judge_totp(
        &self,
        trial: &Trial<'_>,
        factor: &Factor,
        totp: &Totp,
        at: Timestamp,
    ) -> Result<Judged, Error> {
        let code = needed_code(trial)?;
        let secret = self.opened_for(&factor.id, &totp.secret)?;
        let usual = OtpParameters::USUAL;
        let step = self
            .ports
            .otp
            .matching_step(&secret, &usual, code.expose(), at, WIDER_STEPS_EACH_WAY);
        let wrong = |wrong| Ok(Judged::Wrong(wrong, factor.device.clone()));
        match judge(step, totp.last_step, STEPS_EACH_WAY, usual.step_at(at)) {
            OtpJudgement::Accepted(step) => Ok(Judged::Right(as_kind(factor.kind(), totp.used(step)))),
            OtpJudgement::Replayed => wrong(WrongProof::Replayed),
            OtpJudgement::OutsideWindow => wrong(WrongProof::OutsideWindow),
            OtpJudgement::Wrong => wrong(WrongProof::PassCode),
        }
    }
}

fn as_kind(kind: FactorKind, totp: Totp) -> Device {
    if kind == FactorKind::GoogleTotp {
        Device::GoogleTotp(totp)
    } else {
        Device::OktaTotp(totp)
    }
}
