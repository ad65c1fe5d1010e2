//! A transaction that goes on: looking at it, skipping a stage, going back, giving up (contract: authn-and-recovery §4).

use denizen_domain::event::EventType;
use denizen_domain::ports::{Changes, SessionWrite, Write};
use denizen_domain::secret::Secret;
use denizen_domain::session::Evidence;
use denizen_domain::sign_in::{Stage, Step, Transaction};
use denizen_domain::time::Timestamp;
use denizen_domain::user::User;

use super::{Conversation, NewTransaction, Progress};
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
            let write = Write::Session(SessionWrite::Move { from, to: to.clone() });
            let changes = Changes {
                writes: vec![write],
                ..Changes::default()
            };
            if self.committed(changes).await? {
                return Ok(Conversation {
                    relay_state: to.details.relay_state.clone(),
                    progress: Progress::Pending {
                        token: token.clone(),
                        transaction: Box::new(to),
                        user: Box::new(user),
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
            let (transaction, user) = self.live_transaction(token).await?;
            transaction.details.stage.must_allow(Step::Skip)?;
            let at = self.now();
            let mut changes = Changes::default();
            let conversation = self.finish(&mut changes, &transaction, &user, &user, at);
            let doer = Doer::user(&user, request);
            let event = self.event(
                &doer,
                EventType::UserAuthentication,
                vec![denizen_domain::event::Entity::user(&user)],
                at,
            );
            changes.events.push(event);
            if self.committed(changes).await? {
                return Ok(conversation);
            }
        }
        Err(Error::Conflict)
    }

    /// Goes back. No stage that there is yet has one before it.
    ///
    /// # Errors
    /// `InvalidToken`, `OutOfTurn`.
    pub async fn previous(&self, token: &Secret) -> Result<Conversation, Error> {
        let (transaction, _) = self.live_transaction(token).await?;
        transaction.details.stage.must_allow(Step::Previous)?;
        self.transaction(token).await
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
        let written = |write: &Write| matches!(write, Write::UpdateUser { .. });
        let place = changes.writes.iter().position(written).unwrap_or_else(|| {
            changes.writes.insert(0, update(before, before));
            0
        });
        changes.writes[place] = update(before, &after);
        // The user first, as everywhere: whoever holds that row may change the rest. Then the transaction, before all that
        // began like it is voided.
        let close = Write::Session(SessionWrite::Close(transaction.digest));
        changes.writes.insert(place + 1, close);
        let evidence = transaction.details.evidence.clone();
        let new = NewTransaction {
            stage: Stage::Done,
            evidence: Some(evidence.unwrap_or_else(|| Evidence::password(at))),
            relay_state: transaction.details.relay_state.clone(),
        };
        self.open_transaction(changes, &after, new, at)
    }
}

fn update(from: &User, to: &User) -> Write {
    Write::UpdateUser {
        from: Box::new(from.clone()),
        to: Box::new(to.clone()),
    }
}
