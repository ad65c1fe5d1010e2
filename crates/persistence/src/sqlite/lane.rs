//! One connection for each thread that reads, so that a read waits for nobody.

use std::cell::RefCell;
use std::sync::{Arc, Weak};

use denizen_domain::ports::{StoreError, TokenBearer};
use denizen_domain::secret::SecretDigest;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sqlite::Sqlite;
use diesel::{RunQueryDsl, SqliteConnection};

use super::bearers::Bearers;
pub(super) use super::open::Source;
use super::{stopped, unavailable};

struct Lane {
    source: Weak<Source>,
    conn: SqliteConnection,
    bearers: Bearers,
    is_in_transaction: bool,
}

/// The two ends of a transaction that reads, each one text, so that it is prepared once.
#[derive(Clone, Copy)]
enum Bracket {
    Begin,
    End,
}

impl QueryId for Bracket {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl QueryFragment<Sqlite> for Bracket {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql(match self {
            Self::Begin => "BEGIN",
            Self::End => "COMMIT",
        });
        Ok(())
    }
}

impl RunQueryDsl<SqliteConnection> for Bracket {}

thread_local! {
    static LANES: RefCell<Vec<Lane>> = const { RefCell::new(Vec::new()) };
}

/// Reads on this thread's connection.
pub(super) fn read<T>(
    source: &Arc<Source>,
    query: impl FnOnce(&mut SqliteConnection) -> QueryResult<T>,
) -> Result<T, StoreError> {
    with_lane(source, |lane| query(&mut lane.conn))
}

/// Begins a transaction on this thread's connection; the first read that follows takes the lock.
pub(super) fn begin(source: &Arc<Source>) -> Result<(), StoreError> {
    with_lane(source, |lane| {
        Bracket::Begin.execute(&mut lane.conn)?;
        lane.is_in_transaction = true;
        Ok(())
    })
}

/// Ends the transaction, if this thread's connection still is the one that began it.
pub(super) fn end(source: &Arc<Source>) -> Result<(), StoreError> {
    with_lane(source, |lane| {
        if std::mem::take(&mut lane.is_in_transaction) {
            Bracket::End.execute(&mut lane.conn)?;
        }
        Ok(())
    })
}

/// Whoever stands behind a token, if this thread has read that before and nothing was committed since.
pub(super) fn known_bearer(source: &Arc<Source>, digest: &SecretDigest) -> Result<Option<TokenBearer>, StoreError> {
    with_lane(source, |lane| lane.bearers.get(&mut lane.conn, digest))
}

/// Remembers who stands behind a token. It was read after this thread asked whether it is known.
pub(super) fn remember_bearer(
    source: &Arc<Source>,
    digest: &SecretDigest,
    bearer: &TokenBearer,
) -> Result<(), StoreError> {
    with_lane(source, |lane| {
        lane.bearers.put(digest, bearer);
        Ok(())
    })
}

fn with_lane<T>(source: &Arc<Source>, work: impl FnOnce(&mut Lane) -> QueryResult<T>) -> Result<T, StoreError> {
    let mut lane = match take(source) {
        Some(lane) => lane,
        None => Lane {
            source: Arc::downgrade(source),
            conn: source.read().map_err(stopped)?,
            bearers: Bearers::default(),
            is_in_transaction: false,
        },
    };
    // A connection that has failed is closed, in case it is the connection's fault.
    let found = work(&mut lane).map_err(unavailable)?;
    LANES.with_borrow_mut(|lanes| lanes.push(lane));
    Ok(found)
}

/// Takes this thread's connection; those of stores that are gone are closed when there is none yet.
fn take(source: &Arc<Source>) -> Option<Lane> {
    LANES.with_borrow_mut(|lanes| {
        let place = lanes
            .iter()
            .position(|lane| std::ptr::eq(lane.source.as_ptr(), Arc::as_ptr(source)));
        if place.is_none() {
            lanes.retain(|lane| lane.source.strong_count() > 0);
        }
        place.map(|place| lanes.swap_remove(place))
    })
}
