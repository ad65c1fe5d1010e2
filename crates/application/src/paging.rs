//! Pieces of lists: the limit that applies, where a list goes on, and the cursor of what follows.

use denizen_domain::ports::{Page, Position};
use denizen_domain::validation::Validation;

use crate::call::{Call, Listing};
use crate::directory::Directory;
use crate::error::Error;

impl Directory {
    /// The position that a cursor of a list stands for.
    pub(crate) fn opened(&self, cursor: Option<&str>, list: &str, call: &Call) -> Result<Option<Position>, Error> {
        let Some(cursor) = cursor.filter(|cursor| !cursor.is_empty()) else {
            return Ok(None);
        };
        let opened = self.cursors.open(cursor, list, call.caller.id());
        opened.map(Some).ok_or(Error::InvalidCursor { search: false })
    }

    /// A page as the caller sees it: what follows is known by a cursor.
    pub(crate) fn listing<T>(&self, page: Page<T>, limit: usize, list: &str, call: &Call) -> Listing<T> {
        let next = page.next.map(|next| self.cursors.seal(&next, list, call.caller.id()));
        Listing {
            items: page.items,
            next,
            limit,
        }
    }
}

/// The limit that applies: nothing falls back to what is usual, too much to the most that is shown.
pub(crate) fn limit_within(given: Option<i64>, usual: usize, most: usize) -> Result<usize, Error> {
    match given {
        None => Ok(usual),
        Some(limit) if limit < 1 => Err(Validation::field("limit", "The value must be positive").into()),
        Some(limit) => Ok(usize::try_from(limit).unwrap_or(most).min(most)),
    }
}
