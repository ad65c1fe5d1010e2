//! Lists of users: which index leads to the wanted ones, and in which order.
//!
//! Neither database plans these queries well, so it is done here. A comparison becomes a stream of users' places in the order
//! of creation ([`stream`]): an equality is read from the index as it goes, a range is taken whole if a bounded probe shows
//! that it is small. Conjunctions and disjunctions of streams are streams again ([`plan`]); what no index can tell is asked
//! of the rows that are left ([`candidate`]). Without any stream, users are walked. Who asks for a prefix alone gets the order of the index
//! ([`by_prefix`]). No statement reads more than a bounded
//! number of entries, and the time is checked before each.

mod attribute;
mod by_creation;
mod by_prefix;
mod by_value;
mod candidate;
mod column;
mod entries;
mod first;
mod index;
mod key;
mod leaf;
mod pace;
mod plan;
mod position;
mod rows;
mod stream;
mod within;

use std::time::Instant;

use denizen_domain::ports::{StoreError, UserCriterion};
use denizen_domain::search::{Case, Expression, Operator, UserAttribute, UserQuery, Value};
use denizen_domain::user::Status;

use super::{Conn, UserRow};

pub(crate) use self::by_creation::list as by_creation;
pub(crate) use self::by_prefix::{Prefix, list as by_prefix};
pub(crate) use self::by_value::list as by_value;
pub(crate) use self::entries::{claim_key, index_entries, index_names};
pub(crate) use self::first::First;
pub(crate) use self::key::after_prefix;
pub(crate) use self::position::{Place, Rank, Worth, group_rank, mark, number, rank};
pub(crate) use self::within::Within;

/// How far a search may go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// Index entries that are read to see whether an index helps.
    pub(crate) probe: usize,
    /// When to give up.
    pub(crate) deadline: Instant,
}

/// A connection that refuses to go on when the time is over.
pub(crate) struct Reader<'a> {
    conn: &'a mut Conn,
    bounds: Bounds,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(conn: &'a mut Conn, bounds: Bounds) -> Self {
        Self { conn, bounds }
    }

    /// The connection, for one statement.
    fn conn(&mut self) -> Result<&mut Conn, StoreError> {
        if Instant::now() > self.bounds.deadline {
            return Err(StoreError::TimedOut);
        }
        Ok(self.conn)
    }
}

/// A user of a list, and where the list goes on after it.
pub(crate) struct Found {
    /// The user's place in the order of creation.
    pub(crate) seq: i64,
    /// Where the list goes on.
    pub(crate) place: Place,
    /// The whole row, where it has been read already.
    pub(crate) row: Option<UserRow>,
}

/// The attributes by which people are looked for when only the beginning of some name is known.
const NAMES: [&str; 3] = ["firstName", "lastName", "email"];

/// What a criterion means.
pub(crate) fn meaning(criterion: &UserCriterion) -> UserQuery {
    let compare = |attribute, operator, value: &str| Expression::Compare {
        attribute,
        operator,
        value: Value::Text(value.to_owned()),
    };
    let gone = compare(UserAttribute::Status, Operator::Eq, Status::Deprovisioned.as_str());
    let present = Expression::Not(Box::new(gone));
    let expression = match criterion {
        UserCriterion::Matching(query) => return query.clone(),
        UserCriterion::Present => present,
        UserCriterion::StartsWith(text) => {
            let starts = |name: &str| compare(UserAttribute::Profile(name.to_owned()), Operator::Sw, text);
            let named = Expression::Any(NAMES.map(starts).to_vec());
            Expression::All(vec![named, present])
        }
    };
    UserQuery {
        expression,
        case: Case::Insensitive,
    }
}
