//! Lists of groups.
//!
//! Groups are read in the order of creation, a part at a time, and each is asked whether it fits. A name that a query demands
//! is looked up. A sorted list asks all groups for each page and keeps the first ones, so that its memory is bounded by the
//! page; what takes too long is ended by the time limit.

use std::collections::{BTreeSet, HashMap};
use std::time::Instant;

use denizen_domain::group::Group;
use denizen_domain::id::GroupId;
use denizen_domain::ports::{GroupCriterion, GroupSelection, Page, Position, StoreError};
use denizen_domain::search::{Case, Expression, GroupAttribute, GroupRecord, GroupSort, Operator, Record, Value, fold};
use diesel::prelude::*;

use super::groups::GroupRow;
use super::paging::behind;
use super::search::{First, Place, Rank, Worth, after_prefix, group_rank};
use super::{Conn, unavailable};
use crate::schema::groups;

/// Groups that one statement reads at most.
const MOST_READ: usize = 1000;

/// A page of groups (contract of the port: `Groups::list_groups`). All of it must happen in one snapshot.
pub(super) fn list_groups(
    conn: &mut Conn,
    selection: &GroupSelection,
    deadline: Instant,
) -> Result<Page<Group>, StoreError> {
    let names = Names::demanded(&selection.criterion);
    let mut walk = Walk {
        conn,
        names,
        criterion: &selection.criterion,
        within: selection.within.as_ref(),
        deadline,
    };
    match &selection.sort {
        None => by_creation(&mut walk, behind(selection.after.as_ref())?, selection.limit),
        Some(sort) => by_value(&mut walk, sort, selection.after.as_ref(), selection.limit),
    }
}

/// Folded names from one on, and those before another one.
struct Names {
    from: String,
    until: Option<String>,
}

impl Names {
    /// Every group that fits has such a name.
    fn demanded(criterion: &GroupCriterion) -> Self {
        let any = Self {
            from: String::new(),
            until: None,
        };
        match criterion {
            GroupCriterion::All => any,
            GroupCriterion::StartsWith(text) => Self::starting(&fold(text)),
            GroupCriterion::Matching(query) => Self::of(&query.expression, query.case).unwrap_or(any),
        }
    }

    fn starting(start: &str) -> Self {
        Self {
            from: start.to_owned(),
            until: after_prefix(start),
        }
    }

    fn of(expression: &Expression<GroupAttribute>, case: Case) -> Option<Self> {
        match expression {
            Expression::All(branches) => branches.iter().find_map(|branch| Self::of(branch, case)),
            Expression::Compare {
                attribute: GroupAttribute::Profile(name),
                operator,
                value: Value::Text(text),
            } if name == "name" => match operator {
                // Equal texts are equal when folded; a beginning need not survive it.
                Operator::Eq => Some(Self::starting(&fold(text))),
                Operator::Sw if case == Case::Insensitive => Some(Self::starting(&fold(text))),
                _ => None,
            },
            _ => None,
        }
    }
}

/// Groups in the order of creation.
struct Walk<'a> {
    conn: &'a mut Conn,
    names: Names,
    criterion: &'a GroupCriterion,
    within: Option<&'a BTreeSet<GroupId>>,
    deadline: Instant,
}

impl Walk<'_> {
    fn rows(&mut self, behind: i64, limit: usize) -> Result<Vec<GroupRow>, StoreError> {
        if Instant::now() > self.deadline {
            return Err(StoreError::TimedOut);
        }
        if let Some(within) = self.within {
            return self.rows_within(within, behind, limit);
        }
        let rows = groups::table
            .filter(groups::seq.gt(behind))
            .order(groups::seq)
            .limit(i64::try_from(limit).unwrap_or(i64::MAX))
            .select(GroupRow::as_select());
        let found = match &self.names {
            Names { from, until: None } if from.is_empty() => rows.load(self.conn),
            Names { from, until: None } => rows.filter(groups::name_key.ge(from)).load(self.conn),
            Names {
                from,
                until: Some(until),
            } => rows
                .filter(groups::name_key.ge(from))
                .filter(groups::name_key.lt(until))
                .load(self.conn),
        };
        found.map_err(unavailable)
    }

    /// Of a few groups, each is found by its id.
    fn rows_within(
        &mut self,
        within: &BTreeSet<GroupId>,
        behind: i64,
        limit: usize,
    ) -> Result<Vec<GroupRow>, StoreError> {
        let ids: Vec<&str> = within.iter().map(GroupId::as_str).collect();
        let mut rows: Vec<GroupRow> = Vec::new();
        for some in ids.chunks(MOST_READ) {
            let named = groups::table
                .filter(groups::id.eq_any(some))
                .filter(groups::seq.gt(behind));
            let found: Vec<GroupRow> = named
                .select(GroupRow::as_select())
                .load(self.conn)
                .map_err(unavailable)?;
            rows.extend(found);
        }
        rows.sort_by_key(|row| row.seq);
        rows.truncate(limit);
        Ok(rows)
    }

    fn fits(&self, group: &Group) -> bool {
        match self.criterion {
            GroupCriterion::StartsWith(text) if self.within.is_some() => fold(&group.name()).starts_with(&fold(text)),
            GroupCriterion::Matching(query) => query.admits(group),
            // The names say it all.
            GroupCriterion::All | GroupCriterion::StartsWith(_) => true,
        }
    }
}

