//! Apps and whom they are assigned to (contract: groups-apps-tokens §2).

mod assignments;

pub use self::assignments::{AssignApp, ListAppUsers};

use denizen_domain::app::{App, AppDescription, AppStatus};
use denizen_domain::authority::Permission;
use denizen_domain::event::{Entity, EventType};
use denizen_domain::id::{AppId, GroupId};
use denizen_domain::oauth::client_id;
use denizen_domain::ports::{AppSelection, AppWrite, Changes, OAuthWrite, StoreError, UniqueField, UsableApp, Write};
use denizen_domain::search::{AppFilter, SearchError};
use denizen_domain::time::Timestamp;

use crate::account::Doer;
use crate::call::{Call, Listing};
use crate::directory::{Directory, MOST_ROUNDS, must};
use crate::error::{Error, ResourceKind};
use crate::paging::limit_within;
use crate::sight::{must_at_large, must_with_app, sight_of_apps};

const DEFAULT: usize = 20;
const MOST: usize = 200;

/// A request for a list of apps, as it was sent.
#[derive(Clone, Debug, Default)]
pub struct ListApps {
    /// Name or label starts with this.
    pub q: Option<String>,
    /// A filter expression.
    pub filter: Option<String>,
    /// At most this many.
    pub limit: Option<i64>,
    /// Where to go on.
    pub after: Option<String>,
}

