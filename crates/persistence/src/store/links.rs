//! Reading who is linked to whom.

use async_trait::async_trait;
use denizen_domain::id::UserId;
use denizen_domain::ports::{Links, Page, Position, StoreError};
use diesel::prelude::*;

use super::paging::{behind_id, one_more, page};
use super::row::bad_row;
use super::{Store, unavailable};
use crate::schema::links;

fn user_id(text: &str) -> Result<UserId, StoreError> {
    UserId::parse(text).ok_or_else(|| bad_row("links of", text, "primary_id"))
}

#[async_trait]
impl Links for Store {
    async fn primary_of(&self, relation: &str, user_id: &UserId) -> Result<Option<UserId>, StoreError> {
        let of_user = || {
            links::table
                .filter(links::associated_id.eq(user_id.as_str()))
                .filter(links::relation.eq(relation))
                .select(links::primary_id)
        };
        let primary: Option<String> = self.row(of_user).await?;
        primary.as_deref().map(self::user_id).transpose()
    }

    async fn associated_with(
        &self,
        relation: &str,
        user_id: &UserId,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<Page<UserId>, StoreError> {
        let behind = behind_id(after, |text| UserId::parse(text).is_some())?.to_owned();
        let (relation, user_id) = (relation.to_owned(), user_id.clone());
        let read = move |conn: &mut super::Conn| -> QueryResult<Vec<String>> {
            links::table
                .filter(links::primary_id.eq(user_id.as_str()))
                .filter(links::relation.eq(&relation))
                .filter(links::associated_id.gt(&behind))
                .order(links::associated_id)
                .limit(one_more(limit))
                .select(links::associated_id)
                .load(conn)
        };
        let rows = self.snapshot(move |conn, _| read(conn).map_err(unavailable)).await?;
        page(rows, limit, String::clone, |text| self::user_id(&text))
    }
}
