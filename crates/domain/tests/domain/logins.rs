//! The equivalence of logins, over every character there is (D3).

use denizen_domain::login::{Login, LoginKey};
use proptest::prelude::*;

/// The first two planes: every script that has cases or marks is there.
fn every_letter() -> impl Iterator<Item = char> {
    '\u{0}'..='\u{1ffff}'
}

/// D3: the key of a key is the key, so that it does not matter who has folded a login already.
#[test]
fn the_key_of_a_key_is_the_key() {
    for c in every_letter() {
        let key = LoginKey::of(&format!("a{c}b"));
        assert_eq!(LoginKey::of(key.as_str()), key, "{c:?} U+{:04X}", u32::from(c));
    }
}

/// D3: every letter that has a lower and an upper form has one key, as long as the two forms lead to each other.
#[test]
fn case_never_tells_two_logins_apart() {
    for c in every_letter() {
        let (upper, lower) = (c.to_uppercase().to_string(), c.to_lowercase().to_string());
        if upper.to_lowercase() == lower {
            assert_eq!(
                LoginKey::of(&upper),
                LoginKey::of(&lower),
                "{c:?} U+{:04X}",
                u32::from(c)
            );
        }
    }
}

proptest! {
    /// D3: marks, however many and in whatever order, tell no logins apart; letters do. (U+0345 is left out: it is the one
    /// mark whose upper case is a letter.)
    #[test]
    fn marks_do_not_count_and_letters_do(name in "[a-z]{1,8}", marks in "[\u{300}-\u{344}\u{346}-\u{36f}]{0,4}", other in "[a-z]") {
        let marked: String = name.chars().flat_map(|c| std::iter::once(c).chain(marks.chars())).collect();
        let key = |name: &str| Login::parse(&format!("{name}@example.com")).unwrap().key();
        prop_assert_eq!(key(&marked), key(&name));
        prop_assert_eq!(key(&marked.to_uppercase()), key(&name));
        prop_assert_ne!(key(&format!("{name}{other}")), key(&name));
        let folded = key(&marked);
        prop_assert_eq!(folded.short_name(), name);
    }
}
