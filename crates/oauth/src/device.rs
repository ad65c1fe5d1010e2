//! The device's side: a key of its own, and statements that are signed with it. The directory has only the public half.

use denizen_domain::oauth::{SignatureError, TokenSignatures};
use denizen_domain::push::DeviceKey;
use denizen_domain::secret::Secret;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde::Serialize;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::JsonWebTokens;

/// A statement is good for so many seconds.
const LIFE_SECONDS: i64 = 60;

/// The key pair of a device.
pub struct DeviceKeyPair {
    private: Zeroizing<Vec<u8>>,
    public: DeviceKey,
}

impl DeviceKeyPair {
    /// Makes a key pair of a random number. One in four billion numbers is no key.
    ///
    /// # Errors
    /// When this is one: draw another.
    pub fn make(random: &[u8; 32]) -> Result<Self, SignatureError> {
        let made = JsonWebTokens.make_key("device", random)?;
        let public: Value = serde_json::from_str(&made.public).map_err(|_| SignatureError)?;
        Ok(Self {
            private: made.private,
            public: DeviceKey::parse(&public).ok_or(SignatureError)?,
        })
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> &DeviceKey {
        &self.public
    }

    /// Signs what the device says to the endpoint with an address; `now` is the device's time, in seconds since the epoch.
    ///
    /// # Errors
    /// When what it says is no object, or the key cannot be used.
    pub fn state(&self, endpoint: &str, said: &impl Serialize, now: i64) -> Result<Secret, SignatureError> {
        let mut claims = serde_json::to_value(said).map_err(|_| SignatureError)?;
        let members = claims.as_object_mut().ok_or(SignatureError)?;
        members.insert("iss".to_owned(), json!(self.public.thumbprint()));
        members.insert("aud".to_owned(), json!(endpoint));
        members.insert("iat".to_owned(), json!(now));
        members.insert("exp".to_owned(), json!(now.saturating_add(LIFE_SECONDS)));
        let key = EncodingKey::from_ec_der(&self.private);
        let signed = encode(&Header::new(Algorithm::ES256), &claims, &key);
        signed.map(Secret::new).map_err(|_| SignatureError)
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use denizen_domain::push::{Answer, LONGEST_STATEMENT, Statement, StatementRefusal, Verdict};
    use denizen_domain::time::Timestamp;

    use super::*;

    const NOW: i64 = 1_759_117_790;
    const ENDPOINT: &str = "https://id.example.com/device/v1/answers";

    fn pair(seed: u8) -> DeviceKeyPair {
        DeviceKeyPair::make(&[seed; 32]).unwrap()
    }

    fn yes() -> Value {
        json!({"transaction": "mst1", "nonce": "n", "verdict": "APPROVE"})
    }

    /// U5: what a device says is read back, and no other device can say it.
    #[test]
    fn a_device_speaks_with_its_own_key() {
        let (own, other) = (pair(1), pair(2));
        let statement = own.state(ENDPOINT, &yes(), NOW).unwrap();
        let payload = JsonWebTokens.verify_statement(&statement, own.public()).unwrap();
        let read = Statement::<Answer>::read(payload, own.public(), ENDPOINT, Timestamp::from_millis(NOW * 1000));
        let read = read.unwrap();
        assert_eq!(
            (read.device, read.said.verdict),
            (own.public().thumbprint(), Verdict::Approve)
        );
        assert_eq!(
            JsonWebTokens.verify_statement(&statement, other.public()),
            Err(StatementRefusal::Signature)
        );
    }

    #[test]
    fn the_thumbprint_is_that_of_the_standard() {
        let own = pair(3);
        let jwk: jsonwebtoken::jwk::Jwk = serde_json::from_value(own.public().jwk()).unwrap();
        let thumbprint = jwk.thumbprint(jsonwebtoken::jwk::ThumbprintHash::SHA256);
        assert_eq!(own.public().thumbprint(), thumbprint.unwrap());
    }

    /// U5: neither another algorithm nor another payload passes.
    #[test]
    fn what_a_device_has_not_signed_is_refused() {
        let own = pair(1);
        let statement = own.state(ENDPOINT, &yes(), NOW).unwrap();
        let parts: Vec<&str> = statement.expose().split('.').collect();
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let none = format!("{}.{}.", part(&json!({"alg": "none"})), parts[1]);
        let shared = encode(
            &Header::new(Algorithm::HS256),
            &yes(),
            &EncodingKey::from_secret(own.public().jwk().to_string().as_bytes()),
        );
        let no = part(&json!({"transaction": "mst1", "nonce": "n", "verdict": "REJECT"}));
        let critical = part(&json!({"alg": "ES256", "crit": ["b64"], "b64": false}));
        for text in [
            String::new(),
            "a.b".to_owned(),
            none,
            shared.unwrap(),
            format!("{}.{no}.{}", parts[0], parts[2]),
            format!("{}.{}.{}", parts[0], parts[1], "A".repeat(86)),
            format!("{}.{}.", parts[0], parts[1]),
            format!("{critical}.{}.{}", parts[1], parts[2]),
            "A".repeat(LONGEST_STATEMENT + 1),
        ] {
            let refused = JsonWebTokens.verify_statement(&Secret::new(text.as_str()), own.public());
            assert!(refused.is_err(), "{text}");
        }
    }
}
