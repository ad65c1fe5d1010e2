//! Lists that go on behind a number or an id.

use denizen_domain::ports::{Page, Position, StoreError};

/// Where a list goes on that is ordered by numbers; before the first one where nothing is said.
pub(super) fn behind(after: Option<&Position>) -> Result<i64, StoreError> {
    after.map_or(Ok(0), super::search::number)
}

/// Where a list goes on that is ordered by ids; before the first one where nothing is said.
pub(super) fn behind_id(after: Option<&Position>, is_id: impl Fn(&str) -> bool) -> Result<&str, StoreError> {
    match after {
        None => Ok(""),
        Some(Position(text)) if is_id(text) => Ok(text),
        Some(_) => Err(StoreError::InvalidPosition),
    }
}

/// How many rows to read for a page: one more than it holds tells whether another page follows.
pub(super) fn one_more(limit: usize) -> i64 {
    i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX)
}

/// A page of rows that were read with [`one_more`], each with its place.
pub(super) fn page<R, T>(
    mut rows: Vec<R>,
    limit: usize,
    place: impl Fn(&R) -> String,
    read: impl Fn(R) -> Result<T, StoreError>,
) -> Result<Page<T>, StoreError> {
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|last| Position(place(last)));
    let items = rows.into_iter().map(read).collect::<Result<_, _>>()?;
    Ok(Page { items, next })
}
