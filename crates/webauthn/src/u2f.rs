//! The raw messages of U2F (FIDO U2F raw messages 1.2, §4.3, §5.4).

use denizen_domain::fido::{Bytes, CredentialId, CredentialKey, ProofRefusal, Touch, U2fRegistration};

use crate::{certificate, signature};

/// The first byte of a registration.
const REGISTRATION: u8 = 5;
const USER_PRESENT: u8 = 1;

/// A registration, taken apart.
struct Message<'a> {
    key: &'a [u8; 65],
    handle: &'a [u8],
    certificate: &'a [u8],
    signature: &'a [u8],
}

impl<'a> Message<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let (&[REGISTRATION], rest) = bytes.split_first_chunk::<1>()? else {
            return None;
        };
        let (key, rest) = rest.split_first_chunk::<65>()?;
        let (&[length], rest) = rest.split_first_chunk::<1>()?;
        let (handle, rest) = rest.split_at_checked(usize::from(length))?;
        let (certificate, signature) = rest.split_at_checked(certificate::length(rest)?)?;
        Some(Self {
            key,
            handle,
            certificate,
            signature,
        })
    }
}

/// The registration in a message.
pub(crate) fn registration(
    message: &[u8],
    client_hash: &[u8; 32],
    app_hash: &[u8; 32],
) -> Result<U2fRegistration, ProofRefusal> {
    let message = Message::read(message).ok_or(ProofRefusal::Malformed)?;
    let handle = CredentialId::from_bytes(message.handle.to_vec()).ok_or(ProofRefusal::Malformed)?;
    let key = Bytes::new(message.key.to_vec());
    signature::check_key(&CredentialKey::P256(key.clone()))?;
    let CredentialKey::P256(maker) = certificate::key(message.certificate)? else {
        return Err(ProofRefusal::Attestation);
    };
    let signed = [&[0], &app_hash[..], client_hash, message.handle, message.key].concat();
    signature::verify_p256(maker.as_slice(), &signed, message.signature)?;
    Ok(U2fRegistration { handle, key })
}

/// What a message tells of a use.
pub(crate) fn assertion(
    key: &Bytes,
    message: &[u8],
    client_hash: &[u8; 32],
    app_hash: &[u8; 32],
) -> Result<Touch, ProofRefusal> {
    let (told, signature) = message.split_first_chunk::<5>().ok_or(ProofRefusal::Malformed)?;
    let signed = [&app_hash[..], told, client_hash].concat();
    signature::verify_p256(key.as_slice(), &signed, signature)?;
    let [presence, counter @ ..] = *told;
    Ok(Touch {
        user_present: presence & USER_PRESENT != 0,
        counter: u32::from_be_bytes(counter),
    })
}
