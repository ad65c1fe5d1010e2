//! Messages that wait in memory.

use async_trait::async_trait;
use denizen_domain::id::MessageId;
use denizen_domain::message::PendingMessage;
use denizen_domain::ports::{Delivery, Outbox, StoreError};
use denizen_domain::time::Timestamp;

use super::MemoryStore;

#[async_trait]
impl Outbox for MemoryStore {
    async fn claim_messages(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: usize,
    ) -> Result<Vec<PendingMessage>, StoreError> {
        let mut state = self.state();
        let mut due: Vec<_> = state
            .messages
            .values_mut()
            .filter(|waiting| !waiting.dead && waiting.message.next_attempt <= now)
            .map(|waiting| &mut waiting.message)
            .collect();
        due.sort_by_key(|message| (message.next_attempt, message.id.clone()));
        due.truncate(limit);
        Ok(due
            .into_iter()
            .map(|message| {
                message.attempts += 1;
                message.next_attempt = lease_until;
                message.clone()
            })
            .collect())
    }

    async fn settle_message(&self, id: &MessageId, delivery: Delivery) -> Result<(), StoreError> {
        let mut state = self.state();
        match delivery {
            Delivery::Sent => {
                state.messages.remove(id);
            }
            Delivery::Retry(at) => {
                if let Some(waiting) = state.messages.get_mut(id) {
                    waiting.message.next_attempt = at;
                }
            }
            Delivery::Dead => {
                if let Some(waiting) = state.messages.get_mut(id) {
                    waiting.dead = true;
                    waiting.message.sealed.clear();
                }
            }
        }
        Ok(())
    }

    async fn next_message_due(&self) -> Result<Option<Timestamp>, StoreError> {
        let state = self.state();
        Ok(state
            .messages
            .values()
            .filter(|waiting| !waiting.dead)
            .map(|waiting| waiting.message.next_attempt)
            .min())
    }
}
