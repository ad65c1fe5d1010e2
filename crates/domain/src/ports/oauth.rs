//! Reading what OAuth 2.0 needs: clients, what is granted to them, tokens and keys.

use std::sync::Arc;

use async_trait::async_trait;

use super::StoreError;
use crate::app::{App, AppStatus};
use crate::authority::Grant;
use crate::id::AppId;
use crate::oauth::{AccessToken, ScopeGrant, SigningKey};
use crate::secret::SecretDigest;

/// Whoever stands behind an access token, in one read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessTokenBearer {
    /// The token.
    pub token: AccessToken,
    /// The app's present status.
    pub status: AppStatus,
    /// The app's name for people.
    pub label: String,
    /// The name that the app goes by as a client.
    pub client_id: String,
    /// The scopes of those of the token's grants that still stand.
    pub scopes: Vec<String>,
    /// What the app's present roles let it do.
    pub grants: Arc<[Grant]>,
}

/// Reads what OAuth 2.0 needs.
#[async_trait]
pub trait OAuth: Send + Sync {
    /// Whoever stands behind an access token. A revoked token or grant is unknown from the next call on, on every server.
    async fn access_token_bearer(&self, digest: &SecretDigest) -> Result<Option<AccessTokenBearer>, StoreError>;
    /// The app that goes by this name as a client.
    async fn client(&self, client_id: &str) -> Result<Option<App>, StoreError>;
    /// The scopes that were granted to an app, by their names.
    async fn scope_grants(&self, app_id: &AppId) -> Result<Vec<ScopeGrant>, StoreError>;
    /// The directory's own keys, by creation.
    async fn signing_keys(&self) -> Result<Vec<SigningKey>, StoreError>;
}
