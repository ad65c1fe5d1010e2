//! Writing sessions, and the transactions that lead to them.

use denizen_domain::ports::{SessionWrite, StoreError};
use denizen_domain::session::Session;
use denizen_domain::sign_in::Transaction;
use diesel::prelude::*;

use super::apply::{Expected, Statements, json};
use super::statements::{MoveTransaction, ProlongSession};
use crate::schema::{sessions, sign_ins};

/// Changes a session or a transaction.
pub(super) fn write_session(change: &SessionWrite, to: &mut impl Statements) -> Result<(), StoreError> {
    match change {
        SessionWrite::Begin(session) => begin(session, to),
        SessionWrite::Prolong { digest, expires } => {
            let prolong = ProlongSession {
                digest: digest.as_bytes(),
                expires: expires.as_millis(),
            };
            to.run(Expected::Any, prolong)
        }
        SessionWrite::End(digest) => {
            let known = sessions::table.filter(sessions::digest.eq(&digest.as_bytes()[..]));
            to.run(Expected::One, diesel::delete(known))
        }
        SessionWrite::EndAllOf { user_id, except } => {
            let owned = sessions::table.filter(sessions::user_id.eq(user_id.as_str()));
            match except {
                Some(kept) => {
                    let others = owned.filter(sessions::digest.ne(&kept.as_bytes()[..]));
                    to.run(Expected::Any, diesel::delete(others))
                }
                None => to.run(Expected::Any, diesel::delete(owned)),
            }
        }
        SessionWrite::Open(transaction) => open(transaction, to),
        SessionWrite::Move { from, to: moved } => {
            let details = json("sign_ins", &moved.details)?;
            let moved = MoveTransaction {
                digest: from.digest.as_bytes(),
                version: from.version,
                next_version: from.version.saturating_add(1),
                purpose: moved.details.stage.purpose().as_str(),
                expires: moved.expires.as_millis(),
                details: &details,
            };
            to.run(Expected::One, moved)
        }
        SessionWrite::Close(digest) => {
            let known = sign_ins::table.filter(sign_ins::digest.eq(&digest.as_bytes()[..]));
            to.run(Expected::One, diesel::delete(known))
        }
        SessionWrite::VoidAllOf { user_id, purpose } => {
            let owned = sign_ins::table.filter(sign_ins::user_id.eq(user_id.as_str()));
            match purpose {
                Some(purpose) => {
                    let meant = owned.filter(sign_ins::purpose.eq(purpose.as_str()));
                    to.run(Expected::Any, diesel::delete(meant))
                }
                None => to.run(Expected::Any, diesel::delete(owned)),
            }
        }
        SessionWrite::Sweep(at) => {
            let over = sessions::table.filter(sessions::expires.le(at.as_millis()));
            to.run(Expected::Any, diesel::delete(over))?;
            let over = sign_ins::table.filter(sign_ins::expires.le(at.as_millis()));
            to.run(Expected::Any, diesel::delete(over))
        }
    }
}

fn begin(session: &Session, to: &mut impl Statements) -> Result<(), StoreError> {
    let evidence = json("sessions", &session.evidence)?;
    let row = (
        sessions::digest.eq(&session.digest.as_bytes()[..]),
        sessions::id.eq(session.id.as_str()),
        sessions::user_id.eq(session.user_id.as_str()),
        sessions::created.eq(session.created.as_millis()),
        sessions::expires.eq(session.expires.as_millis()),
        sessions::ends.eq(session.ends.as_millis()),
        sessions::evidence.eq(evidence.as_str()),
    );
    to.run(Expected::One, diesel::insert_into(sessions::table).values(row))
}

fn open(transaction: &Transaction, to: &mut impl Statements) -> Result<(), StoreError> {
    let details = json("sign_ins", &transaction.details)?;
    let row = (
        sign_ins::digest.eq(&transaction.digest.as_bytes()[..]),
        sign_ins::user_id.eq(transaction.user_id.as_str()),
        sign_ins::version.eq(transaction.version),
        sign_ins::purpose.eq(transaction.details.stage.purpose().as_str()),
        sign_ins::expires.eq(transaction.expires.as_millis()),
        sign_ins::details.eq(details.as_str()),
    );
    to.run(Expected::One, diesel::insert_into(sign_ins::table).values(row))
}
