//! What must hold of any bytes that are given as a proof. The fuzz target and the property tests share it.

use denizen_domain::fido::{AuthenticatorProofs as _, Bytes, CredentialKey};
use denizen_webauthn::StandardProofs;

/// The generator of the curve P-256: a key whose owner nobody knows.
const POINT: [u8; 65] = [
    0x04, 0x6b, 0x17, 0xd1, 0xf2, 0xe1, 0x2c, 0x42, 0x47, 0xf8, 0xbc, 0xe6, 0xe5, 0x63, 0xa4, 0x40, 0xf2, 0x77, 0x03,
    0x7d, 0x81, 0x2d, 0xeb, 0x33, 0xa0, 0xf4, 0xa1, 0x39, 0x45, 0xd8, 0x98, 0xc2, 0x96, 0x4f, 0xe3, 0x42, 0xe2, 0xfe,
    0x1a, 0x7f, 0x9b, 0x8e, 0xe7, 0xeb, 0x4a, 0x7c, 0x0f, 0x9e, 0x16, 0x2b, 0xce, 0x33, 0x57, 0x6b, 0x31, 0x5e, 0xce,
    0xcb, 0xb6, 0x40, 0x68, 0x37, 0xbf, 0x51, 0xf5,
];
const APP: &str = "https://id.example.com";

/// W5: whatever part of a proof the bytes are given for, they are read or refused; nobody's key has signed them.
pub fn any_bytes(bytes: &[u8]) {
    let key = Bytes::new(POINT.to_vec());
    let credential = CredentialKey::P256(key.clone());
    assert!(StandardProofs.assertion(&credential, bytes, bytes, bytes).is_err());
    assert!(StandardProofs.u2f_assertion(&key, bytes, bytes, APP).is_err());
    let _ = StandardProofs.registration(bytes, bytes);
    let _ = StandardProofs.u2f_registration(bytes, bytes, APP);
    let rsa = CredentialKey::Rsa {
        n: Bytes::new(bytes.to_vec()),
        e: Bytes::new(bytes.get(..3).unwrap_or_default().to_vec()),
    };
    let _ = StandardProofs.assertion(&rsa, bytes, bytes, bytes);
    let _ = StandardProofs.u2f_assertion(&Bytes::new(bytes.to_vec()), bytes, bytes, APP);
}