fn by_creation(walk: &mut Walk<'_>, mut behind: i64, most: usize) -> Result<Page<Group>, StoreError> {
    let mut items = Vec::new();
    let mut last = None;
    let mut limit = most.saturating_add(1);
    loop {
        let rows = walk.rows(behind, limit)?;
        let is_end = rows.len() < limit;
        for row in rows {
            behind = row.seq;
            let group = Group::try_from(row)?;
            if !walk.fits(&group) {
                continue;
            }
            if items.len() == most {
                return Ok(Page { items, next: last });
            }
            items.push(group);
            last = Some(Place::Number(behind).position());
        }
        if is_end {
            return Ok(Page { items, next: None });
        }
        limit = MOST_READ;
    }
}

fn by_value(
    walk: &mut Walk<'_>,
    sort: &GroupSort,
    after: Option<&Position>,
    most: usize,
) -> Result<Page<Group>, StoreError> {
    let start = after.map(|after| group_rank(after, &sort.attribute)).transpose()?;
    let start = start.map(|rank| uncut(walk.conn, rank, &sort.attribute)).transpose()?;
    // One more than the page holds tells whether another page follows.
    let mut first = First::new(most.saturating_add(1), sort.descending, start);
    let mut behind = 0;
    loop {
        let rows = walk.rows(behind, MOST_READ)?;
        let is_end = rows.len() < MOST_READ;
        for row in rows {
            behind = row.seq;
            let group = Group::try_from(row)?;
            if walk.fits(&group) {
                first.offer(rank(&group, &sort.attribute), behind);
            }
        }
        if is_end {
            break;
        }
    }
    let mut kept = first.into_kept();
    let more = kept.len() > most;
    kept.truncate(most);
    let next = kept
        .last()
        .filter(|_| more)
        .map(|(rank, _)| Place::Sorted(rank.clone()).position());
    Ok(Page {
        items: at(walk.conn, &kept)?,
        next,
    })
}

fn rank(group: &Group, attribute: &GroupAttribute) -> Rank {
    let values = GroupRecord::new(group).values(attribute);
    Rank {
        worth: values.into_iter().next().map(Worth::of),
        id: group.id.as_str().to_owned(),
    }
}

/// The rank with its whole value: one that was cut is read again from its group.
fn uncut(conn: &mut Conn, start: Rank, attribute: &GroupAttribute) -> Result<Rank, StoreError> {
    let Some(beginning) = start.worth.as_ref().filter(|worth| worth.is_cut()) else {
        return Ok(start);
    };
    let row: Option<GroupRow> = groups::table
        .filter(groups::id.eq(&start.id))
        .select(GroupRow::as_select())
        .first(conn)
        .optional()
        .map_err(unavailable)?;
    let now = row
        .map(Group::try_from)
        .transpose()?
        .map(|group| rank(&group, attribute));
    let is_same = |now: &Rank| now.worth.as_ref().is_some_and(|worth| worth.begins_as(beginning));
    Ok(now.filter(is_same).unwrap_or(start))
}

/// The groups at some places, in the order of the places.
fn at(conn: &mut Conn, kept: &[(Rank, i64)]) -> Result<Vec<Group>, StoreError> {
    let places: Vec<i64> = kept.iter().map(|(_, seq)| *seq).collect();
    let rows: Vec<GroupRow> = groups::table
        .filter(groups::seq.eq_any(&places))
        .select(GroupRow::as_select())
        .load(conn)
        .map_err(unavailable)?;
    let mut rows: HashMap<i64, GroupRow> = rows.into_iter().map(|row| (row.seq, row)).collect();
    let rows = places.iter().filter_map(|place| rows.remove(place));
    rows.map(Group::try_from).collect()
}
