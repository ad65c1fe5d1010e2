//! Reading factors.

use async_trait::async_trait;
use denizen_domain::factor::{Factor, FactorId, FactorStatus};
use denizen_domain::id::UserId;
use denizen_domain::ports::{Factors, StoreError};
use denizen_domain::time::Timestamp;
use denizen_domain::user::User;
use diesel::prelude::*;

use super::row::bad_row;
use super::{Backend, Store, UserRow};
use crate::schema::{factors, users};

#[derive(Queryable, Selectable)]
#[diesel(table_name = factors, check_for_backend(Backend))]
struct FactorRow {
    id: String,
    user_id: String,
    version: i64,
    status: String,
    created: i64,
    last_updated: i64,
    unique_key: Option<String>,
    device: String,
}

impl TryFrom<FactorRow> for Factor {
    type Error = StoreError;

    fn try_from(row: FactorRow) -> Result<Self, StoreError> {
        let bad = |column| bad_row("factors", &row.id, column);
        Ok(Self {
            version: row.version,
            user_id: UserId::parse(&row.user_id).ok_or_else(|| bad("user_id"))?,
            status: FactorStatus::parse(&row.status).ok_or_else(|| bad("status"))?,
            created: Timestamp::from_millis(row.created),
            last_updated: Timestamp::from_millis(row.last_updated),
            device: serde_json::from_str(&row.device).map_err(|_| bad("device"))?,
            id: FactorId::parse(&row.id).ok_or_else(|| bad("id"))?,
            key: row.unique_key,
        })
    }
}

#[async_trait]
impl Factors for Store {
    async fn user_with_factors(&self, id: &UserId) -> Result<Option<(User, Vec<Factor>)>, StoreError> {
        let owned = || {
            users::table
                .left_join(factors::table.on(factors::user_id.eq(users::id)))
                .filter(users::id.eq(id.as_str()))
                .order(factors::seq)
                .select((UserRow::as_select(), Option::<FactorRow>::as_select()))
        };
        let rows: Vec<(UserRow, Option<FactorRow>)> = self.rows(owned).await?;
        let mut user = None;
        let mut found = Vec::new();
        for (row, factor) in rows {
            user.get_or_insert(row);
            if let Some(factor) = factor {
                found.push(Factor::try_from(factor)?);
            }
        }
        user.map(|row| Ok((User::try_from(row)?, found))).transpose()
    }

    async fn factor(&self, user: &UserId, id: &FactorId) -> Result<Option<(Factor, User)>, StoreError> {
        let by_id = || {
            factors::table
                .inner_join(users::table.on(users::id.eq(factors::user_id)))
                .filter(factors::id.eq(id.as_str()))
                .filter(factors::user_id.eq(user.as_str()))
                .select((FactorRow::as_select(), UserRow::as_select()))
        };
        let row: Option<(FactorRow, UserRow)> = self.row(by_id).await?;
        row.map(|(factor, user)| Ok((factor.try_into()?, user.try_into()?)))
            .transpose()
    }

    async fn factor_by_key(&self, key: &str) -> Result<Option<Factor>, StoreError> {
        let by_key = || {
            factors::table
                .filter(factors::unique_key.eq(key))
                .select(FactorRow::as_select())
        };
        let row: Option<FactorRow> = self.row(by_key).await?;
        row.map(Factor::try_from).transpose()
    }

    async fn factors_after(&self, after: Option<&FactorId>, limit: usize) -> Result<Vec<Factor>, StoreError> {
        let after = after.map_or(String::new(), |id| id.as_str().to_owned());
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let read = move |conn: &mut super::Conn, _| {
            let next = factors::table
                .filter(factors::id.gt(&after))
                .order(factors::id)
                .limit(limit)
                .select(FactorRow::as_select());
            let rows: Vec<FactorRow> = diesel::RunQueryDsl::load(next, conn).map_err(super::unavailable)?;
            rows.into_iter().map(Factor::try_from).collect()
        };
        self.snapshot(read).await
    }
}
