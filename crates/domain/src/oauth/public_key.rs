//! The public keys that clients register (RFC 7517), as far as they are used here.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// How something is signed. There is neither "not at all" nor a shared secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureAlgorithm {
    /// RSA with SHA-256.
    Rs256,
    /// RSA with SHA-384.
    Rs384,
    /// RSA with SHA-512.
    Rs512,
    /// The curve P-256 with SHA-256.
    Es256,
    /// The curve P-384 with SHA-384.
    Es384,
}

impl SignatureAlgorithm {
    /// Every algorithm.
    pub const ALL: [Self; 5] = [Self::Rs256, Self::Rs384, Self::Rs512, Self::Es256, Self::Es384];

    /// The name on the wire (RFC 7518 §3.1).
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
        }
    }

    /// Reads the name on the wire.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == text)
    }
}

/// A public key. The numbers are kept as they are written: big-endian, in URL-safe base64.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublicKey {
    /// A key of RSA.
    Rsa {
        /// The modulus.
        n: String,
        /// The exponent.
        e: String,
    },
    /// A point on the curve P-256.
    P256 {
        /// One coordinate.
        x: String,
        /// The other one.
        y: String,
    },
    /// A point on the curve P-384.
    P384 {
        /// One coordinate.
        x: String,
        /// The other one.
        y: String,
    },
}

/// A key that a client has registered, and the algorithms that it may sign with. The key decides on them, never what is
/// signed: otherwise a client's public key could be passed off as a shared secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientKey {
    /// Its name, if it has one.
    pub kid: Option<String>,
    /// The key.
    pub key: PublicKey,
    /// What it may sign with.
    pub algorithms: Vec<SignatureAlgorithm>,
}

/// Bytes of the smallest and of the largest modulus: 2048 and 4096 bits. Larger ones only cost time.
const MODULUS: std::ops::RangeInclusive<usize> = 256..=512;
const LONGEST_EXPONENT: usize = 4;
/// Members that only private and secret keys have (RFC 7518 §6).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

impl ClientKey {
    /// Reads a key of a JSON Web Key Set; `None` when it is none that could be used, or more than a public key.
    #[must_use]
    pub fn parse(jwk: &Value) -> Option<Self> {
        let members = jwk.as_object()?;
        if PRIVATE.iter().any(|name| members.contains_key(*name)) {
            return None;
        }
        let text = |name: &str| match members.get(name) {
            None | Some(Value::Null) => Some(None),
            Some(Value::String(text)) => Some(Some(text.clone())),
            Some(_) => None,
        };
        if text("use")?.is_some_and(|usage| usage != "sig") {
            return None;
        }
        let (key, possible) = public_key(&text("kty")??, &|name| text(name)?)?;
        let algorithms = match text("alg")? {
            None => possible.to_vec(),
            Some(named) => {
                let named = SignatureAlgorithm::parse(&named)?;
                possible.contains(&named).then(|| vec![named])?
            }
        };
        Some(Self {
            kid: text("kid")?,
            key,
            algorithms,
        })
    }
}

fn public_key(kind: &str, text: &dyn Fn(&str) -> Option<String>) -> Option<(PublicKey, &'static [SignatureAlgorithm])> {
    use SignatureAlgorithm as A;
    match kind {
        "RSA" => {
            let (n, e) = (text("n")?, text("e")?);
            let sound = MODULUS.contains(&size(&n)?) && size(&e)? <= LONGEST_EXPONENT;
            sound.then_some((PublicKey::Rsa { n, e }, &[A::Rs256, A::Rs384, A::Rs512]))
        }
        "EC" => {
            let (curve, x, y) = (text("crv")?, text("x")?, text("y")?);
            let of_size = |bytes| Some(exact(&x)? == bytes && exact(&y)? == bytes);
            match curve.as_str() {
                "P-256" if of_size(32)? => Some((PublicKey::P256 { x, y }, &[A::Es256])),
                "P-384" if of_size(48)? => Some((PublicKey::P384 { x, y }, &[A::Es384])),
                _ => None,
            }
        }
        _ => None,
    }
}

fn exact(text: &str) -> Option<usize> {
    URL_SAFE_NO_PAD.decode(text).ok().map(|bytes| bytes.len())
}

/// Bytes of a number without the zeros in front.
fn size(text: &str) -> Option<usize> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    bytes
        .iter()
        .position(|byte| *byte != 0)
        .map(|first| bytes.len() - first)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn number(bytes: usize) -> String {
        URL_SAFE_NO_PAD.encode(vec![0xa5; bytes])
    }

    fn names(jwk: &Value) -> Option<Vec<&'static str>> {
        let key = ClientKey::parse(jwk)?;
        Some(key.algorithms.iter().map(|algorithm| algorithm.as_str()).collect())
    }

    #[test]
    fn the_key_pins_the_algorithm() {
        let rsa = json!({"kty": "RSA", "n": number(256), "e": "AQAB", "kid": "one", "use": "sig"});
        assert_eq!(names(&rsa).unwrap(), ["RS256", "RS384", "RS512"]);
        assert_eq!(ClientKey::parse(&rsa).unwrap().kid.as_deref(), Some("one"));
        let pinned = json!({"kty": "RSA", "n": number(512), "e": "AQAB", "alg": "RS512"});
        assert_eq!(names(&pinned).unwrap(), ["RS512"]);
        let p256 = json!({"kty": "EC", "crv": "P-256", "x": number(32), "y": number(32), "status": "ACTIVE"});
        assert_eq!(names(&p256).unwrap(), ["ES256"]);
        let p384 = json!({"kty": "EC", "crv": "P-384", "x": number(48), "y": number(48), "alg": "ES384"});
        assert_eq!(names(&p384).unwrap(), ["ES384"]);
    }

    #[test]
    fn what_is_no_strong_public_key_is_not_read() {
        let n = number(256);
        for jwk in [
            json!({"kty": "oct", "k": "c2VjcmV0"}),
            json!({"kty": "RSA", "n": number(255), "e": "AQAB"}),
            json!({"kty": "RSA", "n": number(513), "e": "AQAB"}),
            json!({"kty": "RSA", "n": n, "e": number(5)}),
            json!({"kty": "RSA", "n": n, "e": ""}),
            json!({"kty": "RSA", "n": n}),
            json!({"kty": "RSA", "n": n, "e": "AQAB", "d": "AQAB"}),
            json!({"kty": "RSA", "n": n, "e": "AQAB", "alg": "HS256"}),
            json!({"kty": "RSA", "n": n, "e": "AQAB", "alg": "none"}),
            json!({"kty": "RSA", "n": n, "e": "AQAB", "alg": "ES256"}),
            json!({"kty": "RSA", "n": n, "e": "AQAB", "use": "enc"}),
            json!({"kty": "RSA", "n": n, "e": "AQAB", "kid": 7}),
            json!({"kty": "EC", "crv": "P-256", "x": number(31), "y": number(32)}),
            json!({"kty": "EC", "crv": "P-521", "x": number(66), "y": number(66)}),
            json!({"kty": "EC", "crv": "P-256", "x": "not base64!", "y": number(32)}),
            json!({"n": n, "e": "AQAB"}),
            json!("RSA"),
            json!(null),
        ] {
            assert_eq!(ClientKey::parse(&jwk), None, "{jwk}");
        }
    }
}
