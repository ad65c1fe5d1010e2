//! Messages that wait for delivery.

use async_trait::async_trait;

use super::StoreError;
use crate::id::MessageId;
use crate::message::PendingMessage;
use crate::time::Timestamp;

/// What became of an attempt to deliver a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It is out; the message is forgotten.
    Sent,
    /// It failed for now; try again at this time.
    Retry(Timestamp),
    /// It failed for good; the message is kept for the operator, without its content.
    Dead,
}

/// The table of messages that wait for delivery.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Takes up to `limit` messages that are due: nobody else gets them before `lease_until`, and their attempts are counted.
    async fn claim_messages(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: usize,
    ) -> Result<Vec<PendingMessage>, StoreError>;
    /// Records what became of a claimed message.
    async fn settle_message(&self, id: &MessageId, delivery: Delivery) -> Result<(), StoreError>;
    /// When the next message is due; `None` when none waits.
    async fn next_message_due(&self) -> Result<Option<Timestamp>, StoreError>;
}
