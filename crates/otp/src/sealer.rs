//! Seals values with XChaCha20-Poly1305. Layout: format, key id, 24 bytes of nonce, ciphertext with its tag.

use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use denizen_domain::entropy::Entropy as _;
use denizen_domain::sealed::{SealError, Sealer};
use zeroize::Zeroizing;

use crate::entropy::SystemEntropy;

const FORMAT: u8 = 1;
const NONCE_LENGTH: usize = 24;
const HEADER_LENGTH: usize = 2;

/// A key for sealing, kept outside the database (K1).
pub struct SealingKey {
    id: u8,
    cipher: XChaCha20Poly1305,
}

impl SealingKey {
    /// A key of 32 random bytes. The id is stored with each value; an id is never given to another key.
    #[must_use]
    pub fn new(id: u8, key: &[u8; 32]) -> Self {
        Self {
            id,
            cipher: XChaCha20Poly1305::new(key.into()),
        }
    }
}

/// Seals with its newest key, opens with any: a key is rotated by putting a new one in front and keeping the old one
/// until nothing is sealed with it.
pub struct KeySealer {
    newest: SealingKey,
    older: Vec<SealingKey>,
}

/// Why keys are not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Two keys with the same id.
    #[error("two sealing keys have the id {0}")]
    SameId(u8),
}

impl KeySealer {
    /// A sealer for these keys.
    ///
    /// # Errors
    /// [`KeyError::SameId`] when a stored value would not tell which key it needs.
    pub fn new(newest: SealingKey, older: Vec<SealingKey>) -> Result<Self, KeyError> {
        let mut seen = vec![newest.id];
        for key in &older {
            if seen.contains(&key.id) {
                return Err(KeyError::SameId(key.id));
            }
            seen.push(key.id);
        }
        Ok(Self { newest, older })
    }

    fn key(&self, id: u8) -> Option<&SealingKey> {
        std::iter::once(&self.newest)
            .chain(&self.older)
            .find(|key| key.id == id)
    }
}

/// What is authenticated besides the value: the header and the place that it belongs to.
fn associated(header: [u8; HEADER_LENGTH], context: &str) -> Vec<u8> {
    [&header, context.as_bytes()].concat()
}

impl Sealer for KeySealer {
    fn seal(&self, plain: &[u8], context: &str) -> Vec<u8> {
        let header = [FORMAT, self.newest.id];
        // 192 random bits do not repeat, so no counter has to be kept.
        let mut nonce = [0; NONCE_LENGTH];
        SystemEntropy.fill(&mut nonce);
        let payload = Payload {
            msg: plain,
            aad: &associated(header, context),
        };
        let sealed = self.newest.cipher.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.expect("the cipher takes up to 256 GiB, more than fits a value in memory");
        [header.as_slice(), &nonce, &sealed].concat()
    }

    fn open(&self, sealed: &[u8], context: &str) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (header, rest) = sealed.split_first_chunk::<HEADER_LENGTH>().ok_or(SealError)?;
        let (nonce, ciphertext) = rest.split_first_chunk::<NONCE_LENGTH>().ok_or(SealError)?;
        let [FORMAT, id] = *header else {
            return Err(SealError);
        };
        let payload = Payload {
            msg: ciphertext,
            aad: &associated(*header, context),
        };
        let key = self.key(id).ok_or(SealError)?;
        key.cipher
            .decrypt(&XNonce::from(*nonce), payload)
            .map(Zeroizing::new)
            .map_err(|_| SealError)
    }

    fn is_current(&self, sealed: &[u8]) -> bool {
        sealed.starts_with(&[FORMAT, self.newest.id])
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn key(id: u8) -> SealingKey {
        SealingKey::new(id, &[id; 32])
    }

    fn sealer() -> KeySealer {
        KeySealer::new(key(1), vec![]).unwrap()
    }

    fn opened(sealer: &KeySealer, sealed: &[u8], context: &str) -> Result<Vec<u8>, SealError> {
        sealer.open(sealed, context).map(|plain| plain.to_vec())
    }

    /// K1: a new key in front seals, the old one still opens until it is taken away.
    #[test]
    fn keys_rotate() {
        let old = sealer().seal(b"secret", "message/1");
        let rotated = KeySealer::new(key(2), vec![key(1)]).unwrap();
        assert_eq!(opened(&rotated, &old, "message/1"), Ok(b"secret".to_vec()));
        let new = rotated.seal(b"secret", "message/1");
        assert_eq!(new[1], 2);
        assert_eq!(opened(&sealer(), &new, "message/1"), Err(SealError));
        let without_old = KeySealer::new(key(2), vec![]).unwrap();
        assert_eq!(opened(&without_old, &old, "message/1"), Err(SealError));
    }

    #[test]
    fn an_id_names_one_key() {
        assert_eq!(KeySealer::new(key(1), vec![key(1)]).err(), Some(KeyError::SameId(1)));
        assert_eq!(
            KeySealer::new(key(1), vec![key(2), key(2)]).err(),
            Some(KeyError::SameId(2))
        );
    }

    #[test]
    fn the_same_value_is_sealed_differently_each_time() {
        assert_ne!(
            sealer().seal(b"secret", "message/1"),
            sealer().seal(b"secret", "message/1")
        );
    }

    /// K1: another key with the same id does not open.
    #[test]
    fn another_key_does_not_open() {
        let sealed = sealer().seal(b"secret", "message/1");
        let other = KeySealer::new(SealingKey::new(1, &[9; 32]), vec![]).unwrap();
        assert_eq!(opened(&other, &sealed, "message/1"), Err(SealError));
    }

    proptest! {
        #[test]
        fn values_open_in_their_place_only(plain in vec(any::<u8>(), 0..200), place in "[a-z/0-9]{0,20}") {
            let sealed = sealer().seal(&plain, &place);
            prop_assert_eq!(opened(&sealer(), &sealed, &place), Ok(plain.clone()));
            prop_assert_eq!(opened(&sealer(), &sealed, &format!("{place}0")), Err(SealError));
            prop_assert!(plain.len() < 8 || !sealed.windows(plain.len()).any(|part| part == plain));
        }

        #[test]
        fn a_changed_byte_or_a_cut_is_noticed(plain in vec(any::<u8>(), 0..50), at: prop::sample::Index, bit in 0_u8..8) {
            let sealed = sealer().seal(&plain, "message/1");
            let mut changed = sealed.clone();
            changed[at.index(sealed.len())] ^= 1 << bit;
            prop_assert_eq!(opened(&sealer(), &changed, "message/1"), Err(SealError));
            prop_assert_eq!(opened(&sealer(), &sealed[..at.index(sealed.len())], "message/1"), Err(SealError));
        }

        #[test]
        fn any_bytes_are_refused(bytes in vec(any::<u8>(), 0..100)) {
            prop_assert_eq!(opened(&sealer(), &bytes, "message/1"), Err(SealError));
        }
    }
}
