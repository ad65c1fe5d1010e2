//! Schemas: which attributes a profile has, and what their values must be like (contract: schemas).

mod check;
mod format;
mod template;

pub use self::format::Format;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::time::Timestamp;

/// The schema of a profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// The name for programs.
    pub name: String,
    /// The name for people.
    pub title: String,
    /// What the schema is for.
    pub description: String,
    /// When it was made, in milliseconds since the epoch.
    pub created: i64,
    /// When it was last changed, in milliseconds since the epoch.
    pub last_updated: i64,
    /// The attributes that come with the directory, in order.
    pub base: Vec<Property>,
}

/// One attribute. All that come with the directory are texts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Property {
    /// The attribute's name.
    pub name: String,
    /// The name for people.
    pub title: String,
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// A profile must have it.
    pub required: bool,
    /// What values must look like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// Least number of characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_length: Option<usize>,
    /// Most characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<usize>,
    /// What the person may do with it.
    pub own_access: OwnAccess,
}

/// What a person may do with an attribute of the own profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OwnAccess {
    /// Not even see it.
    Hide,
    /// See it.
    ReadOnly,
    /// Change it.
    ReadWrite,
}

impl Schema {
    /// When it was made.
    #[must_use]
    pub fn created_at(&self) -> Timestamp {
        Timestamp::from_millis(self.created)
    }

    /// When it was last changed.
    #[must_use]
    pub fn last_updated_at(&self) -> Timestamp {
        Timestamp::from_millis(self.last_updated)
    }

    /// The attribute of this name.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&Property> {
        self.base.iter().find(|property| property.name == name)
    }

    /// The member `definitions` of the document, key for key as the contract has it.
    #[must_use]
    pub fn definitions(&self) -> Value {
        let properties: Map<String, Value> = self
            .base
            .iter()
            .map(|property| (property.name.clone(), property.document()))
            .collect();
        let required: Vec<&str> = self
            .base
            .iter()
            .filter(|property| property.required)
            .map(|property| property.name.as_str())
            .collect();
        json!({
            "custom": {"id": "#custom", "type": "object", "properties": {}},
            "base": {"id": "#base", "type": "object", "properties": properties, "required": required},
        })
    }
}

impl Property {
    fn document(&self) -> Value {
        let mut document = Map::new();
        let mut put = |key: &str, value: Value| {
            document.insert(key.to_owned(), value);
        };
        put("title", json!(self.title));
        if let Some(description) = &self.description {
            put("description", json!(description));
        }
        put("type", json!("string"));
        if self.required {
            put("required", json!(true));
        }
        if let Some(format) = self.format {
            put("format", json!(format));
        }
        put("mutability", json!("READ_WRITE"));
        put("scope", json!("NONE"));
        if let Some(length) = self.min_length {
            put("minLength", json!(length));
        }
        if let Some(length) = self.max_length {
            put("maxLength", json!(length));
        }
        put("permissions", json!([{"principal": "SELF", "action": self.own_access}]));
        put("master", json!({"type": "PROFILE_MASTER"}));
        Value::Object(document)
    }
}
