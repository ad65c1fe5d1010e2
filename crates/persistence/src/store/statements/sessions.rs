//! Statements about sessions.

use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Binary, Text};

use super::super::Backend;
use super::statement;

statement! {
    /// Moves the end of a session, never backwards.
    ProlongSession {
        digest: &'a [u8],
        expires: i64,
    }
    ("UPDATE sessions SET expires = ", expires: BigInt)
    (" WHERE digest = ", digest: Binary)
    (" AND expires < ", expires: BigInt)
}

statement! {
    /// Writes a transaction over a version of it.
    MoveTransaction {
        digest: &'a [u8],
        version: i64,
        next_version: i64,
        purpose: &'a str,
        expires: i64,
        details: &'a str,
    }
    ("UPDATE sign_ins SET version = ", next_version: BigInt)
    (", purpose = ", purpose: Text)
    (", expires = ", expires: BigInt)
    (", details = ", details: Text)
    (" WHERE digest = ", digest: Binary)
    (" AND version = ", version: BigInt)
}
