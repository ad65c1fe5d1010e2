//! Enrolling and activating a factor in a transaction (contract: authn-and-recovery §3.1, §6).

use denizen_domain::factor::{Factor, FactorKind, FactorRefusal, FactorStatus};
use denizen_domain::ports::Changes;
use denizen_domain::secret::Secret;
use denizen_domain::sign_in::{Details, Stage, Step, Transaction};
use denizen_domain::time::Timestamp;
use denizen_domain::user::User;

use super::course::{Onward, written_user};
use super::factors::move_on;
use super::{Conversation, Progress, Shown};
use crate::account::{Doer, address};
use crate::call::RequestContext;
use crate::directory::{Directory, MOST_ROUNDS};
use crate::error::Error;
use crate::factors::kinds::Memo;
use crate::factors::{EnrolFactor, Trial, VerifyFactor, factor_id, unknown_factor};

impl Directory {
    /// Enrols a factor where one is asked for: on to its activation, or past it for kinds that need none.
    ///
    /// # Errors
    /// `InvalidToken`, `OutOfTurn`, `Validation`, `Factor`, `WrongProof`, `Busy`, `Conflict`.
    pub async fn enrol_in_sign_in(
        &self,
        request: &RequestContext,
        token: &Secret,
        wanted: &EnrolFactor,
    ) -> Result<Conversation, Error> {
        let mut memo = Memo::default();
        for _ in 0..MOST_ROUNDS {
            let (transaction, user) = self.live_transaction(token).await?;
            transaction.details.stage.must_allow(Step::Enrol)?;
            let at = self.now();
            let doer = Doer::user(&user, request);
            let wanted = with_own_address(wanted, &user);
            let (mut changes, enrolled) = self.enrolment(&doer, &user, &wanted, &mut memo).await?;
            let conversation = if enrolled.factor.is_active() {
                let details = Details {
                    past_factor: true,
                    ..transaction.details.clone()
                };
                let going = Going {
                    doer: &doer,
                    token,
                    transaction: &transaction,
                    user: &user,
                };
                self.past_enrolment(&mut changes, &going, details, enrolled.factor, at)
                    .await
            } else {
                let to = transaction.moved(Stage::MfaEnrollActivate(enrolled.factor.id.clone()), at);
                move_on(&mut changes, &transaction, &to);
                let shown = Shown::Enrolled(Box::new(enrolled.factor), enrolled.activation);
                Ok(pending(token, to, written_user(&changes, &user), shown))
            };
            let conversation = match conversation {
                Err(Error::Conflict) => continue,
                conversation => conversation?,
            };
            if self.enrolment_committed(changes).await? {
                return Ok(conversation);
            }
        }
        Err(Error::Conflict)
    }

    /// Activates the factor that was enrolled.
    ///
    /// # Errors
    /// `InvalidToken`, `OutOfTurn`, `NotFound`, `Validation`, `Factor`, `WrongProof`, `Conflict`.
    pub async fn activate_in_sign_in(
        &self,
        request: &RequestContext,
        token: &Secret,
        id: &str,
        wanted: &VerifyFactor,
    ) -> Result<Conversation, Error> {
        let id = factor_id(id)?;
        for _ in 0..MOST_ROUNDS {
            let (transaction, user) = self.live_transaction(token).await?;
            transaction.details.stage.must_allow(Step::Activate(&id))?;
            let at = self.now();
            let doer = Doer::user(&user, request);
            let trial = Trial {
                doer: &doer,
                user_id: &user.id,
                factor_id: &id,
                request: wanted,
                bound_to: Some(transaction.digest),
            };
            let (user, mut changes, answer) = self.activation(&trial).await?;
            let answer = match answer {
                Ok(factor) => {
                    let details = transaction.details.with_factor(factor.kind().method(), at);
                    let going = Going {
                        doer: &doer,
                        token,
                        transaction: &transaction,
                        user: &user,
                    };
                    match self.past_enrolment(&mut changes, &going, details, factor, at).await {
                        Err(Error::Conflict) => continue,
                        conversation => Ok(conversation?),
                    }
                }
                Err(refused) => Err(refused),
            };
            if self.activation_committed(changes).await? {
                return answer;
            }
        }
        Err(Error::Conflict)
    }

