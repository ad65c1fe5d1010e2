//! Statements that change the shape of the directory, and what becomes of profiles.

use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};

use super::super::super::PAIRS;
use super::super::Backend;
use super::statement;

statement! {
    /// Adds a user type behind the others.
    InsertUserType {
        id: &'a str,
        name: &'a str,
        display_name: &'a str,
        description: Option<&'a str>,
        created_by: &'a str,
        last_updated_by: &'a str,
        created: i64,
        last_updated: i64,
        is_default: bool,
    }
    ("INSERT INTO user_types (seq, id, name, display_name, description, created_by, last_updated_by, created, last_updated, \
      is_default) VALUES ((SELECT coalesce(max(seq), 0) + 1 FROM user_types), ", id: Text)
    (", ", name: Text)
    (", ", display_name: Text)
    (", ", description: Nullable<Text>)
    (", ", created_by: Text)
    (", ", last_updated_by: Text)
    (", ", created: BigInt)
    (", ", last_updated: BigInt)
    (", ", is_default: Bool)
    (")")
}

statement! {
    /// Removes the index entries of an attribute of all users of a type.
    UnindexAttribute {
        type_id: &'a str,
        attr: &'a str,
    }
    ("DELETE FROM user_attr WHERE attr = ", attr: Text)
    (" AND EXISTS (SELECT 1 FROM users WHERE users.seq = user_attr.seq AND users.type_id = ", type_id: Text)
    (")")
}

statement! {
    /// Writes the profiles of many users: their places and the profiles as a JSON object.
    RewriteUserProfiles {
        profiles: &'a str,
    }
    ("UPDATE users SET version = version + 1, profile = pairs.value FROM ")
    (PAIRS.0, profiles: Text)
    (PAIRS.1)
    (" AS pairs WHERE users.seq = CAST(pairs.key AS BIGINT)")
}

statement! {
    /// Writes the profile of a group whatever its version.
    RewriteGroupProfile {
        seq: i64,
        profile: &'a str,
    }
    ("UPDATE groups SET version = version + 1, profile = ", profile: Text)
    (" WHERE seq = ", seq: BigInt)
}

statement! {
    /// Claims values of a unique attribute, each for a user: values and users as a JSON object. A row for each that nobody else has.
    ClaimAll {
        attribute: &'a str,
        claims: &'a str,
    }
    ("INSERT INTO unique_claims (attribute, value, user_id) SELECT ", attribute: Text)
    (", pairs.key, pairs.value FROM ")
    (PAIRS.0, claims: Text)
    (PAIRS.1)
    (" AS pairs WHERE true ON CONFLICT (attribute, value) DO UPDATE SET user_id = excluded.user_id \
      WHERE unique_claims.user_id = excluded.user_id")
}

statement! {
    /// Gives up the claims of all users of a type on an attribute.
    ReleaseAll {
        attribute: &'a str,
        type_id: &'a str,
    }
    ("DELETE FROM unique_claims WHERE attribute = ", attribute: Text)
    (" AND EXISTS (SELECT 1 FROM users WHERE users.id = unique_claims.user_id AND users.type_id = ", type_id: Text)
    (")")
}
