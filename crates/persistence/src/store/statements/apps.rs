//! Statements about apps.

use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Text};

use super::super::super::PAIRS;
use super::super::Backend;
use super::statement;

statement! {
    /// Writes an app over another version.
    UpdateApp {
        id: &'a str,
        version: i64,
        name: &'a str,
        name_key: &'a str,
        label: &'a str,
        label_key: &'a str,
        status: &'a str,
        sign_on_mode: &'a str,
        last_updated: i64,
        document: &'a str,
    }
    ("UPDATE apps SET version = version + 1, name = ", name: Text)
    (", name_key = ", name_key: Text)
    (", label = ", label: Text)
    (", label_key = ", label_key: Text)
    (", status = ", status: Text)
    (", sign_on_mode = ", sign_on_mode: Text)
    (", last_updated = ", last_updated: BigInt)
    (", document = ", document: Text)
    (" WHERE id = ", id: Text)
    (" AND version = ", version: BigInt)
}

statement! {
    /// Writes the schema of an app's users.
    UpdateAppSchema {
        id: &'a str,
        version: i64,
        user_schema: &'a str,
    }
    ("UPDATE apps SET version = version + 1, user_schema = ", user_schema: Text)
    (" WHERE id = ", id: Text)
    (" AND version = ", version: BigInt)
}

statement! {
    /// Writes an app's assignment to a user over the present one.
    UpdateAppUser {
        app_id: &'a str,
        user_id: &'a str,
        user_name: &'a str,
        profile: &'a str,
        created: i64,
        last_updated: i64,
    }
    ("UPDATE app_users SET user_name = ", user_name: Text)
    (", profile = ", profile: Text)
    (", created = ", created: BigInt)
    (", last_updated = ", last_updated: BigInt)
    (" WHERE app_id = ", app_id: Text)
    (" AND user_id = ", user_id: Text)
}

statement! {
    /// Assigns an app to a group, or writes over the assignment.
    AssignGroup {
        app_id: &'a str,
        group_id: &'a str,
        priority: i64,
        profile: &'a str,
        created: i64,
        last_updated: i64,
    }
    ("INSERT INTO app_groups (app_id, group_id, priority, profile, created, last_updated) VALUES (", app_id: Text)
    (", ", group_id: Text)
    (", ", priority: BigInt)
    (", ", profile: Text)
    (", ", created: BigInt)
    (", ", last_updated: BigInt)
    (") ON CONFLICT (app_id, group_id) DO UPDATE SET priority = excluded.priority, profile = excluded.profile, \
      created = excluded.created, last_updated = excluded.last_updated")
}

statement! {
    /// Writes the profiles of many users of an app: the assignments' places and the profiles as a JSON object.
    RewriteAppProfiles {
        profiles: &'a str,
    }
    ("UPDATE app_users SET profile = pairs.value FROM ")
    (PAIRS.0, profiles: Text)
    (PAIRS.1)
    (" AS pairs WHERE app_users.seq = CAST(pairs.key AS BIGINT)")
}
