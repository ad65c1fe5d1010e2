//! Keys by COSE (RFC 9052, RFC 9053, RFC 8230): those of ES256 and RS256, and no others.

use denizen_domain::fido::{Bytes, CredentialKey, ProofRefusal};

use crate::cbor::{Map, integer};
use crate::signature;

const KEY_TYPE: i64 = 1;
const ALGORITHM: i64 = 3;
/// Key types.
const ELLIPTIC_CURVE: i64 = 2;
const RSA: i64 = 3;
/// Parameters of elliptic curves.
const CURVE: i64 = -1;
const X: i64 = -2;
const Y: i64 = -3;
const P256: i64 = 1;
/// Parameters of RSA.
const N: i64 = -1;
const E: i64 = -2;
/// The algorithms.
pub(crate) const ES256: i64 = -7;
pub(crate) const RS256: i64 = -257;

/// The key, if it is one that signatures can be checked with.
pub(crate) fn key(map: &Map) -> Result<CredentialKey, ProofRefusal> {
    let key = read(map).ok_or(ProofRefusal::Key)?;
    signature::check_key(&key)?;
    Ok(key)
}

fn read(map: &Map) -> Option<CredentialKey> {
    let number = |label: i64| map.numbered(label).and_then(integer);
    let bytes = |label: i64| map.numbered(label).and_then(|value| value.as_bytes());
    match (number(KEY_TYPE)?, number(ALGORITHM)?) {
        (ELLIPTIC_CURVE, ES256) if number(CURVE)? == P256 => {
            let (x, y) = (bytes(X)?, bytes(Y)?);
            let is_sound = x.len() == 32 && y.len() == 32;
            is_sound.then(|| CredentialKey::P256(Bytes::new([&[4], x.as_slice(), y.as_slice()].concat())))
        }
        (RSA, RS256) => Some(CredentialKey::Rsa {
            n: Bytes::new(bytes(N)?.clone()),
            e: Bytes::new(bytes(E)?.clone()),
        }),
        _ => None,
    }
}
