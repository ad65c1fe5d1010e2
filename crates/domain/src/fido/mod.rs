//! Keys that people carry: WebAuthn and its forerunner U2F (contract: factors §6.8, §6.10, §12; checklist W1 to W5).
//!
//! What a proof must say to be one is decided here. Reading the formats of authenticators and checking their signatures is
//! an adapter's work, behind [`AuthenticatorProofs`].

mod assertion;
mod authenticator_name;
mod bytes;
mod challenge;
mod client_data;
mod credential;
mod proofs;
mod registration;
mod relying_party;
mod u2f;

pub use self::assertion::{AssertionProof, assert};
pub use self::authenticator_name::authenticator_name;
pub use self::bytes::{Bytes, decode};
pub use self::challenge::Challenge;
pub use self::client_data::{Ceremony, ClientData};
pub use self::credential::{Credential, CredentialId, CredentialKey};
pub use self::proofs::{
    Attestation, AuthenticatorProofs, ProofRefusal, RegisteredKey, Registration, Report, Touch, U2fRegistration,
};
pub use self::registration::{RegistrationProof, register};
pub use self::relying_party::{InvalidRelyingParty, Origin, RelyingParty, UserVerification};
pub use self::u2f::{U2F_VERSION, U2fAssertionProof, U2fKey, U2fRegistrationProof, assert_u2f, register_u2f};

#[cfg(test)]
mod tests;
