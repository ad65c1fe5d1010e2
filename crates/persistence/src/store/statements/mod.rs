//! Updates, and what the query builder cannot say.
//!
//! diesel prepares an `UPDATE` of its query builder anew each time. A statement of this module has one text, so that it is
//! prepared once for each connection.

mod apps;
mod factors;
mod memberships;
mod messaging;
mod oauth;
mod pushes;
mod roles;
mod sessions;
mod structure;
mod subscriptions;
mod yubikeys;

use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};

use super::super::{LOCK, PAIRS};
use super::Backend;

pub(super) use self::apps::{AssignGroup, RewriteAppProfiles, UpdateApp, UpdateAppSchema, UpdateAppUser};
pub(super) use self::factors::UpdateFactor;
pub(super) use self::memberships::{Claim, DescribeGroup, Join, Leave, Link, NoteJoining, NoteLeaving};
pub(super) use self::messaging::{NoteSending, UpdateSmsTemplate};
pub(super) use self::oauth::{ResealKey, RetireKey};
pub(super) use self::pushes::MovePush;
pub(super) use self::roles::{
    AddTarget, AdvanceAuthority, AssignToClient, AssignToGroup, AssignToUser, BumpAuthority, ClearTargets, NoteHolder,
    NoteHolders, NoteMembers, NoteNewSuper, NoteUnassigning, RemoveAppTarget, RemoveGroupTarget, UpdateAssignment,
};
pub(super) use self::sessions::{MoveTransaction, ProlongSession};
pub(super) use self::structure::{
    ClaimAll, InsertUserType, ReleaseAll, RewriteGroupProfile, RewriteUserProfiles, UnindexAttribute,
};

pub(super) use self::subscriptions::{ForgetChoices, SubscribeRole, SubscribeUser};
pub(super) use self::yubikeys::{RevokeYubikeys, SwitchFactor, UpdateYubikey};

/// Defines a statement: its values, then pieces of its text, each with the value that follows it.
macro_rules! statement {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty,)* } $(($text:expr $(, $value:ident: $sql:ty)?))*) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub(crate) struct $name<'a> { $(pub(crate) $field: $type,)* }

        impl QueryId for $name<'_> {
            type QueryId = $name<'static>;
            const HAS_STATIC_QUERY_ID: bool = true;
        }

        impl QueryFragment<Backend> for $name<'_> {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
                $(
                    out.push_sql($text);
                    $(out.push_bind_param::<$sql, _>(&self.$value)?;)?
                )*
                Ok(())
            }
        }

        impl<C> diesel::RunQueryDsl<C> for $name<'_> {}
    };
}
use statement;

statement! {
    /// Writes what a step of the lifecycle changes.
    MoveUser {
        id: &'a str,
        version: i64,
        next_version: i64,
        status: &'a str,
        resumes_to: &'a str,
        activated: Option<i64>,
        status_changed: Option<i64>,
        last_login: Option<i64>,
        last_updated: i64,
        password_changed: Option<i64>,
        failed_attempts: i64,
        factors: &'a str,
    }
    ("UPDATE users SET version = ", next_version: BigInt)
    (", status = ", status: Text)
    (", resumes_to = ", resumes_to: Text)
    (", activated = ", activated: Nullable<BigInt>)
    (", status_changed = ", status_changed: Nullable<BigInt>)
    (", last_login = ", last_login: Nullable<BigInt>)
    (", last_updated = ", last_updated: BigInt)
    (", password_changed = ", password_changed: Nullable<BigInt>)
    (", failed_attempts = ", failed_attempts: BigInt)
    (", factors = ", factors: Text)
    (" WHERE id = ", id: Text)
    (" AND version = ", version: BigInt)
}

statement! {
    /// Writes what a person is, has and knows; [`MoveUser`] writes the rest.
    DescribeUser {
        id: &'a str,
        version: i64,
        type_id: &'a str,
        login: &'a str,
        login_key: &'a str,
        short_name: &'a str,
        display_name: &'a str,
        profile: &'a str,
        password: Option<&'a str>,
        password_history: &'a str,
        recovery_question: Option<&'a str>,
        recovery_answer: Option<&'a str>,
        provider_type: &'a str,
        provider_name: &'a str,
    }
    ("UPDATE users SET type_id = ", type_id: Text)
    (", login = ", login: Text)
    (", login_key = ", login_key: Text)
    (", short_name = ", short_name: Text)
    (", display_name = ", display_name: Text)
    (", profile = ", profile: Text)
    (", password = ", password: Nullable<Text>)
    (", password_history = ", password_history: Text)
    (", recovery_question = ", recovery_question: Nullable<Text>)
    (", recovery_answer = ", recovery_answer: Nullable<Text>)
    (", provider_type = ", provider_type: Text)
    (", provider_name = ", provider_name: Text)
    (" WHERE id = ", id: Text)
    (" AND version = ", version: BigInt)
}

statement! {
    /// Adds index entries of a user: attributes and keys as a JSON object.
    AddAttributes {
        id: &'a str,
        attributes: &'a str,
    }
    ("INSERT INTO user_attr (attr, val, seq) SELECT pairs.key, pairs.value, users.seq FROM users, ")
    (PAIRS.0, attributes: Text)
    (PAIRS.1)
    (" AS pairs WHERE users.id = ", id: Text)
}

statement! {
    /// Removes one index entry of a user.
    RemoveAttribute {
        id: &'a str,
        attr: &'a str,
        val: &'a str,
    }
    ("DELETE FROM user_attr WHERE attr = ", attr: Text)
    (" AND val = ", val: Text)
    (" AND seq = (SELECT seq FROM users WHERE id = ", id: Text)
    (")")
}

statement! {
    /// Records a use of an API token.
    TouchApiToken {
        id: &'a str,
        last_used: i64,
        expires: i64,
    }
    ("UPDATE api_tokens SET last_used = ", last_used: BigInt)
    (", expires = ", expires: BigInt)
    (" WHERE id = ", id: Text)
}

statement! {
    /// Takes a message for delivery.
    LeaseMessage {
        id: &'a str,
        lease_until: i64,
    }
    ("UPDATE messages SET attempts = attempts + 1, next_attempt = ", lease_until: BigInt)
    (" WHERE id = ", id: Text)
}

statement! {
    /// Says when delivery is tried again.
    DelayMessage {
        id: &'a str,
        next_attempt: i64,
    }
    ("UPDATE messages SET next_attempt = ", next_attempt: BigInt)
    (" WHERE next_attempt IS NOT NULL AND id = ", id: Text)
}

statement! {
    /// Gives a message up, and forgets what it said.
    BuryMessage {
        id: &'a str,
        nothing: &'a [u8],
    }
    ("UPDATE messages SET next_attempt = NULL, sealed = ", nothing: Binary)
    (" WHERE id = ", id: Text)
}

/// A query whose rows nobody else changes until the transaction ends.
pub(super) struct Locking<Q>(pub(super) Q);

impl<Q: QueryId> QueryId for Locking<Q> {
    type QueryId = Locking<Q::QueryId>;
    const HAS_STATIC_QUERY_ID: bool = Q::HAS_STATIC_QUERY_ID;
}

impl<Q: Query> Query for Locking<Q> {
    type SqlType = Q::SqlType;
}

impl<Q: QueryFragment<Backend>> QueryFragment<Backend> for Locking<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
        self.0.walk_ast(out.reborrow())?;
        out.push_sql(LOCK);
        Ok(())
    }
}

impl<Q, C> diesel::RunQueryDsl<C> for Locking<Q> {}
