//! Attestation objects (WebAuthn §6.5, §8): a credential, and what the authenticator's maker says of it.

use ciborium::Value;
use denizen_domain::fido::{Attestation, CredentialId, CredentialKey, ProofRefusal, RegisteredKey, Registration};

use crate::authenticator_data::AuthenticatorData;
use crate::cbor::{self, Map, integer};
use crate::{certificate, cose, signature};

/// Formats that are taken without being read (WebAuthn §8.3 to §8.9). A statement in one of them is what a browser sends when a
/// device has no other, and refusing it would keep out the device.
const UNREAD: [&str; 5] = ["tpm", "android-key", "android-safetynet", "apple", "compound"];

/// What a statement is about.
struct Subject<'a> {
    /// The authenticator data, as it was signed.
    data: &'a [u8],
    /// SHA-256 of the client data.
    client_hash: &'a [u8; 32],
    /// SHA-256 of the relying party's id.
    relying_party: &'a [u8; 32],
    /// The credential.
    made: &'a RegisteredKey,
}

impl Subject<'_> {
    /// What packed statements sign.
    fn packed(&self) -> Vec<u8> {
        [self.data, self.client_hash].concat()
    }
}

/// The registration in an attestation object.
pub(crate) fn registration(object: &[u8], client_hash: &[u8; 32]) -> Result<Registration, ProofRefusal> {
    let object = cbor::only(object).and_then(Map::of).ok_or(ProofRefusal::Malformed)?;
    let format = object
        .named("fmt")
        .and_then(Value::as_text)
        .ok_or(ProofRefusal::Malformed)?;
    let data = object
        .named("authData")
        .and_then(Value::as_bytes)
        .ok_or(ProofRefusal::Malformed)?;
    let statement = object.named("attStmt").ok_or(ProofRefusal::Malformed)?;
    let read = AuthenticatorData::read(data).ok_or(ProofRefusal::Malformed)?;
    let made = read.made.ok_or(ProofRefusal::Malformed)?;
    let key = RegisteredKey {
        id: CredentialId::from_bytes(made.id).ok_or(ProofRefusal::Malformed)?,
        key: cose::key(&made.key)?,
        aaguid: made.aaguid,
    };
    let subject = Subject {
        data,
        client_hash,
        relying_party: &read.report.relying_party,
        made: &key,
    };
    let attestation = if UNREAD.contains(&format) {
        Attestation::Unverified
    } else {
        let statement = Map::of(statement.clone()).ok_or(ProofRefusal::Attestation)?;
        match format {
            "none" if statement.is_empty() => Attestation::None,
            "packed" => packed(&statement, &subject)?,
            "fido-u2f" => fido_u2f(&statement, &subject)?,
            _ => return Err(ProofRefusal::Attestation),
        }
    };
    Ok(Registration {
        report: read.report,
        key,
        attestation,
    })
}

/// A packed statement (§8.2).
fn packed(statement: &Map, subject: &Subject<'_>) -> Result<Attestation, ProofRefusal> {
    let algorithm = statement
        .named("alg")
        .and_then(integer)
        .ok_or(ProofRefusal::Attestation)?;
    let signed = signature_of(statement)?;
    let Some(chain) = statement.named("x5c") else {
        if algorithm != subject.made.key.algorithm() {
            return Err(ProofRefusal::Attestation);
        }
        signature::verify(&subject.made.key, &subject.packed(), signed)?;
        return Ok(Attestation::Own);
    };
    if algorithm != cose::ES256 && algorithm != cose::RS256 {
        return Ok(Attestation::Unverified);
    }
    let leaf = leaf_of(chain)?;
    let key = certificate::key(leaf)?;
    if key.algorithm() != algorithm || !certificate::is_for_packed(leaf, &subject.made.aaguid) {
        return Err(ProofRefusal::Attestation);
    }
    signature::verify(&key, &subject.packed(), signed)?;
    Ok(Attestation::Maker)
}

/// A statement of a key of U2F (§8.6).
fn fido_u2f(statement: &Map, subject: &Subject<'_>) -> Result<Attestation, ProofRefusal> {
    let chain = statement.named("x5c").ok_or(ProofRefusal::Attestation)?;
    let is_single = chain.as_array().is_some_and(|chain| chain.len() == 1);
    let (CredentialKey::P256(point), CredentialKey::P256(maker)) =
        (&subject.made.key, certificate::key(leaf_of(chain)?)?)
    else {
        return Err(ProofRefusal::Attestation);
    };
    if !is_single || subject.made.aaguid != [0; 16] {
        return Err(ProofRefusal::Attestation);
    }
    let signed = [
        &[0],
        &subject.relying_party[..],
        &subject.client_hash[..],
        subject.made.id.as_bytes(),
        point.as_slice(),
    ]
    .concat();
    signature::verify_p256(maker.as_slice(), &signed, signature_of(statement)?)?;
    Ok(Attestation::Maker)
}

fn signature_of(statement: &Map) -> Result<&[u8], ProofRefusal> {
    let signature = statement.named("sig").and_then(Value::as_bytes);
    signature.map(Vec::as_slice).ok_or(ProofRefusal::Attestation)
}

/// The first certificate of a chain: the authenticator's.
fn leaf_of(chain: &Value) -> Result<&[u8], ProofRefusal> {
    let leaf = chain
        .as_array()
        .and_then(|chain| chain.first())
        .and_then(Value::as_bytes);
    leaf.map(Vec::as_slice).ok_or(ProofRefusal::Attestation)
}
