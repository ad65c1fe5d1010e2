//! Signatures: ECDSA on P-256 with SHA-256, and RSA (PKCS #1 v1.5) with SHA-256.
//!
//! Only public keys are used here, so no time that a check takes can tell a secret.

use denizen_domain::fido::{CredentialKey, ProofRefusal};
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use rsa::sha2::{Digest as _, Sha256};
use rsa::{BigUint, Pkcs1v15Sign, RsaPublicKey};

/// Bytes of the smallest and of the largest modulus: 2048 and 4096 bits. Larger ones only cost time.
const MODULUS: std::ops::RangeInclusive<usize> = 256..=512;
const LONGEST_EXPONENT: usize = 4;

/// Whether the numbers are a key: a point on the curve, or a strong modulus.
pub(crate) fn check_key(key: &CredentialKey) -> Result<(), ProofRefusal> {
    match key {
        CredentialKey::P256(point) => p256_key(point.as_slice()).map(drop),
        CredentialKey::Rsa { n, e } => rsa_key(n.as_slice(), e.as_slice()).map(drop),
    }
}

/// Whether the key has signed the message.
pub(crate) fn verify(key: &CredentialKey, message: &[u8], signature: &[u8]) -> Result<(), ProofRefusal> {
    match key {
        CredentialKey::P256(point) => verify_p256(point.as_slice(), message, signature),
        CredentialKey::Rsa { n, e } => {
            let key = rsa_key(n.as_slice(), e.as_slice())?;
            key.verify(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(message), signature)
                .map_err(|_| ProofRefusal::Signature)
        }
    }
}

/// Whether the point's owner has signed the message. The signature is two numbers in DER.
pub(crate) fn verify_p256(point: &[u8], message: &[u8], signature: &[u8]) -> Result<(), ProofRefusal> {
    let signature = Signature::from_der(signature).map_err(|_| ProofRefusal::Signature)?;
    p256_key(point)?
        .verify(message, &signature)
        .map_err(|_| ProofRefusal::Signature)
}

/// The point, uncompressed; compressed ones are not used by any of the formats.
fn p256_key(point: &[u8]) -> Result<VerifyingKey, ProofRefusal> {
    if point.len() != 65 {
        return Err(ProofRefusal::Key);
    }
    VerifyingKey::from_sec1_bytes(point).map_err(|_| ProofRefusal::Key)
}

fn rsa_key(n: &[u8], e: &[u8]) -> Result<RsaPublicKey, ProofRefusal> {
    let first = n.iter().position(|byte| *byte != 0).unwrap_or(n.len());
    if !MODULUS.contains(&(n.len() - first)) || e.len() > LONGEST_EXPONENT {
        return Err(ProofRefusal::Key);
    }
    RsaPublicKey::new(BigUint::from_bytes_be(n), BigUint::from_bytes_be(e)).map_err(|_| ProofRefusal::Key)
}
