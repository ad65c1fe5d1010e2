//! Reading users.

use std::collections::BTreeSet;

use async_trait::async_trait;

use super::{Page, Position, StoreError};
use crate::id::{GroupId, UserId, UserTypeId};
use crate::login::LoginKey;
use crate::search::{UserQuery, UserSort};
use crate::user::User;

/// Which users a list shows, and in which order.
#[derive(Clone, Debug)]
pub struct UserSelection {
    /// Which users are candidates.
    pub criterion: UserCriterion,
    /// None but members of one of these groups, each of whom was let in.
    pub within: Option<BTreeSet<GroupId>>,
    /// The order; ties are broken by id. Where none is given, by creation; only those who begin with a text
    /// ([`UserCriterion::StartsWith`], or a single comparison by `sw`) may be in any order that pages can go on in.
    pub sort: Option<UserSort>,
    /// Where to go on.
    pub after: Option<Position>,
    /// At most this many.
    pub limit: usize,
}

/// Which users are candidates for a list.
#[derive(Clone, Debug)]
pub enum UserCriterion {
    /// All but the deprovisioned.
    Present,
    /// All but the deprovisioned whose first name, last name or email starts with this text, ignoring case.
    StartsWith(String),
    /// All that match an expression, the deprovisioned too.
    Matching(UserQuery),
}

/// Reads users.
#[async_trait]
pub trait Users: Send + Sync {
    /// The user with this id.
    async fn user(&self, id: &UserId) -> Result<Option<User>, StoreError>;
    /// The user who owns this login.
    async fn user_by_login(&self, key: &LoginKey) -> Result<Option<User>, StoreError>;
    /// Users whose login's part before the `@` is this; at most two, since more than one is ambiguous.
    async fn users_by_short_name(&self, short_name: &LoginKey) -> Result<Vec<User>, StoreError>;
    /// A page of users. Fails with `InvalidPosition` or `TimedOut`.
    async fn list_users(&self, selection: &UserSelection) -> Result<Page<User>, StoreError>;
    /// Whether any user has this type, the deprovisioned included.
    async fn user_type_is_used(&self, id: &UserTypeId) -> Result<bool, StoreError>;
}
