//! argon2id (RFC 9106) as PHC strings.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, Version};
use denizen_domain::entropy::Entropy;
use denizen_domain::password::Verdict;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::entropy::SystemEntropy;

const SALT_LENGTH: usize = 16;
const OUTPUT_LENGTH: usize = 32;
/// 1 GiB: a cost beyond this is a typing error, and would end the process for want of memory.
const MOST_MEMORY_KIB: u32 = 1024 * 1024;
const MOST_ITERATIONS: u32 = 100;
const MOST_LANES: u32 = 64;

/// What one hash costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over the memory.
    pub iterations: u32,
    /// Lanes.
    pub lanes: u32,
}

impl Default for Cost {
    /// 19 MiB, two passes, one lane: the least that is accepted (P8).
    fn default() -> Self {
        Self {
            memory_kib: 19_456,
            iterations: 2,
            lanes: 1,
        }
    }
}

impl Cost {
    /// Far too weak for real passwords, and fast.
    pub(crate) const FOR_TESTS: Self = Self {
        memory_kib: 8,
        iterations: 1,
        lanes: 1,
    };

    /// Refuses costs that protect too little, or that no server can pay.
    pub(crate) fn check(self) -> Result<(), CostError> {
        let least = Self::default();
        if self.memory_kib < least.memory_kib || self.iterations < least.iterations || self.lanes < least.lanes {
            return Err(CostError::TooWeak);
        }
        self.params().map(drop).ok_or(CostError::OutOfRange)
    }

    /// `None` for what argon2id does not define or what is over the limits.
    fn params(self) -> Option<Params> {
        let payable =
            self.memory_kib <= MOST_MEMORY_KIB && self.iterations <= MOST_ITERATIONS && self.lanes <= MOST_LANES;
        payable
            .then(|| Params::new(self.memory_kib, self.iterations, self.lanes, Some(OUTPUT_LENGTH)).ok())
            .flatten()
    }

    fn is_weaker_than(self, other: Self) -> bool {
        self.memory_kib < other.memory_kib || self.iterations < other.iterations || self.lanes < other.lanes
    }
}

/// Why a cost is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CostError {
    /// Less than [`Cost::default`] in memory, iterations or lanes.
    #[error("argon2id needs at least 19456 KiB of memory, 2 iterations and 1 lane")]
    TooWeak,
    /// Not payable, or not defined.
    #[error("argon2id takes at most 1048576 KiB of memory, 100 iterations and 64 lanes, and 8 KiB for each lane")]
    OutOfRange,
}

/// Hashes a whole password with a new salt, to a PHC string.
pub(crate) fn hash(password: &str, cost: Cost) -> Result<String, String> {
    let params = cost.params().ok_or_else(|| CostError::OutOfRange.to_string())?;
    let mut salt = [0; SALT_LENGTH];
    SystemEntropy.fill(&mut salt);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map(|hash| hash.to_string())
        .map_err(|error| error.to_string())
}

