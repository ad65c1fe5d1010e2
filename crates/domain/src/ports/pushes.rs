//! Pushes to the devices of users.

use async_trait::async_trait;

use super::StoreError;
use crate::factor::FactorId;
use crate::id::PushTransactionId;
use crate::push::PushTransaction;
use crate::time::Timestamp;

/// Reads pushes.
#[async_trait]
pub trait Pushes: Send + Sync {
    /// A push to the device of a factor. That of another factor is unknown (U3).
    async fn push(&self, factor: &FactorId, id: &PushTransactionId) -> Result<Option<PushTransaction>, StoreError>;
    /// The pushes of a factor that were sent after a moment, and whichever was left waiting, in the order of their ids.
    async fn pushes_of(&self, factor: &FactorId, after: Timestamp) -> Result<Vec<PushTransaction>, StoreError>;
}

/// A change of a push.
#[derive(Clone, Debug)]
pub enum PushWrite {
    /// Sends a push; `Stale` when the factor is gone, `Duplicate(Id)` when another push to it waits (U1).
    Send(Box<PushTransaction>),
    /// Writes a push over the version that was read, and counts its version up by one; `Stale` when another change came
    /// between or it is gone (U4).
    Move {
        /// The push as read.
        from: Box<PushTransaction>,
        /// The push to be written. Its version is that of `from`.
        to: Box<PushTransaction>,
    },
    /// Forgets what was over before a moment.
    Forget(Timestamp),
}
