//! Pushes in memory.

use async_trait::async_trait;
use denizen_domain::factor::FactorId;
use denizen_domain::id::PushTransactionId;
use denizen_domain::ports::{PushWrite, Pushes, StoreError, UniqueField};
use denizen_domain::push::{PushState, PushTransaction};
use denizen_domain::time::Timestamp;

use super::{MemoryStore, State};

#[async_trait]
impl Pushes for MemoryStore {
    async fn push(&self, factor: &FactorId, id: &PushTransactionId) -> Result<Option<PushTransaction>, StoreError> {
        let state = self.state();
        let found = state.pushes.get(id).filter(|push| push.factor_id == *factor);
        Ok(found.cloned())
    }

    async fn pushes_of(&self, factor: &FactorId, after: Timestamp) -> Result<Vec<PushTransaction>, StoreError> {
        let state = self.state();
        let counts = |push: &&PushTransaction| push.created > after || push.state == PushState::Waiting;
        let sent = state.pushes.values().filter(|push| push.factor_id == *factor);
        Ok(sent.filter(counts).cloned().collect())
    }
}

impl State {
    pub(super) fn write_push(&mut self, write: PushWrite) -> Result<(), StoreError> {
        match write {
            PushWrite::Send(push) => {
                if !self.factor_places.contains_key(&push.factor_id) {
                    return Err(StoreError::Stale);
                }
                self.must_be_alone(&push)?;
                if self.pushes.insert(push.id.clone(), *push).is_some() {
                    return Err(StoreError::Duplicate(UniqueField::Id));
                }
            }
            PushWrite::Move { from, to } => {
                let present = self.pushes.get(&from.id).ok_or(StoreError::Stale)?;
                if present.version != from.version {
                    return Err(StoreError::Stale);
                }
                self.must_be_alone(&to)?;
                let version = from.version + 1;
                self.pushes.insert(from.id, PushTransaction { version, ..*to });
            }
            PushWrite::Forget(before) => self.pushes.retain(|_, push| push.expires >= before),
        }
        Ok(())
    }

    /// One push of a factor waits at most.
    fn must_be_alone(&self, push: &PushTransaction) -> Result<(), StoreError> {
        let waits = |one: &PushTransaction| one.state == PushState::Waiting && one.factor_id == push.factor_id;
        let another = self.pushes.values().any(|one| one.id != push.id && waits(one));
        if another && waits(push) {
            Err(StoreError::Duplicate(UniqueField::Id))
        } else {
            Ok(())
        }
    }

    pub(super) fn forget_pushes_without_factor(&mut self) {
        let places = &self.factor_places;
        self.pushes.retain(|_, push| places.contains_key(&push.factor_id));
    }
}
