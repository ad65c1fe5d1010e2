//! What devices ask for: to be registered, what there is to approve, and to answer (contract: factors §7.6; checklist U4, U5).
//! Nothing but the signature of a device's key lets it say anything.

use denizen_domain::event::EventType;
use denizen_domain::factor::WrongProof;
use denizen_domain::factor::{Device, Factor, FactorId, FactorKind};
use denizen_domain::id::{PushTransactionId, UserId};
use denizen_domain::ports::{Changes, SessionWrite, StoreError, UniqueField, Write};
use denizen_domain::push::Answer;
use denizen_domain::push::{
    AnswerRefusal, DeviceKey, ListRequest, Push, PushState, PushTransaction, RegisteredDevice, Registration, Saying,
    Statement, StatementRefusal, activation_key, claimed_device, device_key,
};
use denizen_domain::secret::Secret;
use denizen_domain::time::Timestamp;
use denizen_domain::user::{Status, User};
use denizen_domain::validation::Validation;

use super::kinds::move_push;
use super::pushes::unknown_push;
use super::{Trial, VerifyFactor, update_factor, update_user};
use crate::account::Doer;
use crate::call::RequestContext;
use crate::directory::{Directory, MOST_ROUNDS};
use crate::error::Error;

/// Where devices speak to the directory, below its public URL.
pub const REGISTRATIONS: &str = "/device/v1/registrations";
/// Where they ask what there is to approve.
pub const CHALLENGES: &str = "/device/v1/challenges";
/// Where they answer.
pub const ANSWERS: &str = "/device/v1/answers";

/// A device that was registered.
#[derive(Clone, Debug)]
pub struct Registered {
    /// The factor that it is.
    pub factor_id: FactorId,
    /// Whose it is.
    pub login: String,
    /// Where.
    pub organization: String,
}

