//! A device and its key (contract: factors §7.6).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::activation::Activation;
use crate::oauth::{ClientKey, PublicKey};

const LONGEST_NAME: usize = 100;
const LONGEST_WORD: usize = 40;

/// What a push factor is made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Push {
    /// No device has registered yet.
    Waiting(Activation),
    /// A device has.
    Registered(RegisteredDevice),
}

impl Push {
    /// The device, once it has registered.
    #[must_use]
    pub fn device(&self) -> Option<&RegisteredDevice> {
        match self {
            Self::Waiting(_) => None,
            Self::Registered(device) => Some(device),
        }
    }
}

/// A device that has registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisteredDevice {
    /// Its public key.
    pub key: DeviceKey,
    /// How it calls itself.
    #[serde(flatten)]
    pub name: DeviceName,
}

/// How a device calls itself. People read it; no rule depends on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceName {
    /// Its name.
    pub name: String,
    /// What it runs on, such as `IOS`.
    pub platform: String,
    /// The version of that.
    pub version: String,
}

impl DeviceName {
    /// Whether it is fit to be shown.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let fits = |text: &str, most| {
            (1..=most).contains(&text.chars().count()) && !text.trim().is_empty() && !text.chars().any(char::is_control)
        };
        fits(&self.name, LONGEST_NAME) && fits(&self.platform, LONGEST_WORD) && fits(&self.version, LONGEST_WORD)
    }

    /// The kind of device, as the API calls it.
    #[must_use]
    pub fn device_type(&self) -> &'static str {
        match self.platform.as_str() {
            "IOS" => "SmartPhone_IPhone",
            "ANDROID" => "SmartPhone_Android",
            _ => "Computer",
        }
    }
}

/// A device's public key: a point on the curve P-256, as it is written in a JSON Web Key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceKey {
    x: String,
    y: String,
}

impl DeviceKey {
    /// Reads a JSON Web Key; `None` for any other kind of key, and for more than a public one.
    #[must_use]
    pub fn parse(jwk: &Value) -> Option<Self> {
        match ClientKey::parse(jwk)?.key {
            PublicKey::P256 { x, y } => Some(Self { x, y }),
            PublicKey::Rsa { .. } | PublicKey::P384 { .. } => None,
        }
    }

    /// The key, for whoever checks signatures.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        PublicKey::P256 {
            x: self.x.clone(),
            y: self.y.clone(),
        }
    }

    /// The key as a JSON Web Key.
    #[must_use]
    pub fn jwk(&self) -> Value {
        json!({"kty": "EC", "crv": "P-256", "x": self.x, "y": self.y, "use": "sig"})
    }

    /// The name by which the device goes: a digest of the key (RFC 7638).
    #[must_use]
    pub fn thumbprint(&self) -> String {
        let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, self.x, self.y);
        URL_SAFE_NO_PAD.encode(Sha256::digest(canonical.as_bytes()))
    }
}

/// The key under which the factor of a device is found.
#[must_use]
pub fn device_key(thumbprint: &str) -> String {
    format!("push-device/{thumbprint}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(bytes: usize) -> String {
        URL_SAFE_NO_PAD.encode(vec![0xa5; bytes])
    }

    #[test]
    fn a_device_has_a_public_key_of_its_curve() {
        let jwk = json!({"kty": "EC", "crv": "P-256", "x": number(32), "y": number(32)});
        let key = DeviceKey::parse(&jwk).unwrap();
        assert_eq!(DeviceKey::parse(&key.jwk()), Some(key.clone()));
        assert_eq!(key.thumbprint().len(), 43);
        for (name, value) in [
            ("crv", json!("P-384")),
            ("kty", json!("oct")),
            ("d", json!(number(32))),
            ("x", json!(number(31))),
            ("y", Value::Null),
        ] {
            let mut other = jwk.clone();
            other[name] = value;
            assert_eq!(DeviceKey::parse(&other), None, "{other}");
        }
    }

    #[test]
    fn names_are_short_and_of_one_line() {
        let named = |name: &str| DeviceName {
            name: name.to_owned(),
            platform: "IOS".to_owned(),
            version: "18.0".to_owned(),
        };
        assert!(named("Gibson").is_sound() && named(&"ü".repeat(100)).is_sound());
        for name in ["", "  ", "a\nb", &"x".repeat(101)] {
            assert!(!named(name).is_sound(), "{name}");
        }
        assert_eq!(named("Gibson").device_type(), "SmartPhone_IPhone");
    }

    #[test]
    fn the_stored_form_reads_back() {
        let jwk = json!({"kty": "EC", "crv": "P-256", "x": number(32), "y": number(32)});
        let device = RegisteredDevice {
            key: DeviceKey::parse(&jwk).unwrap(),
            name: DeviceName {
                name: "Gibson".to_owned(),
                platform: "IOS".to_owned(),
                version: "9.0".to_owned(),
            },
        };
        let push = Push::Registered(device);
        let stored = serde_json::to_string(&push).unwrap();
        assert_eq!(serde_json::from_str::<Push>(&stored).unwrap(), push);
    }
}
