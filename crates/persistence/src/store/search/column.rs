//! What users are indexed by.

use denizen_domain::search::UserAttribute;

use super::key;

/// An index that leads to users by a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// A text attribute of the profile, by its folded and cut value.
    Attribute(String),
    /// The id.
    Id,
    /// The status.
    Status,
    /// When the user was made.
    Created,
    /// When the user was last changed.
    LastUpdated,
}

/// A value in an index.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// Of an index over texts.
    Text(String),
    /// Of an index over times: milliseconds.
    Time(i64),
}

/// Keys from the first one to the one before the second.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: Key,
    pub(super) until: Key,
}

impl Column {
    /// The index over an attribute, if there is one.
    pub(super) fn of(attribute: &UserAttribute) -> Option<Self> {
        Some(match attribute {
            UserAttribute::Profile(name) => Self::Attribute(name.clone()),
            UserAttribute::Id => Self::Id,
            UserAttribute::Status => Self::Status,
            UserAttribute::Created => Self::Created,
            UserAttribute::LastUpdated => Self::LastUpdated,
            UserAttribute::Activated | UserAttribute::StatusChanged | UserAttribute::TypeId => return None,
        })
    }

    /// All keys that the index can hold.
    pub(super) fn span(&self) -> Span {
        match self {
            Self::Attribute(_) | Self::Id | Self::Status => Span {
                from: Key::Text(String::new()),
                until: Key::Text(key::end()),
            },
            Self::Created | Self::LastUpdated => Span {
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
