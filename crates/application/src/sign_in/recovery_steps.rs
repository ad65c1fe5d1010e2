//! The course of a recovery: the token, then the question where one is asked (contract: authn-and-recovery §7.2).

use denizen_domain::event::{Entity, EventOutcome, EventType, LogEvent};
use denizen_domain::ports::{Changes, SessionWrite, Write};
use denizen_domain::recovery_question::normalized_answer;
use denizen_domain::secret::Secret;
use denizen_domain::sign_in::{Stage, Step, Transaction, Wishes};
use denizen_domain::time::Timestamp;
use denizen_domain::token::TokenPurpose;
use denizen_domain::user::User;
use denizen_domain::user::lifecycle::Action;

use super::{Conversation, NewTransaction, Progress, Shown};
use crate::account::Doer;
use crate::attempts::{Asked, Attempt, Proof};
use crate::call::RequestContext;
use crate::directory::{Directory, MOST_ROUNDS};
use crate::error::Error;

impl Directory {
    /// Begins a transaction with a recovery token, which is used up (T3).
    ///
    /// # Errors
    /// `InvalidToken` for a token that is unknown, used, over, or meant for something else (T11); `Conflict`.
    pub async fn present_recovery_token(
        &self,
        request: &RequestContext,
        token: &Secret,
    ) -> Result<Conversation, Error> {
        let digest = token.digest();
        for _ in 0..MOST_ROUNDS {
            let at = self.now();
            let found = self.ports.store.one_time_token(&digest).await?;
            let found = found.filter(|found| at < found.expires);
            let user = match &found {
                Some(found) => self.ports.store.user(&found.user_id).await?,
                None => None,
            };
            let stage = found.as_ref().and_then(|found| match found.purpose {
                TokenPurpose::PasswordReset => Some(Stage::NewPassword),
                TokenPurpose::Question => Some(Stage::Question),
                TokenPurpose::UnlockQuestion => Some(Stage::UnlockQuestion),
                TokenPurpose::Activation | TokenPurpose::Unlock => None,
            });
            if found.is_some_and(|found| found.purpose == TokenPurpose::Unlock) {
                let user = self.unlock_with_token(request, token).await?;
                return Ok(unlocked(user, None));
            }
            let (Some(user), Some(stage)) = (user, stage) else {
                return self.refuse_recovery_token(request).await;
            };
            if !stage.fits(user.status) {
                return self.refuse_recovery_token(request).await;
            }
            let mut changes = Changes {
                writes: vec![Write::ConsumeOneTimeToken(digest)],
                ..Changes::default()
            };
            let new = NewTransaction {
                stage,
                evidence: None,
                relay_state: None,
                wishes: Wishes::default(),
                shown: Shown::Nothing,
            };
            let conversation = self.open_transaction(&mut changes, &user, new, at);
            if self.committed(changes).await? {
                return Ok(conversation);
            }
        }
        Err(Error::Conflict)
    }

    async fn refuse_recovery_token(&self, request: &RequestContext) -> Result<Conversation, Error> {
        self.tell_unknown(request, EventType::UseToken).await?;
        Err(Error::InvalidToken)
    }

    /// Ends a lock-out with a mailed token, which is used up.
    ///
    /// # Errors
    /// `InvalidToken` for a token that is unknown, used, over, or meant for something else, or a user who is not locked out;
    /// `Conflict`.
    pub async fn unlock_with_token(&self, request: &RequestContext, token: &Secret) -> Result<User, Error> {
        let digest = token.digest();
        for _ in 0..MOST_ROUNDS {
            let at = self.now();
            let user = self.owner_of(token, TokenPurpose::Unlock).await?;
            let mut changes = self.unlocking(request, &user, at)?;
            changes.writes.push(Write::ConsumeOneTimeToken(digest));
            if self.committed(changes).await? {
                return Ok(user);
            }
        }
        Err(Error::Conflict)
    }

    /// Whose a one-time token is, while it is good for a purpose. Nothing is used up.
    ///
    /// # Errors
    /// `InvalidToken`.
    pub async fn owner_of(&self, token: &Secret, purpose: TokenPurpose) -> Result<User, Error> {
        let found = self.ports.store.one_time_token(&token.digest()).await?;
        let found = found
            .filter(|found| found.admits(purpose, self.now()))
            .ok_or(Error::InvalidToken)?;
        let user = self.ports.store.user(&found.user_id).await?;
        user.ok_or(Error::InvalidToken)
    }

