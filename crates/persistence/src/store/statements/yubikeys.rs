//! Statements about the organization's factors and its YubiKeys.

use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Binary, Bool, Nullable, Text};

use super::super::Backend;
use super::statement;

statement! {
    /// Says whether a kind of factor is used.
    SwitchFactor {
        kind: &'a str,
        is_on: bool,
    }
    ("INSERT INTO factor_switches (kind, is_on) VALUES (", kind: Text)
    (", ", is_on: Bool)
    (") ON CONFLICT (kind) DO UPDATE SET is_on = excluded.is_on")
}

statement! {
    /// Writes a YubiKey over a version of it. Its names stay.
    UpdateYubikey {
        id: &'a str,
        version: i64,
        next_version: i64,
        status: &'a str,
        live_name: Option<&'a str>,
        sealed: &'a [u8],
        uses: Option<i64>,
        user_id: Option<&'a str>,
        factor_id: Option<&'a str>,
        activated: i64,
        last_verified: i64,
        last_updated: i64,
    }
    ("UPDATE yubikeys SET version = ", next_version: BigInt)
    (", status = ", status: Text)
    (", live_name = ", live_name: Nullable<Text>)
    (", sealed = ", sealed: Binary)
    (", uses = ", uses: Nullable<BigInt>)
    (", user_id = ", user_id: Nullable<Text>)
    (", factor_id = ", factor_id: Nullable<Text>)
    (", activated = ", activated: BigInt)
    (", last_verified = ", last_verified: BigInt)
    (", last_updated = ", last_updated: BigInt)
    (" WHERE id = ", id: Text)
    (" AND version = ", version: BigInt)
}

statement! {
    /// Revokes every YubiKey of a user.
    RevokeYubikeys {
        user_id: &'a str,
        status: &'a str,
        last_updated: i64,
    }
    ("UPDATE yubikeys SET version = version + 1, live_name = NULL, user_id = NULL, factor_id = NULL, status = ", status: Text)
    (", last_updated = ", last_updated: BigInt)
    (" WHERE user_id = ", user_id: Text)
}
