//! One attribute of a schema: what its values must be like, and who may do what with it (contract: schemas §5).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value, json};

use super::{Format, SchemaKind};

/// One attribute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Property {
    /// The attribute's name.
    pub name: String,
    /// The name for people.
    pub title: String,
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The type of its values.
    #[serde(default)]
    pub kind: Kind,
    /// A profile must have it.
    #[serde(default)]
    pub required: bool,
    /// No two profiles may have the same value.
    #[serde(default)]
    pub unique: bool,
    /// What texts must look like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub format: Option<Format>,
    /// What logins must look like instead of a mail address; only `login` may have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// Least number of characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_length: Option<usize>,
    /// Most characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<usize>,
    /// Least number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Number>,
    /// Greatest number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<Number>,
    /// The only values that are allowed, if there are such.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choices: Option<Choices>,
    /// What the elements of an array must be like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<Items>,
    /// The value of a profile that is written without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// Whether the attribute may be changed.
    #[serde(default)]
    pub mutability: Mutability,
    /// Whether a group may set it.
    #[serde(default)]
    pub scope: Scope,
    /// What the person may do with it.
    #[serde(default)]
    pub own_access: OwnAccess,
    /// Where its value comes from, as it was given.
    #[serde(default = "profile_master")]
    pub master: Value,
    /// The name outside, for apps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_name: Option<String>,
    /// The namespace of the name outside, for apps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_namespace: Option<String>,
    /// Whether the values of several groups are combined, for arrays of apps.
    #[serde(default)]
    pub union: Union,
}

/// The type of an attribute's values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Texts.
    #[default]
    String,
    /// `true` or `false`.
    Boolean,
    /// Numbers.
    Number,
    /// Whole numbers of 32 bits.
    Integer,
    /// Lists of [`Items`].
    Array,
}

/// What the elements of an array must be like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Items {
    /// The type of each element.
    pub kind: ItemKind,
    /// The only elements that are allowed, if there are such.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choices: Option<Choices>,
}

/// The type of an array's elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ItemKind {
    /// Texts.
    String,
    /// Numbers.
    Number,
    /// Whole numbers of 32 bits.
    Integer,
    /// Objects; only apps have such.
    Object,
}

/// The members `enum` and `oneOf`: the same values in the same order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choices {
    /// The values.
    pub values: Vec<Value>,
    /// Their names for people, if they have any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub titles: Option<Vec<String>>,
}

/// Whether an attribute may be changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Mutability {
    /// It may.
    #[default]
    ReadWrite,
    /// It may not.
    ReadOnly,
    /// It may be set, but is not shown.
    WriteOnly,
    /// It may be set once.
    Immutable,
}

/// Whether a group may set an attribute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Scope {
    /// It may.
    #[default]
    None,
    /// Only the person's own assignment may.
    #[serde(rename = "SELF")]
    Own,
}

/// Whether the values of several groups are combined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Union {
    /// They are not.
    #[default]
    Disable,
    /// They are.
    Enable,
}

/// What a person may do with an attribute of the own profile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OwnAccess {
    /// Not even see it.
    Hide,
    /// See it.
    #[default]
    ReadOnly,
    /// Change it.
    ReadWrite,
}

/// The directory itself.
pub(super) fn profile_master() -> Value {
    json!({"type": "PROFILE_MASTER"})
}

impl Property {
    /// A text attribute that nobody has to have.
    #[must_use]
    pub fn new(name: impl Into<String>, title: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            title: title.into(),
            description: None,
            kind: Kind::String,
            required: false,
            unique: false,
            format: None,
            pattern: None,
            min_length: None,
            max_length: None,
            minimum: None,
            maximum: None,
            choices: None,
            items: None,
            default: None,
            mutability: Mutability::default(),
            scope: Scope::default(),
            own_access: OwnAccess::default(),
            master: profile_master(),
            external_name: None,
            external_namespace: None,
            union: Union::default(),
        }
    }

    /// The attribute as documents of this kind of schema show it (contract: schemas §2, §4).
    #[must_use]
    pub(super) fn document(&self, schema: SchemaKind) -> Value {
        let mut shown = Map::new();
        let mut put = |key: &str, value: Option<Value>| {
            if let Some(value) = value {
                shown.insert(key.to_owned(), value);
            }
        };
        put("title", Some(json!(self.title)));
        put("description", self.description.as_ref().map(|text| json!(text)));
        put("type", Some(json!(self.kind)));
        put("required", self.required.then_some(Value::Bool(true)));
        put("unique", self.unique.then(|| json!("UNIQUE_VALIDATED")));
        put("format", self.format.map(|format| json!(format)));
        put("pattern", self.pattern.as_ref().map(|pattern| json!(pattern)));
        put("scope", Some(json!(self.scope)));
        put("enum", self.choices.as_ref().map(|choices| json!(choices.values)));
        put("oneOf", self.choices.as_ref().and_then(Choices::one_of));
        put("items", self.items.as_ref().map(|items| items.document(schema)));
        put("default", self.default.clone());
        put("minLength", self.min_length.map(|length| json!(length)));
        put("maxLength", self.max_length.map(|length| json!(length)));
        put("minimum", self.minimum.as_ref().map(|number| json!(number)));
        put("maximum", self.maximum.as_ref().map(|number| json!(number)));
        if schema == SchemaKind::App {
            put("externalName", self.external_name.as_ref().map(|name| json!(name)));
            put(
                "externalNamespace",
                self.external_namespace.as_ref().map(|name| json!(name)),
            );
            put("union", (self.kind == Kind::Array).then(|| json!(self.union)));
        } else {
            put("mutability", Some(json!(self.mutability)));
            put(
                "permissions",
                Some(json!([{"principal": "SELF", "action": self.own_access}])),
            );
            put("master", Some(self.master.clone()));
        }
        Value::Object(shown)
    }
}

impl Choices {
    /// The member `oneOf`, when the values have names.
    fn one_of(&self) -> Option<Value> {
        let titles = self.titles.as_ref()?;
        let pairs = self.values.iter().zip(titles);
        Some(
            pairs
                .map(|(value, title)| json!({"const": value, "title": title}))
                .collect(),
        )
    }
}

impl Items {
    fn document(&self, schema: SchemaKind) -> Value {
        let mut shown = json!({"type": self.kind});
        if let Some(choices) = &self.choices {
            shown["enum"] = json!(choices.values);
            if let Some(one_of) = choices.one_of() {
                shown["oneOf"] = one_of;
            }
        }
        if schema == SchemaKind::App && self.kind == ItemKind::Object {
            shown["additionalProperties"] = json!(true);
        }
        shown
    }
}

impl Kind {
    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Boolean => "boolean",
            Self::Number => "number",
            Self::Integer => "integer",
            Self::Array => "array",
        }
    }
}
