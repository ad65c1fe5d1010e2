//! Showing a factor (contract: factors §6.10, §9).

use denizen_domain::authority::Permission;
use denizen_domain::event::{EventOutcome, EventType, LogEvent};
use denizen_domain::factor::{Factor, FactorId, FactorRefusal, VerifyRefusal, WrongProof};
use denizen_domain::id::UserId;
use denizen_domain::ports::{Changes, Write};
use denizen_domain::secret::SecretDigest;
use denizen_domain::time::Timestamp;
use denizen_domain::user::{Failure, User};

use super::any_key::ANY_KEY;
use super::kinds::{Judged, Memo};
use super::{Challenge, Proof, Wording, factor_id, unknown_factor, update_factor, update_user};
use crate::account::Doer;
use crate::call::Call;
use crate::directory::{Directory, MOST_ROUNDS, must};
use crate::error::Error;

/// A request to show a factor.
#[derive(Clone, Debug, Default)]
pub struct VerifyFactor {
    /// What is shown; nothing to have a challenge made.
    pub proof: Proof,
    /// How a message is to be written.
    pub wording: Wording,
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum Verified {
    /// The proof is right.
    Right(Box<Factor>),
    /// A challenge was made, which is to be answered next.
    Challenged(Box<User>, Box<Factor>, Challenge),
    /// A challenge was made, which any of these may answer.
    AllChallenged(Box<User>, Vec<Factor>, Challenge),
}

/// Somebody shows a factor.
pub(crate) struct Trial<'a> {
    /// Who.
    pub(crate) doer: &'a Doer,
    /// Whose factor it is.
    pub(crate) user_id: &'a UserId,
    /// The factor.
    pub(crate) factor_id: &'a FactorId,
    /// What is shown.
    pub(crate) request: &'a VerifyFactor,
    /// The transaction in which it is shown: a challenge that was made in one is answered in the same.
    pub(crate) bound_to: Option<SecretDigest>,
}

/// What one look at a factor decided, to be committed together with what hangs on it.
pub(crate) struct Round {
    /// The factor's use and what goes with it. The user, if written, stands first.
    pub(crate) changes: Changes,
    /// The user as read.
    pub(crate) user: User,
    /// The user once it is committed.
    pub(crate) after: User,
    /// When it was decided.
    pub(crate) at: Timestamp,
    /// What is told once it is committed.
    pub(crate) answer: Result<Verified, Error>,
}

impl Directory {
    /// Shows a factor of a user, or has a challenge made (`verifyFactor`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Validation`, `Factor`, `Verify`, `WrongProof`, `Busy`, `Conflict`.
    pub async fn verify_factor(
        &self,
        call: &Call,
        key: &str,
        id: &str,
        request: &VerifyFactor,
    ) -> Result<Verified, Error> {
        if id == ANY_KEY {
            return self.verify_any_key(call, key, request).await;
        }
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
        let mut memo = Memo::default();
        for _ in 0..MOST_ROUNDS {
            let round = self.round(&trial, &mut memo).await?;
            if self.committed(round.changes).await? {
                return round.answer;
            }
        }
        Err(Error::Conflict)
    }

    /// Looks at a factor and judges what is shown, once. What slow services have said is kept for the next round.
    pub(crate) async fn round(&self, trial: &Trial<'_>, memo: &mut Memo) -> Result<Round, Error> {
        let found = self.ports.store.factor(trial.user_id, trial.factor_id);
        let (found, structure) = tokio::join!(found, self.structure());
        let (factor, user) = found?.ok_or_else(|| unknown_factor(trial.factor_id.as_str()))?;
        user.must_be_able_to_verify()?;
        if !self.is_enabled_in(&*structure?, factor.kind()) {
            return Err(FactorRefusal::SwitchedOff.into());
        }
        if !factor.is_active() {
            return Err(FactorRefusal::WrongState.into());
        }
        let at = self.now();
        let judged = self.judge(trial, &factor, &user, at, memo).await?;
        match judged {
            Judged::Right(device) => {
                Ok(self.right(trial, (&factor, factor.with(device)), user, Changes::default(), at))
            }
            Judged::RightWith(device, beside) => {
                Ok(self.right(trial, (&factor, factor.with(device)), user, beside, at))
            }
            Judged::Wrong(wrong, device) => self.wrong(trial, (&factor, factor.with(device)), user, wrong, at).await,
            Judged::Challenged(device, challenge, beside) => {
                let to = factor.with(device);
                let mut changes = beside;
                changes.writes.insert(0, update_factor(&factor, to.clone()));
                Ok(Round {
                    changes,
                    after: user.clone(),
                    answer: Ok(Verified::Challenged(Box::new(user.clone()), Box::new(to), challenge)),
                    user,
                    at,
                })
            }
        }
    }

    pub(super) fn right(
        &self,
        trial: &Trial<'_>,
        (from, to): (&Factor, Factor),
        user: User,
        beside: Changes,
        at: Timestamp,
    ) -> Round {
        let after = user.verified();
        let mut writes: Vec<Write> = after.iter().map(|after| update_user(&user, after.clone())).collect();
        writes.push(update_factor(from, to.clone()));
        writes.extend(beside.writes);
        let event = self.factor_event(trial.doer, EventType::AuthenticationViaMfa, &user, to.kind(), at);
        let mut changes = Changes {
            writes,
            events: vec![event],
            ..Changes::default()
        };
        self.tell_redeemed(&mut changes, trial, &user, to.kind(), at);
        Round {
            changes,
            after: after.unwrap_or_else(|| user.clone()),
            user,
            at,
            answer: Ok(Verified::Right(Box::new(to))),
        }
    }

    /// A wrong proof is counted, and moves the factor on: what others judged on the same state, they judge again (L1, L3).
    pub(super) async fn wrong(
        &self,
        trial: &Trial<'_>,
        (from, to): (&Factor, Factor),
        user: User,
        wrong: WrongProof,
        at: Timestamp,
    ) -> Result<Round, Error> {
        let event = self.factor_event(trial.doer, EventType::AuthenticationViaMfa, &user, to.kind(), at);
        let mut changes = Changes {
            events: vec![LogEvent {
                outcome: EventOutcome::Failure("INVALID_CREDENTIALS".to_owned()),
                ..event
            }],
            ..Changes::default()
        };
        self.tell_redeemed(&mut changes, trial, &user, to.kind(), at);
        if matches!(wrong, WrongProof::Replayed | WrongProof::Answered) {
            // No guess: it was right once. Programs that send a request twice lock nobody out.
            return Ok(Round {
                changes,
                after: user.clone(),
                user,
                at,
                answer: Err(wrong.into()),
            });
        }
        let locked = || Error::from(VerifyRefusal::LockedOut);
        let (after, answer) = match user.failed_verification(at) {
            Failure::Locked(after) => {
                self.tell_locked_out(&mut changes, trial.doer, &user, at).await?;
                (*after, locked())
            }
            Failure::Counted(after) if after.must_be_able_to_verify().is_err() => (*after, locked()),
            Failure::Counted(after) => (*after, wrong.into()),
            Failure::Ignored => (user.clone(), wrong.into()),
        };
        changes.writes = vec![update_user(&user, after.clone()), update_factor(from, to)];
        Ok(Round {
            changes,
            user,
            after,
            at,
            answer: Err(answer),
        })
    }
}
