//! Whether a value is what an attribute asks for (contract: schemas §7).

use serde_json::Value;

use super::{Choices, ItemKind, Kind, LoginPattern, Property};
use crate::login::is_email_address;
use crate::validation::Violations;

pub(super) const NO_ADDRESS: &str = "Username must be in the form of an email address";
const NO_MATCH: &str = "Does not match required pattern";

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
/// No text may be longer.
const LONGEST: usize = 4096;
/// No list may have more elements.
const MOST_ELEMENTS: usize = 1000;

impl Property {
    /// Notes everything that is wrong with a value that is not `null`.
    pub(super) fn check(&self, value: &Value, violations: &mut Violations) {
        match (self.kind, value) {
            (Kind::String, Value::String(text)) => self.check_text(text, violations),
            (Kind::Boolean, Value::Bool(_)) => {}
            (Kind::Integer, Value::Number(_)) if is_integer(value) => self.check_bounds(value, violations),
            (Kind::Number, Value::Number(_)) => self.check_bounds(value, violations),
            (Kind::Array, Value::Array(elements)) => self.check_elements(elements, violations),
            (kind, _) => {
                violations.add(&self.name, &format!("The value must be {}", with_article(kind)));
                return;
            }
        }
        if self
            .choices
            .as_ref()
            .is_some_and(|choices| self.kind != Kind::Array && !choices.admit(value))
        {
            violations.add(&self.name, "The value is not one of the allowed values");
        }
    }

    fn check_text(&self, text: &str, violations: &mut Violations) {
        let length = text.chars().count();
        let unprinted = UNPRINTED.iter().find(|(name, _, _)| *name == self.name);
        let pattern = self.pattern.as_deref().and_then(LoginPattern::parse);
        let least = self.min_length.or(unprinted.map(|(_, least, _)| *least)).unwrap_or(0);
        let least = if pattern == Some(LoginPattern::Any) { 1 } else { least };
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
        if !is_supported(text) {
            violations.add(&self.name, "The field has characters that are not supported");
        }
        if self.name == "login" && !text.trim().is_empty() {
            match pattern {
                Some(pattern) if !pattern.admits(text) => violations.add("login", NO_MATCH),
                None if !is_email_address(text) => violations.add("login", NO_ADDRESS),
                _ => {}
            }
        }
        if !text.is_empty() && self.format.is_some_and(|format| !format.admits(text)) {
            violations.add(&self.name, NO_MATCH);
        }
    }

    fn check_bounds(&self, value: &Value, violations: &mut Violations) {
        let Some(number) = value.as_f64() else { return };
        if let Some(least) = self
            .minimum
            .as_ref()
            .filter(|least| least.as_f64().is_some_and(|least| number < least))
        {
            violations.add(&self.name, &format!("The value must be at least {least}"));
        }
        if let Some(most) = self
            .maximum
            .as_ref()
            .filter(|most| most.as_f64().is_some_and(|most| number > most))
        {
            violations.add(&self.name, &format!("The value must be at most {most}"));
        }
    }

    fn check_elements(&self, elements: &[Value], violations: &mut Violations) {
        let Some(items) = &self.items else { return };
        if elements.len() > MOST_ELEMENTS {
            violations.add(&self.name, &format!("At most {MOST_ELEMENTS} elements are allowed"));
        }
        if !elements.iter().all(|element| items.kind.admits(element)) {
            violations.add(
                &self.name,
                &format!("Each element must be {}", items.kind.with_article()),
            );
        } else if items
            .choices
            .as_ref()
            .is_some_and(|choices| !elements.iter().all(|e| choices.admit(e)))
        {
            violations.add(&self.name, "An element is not one of the allowed values");
        }
    }
}

/// Texts are stored in at most three bytes a character (contract: conventions §1), and hold no control characters.
fn is_supported(text: &str) -> bool {
    text.chars()
        .all(|c| u32::from(c) <= 0xFFFF && (!c.is_control() || matches!(c, '\n' | '\r' | '\t')))
}

/// A whole number of 32 bits.
pub(super) fn is_integer(value: &Value) -> bool {
    value.as_i64().is_some_and(|number| i32::try_from(number).is_ok())
}

fn with_article(kind: Kind) -> &'static str {
    match kind {
        Kind::String => "a string",
        Kind::Boolean => "a boolean",
        Kind::Number => "a number",
        Kind::Integer => "an integer",
        Kind::Array => "an array",
    }
}

impl Choices {
    /// Whether a value is one of these. Booleans are chosen among the texts `true` and `false`, numbers by their value.
    pub(super) fn admit(&self, value: &Value) -> bool {
        self.values.iter().any(|choice| match (choice, value) {
            (Value::String(text), Value::Bool(value)) => *text == value.to_string(),
            (Value::Number(choice), Value::Number(value)) => choice.as_f64() == value.as_f64(),
            _ => choice == value,
        })
    }
}

impl ItemKind {
    /// Whether a value is of this type.
    pub(super) fn admits(self, value: &Value) -> bool {
        match self {
            Self::String => value
                .as_str()
                .is_some_and(|text| text.chars().count() <= LONGEST && is_supported(text)),
            Self::Number => value.is_number(),
            Self::Integer => is_integer(value),
            Self::Object => value.is_object(),
        }
    }

    fn with_article(self) -> &'static str {
        match self {
            Self::String => "a string",
            Self::Number => "a number",
            Self::Integer => "an integer",
            Self::Object => "an object",
        }
    }
}
