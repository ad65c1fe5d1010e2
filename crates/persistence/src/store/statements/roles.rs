//! Statements about who holds which roles.

use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};

use super::super::super::LOCK;
use super::super::Backend;
use super::statement;

statement! {
    /// Counts up the version of authority.
    BumpAuthority {
        by: &'a i64,
    }
    ("UPDATE authority SET version = version + ", by: BigInt)
}

statement! {
    /// Counts up the version of authority from the one that was read.
    AdvanceAuthority {
        version: i64,
        by: &'a i64,
    }
    ("UPDATE authority SET version = version + ", by: BigInt)
    (" WHERE version = ", version: BigInt)
}

statement! {
    /// Counts up the version of authority if a group carries roles.
    NoteMembers {
        group_id: &'a str,
    }
    ("UPDATE authority SET version = version + 1 WHERE EXISTS (SELECT 1 FROM role_assignments WHERE group_id = ",
     group_id: Text)
    (")")
}

statement! {
    /// Counts up the version of authority if a user holds roles.
    NoteUnassigning {
        user_id: &'a str,
    }
    ("UPDATE authority SET version = version + 1 WHERE EXISTS (SELECT 1 FROM role_assignments WHERE user_id = ",
     user_id: Text)
    (")")
}

statement! {
    /// Counts up the version of a user whose own roles change.
    NoteHolder {
        user_id: &'a str,
    }
    ("UPDATE users SET version = version + 1 WHERE id = ", user_id: Text)
}

statement! {
    /// Counts up the versions of the members of a group.
    NoteHolders {
        group_id: &'a str,
    }
    ("UPDATE users SET version = version + 1 WHERE seq IN (SELECT group_members.user_seq FROM group_members \
      INNER JOIN groups ON groups.seq = group_members.group_seq WHERE groups.id = ", group_id: Text)
    (")")
}

statement! {
    /// Counts up the version of a user whom a group makes a super administrator.
    NoteNewSuper {
        group_id: &'a str,
        user_id: &'a str,
    }
    ("UPDATE users SET version = version + 1 WHERE EXISTS (SELECT 1 FROM role_assignments WHERE role = 'SUPER_ADMIN' \
      AND group_id = ", group_id: Text)
    (") AND id = ", user_id: Text)
}

statement! {
    /// Assigns a role to a user who is not deactivated. The user stays so until the end.
    AssignToUser {
        assignee: &'a str,
        id: &'a str,
        role: &'a str,
        is_scoped: bool,
        third_party: bool,
        created: i64,
        last_updated: i64,
    }
    ("INSERT INTO role_assignments (assignee, user_id, version, id, role, is_scoped, third_party, created, last_updated) \
      SELECT users.id, users.id, 1, ", id: Text)
    (", ", role: Text)
    (", ", is_scoped: Bool)
    (", ", third_party: Bool)
    (", ", created: BigInt)
    (", ", last_updated: BigInt)
    (" FROM users WHERE status <> 'DEPROVISIONED' AND users.id = ", assignee: Text)
    (LOCK)
}

statement! {
    /// Assigns a role to a group. Nobody joins or leaves the group until the end.
    AssignToGroup {
        assignee: &'a str,
        id: &'a str,
        role: &'a str,
        is_scoped: bool,
        third_party: bool,
        created: i64,
        last_updated: i64,
    }
    ("INSERT INTO role_assignments (assignee, group_id, version, id, role, is_scoped, third_party, created, last_updated) \
      SELECT groups.id, groups.id, 1, ", id: Text)
    (", ", role: Text)
    (", ", is_scoped: Bool)
    (", ", third_party: Bool)
    (", ", created: BigInt)
    (", ", last_updated: BigInt)
    (" FROM groups WHERE kind <> 'BUILT_IN' AND groups.id = ", assignee: Text)
    (LOCK)
}

statement! {
    /// Assigns a role to an app that acts for itself.
    AssignToClient {
        assignee: &'a str,
        id: &'a str,
        role: &'a str,
        is_scoped: bool,
        third_party: bool,
        created: i64,
        last_updated: i64,
    }
    ("INSERT INTO role_assignments (assignee, client_id, version, id, role, is_scoped, third_party, created, last_updated) \
      SELECT apps.id, apps.id, 1, ", id: Text)
    (", ", role: Text)
    (", ", is_scoped: Bool)
    (", ", third_party: Bool)
    (", ", created: BigInt)
    (", ", last_updated: BigInt)
    (" FROM apps WHERE apps.id = ", assignee: Text)
    (LOCK)
}

statement! {
    /// Writes an assignment over another version.
    UpdateAssignment {
        assignee: &'a str,
        role: &'a str,
        version: i64,
        is_scoped: bool,
        third_party: bool,
        last_updated: i64,
    }
    ("UPDATE role_assignments SET version = version + 1, is_scoped = ", is_scoped: Bool)
    (", third_party = ", third_party: Bool)
    (", last_updated = ", last_updated: BigInt)
    (" WHERE assignee = ", assignee: Text)
    (" AND role = ", role: Text)
    (" AND version = ", version: BigInt)
}

statement! {
    /// Adds a target to an assignment.
    AddTarget {
        assignee: &'a str,
        role: &'a str,
        group_id: Option<&'a str>,
        app_name: Option<&'a str>,
        app_id: Option<&'a str>,
    }
    ("INSERT INTO role_targets (assignment_seq, group_id, app_name, app_id) SELECT seq, ", group_id: Nullable<Text>)
    (", ", app_name: Nullable<Text>)
    (", ", app_id: Nullable<Text>)
    (" FROM role_assignments WHERE assignee = ", assignee: Text)
    (" AND role = ", role: Text)
}

statement! {
    /// Takes a group from the targets of an assignment.
    RemoveGroupTarget {
        assignee: &'a str,
        role: &'a str,
        group_id: &'a str,
    }
    ("DELETE FROM role_targets WHERE group_id = ", group_id: Text)
    (" AND assignment_seq = (SELECT seq FROM role_assignments WHERE assignee = ", assignee: Text)
    (" AND role = ", role: Text)
    (")")
}

statement! {
    /// Takes a whole app, or one app where an id is named, from the targets of an assignment.
    RemoveAppTarget {
        assignee: &'a str,
        role: &'a str,
        app_name: &'a str,
        app_id: &'a str,
    }
    ("DELETE FROM role_targets WHERE app_name = ", app_name: Text)
    (" AND coalesce(app_id, '') = ", app_id: Text)
    (" AND assignment_seq = (SELECT seq FROM role_assignments WHERE assignee = ", assignee: Text)
    (" AND role = ", role: Text)
    (")")
}

statement! {
    /// Takes every target from an assignment.
    ClearTargets {
        assignee: &'a str,
        role: &'a str,
    }
    ("DELETE FROM role_targets WHERE assignment_seq = (SELECT seq FROM role_assignments WHERE assignee = ", assignee: Text)
    (" AND role = ", role: Text)
    (")")
}
