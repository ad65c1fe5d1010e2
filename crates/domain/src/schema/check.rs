//! Checking profiles against their schema (contract: users §1.1, §4.1; conventions §2.2; schemas §7).

use serde_json::Value;

use super::value::NO_ADDRESS;
use super::{LoginPattern, Property, Schema};
use crate::profile::{Attributes, Profile};
use crate::validation::{Validation, Violations};

const BLANK: &str = "The field cannot be left blank";

/// Order in which missing fields are told.
const TOLD_FIRST: [&str; 4] = ["login", "firstName", "lastName", "email"];

impl Schema {
    /// Checks the profile of something new. `subject` is its name in messages, such as `newUser`.
    ///
    /// # Errors
    /// Every violation.
    pub fn check_new(&self, given: Attributes, subject: &str) -> Result<Profile, Validation> {
        self.check_whole(given, subject)
    }

    /// Checks a profile that replaces another: what is left out is cleared.
    ///
    /// # Errors
    /// Every violation.
    pub fn check_replace(&self, given: Attributes, subject: &str) -> Result<Profile, Validation> {
        self.check_whole(given, subject)
    }

    /// Checks a partial update: only the attributes given change, `null` clears one. What is not given is not looked at: a
    /// schema may have become narrower since it was written (contract: schemas §7).
    ///
    /// # Errors
    /// Every violation.
    pub fn check_merge(&self, current: &Profile, given: Attributes, subject: &str) -> Result<Profile, Validation> {
        self.refuse_unknown(&given, subject)?;
        let mut violations = Violations::default();
        self.check_presence(&given, |property| given.contains_key(&property.name), &mut violations);
        self.check_values(&given, &mut violations);
        violations.into_result()?;
        let mut merged = current.attributes();
        merged.extend(given);
        Ok(self.profile(&merged))
    }

    /// The part of a profile that a schema knows: what is left of it when its owner moves to another type.
    #[must_use]
    pub fn known_part(&self, profile: &Profile) -> Attributes {
        let attributes = profile.attributes().into_iter();
        attributes.filter(|(name, _)| self.property(name).is_some()).collect()
    }

    fn check_whole(&self, mut given: Attributes, subject: &str) -> Result<Profile, Validation> {
        self.refuse_unknown(&given, subject)?;
        for property in self.properties() {
            if let Some(default) = &property.default
                && given.get(&property.name).is_none_or(Value::is_null)
            {
                given.insert(property.name.clone(), default.clone());
            }
        }
        let mut violations = Violations::default();
        self.check_presence(&given, |_| true, &mut violations);
        self.check_values(&given, &mut violations);
        violations.into_result()?;
        Ok(self.profile(&given))
    }

    fn refuse_unknown(&self, given: &Attributes, subject: &str) -> Result<(), Validation> {
        let unknown = given.keys().filter(|name| self.property(name).is_none());
        let causes: Vec<String> = unknown
            .map(|name| format!("Property name '{name}' is not defined in profile"))
            .collect();
        if causes.is_empty() {
            return Ok(());
        }
        Err(Validation {
            subject: subject.to_owned(),
            causes,
        })
    }

    /// Notes each required attribute that is blank, of those that are asked about.
    fn check_presence(&self, given: &Attributes, asked: impl Fn(&Property) -> bool, violations: &mut Violations) {
        let named = TOLD_FIRST.iter().filter_map(|name| self.property(name));
        let is_named = |property: &&Property| TOLD_FIRST.contains(&property.name.as_str());
        let rest = self.properties().filter(|property| !is_named(property));
        for property in named.chain(rest) {
            if property.required && asked(property) && is_blank(given.get(&property.name)) {
                violations.add(&property.name, BLANK);
            }
        }
        if let Some(login) = self.property("login")
            && asked(login)
            && is_blank(given.get("login"))
            && login.pattern.as_deref().and_then(LoginPattern::parse).is_none()
        {
            violations.add("login", NO_ADDRESS);
        }
    }

    fn check_values(&self, given: &Attributes, violations: &mut Violations) {
        for property in self.properties() {
            match given.get(&property.name) {
                None | Some(Value::Null) => {}
                Some(Value::String(text)) if text.is_empty() && property.required => {}
                Some(value) => property.check(value, violations),
            }
        }
    }

    fn profile(&self, attributes: &Attributes) -> Profile {
        let ordered = self.properties().filter_map(|property| {
            let value = attributes.get(&property.name)?;
            Some((property.name.clone(), value.clone()))
        });
        Profile::showing(self.kind.always_shown(), &ordered.collect())
    }
}

