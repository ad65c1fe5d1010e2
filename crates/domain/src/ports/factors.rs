//! Factors of users.

use async_trait::async_trait;

use super::StoreError;
use crate::factor::{Factor, FactorId};
use crate::id::UserId;
use crate::user::User;

/// Reads factors.
#[async_trait]
pub trait Factors: Send + Sync {
    /// A user with all of the user's factors, in the order of their enrolment, in one state of the store.
    async fn user_with_factors(&self, id: &UserId) -> Result<Option<(User, Vec<Factor>)>, StoreError>;
    /// A factor of a user with the user, in one read. The factor of somebody else is unknown (O9).
    async fn factor(&self, user: &UserId, id: &FactorId) -> Result<Option<(Factor, User)>, StoreError>;
    /// The factor with a key that no other has.
    async fn factor_by_key(&self, key: &str) -> Result<Option<Factor>, StoreError>;
    /// Up to so many factors of whichever users whose ids come after one, in the order of their ids.
    async fn factors_after(&self, after: Option<&FactorId>, limit: usize) -> Result<Vec<Factor>, StoreError>;
}

/// A change of a factor.
#[derive(Clone, Debug)]
pub enum FactorWrite {
    /// Adds a factor; `Stale` when the user is gone, `Duplicate(FactorKey)` when another factor has its key.
    Insert(Box<Factor>),
    /// Writes a factor over the version that was read, and counts its version up by one; `Stale` when another change came
    /// between or it is gone, `Duplicate(FactorKey)` when another factor has its key.
    Update {
        /// The factor as read.
        from: Box<Factor>,
        /// The factor to be written. Its version is that of `from`.
        to: Box<Factor>,
    },
    /// Removes a factor; `Stale` when it changed since it was read.
    Delete(Box<Factor>),
    /// Removes every factor of a user.
    DeleteAllOf(UserId),
}
