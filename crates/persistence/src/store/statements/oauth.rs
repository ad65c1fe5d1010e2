//! Statements about keys.

use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Binary, Text};

use super::super::Backend;
use super::statement;

statement! {
    /// Takes the key in use out of use.
    RetireKey {
        kid: &'a str,
        retired: i64,
    }
    ("UPDATE signing_keys SET retired = ", retired: BigInt)
    (" WHERE retired IS NULL AND kid = ", kid: Text)
}

statement! {
    /// Writes a key that is sealed anew.
    ResealKey {
        kid: &'a str,
        sealed: &'a [u8],
    }
    ("UPDATE signing_keys SET sealed = ", sealed: Binary)
    (" WHERE kid = ", kid: Text)
}
