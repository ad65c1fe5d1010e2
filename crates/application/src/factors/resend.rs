//! Sending a code once more (contract: factors §6.9).

use denizen_domain::authority::Permission;
use denizen_domain::factor::{Device, Factor, FactorRefusal, FactorStatus};
use denizen_domain::phone::PhoneNumber;
use denizen_domain::ports::Changes;
use denizen_domain::user::{Status, User};

use super::kinds::{Sent, SentFor};
use super::{EnrolFactor, Trial, VerifyFactor, factor_id, unknown_factor, update_factor};
use crate::account::Doer;
use crate::call::Call;
use crate::directory::{Directory, MOST_ROUNDS, must};
use crate::error::Error;

impl Directory {
    /// Sends another code to a factor that waits for its activation (`resendEnrollFactor`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Factor`, `Phone`, `Sending`, `Conflict`.
    pub async fn resend_factor(
        &self,
        call: &Call,
        key: &str,
        id: &str,
        request: &EnrolFactor,
    ) -> Result<(User, Factor), Error> {
        let user = self.find_user(call, key).await?;
        must(call, Permission::UsersCredentialsManage, &user)?;
        let doer = Doer::caller(call);
        let trial = Trial {
            doer: &doer,
            user_id: &user.id,
            factor_id: &factor_id(id)?,
            request: &VerifyFactor::default(),
            bound_to: None,
        };
        for _ in 0..MOST_ROUNDS {
            let (user, changes, factor) = self.resending(&trial, request).await?;
            if self.committed(changes).await? {
                return Ok((user, factor));
            }
        }
        Err(Error::Conflict)
    }

    /// What another code changes, decided once.
    pub(crate) async fn resending(
        &self,
        trial: &Trial<'_>,
        request: &EnrolFactor,
    ) -> Result<(User, Changes, Factor), Error> {
        let found = self.ports.store.factor(trial.user_id, trial.factor_id).await?;
        let (factor, user) = found.ok_or_else(|| unknown_factor(trial.factor_id.as_str()))?;
        if user.status == Status::Deprovisioned {
            return Err(FactorRefusal::UserStatus.into());
        }
        if factor.status != FactorStatus::PendingActivation {
            return Err(FactorRefusal::NotOffered.into());
        }
        self.must_be_the_same(&factor, request)?;
        let at = self.now();
        self.must_have_attempts(trial, &factor, &user, at).await?;
        let sent = Sent {
            doer: trial.doer,
            user: &user,
            purpose: SentFor::Activation,
            wording: &request.wording,
            bound_to: None,
            at,
        };
        let mut changes = Changes::default();
        let device = self.send_code(&mut changes, &sent, &factor.id, &factor.device).await?;
        let to = Factor {
            last_updated: at.whole_seconds(),
            ..factor.with(device)
        };
        changes.writes.insert(0, update_factor(&factor, to.clone()));
        Ok((user, changes, to))
    }

    /// What is told of the factor must be what it is: a code goes nowhere else.
    fn must_be_the_same(&self, factor: &Factor, request: &EnrolFactor) -> Result<(), Error> {
        let kind = factor.kind();
        let differs = |given: &Option<String>, own: &str| given.as_deref().is_some_and(|text| text != own);
        if differs(&request.factor_type, kind.factor_type()) || differs(&request.provider, kind.provider()) {
            return Err(FactorRefusal::NotOffered.into());
        }
        let profile = request.profile.as_ref();
        let is_same = match &factor.device {
            Device::Sms(phone) | Device::Call(phone) => {
                let given = profile.and_then(|profile| profile.phone_number.as_deref());
                let rules = &self.settings.messages.phone_rules;
                let number = given.map(|text| PhoneNumber::parse(text, rules)).transpose()?;
                number.is_none_or(|number| number == phone.number)
            }
            Device::Email(mailbox) => {
                let given = profile.and_then(|profile| profile.email.as_deref());
                given.is_none_or(|text| text.to_lowercase() == mailbox.address.to_lowercase())
            }
            _ => return Err(FactorRefusal::NotOffered.into()),
        };
        if is_same {
            Ok(())
        } else {
            Err(FactorRefusal::InvalidProfile.into())
        }
    }
}
