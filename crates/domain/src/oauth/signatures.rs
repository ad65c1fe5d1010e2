//! Signatures, as the rules need them. The mathematics is an adapter's.

use serde_json::Value;
use zeroize::Zeroizing;

use super::access_token::AccessClaims;
use super::assertion::{AssertionClaims, AssertionRefusal};
use super::public_key::ClientKey;
use crate::push::{DeviceKey, StatementRefusal};
use crate::secret::Secret;

/// A key pair that was just made.
pub struct MadeKey {
    /// The private half, to be sealed.
    pub private: Zeroizing<Vec<u8>>,
    /// The public half, a JSON Web Key with its name, as JSON text.
    pub public: String,
}

/// A private key that nothing can be signed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the signing key cannot be used")]
pub struct SignatureError;

/// Checks and makes signed documents (RFC 7515).
pub trait TokenSignatures: Send + Sync {
    /// What an assertion says, if one of a client's keys has signed it with an algorithm of that key.
    ///
    /// # Errors
    /// `Malformed` or `Signature`.
    fn verify_assertion(&self, assertion: &Secret, keys: &[ClientKey]) -> Result<AssertionClaims, AssertionRefusal>;

    /// What a statement of a device says, if the device's key has signed it.
    ///
    /// # Errors
    /// `Malformed` or `Signature`.
    fn verify_statement(&self, statement: &Secret, key: &DeviceKey) -> Result<Value, StatementRefusal>;

    /// Makes a key pair of a random number. One in four billion numbers is no key.
    ///
    /// # Errors
    /// When this is one: draw another.
    fn make_key(&self, kid: &str, random: &[u8; 32]) -> Result<MadeKey, SignatureError>;

    /// Signs an access token.
    ///
    /// # Errors
    /// When the private key is none.
    fn sign(&self, kid: &str, private: &[u8], claims: &AccessClaims) -> Result<Secret, SignatureError>;
}
