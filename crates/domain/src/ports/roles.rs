//! Reading and writing who holds which roles.

use std::sync::Arc;

use async_trait::async_trait;

use super::{Page, Position, StoreError};
use crate::app::App;
use crate::authority::Grant;
use crate::group::Group;
use crate::id::{AppId, GroupId, UserId};
use crate::role::{Assignee, AssignmentId, RoleAssignment};
use crate::user::Status;

/// A change of who holds which roles. Each counts up the version of authority.
///
/// Assigning a role to a user and taking it away count up the user's version too, and so does whatever makes somebody a super
/// administrator, be it the role of a group or a membership: what was decided about a user who was none is then `Stale` (R8).
#[derive(Clone, Debug)]
pub enum RoleWrite {
    /// Assigns a role; `Duplicate(Id)` when the assignee holds it already, `Stale` when the assignee is gone or, for users,
    /// deactivated.
    Assign(Box<RoleAssignment>),
    /// Writes an assignment over the one that was read, targets included; `Stale` when another change came between or a target
    /// is gone.
    Update {
        /// The assignment as read.
        from: Box<RoleAssignment>,
        /// The assignment to be written. Its version is that of `from`.
        to: Box<RoleAssignment>,
    },
    /// Takes a role away with its targets; `Stale` when it changed since it was read.
    Unassign(Box<RoleAssignment>),
    /// Takes every role from a user that was assigned to the user; what groups give stays.
    UnassignAllOf(UserId),
    /// Goes on only while authority has the version that was read, and counts it up; `Stale` when it has another. For
    /// decisions that look at many assignments at once, such as whether somebody is the last super administrator (R8).
    Advance(i64),
    /// Goes on only while authority has the version that was read, and leaves it so until the end; `Stale` when it has another.
    Expect(i64),
}

/// An app that an assignment has as a target, as lists show it.
#[derive(Clone, Debug, PartialEq)]
pub enum TargetApp {
    /// Every app of a kind, by the name in the catalog.
    Catalog(String),
    /// One app.
    Instance(Box<App>),
}

/// A super administrator, and what makes them one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuperAdministrator {
    /// The user.
    pub user_id: UserId,
    /// The user's present status, which tells whether they may act.
    pub status: Status,
    /// The group that gives the role; `None` for an assignment of their own.
    pub through: Option<GroupId>,
}

/// Reads who holds which roles.
#[async_trait]
pub trait Roles: Send + Sync {
    /// The version of authority: it changes with every change of an assignment, of a target, or of the members of a group that
    /// carries roles, on every server at once.
    async fn authority_version(&self) -> Result<i64, StoreError>;
    /// What a user may do, by assignments of their own and through groups.
    async fn grants_of(&self, user_id: &UserId) -> Result<Arc<[Grant]>, StoreError>;
    /// What an app may do that acts for itself.
    async fn grants_of_client(&self, id: &AppId) -> Result<Arc<[Grant]>, StoreError>;
    /// The roles assigned to somebody directly, by assignment.
    async fn role_assignments(&self, assignee: &Assignee) -> Result<Vec<RoleAssignment>, StoreError>;
    /// The roles that a user has through groups, by assignment.
    async fn inherited_assignments(&self, user_id: &UserId) -> Result<Vec<RoleAssignment>, StoreError>;
    /// A page of the groups that are targets of an assignment, in the order in which they became it. Fails with
    /// `InvalidPosition`.
    async fn target_groups(
        &self,
        assignee: &Assignee,
        id: &AssignmentId,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<Page<Group>, StoreError>;
    /// A page of the apps that are targets of an assignment, in the order in which they became it. Fails with
    /// `InvalidPosition`.
    async fn target_apps(
        &self,
        assignee: &Assignee,
        id: &AssignmentId,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<Page<TargetApp>, StoreError>;
    /// A page of the users who have any role, of their own or through a group, by creation. Fails with `InvalidPosition`.
    async fn administrators(&self, after: Option<&Position>, limit: usize) -> Result<Page<UserId>, StoreError>;
    /// Everybody who is a super administrator, once for each assignment that makes them one.
    async fn super_administrators(&self) -> Result<Vec<SuperAdministrator>, StoreError>;
}
