//! Writing pushes.

use denizen_domain::ports::{PushWrite, StoreError};
use denizen_domain::push::PushTransaction;
use diesel::prelude::*;

use super::apply::{Expected, Statements, json};
use super::pushes::Details;
use super::statements::MovePush;
use crate::schema::push_transactions;

/// Sends a push, or changes one.
pub(super) fn write_push(change: &PushWrite, to: &mut impl Statements) -> Result<(), StoreError> {
    match change {
        PushWrite::Send(push) => send(push, to),
        PushWrite::Move { from, to: push } => {
            let details = json("push_transactions", &Details::of(push))?;
            let moved = MovePush {
                id: from.id.as_str(),
                version: from.version,
                next_version: from.version.saturating_add(1),
                state: push.state.as_str(),
                details: &details,
            };
            to.run(Expected::One, moved)
        }
        PushWrite::Forget(before) => {
            let over = push_transactions::table.filter(push_transactions::expires.lt(before.as_millis()));
            to.run(Expected::Any, diesel::delete(over))
        }
    }
}

fn send(push: &PushTransaction, to: &mut impl Statements) -> Result<(), StoreError> {
    let details = json("push_transactions", &Details::of(push))?;
    let row = (
        push_transactions::id.eq(push.id.as_str()),
        push_transactions::factor_id.eq(push.factor_id.as_str()),
        push_transactions::user_id.eq(push.user_id.as_str()),
        push_transactions::version.eq(push.version),
        push_transactions::state.eq(push.state.as_str()),
        push_transactions::created.eq(push.created.as_millis()),
        push_transactions::expires.eq(push.expires.as_millis()),
        push_transactions::details.eq(details.as_str()),
    );
    to.run(Expected::One, diesel::insert_into(push_transactions::table).values(row))
}
