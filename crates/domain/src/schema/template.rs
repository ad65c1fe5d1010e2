//! The schemas that every directory starts with (contract: schemas §3).

use super::OwnAccess::{Hide, ReadOnly, ReadWrite};
use super::{Format, OwnAccess, Property, Schema, SchemaKind};
use crate::time::Timestamp;

/// A row of the template: name, title, required, format, least and most characters, own access.
type Row = (
    &'static str,
    &'static str,
    bool,
    Option<Format>,
    Option<usize>,
    Option<usize>,
    OwnAccess,
);

#[rustfmt::skip]
const USER: [Row; 31] = [
    ("login", "Username", true, None, Some(5), Some(100), ReadOnly),
    ("firstName", "First name", true, None, Some(1), Some(50), ReadWrite),
    ("lastName", "Last name", true, None, Some(1), Some(50), ReadWrite),
    ("middleName", "Middle name", false, None, None, None, ReadOnly),
    ("honorificPrefix", "Honorific prefix", false, None, None, None, ReadOnly),
    ("honorificSuffix", "Honorific suffix", false, None, None, None, ReadOnly),
    ("email", "Primary email", true, Some(Format::Email), None, None, ReadWrite),
    ("title", "Title", false, None, None, None, ReadOnly),
    ("displayName", "Display name", false, None, None, None, ReadOnly),
    ("nickName", "Nickname", false, None, None, None, ReadOnly),
    ("profileUrl", "Profile Url", false, Some(Format::Uri), None, None, ReadOnly),
    ("secondEmail", "Secondary email", false, Some(Format::Email), None, None, ReadWrite),
    ("mobilePhone", "Mobile phone", false, None, None, Some(100), ReadWrite),
    ("primaryPhone", "Primary phone", false, None, None, Some(100), Hide),
    ("streetAddress", "Street address", false, None, None, None, Hide),
    ("city", "City", false, None, None, None, Hide),
    ("state", "State", false, None, None, None, Hide),
    ("zipCode", "Zip code", false, None, None, None, Hide),
    ("countryCode", "Country code", false, Some(Format::CountryCode), None, None, Hide),
    ("postalAddress", "Postal Address", false, None, None, None, Hide),
    ("preferredLanguage", "Preferred language", false, Some(Format::LanguageCode), None, None, ReadOnly),
    ("locale", "Locale", false, Some(Format::Locale), None, None, ReadOnly),
    ("timezone", "Time zone", false, Some(Format::Timezone), None, None, ReadOnly),
    ("userType", "User type", false, None, None, None, ReadOnly),
    ("employeeNumber", "Employee number", false, None, None, None, ReadOnly),
    ("costCenter", "Cost center", false, None, None, None, ReadOnly),
    ("organization", "Organization", false, None, None, None, ReadOnly),
    ("division", "Division", false, None, None, None, ReadOnly),
    ("department", "Department", false, None, None, None, ReadOnly),
    ("managerId", "ManagerId", false, None, None, None, ReadOnly),
    ("manager", "Manager", false, None, None, None, ReadOnly),
];

impl Schema {
    /// The schema of the default user type.
    #[must_use]
    pub fn default_user(at: Timestamp) -> Self {
        let base =
            USER.into_iter().map(
                |(name, title, required, format, min_length, max_length, own_access)| Property {
                    required,
                    format,
                    min_length,
                    max_length,
                    own_access,
                    ..Property::new(name, title)
                },
            );
        Self {
            kind: SchemaKind::User,
            name: "user".to_owned(),
            title: "User".to_owned(),
            description: Some("Okta user profile template with default permission settings".to_owned()),
            created: at.whole_seconds().as_millis(),
            last_updated: at.whole_seconds().as_millis(),
            base: base.collect(),
            custom: Vec::new(),
        }
    }

    /// The schema of groups.
    #[must_use]
    pub fn default_group(at: Timestamp) -> Self {
        let property = |name: &str, title: &str, required, max_length| Property {
            description: Some(title.to_owned()),
            required,
            max_length: Some(max_length),
            own_access: ReadWrite,
            ..Property::new(name, title)
        };
        Self {
            kind: SchemaKind::Group,
            name: "group".to_owned(),
            title: "Okta group".to_owned(),
            description: Some("Okta group profile template".to_owned()),
            created: at.whole_seconds().as_millis(),
            last_updated: at.whole_seconds().as_millis(),
            base: vec![
                property("name", "Name", true, 255),
                property("description", "Description", false, 1024),
            ],
            custom: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_template_has_its_31_attributes() {
        let schema = Schema::default_user(Timestamp::from_millis(0));
        assert_eq!(schema.base.len(), 31);
        let definitions = schema.definitions();
        assert_eq!(
            definitions["base"]["required"],
            serde_json::json!(["login", "firstName", "lastName", "email"])
        );
        assert_eq!(
            definitions["base"]["properties"]["countryCode"]["format"],
            "country-code"
        );
        assert_eq!(
            definitions["base"]["properties"]["primaryPhone"]["permissions"][0]["action"],
            "HIDE"
        );
        assert_eq!(definitions["custom"]["properties"], serde_json::json!({}));
    }
}
