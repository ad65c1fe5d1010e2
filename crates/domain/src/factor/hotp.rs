//! Profiles of custom tokens: how the codes of a make of tokens are made (contract: factors §16.2, §7.9).

use super::otp::{OtpDigits, OtpHash, OtpParameters};
use crate::id::HotpProfileId;
use crate::validation::Validation;

/// More profiles than this are no organization's.
pub const MOST_PROFILES: usize = 50;
const LONGEST_NAME: usize = 255;

/// How the secrets of tokens are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretEncoding {
    /// Base32.
    Base32,
    /// Base64.
    Base64,
    /// Hexadecimal digits.
    Hexadecimal,
}

impl SecretEncoding {
    const ALL: [Self; 3] = [Self::Base32, Self::Base64, Self::Hexadecimal];

    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Base32 => "base32",
            Self::Base64 => "base64",
            Self::Hexadecimal => "hexadecimal",
        }
    }

    /// Reads the name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|encoding| encoding.as_str() == text)
    }
}

impl OtpHash {
    const ALL: [Self; 3] = [Self::Sha1, Self::Sha256, Self::Sha512];

    /// The name in profiles.
    #[must_use]
    pub fn profile_name(self) -> &'static str {
        match self {
            Self::Sha1 => "HMacSHA1",
            Self::Sha256 => "HMacSHA256",
            Self::Sha512 => "HMacSHA512",
        }
    }

    /// Reads the name.
    #[must_use]
    pub fn of_profile_name(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|hash| hash.profile_name() == text)
    }
}

impl OtpDigits {
    /// Codes of so many digits.
    #[must_use]
    pub fn of_count(count: i64) -> Option<Self> {
        let all = [Self::Six, Self::Eight, Self::Ten];
        all.into_iter()
            .find(|digits| i64::try_from(digits.count()) == Ok(count))
    }
}

/// How the codes of a make of tokens are made, and how far their clocks or counters may be off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HotpSettings {
    /// Whether codes are of the time; else of a count.
    pub time_based: bool,
    /// How codes are made.
    pub parameters: OtpParameters,
    /// So many steps each way may a clock be off, or so far may a count be ahead.
    pub adjacent_intervals: u32,
    /// How secrets are written.
    pub encoding: SecretEncoding,
}

/// The steps that tokens have, in seconds.
pub const STEPS: [i64; 3] = [15, 30, 60];
/// How far tokens may be off.
pub const ADJACENT_INTERVALS: [i64; 3] = [3, 5, 10];

impl Default for HotpSettings {
    /// What clients show to begin with (contract: factors §16.2).
    fn default() -> Self {
        Self {
            time_based: true,
            parameters: OtpParameters {
                hash: OtpHash::Sha512,
                digits: OtpDigits::Six,
                step_seconds: 15,
            },
            adjacent_intervals: 3,
            encoding: SecretEncoding::Base32,
        }
    }
}

/// A profile. Only its name changes, for tokens are enrolled by the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HotpProfile {
    /// Its id.
    pub id: HotpProfileId,
    /// What people call it; factors show it as their vendor.
    pub name: String,
    /// Whether it is the one that is offered first.
    pub is_default: bool,
    /// The rest.
    pub settings: HotpSettings,
}

/// Checks the name of a profile among the present ones.
///
/// # Errors
/// What is wrong with it.
pub fn check_name(name: &str, own: Option<&HotpProfileId>, present: &[HotpProfile]) -> Result<(), Validation> {
    if name.trim().is_empty() {
        return Err(Validation::field("name", "The field cannot be left blank"));
    }
    if name.chars().count() > LONGEST_NAME {
        return Err(Validation::field("name", "The field is too long"));
    }
    let is_taken = |other: &&HotpProfile| other.name == name && own != Some(&other.id);
    if present.iter().any(|other| is_taken(&other)) {
        let text = "An object with this field already exists in the current organization";
        return Err(Validation::field("name", text));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    #[test]
    fn names_read_back() {
        for encoding in SecretEncoding::ALL {
            assert_eq!(SecretEncoding::parse(encoding.as_str()), Some(encoding));
        }
        for hash in OtpHash::ALL {
            assert_eq!(OtpHash::of_profile_name(hash.profile_name()), Some(hash));
        }
        assert_eq!(OtpDigits::of_count(8), Some(OtpDigits::Eight));
        assert_eq!(OtpDigits::of_count(7), None);
    }

    #[test]
    fn names_are_told_apart() {
        let profile = HotpProfile {
            id: HotpProfileId::generate(Timestamp::from_millis(0), 1),
            name: "Entrust".to_owned(),
            is_default: true,
            settings: HotpSettings::default(),
        };
        let present = [profile.clone()];
        assert!(check_name("Entrust", None, &present).is_err());
        assert!(check_name("Entrust", Some(&profile.id), &present).is_ok());
        assert!(check_name("Other", None, &present).is_ok());
        for bad in [String::new(), "  ".to_owned(), "a".repeat(256)] {
            assert!(check_name(&bad, None, &[]).is_err(), "{bad}");
        }
    }
}
