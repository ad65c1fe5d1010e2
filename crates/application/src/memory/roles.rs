//! Who holds which roles, in memory.

use std::sync::Arc;

use async_trait::async_trait;
use denizen_domain::authority::{Grant, Role};
use denizen_domain::group::Group;
use denizen_domain::id::{AppId, GroupId, UserId};
use denizen_domain::ports::{Page, Position, RoleWrite, Roles, StoreError, SuperAdministrator, TargetApp, UniqueField};
use denizen_domain::role::{AppTarget, Assignee, AssignmentId, RoleAssignment, Scope, Target};
use denizen_domain::user::Status;

use super::lists::page;
use super::{MemoryStore, State};

/// A role in somebody's hands, with its targets in the order in which they became it.
#[derive(Clone)]
pub(super) struct Assigned {
    assignment: RoleAssignment,
    order: Vec<(u64, Target)>,
}

#[async_trait]
impl Roles for MemoryStore {
    async fn authority_version(&self) -> Result<i64, StoreError> {
        Ok(self.state().authority_version)
    }

    async fn grants_of(&self, user_id: &UserId) -> Result<Arc<[Grant]>, StoreError> {
        Ok(self.state().grants_of(user_id))
    }

    async fn grants_of_client(&self, id: &AppId) -> Result<Arc<[Grant]>, StoreError> {
        let held = self.role_assignments(&Assignee::Client(id.clone())).await?;
        Ok(held.iter().map(RoleAssignment::grant).collect())
    }

    async fn role_assignments(&self, assignee: &Assignee) -> Result<Vec<RoleAssignment>, StoreError> {
        Ok(self.state().held_by(assignee).cloned().collect())
    }

    async fn inherited_assignments(&self, user_id: &UserId) -> Result<Vec<RoleAssignment>, StoreError> {
        Ok(self.state().inherited(user_id).cloned().collect())
    }

