//! What nearly every call reads, as one statement: for PostgreSQL, to begin and end one costs more than to join.

use denizen_domain::authority::Standing;
use denizen_domain::id::UserId;
use denizen_domain::ports::{StoreError, TokenBearer};
use denizen_domain::secret::SecretDigest;
use denizen_domain::user::User;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::pg::Pg;
use diesel::prelude::{ExpressionMethods, JoinOnDsl, QueryDsl, SelectableHelper};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{Nullable, Text};

use super::Store;
use super::store::UserRow;
use super::store::tokens::{ApiTokenRow, BearerRow};
use crate::schema::{api_tokens, authority, users};

diesel::alias!(users as owners: Owners);

/// The ids of the groups of the user whom a query joins as `users`, with spaces between; nothing where there are none. One
/// text, so that the query is prepared once.
#[derive(Clone, Copy, QueryId)]
struct GroupIds;

impl Expression for GroupIds {
    type SqlType = Nullable<Text>;
}

impl QueryFragment<Pg> for GroupIds {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "(SELECT string_agg(groups.id, ' ') FROM group_members JOIN groups ON groups.seq = group_members.group_seq \
             WHERE group_members.user_seq = users.seq)",
        );
        Ok(())
    }
}

impl<QS> AppearsOnTable<QS> for GroupIds {}
impl<QS> SelectableExpression<QS> for GroupIds {}
impl<GB> ValidGrouping<GB> for GroupIds {
    type IsAggregate = is_aggregate::Never;
}

/// A token with its owner and the user with an id, and more that is known of that user.
macro_rules! call {
    ($digest:expr, $id:expr $(, $more:expr)?) => {
        api_tokens::table
            .inner_join(owners.on(owners.field(users::id).eq(api_tokens::owner)))
            .left_join(users::table.on(users::id.eq($id.as_str())))
            .filter(api_tokens::digest.eq(&$digest.as_bytes()[..]))
            .select((
                ApiTokenRow::as_select(),
                owners.field(users::status),
                owners.field(users::login),
                owners.field(users::display_name),
                authority::table.select(authority::version).single_value(),
                Option::<UserRow>::as_select(),
                $($more,)?
            ))
    };
}

type Row = (ApiTokenRow, String, String, String, Option<i64>, Option<UserRow>);
type RowWithGroups = (
    ApiTokenRow,
    String,
    String,
    String,
    Option<i64>,
    Option<UserRow>,
    Option<String>,
);

impl Store {
    /// Whoever stands behind a token, and the user with an id. Without a token nobody is read.
    pub(super) async fn bearer_and_user(
        &self,
        digest: &SecretDigest,
        id: &UserId,
    ) -> Result<(Option<TokenBearer>, Option<User>), StoreError> {
        let row: Option<Row> = self.row(|| call!(digest, id)).await?;
        let Some((token, status, login, display_name, version, user)) = row else {
            return Ok((None, None));
        };
        let bearer: BearerRow = (token, status, login, display_name, version);
        let user = user.map(User::try_from).transpose()?;
        Ok((Some(self.bearer_in(bearer).await?), user))
    }

    /// The same, with what the user is to administrators.
    pub(super) async fn bearer_user_and_standing(
        &self,
        digest: &SecretDigest,
        id: &UserId,
    ) -> Result<(Option<TokenBearer>, Option<(User, Standing)>), StoreError> {
        let row: Option<RowWithGroups> = self.row(|| call!(digest, id, GroupIds)).await?;
        let Some((token, status, login, display_name, version, user, groups)) = row else {
            return Ok((None, None));
        };
        let bearer: BearerRow = (token, status, login, display_name, version);
        let bearer = self.bearer_in(bearer).await?;
        let (Some(user), Some(version)) = (user, version) else {
            return Ok((Some(bearer), None));
        };
        let user = User::try_from(user)?;
        let groups = groups.unwrap_or_default();
        let standing = self.standing_in(version, &user.id, groups.split_whitespace()).await?;
        Ok((Some(bearer), Some((user, standing))))
    }
}
