//! Places in lists, and their text.
//!
//! A list in the order of creation goes on behind a user's number. A sorted list goes on behind a value and an id, so that
//! nothing is lost when the user has gone or changed meanwhile. Cursors are signed outside; a text that no list gave out is
//! refused all the same.

use std::cmp::Ordering;

use denizen_domain::id::UserId;
use denizen_domain::ports::{Position, StoreError};
use denizen_domain::search::UserAttribute;

use super::key;

const ID_LENGTH: usize = 20;
const TEXT: char = 't';
const TIME: char = 'n';
const MISSING: char = '-';

/// What a user is sorted by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Worth {
    /// A text in the form in which it is compared.
    Text(String),
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
}

/// The place of a user in a sorted list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rank {
    /// The value; those without one come last.
    pub(super) worth: Option<Worth>,
    /// The id, which breaks ties.
    pub(super) id: String,
}

impl Rank {
    /// The order of a list. The ids ascend in either direction.
    pub(super) fn compare(&self, other: &Self, descending: bool) -> Ordering {
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

impl Place {
    /// The place as text. Long values are cut like the keys of the index.
    pub(crate) fn position(&self) -> Position {
        Position(match self {
            Self::Number(number) => number.to_string(),
            Self::Sorted(Rank { worth, id }) => match worth {
                None => format!("{MISSING}{id}"),
                Some(Worth::Time(at)) => format!("{TIME}{id}{at}"),
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

/// Reads the place in a list that is sorted by an attribute. A text may have been cut.
pub(crate) fn rank(position: &Position, attribute: &UserAttribute) -> Result<Rank, StoreError> {
    parse_rank(&position.0, attribute).ok_or(StoreError::InvalidPosition)
}

fn parse_rank(text: &str, attribute: &UserAttribute) -> Option<Rank> {
    let mut characters = text.chars();
    let kind = characters.next()?;
    let (id, value) = characters.as_str().split_at_checked(ID_LENGTH)?;
    let id = UserId::parse(id)?.as_str().to_owned();
    let worth = match kind {
        MISSING if value.is_empty() => None,
        TIME if attribute.is_time() => {
            let at: i64 = value.parse().ok()?;
            (at.to_string() == value).then_some(Some(Worth::Time(at)))?
        }
        TEXT if !attribute.is_time() => Some(Worth::Text(key::uncut(value)?)),
        _ => return None,
    };
    Some(Rank { worth, id })
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
        let long = format!("t{ID}{}", "a".repeat(1000));
        let texts = [
            "",
            "t",
            "t00u",
            "t00uqrks9ig7XuWV7X5é7",
            &format!("n{ID}5"),
            &format!("-{ID}x"),
            &format!("t{ID}a\0"),
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
            let _ = (number(&position), rank(&position, &name()), rank(&position, &UserAttribute::Created));
        }
    }
}
