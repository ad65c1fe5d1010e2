//! Sessions and transactions in memory.

use async_trait::async_trait;
use denizen_domain::ports::{SessionWrite, Sessions, StoreError, UniqueField};
use denizen_domain::secret::SecretDigest;
use denizen_domain::session::Session;
use denizen_domain::sign_in::Transaction;
use denizen_domain::user::User;

use super::{MemoryStore, State};

#[async_trait]
impl Sessions for MemoryStore {
    async fn session(&self, digest: &SecretDigest) -> Result<Option<(Session, User)>, StoreError> {
        let state = self.state();
        let found = state.sessions.get(digest).cloned();
        Ok(found.and_then(|session| {
            let user = state.user(&session.user_id)?.clone();
            Some((session, user))
        }))
    }

    async fn transaction(&self, digest: &SecretDigest) -> Result<Option<(Transaction, User)>, StoreError> {
        let state = self.state();
        let found = state.transactions.get(digest).cloned();
        Ok(found.and_then(|transaction| {
            let user = state.user(&transaction.user_id)?.clone();
            Some((transaction, user))
        }))
    }
}

impl State {
    pub(super) fn write_session(&mut self, write: SessionWrite) -> Result<(), StoreError> {
        match write {
            SessionWrite::Begin(session) => {
                self.user(&session.user_id).ok_or(StoreError::Stale)?;
                if self.sessions.insert(session.digest, session).is_some() {
                    return Err(StoreError::Duplicate(UniqueField::Id));
                }
            }
            SessionWrite::Prolong { digest, expires } => {
                if let Some(session) = self.sessions.get_mut(&digest) {
                    session.expires = session.expires.max(expires);
                }
            }
            SessionWrite::End(digest) => {
                self.sessions.remove(&digest).ok_or(StoreError::Stale)?;
            }
            SessionWrite::EndAllOf { user_id, except } => self
                .sessions
                .retain(|digest, session| session.user_id != user_id || Some(*digest) == except),
            SessionWrite::Open(transaction) => {
                self.user(&transaction.user_id).ok_or(StoreError::Stale)?;
                if self.transactions.insert(transaction.digest, *transaction).is_some() {
                    return Err(StoreError::Duplicate(UniqueField::Id));
                }
            }
            SessionWrite::Move { from, to } => {
                let present = self.transactions.get_mut(&from.digest).ok_or(StoreError::Stale)?;
                if present.version != from.version {
                    return Err(StoreError::Stale);
                }
                *present = Transaction {
                    version: from.version + 1,
                    ..*to
                };
            }
            SessionWrite::Close(digest) => {
                self.transactions.remove(&digest).ok_or(StoreError::Stale)?;
            }
            SessionWrite::VoidAllOf { user_id, purpose } => self.transactions.retain(|_, transaction| {
                transaction.user_id != user_id
                    || purpose.is_some_and(|purpose| transaction.details.stage.purpose() != purpose)
            }),
            SessionWrite::Sweep(at) => {
                self.sessions.retain(|_, session| session.expires > at);
                self.transactions.retain(|_, transaction| transaction.expires > at);
            }
        }
        Ok(())
    }
}
