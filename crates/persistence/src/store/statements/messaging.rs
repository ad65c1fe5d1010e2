//! Statements about addresses that codes are sent to, and templates of their texts.

use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Text};

use super::super::Backend;
use super::statement;

statement! {
    /// Notes a sending over the one before.
    NoteSending {
        channel: &'a str,
        address: &'a str,
        version: i64,
        next_version: i64,
        last: i64,
        day: i64,
        day_count: i64,
    }
    ("UPDATE sendings SET version = ", next_version: BigInt)
    (", last = ", last: BigInt)
    (", day = ", day: BigInt)
    (", day_count = ", day_count: BigInt)
    (" WHERE channel = ", channel: Text)
    (" AND address = ", address: Text)
    (" AND version = ", version: BigInt)
}

statement! {
    /// Writes a template over a version of it.
    UpdateSmsTemplate {
        id: &'a str,
        version: i64,
        next_version: i64,
        name: &'a str,
        template: &'a str,
        translations: &'a str,
        last_updated: i64,
    }
    ("UPDATE sms_templates SET version = ", next_version: BigInt)
    (", name = ", name: Text)
    (", template = ", template: Text)
    (", translations = ", translations: Text)
    (", last_updated = ", last_updated: BigInt)
    (" WHERE id = ", id: Text)
    (" AND version = ", version: BigInt)
}
