//! Expressions: any text is parsed or refused, and what is written from a syntax is read back as that syntax (D6).

use denizen_domain::search::{Literal, SearchError, Syntax, parse};
use proptest::prelude::*;

use crate::expressions::{any_text, measure};

/// Pieces of which hostile and harmless expressions are made.
fn any_pieces() -> impl Strategy<Value = String> {
    let words = [
        "(",
        ")",
        "and",
        "or",
        "not",
        "eq",
        "pr",
        "sw",
        "gt",
        "profile.login",
        "id",
        "status",
        "lastUpdated",
        "published",
        "eventType",
        "\"",
        "\\",
        "\"a\"",
        "\"ACTIVE\"",
        "\"2020-01-01T00:00:00.000Z\"",
        "\"2020\"",
        "true",
        "1e308",
        "-1",
        "\u{0}",
        "é",
        "\u{202e}",
        "'; DROP TABLE users; --",
        "%",
        "_",
    ];
    proptest::collection::vec(proptest::sample::select(words.to_vec()), 0..60).prop_map(|words| words.join(" "))
}

fn any_syntax() -> impl Strategy<Value = Syntax> {
    let attribute =
        || "[a-zA-Z][a-zA-Z.]{0,12}".prop_filter("no word of the grammar", |word| !word.eq_ignore_ascii_case("not"));
    let literal = prop_oneof![
        ".{0,12}".prop_map(Literal::Text),
        any::<i32>().prop_map(|number| Literal::Number(number.into())),
        any::<bool>().prop_map(Literal::Boolean),
    ];
    let operator = proptest::sample::select(vec!["eq", "ne", "gt", "ge", "lt", "le", "sw", "ew", "co"]);
    let compare = (attribute(), operator, literal).prop_map(|(attribute, operator, value)| Syntax::Compare {
        attribute,
        operator: operator.to_owned(),
        value,
    });
    let leaf = prop_oneof![compare, attribute().prop_map(Syntax::Present)];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let many = || proptest::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            many().prop_map(Syntax::All),
            many().prop_map(Syntax::Any),
            inner.clone().prop_map(|inner| Syntax::Not(Box::new(inner))),
        ]
    })
}

/// The text of a syntax, with parentheses round everything that is not a leaf.
fn written(syntax: &Syntax) -> String {
    let joined = |branches: &[Syntax], word: &str| {
        let branches: Vec<String> = branches.iter().map(|branch| format!("({})", written(branch))).collect();
        branches.join(word)
    };
    match syntax {
        Syntax::All(branches) => joined(branches, " and "),
        Syntax::Any(branches) => joined(branches, " OR "),
        Syntax::Not(inner) => format!("not ({})", written(inner)),
        Syntax::Present(attribute) => format!("{attribute} PR"),
        Syntax::Compare {
            attribute,
            operator,
            value,
        } => {
            let value = match value {
                Literal::Text(text) => serde_json::to_string(text).unwrap(),
                Literal::Number(number) => number.to_string(),
                Literal::Boolean(boolean) => boolean.to_string(),
            };
            format!("{attribute} {operator} {value}")
        }
    }
}

proptest! {
    /// D6: no text makes a parser panic or outgrow its bounds.
    #[test]
    fn any_text_is_parsed_or_refused(text in ".{0,200}", pieces in any_pieces()) {
        any_text(&text);
        any_text(&pieces);
    }

    /// D6: bytes that are no text arrive with replacement characters, and are like any other text.
    #[test]
    fn bytes_are_parsed_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        any_text(&String::from_utf8_lossy(&bytes));
    }

    /// What a syntax is written as reads back as the same syntax, so that no value can become grammar.
    #[test]
    fn what_is_written_reads_back(syntax in any_syntax()) {
        let text = written(&syntax);
        if text.len() <= 4096 {
            prop_assert_eq!(parse(&text), Ok(syntax), "{}", text);
        }
    }

    /// D6: nesting is taken up to 64 levels, and refused from there on, however it is made.
    #[test]
    fn depth_is_bounded(parentheses in 0usize..90, nots in 0usize..90) {
        let text = format!("{}{}id pr{}", "(".repeat(parentheses), "not ".repeat(nots), ")".repeat(parentheses));
        match parse(&text) {
            Ok(syntax) => prop_assert!(parentheses + nots < 64 && measure(&syntax) == (nots, 1)),
            Err(refused) => prop_assert!(parentheses + nots >= 64 && refused == SearchError::TooDeep, "{}", refused),
        }
    }

    /// D6: comparisons are taken up to 200, text up to 4 KB.
    #[test]
    fn size_is_bounded(comparisons in 1usize..400, length in 4000usize..4200) {
        let text = vec!["id pr"; comparisons].join(" or ");
        prop_assert_eq!(parse(&text).is_ok(), comparisons <= 200);
        let value = format!("id eq \"{}\"", "x".repeat(length - 8));
        prop_assert_eq!(value.len(), length);
        prop_assert_eq!(parse(&value).is_ok(), length <= 4096);
    }
}
