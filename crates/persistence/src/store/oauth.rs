//! Reading clients, what is granted to them, tokens and keys.

use async_trait::async_trait;
use denizen_domain::app::{App, AppStatus};
use denizen_domain::id::{AccessTokenId, AppId, ScopeGrantId, UserId};
use denizen_domain::oauth::{AccessToken, ScopeGrant, SigningKey};
use denizen_domain::ports::{AccessTokenBearer, OAuth, StoreError};
use denizen_domain::role::Assignee;
use denizen_domain::secret::SecretDigest;
use denizen_domain::time::Timestamp;
use diesel::prelude::*;

use super::apps::AppRow;
use super::row::bad_row;
use super::{Backend, Store, unavailable};
use crate::schema::{access_tokens, apps, authority, oauth_clients, scope_grants, signing_keys};

#[derive(Queryable, Selectable)]
#[diesel(table_name = access_tokens, check_for_backend(Backend))]
struct AccessTokenRow {
    id: String,
    digest: Vec<u8>,
    app_id: String,
    user_id: Option<String>,
    grants: String,
    created: i64,
    expires: i64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = scope_grants, check_for_backend(Backend))]
struct ScopeGrantRow {
    id: String,
    app_id: String,
    scope: String,
    created_by: String,
    created: i64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = signing_keys, check_for_backend(Backend))]
struct SigningKeyRow {
    kid: String,
    public: String,
    sealed: Vec<u8>,
    created: i64,
    retired: Option<i64>,
}

/// A token, its app's status, label and client id, the version of authority, and one of the scopes that are granted to the app.
type BearerRow = (
    AccessTokenRow,
    String,
    String,
    String,
    Option<i64>,
    Option<String>,
    Option<String>,
);

impl TryFrom<AccessTokenRow> for AccessToken {
    type Error = StoreError;

    fn try_from(row: AccessTokenRow) -> Result<Self, StoreError> {
        let bad = |column| bad_row("access_tokens", &row.id, column);
        let digest = row.digest.as_slice().try_into().map_err(|_| bad("digest"))?;
        let user_id = row.user_id.as_deref().map(UserId::parse);
        let grants = row.grants.split_whitespace().map(ScopeGrantId::parse);
        Ok(Self {
            digest: SecretDigest::from_bytes(digest),
            app_id: AppId::parse(&row.app_id).ok_or_else(|| bad("app_id"))?,
            user_id: user_id.map(|id| id.ok_or_else(|| bad("user_id"))).transpose()?,
            grants: grants.collect::<Option<_>>().ok_or_else(|| bad("grants"))?,
            created: Timestamp::from_millis(row.created),
            expires: Timestamp::from_millis(row.expires),
            id: AccessTokenId::parse(&row.id).ok_or_else(|| bad("id"))?,
        })
    }
}

impl TryFrom<ScopeGrantRow> for ScopeGrant {
    type Error = StoreError;

    fn try_from(row: ScopeGrantRow) -> Result<Self, StoreError> {
        let bad = |column| bad_row("scope_grants", &row.id, column);
        Ok(Self {
            app_id: AppId::parse(&row.app_id).ok_or_else(|| bad("app_id"))?,
            id: ScopeGrantId::parse(&row.id).ok_or_else(|| bad("id"))?,
            scope: row.scope,
            created_by: row.created_by,
            created: Timestamp::from_millis(row.created),
        })
    }
}

impl From<SigningKeyRow> for SigningKey {
    fn from(row: SigningKeyRow) -> Self {
        Self {
            kid: row.kid,
            public: row.public,
            sealed: row.sealed,
            created: Timestamp::from_millis(row.created),
            retired: row.retired.map(Timestamp::from_millis),
        }
    }
}

#[async_trait]
impl OAuth for Store {
    async fn access_token_bearer(&self, digest: &SecretDigest) -> Result<Option<AccessTokenBearer>, StoreError> {
        let by_digest = || {
            access_tokens::table
                .inner_join(apps::table.on(apps::id.eq(access_tokens::app_id)))
                .inner_join(oauth_clients::table.on(oauth_clients::app_id.eq(access_tokens::app_id)))
                .left_join(scope_grants::table.on(scope_grants::app_id.eq(access_tokens::app_id)))
                .filter(access_tokens::digest.eq(&digest.as_bytes()[..]))
                .select((
                    AccessTokenRow::as_select(),
                    apps::status,
                    apps::label,
                    oauth_clients::client_id,
                    authority::table.select(authority::version).single_value(),
                    scope_grants::id.nullable(),
                    scope_grants::scope.nullable(),
                ))
        };
        let mut rows: Vec<BearerRow> = self.rows(by_digest).await?;
        let granted: Vec<(String, String)> = rows
            .iter_mut()
            .filter_map(|row| row.5.take().zip(row.6.take()))
            .collect();
        let Some((token, status, label, client_id, version, ..)) = rows.pop() else {
            return Ok(None);
        };
        let version = version.ok_or_else(|| bad_row("authority", "1", "version"))?;
        let token = AccessToken::try_from(token)?;
        let carried = granted
            .into_iter()
            .filter(|(id, _)| token.grants.iter().any(|grant| grant.as_str() == id));
        Ok(Some(AccessTokenBearer {
            status: AppStatus::parse(&status).ok_or_else(|| bad_row("apps", token.app_id.as_str(), "status"))?,
            label,
            client_id,
            scopes: carried.map(|(_, scope)| scope).collect(),
            grants: self.grants_at(version, &Assignee::Client(token.app_id.clone())).await?,
            token,
        }))
    }

    async fn client(&self, client_id: &str) -> Result<Option<App>, StoreError> {
        let by_client_id = || {
            oauth_clients::table
                .inner_join(apps::table.on(apps::id.eq(oauth_clients::app_id)))
                .filter(oauth_clients::client_id.eq(client_id))
                .select(AppRow::as_select())
        };
        let row: Option<AppRow> = self.row(by_client_id).await?;
        row.map(App::try_from).transpose()
    }

    async fn scope_grants(&self, app_id: &AppId) -> Result<Vec<ScopeGrant>, StoreError> {
        let by_app = || {
            scope_grants::table
                .filter(scope_grants::app_id.eq(app_id.as_str()))
                .order(scope_grants::scope)
                .select(ScopeGrantRow::as_select())
        };
        let rows: Vec<ScopeGrantRow> = self.rows(by_app).await?;
        rows.into_iter().map(ScopeGrant::try_from).collect()
    }

    async fn signing_keys(&self) -> Result<Vec<SigningKey>, StoreError> {
        let by_creation = || {
            signing_keys::table
                .order((signing_keys::created, signing_keys::kid))
                .select(SigningKeyRow::as_select())
        };
        let rows: Vec<SigningKeyRow> = self
            .snapshot(move |conn, _| by_creation().load(conn).map_err(unavailable))
            .await?;
        Ok(rows.into_iter().map(SigningKey::from).collect())
    }
}