    async fn target_groups(
        &self,
        assignee: &Assignee,
        id: &AssignmentId,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<Page<Group>, StoreError> {
        let state = self.state();
        let targets = state.targets_of(assignee, id);
        let found: Vec<(u64, &Group)> = targets
            .filter_map(|(place, target)| match target {
                Target::Group(id) => state.any_group(id).map(|group| (*place, group)),
                Target::App(_) => None,
            })
            .collect();
        page(&found, after, limit)
    }

    async fn target_apps(
        &self,
        assignee: &Assignee,
        id: &AssignmentId,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<Page<TargetApp>, StoreError> {
        let state = self.state();
        let targets = state.targets_of(assignee, id);
        let shown: Vec<(u64, TargetApp)> = targets
            .filter_map(|(place, target)| match target {
                Target::Group(_) => None,
                Target::App(AppTarget::Catalog(name)) => Some((*place, TargetApp::Catalog(name.clone()))),
                Target::App(AppTarget::Instance { id, .. }) => {
                    let (app, _) = state.apps.values().find(|(app, _)| app.id == *id)?;
                    Some((*place, TargetApp::Instance(Box::new(app.clone()))))
                }
            })
            .collect();
        let found: Vec<(u64, &TargetApp)> = shown.iter().map(|(place, target)| (*place, target)).collect();
        page(&found, after, limit)
    }

    async fn administrators(&self, after: Option<&Position>, limit: usize) -> Result<Page<UserId>, StoreError> {
        let state = self.state();
        let found: Vec<(u64, &UserId)> = state
            .users
            .iter()
            .filter(|(_, user)| !state.grants_of(&user.id).is_empty())
            .map(|(place, user)| (*place, &user.id))
            .collect();
        page(&found, after, limit)
    }

    async fn super_administrators(&self) -> Result<Vec<SuperAdministrator>, StoreError> {
        let state = self.state();
        let mut found = Vec::new();
        for user in state.users.values() {
            let status = user.status;
            let is_super = |held: &&RoleAssignment| held.role == Role::SuperAdmin;
            let own = Assignee::User(user.id.clone());
            let ways = state.held_by(&own).chain(state.inherited(&user.id)).filter(is_super);
            found.extend(ways.map(|held| SuperAdministrator {
                user_id: user.id.clone(),
                status,
                through: match &held.assignee {
                    Assignee::Group(id) => Some(id.clone()),
                    Assignee::User(_) | Assignee::Client(_) => None,
                },
            }));
        }
        Ok(found)
    }
}

impl State {
    pub(super) fn held_by(&self, assignee: &Assignee) -> impl Iterator<Item = &RoleAssignment> {
        let all = self.roles.values().map(|held| &held.assignment);
        all.filter(move |held| held.assignee == *assignee)
    }

    pub(super) fn inherited(&self, user_id: &UserId) -> impl Iterator<Item = &RoleAssignment> {
        let all = self.roles.values().map(|held| &held.assignment);
        all.filter(move |held| match &held.assignee {
            Assignee::Group(id) => self.members.contains(&(id.clone(), user_id.clone())),
            Assignee::User(_) | Assignee::Client(_) => false,
        })
    }

    pub(super) fn grants_of(&self, user_id: &UserId) -> Arc<[Grant]> {
        let own: Vec<_> = self.held_by(&Assignee::User(user_id.clone())).collect();
        let held = own.into_iter().chain(self.inherited(user_id));
        held.map(RoleAssignment::grant).collect()
    }

    /// Whether a group carries roles.
    pub(super) fn carries_roles(&self, id: &GroupId) -> bool {
        self.held_by(&Assignee::Group(id.clone())).next().is_some()
    }

    /// A user comes into a group or leaves it.
    pub(super) fn note_members(&mut self, id: &GroupId) {
        if self.carries_roles(id) {
            self.authority_version += 1;
        }
    }

    /// Somebody's own roles change, or they become a super administrator: whoever has read them reads again.
    fn note_holder(&mut self, id: &UserId) {
        if let Some(user) = self.places.get(id).and_then(|place| self.users.get_mut(place)) {
            user.version += 1;
        }
    }

    fn note_new_holders(&mut self, assignee: &Assignee, role: Role) {
        match assignee {
            Assignee::User(id) => self.note_holder(id),
            Assignee::Group(id) if role == Role::SuperAdmin => {
                let joined = self.members.iter().filter(|(group, _)| group == id);
                let members: Vec<UserId> = joined.map(|(_, member)| member.clone()).collect();
                members.iter().for_each(|member| self.note_holder(member));
            }
            Assignee::Group(_) | Assignee::Client(_) => {}
        }
    }

    /// A user comes into a group, which may make a super administrator of them.
    pub(super) fn note_new_member(&mut self, group: &GroupId, user: &UserId) {
        let group = Assignee::Group(group.clone());
        if self.held_by(&group).any(|held| held.role == Role::SuperAdmin) {
            self.note_holder(user);
        }
    }

    fn any_group(&self, id: &GroupId) -> Option<&Group> {
        self.groups
            .values()
            .chain(self.everyone.as_ref())
            .find(|group| group.id == *id)
    }

    fn targets_of(&self, assignee: &Assignee, id: &AssignmentId) -> impl Iterator<Item = &(u64, Target)> {
        let held = self
            .roles
            .values()
            .find(|held| held.assignment.assignee == *assignee && held.assignment.id == *id);
        held.into_iter().flat_map(|held| &held.order)
    }

    fn place_of(&self, assignment: &RoleAssignment) -> Option<u64> {
        let same = |held: &RoleAssignment| held.assignee == assignment.assignee && held.role == assignment.role;
        let found = self.roles.iter().find(|(_, held)| same(&held.assignment));
        found.map(|(place, _)| *place)
    }

    /// The place of an assignment that has not changed since it was read.
    fn unchanged(&self, from: &RoleAssignment) -> Result<u64, StoreError> {
        let place = self.place_of(from).ok_or(StoreError::Stale)?;
        let version = self.roles.get(&place).map(|held| held.assignment.version);
        if version == Some(from.version) {
            Ok(place)
        } else {
            Err(StoreError::Stale)
        }
    }

    pub(super) fn write_role(&mut self, write: RoleWrite) -> Result<(), StoreError> {
        match write {
            RoleWrite::Assign(assignment) => {
                let (assignee, role) = (assignment.assignee.clone(), assignment.role);
                self.assign(*assignment)?;
                self.note_new_holders(&assignee, role);
            }
            RoleWrite::Update { from, to } => {
                let place = self.unchanged(&from)?;
                let version = from.version + 1;
                self.narrow(place, &from.scope, RoleAssignment { version, ..*to })?;
            }
            RoleWrite::Unassign(assignment) => {
                let place = self.unchanged(&assignment)?;
                self.roles.remove(&place);
                if let Assignee::User(id) = &assignment.assignee {
                    self.note_holder(id);
                }
            }
            RoleWrite::UnassignAllOf(user_id) => {
                if self.held_by(&Assignee::User(user_id.clone())).next().is_none() {
                    return Ok(());
                }
                self.forget_assignee(user_id.as_str());
            }
            RoleWrite::Expect(version) if version == self.authority_version => return Ok(()),
            RoleWrite::Expect(_) => return Err(StoreError::Stale),
            RoleWrite::Advance(version) if version != self.authority_version => return Err(StoreError::Stale),
            RoleWrite::Advance(_) => {}
        }
        self.authority_version += 1;
        Ok(())
    }

    fn assign(&mut self, assignment: RoleAssignment) -> Result<(), StoreError> {
        let is_there = match &assignment.assignee {
            Assignee::User(id) => self.user(id).is_some_and(|user| user.status != Status::Deprovisioned),
            Assignee::Group(id) => self.groups.values().any(|group| group.id == *id),
            Assignee::Client(id) => self.apps.values().any(|(app, _)| app.id == *id),
        };
        if !is_there {
            return Err(StoreError::Stale);
        }
        if self.place_of(&assignment).is_some() {
            return Err(StoreError::Duplicate(UniqueField::Id));
        }
        let place = self.next_place;
        self.next_place += 1;
        let assigned = Assigned {
            assignment: assignment.clone(),
            order: Vec::new(),
        };
        self.roles.insert(place, assigned);
        self.narrow(place, &Scope::All, assignment)
    }

    /// Writes an assignment. New targets come last; each must be there. A target that was removed with its object while the
    /// change was decided stays removed.
    fn narrow(&mut self, place: u64, before: &Scope, mut to: RoleAssignment) -> Result<(), StoreError> {
        let held = self.roles.get(&place).ok_or(StoreError::Stale)?;
        let mut order: Vec<(u64, Target)> = held.order.clone();
        order.retain(|(_, target)| to.scope.contains(target));
        let added = to.scope.targets();
        for target in added.into_iter().filter(|target| !before.contains(target)) {
            let is_there = match &target {
                Target::Group(id) => self.any_group(id).is_some(),
                Target::App(AppTarget::Catalog(_)) => true,
                Target::App(AppTarget::Instance { id, .. }) => self.apps.values().any(|(app, _)| app.id == *id),
            };
            if !is_there {
                return Err(StoreError::Stale);
            }
            order.push((self.next_place, target));
            self.next_place += 1;
        }
        retain_targets(&mut to.scope, |target| order.iter().any(|(_, known)| known == target));
        self.roles.insert(place, Assigned { assignment: to, order });
        Ok(())
    }

    /// Whoever is gone holds no roles.
    pub(super) fn forget_assignee(&mut self, id: &str) {
        self.roles.retain(|_, held| held.assignment.assignee.id() != id);
    }

    /// A group that is gone holds no roles, and is no target.
    pub(super) fn forget_group(&mut self, id: &GroupId) {
        self.forget_assignee(id.as_str());
        self.forget_target(|target| matches!(target, Target::Group(group) if group == id));
    }

    /// An app that is gone holds no roles, and is no target.
    pub(super) fn forget_app(&mut self, id: &AppId) {
        self.forget_assignee(id.as_str());
        self.forget_target(|target| matches!(target, Target::App(AppTarget::Instance { id: app, .. }) if app == id));
    }

    fn forget_target(&mut self, is_gone: impl Fn(&Target) -> bool) {
        self.authority_version += 1;
        for held in self.roles.values_mut() {
            held.order.retain(|(_, target)| !is_gone(target));
            retain_targets(&mut held.assignment.scope, |target| !is_gone(target));
        }
    }
}

fn retain_targets(scope: &mut Scope, is_kept: impl Fn(&Target) -> bool) {
    match scope {
        Scope::All => {}
        Scope::Groups(groups) => groups.retain(|id| is_kept(&Target::Group(id.clone()))),
        Scope::Apps(apps) => apps.retain(|app| is_kept(&Target::App(app.clone()))),
    }
}
