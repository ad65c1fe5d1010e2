//! What clients send about factors (contract: factors §6.4, §6.8, §6.10).

use std::fmt;

use denizen_application::{EnrolFactor, FactorProfile, Proof};
use denizen_domain::secret::Secret;
use denizen_domain::validation::Validation;
use serde::de::{Error, IgnoredAny, Visitor};
use serde::{Deserialize, Deserializer};

use crate::body::Object;

/// A code by mail is good for so many seconds at most.
const LONGEST_LIFETIME: u32 = 86_400;

/// A factor that is to be enrolled. What only the directory says is taken and ignored, as clients send back what they read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct EnrolBody {
    factor_type: Option<String>,
    provider: Option<String>,
    profile: Option<Object<ProfileBody>>,
    verify: Option<Object<ProofBody>>,
    factor_profile_id: Option<String>,
    #[serde(rename = "id")]
    _id: Option<IgnoredAny>,
    #[serde(rename = "vendorName")]
    _vendor_name: Option<IgnoredAny>,
    #[serde(rename = "status")]
    _status: Option<IgnoredAny>,
    #[serde(rename = "created")]
    _created: Option<IgnoredAny>,
    #[serde(rename = "lastUpdated")]
    _last_updated: Option<IgnoredAny>,
    #[serde(rename = "_links")]
    _links: Option<IgnoredAny>,
    #[serde(rename = "_embedded")]
    _embedded: Option<IgnoredAny>,
    /// For the operations of a transaction, which read it themselves.
    #[serde(rename = "stateToken")]
    pub(crate) state_token: Option<Secret>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ProfileBody {
    question: Option<String>,
    answer: Option<Secret>,
    phone_number: Option<String>,
    phone_extension: Option<String>,
    email: Option<String>,
    credential_id: Option<String>,
    shared_secret: Option<Secret>,
}

impl EnrolBody {
    /// The request in it.
    pub(crate) fn into_request(self) -> EnrolFactor {
        EnrolFactor {
            factor_type: self.factor_type,
            provider: self.provider,
            profile: self.profile.map(|Object(given)| FactorProfile {
                question: given.question,
                answer: given.answer,
                phone_number: given.phone_number,
                phone_extension: given.phone_extension,
                email: given.email,
                credential_id: given.credential_id,
                shared_secret: given.shared_secret,
            }),
            proof: self.verify.map(|Object(given)| given.into_proof()).unwrap_or_default(),
            factor_profile_id: self.factor_profile_id,
            ..EnrolFactor::default()
        }
    }
}

/// What proves that the user has a factor.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ProofBody {
    pass_code: Option<Code>,
    next_pass_code: Option<Code>,
    answer: Option<Secret>,
    client_data: Option<Secret>,
    registration_data: Option<Secret>,
    attestation: Option<Secret>,
    authenticator_data: Option<Secret>,
    signature_data: Option<Secret>,
    use_number_matching_challenge: Option<bool>,
    #[serde(rename = "activationToken")]
    _activation_token: Option<IgnoredAny>,
    /// For the operations of a transaction, which read it themselves.
    pub(crate) state_token: Option<Secret>,
}

impl ProofBody {
    /// The proof in it.
    pub(crate) fn into_proof(self) -> Proof {
        Proof {
            pass_code: self.pass_code.map(|code| code.0),
            next_pass_code: self.next_pass_code.map(|code| code.0),
            answer: self.answer,
            client_data: self.client_data,
            registration_data: self.registration_data,
            attestation: self.attestation,
            authenticator_data: self.authenticator_data,
            signature_data: self.signature_data,
            number_challenge: self.use_number_matching_challenge.unwrap_or_default(),
        }
    }
}

/// A code: a text, or a whole number, as some clients have it (contract: factors §7.7).
struct Code(Secret);

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextOrNumber;

        impl Visitor<'_> for TextOrNumber {
            type Value = Code;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a code")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Code, E> {
                Ok(Code(Secret::new(text)))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Code, E> {
                Ok(Code(Secret::new(number.to_string())))
            }
        }

        deserializer.deserialize_any(TextOrNumber)
    }
}

/// How long a code by mail is good.
pub(super) fn lifetime(given: Option<i64>) -> Result<Option<u32>, Validation> {
    let Some(seconds) = given else {
        return Ok(None);
    };
    match u32::try_from(seconds) {
        Ok(seconds @ 1..=LONGEST_LIFETIME) => Ok(Some(seconds)),
        _ => {
            let text = format!("The value must be between 1 and {LONGEST_LIFETIME}");
            Err(Validation::field("tokenLifetimeSeconds", &text))
        }
    }
}
