//! Activating a factor (contract: factors §6.8, §9).

use std::collections::BTreeMap;

use denizen_domain::authority::Permission;
use denizen_domain::event::{EventOutcome, EventType, LogEvent};
use denizen_domain::factor::{Factor, FactorId, FactorKind, FactorRefusal, FactorStatus, WrongProof};
use denizen_domain::id::UserId;
use denizen_domain::ports::Changes;
use denizen_domain::time::Timestamp;
use denizen_domain::user::{Status, User};

use super::kinds::{Judged, Memo};
use super::{Trial, VerifyFactor, factor_id, unknown_factor, update_factor, update_user};
use crate::account::Doer;
use crate::call::Call;
use crate::directory::{Directory, MOST_ROUNDS, must};
use crate::error::Error;

impl Directory {
    /// Activates a factor that waits for it (`activateFactor`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Validation`, `Factor`, `WrongProof`, `Conflict`.
    pub async fn activate_factor(
        &self,
        call: &Call,
        key: &str,
        id: &str,
        request: &VerifyFactor,
    ) -> Result<(User, Factor), Error> {
        let user = self.find_user(call, key).await?;
        must(call, Permission::UsersCredentialsManage, &user)?;
        let doer = Doer::caller(call);
        let trial = Trial {
            doer: &doer,
            user_id: &user.id,
            factor_id: &factor_id(id)?,
            request,
            bound_to: None,
        };
        for _ in 0..MOST_ROUNDS {
            let (user, changes, answer) = self.activation(&trial).await?;
            if self.activation_committed(changes).await? {
                return answer.map(|factor| (user, factor));
            }
        }
        Err(Error::Conflict)
    }

    /// Asks whether a factor has become active meanwhile: its page or its device activates it.
    ///
    /// # Errors
    /// As [`Directory::activate_factor`]; `Factor` for kinds that wait for neither.
    pub async fn poll_activation(&self, call: &Call, key: &str, id: &str) -> Result<(User, Factor), Error> {
        let waits = |id: FactorId| [FactorKind::Push, FactorKind::Duo].iter().any(|kind| id.is_of(*kind));
        if FactorId::parse(id).is_some_and(|id| !waits(id)) {
            return Err(FactorRefusal::NotOffered.into());
        }
        self.activate_factor(call, key, id, &VerifyFactor::default()).await
    }

    /// Looks at a factor that waits for its activation, and judges what is shown, once. Gives back the user as read, what it
    /// changes, and what is told once that is committed.
    pub(crate) async fn activation(&self, trial: &Trial<'_>) -> Result<(User, Changes, Result<Factor, Error>), Error> {
        let (factor, user) = self.pending_factor(trial.user_id, trial.factor_id).await?;
        let at = self.now();
        self.must_have_attempts(trial, &factor, &user, at).await?;
        let judged = self
            .judge_activation(trial, &factor, &user, at, &mut Memo::default())
            .await?;
        let kind = factor.kind();
        match judged {
            Judged::Right(device) => {
                let to = self.activated(factor.activated(device, at));
                let mut after = user.clone();
                after.factors = user.factors.filed(&to);
                let mut changes = Changes {
                    writes: vec![update_user(&user, after), update_factor(&factor, to.clone())],
                    events: vec![self.factor_event(trial.doer, EventType::FactorActivate, &user, kind, at)],
                    ..Changes::default()
                };
                self.tell_redeemed(&mut changes, trial, &user, kind, at);
                self.tell_replaced(&mut changes, trial.doer, &user, &to, at);
                let registered = self.credential_event(trial.doer, EventType::CredentialRegister, &user, &to, at);
                changes.events.extend(registered);
                self.tell_enrolled(&mut changes, trial.doer, &user, kind, at)?;
                Ok((user, changes, Ok(to)))
            }
            Judged::Wrong(wrong, device) => {
                let mut after = user.clone();
                after.factors = user.factors.activation_failed(at);
                let event = self.factor_event(trial.doer, EventType::FactorActivate, &user, kind, at);
                let mut changes = Changes {
                    writes: vec![update_user(&user, after), update_factor(&factor, factor.with(device))],
                    events: vec![LogEvent {
                        outcome: EventOutcome::Failure("INVALID_CREDENTIALS".to_owned()),
                        ..event
                    }],
                    ..Changes::default()
                };
                self.tell_redeemed(&mut changes, trial, &user, kind, at);
                Ok((user, changes, Err(wrong.into())))
            }
            Judged::RightWith(..) | Judged::Challenged(..) => Err(FactorRefusal::NotOffered.into()),
        }
    }

    /// Commits an activation. A key that somebody has registered is refused like one that proves nothing (W3).
    pub(crate) async fn activation_committed(&self, changes: Changes) -> Result<bool, Error> {
        match self.enrolment_committed(changes).await {
            Err(Error::Factor(FactorRefusal::AlreadySetUp)) => Err(WrongProof::PassCode.into()),
            other => other,
        }
    }

    /// What a factor's key is once it is active: where a kind has one, its device tells it.
    fn activated(&self, factor: Factor) -> Factor {
        let key = factor.device.key();
        Factor { key, ..factor }
    }

    /// A factor that waits for its activation, with the user.
    pub(crate) async fn pending_factor(&self, user: &UserId, id: &FactorId) -> Result<(Factor, User), Error> {
        let found = self.ports.store.factor(user, id).await?;
        let (factor, user) = found.ok_or_else(|| unknown_factor(id.as_str()))?;
        if user.status == Status::Deprovisioned {
            return Err(FactorRefusal::UserStatus.into());
        }
        if factor.status != FactorStatus::PendingActivation {
            return Err(FactorRefusal::WrongState.into());
        }
        Ok((factor, user))
    }

    /// Whoever failed too often of late is refused for the rest of the window, which the log is told (O8).
    pub(crate) async fn must_have_attempts(
        &self,
        trial: &Trial<'_>,
        factor: &Factor,
        user: &User,
        at: Timestamp,
    ) -> Result<(), Error> {
        if user.factors.may_activate(at) {
            return Ok(());
        }
        let event = self.factor_event(trial.doer, EventType::RateLimitViolation, user, factor.kind(), at);
        let details = [
            ("operationRateLimitType", "authenticator_otp_verification"),
            ("operationRateLimitScopeType", "User"),
            ("operationRateLimitSubtype", factor.kind().factor_type()),
            ("operationRateLimitThreshold", "5"),
            ("operationRateLimitTimeSpan", "5"),
            ("operationRateLimitTimeUnit", "MINUTES"),
        ];
        let details: BTreeMap<String, String> = details
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let changes = Changes {
            events: vec![LogEvent {
                debug: details,
                ..event
            }],
            ..Changes::default()
        };
        self.commit(changes).await?;
        Err(FactorRefusal::TooManyActivations.into())
    }
}
