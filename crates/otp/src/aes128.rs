//! Single blocks of AES-128, as the passwords of YubiKeys are made.

use aes::Aes128;
use aes::cipher::{BlockCipherDecrypt as _, KeyInit as _};
use denizen_domain::factor::yubikey_otp::BlockCipher;

/// Decrypts blocks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Aes128Blocks;

impl BlockCipher for Aes128Blocks {
    fn decrypt(&self, key: &[u8; 16], block: [u8; 16]) -> [u8; 16] {
        let mut block = block.into();
        Aes128::new(key.into()).decrypt_block(&mut block);
        block.into()
    }
}

#[cfg(test)]
mod tests {
    use denizen_domain::factor::yubikey_otp::{Seed, Uses, YubicoOtp};

    use super::*;

    /// The documented password and its key (contract: factors §14), under a public name of twelve characters.
    #[test]
    fn the_documented_password_is_read() {
        let password = YubicoOtp::parse("cccccceukngdhknhfjbrjnlnldnhcujvddbikngjrtgh").unwrap();
        let seed = Seed::parse("8792ebfe26cc", "ecde18dbe76fbd0c33330f1c354871db").unwrap();
        let uses = Uses {
            counter: 0x13,
            session: 0x11,
        };
        assert_eq!(password.read(&seed, &Aes128Blocks), Some(uses));
        let other_key = Seed::parse("8792ebfe26cc", "ecde18dbe76fbd0c33330f1c354871dc").unwrap();
        assert_eq!(password.read(&other_key, &Aes128Blocks), None);
    }
}
