//! The one door for everything that has to be known: passwords and answers are verified here and nowhere else, so that every
//! failure is counted once, told to the log, and locks on every path (checklist L1, L2, L5, L7, G2).

use denizen_domain::event::{Entity, EventOutcome, EventType, LogEvent};
use denizen_domain::id::UserId;
use denizen_domain::password::{StoredPassword, Verdict};
use denizen_domain::ports::{Changes, Write};
use denizen_domain::recovery_question::normalized_answer;
use denizen_domain::secret::Secret;
use denizen_domain::time::Timestamp;
use denizen_domain::user::{Failure, User};

use crate::account::Doer;
use crate::directory::{Directory, MOST_ROUNDS};
use crate::error::Error;
use crate::subscriptions::Notice;

/// What has to be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    /// The present password.
    Password,
    /// The answer to the recovery question.
    Answer,
}

impl Asked {
    fn stored(self, user: &User) -> Option<StoredPassword> {
        match self {
            Self::Password => user.credentials.password.clone(),
            Self::Answer => user
                .credentials
                .recovery_question
                .as_ref()
                .map(|question| question.answer.clone()),
        }
    }

    fn refusal(self) -> Error {
        match self {
            Self::Password => Error::WrongPassword,
            Self::Answer => Error::WrongAnswer,
        }
    }
}

/// Somebody tries to know it.
pub(crate) struct Attempt<'a> {
    /// Who.
    pub(crate) doer: &'a Doer,
    /// What the log calls the attempt.
    pub(crate) event: EventType,
    /// What has to be known.
    pub(crate) asked: Asked,
}

/// What was verified. It must still be so when the change that rests on it is decided: [`Proof::holds`].
#[derive(Clone, Debug)]
pub(crate) struct Proof {
    asked: Asked,
    stored: StoredPassword,
    /// The stored form should be replaced (P2).
    pub(crate) outdated: bool,
}

impl Directory {
    /// Verifies what was given. Nothing is committed on success: whoever relies on it must ask [`Directory::holds`] on the
    /// user whom the change is decided on, so that of many attempts at once none is judged after the lock (L1).
    pub(crate) async fn prove(&self, attempt: &Attempt<'_>, user: &User, given: &Secret) -> Result<Proof, Error> {
        let answer;
        let given = match attempt.asked {
            Asked::Password => given,
            Asked::Answer => {
                answer = normalized_answer(given);
                &answer
            }
        };
        let stored = attempt.asked.stored(user);
        let verdict = match &stored {
            Some(stored) => self.ports.hasher.verify(stored, given).await?,
            None => {
                self.ports.hasher.verify_absent(given).await?;
                Verdict::Wrong
            }
        };
        match stored {
            Some(stored) if verdict.is_right() && user.may_attempt(&self.settings.password_policy) => Ok(Proof {
                asked: attempt.asked,
                stored,
                outdated: verdict == Verdict::RightButOutdated,
            }),
            _ => {
                self.count_failure(attempt, &user.id).await?;
                Err(attempt.asked.refusal())
            }
        }
    }

    /// Whether a proof is still good for a user who was read anew.
    pub(crate) fn holds(&self, proof: &Proof, user: &User) -> Result<(), Error> {
        let same = proof.asked.stored(user).as_ref() == Some(&proof.stored);
        if same && user.may_attempt(&self.settings.password_policy) {
            Ok(())
        } else {
            Err(proof.asked.refusal())
        }
    }

    /// Counts a failed attempt, once, whoever else fails at the same moment (L1).
    pub(crate) async fn count_failure(&self, attempt: &Attempt<'_>, id: &UserId) -> Result<(), Error> {
        for _ in 0..MOST_ROUNDS {
            let Some(user) = self.ports.store.user(id).await? else {
                return Ok(());
            };
            let at = self.now();
            let failure = |kind, reason: &str| LogEvent {
                outcome: EventOutcome::Failure(reason.to_owned()),
                ..self.event(attempt.doer, kind, vec![Entity::user(&user)], at)
            };
            let mut changes = Changes {
                events: vec![failure(attempt.event, "INVALID_CREDENTIALS")],
                ..Changes::default()
            };
            match user.failed_attempt(&self.settings.password_policy, at) {
                Failure::Ignored => changes.events = vec![failure(attempt.event, "LOCKED_OUT")],
                Failure::Counted(after) => changes.writes.push(update(&user, *after)),
                Failure::Locked(after) => {
                    changes.writes.push(update(&user, *after));
                    self.tell_locked_out(&mut changes, attempt.doer, &user, at).await?;
                }
            }
            if self.committed(changes).await? {
                return Ok(());
            }
        }
        Err(Error::Conflict)
    }

    /// Adds what is told of a user who is being locked out.
    pub(crate) async fn tell_locked_out(
        &self,
        changes: &mut Changes,
        doer: &Doer,
        user: &User,
        at: Timestamp,
    ) -> Result<(), Error> {
        changes.events.push(LogEvent {
            outcome: EventOutcome::Failure("LOCKED_OUT".to_owned()),
            ..self.event(doer, EventType::UserLock, vec![Entity::user(user)], at)
        });
        let audience = self.audience(Notice::UserLockedOut).await?;
        self.notify(changes, Notice::UserLockedOut, &audience, user, at)?;
        self.tell_lockout(changes, user, at)
    }

    /// The user as things stand now: a lock-out whose time is over is lifted first.
    pub(crate) async fn as_of_now(&self, doer: &Doer, mut user: User) -> Result<User, Error> {
        for _ in 0..MOST_ROUNDS {
            let at = self.now();
            let Some(lifted) = user.lock_ends(&self.settings.password_policy, at) else {
                return Ok(user);
            };
            let mut changes = self.changes_of(&user, &lifted);
            changes
                .events
                .push(self.event(doer, EventType::UserUnlock, vec![Entity::user(&user)], at));
            let _ = self.committed(changes).await?;
            match self.ports.store.user(&user.id).await? {
                Some(read) => user = read,
                None => return Ok(user),
            }
        }
        Err(Error::Conflict)
    }
}

fn update(from: &User, to: User) -> Write {
    Write::UpdateUser {
        from: Box::new(from.clone()),
        to: Box::new(to),
    }
}
