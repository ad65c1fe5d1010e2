//! Reading users.

use async_trait::async_trait;
use denizen_domain::id::{UserId, UserTypeId};
use denizen_domain::login::LoginKey;
use denizen_domain::ports::{Page, StoreError, UserSelection, Users};
use denizen_domain::user::User;
use diesel::prelude::*;

use super::search::Bounds;
use super::{Store, UserRow, user_lists};
use crate::schema::users;

#[async_trait]
impl Users for Store {
    async fn user(&self, id: &UserId) -> Result<Option<User>, StoreError> {
        let by_id = || {
            users::table
                .filter(users::id.eq(id.as_str()))
                .select(UserRow::as_select())
        };
        self.row(by_id).await?.map(User::try_from).transpose()
    }

    async fn user_by_login(&self, key: &LoginKey) -> Result<Option<User>, StoreError> {
        let by_login = || {
            users::table
                .filter(users::login_key.eq(key.as_str()))
                .select(UserRow::as_select())
        };
        self.row(by_login).await?.map(User::try_from).transpose()
    }

    async fn users_by_short_name(&self, short_name: &LoginKey) -> Result<Vec<User>, StoreError> {
        let by_short_name = || {
            users::table
                .filter(users::short_name.eq(short_name.as_str()))
                .order(users::seq)
                .limit(2)
                .select(UserRow::as_select())
        };
        self.rows(by_short_name)
            .await?
            .into_iter()
            .map(User::try_from)
            .collect()
    }

    async fn list_users(&self, selection: &UserSelection) -> Result<Page<User>, StoreError> {
        let selection = selection.clone();
        let probe = self.options().search_probe;
        self.snapshot(move |conn, deadline| user_lists::list_users(conn, &selection, Bounds { probe, deadline }))
            .await
    }

    async fn user_type_is_used(&self, id: &UserTypeId) -> Result<bool, StoreError> {
        let of_type = || {
            users::table
                .filter(users::type_id.eq(id.as_str()))
                .select(users::seq)
                .limit(1)
        };
        let found: Option<i64> = self.row(of_type).await?;
        Ok(found.is_some())
    }
}
