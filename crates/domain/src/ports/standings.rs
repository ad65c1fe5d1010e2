//! Reading what somebody is to administrators.

use async_trait::async_trait;

use super::{StoreError, TokenBearer};
use crate::authority::{Rank, Standing};
use crate::id::{GroupId, UserId};
use crate::secret::SecretDigest;
use crate::user::User;

/// Reads what users and groups are to administrators: the second half of every answer about rights, beside the caller's own
/// grants.
#[async_trait]
pub trait Standings: Send + Sync {
    /// The groups that a user was let into, and the highest rank that the user's roles give, directly and through groups: one
    /// indexed read. Nobody who is not there stands anywhere.
    async fn standing_of(&self, user_id: &UserId) -> Result<Standing, StoreError>;
    /// Whoever stands behind an API token, the user with an id, and what that user is to administrators, in one trip: a call of
    /// a restricted administrator begins with all three. Without a token nobody need be read.
    async fn token_bearer_user_and_standing(
        &self,
        digest: &SecretDigest,
        id: &UserId,
    ) -> Result<(Option<TokenBearer>, Option<(User, Standing)>), StoreError>;
    /// The highest rank that a group gives to its members.
    async fn rank_of_group(&self, group_id: &GroupId) -> Result<Rank, StoreError>;
}
