//! One connection for each thread that reads, so that a read waits for nobody.

use std::cell::RefCell;
use std::sync::{Arc, Weak};

use denizen_domain::ports::{StoreError, TokenBearer};
use denizen_domain::secret::SecretDigest;
use diesel::SqliteConnection;
use diesel::result::QueryResult;

use super::bearers::Bearers;
pub(super) use super::open::Source;
use super::{stopped, unavailable};

struct Lane {
    source: Weak<Source>,
    conn: SqliteConnection,
    bearers: Bearers,
}

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
