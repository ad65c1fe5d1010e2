//! Identifiers: 20 characters, a three-letter prefix that names the kind, then base62 that starts with the time, so that
//! ids sort by creation (contract: conventions §3).

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::time::Timestamp;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Characters of an id that follow its prefix.
pub const SUFFIX_LENGTH: usize = 17;
const TIME_LENGTH: usize = 8;

/// 17 characters of base62: eight for the time in milliseconds, nine from the entropy that the caller brings.
#[must_use]
pub fn suffix(at: Timestamp, entropy: u64) -> String {
    let mut text = [b'0'; SUFFIX_LENGTH];
    let mut time = u64::try_from(at.as_millis()).unwrap_or(0);
    for place in text[..TIME_LENGTH].iter_mut().rev() {
        *place = ALPHABET[(time % 62) as usize];
        time /= 62;
    }
    let mut rest = entropy;
    for place in &mut text[TIME_LENGTH..] {
        *place = ALPHABET[(rest % 62) as usize];
        rest /= 62;
    }
    text.iter().map(|byte| char::from(*byte)).collect()
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The three characters that every id of this kind starts with.
            pub const PREFIX: &'static str = $prefix;

            /// A new id for something made at `at`; `entropy` is random.
            #[must_use]
            pub fn generate(at: Timestamp, entropy: u64) -> Self {
                Self(format!("{}{}", $prefix, suffix(at, entropy)))
            }

            /// Reads an id; `None` when the text has not the form of this kind.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                let well_formed = text.len() == Self::PREFIX.len() + SUFFIX_LENGTH
                    && text.starts_with(Self::PREFIX)
                    && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
                well_formed.then(|| Self(text.to_owned()))
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// What follows the prefix.
            #[must_use]
            pub fn suffix(&self) -> &str {
                &self.0[Self::PREFIX.len()..]
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::parse(&text).ok_or_else(|| D::Error::custom("not an id"))
            }
        }
    )*};
}

ids! {
    /// Names a user.
    UserId = "00u";
    /// Names a group.
    GroupId = "00g";
    /// Names an organization.
    OrgId = "00o";
    /// Names an API token; not its secret.
    ApiTokenId = "00T";
    /// Names a user type.
    UserTypeId = "oty";
    /// Names the schema of a user type; it shares the type's suffix.
    SchemaId = "osc";
    /// Names an app.
    AppId = "0oa";
    /// Names the assignment of an app to a user.
    AppAssignmentId = "0ua";
    /// Names a scope that is granted to an app.
    ScopeGrantId = "oag";
    /// Names an access token; not the token itself.
    AccessTokenId = "oat";
    /// Names a session; not its secret.
    SessionId = "trs";
    /// Names a template of texts that are sent by SMS.
    SmsTemplateId = "cst";
    /// Names a message on its way to a person.
    MessageId = "msg";
    /// Names a push to a device.
    PushTransactionId = "mst";
    /// Names a YubiKey of the organization.
    YubikeyId = "ykk";
    /// Names a profile of custom tokens.
    HotpProfileId = "fpr";
}

impl UserTypeId {
    /// The id of the type's schema: the same suffix under the schema's prefix (contract: user-types §2).
    #[must_use]
    pub fn schema_id(&self) -> SchemaId {
        SchemaId(format!("{}{}", SchemaId::PREFIX, self.suffix()))
    }
}

impl SchemaId {
    /// The id of the user type that this schema describes.
    #[must_use]
    pub fn type_id(&self) -> UserTypeId {
        UserTypeId(format!("{}{}", UserTypeId::PREFIX, self.suffix()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn parse_takes_only_its_own_kind() {
        let id = UserId::generate(Timestamp::from_millis(1_759_117_790_000), 42);
        assert_eq!(UserId::parse(id.as_str()), Some(id.clone()));
        for text in [
            "",
            "00u",
            "00g1emaKYZTWRYYRRTSK",
            "00uqrks9ig7XuWV7X5d",
            "00uqrks9ig7XuWV7X5d-",
            "00uqrks9ig7XuWV7X5d77",
        ] {
            assert_eq!(UserId::parse(text), None, "{text}");
        }
    }

    #[test]
    fn type_and_schema_share_their_suffix() {
        let id = UserTypeId::parse("oty5ptm052JMcoADv1d7").unwrap();
        assert_eq!(id.schema_id().as_str(), "osc5ptm052JMcoADv1d7");
        assert_eq!(id.schema_id().type_id(), id);
    }

    proptest! {
        #[test]
        fn ids_sort_by_creation(early in 0i64..4_000_000_000_000, later in 1i64..100_000, a: u64, b: u64) {
            let first = UserId::generate(Timestamp::from_millis(early), a);
            let second = UserId::generate(Timestamp::from_millis(early + later), b);
            prop_assert!(first < second);
            prop_assert_eq!(UserId::parse(first.as_str()), Some(first));
        }
    }
}
