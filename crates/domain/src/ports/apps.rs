//! Reading apps and whom they are assigned to.

use async_trait::async_trait;

use super::{Page, Position, StoreError};
use crate::app::{App, AppGroup, AppStatus, AppUser};
use crate::authority::SomeApps;
use crate::id::{AppId, GroupId, UserId};

/// Which apps a list shows. Apps are listed by creation.
#[derive(Clone, Debug, Default)]
pub struct AppSelection {
    /// Name or label starts with this text, ignoring case.
    pub starts_with: Option<String>,
    /// Apps in this status.
    pub status: Option<AppStatus>,
    /// Apps that are assigned to this user, by an assignment of their own.
    pub user_id: Option<UserId>,
    /// Apps that are assigned to this group.
    pub group_id: Option<GroupId>,
    /// Apps of this kind, by the name in the catalog.
    pub name: Option<String>,
    /// None but these.
    pub within: Option<SomeApps>,
    /// Where to go on.
    pub after: Option<Position>,
    /// At most this many.
    pub limit: usize,
}

/// An app that a user may use, and what gives it.
#[derive(Clone, Debug, PartialEq)]
pub struct UsableApp {
    /// The app.
    pub app: App,
    /// The user's own assignment, if there is one.
    pub own: Option<AppUser>,
    /// The assignment to a group of the user with the smallest priority, if there is one.
    pub group: Option<AppGroup>,
}

/// Reads apps.
#[async_trait]
pub trait Apps: Send + Sync {
    /// The app with this id.
    async fn app(&self, id: &AppId) -> Result<Option<App>, StoreError>;
    /// A page of apps. Fails with `InvalidPosition`.
    async fn list_apps(&self, selection: &AppSelection) -> Result<Page<App>, StoreError>;
    /// A user's own assignment of an app.
    async fn app_user(&self, app_id: &AppId, user_id: &UserId) -> Result<Option<AppUser>, StoreError>;
    /// A page of the own assignments of an app, by creation. Fails with `InvalidPosition`.
    async fn list_app_users(
        &self,
        app_id: &AppId,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<Page<AppUser>, StoreError>;
    /// A group's assignment of an app.
    async fn app_group(&self, app_id: &AppId, group_id: &GroupId) -> Result<Option<AppGroup>, StoreError>;
    /// A page of the assignments of an app to groups, by group. Fails with `InvalidPosition`.
    async fn list_app_groups(
        &self,
        app_id: &AppId,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<Page<AppGroup>, StoreError>;
    /// The active apps that a user may use, by own assignment or by a group (`Everyone` included), by the apps' creation.
    async fn usable_apps(&self, user_id: &UserId) -> Result<Vec<UsableApp>, StoreError>;
}
