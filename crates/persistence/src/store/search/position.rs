//! Places in lists, and their text.
//!
//! A list in the order of creation goes on behind a user's number. A sorted list goes on behind a value and an id, so that
//! nothing is lost when the user has gone or changed meanwhile. Cursors are signed outside; a text that no list gave out is
//! refused all the same.

use std::cmp::Ordering;

use denizen_domain::id::{GroupId, UserId};
use denizen_domain::ports::{Position, StoreError};
use denizen_domain::search::{GroupAttribute, UserAttribute, Value, fold, index_text};
use denizen_domain::time::Timestamp;

use super::key;

const ID_LENGTH: usize = 20;
const TEXT: char = 't';
const TIME: char = 'n';
const NUMBER: char = 'f';
const BOOLEAN: char = 'b';
const MARKED: char = '@';
const MISSING: char = '-';

/// What a user or a group is sorted by. Values of different types are in the order of these.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Worth {
    /// A text in the form in which it is compared.
    Text(String),
    /// A number, as a text that sorts as numbers do.
    Number(String),
    /// Truth.
    Boolean(bool),
    /// Milliseconds.
    Time(i64),
}

/// Where a list goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Behind the user with this number.
    Number(i64),
    /// Behind a user of a sorted list.
    Sorted(Rank),
    /// Behind an entry of an index.
    Marked(Mark),
}

/// An entry of one of the indexes that a list goes along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Which of them.
    pub(crate) attribute: usize,
    /// The key.
    pub(crate) key: String,
    /// The user's place in the order of creation.
    pub(crate) seq: i64,
}

/// The place of a user or a group in a sorted list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rank {
    /// The value; those without one come last.
    pub(crate) worth: Option<Worth>,
    /// The id, which breaks ties.
    pub(crate) id: String,
}

impl Worth {
    /// What a value is worth.
    pub(crate) fn of(value: Value) -> Self {
        match value {
            Value::Text(text) => Self::Text(fold(&text)),
            Value::Exact(text) => Self::Text(text),
            Value::Number(_) => Self::Number(index_text(&value)),
            Value::Boolean(truth) => Self::Boolean(truth),
            Value::Time(at) => Self::Time(at.as_millis()),
        }
    }

    /// Some value of this type.
    pub(super) fn typical(&self) -> Value {
        match self {
            Self::Text(_) => Value::Text(String::new()),
            Self::Number(_) => Value::Number(0.0),
            Self::Boolean(truth) => Value::Boolean(*truth),
            Self::Time(at) => Value::Time(Timestamp::from_millis(*at)),
        }
    }

    /// Whether other values may have the same text in a place, because it was cut.
    pub(crate) fn is_cut(&self) -> bool {
        matches!(self, Self::Text(text) if !key::is_telling(&key::cut(text)))
    }

    /// Whether a place has the same text for both.
    pub(crate) fn begins_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => key::cut(a) == key::cut(b),
            _ => self == other,
        }
    }
}

