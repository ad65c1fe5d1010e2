//! Members of the JSON object that describes an attribute: absent, `null`, or a value of the right type.

use serde_json::{Map, Value};

/// What a description says of one member.
pub(super) enum Member<T> {
    /// Nothing: it stays as it is.
    Absent,
    /// It is cleared.
    Null,
    /// It becomes this.
    Given(T),
}

impl<T> Member<T> {
    /// Changes a member that need not be there.
    pub(super) fn set(self, place: &mut Option<T>) {
        match self {
            Self::Absent => {}
            Self::Null => *place = None,
            Self::Given(value) => *place = Some(value),
        }
    }

    /// Changes a member that is always there; `null` brings back what is usual.
    pub(super) fn set_or(self, place: &mut T, usual: T) {
        match self {
            Self::Absent => {}
            Self::Null => *place = usual,
            Self::Given(value) => *place = value,
        }
    }
}

/// The description of an attribute, and the attribute's name for messages.
pub(super) struct Description<'a> {
    pub(super) name: &'a str,
    pub(super) members: &'a Map<String, Value>,
}

impl Description<'_> {
    /// Reads a member.
    ///
    /// # Errors
    /// A text that says that the value is of the wrong type.
    pub(super) fn member<T>(&self, key: &str, read: impl Fn(&Value) -> Option<T>) -> Result<Member<T>, String> {
        match self.members.get(key) {
            None => Ok(Member::Absent),
            Some(Value::Null) => Ok(Member::Null),
            Some(value) => read(value).map(Member::Given).ok_or_else(|| {
                format!(
                    "Schema validation failed on the property {}: {key} has an incorrect value",
                    self.name
                )
            }),
        }
    }

    pub(super) fn text(&self, key: &str) -> Result<Member<String>, String> {
        self.member(key, |value| value.as_str().map(str::to_owned))
    }

    pub(super) fn length(&self, key: &str) -> Result<Member<usize>, String> {
        self.member(key, |value| {
            value.as_u64().and_then(|length| usize::try_from(length).ok())
        })
    }

    /// A member whose texts stand for something, as serde reads it.
    pub(super) fn named<T: serde::de::DeserializeOwned>(&self, key: &str) -> Result<Member<T>, String> {
        self.member(key, |value| T::deserialize(value).ok())
    }
}
