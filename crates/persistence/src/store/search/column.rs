//! What users are indexed by.

use denizen_domain::search::{UserAttribute, Value, type_mark};

use super::entries::value_names;
use super::key;
use super::position::Worth;

/// An index that leads to users by a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// An attribute of the profile with the mark of a type, by its values of that type.
    Attribute(String),
    /// The id.
    Id,
    /// The user type.
    TypeId,
    /// The status.
    Status,
    /// When the user was made.
    Created,
    /// When the user was last changed.
    LastUpdated,
    /// A group that the user was let into, by its place among groups.
    Group,
}

/// A value in an index.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// Of an index over texts.
    Text(String),
    /// Of an index over numbers: times in milliseconds, places.
    Time(i64),
}

/// Keys from the first one to the one before the second.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: Key,
    pub(super) until: Key,
}

impl Column {
    /// The indexes over an attribute, in the order in which lists show their values: one for each type of values.
    pub(super) fn all(attribute: &UserAttribute) -> Vec<Self> {
        match attribute {
            UserAttribute::Profile(name) => value_names(name).map(Self::Attribute).into(),
            UserAttribute::Id => vec![Self::Id],
            UserAttribute::TypeId => vec![Self::TypeId],
            UserAttribute::Status => vec![Self::Status],
            UserAttribute::Created => vec![Self::Created],
            UserAttribute::LastUpdated => vec![Self::LastUpdated],
            UserAttribute::Activated | UserAttribute::StatusChanged => Vec::new(),
        }
    }

    /// The index over an attribute's values of the type of this one, if there is one.
    pub(super) fn of(attribute: &UserAttribute, value: &Value) -> Option<Self> {
        match attribute {
            UserAttribute::Profile(name) => Some(Self::Attribute(format!("{name}{}", type_mark(value)))),
            _ => Self::all(attribute).pop(),
        }
    }

    /// Whether the index has users of this worth.
    pub(super) fn is_of(&self, attribute: &UserAttribute, worth: &Worth) -> bool {
        Self::of(attribute, &worth.typical()).as_ref() == Some(self)
    }

    /// All keys that the index can hold.
    pub(super) fn span(&self) -> Span {
        match self {
            Self::Attribute(_) | Self::Id | Self::TypeId | Self::Status => Span {
                from: Key::Text(String::new()),
                until: Key::Text(key::end()),
            },
            Self::Created | Self::LastUpdated | Self::Group => Span {
                from: Key::Time(i64::MIN),
                until: Key::Time(i64::MAX),
            },
        }
    }
}

impl Key {
    /// The least key that is greater.
    pub(super) fn above(&self) -> Self {
        match self {
            Self::Text(text) => Self::Text(key::above(text)),
            Self::Time(at) => Self::Time(at.saturating_add(1)),
        }
    }

    /// Whether only one value has this key.
    pub(super) fn is_telling(&self) -> bool {
        match self {
            Self::Text(text) => key::is_telling(text),
            Self::Time(_) => true,
        }
    }
}

impl Span {
    /// Leaves out the keys before this one in a direction; the key itself stays.
    pub(super) fn start_at(&mut self, key: &Key, descending: bool) {
        if descending {
            self.until = key.above();
        } else {
            self.from = key.clone();
        }
    }

    /// Leaves out the keys up to this one in a direction, and the key itself.
    pub(super) fn start_behind(&mut self, key: &Key, descending: bool) {
        if descending {
            self.until = key.clone();
        } else {
            self.from = key.above();
        }
    }
}
