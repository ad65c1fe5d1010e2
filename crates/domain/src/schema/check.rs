//! Checking profiles against their schema (contract: users §1.1, §4.1; conventions §2.2).

use serde_json::Value;

use super::{Property, Schema};
use crate::login::is_email_address;
use crate::profile::{Attributes, Profile};
use crate::validation::{Validation, Violations};

const BLANK: &str = "The field cannot be left blank";
const NO_ADDRESS: &str = "Username must be in the form of an email address";

/// Order in which missing fields are told.
const TOLD_FIRST: [&str; 4] = ["login", "firstName", "lastName", "email"];

/// Bounds that hold although the schema does not print them: name, least and most characters.
const UNPRINTED: [(&str, usize, usize); 9] = [
    ("email", 5, 100),
    ("secondEmail", 5, 100),
    ("city", 0, 128),
    ("state", 0, 128),
    ("streetAddress", 0, 1024),
    ("zipCode", 0, 50),
    ("countryCode", 0, 2),
    ("postalAddress", 0, 4096),
    ("mobilePhone", 0, 100),
];
/// No attribute may be longer.
const LONGEST: usize = 4096;

impl Schema {
    /// Checks the profile of a new user.
    ///
    /// # Errors
    /// Every violation.
    pub fn check_new(&self, given: Attributes) -> Result<Profile, Validation> {
        self.check(given, "newUser")
    }

    /// Checks a profile that replaces another: what is left out is cleared.
    ///
    /// # Errors
    /// Every violation.
    pub fn check_replace(&self, given: Attributes) -> Result<Profile, Validation> {
        self.check(given, "user")
    }

    /// Checks a partial update: only the attributes given change, `null` clears one.
    ///
    /// # Errors
    /// Every violation.
    pub fn check_merge(&self, current: &Profile, given: Attributes) -> Result<Profile, Validation> {
        let mut merged = current.attributes();
        merged.extend(given);
        self.check(merged, "user")
    }

    fn check(&self, given: Attributes, subject: &str) -> Result<Profile, Validation> {
        let unknown: Vec<String> = given
            .keys()
            .filter(|name| self.property(name).is_none())
            .map(|name| format!("Property name '{name}' is not defined in profile"))
            .collect();
        if !unknown.is_empty() {
            return Err(Validation {
                subject: subject.to_owned(),
                causes: unknown,
            });
        }
        let mut violations = Violations::default();
        let named = TOLD_FIRST.iter().filter_map(|name| self.property(name));
        let rest = self
            .base
            .iter()
            .filter(|property| !TOLD_FIRST.contains(&property.name.as_str()));
        for property in named.chain(rest) {
            if property.required && is_blank(given.get(&property.name)) {
                violations.add(&property.name, BLANK);
            }
        }
        if is_blank(given.get("login")) && self.property("login").is_some() {
            violations.add("login", NO_ADDRESS);
        }
        for property in &self.base {
            match given.get(&property.name) {
                None | Some(Value::Null) => {}
                Some(Value::String(text)) if text.is_empty() && property.required => {}
                Some(Value::String(text)) => property.check(text, &mut violations),
                Some(_) => violations.add(&property.name, "The value must be a string"),
            }
        }
        violations.into_result()?;
        let ordered = self.base.iter().filter_map(|property| {
            let value = given.get(&property.name)?;
            Some((property.name.clone(), value.clone()))
        });
        Ok(Profile::from_attributes(&ordered.collect()))
    }
}

fn is_blank(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.trim().is_empty(),
        Some(_) => false,
    }
}

impl Property {
    fn check(&self, text: &str, violations: &mut Violations) {
        let length = text.chars().count();
        let unprinted = UNPRINTED.iter().find(|(name, _, _)| *name == self.name);
        let least = self.min_length.or(unprinted.map(|(_, least, _)| *least)).unwrap_or(0);
        let most = self
            .max_length
            .or(unprinted.map(|(_, _, most)| *most))
            .unwrap_or(LONGEST);
        if length < least {
            violations.add(&self.name, &format!("The field must be at least {least} characters"));
        }
        if length > most {
            violations.add(
                &self.name,
                &format!("The field is too long; at most {most} characters are allowed"),
            );
        }
        if text
            .chars()
            .any(|c| u32::from(c) > 0xFFFF || (c.is_control() && !matches!(c, '\n' | '\r' | '\t')))
        {
            violations.add(&self.name, "The field has characters that are not supported");
        }
        if self.name == "login" && !is_email_address(text) && !text.trim().is_empty() {
            violations.add("login", NO_ADDRESS);
        }
        if !text.is_empty() && self.format.is_some_and(|format| !format.admits(text)) {
            violations.add(&self.name, "Does not match required pattern");
        }
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
        let refused = schema().check_replace(Attributes::new()).unwrap_err();
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
            let refused = schema().check_new(given).unwrap_err();
            assert_eq!((refused.subject.as_str(), refused.causes[0].as_str()), (subject, cause));
        }
    }

    #[test]
    fn null_unsets_an_optional_attribute() {
        let profile = schema().check_new(valid()).unwrap();
        let merged = schema()
            .check_merge(&profile, attributes(json!({"mobilePhone": null, "city": "Seattle"})))
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
            if let Ok(profile) = schema().check_new(given) {
                prop_assert_eq!(schema().check_replace(profile.attributes()), Ok(profile.clone()));
                prop_assert_eq!(schema().check_merge(&profile, Attributes::new()), Ok(profile));
            }
        }

        /// D1: updates of different attributes give the same profile in either order.
        #[test]
        fn merges_of_different_attributes_commute(a in "[a-z]{1,9}", b in "[a-z]{1,9}") {
            let start = schema().check_new(valid()).unwrap();
            let (first, second) = (attributes(json!({"city": a})), attributes(json!({"title": b})));
            let one = schema().check_merge(&schema().check_merge(&start, first.clone()).unwrap(), second.clone());
            let other = schema().check_merge(&schema().check_merge(&start, second).unwrap(), first);
            prop_assert_eq!(one, other);
        }
    }
}