impl Directory {
    /// Registers a device with the token of its activation link. The factor is active from then on.
    ///
    /// # Errors
    /// `InvalidToken`, `Validation`, `Factor`, `Conflict`.
    pub async fn register_device(&self, request: &RequestContext, statement: &Secret) -> Result<Registered, Error> {
        let key = Registration::claimed_key(statement).ok_or(StatementRefusal::Malformed);
        let key = key.map_err(refused)?;
        for _ in 0..MOST_ROUNDS {
            let at = self.now();
            let said: Registration = self.said(statement, &key, REGISTRATIONS, at)?;
            if !said.name.is_sound() {
                return Err(Validation::field("name", "The name is empty, too long or not on one line").into());
            }
            let (factor, user) = self.waiting_for(&said.token, at).await?;
            let device = Device::Push(Push::Registered(RegisteredDevice {
                key: key.clone(),
                name: said.name,
            }));
            let to = factor.activated(device, at);
            let to = Factor {
                key: to.device.key(),
                ..to
            };
            let doer = Doer::user(&user, request);
            let mut after = user.clone();
            after.factors = user.factors.filed(&to);
            let mut changes = Changes {
                writes: vec![update_user(&user, after), update_factor(&factor, to.clone())],
                events: vec![self.factor_event(&doer, EventType::FactorActivate, &user, FactorKind::Push, at)],
                ..Changes::default()
            };
            self.tell_enrolled(&mut changes, &doer, &user, FactorKind::Push, at)?;
            match self.commit(changes).await {
                Ok(()) => {
                    return Ok(Registered {
                        factor_id: to.id,
                        login: user.login.as_str().to_owned(),
                        organization: self.organization.name.clone(),
                    });
                }
                // A key is that of one factor.
                Err(StoreError::Duplicate(UniqueField::FactorKey)) => return Err(Error::InvalidToken),
                Err(StoreError::Stale) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict)
    }

    /// What a device is asked: nothing, or one push.
    ///
    /// # Errors
    /// `InvalidToken`, `Validation`.
    pub async fn pushes_for_device(&self, statement: &Secret) -> Result<Vec<PushTransaction>, Error> {
        let at = self.now();
        let (factor, user, ListRequest {}) = self.device_says(statement, CHALLENGES, at).await?;
        if user.must_be_able_to_verify().is_err() || !self.is_enabled(FactorKind::Push).await? {
            return Ok(Vec::new());
        }
        let mut pushes = self.ports.store.pushes_of(&factor.id, at).await?;
        pushes.retain(|push| push.is_live(at));
        Ok(pushes)
    }

    /// Takes the answer of a device. A no counts like a wrong code, and so does a wrong number.
    ///
    /// # Errors
    /// `InvalidToken`, `Validation`, `NotFound`, `Conflict`.
    pub async fn answer_push(&self, request: &RequestContext, statement: &Secret) -> Result<PushState, Error> {
        for _ in 0..MOST_ROUNDS {
            let at = self.now();
            let (factor, user, said): (_, _, Answer) = self.device_says(statement, ANSWERS, at).await?;
            let unknown = || unknown_push(&said.transaction);
            if user.must_be_able_to_verify().is_err() || !self.is_enabled(FactorKind::Push).await? {
                return Err(unknown());
            }
            let id = PushTransactionId::parse(&said.transaction).ok_or_else(unknown)?;
            let push = self.ports.store.push(&factor.id, &id).await?.ok_or_else(unknown)?;
            let to = match push.answered(&said, at) {
                Ok(to) => to,
                Err(AnswerRefusal::Over | AnswerRefusal::Other) => return Err(unknown()),
                Err(AnswerRefusal::NumberMissing) => {
                    return Err(Validation::field("number", "The field cannot be left blank").into());
                }
            };
            let state = to.state;
            let doer = Doer::user(&user, request);
            let mut changes = self.after_answer(&doer, factor, user, &push, state, at).await?;
            changes.writes.push(move_push(&push, to));
            if self.committed(changes).await? {
                return Ok(state);
            }
        }
        Err(Error::Conflict)
    }

    /// What an answer changes beside the push.
    async fn after_answer(
        &self,
        doer: &Doer,
        factor: Factor,
        user: User,
        push: &PushTransaction,
        state: PushState,
        at: Timestamp,
    ) -> Result<Changes, Error> {
        // In a sign-in it is the sign-in that makes use of the yes.
        if state == PushState::Approved && push.sign_in.is_some() {
            return Ok(Changes::default());
        }
        let trial = Trial {
            doer,
            user_id: &user.id.clone(),
            factor_id: &factor.id.clone(),
            request: &VerifyFactor::default(),
            bound_to: push.sign_in,
        };
        let same = factor.clone();
        if state == PushState::Approved {
            let round = self.right(&trial, (&factor, same), user, Changes::default(), at);
            return Ok(round.changes);
        }
        let was_locked = user.status == Status::LockedOut;
        let round = self
            .wrong(&trial, (&factor, same), user, WrongProof::Rejected, at)
            .await?;
        let mut changes = round.changes;
        if let Some(sign_in) = push
            .sign_in
            .filter(|_| !was_locked && round.after.status == Status::LockedOut)
        {
            changes.writes.push(Write::Session(SessionWrite::Close(sign_in)));
        }
        Ok(changes)
    }

    /// The factor that waits for a device with a token, and whose it is.
    async fn waiting_for(&self, token: &Secret, at: Timestamp) -> Result<(Factor, User), Error> {
        let digest = token.digest();
        let found = self.ports.store.factor_by_key(&activation_key(&digest)).await?;
        let found = found.ok_or(Error::InvalidToken)?;
        let (factor, user) = self.factor_now(&found.user_id, &found.id).await?;
        let is_meant = match &factor.device {
            Device::Push(Push::Waiting(waiting)) => waiting.digest == digest && waiting.is_live(at),
            _ => false,
        };
        if !is_meant || user.status == Status::Deprovisioned || !self.is_enabled(FactorKind::Push).await? {
            return Err(Error::InvalidToken);
        }
        Ok((factor, user))
    }

    /// What a registered device has signed, with its factor and whose that is.
    async fn device_says<T: Saying>(
        &self,
        statement: &Secret,
        endpoint: &str,
        at: Timestamp,
    ) -> Result<(Factor, User, T), Error> {
        let claimed = claimed_device(statement).ok_or(StatementRefusal::Malformed);
        let claimed = claimed.map_err(refused)?;
        let found = self.ports.store.factor_by_key(&device_key(&claimed)).await?;
        let found = found.ok_or(Error::InvalidToken)?;
        let (factor, user) = self.factor_now(&found.user_id, &found.id).await?;
        let Device::Push(Push::Registered(device)) = &factor.device else {
            return Err(Error::InvalidToken);
        };
        if !factor.is_active() || user.status == Status::Deprovisioned {
            return Err(Error::InvalidToken);
        }
        let said = self.said(statement, &device.key, endpoint, at)?;
        Ok((factor, user, said))
    }

    async fn factor_now(&self, user: &UserId, id: &FactorId) -> Result<(Factor, User), Error> {
        let found = self.ports.store.factor(user, id).await?;
        found.ok_or(Error::InvalidToken)
    }

    /// What a key has signed for an endpoint.
    fn said<T: Saying>(&self, statement: &Secret, key: &DeviceKey, endpoint: &str, at: Timestamp) -> Result<T, Error> {
        let payload = self.ports.signatures.verify_statement(statement, key);
        let endpoint = format!("{}{endpoint}", self.settings.public_url);
        let read = payload.and_then(|payload| Statement::read(payload, key, &endpoint, at));
        read.map(|statement| statement.said).map_err(refused)
    }
}

fn refused(refusal: StatementRefusal) -> Error {
    match refusal {
        StatementRefusal::Malformed => Validation::field("statement", "The statement cannot be read").into(),
        StatementRefusal::Signature | StatementRefusal::Foreign | StatementRefusal::Time => Error::InvalidToken,
    }
}
