//! The statements that read indexes. Each has one text per index, takes its values as parameters, and reads a bounded number
//! of entries.

use denizen_domain::ports::StoreError;
use diesel::prelude::*;

use super::super::unavailable;
use super::Reader;
use super::column::{Column, Key, Span};
use super::entries::value_names;
use crate::schema::{group_members, user_attr, users};

/// Entries that a first look at a span takes: most spans that are worth it have fewer.
const FIRST_LOOK: usize = 256;

/// A number of rows as SQL takes it.
pub(super) fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Writes a query once for every index. The closure gets the table, the columns of key and place, two keys of the index, and
/// what makes a [`Key`] of the former column.
macro_rules! for_index {
    ($column:expr, $from:expr, $until:expr, |$table:ident, $key:ident, $seq:ident, $low:ident, $high:ident, $wrap:ident| $query:expr) => {
        match ($column, $from, $until) {
            (Column::Attribute(name), Key::Text($low), Key::Text($high)) => {
                let $table = user_attr::table.filter(user_attr::attr.eq(name));
                let ($key, $seq, $wrap) = (user_attr::val, user_attr::seq, Key::Text);
                $query
            }
            (Column::Id, Key::Text($low), Key::Text($high)) => {
                let ($table, $key, $seq, $wrap) = (users::table, users::id, users::seq, Key::Text);
                $query
            }
            (Column::TypeId, Key::Text($low), Key::Text($high)) => {
                let ($table, $key, $seq, $wrap) = (users::table, users::type_id, users::seq, Key::Text);
                $query
            }
            (Column::Status, Key::Text($low), Key::Text($high)) => {
                let ($table, $key, $seq, $wrap) = (users::table, users::status, users::seq, Key::Text);
                $query
            }
            (Column::Created, Key::Time($low), Key::Time($high)) => {
                let ($table, $key, $seq, $wrap) = (users::table, users::created, users::seq, Key::Time);
                $query
            }
            (Column::LastUpdated, Key::Time($low), Key::Time($high)) => {
                let ($table, $key, $seq, $wrap) = (users::table, users::last_updated, users::seq, Key::Time);
                $query
            }
            (Column::Group, Key::Time($low), Key::Time($high)) => {
                let ($table, $key, $seq) = (group_members::table, group_members::group_seq, group_members::user_seq);
                let $wrap = Key::Time;
                $query
            }
            // A text is no key of an index over times, nor the other way round.
            _ => Ok(Vec::new()),
        }
    };
}

impl Reader<'_> {
    /// The users with a key of a span, in ascending order, unless they are more than the bound.
    pub(super) fn few(&mut self, column: &Column, span: &Span) -> Result<Option<Vec<i64>>, StoreError> {
        let bound = self.bounds.probe;
        let mut found = self.places(column, span, 0, FIRST_LOOK.min(bound) + 1)?;
        if found.len() > bound {
            return Ok(None);
        }
        if found.len() > FIRST_LOOK {
            // Counting inside the database costs a fraction of fetching.
            if self.exceeds(column, span, bound)? {
                return Ok(None);
            }
            found = self.places(column, span, 0, bound)?;
        }
        found.sort_unstable();
        // A list of values may have several keys of the span.
        found.dedup();
        Ok(Some(found))
    }

    /// Whether more than this number of users have a key of a span.
    pub(super) fn exceeds(&mut self, column: &Column, span: &Span, number: usize) -> Result<bool, StoreError> {
        Ok(!self.places(column, span, number, 1)?.is_empty())
    }

    /// In the order of the index, so that the database reads no more of it than it must.
    fn places(&mut self, column: &Column, span: &Span, skip: usize, limit: usize) -> Result<Vec<i64>, StoreError> {
        for_index!(
            column,
            &span.from,
            &span.until,
            |table, key, seq, from, until, _wrap| {
                table
                    .filter(key.ge(from))
                    .filter(key.lt(until))
                    .order(key.asc())
                    .select(seq)
                    .limit(count(limit))
                    .offset(count(skip))
                    .load(self.conn()?)
                    .map_err(unavailable)
            }
        )
    }

    /// Entries of an index in its order, or in the opposite one.
    pub(super) fn entries(
        &mut self,
        column: &Column,
        span: &Span,
        descending: bool,
        limit: usize,
    ) -> Result<Vec<(Key, i64)>, StoreError> {
        for_index!(column, &span.from, &span.until, |table, key, seq, from, until, wrap| {
            let query = table.filter(key.ge(from)).filter(key.lt(until));
            let query = query.select((key, seq)).limit(count(limit));
            let rows = if descending {
                query.order(key.desc()).load(self.conn()?)
            } else {
                query.order(key.asc()).load(self.conn()?)
            };
            let rows = rows.map_err(unavailable)?;
            Ok(rows.into_iter().map(|(key, seq)| (wrap(key), seq)).collect())
        })
    }

    /// Entries of an attribute's index in its order, equal keys in that of creation.
    pub(super) fn texts(&mut self, name: &str, span: &Span, limit: usize) -> Result<Vec<(String, i64)>, StoreError> {
        let (Key::Text(from), Key::Text(until)) = (&span.from, &span.until) else {
            return Ok(Vec::new());
        };
        user_attr::table
            .filter(user_attr::attr.eq(name))
            .filter(user_attr::val.ge(from))
            .filter(user_attr::val.lt(until))
            .order((user_attr::val, user_attr::seq))
            .select((user_attr::val, user_attr::seq))
            .limit(count(limit))
            .load(self.conn()?)
            .map_err(unavailable)
    }

    /// The users with one key from a place on, in the order of creation.
    pub(super) fn with_key(
        &mut self,
        column: &Column,
        key: &Key,
        from: i64,
        limit: usize,
    ) -> Result<Vec<i64>, StoreError> {
        for_index!(column, key, key, |table, key, seq, wanted, _same, _wrap| {
            table
                .filter(key.eq(wanted))
                .filter(seq.ge(from))
                .order(seq.asc())
                .select(seq)
                .limit(count(limit))
                .load(self.conn()?)
                .map_err(unavailable)
        })
    }

    /// Whether every user has a value of an attribute that is no list: nobody has it twice.
    pub(super) fn everybody_has(&mut self, name: &str) -> Result<bool, StoreError> {
        let holders = user_attr::table
            .filter(user_attr::attr.eq_any(value_names(name)))
            .count();
        let holders: i64 = holders.get_result(self.conn()?).map_err(unavailable)?;
        let everybody: i64 = users::table.count().get_result(self.conn()?).map_err(unavailable)?;
        Ok(holders == everybody)
    }
}
