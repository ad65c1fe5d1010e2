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

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::option;
    use proptest::prelude::*;

    use super::imported::{Pbkdf2Digest, PlainDigest, SaltOrder};
    use super::*;

    fn any_imported() -> impl Strategy<Value = ImportedHash> {
        let bcrypt = (1_u32..=20, "[./A-Za-z0-9]{22}", "[./A-Za-z0-9]{31}").prop_map(|(work_factor, salt, value)| {
            ImportedHash::Bcrypt {
                work_factor,
                salt,
                value,
            }
        });
        let function = prop_oneof![Just(Pbkdf2Digest::Sha256), Just(Pbkdf2Digest::Sha512)];
        let pbkdf2 = (
            vec(any::<u8>(), 1..40),
            vec(any::<u8>(), 1..80),
            4096_u32..=10_000_000,
            function,
        )
            .prop_map(|(salt, value, iterations, digest)| ImportedHash::Pbkdf2 {
                salt,
                value,
                iterations,
                digest,
            });
        let name = prop_oneof![
            Just(PlainDigest::Sha512),
            Just(PlainDigest::Sha256),
            Just(PlainDigest::Sha1),
            Just(PlainDigest::Md5)
        ];
        let order = prop_oneof![Just(SaltOrder::Prefix), Just(SaltOrder::Postfix)];
        let salt = option::of((vec(any::<u8>(), 1..40), order));
        let digest = (name, salt, vec(any::<u8>(), 16..=64)).prop_map(|(digest, salt, value)| ImportedHash::Digest {
            digest,
            salt,
            value,
        });
        prop_oneof![bcrypt, pbkdf2, digest]
    }

    proptest! {
        /// P10: every imported hash survives its column.
        #[test]
        fn the_stored_text_reads_back(hash in any_imported()) {
            let stored = StoredPassword::Imported(hash);
            prop_assert!(stored.is_imported());
            prop_assert!(StoredPassword::from_stored(&stored.to_stored()) == Some(stored));
        }

        /// P10: no stored text makes the reader panic.
        #[test]
        fn other_texts_are_refused(text in "[^$].{0,80}|") {
            prop_assert!(StoredPassword::from_stored(&text).is_none());
        }

        /// G1: a stored password is not printed.
        #[test]
        fn debug_shows_nothing(hash in any_imported()) {
            prop_assert_eq!(format!("{:?}", StoredPassword::Imported(hash)), "StoredPassword(…)");
        }
    }
}
