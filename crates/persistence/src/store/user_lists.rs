//! Lists of users.

use std::collections::HashMap;

use denizen_domain::ports::{Page, StoreError, UserSelection};
use denizen_domain::user::User;

use super::search::{self, Bounds, Prefix, Reader, Within};
use super::{Conn, UserRow};

/// A page of users (contract of the port: `Users::list_users`). All of it must happen in one snapshot.
pub(crate) fn list_users(conn: &mut Conn, selection: &UserSelection, bounds: Bounds) -> Result<Page<User>, StoreError> {
    let mut reader = Reader::new(conn, bounds);
    let query = search::meaning(&selection.criterion);
    let within = selection.within.as_ref();
    let within = within.map(|ids| Within::read(&mut reader, ids)).transpose()?;
    let within = within.as_ref();
    // One more than the page holds tells whether another page follows.
    let wanted = selection.limit.saturating_add(1);
    let after = selection.after.as_ref();
    let prefix = within.map_or_else(|| Prefix::of(&selection.criterion), |_| None);
    let mut found = match (&selection.sort, prefix) {
        (None, Some(prefix)) => {
            let behind = after.map(search::mark).transpose()?;
            search::by_prefix(&mut reader, &prefix, behind, wanted)?
        }
        (None, None) => {
            let behind = after.map(search::number).transpose()?;
            search::by_creation(&mut reader, &query, within, behind, wanted)?
        }
        (Some(sort), _) => {
            let behind = after.map(|after| search::rank(after, &sort.attribute)).transpose()?;
            search::by_value(&mut reader, &query, within, sort, behind, wanted)?
        }
    };
    let more = found.len() > selection.limit;
    found.truncate(selection.limit);
    let next = found.last().filter(|_| more).map(|last| last.place.position());
    let unread: Vec<i64> = found
        .iter()
        .filter(|one| one.row.is_none())
        .map(|one| one.seq)
        .collect();
    let read = reader.rows_at(&unread)?;
    let mut read: HashMap<i64, UserRow> = read.into_iter().map(|row| (row.seq, row)).collect();
    let rows = found
        .into_iter()
        .filter_map(|one| one.row.or_else(|| read.remove(&one.seq)));
    Ok(Page {
        items: rows.map(User::try_from).collect::<Result<_, _>>()?,
        next,
    })
}
