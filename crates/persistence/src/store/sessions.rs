//! Reading sessions, and the transactions that lead to them.

use async_trait::async_trait;
use denizen_domain::id::SessionId;
use denizen_domain::ports::{Sessions, StoreError};
use denizen_domain::secret::SecretDigest;
use denizen_domain::session::Session;
use denizen_domain::sign_in::Transaction;
use denizen_domain::time::Timestamp;
use denizen_domain::user::User;
use diesel::prelude::*;

use super::row::bad_row;
use super::{Backend, Store, UserRow};
use crate::schema::{sessions, sign_ins, users};

#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions, check_for_backend(Backend))]
struct SessionRow {
    id: String,
    created: i64,
    expires: i64,
    ends: i64,
    evidence: String,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = sign_ins, check_for_backend(Backend))]
struct TransactionRow {
    version: i64,
    expires: i64,
    details: String,
}

#[async_trait]
impl Sessions for Store {
    async fn session(&self, digest: &SecretDigest) -> Result<Option<(Session, User)>, StoreError> {
        let by_digest = || {
            sessions::table
                .inner_join(users::table.on(users::id.eq(sessions::user_id)))
                .filter(sessions::digest.eq(&digest.as_bytes()[..]))
                .select((SessionRow::as_select(), UserRow::as_select()))
        };
        let found: Option<(SessionRow, UserRow)> = self.row(by_digest).await?;
        let Some((row, user)) = found else {
            return Ok(None);
        };
        let user = User::try_from(user)?;
        let bad = |column| bad_row("sessions", &row.id, column);
        let session = Session {
            id: SessionId::parse(&row.id).ok_or_else(|| bad("id"))?,
            digest: *digest,
            user_id: user.id.clone(),
            created: Timestamp::from_millis(row.created),
            expires: Timestamp::from_millis(row.expires),
            ends: Timestamp::from_millis(row.ends),
            evidence: serde_json::from_str(&row.evidence).map_err(|_| bad("evidence"))?,
        };
        Ok(Some((session, user)))
    }

    async fn transaction(&self, digest: &SecretDigest) -> Result<Option<(Transaction, User)>, StoreError> {
        let by_digest = || {
            sign_ins::table
                .inner_join(users::table.on(users::id.eq(sign_ins::user_id)))
                .filter(sign_ins::digest.eq(&digest.as_bytes()[..]))
                .select((TransactionRow::as_select(), UserRow::as_select()))
        };
        let found: Option<(TransactionRow, UserRow)> = self.row(by_digest).await?;
        let Some((row, user)) = found else {
            return Ok(None);
        };
        let user = User::try_from(user)?;
        let details = serde_json::from_str(&row.details);
        let transaction = Transaction {
            digest: *digest,
            user_id: user.id.clone(),
            version: row.version,
            expires: Timestamp::from_millis(row.expires),
            details: details.map_err(|_| bad_row("sign_ins of", user.id.as_str(), "details"))?,
        };
        Ok(Some((transaction, user)))
    }
}
