//! Reads what authenticators send, and checks their signatures: WebAuthn (Level 3) and U2F (raw messages 1.2).
//!
//! The formats are read with `ciborium` and `x509-cert`, the signatures checked with `p256` and `rsa`. No complete library
//! would do: they draw their own challenges, of their own length, and know one relying party where here each page's host is
//! one. What a proof must say is the domain's to judge; here it is only taken apart.
//!
//! Nothing that is read can make this crate panic (W5): lengths are checked where bytes are cut, and every answer is a result.

#![forbid(unsafe_code)]

mod attestation;
mod authenticator_data;
mod cbor;
mod certificate;
mod cose;
mod signature;
mod u2f;

use denizen_domain::fido::{
    AuthenticatorProofs, Bytes, CredentialKey, ProofRefusal, Registration, Report, Touch, U2fRegistration,
};
use sha2::{Digest as _, Sha256};

use crate::authenticator_data::AuthenticatorData;

/// Reads proofs by the standards, and keeps nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct StandardProofs;

impl AuthenticatorProofs for StandardProofs {
    fn registration(&self, attestation: &[u8], client_data: &[u8]) -> Result<Registration, ProofRefusal> {
        attestation::registration(attestation, &digest(client_data))
    }

    fn assertion(
        &self,
        key: &CredentialKey,
        authenticator_data: &[u8],
        client_data: &[u8],
        signature: &[u8],
    ) -> Result<Report, ProofRefusal> {
        let data = AuthenticatorData::read(authenticator_data).ok_or(ProofRefusal::Malformed)?;
        let signed = [authenticator_data, &digest(client_data)].concat();
        signature::verify(key, &signed, signature)?;
        Ok(data.report)
    }

    fn u2f_registration(
        &self,
        registration_data: &[u8],
        client_data: &[u8],
        app_id: &str,
    ) -> Result<U2fRegistration, ProofRefusal> {
        u2f::registration(registration_data, &digest(client_data), &digest(app_id.as_bytes()))
    }

    fn u2f_assertion(
        &self,
        key: &Bytes,
        signature_data: &[u8],
        client_data: &[u8],
        app_id: &str,
    ) -> Result<Touch, ProofRefusal> {
        u2f::assertion(key, signature_data, &digest(client_data), &digest(app_id.as_bytes()))
    }
}

/// SHA-256.
fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
