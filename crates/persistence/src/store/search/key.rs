//! Keys of the attribute index, and which of them a comparison is about.
//!
//! A key is the folded value, cut to a fixed length. The cut keeps the order, but values that differ only behind it share a
//! key: such keys are not *telling*, and whoever finds users by them must look at the users again.

use denizen_domain::search::Operator;

/// Characters of a key. Short enough for every index entry, and for a place in a list to fit into a cursor.
const KEY_CHARS: usize = 150;

/// PostgreSQL has no room for NUL in a text. In keys, this character and another one stand for NUL and for itself, so that
/// keys keep the order.
const ESCAPE: char = '\u{1}';
const NUL: char = '\u{1}';
const ITSELF: char = '\u{2}';

/// The key under which a folded text is found.
pub(super) fn cut(folded: &str) -> String {
    let mut key = String::with_capacity(folded.len().min(KEY_CHARS));
    let mut room = KEY_CHARS;
    for c in folded.chars() {
        let escaped = match c {
            '\0' => Some(NUL),
            ESCAPE => Some(ITSELF),
            _ => None,
        };
        let length = 1 + usize::from(escaped.is_some());
        if length > room {
            break;
        }
        room -= length;
        match escaped {
            Some(second) => key.extend([ESCAPE, second]),
            None => key.push(c),
        }
    }
    key
}

/// The folded text, or its beginning, whose key this is; `None` for a text that is no key.
pub(super) fn uncut(key: &str) -> Option<String> {
    let mut folded = String::with_capacity(key.len());
    let mut characters = key.chars();
    while let Some(c) = characters.next() {
        folded.push(match c {
            ESCAPE if characters.next()? == NUL => '\0',
            _ => c,
        });
    }
    (cut(&folded) == key).then_some(folded)
}

/// Whether only one folded value has this key: it was not cut, not even before a pair that did not fit.
pub(super) fn is_telling(key: &str) -> bool {
    key.chars().count() < KEY_CHARS - 1
}

/// A key behind every other one: it is longer than any, and made of the greatest character.
pub(super) fn end() -> String {
    char::MAX.to_string().repeat(KEY_CHARS + 1)
}

/// The least key that is greater than this one.
pub(super) fn above(key: &str) -> String {
    format!("{key}{ESCAPE}")
}

/// Keys that a comparison is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Keys {
    /// This one.
    One(String),
    /// From the first one to the one before the second.
    Between(String, String),
}

impl Keys {
    /// The keys of values that compare so with a folded text, and whether no other value has any of them. `None` where an
    /// index cannot tell.
    pub(super) fn of(operator: Operator, folded: &str) -> Option<(Self, bool)> {
        let key = cut(folded);
        let telling = is_telling(&key);
        let keys = match operator {
            Operator::Eq => Self::One(key),
            Operator::Sw => {
                let until = after_prefix(&key).unwrap_or_else(end);
                Self::Between(key, until)
            }
            Operator::Gt if telling => Self::Between(above(&key), end()),
            Operator::Ge | Operator::Gt => Self::Between(key, end()),
            Operator::Lt if telling => Self::Between(String::new(), key),
            Operator::Le | Operator::Lt => Self::Between(String::new(), above(&key)),
            Operator::Ne | Operator::Ew | Operator::Co => return None,
        };
        Some((keys, telling))
    }
}

/// The least text that is greater than every text with this prefix; `None` where there is none.
pub(crate) fn after_prefix(prefix: &str) -> Option<String> {
    let mut start = prefix.to_owned();
    while let Some(last) = start.pop() {
        if let Some(next) = next_char(last) {
            start.push(next);
            return Some(start);
        }
    }
    None
}

/// The next character; there are none between U+D7FF and U+E000, and none behind U+10FFFF.
fn next_char(c: char) -> Option<char> {
    match c {
        '\u{D7FF}' => Some('\u{E000}'),
        _ => char::from_u32(u32::from(c) + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_end_of_a_prefix_is_the_next_text_of_its_length_or_shorter() {
        let cases = [
            ("", None),
            ("a", Some("b")),
            ("az", Some("a{")),
            ("a\u{D7FF}", Some("a\u{E000}")),
            ("a\u{10FFFF}", Some("b")),
            ("\u{10FFFF}\u{10FFFF}", None),
            ("a%_\\", Some("a%_]")),
        ];
        for (prefix, wanted) in cases {
            assert_eq!(after_prefix(prefix).as_deref(), wanted, "{prefix:?}");
        }
    }

    #[test]
    fn keys_are_cut_and_without_nul() {
        assert_eq!(cut("a\0b\u{1}"), "a\u{1}\u{1}b\u{1}\u{2}");
        assert_eq!(cut(&"ü".repeat(400)), "ü".repeat(KEY_CHARS));
        assert!(is_telling(&"x".repeat(KEY_CHARS - 2)));
        assert!(!is_telling(&cut(&format!("{}\0", "x".repeat(KEY_CHARS - 1)))));
    }

    fn admits(keys: &Keys, key: &str) -> bool {
        match keys {
            Keys::One(one) => one == key,
            Keys::Between(from, until) => key >= from.as_str() && key < until.as_str(),
        }
    }

    fn compares(found: &str, operator: Operator, wanted: &str) -> bool {
        match operator {
            Operator::Eq => found == wanted,
            Operator::Sw => found.starts_with(wanted),
            Operator::Gt => found > wanted,
            Operator::Ge => found >= wanted,
            Operator::Lt => found < wanted,
            _ => found <= wanted,
        }
    }

    /// Texts of few characters, so that they often share prefixes, some of them longer than a key.
    fn text() -> impl Strategy<Value = String> {
        let short = proptest::collection::vec(
            prop_oneof![
                Just('\0'),
                Just('\u{1}'),
                Just('\u{2}'),
                Just('a'),
                Just('b'),
                Just('\u{10FFFF}')
            ],
            0..4,
        );
        (short, prop_oneof![Just(0), Just(KEY_CHARS - 2), Just(KEY_CHARS)])
            .prop_map(|(tail, head)| "a".repeat(head) + &tail.into_iter().collect::<String>())
    }

    proptest! {
        #[test]
        fn keys_keep_the_order_and_lead_back(a in text(), b in text()) {
            prop_assert!(a > b || cut(&a) <= cut(&b));
            prop_assert!(a.starts_with(&uncut(&cut(&a)).unwrap()));
            prop_assert!(!is_telling(&cut(&a)) || uncut(&cut(&a)).as_ref() == Some(&a));
        }

        #[test]
        fn keys_cover_what_compares_so_and_only_that_where_they_are_telling(found in text(), wanted in text()) {
            for operator in [Operator::Eq, Operator::Sw, Operator::Gt, Operator::Ge, Operator::Lt, Operator::Le] {
                let (keys, exact) = Keys::of(operator, &wanted).unwrap();
                let covered = admits(&keys, &cut(&found));
                let meant = compares(&found, operator, &wanted);
                prop_assert!(covered || !meant, "{found:?} {operator:?} {wanted:?} is not covered");
                prop_assert!(!exact || covered == meant, "{found:?} {operator:?} {wanted:?} is not exact");
            }
        }
    }
}
