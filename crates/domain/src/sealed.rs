//! Secrets at rest that must be read again: encrypted with a key that is not in the database (K1).

use zeroize::Zeroizing;

/// A sealed value that cannot be opened: another key, another context, or damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sealed value cannot be opened")]
pub struct SealError;

/// Seals and opens values. The context names the row that a value belongs to: sealed for one, it opens for no other.
pub trait Sealer: Send + Sync {
    /// Encrypts a value for its context.
    fn seal(&self, plain: &[u8], context: &str) -> Vec<u8>;

    /// Decrypts a value that was sealed for this context.
    ///
    /// # Errors
    /// [`SealError`] when it was not.
    fn open(&self, sealed: &[u8], context: &str) -> Result<Zeroizing<Vec<u8>>, SealError>;
}
