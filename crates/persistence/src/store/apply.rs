//! Changes as statements. None needs the answer of another, so that a database may be sent all of them at once.

use std::collections::BTreeMap;

use denizen_domain::event::LogEvent;
use denizen_domain::message::OutgoingMessage;
use denizen_domain::organization::Foundation;
use denizen_domain::ports::{Changes, StoreError, Write};
use denizen_domain::profile::Profile;
use denizen_domain::schema::Schema;
use denizen_domain::token::{ApiToken, OneTimeToken, TokenPurpose};
use denizen_domain::user::User;
use diesel::prelude::*;
use diesel::query_builder::{QueryFragment, QueryId};
use serde_json::Value;

use super::Backend;
use super::row::{Derived, NewUserRow, millis};
use super::search::index_key;
use super::statements::{AddAttributes, DescribeUser, MoveUser, RemoveAttribute, TouchApiToken};
use super::structure::GROUP_SCHEMA;
use crate::schema::{
    api_tokens, events, groups, messages, one_time_tokens, organization, role_assignments, schemas, user_types, users,
};

/// What a statement must have found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// Any number of rows.
    Any,
    /// Its row; without it, another change came between.
    One,
}

impl Expected {
    /// Judges the number of rows that a statement found.
    pub(crate) fn check(self, rows: usize) -> Result<(), StoreError> {
        match self {
            Self::One if rows == 0 => Err(StoreError::Stale),
            _ => Ok(()),
        }
    }
}

/// Takes the statements of a transaction, in order.
pub(crate) trait Statements {
    /// Runs a statement, or puts it in line.
    fn run<S>(&mut self, expected: Expected, statement: S) -> Result<(), StoreError>
    where
        S: QueryFragment<Backend> + QueryId + Send;
}

/// Turns changes into statements.
pub(crate) fn apply(changes: &Changes, to: &mut impl Statements) -> Result<(), StoreError> {
    for change in &changes.writes {
        write(change, to)?;
    }
    for event in &changes.events {
        insert_event(event, to)?;
    }
    for message in &changes.messages {
        insert_message(message, to)?;
    }
    Ok(())
}

fn write(change: &Write, to: &mut impl Statements) -> Result<(), StoreError> {
    match change {
        Write::Found(foundation) => found(foundation, to),
        Write::InsertUser(user) => insert_user(user, to),
        Write::UpdateUser { from, to: user } => update_user(from, user, to),
        Write::DeleteUser(user) => delete_user(user, to),
        Write::AssignRole { id, user_id, role } => {
            let row = (
                role_assignments::id.eq(id.as_str()),
                role_assignments::user_id.eq(user_id.as_str()),
                role_assignments::role.eq(role.as_str()),
            );
            let owned = (role_assignments::user_id, role_assignments::role);
            let insert = diesel::insert_into(role_assignments::table).values(row);
            to.run(Expected::Any, insert.on_conflict(owned).do_nothing())
        }
        Write::InsertApiToken(token) => insert_api_token(token, to),
        Write::TouchApiToken { id, last_used, expires } => {
            let touch = TouchApiToken {
                id: id.as_str(),
                last_used: last_used.as_millis(),
                expires: expires.as_millis(),
            };
            to.run(Expected::Any, touch)
        }
        Write::DeleteApiToken(id) => {
            let known = api_tokens::table.filter(api_tokens::id.eq(id.as_str()));
            to.run(Expected::One, diesel::delete(known))
        }
        Write::DeleteApiTokensOf(user_id) => {
            let owned = api_tokens::table.filter(api_tokens::owner.eq(user_id.as_str()));
            to.run(Expected::Any, diesel::delete(owned))
        }
        Write::InsertOneTimeToken(token) => insert_one_time_token(token, to),
        Write::ConsumeOneTimeToken(digest) => {
            let known = one_time_tokens::table.filter(one_time_tokens::digest.eq(&digest.as_bytes()[..]));
            to.run(Expected::One, diesel::delete(known))
        }
        Write::VoidOneTimeTokens { user_id, purpose } => void_one_time_tokens(user_id.as_str(), *purpose, to),
    }
}

