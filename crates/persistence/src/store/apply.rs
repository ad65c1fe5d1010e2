//! Changes as statements. None needs the answer of another, so that a database may be sent all of them at once. The few
//! changes that must read first cannot stand in line.

use denizen_domain::event::LogEvent;
use denizen_domain::message::OutgoingMessage;
use denizen_domain::ports::{Changes, StoreError, UniqueField, Write};
use denizen_domain::token::{ApiToken, OneTimeToken, TokenPurpose};
use diesel::prelude::*;
use diesel::query_builder::{QueryFragment, QueryId};

use super::super::{authority_is, structure_is};
use super::app_writes::write_app;
use super::factor_writes::write_factor;
use super::membership_writes::write_membership;
use super::messaging::write_messaging;
use super::oauth_writes::write_oauth;
use super::push_writes::write_push;
use super::role_writes::write_role;
use super::session_writes::write_session;
use super::statements::TouchApiToken;
use super::structure_writes::{advance_structure, found, write_structure};
use super::subscriptions::write_subscription;
use super::user_writes::{delete_user, insert_user, update_user};
use super::yubikeys::write_yubikey;
use super::{Backend, Conn, refused};
use crate::schema::{api_tokens, events, messages, one_time_tokens};

/// What a statement must have found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expected {
    /// Any number of rows.
    Any,
    /// Its row; without it, another change came between.
    One,
    /// Its row; without it, somebody else has the value.
    Free(UniqueField),
}

impl Expected {
    /// Judges the number of rows that a statement found.
    pub(crate) fn check(self, rows: usize) -> Result<(), StoreError> {
        match self {
            Self::One if rows == 0 => Err(StoreError::Stale),
            Self::Free(field) if rows == 0 => Err(StoreError::Duplicate(field)),
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

    /// Goes on only while the shape of the directory has this version, and keeps it so until the end.
    fn expect_structure(&mut self, version: i64) -> Result<(), StoreError>;

    /// Goes on only while authority has this version, and keeps it so until the end.
    fn expect_authority(&mut self, version: i64) -> Result<(), StoreError>;

    /// The connection, for changes that must read first. A line has none to give: such changes are kept away from it.
    fn conn(&mut self) -> Result<&mut Conn, StoreError>;
}

/// Runs statements as they come.
pub(crate) struct AtOnce<'a>(pub(crate) &'a mut Conn);

impl Statements for AtOnce<'_> {
    fn run<S>(&mut self, expected: Expected, statement: S) -> Result<(), StoreError>
    where
        S: QueryFragment<Backend> + QueryId + Send,
    {
        let rows = self.0.execute_returning_count(&statement).map_err(refused)?;
        expected.check(rows)
    }

    fn expect_structure(&mut self, version: i64) -> Result<(), StoreError> {
        let rows = structure_is(self.0, version).map_err(refused)?;
        Expected::One.check(usize::from(rows))
    }

    fn expect_authority(&mut self, version: i64) -> Result<(), StoreError> {
        let rows = authority_is(self.0, version).map_err(refused)?;
        Expected::One.check(usize::from(rows))
    }

    fn conn(&mut self) -> Result<&mut Conn, StoreError> {
        Ok(self.0)
    }
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
        Write::ExpectStructure(version) => to.expect_structure(*version),
        Write::AdvanceStructure(version) => advance_structure(*version, to),
        Write::Structure(change) => write_structure(change, to),
        Write::Membership(change) => write_membership(change, to),
        Write::App(change) => write_app(change, to),
        Write::OAuth(change) => write_oauth(change, to),
        Write::Session(change) => write_session(change, to),
        Write::Factor(change) => write_factor(change, to),
        Write::Messaging(change) => write_messaging(change, to),
        Write::Push(change) => write_push(change, to),
        Write::Yubikey(change) => write_yubikey(change, to),
        Write::InsertUser(user) => insert_user(user, to),
        Write::UpdateUser { from, to: user } => update_user(from, user, to),
        Write::DeleteUser(user) => delete_user(user, to),
        Write::Role(change) => write_role(change, to),
        Write::Subscription(change) => write_subscription(change, to),
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
        messages::template.eq(message.kind.as_str()),
        messages::sealed.eq(message.sealed.as_slice()),
        messages::attempts.eq(0),
        messages::next_attempt.eq(Some(message.created.as_millis())),
        messages::created.eq(message.created.as_millis()),
    );
    to.run(Expected::One, diesel::insert_into(messages::table).values(row))
}

/// A value as JSON text.
pub(super) fn json(table: &str, value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Unavailable(format!("{table}: {error}")))
}
