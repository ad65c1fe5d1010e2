//! Reading pushes.

use async_trait::async_trait;
use denizen_domain::factor::FactorId;
use denizen_domain::id::{PushTransactionId, UserId};
use denizen_domain::ports::{Pushes, StoreError};
use denizen_domain::push::{PushContext, PushState, PushTransaction};
use denizen_domain::secret::SecretDigest;
use denizen_domain::time::Timestamp;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::row::bad_row;
use super::{Backend, Store};
use crate::schema::push_transactions;

/// What only the rules read.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Details {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sign_in: Option<SecretDigest>,
    #[serde(default)]
    is_used: bool,
    #[serde(flatten)]
    context: PushContext,
}

impl Details {
    pub(super) fn of(push: &PushTransaction) -> Self {
        Self {
            sign_in: push.sign_in,
            is_used: push.is_used,
            context: push.context.clone(),
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = push_transactions, check_for_backend(Backend))]
struct PushRow {
    id: String,
    factor_id: String,
    user_id: String,
    version: i64,
    state: String,
    created: i64,
    expires: i64,
    details: String,
}

impl TryFrom<PushRow> for PushTransaction {
    type Error = StoreError;

    fn try_from(row: PushRow) -> Result<Self, StoreError> {
        let bad = |column| bad_row("push_transactions", &row.id, column);
        let details: Details = serde_json::from_str(&row.details).map_err(|_| bad("details"))?;
        Ok(Self {
            factor_id: FactorId::parse(&row.factor_id).ok_or_else(|| bad("factor_id"))?,
            user_id: UserId::parse(&row.user_id).ok_or_else(|| bad("user_id"))?,
            version: row.version,
            state: PushState::parse(&row.state).ok_or_else(|| bad("state"))?,
            created: Timestamp::from_millis(row.created),
            expires: Timestamp::from_millis(row.expires),
            sign_in: details.sign_in,
            is_used: details.is_used,
            context: details.context,
            id: PushTransactionId::parse(&row.id).ok_or_else(|| bad("id"))?,
        })
    }
}

#[async_trait]
impl Pushes for Store {
    async fn push(&self, factor: &FactorId, id: &PushTransactionId) -> Result<Option<PushTransaction>, StoreError> {
        let by_id = || {
            push_transactions::table
                .filter(push_transactions::id.eq(id.as_str()))
                .filter(push_transactions::factor_id.eq(factor.as_str()))
                .select(PushRow::as_select())
        };
        let row: Option<PushRow> = self.row(by_id).await?;
        row.map(PushTransaction::try_from).transpose()
    }

    async fn pushes_of(&self, factor: &FactorId, after: Timestamp) -> Result<Vec<PushTransaction>, StoreError> {
        let of_late = || {
            let counts = push_transactions::created
                .gt(after.as_millis())
                .or(push_transactions::state.eq(PushState::Waiting.as_str()));
            push_transactions::table
                .filter(push_transactions::factor_id.eq(factor.as_str()))
                .filter(counts)
                .order(push_transactions::id)
                .select(PushRow::as_select())
        };
        let rows: Vec<PushRow> = self.rows(of_late).await?;
        rows.into_iter().map(PushTransaction::try_from).collect()
    }
}
