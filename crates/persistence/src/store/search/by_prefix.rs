//! Lists of those in whom an attribute, or one of some, begins with a text.
//!
//! Who asks for nothing else asks for no order, and gets that of the index: a page then costs the same however many have the
//! prefix. In the order of creation, all who have it would have to be read and sorted, or everybody walked.

use std::collections::HashMap;

use denizen_domain::ports::{StoreError, UserCriterion};
use denizen_domain::search::{Case, Expression, Operator, UserAttribute, UserQuery, Value, fold};
use denizen_domain::user::Status;

use super::super::UserRow;
use super::attribute::values_in;
use super::column::{Column, Key, Span};
use super::leaf::Leaf;
use super::position::{Mark, Place};
use super::{Found, NAMES, Reader, key};

/// What a list asks for, if that is a prefix and nothing else.
pub(crate) struct Prefix {
    /// The attributes, and the indexes over them; one of them must have it.
    attributes: Vec<(String, Column)>,
    /// The keys that have it.
    span: Span,
    /// The deprovisioned are left out.
    hides_the_gone: bool,
}

impl Prefix {
    /// `None` where more is asked for, or something else, or where an index cannot tell.
    pub(crate) fn of(criterion: &UserCriterion) -> Option<Self> {
        let (names, text, hides_the_gone) = match criterion {
            UserCriterion::StartsWith(text) => (NAMES.map(str::to_owned).to_vec(), text, true),
            UserCriterion::Matching(UserQuery {
                expression:
                    Expression::Compare {
                        attribute: UserAttribute::Profile(name),
                        operator: Operator::Sw,
                        value: Value::Text(text),
                    },
                case: Case::Insensitive,
            }) => (vec![name.clone()], text, false),
            _ => return None,
        };
        let mut found = Self {
            attributes: Vec::with_capacity(names.len()),
            span: Column::Id.span(),
            hides_the_gone,
        };
        for name in names {
            let expression = Expression::Compare {
                attribute: UserAttribute::Profile(name.clone()),
                operator: Operator::Sw,
                value: Value::Text(text.clone()),
            };
            let Some(Leaf::Between(column, span, true)) = Leaf::of(&expression, Case::Insensitive) else {
                return None;
            };
            found.span = span;
            found.attributes.push((name, column));
        }
        Some(found)
    }

    /// Whether a user is shown for one entry of an index: for the first of all that they have.
    fn shows(&self, mark: &Mark, row: &UserRow) -> bool {
        let is_gone = self.hides_the_gone && row.status == Status::Deprovisioned.as_str();
        let first = self.attributes.iter().enumerate().find_map(|(n, (name, _))| {
            let keys = values_in(&row.profile, name)
                .into_iter()
                .filter_map(|value| match value {
                    Value::Text(text) => Some(key::cut(&fold(&text))),
                    _ => None,
                });
            let least = keys.filter(|key| self.has(key)).min()?;
            Some((n, least))
        });
        !is_gone && first.is_some_and(|(n, least)| n == mark.attribute && least == mark.key)
    }

    fn has(&self, key: &str) -> bool {
        let key = Key::Text(key.to_owned());
        self.span.from <= key && key < self.span.until
    }
}

/// The first users behind a mark: `wanted` of them, or all that there are.
pub(crate) fn list(
    reader: &mut Reader<'_>,
    prefix: &Prefix,
    behind: Option<Mark>,
    wanted: usize,
) -> Result<Vec<Found>, StoreError> {
    let mut all = Vec::new();
    let mut walk = Walk {
        prefix,
        attribute: behind.as_ref().map_or(0, |mark| mark.attribute),
        last: behind.map(|mark| (mark.key, mark.seq)),
    };
    while all.len() < wanted {
        let marks = walk.next(reader, wanted - all.len())?;
        if marks.is_empty() {
            break;
        }
        let places: Vec<i64> = marks.iter().map(|mark| mark.seq).collect();
        let rows = reader.rows_at(&places)?;
        let mut rows: HashMap<i64, UserRow> = rows.into_iter().map(|row| (row.seq, row)).collect();
        for mark in marks {
            // An entry comes before every other one of the same user in the piece, or is not the one that counts.
            if let Some(row) = rows.remove(&mark.seq).filter(|row| prefix.shows(&mark, row)) {
                let (seq, place) = (mark.seq, Place::Marked(mark));
                all.push(Found {
                    seq,
                    place,
                    row: Some(row),
                });
            }
        }
    }
    Ok(all)
}

/// Where a walk along the indexes, one after the other, has come to.
struct Walk<'a> {
    prefix: &'a Prefix,
    attribute: usize,
    /// The last entry that was read of this index.
    last: Option<(String, i64)>,
}

impl Walk<'_> {
    /// The next entries; none at the end.
    fn next(&mut self, reader: &mut Reader<'_>, most: usize) -> Result<Vec<Mark>, StoreError> {
        while let Some((_, Column::Attribute(name))) = self.prefix.attributes.get(self.attribute) {
            let mut span = self.prefix.span.clone();
            let mut entries = Vec::new();
            if let Some((key, seq)) = &self.last {
                let same = Key::Text(key.clone());
                let column = Column::Attribute(name.clone());
                let rest = reader.with_key(&column, &same, seq.saturating_add(1), most)?;
                entries.extend(rest.into_iter().map(|seq| (key.clone(), seq)));
                span.start_behind(&same, false);
            }
            if entries.len() < most {
                entries.extend(reader.texts(name, &span, most - entries.len())?);
            }
            if let Some(last) = entries.last() {
                self.last = Some(last.clone());
                let attribute = self.attribute;
                let mark = |(key, seq)| Mark { attribute, key, seq };
                return Ok(entries.into_iter().map(mark).collect());
            }
            self.attribute += 1;
            self.last = None;
        }
        Ok(Vec::new())
    }
}
