//! Tokens whose parameters a profile of the organization has (contract: factors §7.9, §8, §16.2).

use denizen_domain::factor::hotp::HotpProfile;
use denizen_domain::factor::otp::{OtpJudgement, WIDER_STEPS_EACH_WAY, judge};
use denizen_domain::factor::token::{CustomToken, token_secret};
use denizen_domain::factor::{Device, Factor, FactorRefusal, FactorStatus, WrongProof};
use denizen_domain::ports::Changes;
use denizen_domain::time::Timestamp;
use denizen_domain::validation::Validation;

use super::{Judged, New, needed_code};
use crate::directory::Directory;
use crate::error::Error;
use crate::factors::enrol::Target;
use crate::factors::{EnrolFactor, Trial};

const ACTIVATES: &str = "A custom token is enrolled with activate=true.";

impl Directory {
    pub(super) async fn new_custom_token(&self, target: &Target<'_>, request: &EnrolFactor) -> Result<New, Error> {
        if !request.activate {
            return Err(FactorRefusal::InvalidAnswer(ACTIVATES.to_owned()).into());
        }
        let id = request.factor_profile_id.as_deref().filter(|id| !id.is_empty());
        let id = id.ok_or_else(|| Validation::field("factorProfileId", "The field cannot be left blank"))?;
        let profile = self.hotp_profile(id).await?;
        let given = request.profile.as_ref().and_then(|given| given.shared_secret.as_ref());
        let secret = given.and_then(|given| token_secret(given, profile.settings.encoding));
        let secret = secret.ok_or(FactorRefusal::InvalidProfile)?;
        Ok(New {
            device: Device::CustomHotp(CustomToken {
                profile: profile.id,
                vendor: profile.name,
                secret: self.sealed_for(target.id, &secret),
                last: None,
            }),
            status: FactorStatus::Active,
            key: None,
            activation: None,
            user: None,
            beside: Changes::default(),
        })
    }

    pub(super) async fn judge_custom_token(
        &self,
        trial: &Trial<'_>,
        factor: &Factor,
        token: &CustomToken,
        at: Timestamp,
    ) -> Result<Judged, Error> {
        let code = needed_code(trial)?;
        let profile = self.hotp_profile(token.profile.as_str()).await?;
        let secret = self.opened_for(&factor.id, &token.secret)?;
        let judgement = self.worth(&profile, &secret, token.last, code.expose(), at);
        let wrong = |wrong| Ok(Judged::Wrong(wrong, factor.device.clone()));
        match judgement {
            OtpJudgement::Accepted(number) => Ok(Judged::Right(Device::CustomHotp(token.used(number)))),
            OtpJudgement::Replayed => wrong(WrongProof::Replayed),
            OtpJudgement::OutsideWindow => wrong(WrongProof::OutsideWindow),
            OtpJudgement::Wrong => wrong(WrongProof::Token),
        }
    }

    /// What a code is worth, by the time or by the count (O1, O5).
    fn worth(
        &self,
        profile: &HotpProfile,
        secret: &[u8],
        last: Option<u64>,
        code: &str,
        at: Timestamp,
    ) -> OtpJudgement {
        let (settings, otp) = (&profile.settings, &self.ports.otp);
        let (parameters, drift) = (&settings.parameters, u64::from(settings.adjacent_intervals));
        if settings.time_based {
            let searched = drift.max(WIDER_STEPS_EACH_WAY);
            let step = otp.matching_step(secret, parameters, code, at, searched);
            return judge(step, last, drift, parameters.step_at(at));
        }
        let count = otp.matching_count(secret, parameters, code, last, drift);
        count.map_or(OtpJudgement::Wrong, OtpJudgement::Accepted)
    }
}
