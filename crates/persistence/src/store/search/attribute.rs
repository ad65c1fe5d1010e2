//! Finds one attribute in the JSON text of a profile. Everything else is skipped, not parsed: a walk asks a great many
//! profiles for little.

use std::fmt;

use denizen_domain::search::{Value, values_of};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value as Json;

/// The values of an attribute.
pub(super) fn values_in(profile: &str, name: &str) -> Vec<Value> {
    Attribute(name)
        .deserialize(&mut serde_json::Deserializer::from_str(profile))
        .unwrap_or_default()
}

/// The attribute with this name.
struct Attribute<'a>(&'a str);

impl<'de> DeserializeSeed<'de> for Attribute<'_> {
    type Value = Vec<Value>;

    fn deserialize<D: Deserializer<'de>>(self, profile: D) -> Result<Self::Value, D::Error> {
        profile.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Attribute<'_> {
    type Value = Vec<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a profile")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut attributes: A) -> Result<Self::Value, A::Error> {
        let mut found = Vec::new();
        while let Some(is_wanted) = attributes.next_key_seed(Is(self.0))? {
            if is_wanted {
                found = values_of(&attributes.next_value::<Json>()?);
            } else {
                attributes.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

/// Whether a name is this one.
struct Is<'a>(&'a str);

impl<'de> DeserializeSeed<'de> for Is<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, name: D) -> Result<bool, D::Error> {
        name.deserialize_str(self)
    }
}

impl Visitor<'_> for Is<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<bool, E> {
        Ok(name == self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_values_of_one_attribute() {
        let profile =
            r#"{"b":null,"a\"é":"x\u0000\ud83e\udd80y","n":[1,{"a":"no"}],"t":true,"deep":{"a":"no"},"a":"yes"}"#;
        let text = |text: &str| vec![Value::Text(text.to_owned())];
        let cases = [
            ("a", text("yes")),
            ("a\"é", text("x\0🦀y")),
            ("b", Vec::new()),
            ("n", vec![Value::Number(1.0)]),
            ("t", vec![Value::Boolean(true)]),
            ("none", Vec::new()),
        ];
        for (name, wanted) in cases {
            assert_eq!(values_in(profile, name), wanted, "{name}");
        }
        assert_eq!(values_in("no profile", "a"), []);
    }
}