impl Rank {
    /// The order of a list. The ids ascend in either direction.
    pub(crate) fn compare(&self, other: &Self, descending: bool) -> Ordering {
        let by_worth = match (&self.worth, &other.worth) {
            (Some(a), Some(b)) if descending => b.cmp(a),
            (Some(a), Some(b)) => a.cmp(b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        by_worth.then_with(|| self.id.cmp(&other.id))
    }
}

impl Mark {
    fn text(&self) -> String {
        let Self { attribute, key, seq } = self;
        format!("{MARKED}{attribute}{MARKED}{seq}{MARKED}{key}")
    }
}

impl Place {
    /// The place as text. Long values are cut like the keys of the index.
    pub(crate) fn position(&self) -> Position {
        Position(match self {
            Self::Number(number) => number.to_string(),
            Self::Marked(mark) => mark.text(),
            Self::Sorted(Rank { worth, id }) => match worth {
                None => format!("{MISSING}{id}"),
                Some(Worth::Time(at)) => format!("{TIME}{id}{at}"),
                Some(Worth::Number(number)) => format!("{NUMBER}{id}{number}"),
                Some(Worth::Boolean(truth)) => format!("{BOOLEAN}{id}{truth}"),
                Some(Worth::Text(text)) => format!("{TEXT}{id}{}", key::cut(text)),
            },
        })
    }
}

/// Reads the place in a list by creation.
pub(crate) fn number(Position(text): &Position) -> Result<i64, StoreError> {
    let number: i64 = text.parse().map_err(|_| StoreError::InvalidPosition)?;
    (number >= 0 && number.to_string() == *text)
        .then_some(number)
        .ok_or(StoreError::InvalidPosition)
}

/// Reads the place in a list that goes along indexes.
pub(crate) fn mark(Position(text): &Position) -> Result<Mark, StoreError> {
    let read = || {
        let (attribute, rest) = text.strip_prefix(MARKED)?.split_once(MARKED)?;
        let (seq, key) = rest.split_once(MARKED)?;
        let mark = Mark {
            attribute: attribute.parse().ok()?,
            key: key::uncut(key).is_some().then(|| key.to_owned())?,
            seq: number(&Position(seq.to_owned())).ok()?,
        };
        // One text for each mark.
        (mark.text() == *text).then_some(mark)
    };
    read().ok_or(StoreError::InvalidPosition)
}

/// Reads the place in a list of users that is sorted by an attribute. A text may have been cut.
pub(crate) fn rank(position: &Position, attribute: &UserAttribute) -> Result<Rank, StoreError> {
    let values = match attribute {
        UserAttribute::Profile(_) => Values::Any,
        _ if attribute.is_time() => Values::Times,
        _ => Values::Texts,
    };
    let is_id = |id: &str| UserId::parse(id).is_some();
    parse_rank(&position.0, values, is_id).ok_or(StoreError::InvalidPosition)
}

/// Reads the place in a list of groups that is sorted by an attribute. A text may have been cut.
pub(crate) fn group_rank(position: &Position, attribute: &GroupAttribute) -> Result<Rank, StoreError> {
    let values = match attribute {
        GroupAttribute::Profile(_) => Values::Any,
        GroupAttribute::Id | GroupAttribute::Type => Values::Texts,
        GroupAttribute::Created | GroupAttribute::LastUpdated | GroupAttribute::LastMembershipUpdated => Values::Times,
    };
    let is_id = |id: &str| GroupId::parse(id).is_some();
    parse_rank(&position.0, values, is_id).ok_or(StoreError::InvalidPosition)
}

/// What an attribute's values are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Values {
    Texts,
    Times,
    /// Texts, numbers or truths.
    Any,
}

fn parse_rank(text: &str, values: Values, is_id: impl Fn(&str) -> bool) -> Option<Rank> {
    let mut characters = text.chars();
    let kind = characters.next()?;
    let (id, value) = characters.as_str().split_at_checked(ID_LENGTH)?;
    let id = is_id(id).then(|| id.to_owned())?;
    let worth = match kind {
        MISSING if value.is_empty() => None,
        TIME if values == Values::Times => {
            let at: i64 = value.parse().ok()?;
            (at.to_string() == value).then_some(Some(Worth::Time(at)))?
        }
        TEXT if values != Values::Times => Some(Worth::Text(key::uncut(value)?)),
        NUMBER if values == Values::Any => is_number(value).then(|| Some(Worth::Number(value.to_owned())))?,
        BOOLEAN if values == Values::Any => Some(Worth::Boolean(value.parse().ok()?)),
        _ => return None,
    };
    Some(Rank { worth, id })
}

/// Whether a text is one that numbers are sorted by.
fn is_number(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ID: &str = "00uqrks9ig7XuWV7X5d7";

    fn name() -> UserAttribute {
        UserAttribute::Profile("lastName".to_owned())
    }

    fn sorted(worth: Option<Worth>) -> Place {
        Place::Sorted(Rank {
            worth,
            id: ID.to_owned(),
        })
    }

    #[test]
    fn places_survive_their_text() {
        let cases = [
            (None, name()),
            (None, UserAttribute::Activated),
            (Some(Worth::Text(String::new())), name()),
            (Some(Worth::Text("ünlü 100% '_\" \0\u{1}".to_owned())), name()),
            (Some(Worth::Time(-62_167_219_200_000)), UserAttribute::Created),
            (Some(Worth::of(Value::Number(-1.5))), name()),
            (Some(Worth::Boolean(false)), name()),
        ];
        for (worth, attribute) in cases {
            let place = sorted(worth);
            assert_eq!(
                rank(&place.position(), &attribute).map(Place::Sorted).ok(),
                Some(place.clone()),
                "{place:?}"
            );
        }
        assert_eq!(number(&Place::Number(812).position()).ok(), Some(812));
        for key in ["", "ünlü@1", "a\u{1}\u{1}b"] {
            let key = key.to_owned();
            let place = Mark {
                attribute: 2,
                key,
                seq: 7,
            };
            assert_eq!(mark(&Place::Marked(place.clone()).position()).ok(), Some(place));
        }
    }

    /// D8
    #[test]
    fn foreign_texts_are_refused() {
        for text in [
            "",
            "-1",
            "+1",
            "01",
            "1.0",
            "99999999999999999999",
            "1 ",
            "x",
            "' OR 1=1",
            "٣",
        ] {
            assert!(number(&Position(text.to_owned())).is_err(), "{text}");
        }
        for text in ["@", "@0@1", "@0@01@a", "@+0@1@a", "@0@-1@a", "@0@1@a\0", "0@1@a"] {
            assert!(mark(&Position(text.to_owned())).is_err(), "{text}");
        }
        let long = format!("t{ID}{}", "a".repeat(1000));
        let texts = [
            "",
            "t",
            "t00u",
            "t00uqrks9ig7XuWV7X5é7",
            &format!("n{ID}5"),
            &format!("-{ID}x"),
            &format!("t{ID}a\0"),
            &format!("f{ID}1"),
            &format!("f{ID}ABCDEFABCDEFABCD"),
            &format!("b{ID}yes"),
        ];
        for text in texts.into_iter().chain([long.as_str(), "é00uqrks9ig7XuWV7X5d7", ID]) {
            assert!(rank(&Position(text.to_owned()), &name()).is_err(), "{text}");
        }
        for text in [
            format!("t{ID}a"),
            format!("n{ID}"),
            format!("n{ID}07"),
            format!("n{ID}9e9"),
        ] {
            assert!(
                rank(&Position(text.clone()), &UserAttribute::Created).is_err(),
                "{text}"
            );
        }
    }

    #[test]
    fn missing_values_come_last_and_ids_ascend_in_either_direction() {
        let rank = |worth: Option<&str>, id: &str| Rank {
            worth: worth.map(|text| Worth::Text(text.to_owned())),
            id: id.to_owned(),
        };
        let (a1, a2, b, none) = (
            rank(Some("a"), "1"),
            rank(Some("a"), "2"),
            rank(Some("b"), "1"),
            rank(None, "0"),
        );
        for (descending, order) in [(false, [&a1, &a2, &b, &none]), (true, [&b, &a1, &a2, &none])] {
            for pair in order.windows(2) {
                assert_eq!(pair[0].compare(pair[1], descending), Ordering::Less, "{pair:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in any::<String>()) {
            let position = Position(text);
            let _ = (number(&position), mark(&position), rank(&position, &name()), rank(&position, &UserAttribute::Created));
        }
    }
}
