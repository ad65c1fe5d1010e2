//! What nearly every call reads, as one statement: for PostgreSQL, to begin and end one costs more than to join.

use denizen_domain::id::UserId;
use denizen_domain::ports::{StoreError, TokenBearer};
use denizen_domain::secret::SecretDigest;
use denizen_domain::user::User;
use diesel::prelude::{ExpressionMethods, JoinOnDsl, QueryDsl, SelectableHelper};

use super::Store;
use super::store::UserRow;
use super::store::tokens::{ApiTokenRow, BearerRow};
use crate::schema::{api_tokens, authority, users};

diesel::alias!(users as owners: Owners);

type Row = (ApiTokenRow, String, String, String, Option<i64>, Option<UserRow>);

impl Store {
    /// Whoever stands behind a token, and the user with an id. Without a token nobody is read.
    pub(super) async fn bearer_and_user(
        &self,
        digest: &SecretDigest,
        id: &UserId,
    ) -> Result<(Option<TokenBearer>, Option<User>), StoreError> {
        let by_both = || {
            api_tokens::table
                .inner_join(owners.on(owners.field(users::id).eq(api_tokens::owner)))
                .left_join(users::table.on(users::id.eq(id.as_str())))
                .filter(api_tokens::digest.eq(&digest.as_bytes()[..]))
                .select((
                    ApiTokenRow::as_select(),
                    owners.field(users::status),
                    owners.field(users::login),
                    owners.field(users::display_name),
                    authority::table.select(authority::version).single_value(),
                    Option::<UserRow>::as_select(),
                ))
        };
        let row: Option<Row> = self.row(by_both).await?;
        let Some((token, status, login, display_name, version, user)) = row else {
            return Ok((None, None));
        };
        let bearer: BearerRow = (token, status, login, display_name, version);
        let user = user.map(User::try_from).transpose()?;
        Ok((Some(self.bearer_in(bearer).await?), user))
    }
}
