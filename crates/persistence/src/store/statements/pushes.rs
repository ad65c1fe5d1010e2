//! Statements about pushes.

use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Text};

use super::super::Backend;
use super::statement;

statement! {
    /// Writes a push over a version of it.
    MovePush {
        id: &'a str,
        version: i64,
        next_version: i64,
        state: &'a str,
        details: &'a str,
    }
    ("UPDATE push_transactions SET version = ", next_version: BigInt)
    (", state = ", state: Text)
    (", details = ", details: Text)
    (" WHERE id = ", id: Text)
    (" AND version = ", version: BigInt)
}
