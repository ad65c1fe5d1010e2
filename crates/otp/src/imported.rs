//! Verification of hashes that another system made (contract: users §4.2). A match is good for one sign-in: the caller
//! then stores an argon2id hash.

use base64::Engine as _;
use base64::alphabet::BCRYPT;
use base64::engine::{GeneralPurpose, general_purpose::NO_PAD};
use denizen_domain::password::ImportedHash;
use denizen_domain::password::imported::{Pbkdf2Digest, PlainDigest, SaltOrder};
use md5::Md5;
use sha1::Sha1;
use sha2::digest::Digest;
use sha2::{Sha256, Sha512};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// bcrypt reads 72 bytes and no more. Together with the end mark that leaves 71 for the password.
const BCRYPT_KEY_LENGTH: usize = 72;
/// The last byte of the 24 that bcrypt computes is not stored.
const BCRYPT_STORED_LENGTH: usize = 23;
const BCRYPT_WORK_FACTORS: std::ops::RangeInclusive<u32> = 1..=20;

/// 22 characters hold 132 bits of a 128-bit salt: what the last character holds beyond is ignored, as bcrypt does.
const RADIX_64: GeneralPurpose = GeneralPurpose::new(&BCRYPT, NO_PAD.with_decode_allow_trailing_bits(true));

/// Whether the password is the one that was hashed.
///
/// # Errors
/// A text when the hash is not one that the import accepts.
pub(crate) fn verify(hash: &ImportedHash, password: &str) -> Result<bool, String> {
    let (computed, expected) = match hash {
        ImportedHash::Bcrypt {
            work_factor,
            salt,
            value,
        } => match bcrypt(*work_factor, salt, password)? {
            None => return Ok(false),
            Some(computed) => (computed, decode(value)?),
        },
        ImportedHash::Pbkdf2 {
            salt,
            value,
            iterations,
            digest,
        } => (
            pbkdf2(*digest, *iterations, salt, value.len(), password)?,
            value.clone(),
        ),
        ImportedHash::Digest { digest, salt, value } => {
            let salt = salt.as_ref().map(|(salt, order)| (salt.as_slice(), *order));
            (one_round(*digest, salt, password), value.clone())
        }
    };
    // Two empty texts are equal: an empty hash would let everybody in.
    Ok(!expected.is_empty() && bool::from(computed.ct_eq(&expected)))
}

/// `None` when the password is none that bcrypt can tell apart from others: it would cut it at 72 bytes, so that the hash
/// of a longer password would accept its prefix (P2), and it repeats a short password after its end mark, so that
/// `a`, zero byte, `a` would pass for `a`.
fn bcrypt(work_factor: u32, salt: &str, password: &str) -> Result<Option<Vec<u8>>, String> {
    let salt: [u8; 16] = decode(salt)?
        .try_into()
        .map_err(|_| "the imported salt does not have 16 bytes".to_owned())?;
    if !BCRYPT_WORK_FACTORS.contains(&work_factor) {
        return Err("the imported work factor is out of range".to_owned());
    }
    if password.len() >= BCRYPT_KEY_LENGTH || password.contains('\0') {
        return Ok(None);
    }
    let mut key = Zeroizing::new([0; BCRYPT_KEY_LENGTH]);
    key[..password.len()].copy_from_slice(password.as_bytes());
    let computed = bcrypt::bcrypt(work_factor, salt, &key[..=password.len()]);
    Ok(Some(computed[..BCRYPT_STORED_LENGTH].to_vec()))
}

fn decode(radix_64: &str) -> Result<Vec<u8>, String> {
    RADIX_64
        .decode(radix_64)
        .map_err(|_| "the imported hash is not radix-64".to_owned())
}

fn pbkdf2(
    digest: Pbkdf2Digest,
    iterations: u32,
    salt: &[u8],
    length: usize,
    password: &str,
) -> Result<Vec<u8>, String> {
    if iterations == 0 {
        return Err("the imported iteration count is zero".to_owned());
    }
    let mut computed = vec![0; length];
    match digest {
        Pbkdf2Digest::Sha256 => pbkdf2::pbkdf2_hmac::<Sha256>(password.as_bytes(), salt, iterations, &mut computed),
        Pbkdf2Digest::Sha512 => pbkdf2::pbkdf2_hmac::<Sha512>(password.as_bytes(), salt, iterations, &mut computed),
    }
    Ok(computed)
}

fn one_round(digest: PlainDigest, salt: Option<(&[u8], SaltOrder)>, password: &str) -> Vec<u8> {
    let password = password.as_bytes();
    let (first, second) = match salt {
        None => (password, [].as_slice()),
        Some((salt, SaltOrder::Prefix)) => (salt, password),
        Some((salt, SaltOrder::Postfix)) => (password, salt),
    };
    match digest {
        PlainDigest::Sha512 => digest_of::<Sha512>(first, second),
        PlainDigest::Sha256 => digest_of::<Sha256>(first, second),
        PlainDigest::Sha1 => digest_of::<Sha1>(first, second),
        PlainDigest::Md5 => digest_of::<Md5>(first, second),
    }
}

fn digest_of<D: Digest>(first: &[u8], second: &[u8]) -> Vec<u8> {
    D::new().chain_update(first).chain_update(second).finalize().to_vec()
}

#[cfg(test)]
#[path = "imported_tests.rs"]
mod tests;
