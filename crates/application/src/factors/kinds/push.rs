//! Devices that approve: the enrolment, and the push (contract: factors §6.8, §6.10, §7.6; checklist U1, U2, U4).

use denizen_domain::entropy;
use denizen_domain::event::EventType;
use denizen_domain::factor::{Device, Factor, FactorRefusal, FactorStatus, WrongProof};
use denizen_domain::id::PushTransactionId;
use denizen_domain::ports::{Changes, PushWrite, Write};
use denizen_domain::push::{
    Activation as Waiting, KEPT_MINUTES, NewPush, NumberChallenge, Push, PushContext, PushState, PushTransaction,
    must_not_tire,
};
use denizen_domain::secret::SecretDigest;
use denizen_domain::time::Timestamp;
use denizen_domain::user::User;

use super::{Activation, Challenge, Judged, New};
use crate::directory::Directory;
use crate::error::Error;
use crate::factors::Trial;
use crate::factors::enrol::Target;

/// A nonce has so many characters of six bits.
const NONCE_LENGTH: usize = 32;

impl Directory {
    /// A factor that waits for its device.
    pub(super) fn new_push(&self, target: &Target<'_>) -> New {
        let (waiting, activation) = self.push_activation_of(target.id, target.at);
        let device = Device::Push(Push::Waiting(waiting));
        New {
            key: device.key(),
            device,
            status: FactorStatus::PendingActivation,
            activation: Some(activation),
            user: None,
            beside: Changes::default(),
        }
    }

    /// Draws a token that a device registers with.
    pub(crate) fn push_activation_of(
        &self,
        id: &denizen_domain::factor::FactorId,
        at: Timestamp,
    ) -> (Waiting, Activation) {
        let token = entropy::state_token(&*self.ports.entropy);
        let sealed = self.sealed_for(id, token.expose().as_bytes());
        let waiting = Waiting::begin(sealed, token.digest(), at);
        let expires = waiting.expires;
        (waiting, Activation::Push { token, expires })
    }

    /// Sends a push. Within a transaction the one that was sent there is looked at first: its success is the proof, once,
    /// and its failure is told once.
    pub(super) async fn judge_push(
        &self,
        trial: &Trial<'_>,
        factor: &Factor,
        user: &User,
        at: Timestamp,
    ) -> Result<Judged, Error> {
        let since = at.plus_minutes(-KEPT_MINUTES);
        let recent = self.ports.store.pushes_of(&factor.id, since).await?;
        if let Some(sign_in) = trial.bound_to
            && let Some(judged) = judge_sent_push(factor, &recent, &sign_in, at)
        {
            return Ok(judged);
        }
        must_not_tire(&recent, at).map_err(FactorRefusal::from)?;
        let push = self.push_to(trial, factor, at);
        let mut changes = Changes::default();
        for waiting in &recent {
            if let Some(ended) = waiting.settled(at).or_else(|| waiting.cancelled(at)) {
                changes.writes.push(move_push(waiting, ended));
            }
        }
        changes
            .writes
            .push(Write::Push(PushWrite::Send(Box::new(push.clone()))));
        changes.writes.push(Write::Push(PushWrite::Forget(since)));
        let event = self.factor_event(trial.doer, EventType::PushChallenge, user, factor.kind(), at);
        changes.events.push(event);
        Ok(Judged::Challenged(
            factor.device.clone(),
            Challenge::Push(Box::new(push)),
            changes,
        ))
    }

    fn push_to(&self, trial: &Trial<'_>, factor: &Factor, at: Timestamp) -> PushTransaction {
        let entropy = &*self.ports.entropy;
        let request = trial.doer.request();
        let number = trial.request.proof.number_challenge;
        let new = NewPush {
            id: PushTransactionId::generate(at, self.random()),
            factor_id: factor.id.clone(),
            user_id: factor.user_id.clone(),
            sign_in: trial.bound_to,
            context: PushContext {
                nonce: entropy::url_safe(entropy, NONCE_LENGTH),
                number: number.then(|| NumberChallenge::draw(entropy)),
                ip_address: request.ip_address.clone(),
                user_agent: request.user_agent.clone(),
            },
        };
        PushTransaction::begin(new, at)
    }
}

/// What the last push of a transaction is worth; nothing when there was none, or when its failure was told before.
fn judge_sent_push(
    factor: &Factor,
    recent: &[PushTransaction],
    sign_in: &SecretDigest,
    at: Timestamp,
) -> Option<Judged> {
    let is_own = |push: &&PushTransaction| push.sign_in.as_ref() == Some(sign_in) && !push.is_used;
    let own = recent.iter().filter(is_own);
    let last = own.max_by_key(|push| (push.created, push.id.clone()))?;
    let now = last.settled(at).unwrap_or_else(|| last.clone());
    let device = factor.device.clone();
    let mut changes = Changes::default();
    let challenge = match now.state {
        PushState::Waiting => now,
        PushState::Approved => {
            let Some(used) = now.used(sign_in) else {
                return Some(Judged::Wrong(WrongProof::Rejected, device));
            };
            changes.writes.push(move_push(last, used));
            return Some(Judged::RightWith(device, changes));
        }
        PushState::Rejected | PushState::TimedOut | PushState::Cancelled => {
            let told = now.told()?;
            changes.writes.push(move_push(last, told.clone()));
            told
        }
    };
    Some(Judged::Challenged(
        device,
        Challenge::Push(Box::new(challenge)),
        changes,
    ))
}

/// Writes a push over what was read.
pub(crate) fn move_push(from: &PushTransaction, to: PushTransaction) -> Write {
    Write::Push(PushWrite::Move {
        from: Box::new(from.clone()),
        to: Box::new(to),
    })
}
