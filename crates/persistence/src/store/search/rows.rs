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
use crate::schema::users;

/// Rows that one statement reads by their places: few, or many.
const FEW: usize = 16;
const MANY: usize = 256;

/// Whether a user is at one of `N` places. A list of fixed length has one text, so that the statement is prepared once;
/// a list of any length would be prepared each time.
#[derive(Clone, Copy, Debug)]
struct AtOneOf<const N: usize>([i64; N]);

impl<const N: usize> AtOneOf<N> {
    /// The places of a list that is neither empty nor longer than `N`; its last one is repeated.
    fn new(places: &[i64]) -> Self {
        let last = places.last().copied().unwrap_or_default();
        Self(std::array::from_fn(|n| places.get(n).copied().unwrap_or(last)))
    }
}

impl<const N: usize> QueryId for AtOneOf<N> {
    type QueryId = Self;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<const N: usize> Expression for AtOneOf<N> {
    type SqlType = Bool;
}

impl<const N: usize> AppearsOnTable<users::table> for AtOneOf<N> {}
impl<const N: usize> SelectableExpression<users::table> for AtOneOf<N> {}
impl<const N: usize> ValidGrouping<()> for AtOneOf<N> {
    type IsAggregate = is_aggregate::Never;
}

impl<const N: usize> QueryFragment<Backend> for AtOneOf<N> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
        out.push_sql("users.seq IN (");
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
