//! Bytes in JSON: written in URL-safe base64 without padding, read in any of the forms that clients send (contract: factors
//! §12).

use std::borrow::Cow;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Bytes that are stored and shown as text.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Bytes(Vec<u8>);

impl Bytes {
    /// Takes the bytes as they are.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        &self.0
    }

    /// URL-safe base64 without padding.
    #[must_use]
    pub fn to_text(&self) -> String {
        URL_SAFE_NO_PAD.encode(&self.0)
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_text())
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        URL_SAFE_NO_PAD
            .decode(&*text)
            .map(Self)
            .map_err(|_| D::Error::custom("not base64"))
    }
}

/// The bytes of a text in base64 or URL-safe base64, padded or not, when they are no more than so many.
#[must_use]
pub fn decode(text: &str, longest: usize) -> Option<Bytes> {
    // Four characters for three bytes, and at most two of padding.
    if text.len() > longest.saturating_mul(4) / 3 + 4 {
        return None;
    }
    let unpadded = match text.as_bytes() {
        [rest @ .., b'=', b'='] if rest.len() % 4 == 2 => rest,
        [rest @ .., b'='] if rest.len() % 4 == 3 => rest,
        all => all,
    };
    let url_safe: Vec<u8> = unpadded
        .iter()
        .map(|byte| match byte {
            b'+' => b'-',
            b'/' => b'_',
            other => *other,
        })
        .collect();
    let bytes = URL_SAFE_NO_PAD.decode(url_safe).ok()?;
    (bytes.len() <= longest).then_some(Bytes(bytes))
}
