//! Lists that show members of some groups only.

use std::collections::HashSet;

use denizen_domain::id::GroupId;
use denizen_domain::ports::StoreError;
use denizen_domain::search::{Expression, UserAttribute};
use diesel::prelude::*;

use super::super::unavailable;
use super::Reader;
use super::candidate::Slim;
use super::column::{Column, Key};
use super::plan::Plan;
use super::rows::{FEW, MANY, OfOneOf};
use super::stream::{IndexStream, Stream};
use crate::schema::{group_members, groups};

/// Groups whose places one statement reads at most.
const MOST_NAMED: usize = 256;

/// The groups whose members a list shows, by their places.
pub(crate) struct Within(Vec<i64>);

impl Within {
    /// Groups that are there; those that are gone have no members.
    pub(crate) fn read<'g>(
        reader: &mut Reader<'_>,
        ids: impl IntoIterator<Item = &'g GroupId>,
    ) -> Result<Self, StoreError> {
        let ids: Vec<&str> = ids.into_iter().map(GroupId::as_str).collect();
        let mut places = Vec::with_capacity(ids.len());
        for some in ids.chunks(MOST_NAMED) {
            let named = groups::table.filter(groups::id.eq_any(some)).select(groups::seq);
            let found: Vec<i64> = named.load(reader.conn()?).map_err(unavailable)?;
            places.extend(found);
        }
        places.sort_unstable();
        Ok(Self(places))
    }

    /// Everybody in the groups, in the order of creation.
    fn members(&self, reader: &mut Reader<'_>, from: i64, length: usize) -> Result<Stream, StoreError> {
        let mut streams = Vec::with_capacity(self.0.len());
        for place in &self.0 {
            streams.push(IndexStream::open(
                reader,
                Column::Group,
                Key::Time(*place),
                from,
                length,
            )?);
        }
        Ok(Stream::Any(streams))
    }

    /// A way to the members whom a query admits.
    pub(super) fn narrow(
        &self,
        reader: &mut Reader<'_>,
        plan: Option<Plan>,
        whole: &Expression<UserAttribute>,
        from: i64,
        length: usize,
    ) -> Result<Plan, StoreError> {
        let members = self.members(reader, from, length.min(FEW))?;
        Ok(match plan {
            None => Plan {
                stream: members,
                residual: Some(whole.clone()),
            },
            Some(Plan { stream, residual }) => Plan {
                stream: Stream::All(vec![members, stream]),
                residual,
            },
        })
    }

    /// Those of some users who are members.
    pub(super) fn keep(&self, reader: &mut Reader<'_>, rows: Vec<Slim>) -> Result<Vec<Slim>, StoreError> {
        let places: Vec<i64> = rows.iter().map(|row| row.seq).collect();
        let mut members = HashSet::new();
        for some in places.chunks(MANY) {
            let of_these = group_members::table.select((group_members::group_seq, group_members::user_seq));
            let found: Vec<(i64, i64)> = if some.len() <= FEW {
                let of_these = of_these.filter(OfOneOf::<FEW>::new(some));
                of_these.load(reader.conn()?).map_err(unavailable)?
            } else {
                let of_these = of_these.filter(OfOneOf::<MANY>::new(some));
                of_these.load(reader.conn()?).map_err(unavailable)?
            };
            let ours = found
                .into_iter()
                .filter(|(group, _)| self.0.binary_search(group).is_ok());
            members.extend(ours.map(|(_, user)| user));
        }
        Ok(rows.into_iter().filter(|row| members.contains(&row.seq)).collect())
    }
}
