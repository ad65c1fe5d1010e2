//! Assigning apps to users and groups.

use denizen_domain::app::{App, AppGroup, AppRefusal, AppUser, check_assignable};
use denizen_domain::authority::Permission;
use denizen_domain::event::{Entity, EventType};
use denizen_domain::id::AppAssignmentId;
use denizen_domain::ports::{AppWrite, Changes, StoreError, Write};
use denizen_domain::profile::Attributes;
use denizen_domain::schema::Schema;
use denizen_domain::user::User;
use denizen_domain::validation::Validation;

use super::app_entity;
use crate::account::Doer;
use crate::call::{Call, Listing};
use crate::directory::{Directory, MOST_ROUNDS};
use crate::error::{Error, ResourceKind};
use crate::groups::group_entity;
use crate::paging::limit_within;
use crate::sight::must_with_app;

const DEFAULT_USERS: usize = 50;
const MOST_USERS: usize = 500;
const DEFAULT_GROUPS: usize = 20;
const MOST_GROUPS: usize = 200;

/// What a request says of an assignment to a user.
#[derive(Clone, Debug, Default)]
pub struct AssignApp {
    /// The user, by id.
    pub user_id: Option<String>,
    /// The name the user has in the app; the login where none is given.
    pub user_name: Option<String>,
    /// The user's profile in the app.
    pub profile: Attributes,
}

/// A request for the assignments of an app.
#[derive(Clone, Debug, Default)]
pub struct ListAppUsers {
    /// At most this many.
    pub limit: Option<i64>,
    /// Where to go on.
    pub after: Option<String>,
}

impl Directory {
    /// Assigns an app to a user (`assignUserToApplication`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Validation`, `App`, `Conflict`.
    pub async fn assign_app(&self, call: &Call, app_id: &str, request: AssignApp) -> Result<AppUser, Error> {
        for _ in 0..MOST_ROUNDS {
            let (schema, app) = self.assignable(call, app_id).await?;
            let user = self.user_of(call, request.user_id.as_deref()).await?;
            check_assignable(&user)?;
            if self.ports.store.app_user(&app.id, &user.id).await?.is_some() {
                return Err(AppRefusal::AlreadyAssigned.into());
            }
            let at = self.now();
            let user_name = request.user_name.clone();
            let user_name = user_name.unwrap_or_else(|| user.login.as_str().to_owned());
            let stamp = at.whole_seconds();
            let assignment = AppUser {
                id: AppAssignmentId::generate(at, self.random()),
                app_id: app.id.clone(),
                user_id: user.id.clone(),
                profile: schema.check_new(with_user_name(&schema, &request.profile, &user_name), "appUser")?,
                user_name,
                created: stamp,
                last_updated: stamp,
            };
            let write = AppWrite::AssignUser(Box::new(assignment.clone()));
            let changes = self.assignment_changes(call, write, EventType::AppMembershipAdd, &app, &user);
            if self.committed(changes).await? {
                return Ok(assignment);
            }
        }
        Err(Error::Conflict)
    }

    /// Changes a user's name and profile in an app (`updateApplicationUser`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Validation`, `App`.
    pub async fn update_app_user(
        &self,
        call: &Call,
        app_id: &str,
        key: &str,
        request: AssignApp,
    ) -> Result<AppUser, Error> {
        let (schema, app) = self.assignable(call, app_id).await?;
        let (user, present) = self.own_assignment(call, &app, key).await?;
        check_assignable(&user)?;
        let user_name = request.user_name.unwrap_or_else(|| present.user_name.clone());
        let given = with_user_name(&schema, &request.profile, &user_name);
        let changed = AppUser {
            profile: schema.check_merge(&present.profile, given, "appUser")?,
            user_name,
            last_updated: self.now().whole_seconds(),
            ..present
        };
        let write = AppWrite::UpdateUser(Box::new(changed.clone()));
        let changes = self.assignment_changes(call, write, EventType::AppMembershipUpdate, &app, &user);
        self.commit(changes).await.map_err(|error| missing_user(error, key))?;
        Ok(changed)
    }

