//! Users who may belong to a list, and what an expression says about them.

use std::cell::RefCell;

use denizen_domain::ports::StoreError;
use denizen_domain::search::{Expression, Record, UserAttribute, UserQuery, Value, matches};
use denizen_domain::time::Timestamp;
use diesel::prelude::*;

use super::super::UserRow;
use super::Reader;
use super::attribute::values_in;
use super::position::Worth;
use crate::schema::users;

/// What expressions can ask of a user's row, and no more: most rows of a walk are looked at and dropped.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = users)]
pub(super) struct Slim {
    pub(super) seq: i64,
    pub(super) id: String,
    type_id: String,
    status: String,
    created: i64,
    activated: Option<i64>,
    status_changed: Option<i64>,
    last_updated: i64,
    profile: String,
}

/// A row of a walk, slim or whole.
pub(super) enum Row {
    Slim(Box<Slim>),
    Whole(Box<UserRow>),
}

impl Row {
    /// The users at some places, in the order of creation.
    pub(super) fn at(reader: &mut Reader<'_>, places: &[i64], whole: bool) -> Result<Vec<Self>, StoreError> {
        let mut rows: Vec<Self> = if whole {
            reader.rows_at(places)?.into_iter().map(Self::from).collect()
        } else {
            reader.slim_at(places)?.into_iter().map(Self::from).collect()
        };
        rows.sort_by_key(Self::seq);
        Ok(rows)
    }

    /// The users from a place on, in the order of creation.
    pub(super) fn from_place(
        reader: &mut Reader<'_>,
        place: i64,
        limit: usize,
        whole: bool,
    ) -> Result<Vec<Self>, StoreError> {
        Ok(if whole {
            reader.rows_from(place, limit)?.into_iter().map(Self::from).collect()
        } else {
            reader.slim_from(place, limit)?.into_iter().map(Self::from).collect()
        })
    }

    pub(super) fn seq(&self) -> i64 {
        match self {
            Self::Slim(row) => row.seq,
            Self::Whole(row) => row.seq,
        }
    }

    pub(super) fn candidate(&self) -> Candidate<'_> {
        match self {
            Self::Slim(row) => Candidate::from(&**row),
            Self::Whole(row) => Candidate::from(&**row),
        }
    }

    /// The whole row, if this is one.
    pub(super) fn into_whole(self) -> Option<UserRow> {
        match self {
            Self::Slim(_) => None,
            Self::Whole(row) => Some(*row),
        }
    }
}

impl From<Slim> for Row {
    fn from(row: Slim) -> Self {
        Self::Slim(Box::new(row))
    }
}

impl From<UserRow> for Row {
    fn from(row: UserRow) -> Self {
        Self::Whole(Box::new(row))
    }
}

/// A row that expressions are asked about.
pub(super) struct Candidate<'a> {
    id: &'a str,
    type_id: &'a str,
    status: &'a str,
    created: i64,
    activated: Option<i64>,
    status_changed: Option<i64>,
    last_updated: i64,
    profile: &'a str,
    /// Attributes that were asked for: a profile is searched for each when it is needed, and never parsed as a whole.
    known: RefCell<Vec<(String, Vec<Value>)>>,
}

macro_rules! candidate_of {
    ($row:ty) => {
        impl<'a> From<&'a $row> for Candidate<'a> {
            fn from(row: &'a $row) -> Self {
                Self {
                    id: &row.id,
                    type_id: &row.type_id,
                    status: &row.status,
                    created: row.created,
                    activated: row.activated,
                    status_changed: row.status_changed,
                    last_updated: row.last_updated,
                    profile: &row.profile,
                    known: RefCell::default(),
                }
            }
        }
    };
}
candidate_of!(Slim);
candidate_of!(UserRow);

impl Candidate<'_> {
    /// Whether the user fits a query.
    pub(super) fn fits(&self, query: &UserQuery) -> bool {
        matches(&query.expression, query.case, self)
    }

    /// What a user is sorted by; `None` where it is missing.
    pub(super) fn worth(&self, attribute: &UserAttribute) -> Option<Worth> {
        Some(match self.values(attribute).into_iter().next()? {
            // Statuses are in the same order with and without their case.
            Value::Text(text) if *attribute == UserAttribute::Status => Worth::Text(text),
            value => Worth::of(value),
        })
    }
}

impl Candidate<'_> {
    fn profile_values(&self, name: &str) -> Vec<Value> {
        let mut known = self.known.borrow_mut();
        if let Some((_, values)) = known.iter().find(|(known, _)| known == name) {
            return values.clone();
        }
        let values = values_in(self.profile, name);
        known.push((name.to_owned(), values.clone()));
        values
    }
}

impl Record<UserAttribute> for Candidate<'_> {
    fn values(&self, attribute: &UserAttribute) -> Vec<Value> {
        let time = |at: Option<i64>| {
            at.map(|at| Value::Time(Timestamp::from_millis(at)))
                .into_iter()
                .collect()
        };
        match attribute {
            UserAttribute::Id => vec![Value::Exact(self.id.to_owned())],
            UserAttribute::TypeId => vec![Value::Exact(self.type_id.to_owned())],
            UserAttribute::Status => vec![Value::Text(self.status.to_owned())],
            UserAttribute::Created => time(Some(self.created)),
            UserAttribute::Activated => time(self.activated),
            UserAttribute::StatusChanged => time(self.status_changed),
            UserAttribute::LastUpdated => time(Some(self.last_updated)),
            UserAttribute::Profile(name) => self.profile_values(name),
        }
    }
}

/// Whether an expression can be asked about a row without parsing its profile.
pub(super) fn spares_the_profile(expression: &Expression<UserAttribute>) -> bool {
    !super::leaf::mentions(expression, &|attribute| matches!(attribute, UserAttribute::Profile(_)))
}
