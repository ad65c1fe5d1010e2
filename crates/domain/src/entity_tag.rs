//! Entity tags: a content hash of profile and type, and the condition `If-Match` (contract: conventions §8).

use std::fmt;

use sha2::{Digest, Sha256};

use crate::id::UserTypeId;
use crate::profile::Profile;

/// The weak tag of a user's present content.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EntityTag([u8; 32]);

impl EntityTag {
    /// The tag of a profile under a type. It does not depend on who the user is, nor on the status.
    #[must_use]
    pub fn of(profile: &Profile, type_id: &UserTypeId) -> Self {
        let mut hash = Sha256::new();
        hash.update(type_id.as_str());
        hash.update(profile.as_json());
        Self(hash.finalize().into())
    }
}

impl fmt::Display for EntityTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let mut digits = [0; 64];
        for (pair, byte) in digits.chunks_exact_mut(2).zip(self.0) {
            pair[0] = HEX[usize::from(byte >> 4)];
            pair[1] = HEX[usize::from(byte & 15)];
        }
        f.write_str("W/\"")?;
        f.write_str(std::str::from_utf8(&digits).expect("hexadecimal digits are text"))?;
        f.write_str("\"")
    }
}

/// The condition of an `If-Match` header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IfMatch {
    /// Any state will do.
    Any,
    /// One of these opaque tags, without their quotes.
    OneOf(Vec<String>),
}

/// An `If-Match` header that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the entity tag is malformed")]
pub struct MalformedEntityTag;

impl IfMatch {
    /// Reads the header: `*`, or a list of quoted tags, weak or strong.
    ///
    /// # Errors
    /// [`MalformedEntityTag`] for anything else.
    pub fn parse(header: &str) -> Result<Self, MalformedEntityTag> {
        if header.trim() == "*" {
            return Ok(Self::Any);
        }
        let tag = |text: &str| {
            let text = text.trim();
            let opaque = text
                .strip_prefix("W/")
                .unwrap_or(text)
                .strip_prefix('"')?
                .strip_suffix('"')?;
            (!opaque.contains('"')).then(|| opaque.to_owned())
        };
        header
            .split(',')
            .map(tag)
            .collect::<Option<_>>()
            .map(Self::OneOf)
            .ok_or(MalformedEntityTag)
    }

    /// Whether the condition holds for the present tag.
    #[must_use]
    pub fn admits(&self, present: &EntityTag) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(tags) => {
                let text = present.to_string();
                tags.iter()
                    .any(|tag| text.strip_prefix("W/\"").and_then(|rest| rest.strip_suffix('"')) == Some(tag))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    #[test]
    fn a_condition_holds_for_the_tag_it_names() {
        let type_id = UserTypeId::generate(Timestamp::from_millis(0), 1);
        let tag = EntityTag::of(&Profile::from_stored("{}"), &type_id);
        let other = EntityTag::of(&Profile::from_stored("{\"a\":1}"), &type_id);
        assert_eq!(EntityTag([0xa9; 32]).to_string(), format!("W/\"{}\"", "a9".repeat(32)));
        for header in [
            tag.to_string(),
            format!("\"x\", {tag}"),
            "*".to_owned(),
            tag.to_string().replace("W/", ""),
        ] {
            assert!(IfMatch::parse(&header).unwrap().admits(&tag), "{header}");
        }
        assert!(!IfMatch::parse(&other.to_string()).unwrap().admits(&tag));
        for malformed in ["", "abc", "W/abc", "\"a", "\"a\"b\"", "W/\"a\","] {
            assert_eq!(IfMatch::parse(malformed), Err(MalformedEntityTag), "{malformed}");
        }
    }
}