fn found(foundation: &Foundation, to: &mut impl Statements) -> Result<(), StoreError> {
    let org = &foundation.organization;
    let row = (
        organization::singleton.eq(1),
        organization::id.eq(org.id.as_str()),
        organization::name.eq(org.name.as_str()),
        organization::created.eq(org.created.as_millis()),
        organization::cursor_key.eq(org.cursor_key.expose()),
    );
    to.run(Expected::One, diesel::insert_into(organization::table).values(row))?;
    let kind = &foundation.user_type;
    let row = (
        user_types::id.eq(kind.id.as_str()),
        user_types::name.eq(kind.name.as_str()),
        user_types::display_name.eq(kind.display_name.as_str()),
        user_types::description.eq(kind.description.as_deref()),
        user_types::created_by.eq(kind.created_by.as_str()),
        user_types::last_updated_by.eq(kind.last_updated_by.as_str()),
        user_types::created.eq(kind.created.as_millis()),
        user_types::last_updated.eq(kind.last_updated.as_millis()),
        user_types::is_default.eq(kind.is_default),
    );
    to.run(Expected::One, diesel::insert_into(user_types::table).values(row))?;
    insert_schema(kind.id.schema_id().as_str(), &foundation.user_schema, to)?;
    insert_schema(GROUP_SCHEMA, &foundation.group_schema, to)?;
    let group = &foundation.everyone;
    let row = (
        groups::id.eq(group.id.as_str()),
        groups::kind.eq(group.kind.as_str()),
        groups::name.eq(group.name.as_str()),
        groups::description.eq(group.description.as_deref()),
        groups::created.eq(group.created.as_millis()),
        groups::last_updated.eq(group.last_updated.as_millis()),
        groups::last_membership_updated.eq(group.last_membership_updated.as_millis()),
    );
    to.run(Expected::One, diesel::insert_into(groups::table).values(row))
}

fn insert_schema(id: &str, schema: &Schema, to: &mut impl Statements) -> Result<(), StoreError> {
    let document = json("schemas", schema)?;
    let row = (schemas::id.eq(id), schemas::document.eq(document.as_str()));
    to.run(Expected::One, diesel::insert_into(schemas::table).values(row))
}

fn insert_user(user: &User, to: &mut impl Statements) -> Result<(), StoreError> {
    let derived = Derived::of(user);
    let row = NewUserRow::of(user, &derived);
    to.run(Expected::One, diesel::insert_into(users::table).values(row))?;
    add_attributes(user, keys(&user.profile), to)
}

/// The row first: whoever holds it may change the index, and a stale change goes no further.
fn update_user(from: &User, user: &User, to: &mut impl Statements) -> Result<(), StoreError> {
    let id = user.id.as_str();
    let is_described_alike = from.profile == user.profile
        && from.login == user.login
        && from.type_id == user.type_id
        && from.credentials == user.credentials;
    if !is_described_alike {
        describe(from, user, to)?;
    }
    let moved = MoveUser {
        id,
        version: from.version,
        next_version: from.version.saturating_add(1),
        status: user.status.as_str(),
        resumes_to: user.resumes_to.as_str(),
        activated: millis(user.activated),
        status_changed: millis(user.status_changed),
        last_login: millis(user.last_login),
        last_updated: user.last_updated.as_millis(),
        password_changed: millis(user.password_changed),
        failed_attempts: i64::from(user.failed_attempts),
    };
    to.run(Expected::One, moved)?;
    if from.profile == user.profile {
        return Ok(());
    }
    let mut added = keys(&user.profile);
    let mut removed = keys(&from.profile);
    removed.retain(|attr, val| added.get(attr) != Some(val));
    let old = keys(&from.profile);
    added.retain(|attr, val| old.get(attr) != Some(val));
    remove_attributes(user, &removed, to)?;
    add_attributes(user, added, to)
}

fn describe(from: &User, user: &User, to: &mut impl Statements) -> Result<(), StoreError> {
    let derived = Derived::of(user);
    let question = user.credentials.recovery_question.as_ref();
    let described = DescribeUser {
        id: user.id.as_str(),
        version: from.version,
        type_id: user.type_id.as_str(),
        login: user.login.as_str(),
        login_key: &derived.login_key,
        short_name: &derived.short_name,
        display_name: &derived.display_name,
        profile: user.profile.as_json(),
        password: derived.password.as_deref(),
        password_history: &derived.password_history,
        recovery_question: question.map(|question| question.question.as_str()),
        recovery_answer: derived.recovery_answer.as_deref(),
        provider_type: derived.provider_type,
        provider_name: &user.credentials.provider.name,
    };
    to.run(Expected::One, described)
}

