//! What devices say. A statement is a JSON Web Token that the device's key has signed, made for one endpoint and for a few
//! minutes (U5).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::device::{DeviceKey, DeviceName};
use crate::secret::Secret;
use crate::time::Timestamp;

/// The longest statement that is looked at, in bytes.
pub const LONGEST_STATEMENT: usize = 4 * 1024;
/// A statement may be good for so many seconds.
const LONGEST_LIFE_SECONDS: i64 = 5 * 60;
/// How far the clock of a device may be ahead.
const AHEAD_SECONDS: i64 = 60;

/// Why a statement says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatementRefusal {
    /// It cannot be read, or lacks something.
    #[error("the statement cannot be read")]
    Malformed,
    /// The device has not signed it.
    #[error("the signature is not that of the device")]
    Signature,
    /// It is made by another device, or for another endpoint.
    #[error("the statement is meant for something else")]
    Foreign,
    /// It is not of this time.
    #[error("the statement is too old, or good for too long")]
    Time,
}

/// A statement whose signature was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement<T> {
    /// The device that made it, by the thumbprint of its key.
    pub device: String,
    /// What it says.
    pub said: T,
}

/// What a statement can say.
pub trait Saying: DeserializeOwned {}

impl Saying for Registration {}
impl Saying for ListRequest {}
impl Saying for Answer {}

#[derive(Deserialize)]
struct Claims<T> {
    iss: String,
    aud: String,
    iat: i64,
    exp: i64,
    #[serde(flatten)]
    said: T,
}

/// A device registers.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Registration {
    /// The activation token.
    pub token: Secret,
    /// The device's public key, a JSON Web Key.
    pub jwk: Value,
    /// How it calls itself.
    #[serde(flatten)]
    pub name: DeviceName,
}

/// A device asks what it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct ListRequest {}

/// A yes or a no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Verdict {
    /// Yes.
    Approve,
    /// No.
    Reject,
}

/// A device answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The id of the push.
    pub transaction: String,
    /// The nonce of the push.
    pub nonce: String,
    /// Yes or no.
    pub verdict: Verdict,
    /// The number that was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u8>,
}

impl<T: Saying> Statement<T> {
    /// Reads what a device has signed, for the endpoint with an address, at a moment.
    ///
    /// # Errors
    /// [`StatementRefusal`].
    pub fn read(payload: Value, key: &DeviceKey, endpoint: &str, at: Timestamp) -> Result<Self, StatementRefusal> {
        let claims: Claims<T> = serde_json::from_value(payload).map_err(|_| StatementRefusal::Malformed)?;
        let now = at.as_millis().div_euclid(1000);
        if claims.aud != endpoint || claims.iss != key.thumbprint() {
            return Err(StatementRefusal::Foreign);
        }
        let is_of_now = claims.exp > now
            && claims.iat <= now.saturating_add(AHEAD_SECONDS)
            && claims.exp.saturating_sub(claims.iat) <= LONGEST_LIFE_SECONDS;
        if !is_of_now {
            return Err(StatementRefusal::Time);
        }
        Ok(Self {
            device: claims.iss,
            said: claims.said,
        })
    }
}

/// The payload of a statement before anything was checked: good for finding out whose key to check it with.
fn unproved(statement: &Secret) -> Option<Value> {
    let text = statement.expose();
    let payload = text.split('.').nth(1).filter(|_| text.len() <= LONGEST_STATEMENT)?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
}

/// Which device claims to have made a statement, by the thumbprint of its key.
#[must_use]
pub fn claimed_device(statement: &Secret) -> Option<String> {
    Some(unproved(statement)?.get("iss")?.as_str()?.to_owned())
}

impl Registration {
    /// The key that claims to register, to check the signature of the statement with: whoever signs with it has it.
    #[must_use]
    pub fn claimed_key(statement: &Secret) -> Option<DeviceKey> {
        DeviceKey::parse(unproved(statement)?.get("jwk")?)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_759_117_790;
    const ENDPOINT: &str = "https://id.example.com/device/v1/answers";

    fn key(seed: u8) -> DeviceKey {
        let number = URL_SAFE_NO_PAD.encode([seed; 32]);
        DeviceKey::parse(&json!({"kty": "EC", "crv": "P-256", "x": number, "y": number})).unwrap()
    }

    fn read(change: &Value) -> Result<Answer, StatementRefusal> {
        let mut all = json!({
            "iss": key(1).thumbprint(), "aud": ENDPOINT, "iat": NOW, "exp": NOW + 60,
            "transaction": "mst1", "nonce": "n", "verdict": "APPROVE", "number": 7,
        });
        for (name, value) in change.as_object().unwrap() {
            all[name] = value.clone();
        }
        let at = Timestamp::from_millis(NOW * 1000 + 999);
        Statement::<Answer>::read(all, &key(1), ENDPOINT, at).map(|statement| statement.said)
    }

    /// U5: every claim counts.
    #[test]
    fn every_claim_counts() {
        use StatementRefusal as R;
        for (change, wanted) in [
            (json!({"iss": key(2).thumbprint()}), R::Foreign),
            (
                json!({"aud": "https://id.example.com/device/v1/challenges"}),
                R::Foreign,
            ),
            (json!({"aud": [ENDPOINT]}), R::Malformed),
            (json!({"exp": NOW}), R::Time),
            (json!({"exp": NOW + 301}), R::Time),
            (json!({"iat": NOW + 61, "exp": NOW + 120}), R::Time),
            (json!({"iat": i64::MIN, "exp": i64::MAX}), R::Time),
            (json!({"iat": null}), R::Malformed),
            (json!({"verdict": "approve"}), R::Malformed),
            (json!({"verdict": null}), R::Malformed),
            (json!({"nonce": 5}), R::Malformed),
            (json!({"number": 300}), R::Malformed),
            (json!({"number": "7"}), R::Malformed),
        ] {
            assert_eq!(read(&change), Err(wanted), "{change}");
        }
        assert_eq!(read(&json!({})).unwrap().number, Some(7));
        assert_eq!(
            read(&json!({"number": null, "verdict": "REJECT"})).unwrap().number,
            None
        );
        assert!(read(&json!({"iat": NOW - 200, "exp": NOW + 100})).is_ok());
        assert!(read(&json!({"iat": NOW + 60, "exp": NOW + 360})).is_ok());
    }

    #[test]
    fn what_is_no_statement_claims_nothing() {
        for text in [
            "",
            ".",
            "a.b.c",
            "a.bnVsbA.c",
            &format!("a.{}.c", "A".repeat(LONGEST_STATEMENT)),
        ] {
            let statement = Secret::new(text);
            assert_eq!(claimed_device(&statement), None);
            assert_eq!(Registration::claimed_key(&statement), None);
        }
    }
}
