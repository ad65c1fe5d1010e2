//! Groups, their members, and links between users in memory.

use std::cmp::Ordering;

use async_trait::async_trait;
use denizen_domain::group::Group;
use denizen_domain::id::{GroupId, UserId};
use denizen_domain::ports::{
    GroupCriterion, GroupSelection, GroupStats, Groups, Links, MembershipWrite, Page, Position, StoreError, UniqueField,
};
use denizen_domain::search::{GroupRecord, GroupSort, Record, fold, order};
use denizen_domain::user::User;

use super::lists::page;
use super::{MemoryStore, State};

#[async_trait]
impl Groups for MemoryStore {
    async fn group(&self, id: &GroupId) -> Result<Option<Group>, StoreError> {
        let state = self.state();
        let found = state.all_groups().find(|(_, group)| group.id == *id);
        Ok(found.map(|(_, group)| group.clone()))
    }

    async fn everyone(&self) -> Result<Group, StoreError> {
        let missing = || StoreError::Unavailable("not founded".to_owned());
        self.state().everyone.clone().ok_or_else(missing)
    }

    async fn list_groups(&self, selection: &GroupSelection) -> Result<Page<Group>, StoreError> {
        let state = self.state();
        let wanted = |group: &Group| match &selection.criterion {
            GroupCriterion::All => true,
            GroupCriterion::StartsWith(text) => fold(&group.name()).starts_with(&fold(text)),
            GroupCriterion::Matching(query) => query.admits(group),
        };
        let is_within = |group: &Group| {
            selection
                .within
                .as_ref()
                .is_none_or(|within| within.contains(&group.id))
        };
        let groups = state.all_groups();
        let mut found: Vec<_> = groups.filter(|(_, group)| wanted(group) && is_within(group)).collect();
        if let Some(sort) = &selection.sort {
            found.sort_by(|(_, a), (_, b)| in_order(sort, a, b));
        }
        page(&found, selection.after.as_ref(), selection.limit)
    }

    async fn groups_of(&self, user_id: &UserId) -> Result<Vec<Group>, StoreError> {
        let state = self.state();
        let is_member = |group: &&Group| state.members.contains(&(group.id.clone(), user_id.clone()));
        Ok(state.groups.values().filter(is_member).cloned().collect())
    }

    async fn members_of(
        &self,
        group_id: &GroupId,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<Page<User>, StoreError> {
        let state = self.state();
        let is_member = |user: &User| state.members.contains(&(group_id.clone(), user.id.clone()));
        let found: Vec<_> = state.users.iter().filter(|(_, user)| is_member(user)).collect();
        let found: Vec<_> = found.into_iter().map(|(place, user)| (*place, user)).collect();
        page(&found, after, limit)
    }

    async fn group_stats(&self, group_id: &GroupId) -> Result<GroupStats, StoreError> {
        let state = self.state();
        let is_everyone = state.everyone.as_ref().is_some_and(|everyone| everyone.id == *group_id);
        let members = state.members.iter().filter(|(group, _)| group == group_id).count();
        Ok(GroupStats {
            users: if is_everyone { state.users.len() } else { members },
            apps: state.app_groups.keys().filter(|(_, group)| group == group_id).count(),
            has_roles: state.carries_roles(group_id),
        })
    }
}

#[async_trait]
impl Links for MemoryStore {
    async fn primary_of(&self, relation: &str, user_id: &UserId) -> Result<Option<UserId>, StoreError> {
        Ok(self.state().links.get(&(relation.to_owned(), user_id.clone())).cloned())
    }

    async fn associated_with(
        &self,
        relation: &str,
        user_id: &UserId,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<Page<UserId>, StoreError> {
        let after = match after {
            None => None,
            Some(Position(text)) => Some(UserId::parse(text).ok_or(StoreError::InvalidPosition)?),
        };
        let state = self.state();
        let found = state.links.iter().filter(|((name, associated), primary)| {
            name == relation && *primary == user_id && after.as_ref().is_none_or(|after| associated > after)
        });
        let mut items: Vec<UserId> = found.map(|((_, associated), _)| associated.clone()).collect();
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(|last| Position(last.to_string()));
        Ok(Page { items, next })
    }
}

impl State {
    /// Every group with its place; `Everyone` comes first.
    fn all_groups(&self) -> impl Iterator<Item = (u64, &Group)> {
        let made = self.groups.iter().map(|(place, group)| (place + 1, group));
        self.everyone.iter().map(|everyone| (0, everyone)).chain(made)
    }

