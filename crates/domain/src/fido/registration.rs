//! Registering a credential (WebAuthn §7.1; contract: factors §6.8, §12).

use super::bytes::Bytes;
use super::challenge::Challenge;
use super::client_data::{Ceremony, ClientData};
use super::credential::{Credential, CredentialKey};
use super::proofs::{AuthenticatorProofs, ProofRefusal};
use super::relying_party::RelyingParty;

/// What a browser sends when a credential was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistrationProof {
    /// The attestation object.
    pub attestation: Bytes,
    /// The client data, a JSON text.
    pub client_data: Bytes,
}

/// The credential that a proof registers. That the challenge is open, and that nobody has the credential's id already (W3), is
/// the caller's to see to.
///
/// # Errors
/// Why the proof is none.
pub fn register(
    proofs: &dyn AuthenticatorProofs,
    party: &RelyingParty,
    challenge: &Challenge,
    proof: &RegistrationProof,
) -> Result<Credential, ProofRefusal> {
    let json = proof.client_data.as_slice();
    let client = ClientData::webauthn(json, Ceremony::Create).ok_or(ProofRefusal::Malformed)?;
    if !challenge.is(&client.challenge) {
        return Err(ProofRefusal::Challenge);
    }
    let page = party.page(&client)?;
    let made = proofs.registration(proof.attestation.as_slice(), json)?;
    party.check(page, &made.report)?;
    if !CredentialKey::OFFERED.contains(&made.key.key.algorithm()) {
        return Err(ProofRefusal::Key);
    }
    Ok(Credential {
        id: made.key.id,
        key: made.key.key,
        counter: made.report.counter,
        aaguid: Bytes::new(made.key.aaguid.to_vec()),
        backup_eligible: made.report.backup_eligible,
        backed_up: made.report.backed_up,
    })
}
