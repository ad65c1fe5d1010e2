//! Lists that are sorted by a value, ties by id.
//!
//! A few users are sorted as they are. Many are met in the order of an index over the value, group by group of equal keys:
//! an index knows nothing of ids, so each group is sorted by itself. A group that is too large for that is found by a walk in
//! the order of ids, which meets its members often. Without an index over the value, everybody is looked at, and the first
//! ones are kept. So memory is bounded by the page and the probe, and what takes too long is ended by the time limit.

use denizen_domain::ports::StoreError;
use denizen_domain::search::{UserAttribute, UserQuery, UserSort};

use super::candidate::{Candidate, Slim};
use super::column::{Column, Key, Span};
use super::first::First;
use super::pace::Pace;
use super::plan::Planner;
use super::position::{Place, Rank, Worth};
use super::stream::{IndexStream, Stream};
use super::within::Within;
use super::{Found, Reader, key};

/// Users that are looked at together.
const PIECE: usize = 1024;
/// Looking at a user costs more than reading an index entry: this many times fewer are sorted as they are.
const SORTED_PART: usize = 4;

/// The first users behind a rank whom a query admits: `wanted` of them, or all that there are.
pub(crate) fn list(
    reader: &mut Reader<'_>,
    query: &UserQuery,
    within: Option<&Within>,
    sort: &UserSort,
    behind: Option<Rank>,
    wanted: usize,
) -> Result<Vec<Found>, StoreError> {
    let behind = behind.map(|rank| uncut(reader, rank, &sort.attribute)).transpose()?;
    let mut sorting = Sorting {
        query,
        within,
        attribute: &sort.attribute,
        descending: sort.descending,
        first: First::new(wanted, sort.descending, behind),
        reader,
    };
    sorting.run()?;
    let kept = sorting.first.into_kept();
    Ok(kept
        .into_iter()
        .map(|(rank, seq)| Found {
            seq,
            place: Place::Sorted(rank),
            row: None,
        })
        .collect())
}

/// The rank with its whole value. A value that was cut is read again from its user; where that changed meanwhile, the list
/// goes on at the first user with such a value.
fn uncut(reader: &mut Reader<'_>, rank: Rank, attribute: &UserAttribute) -> Result<Rank, StoreError> {
    let Some(beginning) = rank.worth.as_ref().filter(|worth| worth.is_cut()) else {
        return Ok(rank);
    };
    let now = reader.slim_of(&rank.id)?;
    let whole = now.and_then(|row| Candidate::from(&row).worth(attribute));
    match whole {
        Some(worth) if worth.begins_as(beginning) => Ok(Rank {
            worth: Some(worth),
            id: rank.id,
        }),
        _ => Ok(rank),
    }
}

/// Who belongs to a walk in the order of ids.
enum Group<'a> {
    /// Those with this key of an index.
    Key(&'a Column, &'a Key),
    /// Those without a value.
    Missing,
}

struct Sorting<'s, 'c> {
    query: &'s UserQuery,
    within: Option<&'s Within>,
    attribute: &'s UserAttribute,
    descending: bool,
    first: First,
    reader: &'s mut Reader<'c>,
}

impl Sorting<'_, '_> {
    fn run(&mut self) -> Result<(), StoreError> {
        let planner = Planner {
            reader: &mut *self.reader,
            case: self.query.case,
            from: 0,
            length: PIECE,
        };
        let mut plan = planner.plan(self.query)?;
        if let Some(within) = self.within {
            plan = Some(within.narrow(self.reader, plan, &self.query.expression, 0, PIECE)?);
        }
        let few = self.few();
        let columns = Column::all(self.attribute);
        match plan {
            Some(mut plan) => match plan.stream.everybody(self.reader, few)? {
                Some(places) => self.offer_places(&places),
                None if columns.is_empty() => self.offer_stream(plan.stream),
                None => self.along_all(columns),
            },
            None if columns.is_empty() => self.offer_everybody(),
            None => self.along_all(columns),
        }
    }

    /// So many users may be looked at to sort them as they are.
    fn few(&self) -> usize {
        self.reader.bounds.probe / SORTED_PART
    }

    /// Considers some users; tells how many of them fit.
    fn offer(&mut self, mut rows: Vec<Slim>) -> Result<usize, StoreError> {
        let mut fitted = 0;
        if let Some(within) = self.within {
            rows = within.keep(self.reader, rows)?;
        }
        for row in &rows {
            let candidate = Candidate::from(row);
            if candidate.fits(self.query) {
                fitted += 1;
                let worth = candidate.worth(self.attribute);
                let id = row.id.clone();
                self.first.offer(Rank { worth, id }, row.seq);
            }
        }
        Ok(fitted)
    }

    fn offer_places(&mut self, places: &[i64]) -> Result<(), StoreError> {
        for some in places.chunks(PIECE) {
            let rows = self.reader.slim_at(some)?;
            self.offer(rows)?;
        }
        Ok(())
    }

    fn offer_stream(&mut self, mut stream: Stream) -> Result<(), StoreError> {
        let mut from = 0;
        loop {
            let places = stream.take(self.reader, from, PIECE)?;
            self.offer_places(&places)?;
            match places.last() {
                Some(last) if places.len() == PIECE => from = last.saturating_add(1),
                _ => return Ok(()),
            }
        }
    }

