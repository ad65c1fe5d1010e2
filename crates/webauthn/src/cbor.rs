//! CBOR (RFC 8949), as strictly as CTAP2 writes it where that matters: no member comes twice, nothing nests deeply.

use ciborium::Value;
use ciborium::de::from_reader_with_recursion_limit;

/// Attestation statements nest three deep; extensions a little deeper.
const DEEPEST: usize = 16;

/// The value at the front, and what follows it.
pub(crate) fn first(bytes: &[u8]) -> Option<(Value, &[u8])> {
    let mut rest = bytes;
    let value = from_reader_with_recursion_limit(&mut rest, DEEPEST).ok()?;
    Some((value, rest))
}

/// The value, when it is all there is.
pub(crate) fn only(bytes: &[u8]) -> Option<Value> {
    first(bytes).filter(|(_, rest)| rest.is_empty()).map(|(value, _)| value)
}

/// A map in which no key comes twice.
pub(crate) struct Map(Vec<(Value, Value)>);

impl Map {
    /// The map that a value is.
    pub(crate) fn of(value: Value) -> Option<Self> {
        let members = value.into_map().ok()?;
        let is_again =
            |(index, (key, _)): (usize, &(Value, Value))| members[..index].iter().any(|(other, _)| other == key);
        (!members.iter().enumerate().any(is_again)).then_some(Self(members))
    }

    /// The member of a name.
    pub(crate) fn named(&self, name: &str) -> Option<&Value> {
        self.find(|key| key.as_text() == Some(name))
    }

    /// The member of a number.
    pub(crate) fn numbered(&self, number: i64) -> Option<&Value> {
        self.find(|key| integer(key) == Some(number))
    }

    /// Whether there are no members.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn find(&self, is_it: impl Fn(&Value) -> bool) -> Option<&Value> {
        self.0.iter().find(|(key, _)| is_it(key)).map(|(_, value)| value)
    }
}

/// The number that a value is, when it is a small one.
pub(crate) fn integer(value: &Value) -> Option<i64> {
    value.as_integer().and_then(|integer| integer.try_into().ok())
}
