//! Password hashes of other directories (contract: users §4.2).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::validation::{Validation, Violations};

const RADIX_64: &str = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const MOST_ITERATIONS: u32 = 10_000_000;
const LONGEST_KEY: u32 = 128;

/// A password hash of another directory, checked for its form.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "algorithm")]
pub enum ImportedHash {
    /// bcrypt: cost, 22 and 31 characters of its own base 64.
    #[serde(rename = "BCRYPT")]
    Bcrypt {
        /// log2 of the rounds, 1 to 20.
        work_factor: u32,
        /// The salt.
        salt: String,
        /// The hash.
        value: String,
    },
    /// PBKDF2 with HMAC.
    #[serde(rename = "PBKDF2")]
    Pbkdf2 {
        /// The salt's bytes.
        salt: Vec<u8>,
        /// The derived key's bytes.
        value: Vec<u8>,
        /// Rounds, at least 4096.
        iterations: u32,
        /// The digest inside.
        digest: Pbkdf2Digest,
    },
    /// A single round of a digest over salt and password.
    #[serde(rename = "DIGEST")]
    Digest {
        /// The digest.
        digest: PlainDigest,
        /// The salt's bytes and where they stand.
        salt: Option<(Vec<u8>, SaltOrder)>,
        /// The digest's bytes.
        value: Vec<u8>,
    },
}

/// The digest inside an imported PBKDF2 hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pbkdf2Digest {
    /// HMAC with SHA-256.
    #[serde(rename = "SHA256_HMAC")]
    Sha256,
    /// HMAC with SHA-512.
    #[serde(rename = "SHA512_HMAC")]
    Sha512,
}

/// The digest of an imported single-round hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PlainDigest {
    /// SHA-512.
    #[serde(rename = "SHA-512")]
    Sha512,
    /// SHA-256.
    #[serde(rename = "SHA-256")]
    Sha256,
    /// SHA-1.
    #[serde(rename = "SHA-1")]
    Sha1,
    /// MD5.
    #[serde(rename = "MD5")]
    Md5,
}

/// Where a salt stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SaltOrder {
    /// Before the password.
    #[serde(rename = "PREFIX")]
    Prefix,
    /// After the password.
    #[serde(rename = "POSTFIX")]
    Postfix,
}

/// A hash as a client describes it.
#[derive(Clone, Default)]
pub struct HashDescription {
    /// The algorithm's name.
    pub algorithm: String,
    /// The hash.
    pub value: Option<String>,
    /// The salt.
    pub salt: Option<String>,
    /// Where the salt stands.
    pub salt_order: Option<String>,
    /// The cost of bcrypt.
    pub work_factor: Option<i64>,
    /// The rounds of PBKDF2.
    pub iteration_count: Option<i64>,
    /// The length of PBKDF2's key in bytes.
    pub key_size: Option<i64>,
    /// The digest inside PBKDF2.
    pub digest_algorithm: Option<String>,
}

impl ImportedHash {
    /// Checks a description (P10).
    ///
    /// # Errors
    /// Every member that does not fit, under the subject `credentials.password.hash`.
    pub fn from_description(given: &HashDescription) -> Result<Self, Validation> {
        let mut found = Reader {
            given,
            violations: Violations::default(),
        };
        let hash = match given.algorithm.as_str() {
            "BCRYPT" => found.bcrypt(),
            "PBKDF2" => found.pbkdf2(),
            "SHA-512" => found.digest(PlainDigest::Sha512, 64),
            "SHA-256" => found.digest(PlainDigest::Sha256, 32),
            "SHA-1" => found.digest(PlainDigest::Sha1, 20),
            "MD5" => found.digest(PlainDigest::Md5, 16),
            _ => {
                found.refuse("algorithm", "The algorithm is not supported");
                None
            }
        };
        match (found.violations.into_result(), hash) {
            (Ok(()), Some(hash)) => Ok(hash),
            (Err(validation), _) => Err(Validation {
                subject: "credentials.password.hash".to_owned(),
                ..validation
            }),
            (Ok(()), None) => Err(Validation::new(
                "credentials.password.hash",
                "hash: The field cannot be left blank",
            )),
        }
    }

    pub(super) fn to_stored(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    pub(super) fn from_stored(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

impl fmt::Debug for ImportedHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ImportedHash(…)")
    }
}

impl fmt::Debug for HashDescription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashDescription(…)")
    }
}

/// Reads the members of a description and notes what does not fit.
struct Reader<'a> {
    given: &'a HashDescription,
    violations: Violations,
}