    /// Reads a user's assignment of an app (`getApplicationUser`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn get_app_user(&self, call: &Call, app_id: &str, key: &str) -> Result<AppUser, Error> {
        let app = self.see_app(call, app_id).await?;
        self.own_assignment(call, &app, key)
            .await
            .map(|(_, assignment)| assignment)
    }

    /// Reads the users that have an app by an assignment of their own (`listApplicationUsers`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Validation`, `InvalidCursor`.
    pub async fn list_app_users(
        &self,
        call: &Call,
        app_id: &str,
        request: ListAppUsers,
    ) -> Result<Listing<AppUser>, Error> {
        let app = self.see_app(call, app_id).await?;
        let limit = limit_within(request.limit, DEFAULT_USERS, MOST_USERS)?;
        let list = format!("app users {}", app.id);
        let after = self.opened(request.after.as_deref(), &list, call)?;
        let page = self.ports.store.list_app_users(&app.id, after.as_ref(), limit).await?;
        Ok(self.listing(page, limit, &list, call))
    }

    /// Takes an app from a user (`unassignUserFromApplication`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `App`.
    pub async fn unassign_app(&self, call: &Call, app_id: &str, key: &str) -> Result<(), Error> {
        let app = self.see_app(call, app_id).await?;
        must_with_app(call, Permission::AppsAssignmentManage, &app)?;
        let user = self.see_user(call, key).await?;
        if self.ports.store.app_user(&app.id, &user.id).await?.is_none() {
            let usable = self.ports.store.usable_apps(&user.id).await?;
            if usable.iter().any(|usable| usable.app.id == app.id) {
                return Err(AppRefusal::GivenByGroup.into());
            }
            return Err(Error::not_found(ResourceKind::AppUser, key));
        }
        let write = AppWrite::UnassignUser {
            app_id: app.id.clone(),
            user_id: user.id.clone(),
        };
        let changes = self.assignment_changes(call, write, EventType::AppMembershipRemove, &app, &user);
        self.commit(changes).await.map_err(|error| missing_user(error, key))
    }

    /// Assigns an app to a group, or changes the assignment (`assignGroupToApplication`). Of an assignment that is there,
    /// only what is given changes when `partly` is set (`updateGroupAssignmentToApplication`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Conflict`.
    pub async fn assign_app_to_group(
        &self,
        call: &Call,
        app_id: &str,
        group_id: &str,
        priority: Option<i32>,
        profile: Option<Attributes>,
        partly: bool,
    ) -> Result<AppGroup, Error> {
        for _ in 0..MOST_ROUNDS {
            let app = self.see_app(call, app_id).await?;
            must_with_app(call, Permission::AppsAssignmentManage, &app)?;
            let group = self.see_group(call, group_id).await?;
            let present = self.ports.store.app_group(&app.id, &group.id).await?;
            if partly && present.is_none() {
                return Err(Error::not_found(ResourceKind::AppGroup, group_id));
            }
            let at = self.now().whole_seconds();
            let kept = present.as_ref().filter(|_| partly);
            let assignment = AppGroup {
                app_id: app.id.clone(),
                group_id: group.id.clone(),
                priority: priority
                    .or(present.as_ref().map(|present| present.priority))
                    .unwrap_or(0),
                profile: profile
                    .clone()
                    .or_else(|| kept.map(|kept| kept.profile.clone()))
                    .unwrap_or_default(),
                created: present.as_ref().map_or(at, |present| present.created),
                last_updated: at,
            };
            let kind = if present.is_some() {
                EventType::AppGroupUpdate
            } else {
                EventType::AppGroupAssign
            };
            let entities = vec![group_entity(&group), app_entity(&app)];
            let changes = Changes {
                writes: vec![Write::App(AppWrite::AssignGroup(Box::new(assignment.clone())))],
                events: vec![self.event(&Doer::caller(call), kind, entities, self.now())],
                messages: Vec::new(),
            };
            match self.commit(changes).await {
                Ok(()) => return Ok(assignment),
                Err(StoreError::Stale) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict)
    }

    /// Reads a group's assignment of an app (`getApplicationGroupAssignment`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn get_app_group(&self, call: &Call, app_id: &str, group_id: &str) -> Result<AppGroup, Error> {
        let app = self.see_app(call, app_id).await?;
        let group = self.see_group(call, group_id).await?;
        let found = self.ports.store.app_group(&app.id, &group.id).await?;
        found.ok_or_else(|| Error::not_found(ResourceKind::AppGroup, group_id))
    }

    /// Reads the groups that have an app (`listApplicationGroupAssignments`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Validation`, `InvalidCursor`.
    pub async fn list_app_groups(
        &self,
        call: &Call,
        app_id: &str,
        after: Option<&str>,
        limit: Option<i64>,
    ) -> Result<Listing<AppGroup>, Error> {
        let app = self.see_app(call, app_id).await?;
        let limit = limit_within(limit, DEFAULT_GROUPS, MOST_GROUPS)?;
        let list = format!("app groups {}", app.id);
        let after = self.opened(after, &list, call)?;
        let page = self.ports.store.list_app_groups(&app.id, after.as_ref(), limit).await?;
        Ok(self.listing(page, limit, &list, call))
    }

    /// Takes an app from a group (`unassignApplicationFromGroup`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn unassign_app_from_group(&self, call: &Call, app_id: &str, group_id: &str) -> Result<(), Error> {
        let app = self.see_app(call, app_id).await?;
        must_with_app(call, Permission::AppsAssignmentManage, &app)?;
        let group = self.see_group(call, group_id).await?;
        let entities = vec![group_entity(&group), app_entity(&app)];
        let event = self.event(&Doer::caller(call), EventType::AppGroupRemove, entities, self.now());
        let write = AppWrite::UnassignGroup {
            app_id: app.id,
            group_id: group.id,
        };
        let changes = Changes {
            writes: vec![Write::App(write)],
            events: vec![event],
            messages: Vec::new(),
        };
        match self.commit(changes).await {
            Err(StoreError::Stale) => Err(Error::not_found(ResourceKind::AppGroup, group_id)),
            other => Ok(other?),
        }
    }

    /// The app that a path names, if the caller may say who has it, with the schema of its users.
    async fn assignable(&self, call: &Call, app_id: &str) -> Result<(Schema, App), Error> {
        let app = self.see_app(call, app_id).await?;
        must_with_app(call, Permission::AppsAssignmentManage, &app)?;
        self.app_and_schema(app_id).await
    }

    async fn user_of(&self, call: &Call, given: Option<&str>) -> Result<User, Error> {
        let given = given.filter(|given| !given.is_empty());
        let given = given.ok_or_else(|| Validation::field("id", "The field cannot be left blank"))?;
        Ok(self.see_user(call, given).await?.into_user())
    }

    async fn own_assignment(&self, call: &Call, app: &App, key: &str) -> Result<(User, AppUser), Error> {
        let user = self.see_user(call, key).await?.into_user();
        let found = self.ports.store.app_user(&app.id, &user.id).await?;
        let found = found.ok_or_else(|| Error::not_found(ResourceKind::AppUser, key))?;
        Ok((user, found))
    }

    fn assignment_changes(&self, call: &Call, write: AppWrite, event: EventType, app: &App, user: &User) -> Changes {
        let entities = vec![Entity::user(user), app_entity(app)];
        Changes {
            writes: vec![Write::App(write)],
            events: vec![self.event(&Doer::caller(call), event, entities, self.now())],
            messages: Vec::new(),
        }
    }
}

/// The profile that is checked: the schema of an app's users asks for their name.
fn with_user_name(schema: &Schema, given: &Attributes, user_name: &str) -> Attributes {
    let mut attributes = given.clone();
    if schema.property("userName").is_some() {
        attributes.insert("userName".to_owned(), user_name.into());
    }
    attributes
}

fn missing_user(error: StoreError, key: &str) -> Error {
    match error {
        StoreError::Stale => Error::not_found(ResourceKind::AppUser, key),
        other => other.into(),
    }
}
