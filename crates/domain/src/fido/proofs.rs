//! The port to what reads the formats of authenticators and checks their signatures, and what it tells.

use super::bytes::Bytes;
use super::credential::{CredentialId, CredentialKey};

/// Why a proof is none. Clients learn only that it is none; the log may tell more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofRefusal {
    /// It has not the form of a proof.
    #[error("the proof is malformed")]
    Malformed,
    /// It answers another challenge, or one that is no longer good.
    #[error("it answers no open challenge")]
    Challenge,
    /// A page asked for it that may not.
    #[error("the origin is not allowed")]
    Origin,
    /// It was made for another relying party.
    #[error("it is for another relying party")]
    RelyingParty,
    /// Nobody touched the authenticator.
    #[error("the user was not present")]
    UserNotPresent,
    /// The authenticator did not make sure whose hand it was, and had to.
    #[error("the user was not verified")]
    UserNotVerified,
    /// What it says of copies of the key contradicts itself or what was said before.
    #[error("the backup state is inconsistent")]
    Backup,
    /// The key is of an algorithm that was not offered, or is no key.
    #[error("the key is not of an offered algorithm")]
    Key,
    /// The statement of the authenticator's maker is not sound.
    #[error("the attestation is not sound")]
    Attestation,
    /// The signature is not the key's.
    #[error("the signature is wrong")]
    Signature,
    /// The authenticator has signed before what it signs now: the key was copied.
    #[error("the signature counter went back")]
    Counter,
}

/// What an authenticator tells of a use (WebAuthn §6.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// SHA-256 of the id of the relying party that it was used for.
    pub relying_party: [u8; 32],
    /// Somebody touched it.
    pub user_present: bool,
    /// It made sure who.
    pub user_verified: bool,
    /// The key may be copied to other devices.
    pub backup_eligible: bool,
    /// The key has been.
    pub backed_up: bool,
    /// How often it has signed; zero when it does not count.
    pub counter: u32,
}

/// What is known of the maker of an authenticator. No maker is trusted more than another: a statement that is checked shows
/// that it belongs to the credential, not that it is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attestation {
    /// No statement.
    None,
    /// Signed with the credential itself.
    Own,
    /// Signed with a key of the maker.
    Maker,
    /// In a format, or with an algorithm, that is not read.
    Unverified,
}

/// A credential that an authenticator has made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredKey {
    /// Its id.
    pub id: CredentialId,
    /// Its key, which is one: its numbers have been looked at.
    pub key: CredentialKey,
    /// The make of the authenticator.
    pub aaguid: [u8; 16],
}

/// A registration whose attestation holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// What the authenticator tells.
    pub report: Report,
    /// The credential.
    pub key: RegisteredKey,
    /// What its maker says.
    pub attestation: Attestation,
}

/// A registration of U2F whose signature holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct U2fRegistration {
    /// The handle of the key: its id.
    pub handle: CredentialId,
    /// The point on the curve P-256, uncompressed.
    pub key: Bytes,
}

/// What an authenticator of U2F tells of a use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touch {
    /// Somebody touched it.
    pub user_present: bool,
    /// How often it has signed.
    pub counter: u32,
}

/// Reads what authenticators send, and checks their signatures. Whatever it is given, it answers or refuses (W5).
pub trait AuthenticatorProofs: Send + Sync {
    /// The registration in an attestation object, if its statement holds for it and this client data.
    ///
    /// # Errors
    /// `Malformed`, `Key`, `Attestation`, `Signature`.
    fn registration(&self, attestation: &[u8], client_data: &[u8]) -> Result<Registration, ProofRefusal>;

    /// What authenticator data tells, if this key has signed it and this client data.
    ///
    /// # Errors
    /// `Malformed`, `Key`, `Signature`.
    fn assertion(
        &self,
        key: &CredentialKey,
        authenticator_data: &[u8],
        client_data: &[u8],
        signature: &[u8],
    ) -> Result<Report, ProofRefusal>;

    /// The registration in a message of U2F, if it is signed for this app and this client data.
    ///
    /// # Errors
    /// `Malformed`, `Key`, `Attestation`, `Signature`.
    fn u2f_registration(
        &self,
        registration_data: &[u8],
        client_data: &[u8],
        app_id: &str,
    ) -> Result<U2fRegistration, ProofRefusal>;

    /// What a message of U2F tells, if this key has signed it for this app and this client data.
    ///
    /// # Errors
    /// `Malformed`, `Key`, `Signature`.
    fn u2f_assertion(
        &self,
        key: &Bytes,
        signature_data: &[u8],
        client_data: &[u8],
        app_id: &str,
    ) -> Result<Touch, ProofRefusal>;
}
