//! Reading groups and who belongs to them.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::{Page, Position, StoreError};
use crate::group::Group;
use crate::id::{GroupId, UserId};
use crate::search::{GroupQuery, GroupSort};
use crate::user::User;

/// Which groups a list shows, and in which order.
#[derive(Clone, Debug)]
pub struct GroupSelection {
    /// Which groups are candidates.
    pub criterion: GroupCriterion,
    /// None but these.
    pub within: Option<BTreeSet<GroupId>>,
    /// The order; by creation where none is given. Ties are broken by id.
    pub sort: Option<GroupSort>,
    /// Where to go on.
    pub after: Option<Position>,
    /// At most this many.
    pub limit: usize,
}

/// Which groups are candidates for a list.
#[derive(Clone, Debug)]
pub enum GroupCriterion {
    /// All.
    All,
    /// All whose name starts with this text, ignoring case.
    StartsWith(String),
    /// All that match an expression.
    Matching(GroupQuery),
}

/// Reads groups. Everybody belongs to `Everyone`, without anything written about it.
#[async_trait]
pub trait Groups: Send + Sync {
    /// The group with this id.
    async fn group(&self, id: &GroupId) -> Result<Option<Group>, StoreError>;
    /// The group of everybody.
    async fn everyone(&self) -> Result<Group, StoreError>;
    /// A page of groups. Fails with `InvalidPosition` or `TimedOut`.
    async fn list_groups(&self, selection: &GroupSelection) -> Result<Page<Group>, StoreError>;
    /// The groups that a user was let into, by creation; `Everyone` is not among them.
    async fn groups_of(&self, user_id: &UserId) -> Result<Vec<Group>, StoreError>;
    /// A page of the users who were let into a group, by their creation. Fails with `InvalidPosition`.
    async fn members_of(
        &self,
        group_id: &GroupId,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<Page<User>, StoreError>;
    /// How many users a group has and how many apps it gives them.
    async fn group_stats(&self, group_id: &GroupId) -> Result<GroupStats, StoreError>;
}

/// What a group amounts to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupStats {
    /// Its users.
    pub users: usize,
    /// The apps that it gives them.
    pub apps: usize,
    /// Whether it gives them administrator roles.
    pub has_roles: bool,
}
