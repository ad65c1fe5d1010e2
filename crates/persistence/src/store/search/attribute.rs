//! Finds one attribute in the JSON text of a profile. Everything else is skipped, not parsed: a walk asks a great many
//! profiles for little.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

/// The value of a text attribute.
pub(super) fn text_in(profile: &str, name: &str) -> Option<String> {
    Attribute(name)
        .deserialize(&mut serde_json::Deserializer::from_str(profile))
        .ok()
        .flatten()
}

/// The attribute with this name, if it is a text.
struct Attribute<'a>(&'a str);

impl<'de> DeserializeSeed<'de> for Attribute<'_> {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, profile: D) -> Result<Self::Value, D::Error> {
        profile.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Attribute<'_> {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a profile")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut attributes: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(is_wanted) = attributes.next_key_seed(Is(self.0))? {
            if is_wanted {
                found = match attributes.next_value()? {
                    Value::String(text) => Some(text),
                    _ => None,
                };
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
    fn finds_texts_and_nothing_else() {
        let profile =
            r#"{"b":null,"a\"é":"x\u0000\ud83e\udd80y","n":[1,{"a":"no"}],"t":true,"deep":{"a":"no"},"a":"yes"}"#;
        let cases = [
            ("a", Some("yes")),
            ("a\"é", Some("x\0🦀y")),
            ("b", None),
            ("n", None),
            ("t", None),
            ("none", None),
        ];
        for (name, wanted) in cases {
            assert_eq!(text_in(profile, name).as_deref(), wanted, "{name}");
        }
        assert_eq!(text_in("no profile", "a"), None);
    }
}