fn is_blank(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.trim().is_empty(),
        Some(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;
    use proptest::prelude::*;
    use serde_json::json;

    fn schema() -> Schema {
        Schema::default_user(Timestamp::from_millis(0))
    }

    fn attributes(value: Value) -> Attributes {
        value.as_object().unwrap().clone()
    }

    fn valid() -> Attributes {
        attributes(
            json!({"login": "isaac.brock@example.com", "email": "isaac.brock@example.com",
                          "firstName": "Isaac", "lastName": "Brock", "mobilePhone": "555-415-1337"}),
        )
    }

    #[test]
    fn a_replace_that_lacks_everything_tells_five_causes() {
        let refused = schema().check_replace(Attributes::new(), "user").unwrap_err();
        assert_eq!(refused.subject, "login");
        let wanted = [
            "login: The field cannot be left blank",
            "firstName: The field cannot be left blank",
            "lastName: The field cannot be left blank",
            "email: The field cannot be left blank",
            "login: Username must be in the form of an email address",
        ];
        assert_eq!(refused.causes, wanted);
    }

    #[test]
    fn each_violation_has_its_own_words() {
        let cases = [
            (
                "notValid",
                json!("x"),
                "newUser",
                "Property name 'notValid' is not defined in profile",
            ),
            (
                "login",
                json!("isaac"),
                "login",
                "login: Username must be in the form of an email address",
            ),
            (
                "email",
                json!("isaac"),
                "email",
                "email: Does not match required pattern",
            ),
            (
                "firstName",
                json!(null),
                "firstName",
                "firstName: The field cannot be left blank",
            ),
            (
                "firstName",
                json!("x".repeat(51)),
                "firstName",
                "firstName: The field is too long; at most 50 characters are allowed",
            ),
            (
                "countryCode",
                json!("USA"),
                "countryCode",
                "countryCode: The field is too long; at most 2 characters are allowed",
            ),
            ("city", json!(7), "city", "city: The value must be a string"),
            (
                "city",
                json!("a\u{1F600}"),
                "city",
                "city: The field has characters that are not supported",
            ),
        ];
        for (name, value, subject, cause) in cases {
            let mut given = valid();
            given.insert(name.to_owned(), value);
            let refused = schema().check_new(given, "newUser").unwrap_err();
            assert_eq!((refused.subject.as_str(), refused.causes[0].as_str()), (subject, cause));
        }
    }

    #[test]
    fn null_unsets_an_optional_attribute() {
        let profile = schema().check_new(valid(), "newUser").unwrap();
        let merged = schema()
            .check_merge(
                &profile,
                attributes(json!({"mobilePhone": null, "city": "Seattle"})),
                "user",
            )
            .unwrap();
        assert_eq!(merged.text("mobilePhone"), None);
        assert_eq!(merged.text("city").as_deref(), Some("Seattle"));
        assert_eq!(merged.text("firstName").as_deref(), Some("Isaac"));
    }

    fn any_value() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,60}".prop_map(Value::from),
        ]
    }

    fn any_attributes() -> impl Strategy<Value = Attributes> {
        let names: Vec<String> = schema()
            .base
            .into_iter()
            .map(|p| p.name)
            .chain(["other".to_owned()])
            .collect();
        proptest::collection::vec((proptest::sample::select(names), any_value()), 0..6)
            .prop_map(|v| v.into_iter().collect())
    }

    proptest! {
        #[test]
        fn what_is_accepted_stays_accepted(extra in any_attributes()) {
            let mut given = valid();
            given.extend(extra);
            if let Ok(profile) = schema().check_new(given, "newUser") {
                prop_assert_eq!(schema().check_replace(profile.attributes(), "user"), Ok(profile.clone()));
                prop_assert_eq!(schema().check_merge(&profile, Attributes::new(), "user"), Ok(profile));
            }
        }

        /// D1: updates of different attributes give the same profile in either order.
        #[test]
        fn merges_of_different_attributes_commute(a in "[a-z]{1,9}", b in "[a-z]{1,9}") {
            let start = schema().check_new(valid(), "newUser").unwrap();
            let merge = |profile: &Profile, given| schema().check_merge(profile, given, "user").unwrap();
            let (first, second) = (attributes(json!({"city": a})), attributes(json!({"title": b})));
            let one = merge(&merge(&start, first.clone()), second.clone());
            let other = merge(&merge(&start, second), first);
            prop_assert_eq!(one, other);
        }
    }
}