fn delete_user(user: &User, to: &mut impl Statements) -> Result<(), StoreError> {
    remove_attributes(user, &keys(&user.profile), to)?;
    let unchanged = users::table
        .filter(users::id.eq(user.id.as_str()))
        .filter(users::version.eq(user.version));
    to.run(Expected::One, diesel::delete(unchanged))
}

/// The index entries of a profile: each text attribute with its key.
fn keys(profile: &Profile) -> BTreeMap<String, String> {
    let texts = profile
        .attributes()
        .into_iter()
        .filter_map(|(attr, value)| match value {
            Value::String(text) => Some((attr, index_key(&text))),
            _ => None,
        });
    texts.collect()
}

fn add_attributes(user: &User, added: BTreeMap<String, String>, to: &mut impl Statements) -> Result<(), StoreError> {
    if added.is_empty() {
        return Ok(());
    }
    let attributes: Value = added.into_iter().collect();
    let add = AddAttributes {
        id: user.id.as_str(),
        attributes: &attributes.to_string(),
    };
    to.run(Expected::One, add)
}

fn remove_attributes(
    user: &User,
    removed: &BTreeMap<String, String>,
    to: &mut impl Statements,
) -> Result<(), StoreError> {
    let id = user.id.as_str();
    removed
        .iter()
        .try_for_each(|(attr, val)| to.run(Expected::Any, RemoveAttribute { id, attr, val }))
}

fn insert_api_token(token: &ApiToken, to: &mut impl Statements) -> Result<(), StoreError> {
    let row = (
        api_tokens::id.eq(token.id.as_str()),
        api_tokens::name.eq(token.name.as_str()),
        api_tokens::digest.eq(&token.digest.as_bytes()[..]),
        api_tokens::owner.eq(token.owner.as_str()),
        api_tokens::created.eq(token.created.as_millis()),
        api_tokens::last_used.eq(token.last_used.as_millis()),
        api_tokens::expires.eq(token.expires.as_millis()),
    );
    to.run(Expected::One, diesel::insert_into(api_tokens::table).values(row))
}

fn insert_one_time_token(token: &OneTimeToken, to: &mut impl Statements) -> Result<(), StoreError> {
    let row = (
        one_time_tokens::digest.eq(&token.digest.as_bytes()[..]),
        one_time_tokens::user_id.eq(token.user_id.as_str()),
        one_time_tokens::purpose.eq(token.purpose.as_str()),
        one_time_tokens::created.eq(token.created.as_millis()),
        one_time_tokens::expires.eq(token.expires.as_millis()),
    );
    to.run(Expected::One, diesel::insert_into(one_time_tokens::table).values(row))
}

fn void_one_time_tokens(
    user_id: &str,
    purpose: Option<TokenPurpose>,
    to: &mut impl Statements,
) -> Result<(), StoreError> {
    let owned = one_time_tokens::table.filter(one_time_tokens::user_id.eq(user_id));
    match purpose {
        Some(purpose) => {
            let meant = owned.filter(one_time_tokens::purpose.eq(purpose.as_str()));
            to.run(Expected::Any, diesel::delete(meant))
        }
        None => to.run(Expected::Any, diesel::delete(owned)),
    }
}

fn insert_event(event: &LogEvent, to: &mut impl Statements) -> Result<(), StoreError> {
    let payload = json("events", event)?;
    let row = (
        events::uuid.eq(event.uuid.as_str()),
        events::published.eq(event.published),
        events::event_type.eq(event.event_type.as_str()),
        events::payload.eq(payload.as_str()),
    );
    to.run(Expected::One, diesel::insert_into(events::table).values(row))
}

fn insert_message(message: &OutgoingMessage, to: &mut impl Statements) -> Result<(), StoreError> {
    let row = (
        messages::id.eq(message.id.as_str()),
        messages::template.eq(message.template.as_str()),
        messages::sealed.eq(message.sealed.as_slice()),
        messages::attempts.eq(0),
        messages::next_attempt.eq(Some(message.created.as_millis())),
        messages::created.eq(message.created.as_millis()),
    );
    to.run(Expected::One, diesel::insert_into(messages::table).values(row))
}

fn json(table: &str, value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Unavailable(format!("{table}: {error}")))
}
