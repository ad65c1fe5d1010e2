//! Messages that wait for delivery.

use async_trait::async_trait;
use denizen_domain::id::MessageId;
use denizen_domain::message::{MessageKind, PendingMessage};
use denizen_domain::ports::{Delivery, Outbox, StoreError};
use denizen_domain::time::Timestamp;
use diesel::prelude::*;

use super::super::due_messages;
use super::row::bad_row;
use super::statements::{BuryMessage, DelayMessage, LeaseMessage};
use super::{Backend, Conn, Store, refused};
use crate::schema::messages;

/// A message as it is read.
#[derive(Queryable, Selectable)]
#[diesel(table_name = messages, check_for_backend(Backend))]
pub(crate) struct MessageRow {
    id: String,
    template: String,
    sealed: Vec<u8>,
    attempts: i64,
    created: i64,
}

impl MessageRow {
    /// The message as whoever claims it gets it.
    fn claimed(self, lease_until: Timestamp) -> Result<PendingMessage, StoreError> {
        let bad = |column| bad_row("messages", &self.id, column);
        Ok(PendingMessage {
            kind: MessageKind::parse(&self.template).ok_or_else(|| bad("template"))?,
            attempts: u32::try_from(self.attempts.saturating_add(1)).map_err(|_| bad("attempts"))?,
            next_attempt: lease_until,
            created: Timestamp::from_millis(self.created),
            id: MessageId::parse(&self.id).ok_or_else(|| bad("id"))?,
            sealed: self.sealed,
        })
    }
}

fn claim(
    conn: &mut Conn,
    now: Timestamp,
    lease_until: Timestamp,
    limit: i64,
) -> Result<Vec<PendingMessage>, StoreError> {
    let due = due_messages(conn, now.as_millis(), limit).map_err(refused)?;
    for row in &due {
        let lease = LeaseMessage {
            id: &row.id,
            lease_until: lease_until.as_millis(),
        };
        lease.execute(conn).map_err(refused)?;
    }
    due.into_iter().map(|row| row.claimed(lease_until)).collect()
}

fn settle(conn: &mut Conn, id: &MessageId, delivery: Delivery) -> Result<(), StoreError> {
    let id = id.as_str();
    let done = match delivery {
        Delivery::Sent => diesel::delete(messages::table.filter(messages::id.eq(id))).execute(conn),
        Delivery::Retry(at) => {
            let next_attempt = at.as_millis();
            DelayMessage { id, next_attempt }.execute(conn)
        }
        Delivery::Dead => BuryMessage { id, nothing: &[] }.execute(conn),
    };
    done.map(|_| ()).map_err(refused)
}

#[async_trait]
impl Outbox for Store {
    async fn claim_messages(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: usize,
    ) -> Result<Vec<PendingMessage>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.write(move |conn| claim(conn, now, lease_until, limit)).await
    }

    async fn settle_message(&self, id: &MessageId, delivery: Delivery) -> Result<(), StoreError> {
        let id = id.clone();
        self.write(move |conn| settle(conn, &id, delivery)).await
    }

    async fn next_message_due(&self) -> Result<Option<Timestamp>, StoreError> {
        let earliest = || {
            messages::table
                .filter(messages::next_attempt.is_not_null())
                .select(diesel::dsl::min(messages::next_attempt))
        };
        let at: Option<Option<i64>> = self.row(earliest).await?;
        Ok(at.flatten().map(Timestamp::from_millis))
    }
}
