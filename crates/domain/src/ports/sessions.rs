//! Sessions, and the transactions that lead to them.

use async_trait::async_trait;

use super::StoreError;
use crate::id::UserId;
use crate::secret::SecretDigest;
use crate::session::Session;
use crate::sign_in::{Purpose, Transaction};
use crate::time::Timestamp;
use crate::user::User;

/// Reads sessions and transactions.
#[async_trait]
pub trait Sessions: Send + Sync {
    /// The session with this digest, and whose it is, in one read. One that was ended is unknown from the next call on, on
    /// every server (C3).
    async fn session(&self, digest: &SecretDigest) -> Result<Option<(Session, User)>, StoreError>;
    /// The transaction with this digest, and whose it is, in one read.
    async fn transaction(&self, digest: &SecretDigest) -> Result<Option<(Transaction, User)>, StoreError>;
}

/// A change of a session or a transaction.
#[derive(Clone, Debug)]
pub enum SessionWrite {
    /// Adds a session; `Stale` when the user is gone.
    Begin(Session),
    /// Moves the end of a session; no change when it is over.
    Prolong {
        /// The session.
        digest: SecretDigest,
        /// Its end.
        expires: Timestamp,
    },
    /// Ends a session; `Stale` when it is over.
    End(SecretDigest),
    /// Ends every session of a user but one.
    EndAllOf {
        /// Whose.
        user_id: UserId,
        /// This one goes on.
        except: Option<SecretDigest>,
    },
    /// Adds a transaction; `Stale` when the user is gone.
    Open(Box<Transaction>),
    /// Writes a transaction over the version that was read; `Stale` when it changed or is gone.
    Move {
        /// The transaction as read.
        from: Box<Transaction>,
        /// The transaction to be written. Its version is that of `from`.
        to: Box<Transaction>,
    },
    /// Uses up a transaction; `Stale` when somebody else did (T3).
    Close(SecretDigest),
    /// Voids a user's transactions, of one purpose or of all. It must stand before the end of the sessions: whoever is just
    /// taking a session is waited for.
    VoidAllOf {
        /// Whose.
        user_id: UserId,
        /// Which; `None` for all.
        purpose: Option<Purpose>,
    },
    /// Forgets what was over at a time.
    Sweep(Timestamp),
}
