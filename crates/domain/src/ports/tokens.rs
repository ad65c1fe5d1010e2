//! Reading tokens.

use std::sync::Arc;

use async_trait::async_trait;

use super::StoreError;
use crate::authority::Grant;
use crate::id::UserId;
use crate::secret::SecretDigest;
use crate::token::{ApiToken, OneTimeToken};
use crate::user::{Status, User};

/// Whoever stands behind an API token, in one read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenBearer {
    /// The token.
    pub token: ApiToken,
    /// The owner's present status.
    pub status: Status,
    /// The owner's login.
    pub login: String,
    /// The owner's name.
    pub display_name: String,
    /// What the owner's present roles let them do.
    pub grants: Arc<[Grant]>,
}

/// Reads tokens.
#[async_trait]
pub trait Tokens: Send + Sync {
    /// Whoever stands behind an API token. A revoked token is unknown from the next call on, on every server.
    async fn token_bearer(&self, digest: &SecretDigest) -> Result<Option<TokenBearer>, StoreError>;
    /// The same, and the user with this id, in one trip: nearly every call about a user begins with both. Without a token
    /// nobody need be read.
    async fn token_bearer_and_user(
        &self,
        digest: &SecretDigest,
        id: &UserId,
    ) -> Result<(Option<TokenBearer>, Option<User>), StoreError>;
    /// Every API token, by creation.
    async fn api_tokens(&self) -> Result<Vec<ApiToken>, StoreError>;
    /// The one-time token with this digest.
    async fn one_time_token(&self, digest: &SecretDigest) -> Result<Option<OneTimeToken>, StoreError>;
}