impl Reader<'_> {
    fn refuse(&mut self, field: &str, text: &str) {
        self.violations.add(field, text);
    }

    fn radix_64(&mut self, field: &str, given: Option<&String>, length: usize) -> Option<String> {
        let fits = given.filter(|text| text.len() == length && text.chars().all(|c| RADIX_64.contains(c)));
        if fits.is_none() {
            self.refuse(field, &format!("Must be {length} radix-64 characters"));
        }
        fits.cloned()
    }

    fn bytes(&mut self, field: &str, given: Option<&String>) -> Option<Vec<u8>> {
        let bytes = given
            .and_then(|text| STANDARD.decode(text).ok())
            .filter(|bytes| !bytes.is_empty() && bytes.len() <= 1024);
        if bytes.is_none() {
            self.refuse(field, "Must be base64");
        }
        bytes
    }

    fn number(&mut self, field: &str, given: Option<i64>, least: u32, most: u32) -> Option<u32> {
        let number = given
            .and_then(|n| u32::try_from(n).ok())
            .filter(|n| (least..=most).contains(n));
        if number.is_none() {
            self.refuse(field, &format!("Must be between {least} and {most}"));
        }
        number
    }

    fn bcrypt(&mut self) -> Option<ImportedHash> {
        let work_factor = self.number("workFactor", self.given.work_factor, 1, 20);
        let salt = self.radix_64("salt", self.given.salt.as_ref(), 22);
        let value = self.radix_64("value", self.given.value.as_ref(), 31);
        Some(ImportedHash::Bcrypt {
            work_factor: work_factor?,
            salt: salt?,
            value: value?,
        })
    }

    fn pbkdf2(&mut self) -> Option<ImportedHash> {
        let salt = self.bytes("salt", self.given.salt.as_ref());
        let value = self.bytes("value", self.given.value.as_ref());
        let iterations = self.number("iterationCount", self.given.iteration_count, 4096, MOST_ITERATIONS);
        let key_size = self.number("keySize", self.given.key_size, 1, LONGEST_KEY);
        let digest = match self.given.digest_algorithm.as_deref() {
            Some("SHA256_HMAC") => Some(Pbkdf2Digest::Sha256),
            Some("SHA512_HMAC") => Some(Pbkdf2Digest::Sha512),
            _ => {
                self.refuse("digestAlgorithm", "The digest algorithm is not supported");
                None
            }
        };
        let value = value?;
        if value.len() != key_size? as usize {
            self.refuse("value", "Must have as many bytes as keySize says");
        }
        Some(ImportedHash::Pbkdf2 {
            salt: salt?,
            value,
            iterations: iterations?,
            digest: digest?,
        })
    }

    fn digest(&mut self, digest: PlainDigest, length: usize) -> Option<ImportedHash> {
        let value = self.bytes("value", self.given.value.as_ref())?;
        if value.len() != length {
            self.refuse("value", &format!("Must have {length} bytes"));
        }
        let order = match self.given.salt_order.as_deref() {
            None | Some("PREFIX") => SaltOrder::Prefix,
            Some("POSTFIX") => SaltOrder::Postfix,
            Some(_) => {
                self.refuse("saltOrder", "Must be PREFIX or POSTFIX");
                return None;
            }
        };
        let salt = match &self.given.salt {
            None => None,
            Some(text) => Some((self.bytes("salt", Some(text))?, order)),
        };
        Some(ImportedHash::Digest { digest, salt, value })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::password::StoredPassword;
    use proptest::prelude::*;

    fn bcrypt() -> HashDescription {
        HashDescription {
            algorithm: "BCRYPT".to_owned(),
            work_factor: Some(10),
            salt: Some("rwh3vH166HCH/NT9XV5FYu".to_owned()),
            value: Some("qaMqvAPULkbiQzkTCWo5XDcvzpk8Tna".to_owned()),
            ..HashDescription::default()
        }
    }

    /// P10: each member that does not fit is told.
    #[test]
    fn bad_members_are_refused_by_name() {
        assert!(ImportedHash::from_description(&bcrypt()).is_ok());
        let bad = HashDescription {
            work_factor: Some(21),
            salt: Some("short".to_owned()),
            ..bcrypt()
        };
        let refused = ImportedHash::from_description(&bad).err().unwrap();
        assert_eq!(
            refused.causes,
            [
                "workFactor: Must be between 1 and 20",
                "salt: Must be 22 radix-64 characters"
            ]
        );
        let unknown = HashDescription {
            algorithm: "ROT13".to_owned(),
            ..bcrypt()
        };
        assert!(ImportedHash::from_description(&unknown).is_err());
        let few = HashDescription {
            algorithm: "PBKDF2".to_owned(),
            salt: Some("MTIzNDU2Nzg5MA==".to_owned()),
            value: Some("AAAA".to_owned()),
            iteration_count: Some(4095),
            key_size: Some(3),
            digest_algorithm: Some("SHA256_HMAC".to_owned()),
            ..HashDescription::default()
        };
        assert_eq!(ImportedHash::from_description(&few).err().unwrap().causes.len(), 1);
        assert!(
            ImportedHash::from_description(&HashDescription {
                iteration_count: Some(4096),
                ..few
            })
            .is_ok()
        );
    }

    #[test]
    fn the_stored_form_reads_back() {
        let stored = StoredPassword::Imported(ImportedHash::from_description(&bcrypt()).ok().unwrap());
        assert!(StoredPassword::from_stored(&stored.to_stored()) == Some(stored));
        assert!(StoredPassword::from_stored("nonsense").is_none());
    }

    proptest! {
        /// P10: malformed input never panics.
        #[test]
        fn any_description_is_taken_or_refused(
            algorithm in "(BCRYPT|PBKDF2|SHA-512|SHA-256|SHA-1|MD5|.{0,5})",
            value in proptest::option::of(".{0,90}"),
            salt in proptest::option::of(".{0,30}"),
            order in proptest::option::of("(PREFIX|POSTFIX|x)"),
            number in proptest::option::of(any::<i64>()),
        ) {
            let given = HashDescription {
                algorithm, value, salt, salt_order: order,
                work_factor: number, iteration_count: number, key_size: number, digest_algorithm: None,
            };
            let _ = ImportedHash::from_description(&given);
        }
    }
}
