//! Reading the system log.

use async_trait::async_trait;

use super::{Page, Position, StoreError};
use crate::event::LogEvent;
use crate::search::LogQuery;
use crate::time::Timestamp;

/// Which events a list of the log shows.
#[derive(Clone, Debug)]
pub struct LogSelection {
    /// The first moment of the window.
    pub since: Timestamp,
    /// The first moment after the window; `None` leaves it open.
    pub until: Option<Timestamp>,
    /// What events must match.
    pub query: Option<LogQuery>,
    /// Words that must all occur somewhere in the event, ignoring case.
    pub keywords: Vec<String>,
    /// Newest first.
    pub descending: bool,
    /// Where to go on.
    pub after: Option<Position>,
    /// At most this many.
    pub limit: usize,
}

/// Reads the system log.
#[async_trait]
pub trait SystemLog: Send + Sync {
    /// A page of events, in order of publication. Fails with `InvalidPosition` or `TimedOut`.
    async fn list_events(&self, selection: &LogSelection) -> Result<Page<LogEvent>, StoreError>;
}
