//! Randomness, as the rules need it. The domain draws none of its own: it arrives through this port.

use zeroize::Zeroizing;

use crate::secret::Secret;

/// The URL-safe base64 alphabet: one character for each six bits.
const URL_SAFE: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// Letters and digits that nobody mistakes for one another.
const LOWER: &[u8] = b"abcdefghijkmnpqrstuvwxyz";
const UPPER: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ";
const DIGITS: &[u8] = b"23456789";
/// 22 characters of six bits: 132 bits (T2).
const TOKEN_LENGTH: usize = 22;
const TEMPORARY_PASSWORD_LENGTH: usize = 12;

/// A source of random bytes, fit for secrets.
pub trait Entropy: Send + Sync {
    /// Fills the whole slice with random bytes.
    fn fill(&self, bytes: &mut [u8]);
}

/// A random number of 64 bits.
#[must_use]
pub fn number(entropy: &dyn Entropy) -> u64 {
    let mut bytes = [0; 8];
    entropy.fill(&mut bytes);
    u64::from_le_bytes(bytes)
}

/// Random text of the URL-safe base64 alphabet.
#[must_use]
pub fn url_safe(entropy: &dyn Entropy, length: usize) -> String {
    let mut bytes = Zeroizing::new(vec![0; length]);
    entropy.fill(&mut bytes);
    bytes
        .iter()
        .map(|byte| char::from(URL_SAFE[usize::from(byte % 64)]))
        .collect()
}

/// A one-time token: the prefix that the contract gives its kind, then 132 random bits.
#[must_use]
pub fn one_time_token(entropy: &dyn Entropy, prefix: &str) -> Secret {
    prefixed(prefix, Zeroizing::new(url_safe(entropy, TOKEN_LENGTH)))
}

/// An API token: 42 characters that start with `00` (contract: groups-apps-tokens §3).
#[must_use]
pub fn api_token(entropy: &dyn Entropy) -> Secret {
    prefixed("00", Zeroizing::new(url_safe(entropy, 40)))
}

/// A state token: 42 characters that start with `00` (contract: authn-and-recovery §1).
#[must_use]
pub fn state_token(entropy: &dyn Entropy) -> Secret {
    prefixed("00", Zeroizing::new(url_safe(entropy, 40)))
}

/// A session token: `20111` and 50 characters (contract: conventions §3).
#[must_use]
pub fn session_token(entropy: &dyn Entropy) -> Secret {
    prefixed("20111", Zeroizing::new(url_safe(entropy, 50)))
}

/// Joins the parts of a secret without leaving a copy behind.
fn prefixed(prefix: &str, random: Zeroizing<String>) -> Secret {
    Secret::new(format!("{prefix}{}", *random))
}

/// A random UUID (RFC 9562, version 4).
#[must_use]
pub fn uuid(entropy: &dyn Entropy) -> String {
    let mut bytes = [0; 16];
    entropy.fill(&mut bytes);
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let number = u128::from_be_bytes(bytes);
    let part = |shift: u32, digits: u32| (number >> shift) & ((1 << (digits * 4)) - 1);
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        part(96, 8),
        part(80, 4),
        part(64, 4),
        part(48, 4),
        part(0, 12)
    )
}

/// A temporary password: twelve letters and digits without look-alikes, with at least one lower-case letter, one upper-case
/// letter and one digit, so that it satisfies the default policy (contract: users §7.1; P11).
#[must_use]
pub fn temporary_password(entropy: &dyn Entropy) -> Secret {
    let all: Vec<u8> = [LOWER, UPPER, DIGITS].concat();
    loop {
        let mut drawn = Zeroizing::new([0; TEMPORARY_PASSWORD_LENGTH]);
        drawn.fill_with(|| pick(entropy, &all));
        let has = |kind: &[u8]| drawn.iter().any(|byte| kind.contains(byte));
        if has(LOWER) && has(UPPER) && has(DIGITS) {
            return Secret::new(drawn.iter().map(|byte| char::from(*byte)).collect::<String>());
        }
    }
}

/// One of the characters, each equally likely: bytes that would favour the first ones are drawn again.
fn pick(entropy: &dyn Entropy, from: &[u8]) -> u8 {
    let fair = 256 - 256 % from.len();
    loop {
        let mut byte = [0];
        entropy.fill(&mut byte);
        if usize::from(byte[0]) < fair {
            return from[usize::from(byte[0]) % from.len()];
        }
    }
}

#[cfg(test)]
#[path = "entropy_tests.rs"]
mod tests;
