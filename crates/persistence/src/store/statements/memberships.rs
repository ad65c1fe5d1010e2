//! Statements about groups, claims and links.

use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Text};

use super::super::Backend;
use super::statement;

statement! {
    /// Claims a value of a unique attribute; no row when somebody else has it.
    Claim {
        attribute: &'a str,
        value: &'a str,
        user_id: &'a str,
    }
    ("INSERT INTO unique_claims (attribute, value, user_id) VALUES (", attribute: Text)
    (", ", value: Text)
    (", ", user_id: Text)
    (") ON CONFLICT (attribute, value) DO UPDATE SET user_id = excluded.user_id \
      WHERE unique_claims.user_id = excluded.user_id")
}

statement! {
    /// Writes what describes a group; who comes and goes is told elsewhere.
    DescribeGroup {
        id: &'a str,
        version: i64,
        name_key: &'a str,
        profile: &'a str,
        last_updated: i64,
    }
    ("UPDATE groups SET version = version + 1, name_key = ", name_key: Text)
    (", profile = ", profile: Text)
    (", last_updated = ", last_updated: BigInt)
    (" WHERE kind <> 'BUILT_IN' AND id = ", id: Text)
    (" AND version = ", version: BigInt)
}

statement! {
    /// Notes that somebody joins a group, unless it is a member already. No row when either is gone.
    NoteJoining {
        group_id: &'a str,
        user_id: &'a str,
        at: i64,
    }
    ("UPDATE groups SET last_membership_updated = CASE WHEN EXISTS (SELECT 1 FROM group_members INNER JOIN users \
      ON users.seq = group_members.user_seq WHERE group_members.group_seq = groups.seq AND users.id = ", user_id: Text)
    (") THEN last_membership_updated ELSE ", at: BigInt)
    (" END WHERE kind <> 'BUILT_IN' AND id = ", group_id: Text)
    (" AND EXISTS (SELECT 1 FROM users WHERE users.id = ", user_id: Text)
    (")")
}

statement! {
    /// Lets a user into a group.
    Join {
        group_id: &'a str,
        user_id: &'a str,
    }
    ("INSERT INTO group_members (group_seq, user_seq) SELECT groups.seq, users.seq FROM groups, users WHERE groups.id = ",
     group_id: Text)
    (" AND users.id = ", user_id: Text)
    (" ON CONFLICT (group_seq, user_seq) DO NOTHING")
}

statement! {
    /// Notes that somebody leaves a group, if it is a member. No row when the group is gone.
    NoteLeaving {
        group_id: &'a str,
        user_id: &'a str,
        at: i64,
    }
    ("UPDATE groups SET last_membership_updated = CASE WHEN EXISTS (SELECT 1 FROM group_members INNER JOIN users \
      ON users.seq = group_members.user_seq WHERE group_members.group_seq = groups.seq AND users.id = ", user_id: Text)
    (") THEN ", at: BigInt)
    (" ELSE last_membership_updated END WHERE kind <> 'BUILT_IN' AND id = ", group_id: Text)
}

statement! {
    /// Takes a user from a group.
    Leave {
        group_id: &'a str,
        user_id: &'a str,
    }
    ("DELETE FROM group_members WHERE group_seq = (SELECT seq FROM groups WHERE id = ", group_id: Text)
    (") AND user_seq = (SELECT seq FROM users WHERE id = ", user_id: Text)
    (")")
}

statement! {
    /// Links a user to a primary, in place of another one.
    Link {
        relation: &'a str,
        associated_id: &'a str,
        primary_id: &'a str,
    }
    ("INSERT INTO links (relation, associated_id, primary_id) VALUES (", relation: Text)
    (", ", associated_id: Text)
    (", ", primary_id: Text)
    (") ON CONFLICT (associated_id, relation) DO UPDATE SET primary_id = excluded.primary_id")
}
