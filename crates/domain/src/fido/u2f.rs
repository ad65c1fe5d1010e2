//! U2F, the forerunner of WebAuthn (contract: factors §7.10, §12; FIDO U2F raw messages 1.2).
//!
//! A key belongs to an app, and the app is the origin of the page that asked: the service names none.

use serde::{Deserialize, Serialize};

use super::bytes::Bytes;
use super::challenge::Challenge;
use super::client_data::{Ceremony, ClientData};
use super::credential::CredentialId;
use super::proofs::{AuthenticatorProofs, ProofRefusal};
use super::relying_party::RelyingParty;

/// The only version of the protocol.
pub const U2F_VERSION: &str = "U2F_V2";

/// A key that was registered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct U2fKey {
    /// Its handle.
    pub handle: CredentialId,
    /// The point on the curve P-256, uncompressed.
    pub key: Bytes,
    /// The app that it was registered for.
    pub app_id: String,
    /// How often it has signed, as far as it was heard.
    pub counter: u32,
}

/// What a browser sends when a key was registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct U2fRegistrationProof {
    /// The key, its certificate and its signature.
    pub registration_data: Bytes,
    /// The client data, a JSON text.
    pub client_data: Bytes,
}

/// What a browser sends when a key was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct U2fAssertionProof {
    /// The client data, a JSON text.
    pub client_data: Bytes,
    /// Presence, counter and signature.
    pub signature_data: Bytes,
}

/// The key that a proof registers. That the challenge is open, and that nobody has the handle already, is the caller's to see
/// to.
///
/// # Errors
/// Why the proof is none.
pub fn register_u2f(
    proofs: &dyn AuthenticatorProofs,
    party: &RelyingParty,
    challenge: &Challenge,
    proof: &U2fRegistrationProof,
) -> Result<U2fKey, ProofRefusal> {
    let json = proof.client_data.as_slice();
    let app_id = page(party, challenge, json, Ceremony::Create)?;
    let made = proofs.u2f_registration(proof.registration_data.as_slice(), json, &app_id)?;
    Ok(U2fKey {
        handle: made.handle,
        key: made.key,
        app_id,
        counter: 0,
    })
}

/// The key after the use that a proof shows. That the challenge is open, and spent by this, is the caller's to see to.
///
/// # Errors
/// Why the proof is none.
pub fn assert_u2f(
    proofs: &dyn AuthenticatorProofs,
    party: &RelyingParty,
    challenge: &Challenge,
    key: &U2fKey,
    proof: &U2fAssertionProof,
) -> Result<U2fKey, ProofRefusal> {
    let json = proof.client_data.as_slice();
    let app_id = page(party, challenge, json, Ceremony::Get)?;
    if app_id != key.app_id {
        return Err(ProofRefusal::RelyingParty);
    }
    let touch = proofs.u2f_assertion(&key.key, proof.signature_data.as_slice(), json, &app_id)?;
    if !touch.user_present {
        return Err(ProofRefusal::UserNotPresent);
    }
    let counts = key.counter != 0 || touch.counter != 0;
    if counts && touch.counter <= key.counter {
        return Err(ProofRefusal::Counter);
    }
    Ok(U2fKey {
        counter: touch.counter,
        ..key.clone()
    })
}

/// The origin of the page that asked, if it may and the challenge is what was signed.
fn page(party: &RelyingParty, challenge: &Challenge, json: &[u8], ceremony: Ceremony) -> Result<String, ProofRefusal> {
    let client = ClientData::u2f(json, ceremony).ok_or(ProofRefusal::Malformed)?;
    if !challenge.is(&client.challenge) {
        return Err(ProofRefusal::Challenge);
    }
    party.page(&client).map(|page| page.as_str().to_owned())
}