    fn group_place(&self, id: &GroupId) -> Result<u64, StoreError> {
        let found = self.groups.iter().find(|(_, group)| group.id == *id);
        found.map(|(place, _)| *place).ok_or(StoreError::Stale)
    }

    fn check_group_name(&self, group: &Group) -> Result<(), StoreError> {
        let mut others = self.all_groups().filter(|(_, other)| other.id != group.id);
        if others.any(|(_, other)| fold(&other.name()) == fold(&group.name())) {
            return Err(StoreError::Duplicate(UniqueField::GroupName));
        }
        Ok(())
    }

    pub(super) fn write_membership(&mut self, write: MembershipWrite) -> Result<(), StoreError> {
        match write {
            MembershipWrite::InsertGroup(group) => {
                if self.all_groups().any(|(_, other)| other.id == group.id) {
                    return Err(StoreError::Duplicate(UniqueField::Id));
                }
                self.check_group_name(&group)?;
                self.groups.insert(self.next_place, *group);
                self.next_place += 1;
            }
            MembershipWrite::UpdateGroup { from, to } => {
                let place = self.group_place(&from.id)?;
                if self
                    .groups
                    .get(&place)
                    .is_none_or(|present| present.version != from.version)
                {
                    return Err(StoreError::Stale);
                }
                self.check_group_name(&to)?;
                let version = from.version + 1;
                self.groups.insert(place, Group { version, ..*to });
            }
            MembershipWrite::DeleteGroup(id) => {
                let place = self.group_place(&id)?;
                self.groups.remove(&place);
                self.forget_group(&id);
                self.members.retain(|(group, _)| *group != id);
                self.app_groups.retain(|(_, group), _| *group != id);
            }
            other => self.write_of_users(other)?,
        }
        Ok(())
    }

    /// Members, claims and links.
    fn write_of_users(&mut self, write: MembershipWrite) -> Result<(), StoreError> {
        match write {
            MembershipWrite::AddMember { group_id, user_id, at } => {
                let place = self.group_place(&group_id)?;
                self.user(&user_id).ok_or(StoreError::Stale)?;
                self.note_members(&group_id);
                self.note_new_member(&group_id, &user_id);
                if self.members.insert((group_id, user_id)) {
                    self.touch_members(place, at);
                }
            }
            MembershipWrite::RemoveMember { group_id, user_id, at } => {
                let place = self.group_place(&group_id)?;
                self.note_members(&group_id);
                if self.members.remove(&(group_id, user_id)) {
                    self.touch_members(place, at);
                }
            }
            MembershipWrite::Claim {
                attribute,
                value,
                user_id,
            } => {
                let key = (attribute, value);
                if self.claims.get(&key).is_some_and(|owner| *owner != user_id) {
                    return Err(StoreError::Duplicate(UniqueField::Attribute(key.0)));
                }
                self.claims.insert(key, user_id);
            }
            MembershipWrite::Release { attribute, user_id } => {
                self.claims
                    .retain(|(name, _), owner| *name != attribute || *owner != user_id);
            }
            MembershipWrite::Link {
                relation,
                associated,
                primary,
            } => {
                let defined = self
                    .structure()?
                    .linked_objects
                    .iter()
                    .any(|d| d.primary.name == relation);
                if !defined || self.user(&associated).is_none() || self.user(&primary).is_none() {
                    return Err(StoreError::Stale);
                }
                self.links.insert((relation, associated), primary);
            }
            MembershipWrite::Unlink { relation, associated } => {
                self.links.remove(&(relation, associated));
            }
            MembershipWrite::InsertGroup(_) | MembershipWrite::UpdateGroup { .. } | MembershipWrite::DeleteGroup(_) => {
            }
        }
        Ok(())
    }

    fn touch_members(&mut self, place: u64, at: denizen_domain::time::Timestamp) {
        if let Some(group) = self.groups.get_mut(&place) {
            group.last_membership_updated = at.whole_seconds();
        }
    }
}

/// Groups without the attribute come last, whatever the direction; ties are broken by id.
fn in_order(sort: &GroupSort, a: &Group, b: &Group) -> Ordering {
    let key = |group: &Group| GroupRecord::new(group).values(&sort.attribute).into_iter().next();
    let by_value = match (key(a), key(b)) {
        (Some(a), Some(b)) if sort.descending => order(&b, &a),
        (Some(a), Some(b)) => order(&a, &b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    };
    by_value.then_with(|| a.id.cmp(&b.id))
}
