//! Showing any of a user's keys of WebAuthn: one challenge for all, which the key at hand answers (contract: factors §6.10).

use denizen_domain::authority::Permission;
use denizen_domain::factor::{Device, Factor, FactorId, FactorKind, FactorRefusal, WebAuthnKey};
use denizen_domain::ports::{Changes, Write};
use denizen_domain::user::User;

use super::kinds::{Memo, is_answered, shows_key};
use super::{Trial, Verified, VerifyFactor, unknown_factor, update_factor};
use crate::account::Doer;
use crate::call::Call;
use crate::directory::{Directory, MOST_ROUNDS, must};
use crate::error::Error;

/// What a path has in the place of a factor's id.
pub(super) const ANY_KEY: &str = "webauthn";

impl Directory {
    pub(super) async fn verify_any_key(
        &self,
        call: &Call,
        key: &str,
        request: &VerifyFactor,
    ) -> Result<Verified, Error> {
        let user = self.find_user(call, key).await?;
        must(call, Permission::UsersCredentialsManage, &user)?;
        let doer = Doer::caller(call);
        for _ in 0..MOST_ROUNDS {
            let read = self.ports.store.user_with_factors(&user.id).await?;
            let (user, factors) = read.ok_or(Error::Conflict)?;
            user.must_be_able_to_verify()?;
            if !self.is_enabled(FactorKind::WebAuthn).await? {
                return Err(FactorRefusal::SwitchedOff.into());
            }
            let keys = keys_of(&factors);
            let (first, _) = keys.first().ok_or_else(|| unknown_factor(ANY_KEY))?;
            let mut trial = Trial {
                doer: &doer,
                user_id: &user.id,
                factor_id: &first.id,
                request,
                bound_to: None,
            };
            let (changes, answer) = if shows_key(&request.proof) {
                trial.factor_id = &self.shown_key(&trial, &keys).unwrap_or(first).id;
                let round = self.round(&trial, &mut Memo::default()).await?;
                let mut changes = round.changes;
                if round.answer.is_ok() {
                    changes.writes.extend(passed_over(&keys, trial.factor_id));
                }
                (changes, round.answer)
            } else {
                self.challenge_all(&trial, &user, &keys)?
            };
            if self.committed(changes).await? {
                return answer;
            }
        }
        Err(Error::Conflict)
    }

    /// The key that a proof is of: the one whose signature it has, or that has answered it before.
    fn shown_key<'a>(&self, trial: &Trial<'_>, keys: &[(&'a Factor, &WebAuthnKey)]) -> Option<&'a Factor> {
        let at = self.now();
        let of =
            |test: &dyn Fn(&WebAuthnKey) -> bool| keys.iter().find(|(_, key)| test(key)).map(|(factor, _)| *factor);
        of(&|key| self.assertion(trial, key, at).is_ok()).or_else(|| of(&|key| is_answered(key, &trial.request.proof)))
    }

    fn challenge_all(
        &self,
        trial: &Trial<'_>,
        user: &User,
        keys: &[(&Factor, &WebAuthnKey)],
    ) -> Result<(Changes, Result<Verified, Error>), Error> {
        let (challenge, told) = self.credential_challenge(trial, self.now())?;
        let challenged = keys.iter().map(|(factor, key)| {
            let to = factor.with(Device::WebAuthn(key.challenged(challenge.clone())));
            update_factor(factor, to)
        });
        let changes = Changes {
            writes: challenged.collect(),
            ..Changes::default()
        };
        let factors = keys.iter().map(|(factor, _)| (*factor).clone()).collect();
        Ok((
            changes,
            Ok(Verified::AllChallenged(Box::new(user.clone()), factors, told)),
        ))
    }
}

fn keys_of(factors: &[Factor]) -> Vec<(&Factor, &WebAuthnKey)> {
    let active = factors.iter().filter(|factor| factor.is_active());
    let keys = active.filter_map(|factor| match &factor.device {
        Device::WebAuthn(key) => Some((factor, key)),
        _ => None,
    });
    keys.collect()
}

/// One challenge is good for one answer, whichever key gives it (W2).
fn passed_over(keys: &[(&Factor, &WebAuthnKey)], answered: &FactorId) -> Vec<Write> {
    let others = keys.iter().filter(|(factor, _)| factor.id != *answered);
    let writes = others.map(|(factor, key)| update_factor(factor, factor.with(Device::WebAuthn(key.passed_over()))));
    writes.collect()
}
