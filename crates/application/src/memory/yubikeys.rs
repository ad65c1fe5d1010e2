//! YubiKeys in memory.

use async_trait::async_trait;
use denizen_domain::factor::yubikey::Yubikey;
use denizen_domain::factor::yubikey_filter::{YubikeySort, is_within};
use denizen_domain::factor::yubikey_otp::PublicId;
use denizen_domain::id::{UserId, YubikeyId};
use denizen_domain::ports::{Page, Position, StoreError, UniqueField, YubikeySelection, YubikeyWrite, Yubikeys};
use denizen_domain::time::Timestamp;

use super::{MemoryStore, State};

#[async_trait]
impl Yubikeys for MemoryStore {
    async fn yubikey(&self, id: &YubikeyId) -> Result<Option<Yubikey>, StoreError> {
        Ok(self.state().yubikeys.get(id).cloned())
    }

    async fn live_yubikey(&self, name: &PublicId) -> Result<Option<Yubikey>, StoreError> {
        Ok(self.state().live_yubikey(name).cloned())
    }

    async fn list_yubikeys(&self, selection: &YubikeySelection) -> Result<Page<Yubikey>, StoreError> {
        let state = self.state();
        let mut found: Vec<&Yubikey> = state
            .yubikeys
            .values()
            .filter(|one| is_selected(selection, one))
            .collect();
        found.sort_by_key(|one| place(selection.sort, one));
        if selection.descending {
            found.reverse();
        }
        let start = match &selection.after {
            None => 0,
            Some(Position(last)) => {
                let last = found.iter().position(|one| one.id.as_str() == last);
                last.ok_or(StoreError::InvalidPosition)? + 1
            }
        };
        let rest = found.get(start..).unwrap_or_default();
        let items: Vec<Yubikey> = rest.iter().take(selection.limit).map(|one| (*one).clone()).collect();
        let more = rest.len() > items.len();
        let next = items.last().filter(|_| more).map(|last| Position(last.id.to_string()));
        Ok(Page { items, next })
    }
}

fn is_selected(selection: &YubikeySelection, one: &Yubikey) -> bool {
    let holders = selection.holders.as_ref();
    let is_held = |holders: &Vec<UserId>| one.holder.as_ref().is_some_and(|own| holders.contains(&own.user_id));
    selection.serial.as_ref().is_none_or(|serial| *serial == one.serial)
        && selection.status.is_none_or(|status| status == one.status)
        && holders.is_none_or(is_held)
        && selection
            .moments
            .iter()
            .all(|(moment, operator, bound)| is_within(moment.of(one), *operator, *bound))
}

/// What a list is sorted by. What has not happened comes first.
fn place(sort: YubikeySort, one: &Yubikey) -> (String, Option<Timestamp>, YubikeyId) {
    let id = one.id.clone();
    match sort {
        YubikeySort::Created => (String::new(), None, id),
        YubikeySort::Serial => (one.serial.clone(), None, id),
        YubikeySort::Status => (one.status.as_str().to_owned(), None, id),
        YubikeySort::Activated => (String::new(), one.activated, id),
        YubikeySort::LastVerified => (String::new(), one.last_verified, id),
    }
}

impl State {
    fn live_yubikey(&self, name: &PublicId) -> Option<&Yubikey> {
        let mut all = self.yubikeys.values();
        all.find(|one| one.public_id == *name && one.status.is_live())
    }

    /// A YubiKey says who has it, so nobody goes who has one.
    pub(super) fn must_hold_no_yubikey(&self, user_id: &UserId) -> Result<(), StoreError> {
        let is_held = |one: &Yubikey| one.holder.as_ref().is_some_and(|own| own.user_id == *user_id);
        if self.yubikeys.values().any(is_held) {
            Err(StoreError::Stale)
        } else {
            Ok(())
        }
    }

    pub(super) fn write_yubikey(&mut self, write: YubikeyWrite) -> Result<(), StoreError> {
        match write {
            YubikeyWrite::Insert(one) => {
                if self.yubikeys.contains_key(&one.id) {
                    return Err(StoreError::Duplicate(UniqueField::Id));
                }
                if one.status.is_live() && self.live_yubikey(&one.public_id).is_some() {
                    return Err(StoreError::Duplicate(UniqueField::Yubikey));
                }
                self.yubikeys.insert(one.id.clone(), *one);
            }
            YubikeyWrite::Update { from, to } => {
                self.present_yubikey(&from)?;
                if let Some(holder) = &to.holder {
                    self.user(&holder.user_id).ok_or(StoreError::Stale)?;
                }
                let version = from.version + 1;
                self.yubikeys.insert(from.id.clone(), Yubikey { version, ..*to });
            }
            YubikeyWrite::Delete(one) => {
                self.present_yubikey(&one)?;
                self.yubikeys.remove(&one.id);
            }
            YubikeyWrite::RevokeAllOf { user_id, at } => {
                let all = self.yubikeys.values_mut();
                for one in all.filter(|one| one.holder.as_ref().is_some_and(|own| own.user_id == user_id)) {
                    let version = one.version + 1;
                    *one = Yubikey {
                        version,
                        ..one.revoked(at)
                    };
                }
            }
        }
        Ok(())
    }

    fn present_yubikey(&self, from: &Yubikey) -> Result<(), StoreError> {
        let present = self.yubikeys.get(&from.id).ok_or(StoreError::Stale)?;
        if present.version == from.version {
            Ok(())
        } else {
            Err(StoreError::Stale)
        }
    }
}
