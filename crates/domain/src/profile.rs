//! Profiles: what is known of a person, as a JSON object in one canonical form.

use std::sync::Arc;

use serde_json::{Map, Value};

/// The attributes of a profile by name.
pub type Attributes = Map<String, Value>;

/// Attributes that every representation of a user shows, `null` when unset (contract: users §1).
pub(crate) const ALWAYS_SHOWN: [&str; 6] = ["firstName", "lastName", "mobilePhone", "secondEmail", "login", "email"];

/// A profile as it is stored and shown: canonical JSON text, cheap to clone, parsed only when somebody asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile(Arc<str>);

impl Profile {
    /// A user's profile with these attributes; those that are `null` are unset.
    #[must_use]
    pub fn from_attributes(attributes: &Attributes) -> Self {
        Self::showing(&ALWAYS_SHOWN, attributes)
    }

    /// A profile with these attributes; those that are `null` are unset, and shown only when they are among `always`.
    #[must_use]
    pub fn showing(always: &[&str], attributes: &Attributes) -> Self {
        let mut shown = Attributes::new();
        for name in always {
            shown.insert(
                (*name).to_owned(),
                attributes.get(*name).cloned().unwrap_or(Value::Null),
            );
        }
        for (name, value) in attributes {
            if !value.is_null() && !always.contains(&name.as_str()) {
                shown.insert(name.clone(), value.clone());
            }
        }
        Self(Value::Object(shown).to_string().into())
    }

    /// A profile read back from a store that got it from [`Profile::as_json`].
    #[must_use]
    pub fn from_stored(json: &str) -> Self {
        Self(json.into())
    }

    /// The JSON text, as the API shows it.
    #[must_use]
    pub fn as_json(&self) -> &str {
        &self.0
    }

    /// The attributes that have a value.
    #[must_use]
    pub fn attributes(&self) -> Attributes {
        let parsed: Attributes = serde_json::from_str(&self.0).unwrap_or_default();
        parsed.into_iter().filter(|(_, value)| !value.is_null()).collect()
    }

    /// The value of a text attribute.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        match self.attributes().remove(name) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn shows_the_six_always_and_others_only_with_a_value() {
        let given = json!({"login": "a@b.io", "email": "a@b.io", "firstName": "A", "lastName": "B", "city": "X", "state": null});
        let profile = Profile::from_attributes(given.as_object().unwrap());
        let shown: Value = serde_json::from_str(profile.as_json()).unwrap();
        let wanted = json!({"firstName": "A", "lastName": "B", "mobilePhone": null, "secondEmail": null,
                            "login": "a@b.io", "email": "a@b.io", "city": "X"});
        assert_eq!(shown, wanted);
        assert_eq!(Profile::from_attributes(&profile.attributes()), profile);
        assert_eq!(profile.text("city").as_deref(), Some("X"));
        assert_eq!(profile.text("mobilePhone"), None);
    }
}
