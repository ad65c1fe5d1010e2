//! Codes that are sent to people: how they are drawn, and what one is good for (contract: factors §8, §9; checklist S1 to S3).

use serde::{Deserialize, Serialize};

use crate::entropy::Entropy;
use crate::sealed::Sealed;
use crate::secret::{Secret, SecretDigest};
use crate::time::{Timestamp, millis};

/// One code may be missed so often (S3). After that a new one is needed, which the pauses between codes hold back.
pub const MOST_WRONG_CODES: u32 = 5;
/// How long a code lasts, in seconds: always where it goes to a phone, and where nothing else is asked for by mail.
pub const USUAL_CODE_SECONDS: i64 = 300;
/// The longest that a mailed code may be asked to last.
pub const MOST_CODE_SECONDS: i64 = 86_400;

const CODES: u32 = 1_000_000;
/// The numbers of three bytes below this fall on each code equally often; those above are drawn again.
const FAIR: u32 = (1 << 24) / CODES * CODES;

/// A code of six digits, each equally likely (S1).
#[must_use]
pub fn six_digits(entropy: &dyn Entropy) -> Secret {
    loop {
        let mut bytes = [0; 3];
        entropy.fill(&mut bytes);
        let number = u32::from_be_bytes([0, bytes[0], bytes[1], bytes[2]]);
        if number < FAIR {
            return Secret::new(format!("{:06}", number % CODES));
        }
    }
}

/// A code that was sent and not yet used. A factor has at most one: a newer one takes its place, and a success removes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CodeChallenge {
    /// The code.
    pub code: Sealed,
    /// From when on it is good for nothing.
    #[serde(with = "millis")]
    pub expires: Timestamp,
    /// How often it was missed.
    #[serde(default)]
    pub failures: u32,
    /// The transaction that it was sent for; none for an activation, or for a program that verifies through the API.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound_to: Option<SecretDigest>,
}

impl CodeChallenge {
    /// A code that was just made.
    #[must_use]
    pub fn new(code: Sealed, seconds: i64, bound_to: Option<SecretDigest>, at: Timestamp) -> Self {
        Self {
            code,
            expires: at.plus_millis(seconds.clamp(1, MOST_CODE_SECONDS) * 1000),
            failures: 0,
            bound_to,
        }
    }

    /// Whether a text that is shown for a transaction, or for none, may be this code at all.
    #[must_use]
    pub fn is_open(&self, bound_to: Option<&SecretDigest>, at: Timestamp) -> bool {
        at < self.expires && self.failures < MOST_WRONG_CODES && self.bound_to.as_ref() == bound_to
    }

    /// The same after it was missed.
    #[must_use]
    pub fn missed(&self) -> Self {
        Self {
            failures: self.failures.saturating_add(1),
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use proptest::prelude::*;

    use super::*;

    /// SplitMix64.
    struct Seeded(Mutex<u64>);

    impl Entropy for Seeded {
        fn fill(&self, bytes: &mut [u8]) {
            for byte in bytes {
                let mut state = self.0.lock().unwrap();
                *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
                let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
                *byte = (mixed >> 56) as u8;
            }
        }
    }

    /// Gives the bytes of a list.
    struct Told(Mutex<Vec<u8>>);

    impl Entropy for Told {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill_with(|| self.0.lock().unwrap().remove(0));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]
        /// S1: each digit at each place is equally likely. The bound is that of chi-square with nine degrees of freedom at one
        /// in a million.
        #[test]
        fn codes_are_uniform(seed: u64) {
            const DRAWN: u32 = 20_000;
            let entropy = Seeded(Mutex::new(seed));
            let mut counts = [[0_u32; 10]; 6];
            for _ in 0..DRAWN {
                let code = six_digits(&entropy);
                prop_assert_eq!(code.expose().len(), 6);
                for (place, digit) in code.expose().bytes().enumerate() {
                    counts[place][usize::from(digit - b'0')] += 1;
                }
            }
            for place in counts {
                let expected = f64::from(DRAWN) / 10.0;
                let chi_square: f64 = place.iter().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum();
                prop_assert!(chi_square < 45.1, "{} {:?}", chi_square, place);
            }
        }
    }

    /// S1: what would favour the first codes is drawn again.
    #[test]
    fn a_number_beyond_the_last_whole_round_is_drawn_again() {
        let bytes = [[0xff, 0xff, 0xff], [0xf4, 0x24, 0x00], [0xf4, 0x23, 0xff], [0, 0, 7]].concat();
        let entropy = Told(Mutex::new(bytes));
        assert_eq!(six_digits(&entropy).expose(), "999999");
        assert_eq!(six_digits(&entropy).expose(), "000007");
    }

    fn challenge(seconds: i64, bound_to: Option<SecretDigest>) -> CodeChallenge {
        CodeChallenge::new(
            Sealed::from_bytes(vec![1, 2]),
            seconds,
            bound_to,
            Timestamp::from_millis(0),
        )
    }

    /// S1, S3: to the millisecond, five misses, and for nobody else.
    #[test]
    fn a_code_ends_by_time_by_misses_and_is_for_one_transaction() {
        let (one, other) = (Secret::new("one").digest(), Secret::new("other").digest());
        let sent = challenge(USUAL_CODE_SECONDS, None);
        assert!(sent.is_open(None, Timestamp::from_millis(299_999)));
        assert!(!sent.is_open(None, Timestamp::from_millis(300_000)));
        assert!(!sent.is_open(Some(&one), Timestamp::from_millis(0)));
        let bound = challenge(1, Some(one));
        assert!(bound.is_open(Some(&one), Timestamp::from_millis(999)));
        assert!(
            !bound.is_open(Some(&other), Timestamp::from_millis(0)) && !bound.is_open(None, Timestamp::from_millis(0))
        );
        let mut missed = sent;
        for _ in 0..MOST_WRONG_CODES {
            assert!(missed.is_open(None, Timestamp::from_millis(0)));
            missed = missed.missed();
        }
        assert!(!missed.is_open(None, Timestamp::from_millis(0)));
    }

    #[test]
    fn the_stored_form_reads_back() {
        for challenge in [
            challenge(5, None),
            challenge(5, Some(Secret::new("x").digest())).missed(),
        ] {
            let stored = serde_json::to_string(&challenge).unwrap();
            assert_eq!(serde_json::from_str::<CodeChallenge>(&stored).unwrap(), challenge);
        }
    }
}
