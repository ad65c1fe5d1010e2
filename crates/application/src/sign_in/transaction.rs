//! A transaction that goes on: looking at it, skipping a stage, going back, giving up (contract: authn-and-recovery §4).

use denizen_domain::event::{Entity, EventType};
use denizen_domain::ports::{Changes, SessionWrite, Write};
use denizen_domain::secret::Secret;
use denizen_domain::session::Evidence;
use denizen_domain::sign_in::{OutOfTurn, Stage, Step, Transaction, Wishes};
use denizen_domain::time::Timestamp;
use denizen_domain::user::User;

use super::course::{Onward, write_user};
use super::factors::move_on;
use super::{Conversation, NewTransaction, Progress, Shown};
use crate::account::Doer;
use crate::call::RequestContext;
use crate::directory::{Directory, MOST_ROUNDS};
use crate::error::Error;

impl Directory {
    /// Where a transaction stands. Whoever asks keeps it up.
    ///
    /// # Errors
    /// `InvalidToken` for a token that is unknown, given up or over; `Conflict`.
    pub async fn transaction(&self, token: &Secret) -> Result<Conversation, Error> {
        self.go_on(token, |_, _| Ok(())).await
    }

    /// Takes a step in a transaction, which is kept up by it; when another change came between, all over again.
    pub(super) async fn go_on(
        &self,
        token: &Secret,
        step: impl Fn(&mut Transaction, &User) -> Result<(), Error>,
    ) -> Result<Conversation, Error> {
        for _ in 0..MOST_ROUNDS {
            let (from, user) = self.live_transaction(token).await?;
            let mut to = from.prolonged(self.now());
            step(&mut to, &user)?;
            let shown = self.shown_now(&to.details.stage, &user).await?;
            let mut changes = Changes::default();
            move_on(&mut changes, &from, &to);
            if self.committed(changes).await? {
                return Ok(Conversation {
                    relay_state: to.details.relay_state.clone(),
                    progress: Progress::Pending {
                        token: token.clone(),
                        transaction: Box::new(to),
                        user: Box::new(user),
                        shown,
                    },
                });
            }
        }
        Err(Error::Conflict)
    }

    /// Goes on without what the stage offers.
    ///
    /// # Errors
    /// `InvalidToken`, `OutOfTurn`, `Conflict`.
    pub async fn skip(&self, request: &RequestContext, token: &Secret) -> Result<Conversation, Error> {
        for _ in 0..MOST_ROUNDS {
            let (transaction, user, factors) = self.live_with_factors(token).await?;
            let stage = transaction.details.stage.clone();
            stage.must_allow(Step::Skip)?;
            let at = self.now();
            let doer = Doer::user(&user, request);
            let mut details = transaction.details.clone();
            details.wishes.warning = false;
            let event = self.event(&doer, EventType::UserAuthentication, vec![Entity::user(&user)], at);
            let mut changes = Changes {
                events: vec![event],
                ..Changes::default()
            };
            if stage == Stage::MfaEnroll && self.demands(&factors, Wishes::default()).await?.enrolment {
                return Err(OutOfTurn.into());
            }
            let onward = Onward {
                doer: &doer,
                token,
                from: &transaction,
                details,
                before: &user,
                after: user.clone(),
                factors,
                has_enrolled: false,
                at,
            };
            let conversation = self.advance(&mut changes, onward).await?;
            if self.committed(changes).await? {
                return Ok(conversation);
            }
        }
        Err(Error::Conflict)
    }

    /// Goes back, from a challenge to the factors, or from an activation to the kinds.
    ///
    /// # Errors
    /// `InvalidToken`, `OutOfTurn`, `Conflict`.
    pub async fn previous(&self, token: &Secret) -> Result<Conversation, Error> {
        self.go_on(token, |transaction, _| {
            transaction.details.stage.must_allow(Step::Previous)?;
            transaction.details.stage = transaction.details.stage.before()?;
            Ok(())
        })
        .await
    }

    /// What is told with a stage, as things stand.
    async fn shown_now(&self, stage: &Stage, user: &User) -> Result<Shown, Error> {
        match stage {
            Stage::MfaRequired | Stage::MfaChallenge(_) | Stage::MfaEnroll | Stage::MfaEnrollActivate(_) => {
                let read = self.ports.store.user_with_factors(&user.id).await?;
                let (user, factors) = read.ok_or(Error::InvalidToken)?;
                self.told_with(stage, factors, &user).await
            }
            _ => Ok(Shown::Nothing),
        }
    }

    /// Gives a transaction up, also one that is done: its token is void. Gives back what the client wanted to be told.
    ///
    /// # Errors
    /// `InvalidToken`.
    pub async fn cancel(&self, token: &Secret) -> Result<Option<String>, Error> {
        let at = self.now();
        let found = self.ports.store.transaction(&token.digest()).await?;
        let (transaction, _) = found
            .filter(|(transaction, user)| transaction.is_live(user.status, at))
            .ok_or(Error::InvalidToken)?;
        let changes = Changes {
            writes: vec![Write::Session(SessionWrite::Close(transaction.digest))],
            ..Changes::default()
        };
        if self.committed(changes).await? {
            Ok(transaction.details.relay_state)
        } else {
            Err(Error::InvalidToken)
        }
    }

    /// The transaction of a state token. A session token is none.
    pub(crate) async fn live_transaction(&self, token: &Secret) -> Result<(Transaction, User), Error> {
        let at = self.now();
        let found = self.ports.store.transaction(&token.digest()).await?;
        found
            .filter(|(transaction, user)| {
                transaction.details.stage != Stage::Done && transaction.is_live(user.status, at)
            })
            .ok_or(Error::InvalidToken)
    }

    /// Adds the end of a transaction and the session token that it was for. `after` is the user once the rest of the changes
    /// is committed.
    pub(crate) fn finish(
        &self,
        changes: &mut Changes,
        transaction: &Transaction,
        before: &User,
        after: &User,
        at: Timestamp,
    ) -> Conversation {
        let after = User {
            last_login: Some(at.whole_seconds()),
            ..after.clone()
        };
        // The user first, as everywhere: whoever holds that row may change the rest. Then the transaction, before all that
        // began like it is voided.
        write_user(changes, before, &after);
        let close = Write::Session(SessionWrite::Close(transaction.digest));
        changes.writes.insert(1, close);
        let evidence = transaction.details.evidence.clone();
        let new = NewTransaction {
            stage: Stage::Done,
            evidence: Some(evidence.unwrap_or_else(|| Evidence::password(at))),
            relay_state: transaction.details.relay_state.clone(),
            wishes: Wishes::default(),
            shown: Shown::Nothing,
        };
        self.open_transaction(changes, &after, new, at)
    }
}
