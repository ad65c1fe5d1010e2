//! Schemas: which attributes a profile has, and what their values must be like (contract: schemas).

mod access;
mod check;
mod definition;
mod edit;
mod format;
mod login_pattern;
mod member;
mod openid_connect;
mod property;
mod template;
mod value;

pub use self::access::AttributeRefusal;
pub use self::edit::{Edited, SchemaEdit, SchemaRefusal};
pub use self::format::Format;
pub use self::login_pattern::LoginPattern;
pub use self::property::{Choices, ItemKind, Items, Kind, Mutability, OwnAccess, Property, Scope, Union};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::profile::ALWAYS_SHOWN;
use crate::time::Timestamp;

/// The schema of a profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// What has such profiles.
    pub kind: SchemaKind,
    /// The name for programs.
    pub name: String,
    /// The name for people.
    pub title: String,
    /// What the schema is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// When it was made, in milliseconds since the epoch.
    pub created: i64,
    /// When it was last changed, in milliseconds since the epoch.
    pub last_updated: i64,
    /// The attributes that come with the directory, in order.
    pub base: Vec<Property>,
    /// The attributes that the organization added, in order.
    #[serde(default)]
    pub custom: Vec<Property>,
}

/// What has profiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SchemaKind {
    /// Users.
    User,
    /// Groups.
    Group,
    /// Users of an app.
    App,
}

impl SchemaKind {
    /// Attributes that every profile shows, `null` when unset.
    fn always_shown(self) -> &'static [&'static str] {
        match self {
            Self::User => &ALWAYS_SHOWN,
            Self::Group => &["name", "description"],
            Self::App => &[],
        }
    }
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

    /// The schema under the names of what has such profiles.
    #[must_use]
    pub fn named(self, name: &str, title: &str, description: Option<&str>) -> Self {
        Self {
            name: name.to_owned(),
            title: title.to_owned(),
            description: description.map(str::to_owned),
            ..self
        }
    }

    /// Every attribute, those that come with the directory first.
    pub fn properties(&self) -> impl Iterator<Item = &Property> {
        self.base.iter().chain(&self.custom)
    }

    /// The attribute of this name.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&Property> {
        self.properties().find(|property| property.name == name)
    }

    /// The member `definitions` of the document, key for key as the contract has it.
    #[must_use]
    pub fn definitions(&self) -> Value {
        let mut custom = self.definition("#custom", &self.custom);
        if self.custom.is_empty()
            && let Some(custom) = custom.as_object_mut()
        {
            custom.remove("required");
        }
        json!({"custom": custom, "base": self.definition("#base", &self.base)})
    }

    fn definition(&self, id: &str, properties: &[Property]) -> Value {
        let required = properties.iter().filter(|property| property.required);
        let required: Vec<&str> = required.map(|property| property.name.as_str()).collect();
        let shown = properties
            .iter()
            .map(|property| (property.name.clone(), property.document(self.kind)));
        let shown: Map<String, Value> = shown.collect();
        json!({"id": id, "type": "object", "properties": shown, "required": required})
    }
}
