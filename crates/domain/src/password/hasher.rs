//! The port that hashes and verifies passwords. It is slow on purpose, and bounded (P9).

use async_trait::async_trait;

use super::StoredPassword;
use crate::secret::Secret;

/// What a verification found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Another password.
    Wrong,
    /// The password.
    Right,
    /// The password, stored in a form that should be replaced.
    RightButOutdated,
}

impl Verdict {
    /// Whether it was the password.
    #[must_use]
    pub fn is_right(self) -> bool {
        self != Self::Wrong
    }
}

/// Why a password was neither hashed nor verified.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HasherError {
    /// More passwords are waiting than are taken on.
    #[error("too many passwords are waiting")]
    Busy,
    /// The computation failed.
    #[error("hashing failed: {0}")]
    Failed(String),
}

/// Hashes and verifies passwords and recovery answers.
#[async_trait]
pub trait PasswordHasher: Send + Sync {
    /// Hashes a new password.
    ///
    /// # Errors
    /// [`HasherError`], whose text never shows a password.
    async fn hash(&self, password: &Secret) -> Result<StoredPassword, HasherError>;
    /// Compares a password with a stored one, in time that does not tell where they differ.
    ///
    /// # Errors
    /// [`HasherError`], whose text never shows a password.
    async fn verify(&self, stored: &StoredPassword, password: &Secret) -> Result<Verdict, HasherError>;

    /// Spends what a verification costs, for a login that nobody has: its refusal must not come sooner (L7).
    ///
    /// # Errors
    /// As [`PasswordHasher::verify`].
    async fn verify_absent(&self, password: &Secret) -> Result<(), HasherError> {
        self.hash(password).await.map(drop)
    }
}
