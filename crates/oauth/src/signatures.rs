//! JSON Web Tokens (RFC 7519) by the crate `jsonwebtoken`. Only signatures are checked here; what the claims mean is a rule of
//! the domain, with the directory's clock.

use std::collections::HashSet;

use denizen_domain::oauth::{
    AccessClaims, AssertionClaims, AssertionRefusal, ClientKey, LONGEST_ASSERTION, MadeKey, PublicKey,
    SignatureAlgorithm, SignatureError, TokenSignatures,
};
use denizen_domain::push::{DeviceKey, LONGEST_STATEMENT, StatementRefusal};
use denizen_domain::secret::Secret;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::jwk::{Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use serde_json::Value;
use zeroize::Zeroizing;

/// What the directory signs with: the signature takes the same time whatever the key is, and libraries everywhere know it.
const OWN: Algorithm = Algorithm::ES256;

/// What stands before the 32 bytes of a private key on the curve P-256 in PKCS #8 (RFC 5208, RFC 5915): version, the curve's
/// name, and the key's own frame without its public half.
const P256_FRAME: [u8; 35] = [
    0x30, 0x41, 0x02, 0x01, 0x00, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x04, 0x27, 0x30, 0x25, 0x02, 0x01, 0x01, 0x04, 0x20,
];

/// Checks and makes JSON Web Tokens.
#[derive(Clone, Copy, Debug, Default)]
pub struct JsonWebTokens;

impl TokenSignatures for JsonWebTokens {
    fn verify_assertion(&self, assertion: &Secret, keys: &[ClientKey]) -> Result<AssertionClaims, AssertionRefusal> {
        let text = assertion.expose();
        if text.len() > LONGEST_ASSERTION {
            return Err(AssertionRefusal::Malformed);
        }
        // An algorithm that is none, or unknown, is not read.
        let header = decode_header(text).map_err(|_| AssertionRefusal::Malformed)?;
        if header.crit.is_some() {
            return Err(AssertionRefusal::Malformed);
        }
        let is_named = |key: &&ClientKey| header.kid.is_none() || key.kid.is_none() || key.kid == header.kid;
        let may_sign = |key: &&ClientKey| key.algorithms.iter().any(|one| algorithm(*one) == header.alg);
        for key in keys.iter().filter(is_named).filter(may_sign) {
            match decode(text, &decoding_key(&key.key)?, &signature_alone(header.alg)) {
                Ok(read) => return Ok(read.claims),
                Err(error) if matches!(error.kind(), ErrorKind::InvalidSignature) => {}
                Err(_) => return Err(AssertionRefusal::Malformed),
            }
        }
        Err(AssertionRefusal::Signature)
    }

    fn verify_statement(&self, statement: &Secret, key: &DeviceKey) -> Result<Value, StatementRefusal> {
        let text = statement.expose();
        if text.len() > LONGEST_STATEMENT {
            return Err(StatementRefusal::Malformed);
        }
        let header = decode_header(text).map_err(|_| StatementRefusal::Malformed)?;
        if header.crit.is_some() || header.alg != OWN {
            return Err(StatementRefusal::Malformed);
        }
        let key = decoding_key(&key.public_key()).map_err(|_| StatementRefusal::Signature)?;
        match decode(text, &key, &signature_alone(OWN)) {
            Ok(read) => Ok(read.claims),
            Err(error) if matches!(error.kind(), ErrorKind::InvalidSignature) => Err(StatementRefusal::Signature),
            Err(_) => Err(StatementRefusal::Malformed),
        }
    }

    fn make_key(&self, kid: &str, random: &[u8; 32]) -> Result<MadeKey, SignatureError> {
        let private = Zeroizing::new([&P256_FRAME[..], random].concat());
        let key = EncodingKey::from_ec_der(&private);
        let mut public = Jwk::from_encoding_key(&key, OWN).map_err(|_| SignatureError)?;
        public.common.key_id = Some(kid.to_owned());
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        public.common.key_algorithm = Some(KeyAlgorithm::ES256);
        let public = serde_json::to_string(&public).map_err(|_| SignatureError)?;
        Ok(MadeKey { private, public })
    }

    fn sign(&self, kid: &str, private: &[u8], claims: &AccessClaims) -> Result<Secret, SignatureError> {
        let header = Header {
            kid: Some(kid.to_owned()),
            ..Header::new(OWN)
        };
        let signed = encode(&header, claims, &EncodingKey::from_ec_der(private));
        signed.map(Secret::new).map_err(|_| SignatureError)
    }
}

/// A check of nothing but the signature, by this algorithm and no other.
fn signature_alone(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims = HashSet::new();
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation
}

fn algorithm(algorithm: SignatureAlgorithm) -> Algorithm {
    match algorithm {
        SignatureAlgorithm::Rs256 => Algorithm::RS256,
        SignatureAlgorithm::Rs384 => Algorithm::RS384,
        SignatureAlgorithm::Rs512 => Algorithm::RS512,
        SignatureAlgorithm::Es256 => Algorithm::ES256,
        SignatureAlgorithm::Es384 => Algorithm::ES384,
    }
}

/// A client's key is in the form that was checked when it was read; a point that is on no curve verifies nothing.
fn decoding_key(key: &PublicKey) -> Result<DecodingKey, AssertionRefusal> {
    let key = match key {
        PublicKey::Rsa { n, e } => DecodingKey::from_rsa_components(n, e),
        PublicKey::P256 { x, y } | PublicKey::P384 { x, y } => DecodingKey::from_ec_components(x, y),
    };
    key.map_err(|_| AssertionRefusal::Signature)
}

#[cfg(test)]
#[path = "signatures_tests.rs"]
mod tests;
