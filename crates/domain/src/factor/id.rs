//! Ids of factors: the prefix tells the kind (contract: factors §1.1).

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use super::FactorKind;
use crate::id::{SUFFIX_LENGTH, suffix};
use crate::time::Timestamp;

/// Names a factor. It stays the same for as long as the factor lives.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactorId(String);

impl FactorId {
    /// A new id for a factor of a kind, enrolled at `at`; `entropy` is random.
    #[must_use]
    pub fn generate(kind: FactorKind, at: Timestamp, entropy: u64) -> Self {
        Self(format!("{}{}", kind.prefix(), suffix(at, entropy)))
    }

    /// Reads an id; `None` when the text has not the form of one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let prefix = text.get(..3)?;
        let well_formed = text.len() == prefix.len() + SUFFIX_LENGTH
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && FactorKind::ALL.iter().any(|kind| kind.prefix() == prefix);
        well_formed.then(|| Self(text.to_owned()))
    }

    /// Whether it names a factor of a kind.
    #[must_use]
    pub fn is_of(&self, kind: FactorKind) -> bool {
        self.0.starts_with(kind.prefix())
    }

    /// The kind of factor that it names, as the prefix tells.
    #[must_use]
    pub fn kind(&self) -> FactorKind {
        let named = FactorKind::ALL
            .into_iter()
            .find(|kind| self.0.starts_with(kind.prefix()));
        // An id is made with the prefix of a kind, or read with one.
        named.unwrap_or(FactorKind::Question)
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FactorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for FactorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for FactorId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for FactorId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("not the id of a factor"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back() {
        for kind in FactorKind::ALL {
            let id = FactorId::generate(kind, Timestamp::from_millis(1), 7);
            assert_eq!(id.kind(), kind);
            assert_eq!(FactorId::parse(id.as_str()), Some(id));
        }
        for text in [
            "",
            "ost",
            "00u0000000000000000A",
            "ost000000000000000/A",
            "öst0000000000000000",
        ] {
            assert_eq!(FactorId::parse(text), None, "{text}");
        }
    }
}
