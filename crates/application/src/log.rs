//! Reading the system log.

use denizen_domain::authority::Permission;
use denizen_domain::event::LogEvent;
use denizen_domain::ports::LogSelection;
use denizen_domain::search::{LogQuery, SearchError};
use denizen_domain::time::Timestamp;
use denizen_domain::validation::Validation;

use crate::call::{Call, Listing};
use crate::directory::{Directory, must_at_large};
use crate::error::Error;

const DEFAULT: usize = 100;
const MOST: usize = 1000;
/// Without `since`, the log begins a week ago.
const DEFAULT_WINDOW_MINUTES: i64 = 7 * 24 * 60;
const MOST_KEYWORDS: usize = 10;
const LONGEST_KEYWORD: usize = 40;

/// A request for events, as it was sent.
#[derive(Clone, Debug, Default)]
pub struct ListEvents {
    /// The first moment.
    pub since: Option<String>,
    /// The first moment that is too late.
    pub until: Option<String>,
    /// Words that must occur.
    pub q: Option<String>,
    /// A filter expression.
    pub filter: Option<String>,
    /// `ASCENDING` or `DESCENDING`.
    pub sort_order: Option<String>,
    /// At most this many.
    pub limit: Option<i64>,
    /// Where to go on.
    pub after: Option<String>,
}

impl Directory {
    /// Reads a list of events (`listLogEvents`).
    ///
    /// # Errors
    /// `Forbidden`, `Search`, `Validation`, `InvalidCursor`, `SearchTimedOut`.
    pub async fn list_events(&self, call: &Call, request: ListEvents) -> Result<Listing<LogEvent>, Error> {
        must_at_large(call, Permission::LogsRead)?;
        let date = |text: &Option<String>| match text.as_deref() {
            None | Some("") => Ok(None),
            Some(text) => Timestamp::parse(text).map(Some).ok_or(SearchError::InvalidDate),
        };
        let (since, until) = (date(&request.since)?, date(&request.until)?);
        let descending = match request.sort_order.as_deref().map(str::to_ascii_uppercase).as_deref() {
            None | Some("" | "ASCENDING" | "ASC") => false,
            Some("DESCENDING" | "DESC") => true,
            Some(_) => return Err(Validation::field("sortOrder", "The value must be ASCENDING or DESCENDING").into()),
        };
        let limit = match request.limit {
            None => DEFAULT,
            Some(limit) if (0..=1000).contains(&limit) => usize::try_from(limit).unwrap_or(MOST).max(1),
            Some(_) => return Err(Validation::field("limit", "The value must be between 0 and 1000").into()),
        };
        let query = match request.filter.as_deref().filter(|text| !text.is_empty()) {
            None => None,
            Some(text) => Some(LogQuery::filter(text)?),
        };
        // The window's default start moves with the clock; the list keeps its name by what was asked.
        let list = format!("logs {since:?} {until:?} {query:?} {:?} {descending}", request.q);
        let after = match request.after.as_deref().filter(|cursor| !cursor.is_empty()) {
            None => None,
            Some(cursor) => {
                let opened = self.cursors.open(cursor, &list, call.caller.id());
                Some(opened.ok_or(Error::InvalidCursor { search: false })?)
            }
        };
        let since = since.unwrap_or_else(|| self.now().plus_minutes(-DEFAULT_WINDOW_MINUTES));
        let keywords = keywords(request.q.as_deref())?;
        let selection = LogSelection {
            since,
            until,
            query,
            keywords,
            descending,
            after,
            limit,
        };
        let page = self.ports.store.list_events(&selection).await?;
        Ok(self.listing(page, limit, &list, call))
    }
}

fn keywords(q: Option<&str>) -> Result<Vec<String>, Validation> {
    let words: Vec<String> = q.unwrap_or_default().split_whitespace().map(str::to_owned).collect();
    if words.len() > MOST_KEYWORDS || words.iter().any(|word| word.chars().count() > LONGEST_KEYWORD) {
        return Err(Validation::field(
            "q",
            "At most 10 keywords of at most 40 characters are allowed",
        ));
    }
    Ok(words)
}