    /// Asks whether the device of the factor that was enrolled has registered.
    ///
    /// # Errors
    /// `InvalidToken`, `OutOfTurn`, `NotFound`, `Factor`, `Conflict`.
    pub async fn poll_in_sign_in(
        &self,
        request: &RequestContext,
        token: &Secret,
        id: &str,
    ) -> Result<Conversation, Error> {
        let id = factor_id(id)?;
        for _ in 0..MOST_ROUNDS {
            let (transaction, _) = self.live_transaction(token).await?;
            transaction.details.stage.must_allow(Step::Activate(&id))?;
            let at = self.now();
            let found = self.ports.store.factor(&transaction.user_id, &id).await?;
            let (factor, user) = found.ok_or_else(|| unknown_factor(id.as_str()))?;
            if !factor.kind().registers_by_itself() {
                return Err(FactorRefusal::NotOffered.into());
            }
            let mut changes = Changes::default();
            let conversation = if factor.is_active() {
                let doer = Doer::user(&user, request);
                let details = transaction.details.with_factor(factor.kind().method(), at);
                let going = Going {
                    doer: &doer,
                    token,
                    transaction: &transaction,
                    user: &user,
                };
                match self.past_enrolment(&mut changes, &going, details, factor, at).await {
                    Err(Error::Conflict) => continue,
                    conversation => conversation?,
                }
            } else if factor.status == FactorStatus::PendingActivation {
                let to = transaction.prolonged(at);
                move_on(&mut changes, &transaction, &to);
                pending(token, to, user, Shown::Enrolled(Box::new(factor), None))
            } else {
                return Err(FactorRefusal::WrongState.into());
            };
            if self.committed(changes).await? {
                return Ok(conversation);
            }
        }
        Err(Error::Conflict)
    }

    /// Has what activates the factor that was enrolled sent again.
    ///
    /// # Errors
    /// `InvalidToken`, `OutOfTurn`, `NotFound`, `Factor`, `Phone`, `Sending`, `Conflict`.
    pub async fn resend_enrolment_in_sign_in(
        &self,
        request: &RequestContext,
        token: &Secret,
        id: &str,
        wanted: &EnrolFactor,
    ) -> Result<Conversation, Error> {
        let id = factor_id(id)?;
        for _ in 0..MOST_ROUNDS {
            let (transaction, user) = self.live_transaction(token).await?;
            transaction.details.stage.must_allow(Step::ResendActivation(&id))?;
            let doer = Doer::user(&user, request);
            let trial = Trial {
                doer: &doer,
                user_id: &user.id,
                factor_id: &id,
                request: &VerifyFactor::default(),
                bound_to: Some(transaction.digest),
            };
            let (user, mut changes, factor) = self.resending(&trial, wanted).await?;
            let to = transaction.prolonged(self.now());
            move_on(&mut changes, &transaction, &to);
            if self.committed(changes).await? {
                let shown = Shown::Enrolled(Box::new(factor), None);
                return Ok(pending(token, to, user, shown));
            }
        }
        Err(Error::Conflict)
    }

    /// On from an enrolment that is complete.
    async fn past_enrolment(
        &self,
        changes: &mut Changes,
        going: &Going<'_>,
        details: Details,
        factor: Factor,
        at: Timestamp,
    ) -> Result<Conversation, Error> {
        let mut factors = self.factors_beside(going.user).await?;
        match factors.iter_mut().find(|present| present.id == factor.id) {
            Some(present) => *present = factor,
            None => factors.push(factor),
        }
        let onward = Onward {
            doer: going.doer,
            token: going.token,
            from: going.transaction,
            details,
            before: going.user,
            after: written_user(changes, going.user),
            factors,
            has_enrolled: true,
            at,
        };
        self.advance(changes, onward).await
    }
}

/// A mail address need not be named: only one can be enrolled (contract: authn-and-recovery §6).
fn with_own_address(wanted: &EnrolFactor, user: &User) -> EnrolFactor {
    let mut wanted = wanted.clone();
    if wanted.factor_type.as_deref() == Some(FactorKind::Email.factor_type()) {
        let profile = wanted.profile.get_or_insert_default();
        if profile.email.is_none() {
            profile.email = address(user, "email").pop();
        }
    }
    wanted
}

/// A transaction, and who goes on with it.
struct Going<'a> {
    doer: &'a Doer,
    token: &'a Secret,
    transaction: &'a Transaction,
    user: &'a User,
}

fn pending(token: &Secret, to: Transaction, user: User, shown: Shown) -> Conversation {
    Conversation {
        relay_state: to.details.relay_state.clone(),
        progress: Progress::Pending {
            token: token.clone(),
            transaction: Box::new(to),
            user: Box::new(user),
            shown,
        },
    }
}
