//! Factors in memory.

use async_trait::async_trait;
use denizen_domain::factor::{Factor, FactorId};
use denizen_domain::id::UserId;
use denizen_domain::ports::{FactorWrite, Factors, StoreError, UniqueField};
use denizen_domain::user::User;

use super::{MemoryStore, State};

#[async_trait]
impl Factors for MemoryStore {
    async fn user_with_factors(&self, id: &UserId) -> Result<Option<(User, Vec<Factor>)>, StoreError> {
        let state = self.state();
        Ok(state.user(id).map(|user| {
            let owned = state.factors.values().filter(|factor| factor.user_id == *id);
            (user.clone(), owned.cloned().collect())
        }))
    }

    async fn factor(&self, user: &UserId, id: &FactorId) -> Result<Option<(Factor, User)>, StoreError> {
        let state = self.state();
        let found = state.factor(id).filter(|factor| factor.user_id == *user).cloned();
        Ok(found.and_then(|factor| Some((factor, state.user(user)?.clone()))))
    }

    async fn factor_by_key(&self, key: &str) -> Result<Option<Factor>, StoreError> {
        Ok(self.state().factor_with_key(key).cloned())
    }

    async fn factors_after(&self, after: Option<&FactorId>, limit: usize) -> Result<Vec<Factor>, StoreError> {
        let state = self.state();
        let rest = state
            .factor_places
            .iter()
            .filter(|(id, _)| after.is_none_or(|after| *id > after));
        Ok(rest
            .filter_map(|(_, place)| state.factors.get(place))
            .take(limit)
            .cloned()
            .collect())
    }
}

impl State {
    fn factor(&self, id: &FactorId) -> Option<&Factor> {
        self.factors.get(self.factor_places.get(id)?)
    }

    fn factor_with_key(&self, key: &str) -> Option<&Factor> {
        self.factors.values().find(|factor| factor.key.as_deref() == Some(key))
    }

    pub(super) fn write_factor(&mut self, write: FactorWrite) -> Result<(), StoreError> {
        match write {
            FactorWrite::Insert(factor) => {
                self.user(&factor.user_id).ok_or(StoreError::Stale)?;
                if self.factor_places.contains_key(&factor.id) {
                    return Err(StoreError::Duplicate(UniqueField::Id));
                }
                self.must_be_free(&factor)?;
                let place = self.next_place;
                self.next_place += 1;
                self.factor_places.insert(factor.id.clone(), place);
                self.factors.insert(place, *factor);
            }
            FactorWrite::Update { from, to } => {
                let place = self.present_factor(&from)?;
                self.must_be_free(&to)?;
                let version = from.version + 1;
                self.factors.insert(place, Factor { version, ..*to });
            }
            FactorWrite::Delete(factor) => {
                let place = self.present_factor(&factor)?;
                self.factors.remove(&place);
                self.factor_places.remove(&factor.id);
                self.forget_pushes_without_factor();
            }
            FactorWrite::DeleteAllOf(user_id) => self.forget_factors_of(&user_id),
        }
        Ok(())
    }

    pub(super) fn forget_factors_of(&mut self, user_id: &UserId) {
        self.factors.retain(|_, factor| factor.user_id != *user_id);
        let factors = &self.factors;
        self.factor_places.retain(|_, place| factors.contains_key(place));
        self.forget_pushes_without_factor();
    }

    fn present_factor(&self, from: &Factor) -> Result<u64, StoreError> {
        let place = *self.factor_places.get(&from.id).ok_or(StoreError::Stale)?;
        let present = self.factors.get(&place).ok_or(StoreError::Stale)?;
        if present.version == from.version {
            Ok(place)
        } else {
            Err(StoreError::Stale)
        }
    }

    fn must_be_free(&self, factor: &Factor) -> Result<(), StoreError> {
        let other = factor.key.as_deref().and_then(|key| self.factor_with_key(key));
        if other.is_some_and(|other| other.id != factor.id) {
            Err(StoreError::Duplicate(UniqueField::FactorKey))
        } else {
            Ok(())
        }
    }
}
