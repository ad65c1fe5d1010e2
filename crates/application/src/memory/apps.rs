//! Apps and whom they are assigned to, in memory.

use async_trait::async_trait;
use denizen_domain::app::{App, AppGroup, AppStatus, AppUser};
use denizen_domain::id::{AppId, GroupId, UserId};
use denizen_domain::oauth::client_id;
use denizen_domain::ports::{AppSelection, AppWrite, Apps, Page, Position, StoreError, UniqueField, UsableApp};
use denizen_domain::profile::Profile;
use denizen_domain::search::fold;

use super::lists::page;
use super::{MemoryStore, State};

#[async_trait]
impl Apps for MemoryStore {
    async fn app(&self, id: &AppId) -> Result<Option<App>, StoreError> {
        let state = self.state();
        let found = state.apps.values().find(|(app, _)| app.id == *id);
        Ok(found.map(|(app, _)| app.clone()))
    }

    async fn list_apps(&self, selection: &AppSelection) -> Result<Page<App>, StoreError> {
        let state = self.state();
        let starts = |text: &str, start: &str| fold(text).starts_with(&fold(start));
        let wanted = |app: &App| {
            let has_user = |id: &UserId| state.app_users.contains_key(&(app.id.clone(), id.clone()));
            let has_group = |id: &GroupId| state.app_groups.contains_key(&(app.id.clone(), id.clone()));
            let start = selection.starts_with.as_deref();
            start.is_none_or(|start| starts(&app.name, start) || starts(&app.label, start))
                && selection.status.is_none_or(|status| app.status == status)
                && selection.name.as_ref().is_none_or(|name| app.name == *name)
                && selection.user_id.as_ref().is_none_or(has_user)
                && selection.group_id.as_ref().is_none_or(has_group)
                && selection.within.as_ref().is_none_or(|within| within.holds(app))
        };
        let apps = state.apps.iter().map(|(place, (app, _))| (*place, app));
        let found: Vec<_> = apps.filter(|(_, app)| wanted(app)).collect();
        page(&found, selection.after.as_ref(), selection.limit)
    }

    async fn app_user(&self, app_id: &AppId, user_id: &UserId) -> Result<Option<AppUser>, StoreError> {
        let state = self.state();
        let found = state.app_users.get(&(app_id.clone(), user_id.clone()));
        Ok(found.map(|(_, assignment)| assignment.clone()))
    }

