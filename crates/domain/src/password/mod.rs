//! Passwords: how they are stored, what the policy asks of them, and the port that hashes them.

mod common;
pub mod hasher;
pub mod imported;
pub mod policy;

use std::fmt;

pub use self::hasher::{HasherError, PasswordHasher, Verdict};
pub use self::imported::ImportedHash;
pub use self::policy::{PasswordFacts, PasswordPolicy};

/// A password as it is stored: a hash of our own, or one that came from another directory.
#[derive(Clone, PartialEq, Eq)]
pub enum StoredPassword {
    /// A PHC string, such as `$argon2id$v=19$…`.
    Phc(String),
    /// A hash of another directory, replaced by one of our own at the first sign-in.
    Imported(ImportedHash),
}

impl StoredPassword {
    /// The text to store.
    #[must_use]
    pub fn to_stored(&self) -> String {
        match self {
            Self::Phc(text) => text.clone(),
            Self::Imported(hash) => hash.to_stored(),
        }
    }

    /// Reads the stored text; `None` when it is none.
    #[must_use]
    pub fn from_stored(text: &str) -> Option<Self> {
        if text.starts_with('$') {
            return Some(Self::Phc(text.to_owned()));
        }
        ImportedHash::from_stored(text).map(Self::Imported)
    }

    /// Whether the hash came from another directory.
    #[must_use]
    pub fn is_imported(&self) -> bool {
        matches!(self, Self::Imported(_))
    }
}

impl fmt::Debug for StoredPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StoredPassword(…)")
    }
}
