//! Statements about factors.

use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::super::Backend;
use super::statement;

statement! {
    /// Writes a factor over a version of it.
    UpdateFactor {
        id: &'a str,
        version: i64,
        next_version: i64,
        status: &'a str,
        last_updated: i64,
        unique_key: Option<&'a str>,
        device: &'a str,
    }
    ("UPDATE factors SET version = ", next_version: BigInt)
    (", status = ", status: Text)
    (", last_updated = ", last_updated: BigInt)
    (", unique_key = ", unique_key: Nullable<Text>)
    (", device = ", device: Text)
    (" WHERE id = ", id: Text)
    (" AND version = ", version: BigInt)
}
