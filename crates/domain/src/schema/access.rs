//! Who may see and change which attribute (R12): what a person may do with their own profile, and what nobody may change
//! (contract: schemas §5, §7).

use serde_json::Value;

use super::{Mutability, OwnAccess, Property, Schema};
use crate::profile::{Attributes, Profile};

/// Why an attribute is not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AttributeRefusal {
    /// It is not for the caller to change, or for nobody.
    #[error("the attribute {0} is read-only")]
    ReadOnly(String),
    /// It was set, once and for all.
    #[error("the attribute {0} is immutable")]
    Immutable(String),
}

impl Schema {
    /// A profile as its owner sees it.
    #[must_use]
    pub fn shown_to_owner(&self, profile: &Profile) -> Profile {
        let is_shown = |name: &str| {
            self.property(name).is_none_or(|property| {
                property.own_access != OwnAccess::Hide && property.mutability != Mutability::WriteOnly
            })
        };
        let mut attributes = profile.attributes();
        attributes.retain(|name, _| is_shown(name));
        let always = self.kind.always_shown().iter().copied();
        let always: Vec<&str> = always.filter(|name| is_shown(name)).collect();
        Profile::showing(&always, &attributes)
    }

    /// What an owner's change of their own profile comes to: a value that is sent back as it was read changes nothing, and a
    /// replacement keeps what the owner could not have sent. What is hidden from them cannot even be guessed at.
    ///
    /// # Errors
    /// `ReadOnly` for an attribute that is not the owner's to change.
    pub fn change_by_owner(
        &self,
        present: &Profile,
        mut given: Attributes,
        replaces: bool,
    ) -> Result<Attributes, AttributeRefusal> {
        let present = present.attributes();
        for property in self.properties() {
            let name = property.name.as_str();
            let is_same = |value: &Value| present.get(name).unwrap_or(&Value::Null) == value;
            let refused = match (property.own_access, given.get(name)) {
                (OwnAccess::ReadWrite, _) => continue,
                (_, None) => false,
                (OwnAccess::ReadOnly, Some(value)) => !is_same(value),
                (OwnAccess::Hide, Some(_)) => true,
            };
            if refused {
                return Err(AttributeRefusal::ReadOnly(name.to_owned()));
            }
            given.remove(name);
            if let Some(kept) = present.get(name).filter(|_| replaces) {
                given.insert(name.to_owned(), kept.clone());
            }
        }
        Ok(given)
    }

    /// Checks a change against what the schema lets nobody change.
    ///
    /// # Errors
    /// `ReadOnly` or `Immutable` for the first attribute that would change and must not.
    pub fn check_mutability(&self, before: Option<&Profile>, after: &Profile) -> Result<(), AttributeRefusal> {
        let is_fixed =
            |property: &&Property| matches!(property.mutability, Mutability::ReadOnly | Mutability::Immutable);
        let fixed: Vec<&Property> = self.properties().filter(is_fixed).collect();
        if fixed.is_empty() {
            return Ok(());
        }
        let (before, after) = (before.map(Profile::attributes).unwrap_or_default(), after.attributes());
        let value = |attributes: &Attributes, name: &str| attributes.get(name).cloned().unwrap_or_default();
        for property in fixed {
            let (old, new) = (value(&before, &property.name), value(&after, &property.name));
            if old == new {
                continue;
            }
            match property.mutability {
                Mutability::Immutable if old.is_null() => {}
                Mutability::Immutable => return Err(AttributeRefusal::Immutable(property.name.clone())),
                _ => return Err(AttributeRefusal::ReadOnly(property.name.clone())),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;
    use serde_json::json;

    fn schema() -> Schema {
        Schema::default_user(Timestamp::from_millis(0))
    }

    fn attributes(value: &Value) -> Attributes {
        value.as_object().unwrap().clone()
    }

    fn profile() -> Profile {
        let whole = json!({"login": "a@example.com", "email": "a@example.com", "firstName": "A", "lastName": "B",
                           "city": "Issaquah", "title": "Boss"});
        Profile::from_attributes(&attributes(&whole))
    }

    /// R12: the default schema hides the city, shows the title, and leaves the first name to its owner.
    #[test]
    fn an_owner_sees_what_is_not_hidden() {
        let shown = schema().shown_to_owner(&profile());
        assert!(shown.as_json().contains(r#""mobilePhone":null"#));
        let shown = shown.attributes();
        assert_eq!((shown.get("city"), shown.get("title")), (None, Some(&json!("Boss"))));
    }

    /// R12
    #[test]
    fn an_owner_changes_what_is_theirs() {
        let change = |given: Value, replaces| schema().change_by_owner(&profile(), attributes(&given), replaces);
        let read_only = |name: &str| Err(AttributeRefusal::ReadOnly(name.to_owned()));
        let own = json!({"firstName": "Ada"});
        assert_eq!(change(own.clone(), false), Ok(attributes(&own)));
        let sent_back = json!({"firstName": "Ada", "title": "Boss", "nickName": null});
        assert_eq!(change(sent_back, false), Ok(attributes(&own)));
        assert_eq!(change(json!({"title": "Chief"}), false), read_only("title"));
        assert_eq!(change(json!({"title": null}), false), read_only("title"));
        assert_eq!(change(json!({"login": "b@example.com"}), false), read_only("login"));
        for guess in [json!("Issaquah"), json!("Elsewhere"), json!(null)] {
            assert_eq!(change(json!({"city": guess}), false), read_only("city"));
        }
        let kept = json!({"firstName": "Ada", "city": "Issaquah", "title": "Boss", "login": "a@example.com"});
        assert_eq!(change(own, true), Ok(attributes(&kept)));
        let unknown = json!({"boss": true});
        assert_eq!(change(unknown.clone(), false), Ok(attributes(&unknown)));
    }

    /// R12: nobody changes what the schema says is fixed, administrators included.
    #[test]
    fn nobody_changes_what_is_fixed() {
        let fixed = |mutability| {
            let mut schema = schema();
            schema.custom.push(Property {
                mutability,
                ..Property::new("badge", "Badge")
            });
            schema
        };
        let with = |badge: Value| Profile::from_attributes(&attributes(&json!({"badge": badge})));
        let (none, seven, eight) = (with(json!(null)), with(json!("7")), with(json!("8")));
        let check = |mutability, before, after| fixed(mutability).check_mutability(before, after);
        let read_only = Err(AttributeRefusal::ReadOnly("badge".to_owned()));
        assert_eq!(check(Mutability::ReadOnly, None, &seven), read_only);
        assert_eq!(check(Mutability::ReadOnly, Some(&seven), &eight), read_only);
        assert_eq!(check(Mutability::ReadOnly, Some(&seven), &seven), Ok(()));
        assert_eq!(check(Mutability::Immutable, Some(&none), &seven), Ok(()));
        let immutable = Err(AttributeRefusal::Immutable("badge".to_owned()));
        assert_eq!(check(Mutability::Immutable, Some(&seven), &eight), immutable);
        assert_eq!(check(Mutability::Immutable, Some(&seven), &none), immutable);
        assert_eq!(check(Mutability::WriteOnly, Some(&seven), &eight), Ok(()));
        let shown = fixed(Mutability::WriteOnly).shown_to_owner(&seven);
        assert_eq!(shown.attributes().get("badge"), None);
    }
}
