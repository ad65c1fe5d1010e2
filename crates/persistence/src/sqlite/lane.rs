//! One connection for each thread that reads, so that a read waits for nobody.

use std::cell::RefCell;
use std::sync::{Arc, Weak};

use denizen_domain::ports::StoreError;
use diesel::SqliteConnection;
use diesel::result::QueryResult;

pub(super) use super::open::Source;
use super::{stopped, unavailable};

struct Lane {
    source: Weak<Source>,
    conn: SqliteConnection,
}

thread_local! {
    static LANES: RefCell<Vec<Lane>> = const { RefCell::new(Vec::new()) };
}

/// Reads on this thread's connection.
pub(super) fn read<T>(
    source: &Arc<Source>,
    query: impl FnOnce(&mut SqliteConnection) -> QueryResult<T>,
) -> Result<T, StoreError> {
    let mut lane = match take(source) {
        Some(lane) => lane,
        None => Lane {
            source: Arc::downgrade(source),
            conn: source.read().map_err(stopped)?,
        },
    };
    // A connection that has failed is closed, in case it is the connection's fault.
    let found = query(&mut lane.conn).map_err(unavailable)?;
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
