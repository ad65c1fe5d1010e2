//! What a profile's attributes are indexed under.
//!
//! An entry has the attribute's name with a mark of the value's type, and the value as text. A list has an entry for each of
//! its elements. Whatever has no value that can be searched for, such as an empty list, has an entry too, under a mark of its
//! own: the index knows everybody who has an attribute.

use denizen_domain::search::{Value, index_text, type_mark, values_of};
use denizen_domain::secret::Secret;
use serde_json::Value as Json;

use super::key::{cut, is_telling};

/// Marks what has no value that can be searched for.
const NOTHING: &str = "[]";

/// The entries of an attribute: marked names and keys.
pub(crate) fn index_entries(name: &str, value: &Json) -> Vec<(String, String)> {
    let values = values_of(value);
    if values.is_empty() {
        return vec![(format!("{name}{NOTHING}"), String::new())];
    }
    let entry = |value: &Value| (format!("{name}{}", type_mark(value)), cut(&index_text(value)));
    values.iter().map(entry).collect()
}

/// Every name that entries of an attribute can have.
pub(crate) fn index_names(name: &str) -> [String; 4] {
    let [text, number, truth] = value_names(name);
    [text, number, truth, format!("{name}{NOTHING}")]
}

/// The names of entries with values, in the order in which lists show the types.
pub(super) fn value_names(name: &str) -> [String; 3] {
    let types = [Value::Text(String::new()), Value::Number(0.0), Value::Boolean(false)];
    types.map(|value| format!("{name}{}", type_mark(&value)))
}

/// The form in which a value of a unique attribute is claimed: the whole of it, or its beginning with a digest of all.
pub(crate) fn claim_key(value: &str) -> String {
    let mut key = cut(value);
    if !is_telling(&key) {
        for byte in Secret::new(value).digest().as_bytes() {
            key.push_str(&format!("{byte:02x}"));
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_value_has_an_entry_and_nothing_has_one_too() {
        let entries = |value: Json| index_entries("a", &value);
        let entry = |name: &str, key: &str| (name.to_owned(), key.to_owned());
        assert_eq!(entries(json!("ÄB")), [entry("a", "äb")]);
        assert_eq!(entries(json!(true)), [entry("a?", "true")]);
        assert_eq!(entries(json!(["x", "Y"])), [entry("a", "x"), entry("a", "y")]);
        assert_eq!(entries(json!(-1)), entries(json!(-1.0)));
        assert_eq!(entries(json!([])), [entry("a[]", "")]);
        assert_eq!(entries(json!([{}])), [entry("a[]", "")]);
        for value in [json!("x"), json!(1), json!(false), json!([])] {
            let name = &entries(value)[0].0;
            assert!(index_names("a").contains(name), "{name}");
        }
    }

    #[test]
    fn long_values_are_claimed_whole() {
        let long = |end: &str| claim_key(&("x".repeat(400) + end));
        assert_eq!(claim_key("short"), "short");
        assert_eq!(long("a"), long("a"));
        assert_ne!(long("a"), long("b"));
        assert!(long("a").len() < 400);
    }
}
