//! The factors of a transaction as clients see them (contract: authn-and-recovery §3, §6).

use denizen_application::{Activation, CatalogEntry, Challenge};
use denizen_domain::factor::{Factor, FactorKind};
use denizen_domain::user::User;
use serde_json::{Value, json};

use super::link;
use crate::routes::factors::view::Place;

/// The factors of somebody who signs in.
pub(super) struct Factors<'a> {
    base: &'a str,
    place: Place<'a>,
}

impl<'a> Factors<'a> {
    pub(super) fn of(base: &'a str, user: &'a User) -> Self {
        Self {
            base,
            place: Place::of_user(base, user),
        }
    }

    /// A factor that can be shown.
    pub(super) fn usable(&self, factor: &Factor) -> Value {
        let mut object = self.alone(factor);
        object["_links"] = json!({"verify": self.link(factor, "verify", None)});
        object
    }

    /// A factor that the stage is about. What is told of it does not help somebody who knows the password alone.
    fn alone(&self, factor: &Factor) -> Value {
        let kind = factor.kind();
        let mut object = json!({
            "id": factor.id.as_str(),
            "factorType": kind.factor_type(),
            "provider": kind.provider(),
            "vendorName": self.place.vendor(factor),
        });
        if let Some(profile) = self.place.profile(factor) {
            object["profile"] = masked(profile);
        }
        object
    }

    /// A kind that can be enrolled.
    pub(super) fn entry(&self, entry: &CatalogEntry) -> Value {
        let kind = entry.kind;
        let mut links = json!({"enroll": link(self.base, "factors", None)});
        if kind == FactorKind::Question {
            let questions = format!("{}/factors/questions", self.place.user());
            links["questions"] = json!({"href": questions, "hints": {"allow": ["GET"]}});
        }
        json!({
            "factorType": kind.factor_type(),
            "provider": kind.provider(),
            "vendorName": kind.provider(),
            "_links": links,
            "status": entry.status().map_or("NOT_SETUP", |status| status.as_str()),
            "enrollment": entry.enrolment.as_str(),
        })
    }

    /// A challenge: what came of it so far, the factor, and the links.
    pub(super) fn challenge(
        &self,
        factor: &Factor,
        challenge: Option<&Challenge>,
    ) -> (Option<&'static str>, Value, Value) {
        let mut object = self.alone(factor);
        let told = challenge.map(|challenge| self.place.challenge(factor, challenge));
        let result = told.as_ref().map(|told| told.result());
        if let Some(embedded) = told.and_then(|told| told.into_embedded()) {
            object["_embedded"] = embedded;
        }
        let kind = factor.kind();
        let is_over = matches!(result, Some("REJECTED" | "TIMEOUT" | "CANCELLED"));
        let next = if kind.registers_by_itself() && !is_over {
            "poll"
        } else {
            "verify"
        };
        let mut links = json!({"next": self.link(factor, "verify", Some(next))});
        let can_be_sent = matches!(kind, FactorKind::Sms | FactorKind::Call | FactorKind::Email);
        if can_be_sent || (kind == FactorKind::Push && is_over) {
            links["resend"] = json!([self.link(factor, "verify/resend", Some(kind.factor_type()))]);
        }
        (
            result.filter(|result| *result != "CHALLENGE"),
            object,
            self.with_ways_back(links),
        )
    }

    /// A factor that waits for its activation, with what is told once, and the links.
    pub(super) fn enrolled(&self, factor: &Factor, activation: Option<&Activation>) -> (Value, Value) {
        let mut object = self.alone(factor);
        if let Some(activation) = activation {
            object["_embedded"] = json!({"activation": self.place.activation(&factor.id, activation)});
        }
        let kind = factor.kind();
        let (path, name) = if kind.registers_by_itself() {
            ("lifecycle/activate/poll", "poll")
        } else {
            ("lifecycle/activate", "activate")
        };
        let mut links = json!({"next": self.link(factor, path, Some(name))});
        if matches!(kind, FactorKind::Sms | FactorKind::Call | FactorKind::Email) {
            links["resend"] = json!([self.link(factor, "lifecycle/resend", Some(kind.factor_type()))]);
        }
        (object, self.with_ways_back(links))
    }

    fn with_ways_back(&self, mut links: Value) -> Value {
        links["prev"] = link(self.base, "previous", None);
        links["cancel"] = link(self.base, "cancel", None);
        links
    }

    fn link(&self, factor: &Factor, path: &str, name: Option<&str>) -> Value {
        link(self.base, &format!("factors/{}/{path}", factor.id), name)
    }
}

/// What is asked of devices: none is remembered.
pub(super) fn policy() -> Value {
    json!({"allowRememberDevice": false, "rememberDeviceLifetimeInMinutes": 0, "rememberDeviceByDefault": false})
}

/// A profile in which numbers and addresses can be recognized, and not read.
fn masked(mut profile: Value) -> Value {
    for (name, mask) in [("phoneNumber", number as fn(&str) -> String), ("email", address)] {
        if let Some(text) = profile.get(name).and_then(Value::as_str) {
            profile[name] = mask(text).into();
        }
    }
    profile
}

/// The last four digits of a number stay.
fn number(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let (hidden, shown) = digits.split_at(digits.len().saturating_sub(4));
    if hidden.len() == 7 && hidden.starts_with('1') {
        return format!("+1 XXX-XXX-{shown}");
    }
    format!("+{}{shown}", "X".repeat(hidden.len()))
}

/// The first and the last character before the `@` stay.
fn address(text: &str) -> String {
    let (local, domain) = text.rsplit_once('@').unwrap_or((text, ""));
    let mut shown: Vec<char> = local.chars().collect();
    let last = shown.pop().filter(|_| shown.len() > 1);
    let first = shown.first().copied();
    let ends = |end: Option<char>| end.map(String::from).unwrap_or_default();
    format!("{}...{}@{domain}", ends(first), ends(last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_addresses_are_masked() {
        assert_eq!(number("+1-555-415-1337"), "+1 XXX-XXX-1337");
        assert_eq!(number("+15554151337"), "+1 XXX-XXX-1337");
        assert_eq!(number("+4930901820"), "+XXXXXX1820");
        assert_eq!(number(""), "+");
        assert_eq!(address("isaac.brock@example.com"), "i...k@example.com");
        assert_eq!(address("ib@example.com"), "i...@example.com");
        assert_eq!(address("i@example.com"), "...@example.com");
        let profile = json!({"phoneNumber": "+15554151337", "phoneExtension": "7"});
        assert_eq!(
            masked(profile),
            json!({"phoneNumber": "+1 XXX-XXX-1337", "phoneExtension": "7"})
        );
    }
}
