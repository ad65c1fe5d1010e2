//! Showing a factor in a transaction (contract: authn-and-recovery §3.1, §6).

use denizen_domain::factor::{Factor, FactorId, FactorRefusal};
use denizen_domain::ports::{Changes, SessionWrite, Write};
use denizen_domain::secret::Secret;
use denizen_domain::sign_in::{Stage, Step, Transaction};
use denizen_domain::user::{Status, User};

use super::course::Onward;
use super::{Conversation, Progress, Shown};
use crate::account::Doer;
use crate::call::RequestContext;
use crate::directory::{Directory, MOST_ROUNDS};
use crate::error::Error;
use crate::factors::kinds::Memo;
use crate::factors::{Challenge, Round, Trial, Verified, VerifyFactor, factor_id, unknown_factor};

impl Directory {
    /// Shows a factor, or has a challenge made. The use of the factor and the way to the next stage are one change: of many
    /// with the same code, one gets through (O3).
    ///
    /// # Errors
    /// `InvalidToken`, `OutOfTurn`, `NotFound`, `Validation`, `Factor`, `Verify`, `WrongProof`, `Busy`, `Conflict`.
    pub async fn verify_in_sign_in(
        &self,
        request: &RequestContext,
        token: &Secret,
        id: &str,
        wanted: &VerifyFactor,
    ) -> Result<Conversation, Error> {
        self.show_factor(request, token, id, wanted, false).await
    }

    /// Has the challenge of a factor made once more.
    ///
    /// # Errors
    /// `InvalidToken`, `OutOfTurn`, `NotFound`, `Validation`, `Factor`, `Verify`, `Conflict`.
    pub async fn resend_in_sign_in(
        &self,
        request: &RequestContext,
        token: &Secret,
        id: &str,
        wanted: &VerifyFactor,
    ) -> Result<Conversation, Error> {
        self.show_factor(request, token, id, wanted, true).await
    }

    async fn show_factor(
        &self,
        request: &RequestContext,
        token: &Secret,
        id: &str,
        wanted: &VerifyFactor,
        is_resend: bool,
    ) -> Result<Conversation, Error> {
        let id = factor_id(id)?;
        let step = if is_resend {
            Step::ResendChallenge(&id)
        } else {
            Step::Verify(&id)
        };
        let mut memo = Memo::default();
        for _ in 0..MOST_ROUNDS {
            let (transaction, user) = self.live_transaction(token).await?;
            transaction.details.stage.must_allow(step)?;
            self.must_be_in_use(&id).await?;
            let doer = Doer::user(&user, request);
            let trial = Trial {
                doer: &doer,
                user_id: &user.id,
                factor_id: &id,
                request: wanted,
                bound_to: Some(transaction.digest),
            };
            let round = self.round(&trial, &mut memo).await?;
            let outcome = self.after_round(&doer, token, &transaction, round).await;
            let (changes, answer) = match outcome {
                // Somebody else has changed the factors meanwhile: all over again.
                Err(Error::Conflict) => continue,
                outcome => outcome?,
            };
            if self.committed(changes).await? {
                return answer;
            }
        }
        Err(Error::Conflict)
    }

    /// Factors of kinds that are not in use are shown nowhere, and so they are unknown.
    async fn must_be_in_use(&self, id: &FactorId) -> Result<(), Error> {
        let kind = id.kind();
        if self.settings.factor_policy.allows(kind) && self.is_enabled(kind).await? {
            Ok(())
        } else {
            Err(unknown_factor(id.as_str()))
        }
    }

    /// What a look at a factor changes in the transaction.
    async fn after_round(
        &self,
        doer: &Doer,
        token: &Secret,
        transaction: &Transaction,
        round: Round,
    ) -> Result<(Changes, Result<Conversation, Error>), Error> {
        let Round {
            mut changes,
            user,
            after,
            at,
            answer,
        } = round;
        let answer = match answer {
            Ok(Verified::Right(factor)) => {
                let onward = Onward {
                    doer,
                    token,
                    from: transaction,
                    details: transaction.details.with_factor(factor.kind().method(), at),
                    before: &user,
                    after,
                    factors: self.factors_beside(&user).await?,
                    has_enrolled: false,
                    at,
                };
                Ok(self.advance(&mut changes, onward).await?)
            }
            Ok(Verified::Challenged(_, factor, challenge)) => {
                let to = transaction.moved(Stage::MfaChallenge(factor.id.clone()), at);
                move_on(&mut changes, transaction, &to);
                Ok(challenged(token, to, after, *factor, challenge))
            }
            // Within a transaction each factor is asked by itself.
            Ok(Verified::AllChallenged(..)) => Err(FactorRefusal::NotOffered.into()),
            Err(error) => {
                // Of whoever is locked out now the transaction is void, and does not come back with the end of the lock-out.
                if after.status == Status::LockedOut && user.status != Status::LockedOut {
                    let close = SessionWrite::Close(transaction.digest);
                    changes.writes.push(Write::Session(close));
                }
                Err(error)
            }
        };
        Ok((changes, answer))
    }
}

/// Writes a transaction in its next stage over what was read.
pub(super) fn move_on(changes: &mut Changes, from: &Transaction, to: &Transaction) {
    changes.writes.push(Write::Session(SessionWrite::Move {
        from: Box::new(from.clone()),
        to: Box::new(to.clone()),
    }));
}

fn challenged(token: &Secret, to: Transaction, user: User, factor: Factor, challenge: Challenge) -> Conversation {
    Conversation {
        relay_state: to.details.relay_state.clone(),
        progress: Progress::Pending {
            token: token.clone(),
            transaction: Box::new(to),
            user: Box::new(user),
            shown: Shown::Challenge(Box::new(factor), Some(challenge)),
        },
    }
}
