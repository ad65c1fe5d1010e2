//! Whether the description of an attribute makes sense, and how one description changes another (contract: schemas §4, §5).

use serde_json::{Map, Value};

use super::edit::SchemaRefusal;
use super::member::{Description, Member};
use super::property::profile_master;
use super::value::is_integer;
use super::{Choices, ItemKind, Items, Kind, LoginPattern, OwnAccess, Property};
use crate::validation::Violations;

/// The original publishes no number.
const MOST_CHOICES: usize = 250;
const LONGEST_TITLE: usize = 1024;

impl Property {
    /// Changes an attribute that the organization added, or makes a new one.
    pub(super) fn describe(&mut self, members: &Map<String, Value>, is_new: bool) -> Result<(), SchemaRefusal> {
        let name = self.name.clone();
        let description = Description { name: &name, members };
        if let Member::Given(kind) = description.named::<Kind>("type").map_err(invalid)? {
            if !is_new && kind != self.kind {
                return Err(invalid(format!("The type of the property {name} cannot be changed")));
            }
            self.kind = kind;
        } else if is_new {
            return Err(invalid(format!("The property {name} needs a type")));
        }
        self.describe_look(&description).map_err(invalid)?;
        self.describe_bounds(&description).map_err(invalid)?;
        self.describe_choices(&description)?;
        self.describe_access(&description).map_err(invalid)?;
        self.check_definition().map_err(invalid)
    }

    fn describe_look(&mut self, description: &Description<'_>) -> Result<(), String> {
        description.text("title")?.set_or(&mut self.title, String::new());
        description.text("description")?.set(&mut self.description);
        description.text("externalName")?.set(&mut self.external_name);
        description.text("externalNamespace")?.set(&mut self.external_namespace);
        description
            .named("union")?
            .set_or(&mut self.union, super::Union::default());
        let is_master = |value: &Value| value["type"].is_string().then(|| value.clone());
        description
            .member("master", is_master)?
            .set_or(&mut self.master, profile_master());
        Ok(())
    }

    fn describe_bounds(&mut self, description: &Description<'_>) -> Result<(), String> {
        description
            .member("required", Value::as_bool)?
            .set_or(&mut self.required, false);
        description.member("unique", as_unique)?.set_or(&mut self.unique, false);
        description.named("format")?.set(&mut self.format);
        description.text("pattern")?.set(&mut self.pattern);
        description.length("minLength")?.set(&mut self.min_length);
        description.length("maxLength")?.set(&mut self.max_length);
        description
            .member("minimum", |value| value.as_number().cloned())?
            .set(&mut self.minimum);
        description
            .member("maximum", |value| value.as_number().cloned())?
            .set(&mut self.maximum);
        description
            .member("default", |value| Some(value.clone()))?
            .set(&mut self.default);
        Ok(())
    }

    fn describe_choices(&mut self, description: &Description<'_>) -> Result<(), SchemaRefusal> {
        choices(description, &mut self.choices)?;
        let items = description
            .member("items", |value| value.as_object().cloned())
            .map_err(invalid)?;
        match items {
            Member::Absent => {}
            Member::Null => self.items = None,
            Member::Given(members) => {
                let inner = Description {
                    name: description.name,
                    members: &members,
                };
                let kind = match inner.named::<ItemKind>("type").map_err(invalid)? {
                    Member::Given(kind) => kind,
                    _ => return Err(invalid(format!("The items of the property {} need a type", self.name))),
                };
                let mut found = self.items.as_ref().and_then(|items| items.choices.clone());
                choices(&inner, &mut found)?;
                self.items = Some(Items { kind, choices: found });
            }
        }
        Ok(())
    }

    fn describe_access(&mut self, description: &Description<'_>) -> Result<(), String> {
        description
            .named("mutability")?
            .set_or(&mut self.mutability, super::Mutability::default());
        description
            .named("scope")?
            .set_or(&mut self.scope, super::Scope::default());
        own_access(description)?.set_or(&mut self.own_access, OwnAccess::default());
        Ok(())
    }

    /// What contradicts itself.
    fn check_definition(&self) -> Result<(), String> {
        let name = &self.name;
        let is_text = self.kind == Kind::String;
        let is_number = matches!(self.kind, Kind::Number | Kind::Integer);
        let says = |wrong: bool, text: &str| if wrong { Err(format!("{name}: {text}")) } else { Ok(()) };
        says(self.title.trim().is_empty(), "The title cannot be left blank")?;
        says(self.title.chars().count() > LONGEST_TITLE, "The title is too long")?;
        says(
            (self.kind == Kind::Array) != self.items.is_some(),
            "Arrays need items, and nothing else has them",
        )?;
        says(self.format.is_some() && !is_text, "Only strings have a format")?;
        says(self.pattern.is_some(), "Only login has a pattern")?;
        says(
            (self.min_length.is_some() || self.max_length.is_some()) && !is_text,
            "Only strings have a length",
        )?;
        says(
            (self.minimum.is_some() || self.maximum.is_some()) && !is_number,
            "Only numbers have a minimum and a maximum",
        )?;
        says(
            self.min_length > self.max_length && self.max_length.is_some(),
            "minLength is greater than maxLength",
        )?;
        let bounds = self.minimum.as_ref().zip(self.maximum.as_ref());
        says(
            bounds.is_some_and(|(least, most)| least.as_f64() > most.as_f64()),
            "minimum is greater than maximum",
        )?;
        says(
            self.unique && !is_text && !is_number,
            "Only strings and numbers can be unique",
        )?;
        says(
            self.choices.is_some() && self.kind == Kind::Array,
            "The choices of an array belong to its items",
        )?;
        says(!self.choices_fit(), "A value of enum is not valid for the type")?;
        let mut violations = Violations::default();
        if let Some(default) = &self.default {
            self.check(default, &mut violations);
        }
        says(
            violations.into_result().is_err(),
            "The default is not a value that the property admits",
        )
    }