    async fn list_app_users(
        &self,
        app_id: &AppId,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<Page<AppUser>, StoreError> {
        let state = self.state();
        let of_app = state
            .app_users
            .values()
            .filter(|(_, assignment)| assignment.app_id == *app_id);
        let mut found: Vec<_> = of_app.map(|(place, assignment)| (*place, assignment)).collect();
        found.sort_by_key(|(place, _)| *place);
        page(&found, after, limit)
    }

    async fn app_group(&self, app_id: &AppId, group_id: &GroupId) -> Result<Option<AppGroup>, StoreError> {
        Ok(self
            .state()
            .app_groups
            .get(&(app_id.clone(), group_id.clone()))
            .cloned())
    }

    async fn list_app_groups(
        &self,
        app_id: &AppId,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<Page<AppGroup>, StoreError> {
        let after = match after {
            None => None,
            Some(Position(text)) => Some(GroupId::parse(text).ok_or(StoreError::InvalidPosition)?),
        };
        let state = self.state();
        let found = state.app_groups.values().filter(|assignment| {
            assignment.app_id == *app_id && after.as_ref().is_none_or(|after| assignment.group_id > *after)
        });
        let mut items: Vec<AppGroup> = found.cloned().collect();
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items
            .last()
            .filter(|_| more)
            .map(|last| Position(last.group_id.to_string()));
        Ok(Page { items, next })
    }

    async fn usable_apps(&self, user_id: &UserId) -> Result<Vec<UsableApp>, StoreError> {
        let state = self.state();
        let active = state
            .apps
            .values()
            .map(|(app, _)| app)
            .filter(|app| app.status == AppStatus::Active);
        let usable = active.map(|app| UsableApp {
            app: app.clone(),
            own: state
                .app_users
                .get(&(app.id.clone(), user_id.clone()))
                .map(|(_, own)| own.clone()),
            group: state.giving_group(&app.id, user_id).cloned(),
        });
        Ok(usable
            .filter(|usable| usable.own.is_some() || usable.group.is_some())
            .collect())
    }
}

impl State {
    fn giving_group(&self, app_id: &AppId, user_id: &UserId) -> Option<&AppGroup> {
        let is_everyone = |id: &GroupId| self.everyone.as_ref().is_some_and(|everyone| everyone.id == *id);
        let gives = |assignment: &&AppGroup| {
            let membership = (assignment.group_id.clone(), user_id.clone());
            assignment.app_id == *app_id && (is_everyone(&assignment.group_id) || self.members.contains(&membership))
        };
        self.app_groups
            .values()
            .filter(gives)
            .min_by_key(|assignment| (assignment.priority, &assignment.group_id))
    }

    fn app_place(&self, id: &AppId) -> Result<u64, StoreError> {
        let found = self.apps.iter().find(|(_, (app, _))| app.id == *id);
        found.map(|(place, _)| *place).ok_or(StoreError::Stale)
    }

    /// The place of an app that has not changed since it was read.
    fn unchanged_app(&self, from: &App) -> Result<u64, StoreError> {
        let place = self.app_place(&from.id)?;
        let unchanged = self
            .apps
            .get(&place)
            .is_some_and(|(present, _)| present.version == from.version);
        if unchanged { Ok(place) } else { Err(StoreError::Stale) }
    }

    pub(super) fn write_app(&mut self, write: AppWrite) -> Result<(), StoreError> {
        match write {
            AppWrite::Insert(app, schema) => {
                if self.app_place(&app.id).is_ok() {
                    return Err(StoreError::Duplicate(UniqueField::Id));
                }
                if client_id(&app).is_some_and(|wanted| self.is_client(wanted)) {
                    return Err(StoreError::Duplicate(UniqueField::ClientId));
                }
                self.apps.insert(self.next_place, (*app, *schema));
                self.next_place += 1;
            }
            AppWrite::Update { from, to } => {
                let place = self.unchanged_app(&from)?;
                if let Some((app, _)) = self.apps.get_mut(&place) {
                    *app = App {
                        version: from.version + 1,
                        ..*to
                    };
                }
            }
            AppWrite::Delete(app) => {
                let place = self.unchanged_app(&app)?;
                self.apps.remove(&place);
                self.forget_app(&app.id);
                self.app_users.retain(|(id, _), _| *id != app.id);
                self.app_groups.retain(|(id, _), _| *id != app.id);
                self.forget_client(&app.id);
            }
            AppWrite::UpdateSchema { app, to } => {
                let place = self.unchanged_app(&app)?;
                if let Some((present, schema)) = self.apps.get_mut(&place) {
                    present.version += 1;
                    *schema = *to;
                }
            }
            AppWrite::RemoveAttribute { id, name } => {
                for (_, assignment) in self
                    .app_users
                    .values_mut()
                    .filter(|(_, assignment)| assignment.app_id == id)
                {
                    let mut attributes = assignment.profile.attributes();
                    attributes.remove(&name);
                    assignment.profile = Profile::showing(&[], &attributes);
                }
            }
            other => self.write_assignment(other)?,
        }
        Ok(())
    }

    fn write_assignment(&mut self, write: AppWrite) -> Result<(), StoreError> {
        match write {
            AppWrite::AssignUser(assignment) => self.assign_user(*assignment)?,
            AppWrite::UpdateUser(assignment) => {
                let key = (assignment.app_id.clone(), assignment.user_id.clone());
                let (_, present) = self.app_users.get_mut(&key).ok_or(StoreError::Stale)?;
                *present = *assignment;
            }
            AppWrite::UnassignUser { app_id, user_id } => {
                self.app_users.remove(&(app_id, user_id)).ok_or(StoreError::Stale)?;
            }
            AppWrite::UnassignUserFromAll(user_id) => self.app_users.retain(|(_, owner), _| *owner != user_id),
            AppWrite::AssignGroup(assignment) => {
                self.app_place(&assignment.app_id)?;
                let is_everyone = self
                    .everyone
                    .as_ref()
                    .is_some_and(|everyone| everyone.id == assignment.group_id);
                if !is_everyone && !self.groups.values().any(|group| group.id == assignment.group_id) {
                    return Err(StoreError::Stale);
                }
                let key = (assignment.app_id.clone(), assignment.group_id.clone());
                self.app_groups.insert(key, *assignment);
            }
            AppWrite::UnassignGroup { app_id, group_id } => {
                self.app_groups.remove(&(app_id, group_id)).ok_or(StoreError::Stale)?;
            }
            AppWrite::Insert(..)
            | AppWrite::Update { .. }
            | AppWrite::Delete(_)
            | AppWrite::UpdateSchema { .. }
            | AppWrite::RemoveAttribute { .. } => {}
        }
        Ok(())
    }

    fn assign_user(&mut self, assignment: AppUser) -> Result<(), StoreError> {
        self.app_place(&assignment.app_id)?;
        self.user(&assignment.user_id).ok_or(StoreError::Stale)?;
        let key = (assignment.app_id.clone(), assignment.user_id.clone());
        if self.app_users.contains_key(&key) {
            return Err(StoreError::Duplicate(UniqueField::Id));
        }
        self.app_users.insert(key, (self.next_place, assignment));
        self.next_place += 1;
        Ok(())
    }
}
