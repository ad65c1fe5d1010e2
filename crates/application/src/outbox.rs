//! Delivery of messages that changes have left behind.
//!
//! A message is a row of the same commit as its change. It is claimed for a while, sent, and forgotten; whoever dies in between
//! leaves it to be claimed again.

use std::sync::Arc;

use denizen_domain::message::{Message, MessageSender, PendingMessage, SendError, retry_after};
use denizen_domain::ports::Delivery;
use denizen_domain::time::Timestamp;

use crate::directory::Directory;
use crate::error::Error;

/// So long nobody else tries a message that was claimed.
const LEASE_MINUTES: i64 = 5;
/// A message is not begun when less than this is left of its lease: sending it might outlast the lease, and another server
/// would send it again. It comes back when the lease is over.
const LEAST_MINUTES_LEFT: i64 = 2;
const BATCH: usize = 20;

/// What one round of delivery did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Messages that are out.
    pub sent: usize,
    /// Messages that will be tried again.
    pub postponed: usize,
    /// Messages that were given up.
    pub dead: usize,
}

impl Directory {
    /// Tries every message that is due, once.
    ///
    /// # Errors
    /// As the store says; messages claimed meanwhile come back when their lease ends.
    pub async fn deliver_due(&self, sender: &dyn MessageSender) -> Result<Delivered, Error> {
        let mut done = Delivered::default();
        loop {
            let now = self.now();
            let lease = now.plus_minutes(LEASE_MINUTES);
            let claimed = self.ports.store.claim_messages(now, lease, BATCH).await?;
            if claimed.is_empty() {
                return Ok(done);
            }
            for message in claimed {
                if self.now() > lease.plus_minutes(-LEAST_MINUTES_LEFT) {
                    break;
                }
                let delivery = self.deliver(&message, sender).await;
                self.ports.store.settle_message(&message.id, delivery).await?;
                match delivery {
                    Delivery::Sent => done.sent += 1,
                    Delivery::Retry(_) => done.postponed += 1,
                    Delivery::Dead => done.dead += 1,
                }
            }
        }
    }

    /// Waits until a message may be due: one was committed, or the time of the next has come. `wait` waits for so many
    /// milliseconds; nothing is asked of the store while nothing waits.
    ///
    /// # Errors
    /// As the store says.
    pub async fn message_due<W: Future<Output = ()>>(&self, wait: impl Fn(u64) -> W) -> Result<(), Error> {
        let waits = Arc::clone(&self.message_waits);
        let Some(due) = self.ports.store.next_message_due().await? else {
            waits.notified().await;
            return Ok(());
        };
        let pause = u64::try_from(due.as_millis() - self.now().as_millis()).unwrap_or(0);
        let (mut woken, mut over) = (std::pin::pin!(waits.notified()), std::pin::pin!(wait(pause)));
        std::future::poll_fn(|context| {
            if woken.as_mut().poll(context).is_ready() {
                std::task::Poll::Ready(())
            } else {
                over.as_mut().poll(context)
            }
        })
        .await;
        Ok(())
    }

    async fn deliver(&self, message: &PendingMessage, sender: &dyn MessageSender) -> Delivery {
        let opened = self.ports.sealer.open(&message.sealed, message.id.as_str());
        let read = opened.ok().and_then(|plain| Message::from_stored(message.kind, &plain));
        let Some(read) = read else {
            tracing::error!(message = %message.id, "a waiting message cannot be read; is the key another one?");
            return self.again(message);
        };
        if read.pointless_from().is_some_and(|end| self.now() >= end) {
            tracing::warn!(message = %message.id, "message given up: its code is dead");
            return Delivery::Dead;
        }
        match sender.send(&message.id, &read).await {
            Ok(()) => Delivery::Sent,
            Err(error @ SendError::Temporary(_)) => {
                tracing::warn!(message = %message.id, attempts = message.attempts, %error, "message postponed");
                self.again(message)
            }
            Err(error @ SendError::Permanent(_)) => {
                tracing::error!(message = %message.id, %error, "message given up");
                Delivery::Dead
            }
        }
    }

    fn again(&self, message: &PendingMessage) -> Delivery {
        let now: Timestamp = self.now();
        retry_after(message.attempts).map_or(Delivery::Dead, |pause| Delivery::Retry(now.plus_millis(pause)))
    }
}