    fn offer_everybody(&mut self) -> Result<(), StoreError> {
        let mut from = 0;
        loop {
            let rows = self.reader.slim_from(from, PIECE)?;
            let next = rows.last().map(|last| last.seq.saturating_add(1));
            let is_end = rows.len() < PIECE;
            self.offer(rows)?;
            match next {
                Some(next) if !is_end => from = next,
                _ => return Ok(()),
            }
        }
    }

    /// Meets users in the order of one index after the other, then those who are in none.
    fn along_all(&mut self, mut columns: Vec<Column>) -> Result<(), StoreError> {
        if self.descending {
            columns.reverse();
        }
        let behind = self.first.behind().map(|rank| rank.worth.clone());
        let behind = match behind {
            Some(None) => return self.missing(),
            Some(Some(worth)) => Some(worth),
            None => None,
        };
        let is_behind = |column: &Column| {
            let started = behind.as_ref().is_some_and(|worth| column.is_of(self.attribute, worth));
            behind.is_none() || started
        };
        let first = columns.iter().position(is_behind).unwrap_or(columns.len());
        for (n, column) in columns.iter().enumerate().skip(first) {
            let mut span = column.span();
            if let Some(worth) = behind.as_ref().filter(|_| n == first) {
                span.start_at(&key_of(worth), self.descending);
            }
            self.along(column, span)?;
            if self.first.is_full() {
                return Ok(());
            }
        }
        self.missing()
    }

    /// Meets users in the order of an index.
    fn along(&mut self, column: &Column, mut span: Span) -> Result<(), StoreError> {
        let mut pace = Pace::default();
        while !self.first.is_full() {
            let length = pace.next(self.first.missing());
            let entries = self.reader.entries(column, &span, self.descending, length)?;
            let Some((last, _)) = entries.last() else { break };
            let is_end = entries.len() < length;
            // The last group may go on behind what was read.
            let complete = if is_end {
                entries.len()
            } else {
                entries.iter().take_while(|(key, _)| key != last).count()
            };
            if complete == 0 {
                self.group(column, last)?;
                span.start_behind(last, self.descending);
                continue;
            }
            let places: Vec<i64> = entries[..complete].iter().map(|(_, seq)| *seq).collect();
            let rows = self.reader.slim_at(&places)?;
            pace.count(complete, self.offer(rows)?);
            if is_end {
                break;
            }
            span.start_at(last, self.descending);
        }
        Ok(())
    }

    /// Meets the users with one key.
    fn group(&mut self, column: &Column, key: &Key) -> Result<(), StoreError> {
        let span = Span {
            from: key.clone(),
            until: key.above(),
        };
        let few = self.few();
        if key.is_telling() && self.reader.exceeds(column, &span, few)? {
            let behind = self.first.behind();
            let group = Group::Key(column, key);
            let is_started = |rank: &&Rank| rank.worth.is_some() && group.has(self.attribute, rank.worth.as_ref());
            let id = behind.filter(is_started).map(|rank| rank.id.clone());
            return self.by_id(&group, id.unwrap_or_default());
        }
        let stream = IndexStream::open(self.reader, column.clone(), key.clone(), 0, PIECE)?;
        self.offer_stream(stream)
    }

    /// Meets the users without a value.
    fn missing(&mut self) -> Result<(), StoreError> {
        let UserAttribute::Profile(name) = self.attribute else {
            return Ok(());
        };
        if self.reader.everybody_has(name)? {
            return Ok(());
        }
        let id = match self.first.behind() {
            Some(Rank { worth: None, id }) => id.clone(),
            _ => String::new(),
        };
        self.by_id(&Group::Missing, id)
    }

    /// Walks in the order of ids, which is the order inside a group of equal values.
    fn by_id(&mut self, group: &Group<'_>, mut id: String) -> Result<(), StoreError> {
        let mut pace = Pace::default();
        while !self.first.is_full() {
            let length = pace.next(self.first.missing());
            let rows = self.reader.slim_behind(&id, length)?;
            let attribute = self.attribute;
            let (read, last) = (rows.len(), rows.last().map(|last| last.id.clone()));
            let is_member = |row: &Slim| group.has(attribute, Candidate::from(row).worth(attribute).as_ref());
            let fitted = self.offer(rows.into_iter().filter(is_member).collect())?;
            pace.count(read, fitted);
            match last {
                Some(last) if read == length => id = last,
                _ => return Ok(()),
            }
        }
        Ok(())
    }
}

impl Group<'_> {
    fn has(&self, attribute: &UserAttribute, worth: Option<&Worth>) -> bool {
        match (self, worth) {
            (Self::Key(column, key), Some(worth)) => column.is_of(attribute, worth) && key_of(worth) == **key,
            (Self::Missing, None) => true,
            _ => false,
        }
    }
}

/// The key under which an index has a value.
fn key_of(worth: &Worth) -> Key {
    match worth {
        Worth::Text(text) => Key::Text(key::cut(text)),
        Worth::Number(number) => Key::Text(number.clone()),
        Worth::Boolean(truth) => Key::Text(truth.to_string()),
        Worth::Time(at) => Key::Time(*at),
    }
}
