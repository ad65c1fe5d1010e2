//! Statements about who gets which mails for administrators.

use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{Bool, Text};

use super::super::Backend;
use super::statement;

statement! {
    /// Sets what somebody chose.
    SubscribeUser {
        user_id: &'a str,
        notification: &'a str,
        is_subscribed: bool,
    }
    ("INSERT INTO user_subscriptions (user_id, notification, is_subscribed) VALUES (", user_id: Text)
    (", ", notification: Text)
    (", ", is_subscribed: Bool)
    (") ON CONFLICT (user_id, notification) DO UPDATE SET is_subscribed = excluded.is_subscribed")
}

statement! {
    /// Sets what those get who hold a role.
    SubscribeRole {
        role: &'a str,
        notification: &'a str,
        is_subscribed: bool,
    }
    ("INSERT INTO role_subscriptions (role, notification, is_subscribed) VALUES (", role: Text)
    (", ", notification: Text)
    (", ", is_subscribed: Bool)
    (") ON CONFLICT (role, notification) DO UPDATE SET is_subscribed = excluded.is_subscribed")
}

statement! {
    /// Forgets what those chose who hold a role, of their own or through a group.
    ForgetChoices {
        role: &'a str,
        notification: &'a str,
    }
    ("DELETE FROM user_subscriptions WHERE notification = ", notification: Text)
    (" AND (user_id IN (SELECT user_id FROM role_assignments WHERE user_id IS NOT NULL AND role = ", role: Text)
    (") OR user_id IN (SELECT users.id FROM role_assignments INNER JOIN groups ON groups.id = role_assignments.group_id \
      INNER JOIN group_members ON group_members.group_seq = groups.seq INNER JOIN users ON users.seq = group_members.user_seq \
      WHERE role_assignments.role = ", role: Text)
    ("))")
}