    /// The changes that end a lock-out.
    fn unlocking(&self, request: &RequestContext, user: &User, at: Timestamp) -> Result<Changes, Error> {
        let lifted = user.transition(Action::Unlock, at).map_err(|_| Error::InvalidToken)?;
        let mut changes = self.changes_of(user, &lifted);
        let doer = Doer::user(user, request);
        let event = self.event(&doer, EventType::UserUnlock, vec![Entity::user(user)], at);
        changes.events.push(event);
        Ok(changes)
    }

    /// Answers the recovery question: on to a new password, or out of the lock-out.
    ///
    /// # Errors
    /// `InvalidToken`, `OutOfTurn`, `WrongAnswer`, `Busy`, `Conflict`.
    pub async fn answer_recovery_question(
        &self,
        request: &RequestContext,
        token: &Secret,
        answer: &Secret,
    ) -> Result<Conversation, Error> {
        let (transaction, user) = self.live_transaction(token).await?;
        transaction.details.stage.must_allow(Step::Answer)?;
        if transaction.details.stage == Stage::UnlockQuestion {
            return self.answer_to_unlock(request, token, &user, answer).await;
        }
        let doer = Doer::user(&user, request);
        let attempt = Attempt {
            doer: &doer,
            event: EventType::UserUpdatePassword,
            asked: Asked::Answer,
        };
        match self.prove(&attempt, &user, answer).await {
            Ok(proof) => self.go_on_to_new_password(token, &proof).await,
            Err(Error::WrongAnswer) => {
                self.count_wrong_answer(token).await?;
                Err(Error::WrongAnswer)
            }
            Err(other) => Err(other),
        }
    }

    async fn go_on_to_new_password(&self, token: &Secret, proof: &Proof) -> Result<Conversation, Error> {
        self.go_on(token, |transaction, user| {
            transaction.details.stage.must_allow(Step::Answer)?;
            self.holds(proof, user)?;
            transaction.details.stage = Stage::NewPassword;
            Ok(())
        })
        .await
    }

    /// Counts a wrong answer in the transaction too; one that has had too many is over.
    async fn count_wrong_answer(&self, token: &Secret) -> Result<(), Error> {
        for _ in 0..MOST_ROUNDS {
            let Ok((transaction, _)) = self.live_transaction(token).await else {
                return Ok(());
            };
            let changes = Changes {
                writes: vec![failed(transaction)],
                ..Changes::default()
            };
            if self.committed(changes).await? {
                return Ok(());
            }
        }
        Err(Error::Conflict)
    }

    /// Whoever is locked out has no attempts left: here the transaction has a few, and all of them together are bounded by
    /// the count of failures, which goes on (L4).
    async fn answer_to_unlock(
        &self,
        request: &RequestContext,
        token: &Secret,
        user: &User,
        answer: &Secret,
    ) -> Result<Conversation, Error> {
        let asked = user.credentials.recovery_question.clone().ok_or(Error::InvalidToken)?;
        let verdict = self
            .ports
            .hasher
            .verify(&asked.answer, &normalized_answer(answer))
            .await?;
        for _ in 0..MOST_ROUNDS {
            let (transaction, user) = self.live_transaction(token).await?;
            transaction.details.stage.must_allow(Step::Answer)?;
            let at = self.now();
            let same = user.credentials.recovery_question.as_ref() == Some(&asked);
            let is_right = verdict.is_right() && same && user.may_answer_to_unlock();
            let changes = if is_right {
                let mut changes = self.unlocking(request, &user, at)?;
                changes
                    .writes
                    .push(Write::Session(SessionWrite::Close(transaction.digest)));
                changes
            } else {
                let doer = Doer::user(&user, request);
                Changes {
                    writes: vec![
                        Write::UpdateUser {
                            to: Box::new(user.failed_to_unlock()),
                            from: Box::new(user.clone()),
                        },
                        failed(transaction.clone()),
                    ],
                    events: vec![LogEvent {
                        outcome: EventOutcome::Failure("INVALID_CREDENTIALS".to_owned()),
                        ..self.event(&doer, EventType::UserUnlock, vec![Entity::user(&user)], at)
                    }],
                    messages: Vec::new(),
                }
            };
            if self.committed(changes).await? {
                return if is_right {
                    Ok(unlocked(user, transaction.details.relay_state))
                } else {
                    Err(Error::WrongAnswer)
                };
            }
        }
        Err(Error::Conflict)
    }
}

/// The write that counts a wrong answer in a transaction.
fn failed(from: Transaction) -> Write {
    Write::Session(match from.failed() {
        Some(to) => SessionWrite::Move {
            from: Box::new(from),
            to: Box::new(to),
        },
        None => SessionWrite::Close(from.digest),
    })
}

fn unlocked(user: User, relay_state: Option<String>) -> Conversation {
    Conversation {
        progress: Progress::Unlocked { user: Box::new(user) },
        relay_state,
    }
}
