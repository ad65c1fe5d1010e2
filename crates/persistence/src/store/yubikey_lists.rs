//! Lists of YubiKeys: in any order that can be asked for, each place told by what is sorted by and the id.

use denizen_domain::factor::yubikey::Yubikey;
use denizen_domain::factor::yubikey_filter::{YubikeyMoment, YubikeySort};
use denizen_domain::id::{UserId, YubikeyId};
use denizen_domain::ports::{Page, Position, StoreError, YubikeySelection};
use denizen_domain::search::Operator;
use diesel::prelude::*;

use super::paging::{one_more, page};
use super::yubikeys::YubikeyRow;
use super::{Backend, Conn, unavailable};
use crate::schema::yubikeys;

type Query<'a> = yubikeys::BoxedQuery<'a, Backend>;

/// What separates what is sorted by from the id.
const SEPARATOR: char = ' ';

/// A place in a list.
pub(super) struct Mark {
    text: String,
    number: i64,
    id: String,
}

/// Reads a place in a list.
pub(super) fn mark(sort: YubikeySort, Position(text): &Position) -> Result<Mark, StoreError> {
    let read = || {
        let (text, id) = text.split_once(SEPARATOR)?;
        let id = YubikeyId::parse(id)?.to_string();
        let number = match sort {
            YubikeySort::Activated | YubikeySort::LastVerified => text.parse().ok()?,
            YubikeySort::Created | YubikeySort::Serial | YubikeySort::Status => 0,
        };
        let text = text.to_owned();
        Some(Mark { text, number, id })
    };
    read().ok_or(StoreError::InvalidPosition)
}

fn place(sort: YubikeySort, row: &YubikeyRow) -> String {
    let key = match sort {
        YubikeySort::Created => String::new(),
        YubikeySort::Serial => row.serial.clone(),
        YubikeySort::Status => row.status.clone(),
        YubikeySort::Activated => row.activated.to_string(),
        YubikeySort::LastVerified => row.last_verified.to_string(),
    };
    format!("{key}{SEPARATOR}{}", row.id)
}

/// A moment within a bound. One that has not come is zero, and within none.
macro_rules! within {
    ($query:expr, $column:expr, $operator:expr, $bound:expr) => {{
        let come = $query.filter($column.ne(0));
        match $operator {
            Operator::Eq => come.filter($column.eq($bound)),
            Operator::Gt => come.filter($column.gt($bound)),
            Operator::Ge => come.filter($column.ge($bound)),
            Operator::Lt => come.filter($column.lt($bound)),
            Operator::Le => come.filter($column.le($bound)),
            // Filters have no others.
            Operator::Ne | Operator::Sw | Operator::Ew | Operator::Co => come.filter($column.lt(0)),
        }
    }};
}

/// What follows a place, in order.
macro_rules! behind {
    ($query:expr, $column:expr, $key:expr, $after:expr, $descending:expr) => {{
        let query = match ($after, $descending) {
            (None, _) => $query,
            (Some(after), false) => {
                let same = $column.eq($key(after)).and(yubikeys::id.gt(&after.id));
                $query.filter($column.gt($key(after)).or(same))
            }
            (Some(after), true) => {
                let same = $column.eq($key(after)).and(yubikeys::id.lt(&after.id));
                $query.filter($column.lt($key(after)).or(same))
            }
        };
        if $descending {
            query.order(($column.desc(), yubikeys::id.desc()))
        } else {
            query.order(($column, yubikeys::id))
        }
    }};
}

/// Those that a selection asks for, in no order.
fn selected(selection: &YubikeySelection) -> Query<'_> {
    let mut query = yubikeys::table.into_boxed();
    if let Some(serial) = &selection.serial {
        query = query.filter(yubikeys::serial.eq(serial));
    }
    if let Some(status) = selection.status {
        query = query.filter(yubikeys::status.eq(status.as_str()));
    }
    if let Some(holders) = &selection.holders {
        let ids: Vec<&str> = holders.iter().map(UserId::as_str).collect();
        query = query.filter(yubikeys::user_id.eq_any(ids));
    }
    for (moment, operator, bound) in &selection.moments {
        let bound = bound.as_millis();
        query = match moment {
            YubikeyMoment::Created => within!(query, yubikeys::created, operator, bound),
            YubikeyMoment::Activated => within!(query, yubikeys::activated, operator, bound),
            YubikeyMoment::LastVerified => within!(query, yubikeys::last_verified, operator, bound),
        };
    }
    query
}

/// A page of a list.
pub(super) fn list(
    conn: &mut Conn,
    selection: &YubikeySelection,
    after: Option<&Mark>,
) -> Result<Page<Yubikey>, StoreError> {
    let (query, last_first) = (selected(selection), selection.descending);
    let text = |after: &Mark| after.text.clone();
    let number = |after: &Mark| after.number;
    let query = match selection.sort {
        YubikeySort::Created => behind!(
            query,
            yubikeys::id,
            (|after: &Mark| after.id.clone()),
            after,
            last_first
        ),
        YubikeySort::Serial => behind!(query, yubikeys::serial, text, after, last_first),
        YubikeySort::Status => behind!(query, yubikeys::status, text, after, last_first),
        YubikeySort::Activated => behind!(query, yubikeys::activated, number, after, last_first),
        YubikeySort::LastVerified => behind!(query, yubikeys::last_verified, number, after, last_first),
    };
    let rows: Vec<YubikeyRow> = query
        .limit(one_more(selection.limit))
        .select(YubikeyRow::as_select())
        .load(conn)
        .map_err(unavailable)?;
    page(
        rows,
        selection.limit,
        |row| place(selection.sort, row),
        Yubikey::try_from,
    )
}
