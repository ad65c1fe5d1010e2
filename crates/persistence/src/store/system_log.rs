//! Reading the system log.
//!
//! Time and order come from the index; what a query asks beyond that is asked of the events themselves, a batch at a time.

use std::time::Instant;

use async_trait::async_trait;
use denizen_domain::event::LogEvent;
use denizen_domain::ports::{LogSelection, Page, Position, StoreError, SystemLog};
use denizen_domain::search::{Expression, LogAttribute, Operator, Value};
use diesel::prelude::*;

use super::row::bad_row;
use super::{Backend, Conn, Store, unavailable};
use crate::schema::events;

/// Events that one statement reads at most.
const MOST_READ: usize = 1000;

#[derive(Queryable, Selectable)]
#[diesel(table_name = events, check_for_backend(Backend))]
struct EventRow {
    seq: i64,
    uuid: String,
    published: i64,
    payload: String,
}

/// A place in the log, between two events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    published: i64,
    seq: i64,
}

impl Place {
    fn parse(position: &Position) -> Result<Self, StoreError> {
        let parts = position.0.split_once('.').and_then(|(published, seq)| {
            Some(Self {
                published: published.parse().ok()?,
                seq: seq.parse().ok()?,
            })
        });
        parts.ok_or(StoreError::InvalidPosition)
    }

    fn position(self) -> Position {
        Position(format!("{}.{}", self.published, self.seq))
    }
}

/// Texts that stand in the payload of every event that a query admits, because it demands them in so many words.
fn demanded(expression: &Expression<LogAttribute>, found: &mut Vec<String>) {
    match expression {
        Expression::All(branches) => branches.iter().for_each(|branch| demanded(branch, found)),
        Expression::Compare {
            attribute,
            operator: Operator::Eq,
            value: Value::Text(text),
        } if is_stored(*attribute) && is_plain(text) => found.push(text.clone()),
        _ => {}
    }
}

/// Whether the attribute's value stands in the payload; the others are made when an event is shown.
fn is_stored(attribute: LogAttribute) -> bool {
    !matches!(
        attribute,
        LogAttribute::Severity | LogAttribute::DisplayMessage | LogAttribute::Published
    )
}

/// Whether JSON writes the text as it is.
fn is_plain(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b" .@_-:".contains(&byte))
}

fn batch(
    conn: &mut Conn,
    selection: &LogSelection,
    after: Option<Place>,
    limit: usize,
) -> Result<Vec<EventRow>, StoreError> {
    let since = selection.since.as_millis();
    let until = selection.until.map_or(i64::MAX, |until| until.as_millis());
    // A comparison of the times alone keeps the index in use; the exact place needs both columns.
    let (from, to) = match after {
        Some(place) if selection.descending => (since, until.min(place.published.saturating_add(1))),
        Some(place) => (since.max(place.published), until),
        None => (since, until),
    };
    let place = after.unwrap_or(if selection.descending {
        Place {
            published: i64::MAX,
            seq: i64::MAX,
        }
    } else {
        Place {
            published: i64::MIN,
            seq: i64::MIN,
        }
    });
    let window = events::table
        .filter(events::published.ge(from))
        .filter(events::published.lt(to))
        .limit(i64::try_from(limit).unwrap_or(i64::MAX))
        .select(EventRow::as_select());
    let (published, seq) = (place.published, place.seq);
    let rows = if selection.descending {
        window
            .filter(events::published.ne(published).or(events::seq.lt(seq)))
            .order((events::published.desc(), events::seq.desc()))
            .load(conn)
    } else {
        window
            .filter(events::published.ne(published).or(events::seq.gt(seq)))
            .order((events::published.asc(), events::seq.asc()))
            .load(conn)
    };
    rows.map_err(unavailable)
}

fn list(conn: &mut Conn, selection: &LogSelection, deadline: Instant) -> Result<Page<LogEvent>, StoreError> {
    let mut texts = Vec::new();
    if let Some(query) = &selection.query {
        demanded(&query.expression, &mut texts);
    }
    let mut after = selection.after.as_ref().map(Place::parse).transpose()?;
    let mut items = Vec::new();
    let mut last = None;
    // Without conditions one statement reads the page; with them, batches grow until it is full.
    let mut limit = selection.limit.saturating_add(1);
    loop {
        if Instant::now() > deadline {
            return Err(StoreError::TimedOut);
        }
        let rows = batch(conn, selection, after, limit)?;
        let is_end = rows.len() < limit;
        for row in rows {
            let place = Place {
                published: row.published,
                seq: row.seq,
            };
            after = Some(place);
            let Some(event) = told(&row, selection, &texts)? else {
                continue;
            };
            if items.len() == selection.limit {
                let next = last.map(Place::position);
                return Ok(Page { items, next });
            }
            items.push(event);
            last = Some(place);
        }
        if is_end {
            return Ok(Page { items, next: None });
        }
        limit = MOST_READ;
    }
}

/// The event, if the selection shows it.
fn told(row: &EventRow, selection: &LogSelection, texts: &[String]) -> Result<Option<LogEvent>, StoreError> {
    if !texts.iter().all(|text| row.payload.contains(text.as_str())) {
        return Ok(None);
    }
    let event: LogEvent = serde_json::from_str(&row.payload).map_err(|_| bad_row("events", &row.uuid, "payload"))?;
    let is_told =
        selection.query.as_ref().is_none_or(|query| query.admits(&event)) && event.mentions(&selection.keywords);
    Ok(is_told.then_some(event))
}

#[async_trait]
impl SystemLog for Store {
    async fn list_events(&self, selection: &LogSelection) -> Result<Page<LogEvent>, StoreError> {
        let selection = selection.clone();
        self.snapshot(move |conn, deadline| list(conn, &selection, deadline))
            .await
    }
}
