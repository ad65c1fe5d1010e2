//! One-time passwords of YubiKeys: 44 characters, twelve of which say whose they are and the rest of which is one block of AES
//! (contract: factors §14).

use zeroize::Zeroizing;

/// The digits of a keyboard that every layout has: zero to fifteen.
const MODHEX: &[u8; 16] = b"cbdefghijklnrtuv";
/// What the checksum of a whole block with its own checksum comes to (ISO 13239).
const RESIDUE: u16 = 0xf0b8;
/// The usage counter has fifteen bits; the sixteenth told of the caps lock once.
const USES: u16 = 0x7fff;

/// Decrypts one block of AES-128.
pub trait BlockCipher: Send + Sync {
    /// The block in clear.
    fn decrypt(&self, key: &[u8; 16], block: [u8; 16]) -> [u8; 16];
}

/// The public name of a YubiKey: six bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PublicId([u8; 6]);

impl PublicId {
    /// Reads twelve modhex characters.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        modhex(text).map(Self)
    }

    /// The name in modhex.
    #[must_use]
    pub fn text(&self) -> String {
        let digit = |nibble: u8| char::from(MODHEX[usize::from(nibble & 0xf)]);
        self.0
            .iter()
            .flat_map(|byte| [digit(byte >> 4), digit(*byte)])
            .collect()
    }

    /// The number that is printed on the key, with twelve digits at least (contract: factors §7.8).
    #[must_use]
    pub fn serial(&self) -> String {
        let number = self.0.iter().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        format!("{number:012}")
    }
}

/// What is in a YubiKey: with it, its passwords can be read and made.
#[derive(PartialEq, Eq)]
pub struct Seed(Zeroizing<[u8; 22]>);

impl Seed {
    /// A private name and a key.
    #[must_use]
    pub fn new(private_id: [u8; 6], key: [u8; 16]) -> Self {
        let mut both = Zeroizing::new([0; 22]);
        both[..6].copy_from_slice(&private_id);
        both[6..].copy_from_slice(&key);
        Self(both)
    }

    /// Reads the name and the key in hexadecimal digits.
    #[must_use]
    pub fn parse(private_id: &str, key: &str) -> Option<Self> {
        Some(Self::new(hexadecimal(private_id)?, hexadecimal(key)?))
    }

    /// The bytes, to be sealed.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &*self.0
    }

    /// Reads what was sealed.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(|both| Self(Zeroizing::new(both)))
    }
}

/// A password as it was typed by a key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct YubicoOtp {
    /// The key's name.
    pub public_id: PublicId,
    block: [u8; 16],
}

/// How often a key has been used: how often it was plugged in, and touched since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Uses {
    /// The usage counter.
    pub counter: u16,
    /// The use within the session.
    pub session: u8,
}

impl YubicoOtp {
    /// Reads a password. Whoever types with the caps lock on is understood.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let lower = text.to_ascii_lowercase();
        if !lower.is_ascii() || lower.len() != 44 {
            return None;
        }
        let (name, block) = lower.split_at(12);
        Some(Self {
            public_id: PublicId::parse(name)?,
            block: modhex(block)?,
        })
    }

    /// What the password says, when it was made with a seed.
    #[must_use]
    pub fn read(&self, seed: &Seed, cipher: &dyn BlockCipher) -> Option<Uses> {
        let (private_id, key) = seed.0.split_first_chunk::<6>()?;
        let plain = Zeroizing::new(cipher.decrypt(key.try_into().ok()?, self.block));
        if checksum(&*plain) != RESIDUE || !same(&plain[..6], private_id) {
            return None;
        }
        Some(Uses {
            counter: u16::from_le_bytes([plain[6], plain[7]]) & USES,
            session: plain[11],
        })
    }
}

/// Whether two private names are the same, in a time that does not tell where they differ (K2).
fn same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

/// The checksum of ISO 13239.
fn checksum(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0xffff, |sum, byte| {
        (0..8).fold(sum ^ u16::from(*byte), |sum, _| {
            let shifted = sum >> 1;
            if sum & 1 == 1 { shifted ^ 0x8408 } else { shifted }
        })
    })
}

fn modhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    digits(text, |byte| {
        let place = MODHEX.iter().position(|digit| *digit == byte)?;
        u8::try_from(place).ok()
    })
}

fn hexadecimal<const N: usize>(text: &str) -> Option<[u8; N]> {
    digits(text, |byte| {
        char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
    })
}

/// Bytes of two digits each.
fn digits<const N: usize>(text: &str, digit: impl Fn(u8) -> Option<u8>) -> Option<[u8; N]> {
    if text.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Passwords in clear, so that the rules can be seen without a cipher.
    struct Clear;

    impl BlockCipher for Clear {
        fn decrypt(&self, _: &[u8; 16], block: [u8; 16]) -> [u8; 16] {
            block
        }
    }

    /// The documented block (contract: factors §14).
    const PLAIN: &str = "8792ebfe26cc130030c20011c89f23c8";

    fn password(block: &str) -> YubicoOtp {
        YubicoOtp {
            public_id: PublicId::parse("cccccceukngd").unwrap(),
            block: hexadecimal(block).unwrap(),
        }
    }

    fn seed(private_id: &str) -> Seed {
        Seed::parse(private_id, "ecde18dbe76fbd0c33330f1c354871db").unwrap()
    }

    #[test]
    fn the_documented_block_is_read() {
        let uses = password(PLAIN).read(&seed("8792ebfe26cc"), &Clear);
        assert_eq!(
            uses,
            Some(Uses {
                counter: 0x13,
                session: 0x11
            })
        );
        assert_eq!(password(PLAIN).read(&seed("8792ebfe26cd"), &Clear), None);
    }

    #[test]
    fn a_block_with_any_bit_changed_is_refused() {
        let block = u128::from_str_radix(PLAIN, 16).unwrap();
        for bit in 0..128 {
            let changed = format!("{:032x}", block ^ (1 << bit));
            assert_eq!(
                password(&changed).read(&seed("8792ebfe26cc"), &Clear),
                None,
                "bit {bit}"
            );
        }
    }

    /// The documented names (contract: factors §7.8).
    #[test]
    fn serials_are_the_names_as_numbers() {
        for (name, serial) in [("cccccceukngd", "000004102994"), ("ccccccijgibu", "000007886622")] {
            let id = PublicId::parse(name).unwrap();
            assert_eq!((id.serial().as_str(), id.text().as_str()), (serial, name));
        }
        let last = PublicId::parse("vvvvvvvvvvvv").unwrap();
        assert_eq!(last.serial(), "281474976710655");
    }

    #[test]
    fn what_is_no_password_is_none() {
        let good = "cccccceukngdfgkukfctkcvfidnetljjiknckkcjulji";
        assert!(YubicoOtp::parse(good).is_some());
        assert!(YubicoOtp::parse(&good.to_uppercase()) == YubicoOtp::parse(good));
        for bad in [
            "",
            "123456",
            &good[1..],
            &format!("{good}c"),
            &good.replace('u', "a"),
            &"é".repeat(22),
        ] {
            assert!(YubicoOtp::parse(bad).is_none(), "{bad}");
        }
        assert!(Seed::parse("b74be6169486", "1fcc6d8ce39bf1604e0b17f3e0a11067").is_some());
        assert!(Seed::parse("b74be616948", "1fcc6d8ce39bf1604e0b17f3e0a11067").is_none());
        assert!(Seed::parse("b74be6169486", "1fcc6d8ce39bf1604e0b17f3e0a1106g").is_none());
    }
}
