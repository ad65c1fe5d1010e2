//! Reading tokens.

use async_trait::async_trait;
use denizen_domain::id::{ApiTokenId, UserId};
use denizen_domain::ports::{StoreError, TokenBearer, Tokens};
use denizen_domain::role::Assignee;
use denizen_domain::secret::SecretDigest;
use denizen_domain::time::Timestamp;
use denizen_domain::token::{ApiToken, OneTimeToken, TokenPurpose};
use denizen_domain::user::{Status, User};
use diesel::prelude::*;

use super::row::bad_row;
use super::{Backend, Store, unavailable};
use crate::schema::{api_tokens, authority, one_time_tokens, users};

#[derive(Queryable, Selectable)]
#[diesel(table_name = api_tokens, check_for_backend(Backend))]
pub(crate) struct ApiTokenRow {
    id: String,
    name: String,
    digest: Vec<u8>,
    owner: String,
    created: i64,
    last_used: i64,
    expires: i64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = one_time_tokens, check_for_backend(Backend))]
struct OneTimeTokenRow {
    user_id: String,
    purpose: String,
    created: i64,
    expires: i64,
}

/// A token, its owner's status, login and name, and the version of authority.
pub(crate) type BearerRow = (ApiTokenRow, String, String, String, Option<i64>);

impl TryFrom<ApiTokenRow> for ApiToken {
    type Error = StoreError;

    fn try_from(row: ApiTokenRow) -> Result<Self, StoreError> {
        let bad = |column| bad_row("api_tokens", &row.id, column);
        let digest = row.digest.as_slice().try_into().map_err(|_| bad("digest"))?;
        Ok(Self {
            digest: SecretDigest::from_bytes(digest),
            owner: UserId::parse(&row.owner).ok_or_else(|| bad("owner"))?,
            created: Timestamp::from_millis(row.created),
            last_used: Timestamp::from_millis(row.last_used),
            expires: Timestamp::from_millis(row.expires),
            id: ApiTokenId::parse(&row.id).ok_or_else(|| bad("id"))?,
            name: row.name,
        })
    }
}

impl Store {
    /// Reads a token with its owner.
    async fn read_bearer(&self, digest: &SecretDigest) -> Result<Option<TokenBearer>, StoreError> {
        let by_digest = || {
            api_tokens::table
                .inner_join(users::table.on(users::id.eq(api_tokens::owner)))
                .filter(api_tokens::digest.eq(&digest.as_bytes()[..]))
                .select((
                    ApiTokenRow::as_select(),
                    users::status,
                    users::login,
                    users::display_name,
                    authority::table.select(authority::version).single_value(),
                ))
        };
        match self.row(by_digest).await? {
            Some(row) => self.bearer_in(row).await.map(Some),
            None => Ok(None),
        }
    }

    /// Whoever a row tells of, with what they may do unless that is known.
    pub(crate) async fn bearer_in(&self, row: BearerRow) -> Result<TokenBearer, StoreError> {
        let (token, status, login, display_name, version) = row;
        let version = version.ok_or_else(|| bad_row("authority", "1", "version"))?;
        let token = ApiToken::try_from(token)?;
        let grants = self.grants_at(version, &Assignee::User(token.owner.clone())).await?;
        Ok(TokenBearer {
            status: Status::parse(&status).ok_or_else(|| bad_row("users", token.owner.as_str(), "status"))?,
            token,
            login,
            display_name,
            grants,
        })
    }
}

#[async_trait]
impl Tokens for Store {
    async fn token_bearer(&self, digest: &SecretDigest) -> Result<Option<TokenBearer>, StoreError> {
        self.bearer(digest, self.read_bearer(digest)).await
    }

    async fn token_bearer_and_user(
        &self,
        digest: &SecretDigest,
        id: &UserId,
    ) -> Result<(Option<TokenBearer>, Option<User>), StoreError> {
        self.bearer_and_user(digest, id).await
    }

    async fn api_tokens(&self) -> Result<Vec<ApiToken>, StoreError> {
        let by_creation = || {
            api_tokens::table
                .order((api_tokens::created, api_tokens::id))
                .select(ApiTokenRow::as_select())
        };
        let rows = self
            .snapshot(move |conn, _| by_creation().load(conn).map_err(unavailable))
            .await?;
        rows.into_iter().map(ApiToken::try_from).collect()
    }

    async fn one_time_token(&self, digest: &SecretDigest) -> Result<Option<OneTimeToken>, StoreError> {
        let by_digest = || {
            one_time_tokens::table
                .filter(one_time_tokens::digest.eq(&digest.as_bytes()[..]))
                .select(OneTimeTokenRow::as_select())
        };
        let row: Option<OneTimeTokenRow> = self.row(by_digest).await?;
        let read = |row: OneTimeTokenRow| {
            let bad = |column| bad_row("one_time_tokens of", &row.user_id, column);
            Ok(OneTimeToken {
                digest: *digest,
                user_id: UserId::parse(&row.user_id).ok_or_else(|| bad("user_id"))?,
                purpose: TokenPurpose::parse(&row.purpose).ok_or_else(|| bad("purpose"))?,
                created: Timestamp::from_millis(row.created),
                expires: Timestamp::from_millis(row.expires),
            })
        };
        row.map(read).transpose()
    }
}
