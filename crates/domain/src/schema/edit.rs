//! Editing a schema: a partial description is merged into it (contract: schemas §4, §8).

use serde_json::{Map, Value};

use super::definition::invalid;
use super::{Property, Schema, SchemaKind};
use crate::time::Timestamp;
use crate::validation::Validation;

/// The original publishes no number.
const MOST_CUSTOM: usize = 300;
const MOST_UNIQUE: usize = 5;
const LONGEST_NAME: usize = 100;

/// Names that mean something else, whatever their case (contract: schemas §5).
const RESERVED: [&str; 20] = [
    "id",
    "profile",
    "status",
    "transitioningtostatus",
    "created",
    "activated",
    "statuschanged",
    "lastlogin",
    "lastupdated",
    "passwordchanged",
    "type",
    "realm",
    "realmid",
    "password",
    "credentials",
    "_links",
    "_embedded",
    "class",
    "classloader",
    "__proto__",
];

/// What a request wants changed, attribute by attribute, in its order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SchemaEdit {
    /// Of those that come with the directory.
    base: Vec<(String, Option<Map<String, Value>>)>,
    /// Of those that the organization added; nothing removes one.
    custom: Vec<(String, Option<Map<String, Value>>)>,
}

/// Why an edit is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SchemaRefusal {
    /// Something in it is not valid.
    #[error(transparent)]
    Invalid(#[from] Validation),
    /// `oneOf` has not the values of `enum`.
    #[error("oneOf does not match enum")]
    ChoicesMismatch,
}

impl SchemaRefusal {
    pub(super) fn invalid(cause: impl Into<String>) -> Self {
        Self::Invalid(Validation::new("definitions", cause))
    }
}

/// A schema after an edit.
#[derive(Clone, Debug, PartialEq)]
pub struct Edited {
    /// The schema.
    pub schema: Schema,
    /// Attributes that are gone; their values must go from every profile.
    pub removed: Vec<String>,
    /// Attributes that were there and now must be unique; whether they are, only the store knows.
    pub now_unique: Vec<String>,
}

impl SchemaEdit {
    /// Reads the member `definitions` of a request.
    ///
    /// # Errors
    /// `Invalid` when something has the wrong type.
    pub fn parse(definitions: &Value) -> Result<Self, SchemaRefusal> {
        let Value::Object(members) = definitions else {
            return if definitions.is_null() {
                Ok(Self::default())
            } else {
                Err(malformed())
            };
        };
        if members.keys().any(|name| name != "base" && name != "custom") {
            return Err(malformed());
        }
        Ok(Self {
            base: properties(members.get("base"))?,
            custom: properties(members.get("custom"))?,
        })
    }
}

fn malformed() -> SchemaRefusal {
    SchemaRefusal::invalid("Schema is invalid.")
}

/// What an edit says of attributes, by name; nothing for those that go.
type Named = Vec<(String, Option<Map<String, Value>>)>;

fn properties(definition: Option<&Value>) -> Result<Named, SchemaRefusal> {
    let properties = match definition {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Object(members)) => members.get("properties"),
        Some(_) => return Err(malformed()),
    };
    let properties = match properties {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Object(properties)) => properties,
        Some(_) => return Err(malformed()),
    };
    let read = |(name, value): (&String, &Value)| match value {
        Value::Null => Ok((name.clone(), None)),
        Value::Object(members) => Ok((name.clone(), Some(members.clone()))),
        _ => Err(malformed()),
    };
    properties.iter().map(read).collect()
}

impl Schema {
    /// Merges an edit into the schema: what it does not name stays, what it names with `null` goes.
    ///
    /// # Errors
    /// The first thing that is wrong; nothing has changed then.
    pub fn edit(&self, edit: &SchemaEdit, at: Timestamp) -> Result<Edited, SchemaRefusal> {
        let mut schema = self.clone();
        for (name, members) in &edit.base {
            schema.edit_base(name, members.as_ref())?;
        }
        let (mut removed, mut now_unique) = (Vec::new(), Vec::new());
        for (name, members) in &edit.custom {
            let place = schema.custom.iter().position(|property| property.name == *name);
            match (members, place) {
                (None, None) => {}
                (None, Some(place)) => {
                    schema.custom.remove(place);
                    removed.push(name.clone());
                }
                (Some(members), Some(place)) => {
                    let property = &mut schema.custom[place];
                    let was_unique = property.unique;
                    property.describe(members, false)?;
                    if property.unique && !was_unique {
                        now_unique.push(name.clone());
                    }
                }
                (Some(members), None) => schema.add(name, members)?,
            }
        }
        if schema.custom.iter().filter(|property| property.unique).count() > MOST_UNIQUE {
            return Err(invalid(format!("At most {MOST_UNIQUE} properties can be unique")));
        }
        schema.last_updated = at.whole_seconds().as_millis();
        Ok(Edited {
            schema,
            removed,
            now_unique,
        })
    }

    /// The schema with an attribute that is not unique after all: some values of it are equal.
    #[must_use]
    pub fn without_unique(mut self, name: &str) -> Self {
        for property in self.custom.iter_mut().filter(|property| property.name == name) {
            property.unique = false;
        }
        self
    }

    fn edit_base(&mut self, name: &str, members: Option<&Map<String, Value>>) -> Result<(), SchemaRefusal> {
        let kind = self.kind;
        let property = self.base.iter_mut().find(|property| property.name == name);
        let property = property.ok_or_else(|| invalid(format!("The base property {name} does not exist")))?;
        let members = members.ok_or_else(|| invalid(format!("The base property {name} cannot be removed")))?;
        match kind {
            SchemaKind::User => property.adjust_user_base(members),
            SchemaKind::App => property.adjust_app_base(members),
            SchemaKind::Group => Ok(()),
        }
    }

    fn add(&mut self, name: &str, members: &Map<String, Value>) -> Result<(), SchemaRefusal> {
        self.check_name(name)?;
        if self.custom.len() >= MOST_CUSTOM {
            return Err(invalid(format!("At most {MOST_CUSTOM} properties can be added")));
        }
        let mut property = Property::new(name, "");
        property.describe(members, true)?;
        self.custom.push(property);
        Ok(())
    }

    fn check_name(&self, name: &str) -> Result<(), SchemaRefusal> {
        let starts = name.starts_with(|c: char| c.is_ascii_alphabetic());
        let goes_on = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !starts || !goes_on || name.len() > LONGEST_NAME {
            return Err(invalid(format!(
                "The property name '{name}' must be a letter followed by letters, digits and underscores"
            )));
        }
        if RESERVED.contains(&name.to_ascii_lowercase().as_str()) {
            return Err(invalid(format!("The property name '{name}' is reserved")));
        }
        if self
            .properties()
            .any(|property| property.name.eq_ignore_ascii_case(name))
        {
            return Err(invalid(format!("A property with the name '{name}' already exists")));
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "edit_tests.rs"]
mod tests;
