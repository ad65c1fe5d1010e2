//! Reading who is linked to whom.

use async_trait::async_trait;

use super::{Page, Position, StoreError};
use crate::id::UserId;

/// Reads links. A relation is named by its primary name.
#[async_trait]
pub trait Links: Send + Sync {
    /// The primary of a user.
    async fn primary_of(&self, relation: &str, user_id: &UserId) -> Result<Option<UserId>, StoreError>;
    /// A page of the users whose primary this user is, by id. Fails with `InvalidPosition`.
    async fn associated_with(
        &self,
        relation: &str,
        user_id: &UserId,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<Page<UserId>, StoreError>;
}