/// Compares a whole password with a PHC string. `current` is the cost that new hashes have.
pub(crate) fn verify(phc: &str, password: &str, current: Cost) -> Result<Verdict, String> {
    let unreadable = || "the stored hash is not a valid argon2id string".to_owned();
    let stored = PasswordHash::new(phc).map_err(|_| unreadable())?;
    let is_argon2id = Algorithm::try_from(stored.algorithm.as_str()) == Ok(Algorithm::Argon2id);
    let version = stored.version.map_or(Ok(Version::V0x10), Version::try_from);
    let params = Params::try_from(&stored).map_err(|_| unreadable())?;
    let (true, Ok(version), Some(salt), Some(expected)) = (is_argon2id, version, stored.salt, stored.hash) else {
        return Err(unreadable());
    };
    let cost = Cost {
        memory_kib: params.m_cost(),
        iterations: params.t_cost(),
        lanes: params.p_cost(),
    };
    cost.params().ok_or_else(unreadable)?;
    let mut computed = Zeroizing::new(vec![0; expected.as_bytes().len()]);
    Argon2::new(Algorithm::Argon2id, version, params)
        .hash_password_into(password.as_bytes(), salt.as_ref(), &mut computed)
        .map_err(|error| error.to_string())?;
    if !bool::from(computed.ct_eq(expected.as_bytes())) {
        return Ok(Verdict::Wrong);
    }
    let outdated = cost.is_weaker_than(current) || version != Version::V0x13 || computed.len() < OUTPUT_LENGTH;
    Ok(if outdated {
        Verdict::RightButOutdated
    } else {
        Verdict::Right
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cost(memory_kib: u32, iterations: u32, lanes: u32) -> Cost {
        Cost {
            memory_kib,
            iterations,
            lanes,
        }
    }

    /// P8
    #[test]
    fn costs_below_the_least_are_refused() {
        let cases = [
            (cost(19_456, 2, 1), Ok(())),
            (cost(65_536, 3, 4), Ok(())),
            (cost(19_455, 2, 1), Err(CostError::TooWeak)),
            (cost(19_456, 1, 1), Err(CostError::TooWeak)),
            (cost(19_456, 2, 0), Err(CostError::TooWeak)),
            (Cost::FOR_TESTS, Err(CostError::TooWeak)),
            (cost(u32::MAX, 2, 1), Err(CostError::OutOfRange)),
            (cost(19_456, u32::MAX, 1), Err(CostError::OutOfRange)),
            (cost(19_456, 2, u32::MAX), Err(CostError::OutOfRange)),
        ];
        for (cost, expected) in cases {
            assert_eq!(cost.check(), expected, "{cost:?}");
        }
    }

    /// The reference implementation's vector for `password` and `somesalt` (phc-winner-argon2, test.c).
    #[test]
    fn the_reference_vector_verifies() {
        let phc = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        assert_eq!(verify(phc, "password", Cost::default()), Ok(Verdict::Right));
        assert_eq!(verify(phc, "Password", Cost::default()), Ok(Verdict::Wrong));
    }

    /// P8: the default cost is what a hash shows.
    #[test]
    fn hashes_show_their_cost_and_differ_by_salt() {
        let first = hash("tlpWENT2m", Cost::default()).unwrap();
        assert!(first.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{first}");
        assert_ne!(first, hash("tlpWENT2m", Cost::default()).unwrap());
        assert_eq!(verify(&first, "tlpWENT2m", Cost::default()), Ok(Verdict::Right));
    }

    #[test]
    fn weaker_hashes_are_outdated() {
        let weak = hash("tlpWENT2m", Cost::FOR_TESTS).unwrap();
        assert_eq!(verify(&weak, "tlpWENT2m", Cost::FOR_TESTS), Ok(Verdict::Right));
        assert_eq!(
            verify(&weak, "tlpWENT2m", Cost::default()),
            Ok(Verdict::RightButOutdated)
        );
        assert_eq!(verify(&weak, "tlpWENT2n", Cost::default()), Ok(Verdict::Wrong));
    }

    #[test]
    fn stored_texts_that_are_no_argon2id_are_errors() {
        for phc in [
            "",
            "$argon2id$",
            "$argon2id$v=19$m=8,t=1,p=1",
            "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ",
            "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA",
            "$argon2id$v=19$m=4294967295,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
            "$argon2id$v=99$m=8,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
        ] {
            assert!(verify(phc, "password", Cost::FOR_TESTS).is_err(), "{phc}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// P1: passwords are compared to the last character, whatever their length.
        #[test]
        fn every_character_counts(length in 1_usize..=256, at: prop::sample::Index) {
            let password = "x".repeat(length);
            let stored = hash(&password, Cost::FOR_TESTS).unwrap();
            prop_assert_eq!(verify(&stored, &password, Cost::FOR_TESTS), Ok(Verdict::Right));
            for changed in [at.index(length), length - 1] {
                let mut other = password.clone().into_bytes();
                other[changed] = b'y';
                let other = String::from_utf8(other).unwrap();
                prop_assert_eq!(verify(&stored, &other, Cost::FOR_TESTS), Ok(Verdict::Wrong));
            }
            prop_assert_eq!(verify(&stored, &password[1..], Cost::FOR_TESTS), Ok(Verdict::Wrong));
        }

        /// P10: no stored text makes the verification panic.
        #[test]
        fn malformed_texts_are_errors(tail in "[$a-z0-9=,+/]{0,60}") {
            let phc = format!("$argon2id$v=19${tail}");
            prop_assert!(verify(&phc, "password", Cost::FOR_TESTS).is_err());
        }
    }
}