impl Directory {
    /// Reads an app (`getApplication`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn get_app(&self, call: &Call, id: &str) -> Result<App, Error> {
        self.see_app(call, id).await
    }

    /// Reads a list of apps (`listApplications`).
    ///
    /// # Errors
    /// `Forbidden`, `Search`, `Validation`, `InvalidCursor`.
    pub async fn list_apps(&self, call: &Call, request: ListApps) -> Result<Listing<App>, Error> {
        let within = sight_of_apps(call)?;
        let given = |text: &Option<String>| text.as_ref().filter(|text| !text.is_empty()).cloned();
        let filter = given(&request.filter).map(|text| AppFilter::parse(&text)).transpose()?;
        let filter = filter.unwrap_or_default();
        let status = match filter.status.as_deref() {
            None => None,
            Some(status) => Some(AppStatus::parse(status).ok_or(SearchError::Malformed)?),
        };
        let group_id = match filter.group_id.as_deref() {
            None => None,
            Some(id) => Some(self.see_group(call, id).await?.id),
        };
        let user_id = match filter.user_id.as_deref() {
            None => None,
            Some(id) => Some(self.see_user(call, id).await?.id.clone()),
        };
        let selection = AppSelection {
            starts_with: given(&request.q),
            status,
            user_id,
            group_id,
            name: filter.name,
            within,
            after: None,
            limit: limit_within(request.limit, DEFAULT, MOST)?,
        };
        self.app_page(call, selection, request.after.as_deref()).await
    }

    /// Reads the apps that a group gives its members (`listAssignedApplicationsForGroup`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Validation`, `InvalidCursor`.
    pub async fn list_group_apps(
        &self,
        call: &Call,
        group_id: &str,
        after: Option<&str>,
        limit: Option<i64>,
    ) -> Result<Listing<App>, Error> {
        let within = sight_of_apps(call)?;
        let group: GroupId = self.see_group(call, group_id).await?.id;
        let selection = AppSelection {
            within,
            group_id: Some(group),
            limit: limit_within(limit, DEFAULT, MOST)?,
            ..AppSelection::default()
        };
        self.app_page(call, selection, after).await
    }

    async fn app_page(
        &self,
        call: &Call,
        mut selection: AppSelection,
        after: Option<&str>,
    ) -> Result<Listing<App>, Error> {
        let limit = selection.limit;
        let list = format!(
            "apps {:?} {:?} {:?} {:?} {:?}",
            selection.starts_with, selection.status, selection.user_id, selection.group_id, selection.name
        );
        selection.after = self.opened(after, &list, call)?;
        let page = self.ports.store.list_apps(&selection).await?;
        Ok(self.listing(page, limit, &list, call))
    }

    /// Makes an app (`createApplication`).
    ///
    /// # Errors
    /// `Forbidden`, `Validation`, `Conflict`.
    pub async fn create_app(&self, call: &Call, request: AppDescription, active: bool) -> Result<App, Error> {
        if call.caller.covered_apps(Permission::AppsManage).is_none() {
            return Err(Error::Forbidden);
        }
        for _ in 0..MOST_ROUNDS {
            let at = self.now();
            let id = AppId::generate(at, self.random());
            let app = App::create(id, request.clone(), active, self.random(), at)?;
            must_with_app(call, Permission::AppsManage, &app)?;
            let write = AppWrite::Insert(Box::new(app.clone()), Box::new(app.first_schema()));
            match self
                .commit(self.app_changes(call, write, EventType::AppCreate, &app, at))
                .await
            {
                Ok(()) => return Ok(app),
                Err(StoreError::Duplicate(UniqueField::Id)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict)
    }

    /// Describes an app anew (`replaceApplication`).
    ///
    /// Whoever may change the keys of a client can call as the client: one to which scopes are granted is changed only by
    /// callers who may grant scopes (R3).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Validation`, `Conflict`.
    pub async fn replace_app(&self, call: &Call, id: &str, request: AppDescription) -> Result<App, Error> {
        let app = self.see_app(call, id).await?;
        must_with_app(call, Permission::AppsManage, &app)?;
        if !self.ports.store.scope_grants(&app.id).await?.is_empty() {
            must_at_large(call, Permission::AppGrantsManage)?;
        }
        self.change_app(call, id, EventType::AppUpdate, |app, at| {
            app.replace(request.clone(), at).map_err(Error::from)
        })
        .await
    }

    /// Puts an app into use (`activateApplication`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Conflict`.
    pub async fn activate_app(&self, call: &Call, id: &str) -> Result<(), Error> {
        self.change_app(call, id, EventType::AppActivate, |app, at| {
            Ok(app.with_status(AppStatus::Active, at))
        })
        .await
        .map(drop)
    }

    /// Takes an app out of use (`deactivateApplication`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `Conflict`.
    pub async fn deactivate_app(&self, call: &Call, id: &str) -> Result<(), Error> {
        self.change_app(call, id, EventType::AppDeactivate, |app, at| {
            Ok(app.with_status(AppStatus::Inactive, at))
        })
        .await
        .map(drop)
    }

    /// Removes an app that is out of use, with its assignments (`deleteApplication`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`, `App`, `Conflict`.
    pub async fn delete_app(&self, call: &Call, id: &str) -> Result<(), Error> {
        for _ in 0..MOST_ROUNDS {
            let app = self.see_app(call, id).await?;
            must_with_app(call, Permission::AppsManage, &app)?;
            app.check_removal()?;
            let write = AppWrite::Delete(Box::new(app.clone()));
            match self
                .commit(self.app_changes(call, write, EventType::AppDelete, &app, self.now()))
                .await
            {
                Ok(()) => return Ok(()),
                Err(StoreError::Stale) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict)
    }

    /// The apps that a user may use (`listAppLinks`).
    ///
    /// # Errors
    /// `NotFound`, `Forbidden`.
    pub async fn list_app_links(&self, call: &Call, key: &str) -> Result<Vec<UsableApp>, Error> {
        let user = self.see_user(call, key).await?;
        must(call, Permission::UsersRead, &user)?;
        Ok(self.ports.store.usable_apps(&user.id).await?)
    }

    /// Changes an app; nothing is written when it stays as it is.
    async fn change_app(
        &self,
        call: &Call,
        id: &str,
        event: EventType,
        change: impl Fn(&App, Timestamp) -> Result<App, Error>,
    ) -> Result<App, Error> {
        for _ in 0..MOST_ROUNDS {
            let from = self.see_app(call, id).await?;
            must_with_app(call, Permission::AppsManage, &from)?;
            let at = self.now();
            let changed = change(&from, at)?;
            if changed == from {
                return Ok(from);
            }
            let write = AppWrite::Update {
                from: Box::new(from.clone()),
                to: Box::new(changed.clone()),
            };
            let mut changes = self.app_changes(call, write, event, &changed, at);
            if from.status != changed.status && client_id(&changed).is_some() {
                self.end_tokens(call, &mut changes, &changed, at);
            }
            match self.commit(changes).await {
                Ok(()) => return Ok(changed),
                Err(StoreError::Stale) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Conflict)
    }

    /// The app that a path names.
    pub(crate) async fn find_app(&self, id: &str) -> Result<App, Error> {
        let found = match AppId::parse(id) {
            Some(id) => self.ports.store.app(&id).await?,
            None => None,
        };
        found.ok_or_else(|| Error::not_found(ResourceKind::App, id))
    }

    /// Revokes the access tokens of an app that goes out of use, and any that was issued while it did (C3).
    fn end_tokens(&self, call: &Call, changes: &mut Changes, app: &App, at: Timestamp) {
        let write = OAuthWrite::DeleteTokensOfApp(app.id.clone());
        changes.writes.push(Write::OAuth(write));
        if app.status == AppStatus::Inactive {
            let kind = EventType::OAuthTokenRevokeOfClient;
            changes
                .events
                .push(self.event(&Doer::caller(call), kind, vec![app_entity(app)], at));
        }
    }

    fn app_changes(&self, call: &Call, write: AppWrite, event: EventType, about: &App, at: Timestamp) -> Changes {
        Changes {
            writes: vec![Write::App(write)],
            events: vec![self.event(&Doer::caller(call), event, vec![app_entity(about)], at)],
            messages: Vec::new(),
        }
    }
}

/// An app as a participant of an event.
pub(crate) fn app_entity(app: &App) -> Entity {
    Entity {
        id: app.id.to_string(),
        kind: "AppInstance".to_owned(),
        alternate_id: Some(app.name.clone()),
        display_name: Some(app.label.clone()),
    }
}