    fn choices_fit(&self) -> bool {
        let own = self.choices.as_ref().is_none_or(|choices| {
            choices.values.iter().all(|value| match self.kind {
                Kind::String => value.is_string(),
                Kind::Boolean => matches!(value.as_str(), Some("true" | "false")),
                Kind::Number => value.is_number(),
                Kind::Integer => is_integer(value),
                Kind::Array => false,
            })
        });
        let inner = self.items.as_ref().is_none_or(|items| {
            let choices = items.choices.as_ref();
            choices.is_none_or(|choices| choices.values.iter().all(|value| items.kind.admits(value)))
        });
        own && inner
    }

    /// Changes what may be changed of an attribute that comes with the directory; the rest is read past.
    pub(super) fn adjust_user_base(&mut self, members: &Map<String, Value>) -> Result<(), SchemaRefusal> {
        let name = self.name.clone();
        let description = Description { name: &name, members };
        let present = self.own_access;
        own_access(&description)
            .map_err(invalid)?
            .set_or(&mut self.own_access, present);
        let is_master = |value: &Value| value["type"].is_string().then(|| value.clone());
        let master = description.member("master", is_master).map_err(invalid)?;
        master.set_or(&mut self.master, profile_master());
        if matches!(name.as_str(), "firstName" | "lastName") {
            let required = description.member("required", Value::as_bool).map_err(invalid)?;
            required.set_or(&mut self.required, false);
        }
        if name == "login" {
            let pattern = description.text("pattern").map_err(invalid)?;
            if let Member::Given(text) = &pattern
                && LoginPattern::parse(text).is_none()
            {
                return Err(invalid(
                    "login: The pattern must be .+ or a set of characters such as [a-z0-9]+".to_owned(),
                ));
            }
            pattern.set(&mut self.pattern);
        }
        Ok(())
    }

    /// Of an attribute that comes with an app, only `required` may be changed, and not of `userName`.
    pub(super) fn adjust_app_base(&mut self, members: &Map<String, Value>) -> Result<(), SchemaRefusal> {
        let name = self.name.clone();
        let description = Description { name: &name, members };
        if name != "userName" {
            let required = description.member("required", Value::as_bool).map_err(invalid)?;
            required.set_or(&mut self.required, false);
        }
        Ok(())
    }
}

/// `enum` and `oneOf`: the same values in the same order.
fn choices(description: &Description<'_>, place: &mut Option<Choices>) -> Result<(), SchemaRefusal> {
    let list = |value: &Value| value.as_array().cloned();
    let values = description.member("enum", list).map_err(invalid)?;
    let one_of = description.member("oneOf", list).map_err(invalid)?;
    let values = match values {
        Member::Null => {
            *place = None;
            return match one_of {
                Member::Given(_) => Err(SchemaRefusal::ChoicesMismatch),
                _ => Ok(()),
            };
        }
        Member::Absent => match &*place {
            Some(choices) => choices.values.clone(),
            None if matches!(one_of, Member::Given(_)) => return Err(SchemaRefusal::ChoicesMismatch),
            None => return Ok(()),
        },
        Member::Given(values) => values,
    };
    let repeats = values
        .iter()
        .enumerate()
        .any(|(place, value)| values[..place].contains(value));
    if values.is_empty() || repeats || values.len() > MOST_CHOICES {
        let name = description.name;
        return Err(invalid(format!(
            "{name}: enum must have 1 to {MOST_CHOICES} different values"
        )));
    }
    let old = place.take();
    let titles = match one_of {
        Member::Given(pairs) => Some(titles(&values, &pairs)?),
        Member::Absent => old.filter(|old| old.values == values).and_then(|old| old.titles),
        Member::Null => None,
    };
    *place = Some(Choices { values, titles });
    Ok(())
}

fn titles(values: &[Value], pairs: &[Value]) -> Result<Vec<String>, SchemaRefusal> {
    let same = values.len() == pairs.len()
        && values
            .iter()
            .zip(pairs)
            .all(|(value, pair)| pair.get("const") == Some(value));
    if !same {
        return Err(SchemaRefusal::ChoicesMismatch);
    }
    let title = |pair: &Value| pair["title"].as_str().map(str::to_owned);
    let titles = pairs.iter().map(title).collect::<Option<Vec<String>>>();
    titles.ok_or_else(|| invalid("Each member of oneOf needs a title".to_owned()))
}

/// The action of the principal `SELF`; an explicitly empty list reads back as `READ_WRITE`.
fn own_access(description: &Description<'_>) -> Result<Member<OwnAccess>, String> {
    description.member("permissions", |value| {
        let list = value.as_array()?;
        if list.is_empty() {
            return Some(OwnAccess::ReadWrite);
        }
        let own = list.iter().find(|entry| entry["principal"] == "SELF")?;
        serde_json::from_value(own["action"].clone()).ok()
    })
}

/// Requests say `true` or `false`; answers that come back say how far the check is.
fn as_unique(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(unique) => Some(*unique),
        Value::String(text) => matches!(text.as_str(), "UNIQUE_VALIDATED" | "PENDING_UNIQUENESS").then_some(true),
        _ => None,
    }
}

pub(super) fn invalid(cause: String) -> SchemaRefusal {
    SchemaRefusal::invalid(cause)
}
