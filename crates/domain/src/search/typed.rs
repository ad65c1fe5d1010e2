//! Profile attributes of every type in expressions: which operators and values fit, and how stores may index them.

use serde_json::Value as Json;

use super::parser::Literal;
use super::{Operator, SearchError, Value, fold};
use crate::schema::{ItemKind, Kind, Property, Schema};

/// Whether a schema's attribute can be compared so (contract: users §5). `searchable_texts` are those that `co` knows.
pub(super) fn supports(property: &Property, operator: Operator, searchable_texts: &[&str]) -> bool {
    match operator {
        Operator::Eq => true,
        Operator::Gt | Operator::Ge | Operator::Lt | Operator::Le => element(property) != Element::Boolean,
        Operator::Sw => element(property) == Element::Text,
        Operator::Co => searchable_texts.contains(&property.name.as_str()),
        Operator::Ne | Operator::Ew => false,
    }
}

/// The value that a literal stands for in a comparison with an attribute of one of these definitions.
pub(super) fn value<'a>(
    properties: impl Iterator<Item = &'a Property>,
    literal: Literal,
) -> Result<Value, SearchError> {
    let value = match literal {
        Literal::Text(text) => (Element::Text, Value::Text(text)),
        Literal::Number(number) => (Element::Number, Value::Number(number)),
        Literal::Boolean(truth) => (Element::Boolean, Value::Boolean(truth)),
    };
    let mut properties = properties;
    properties
        .any(|property| element(property) == value.0)
        .then_some(value.1)
        .ok_or(SearchError::Malformed)
}

/// The definitions of an attribute: types of users may define it differently.
pub(super) fn definitions<'a>(schemas: &'a [Schema], name: &'a str) -> impl Iterator<Item = &'a Property> {
    schemas.iter().filter_map(move |schema| schema.property(name))
}

/// What an attribute is compared by: its value, or the elements of a list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Element {
    Text,
    Number,
    Boolean,
}

fn element(property: &Property) -> Element {
    match (property.kind, property.items.as_ref().map(|items| items.kind)) {
        (Kind::Boolean, _) => Element::Boolean,
        (Kind::Number | Kind::Integer, _) | (Kind::Array, Some(ItemKind::Number | ItemKind::Integer)) => {
            Element::Number
        }
        _ => Element::Text,
    }
}

/// The values that expressions see in a profile's JSON value: one, or one for each element of a list.
#[must_use]
pub fn values_of(json: &Json) -> Vec<Value> {
    match json {
        Json::String(text) => vec![Value::Text(text.clone())],
        Json::Number(number) => number.as_f64().map(Value::Number).into_iter().collect(),
        Json::Bool(truth) => vec![Value::Boolean(*truth)],
        Json::Array(elements) => elements.iter().flat_map(values_of).collect(),
        Json::Null | Json::Object(_) => Vec::new(),
    }
}

/// The text under which a store may index a value, so that texts compare as [`fold`]ed values do and numbers as numbers do.
/// Equal texts of different types are told apart by the character that [`type_mark`] adds to the attribute's name.
#[must_use]
pub fn index_text(value: &Value) -> String {
    match value {
        Value::Text(text) => fold(text),
        Value::Exact(text) => text.clone(),
        Value::Number(number) => sortable(*number),
        Value::Boolean(truth) => truth.to_string(),
        Value::Time(at) => sortable_integer(at.as_millis()),
    }
}

/// What tells the types of indexed values apart: nothing for texts, a character that no attribute's name has for others.
#[must_use]
pub fn type_mark(value: &Value) -> &'static str {
    match value {
        Value::Text(_) | Value::Exact(_) => "",
        Value::Number(_) => "#",
        Value::Boolean(_) => "?",
        Value::Time(_) => "@",
    }
}

/// Sixteen hexadecimal digits that sort as the numbers do (IEEE 754: flip the sign of positive numbers, every bit of negative
/// ones). Both zeros are one.
fn sortable(number: f64) -> String {
    let bits = (number + 0.0).to_bits();
    let ordered = if bits >> 63 == 1 { !bits } else { bits | (1 << 63) };
    format!("{ordered:016x}")
}

fn sortable_integer(number: i64) -> String {
    format!("{:016x}", number.cast_unsigned() ^ (1 << 63))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn lists_have_the_values_of_their_elements() {
        assert_eq!(
            values_of(&json!(["a", 1])),
            [Value::Text("a".to_owned()), Value::Number(1.0)]
        );
        assert_eq!(values_of(&json!([])), []);
        assert_eq!(index_text(&Value::Number(-0.0)), index_text(&Value::Number(0.0)));
    }

    proptest! {
        #[test]
        fn indexed_numbers_sort_as_numbers(a in -1e300f64..1e300, b in -1e300f64..1e300) {
            let (one, other) = (index_text(&Value::Number(a)), index_text(&Value::Number(b)));
            prop_assert_eq!(one.cmp(&other), a.partial_cmp(&b).unwrap());
        }
    }
}
