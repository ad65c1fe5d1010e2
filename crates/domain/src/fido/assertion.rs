//! Using a credential (WebAuthn §7.2; contract: factors §6.10, §12).

use super::bytes::Bytes;
use super::challenge::Challenge;
use super::client_data::{Ceremony, ClientData};
use super::credential::Credential;
use super::proofs::{AuthenticatorProofs, ProofRefusal};
use super::relying_party::RelyingParty;

/// What a browser sends when a credential was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssertionProof {
    /// The client data, a JSON text.
    pub client_data: Bytes,
    /// What the authenticator tells.
    pub authenticator_data: Bytes,
    /// The signature over both.
    pub signature: Bytes,
}

/// The credential after the use that a proof shows. That the challenge is open, and spent by this, is the caller's to see to.
///
/// # Errors
/// Why the proof is none.
pub fn assert(
    proofs: &dyn AuthenticatorProofs,
    party: &RelyingParty,
    challenge: &Challenge,
    credential: &Credential,
    proof: &AssertionProof,
) -> Result<Credential, ProofRefusal> {
    let json = proof.client_data.as_slice();
    let client = ClientData::webauthn(json, Ceremony::Get).ok_or(ProofRefusal::Malformed)?;
    if !challenge.is(&client.challenge) {
        return Err(ProofRefusal::Challenge);
    }
    let page = party.page(&client)?;
    let data = proof.authenticator_data.as_slice();
    let report = proofs.assertion(&credential.key, data, json, proof.signature.as_slice())?;
    party.check(page, &report)?;
    credential.used(&report)
}
