//! The statements that read users: whole rows for what is shown, slim ones for what is asked about.

use denizen_domain::ports::StoreError;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping, is_aggregate};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Bool};

use super::super::{Backend, UserRow, unavailable};
use super::Reader;
use super::candidate::Slim;
use super::index::count;
use crate::schema::{group_members, users};

/// Rows that one statement reads by their places: few, or many.
pub(super) const FEW: usize = 16;
pub(super) const MANY: usize = 256;

/// Defines a condition: a column of a table holds one of `N` places. A list of fixed length has one text, so that the statement
/// is prepared once; a list of any length would be prepared each time.
macro_rules! one_of {
    ($(#[$doc:meta])* $name:ident of $table:ty, $text:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub(super) struct $name<const N: usize>([i64; N]);

        impl<const N: usize> $name<N> {
            /// The places of a list that is neither empty nor longer than `N`; its last one is repeated.
            pub(super) fn new(places: &[i64]) -> Self {
                let last = places.last().copied().unwrap_or_default();
                Self(std::array::from_fn(|n| places.get(n).copied().unwrap_or(last)))
            }
        }

        impl<const N: usize> QueryId for $name<N> {
            type QueryId = Self;
            const HAS_STATIC_QUERY_ID: bool = true;
        }

        impl<const N: usize> Expression for $name<N> {
            type SqlType = Bool;
        }

        impl<const N: usize> AppearsOnTable<$table> for $name<N> {}
        impl<const N: usize> SelectableExpression<$table> for $name<N> {}
        impl<const N: usize> ValidGrouping<()> for $name<N> {
            type IsAggregate = is_aggregate::Never;
        }

        impl<const N: usize> QueryFragment<Backend> for $name<N> {
            fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
                out.push_sql($text);
                for (n, place) in self.0.iter().enumerate() {
                    if n > 0 {
                        out.push_sql(",");
                    }
                    out.push_bind_param::<BigInt, _>(place)?;
                }
                out.push_sql(")");
                Ok(())
            }
        }
    };
}

one_of! {
    /// A user is at one of these places.
    AtOneOf of users::table, "users.seq IN ("
}
one_of! {
    /// A membership is that of one of these users.
    OfOneOf of group_members::table, "group_members.user_seq IN ("
}

impl Reader<'_> {
    /// The whole rows at some places, in no order.
    pub(crate) fn rows_at(&mut self, places: &[i64]) -> Result<Vec<UserRow>, StoreError> {
        let mut rows = Vec::with_capacity(places.len());
        for some in places.chunks(MANY) {
            let whole = users::table.select(UserRow::as_select());
            let read = if some.len() <= FEW {
                whole.filter(AtOneOf::<FEW>::new(some)).load(self.conn()?)
            } else {
                whole.filter(AtOneOf::<MANY>::new(some)).load(self.conn()?)
            };
            rows.extend(read.map_err(unavailable)?);
        }
        Ok(rows)
    }

    /// The slim rows at some places, in no order.
    pub(super) fn slim_at(&mut self, places: &[i64]) -> Result<Vec<Slim>, StoreError> {
        let mut rows = Vec::with_capacity(places.len());
        for some in places.chunks(MANY) {
            let slim = users::table.select(Slim::as_select());
            let read = if some.len() <= FEW {
                slim.filter(AtOneOf::<FEW>::new(some)).load(self.conn()?)
            } else {
                slim.filter(AtOneOf::<MANY>::new(some)).load(self.conn()?)
            };
            rows.extend(read.map_err(unavailable)?);
        }
        Ok(rows)
    }

    /// The whole rows from a place on, in the order of creation.
    pub(super) fn rows_from(&mut self, place: i64, limit: usize) -> Result<Vec<UserRow>, StoreError> {
        users::table
            .filter(users::seq.ge(place))
            .order(users::seq.asc())
            .limit(count(limit))
            .select(UserRow::as_select())
            .load(self.conn()?)
            .map_err(unavailable)
    }

    /// The slim rows from a place on, in the order of creation.
    pub(super) fn slim_from(&mut self, place: i64, limit: usize) -> Result<Vec<Slim>, StoreError> {
        users::table
            .filter(users::seq.ge(place))
            .order(users::seq.asc())
            .limit(count(limit))
            .select(Slim::as_select())
            .load(self.conn()?)
            .map_err(unavailable)
    }

    /// The slim rows behind an id, in the order of ids.
    pub(super) fn slim_behind(&mut self, id: &str, limit: usize) -> Result<Vec<Slim>, StoreError> {
        users::table
            .filter(users::id.gt(id))
            .order(users::id.asc())
            .limit(count(limit))
            .select(Slim::as_select())
            .load(self.conn()?)
            .map_err(unavailable)
    }

    /// The slim row of an id.
    pub(super) fn slim_of(&mut self, id: &str) -> Result<Option<Slim>, StoreError> {
        users::table
            .filter(users::id.eq(id))
            .select(Slim::as_select())
            .get_result(self.conn()?)
            .optional()
            .map_err(unavailable)
    }
}
