//! One-time codes that a secret and a number make: a count (RFC 4226) or a step of the time (RFC 6238). What a code is worth
//! is judged here; the codes themselves are made by an adapter (contract: factors §8).

use crate::time::Timestamp;

/// So many steps may the clock of a token differ from ours. The contract documents four each way for the authenticator of
/// one provider; each step more doubles what a guess or an overseen code is worth, so all get what RFC 6238 §5.2 advises (O4).
pub const STEPS_EACH_WAY: u64 = 1;

/// So far is searched for a code that is right at another time: who shows one is told that the clock is wrong, and not that
/// the code is (contract: factors §8, `E0000083`).
pub const WIDER_STEPS_EACH_WAY: u64 = 10;

/// The hash that codes are made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtpHash {
    /// SHA-1: what nearly every token uses.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-512.
    Sha512,
}

/// How many digits a code has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtpDigits {
    /// Six: what nearly every token shows.
    Six,
    /// Eight.
    Eight,
    /// Ten: all that the truncation of RFC 4226 §5.3 yields.
    Ten,
}

impl OtpDigits {
    /// The number.
    #[must_use]
    pub fn count(self) -> usize {
        match self {
            Self::Six => 6,
            Self::Eight => 8,
            Self::Ten => 10,
        }
    }
}

/// How codes are made of a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OtpParameters {
    /// The hash.
    pub hash: OtpHash,
    /// The length of a code.
    pub digits: OtpDigits,
    /// How long a step of the time lasts.
    pub step_seconds: u32,
}

impl OtpParameters {
    /// What every common authenticator uses (contract: factors §8).
    pub const USUAL: Self = Self {
        hash: OtpHash::Sha1,
        digits: OtpDigits::Six,
        step_seconds: 30,
    };

    /// The step of the time that a moment is in.
    #[must_use]
    pub fn step_at(&self, at: Timestamp) -> u64 {
        let seconds = u64::try_from(at.as_millis() / 1000).unwrap_or_default();
        seconds / u64::from(self.step_seconds.max(1))
    }
}

/// Knows the codes of secrets.
pub trait OtpVerifier: Send + Sync {
    /// Whether a code is that of a secret and a number. Only a text of exactly so many digits can be one. Compares in constant
    /// time (K2).
    fn is_code(&self, secret: &[u8], parameters: &OtpParameters, number: u64, code: &str) -> bool;

    /// The step of the time that a code belongs to, up to so many steps away from a moment. The nearest, if there were two.
    fn matching_step(
        &self,
        secret: &[u8],
        parameters: &OtpParameters,
        code: &str,
        at: Timestamp,
        steps_each_way: u64,
    ) -> Option<u64> {
        let now = parameters.step_at(at);
        let around = (1..=steps_each_way).flat_map(|away| [now.checked_sub(away), now.checked_add(away)]);
        std::iter::once(Some(now))
            .chain(around)
            .flatten()
            .find(|step| self.is_code(secret, parameters, *step, code))
    }

    /// The count that a code belongs to, of so many that come next (RFC 4226 §7.4). What has been used is not looked at (O5).
    fn matching_count(
        &self,
        secret: &[u8],
        parameters: &OtpParameters,
        code: &str,
        last: Option<u64>,
        look_ahead: u64,
    ) -> Option<u64> {
        let next = last.map_or(Some(0), |last| last.checked_add(1))?;
        (next..=next.saturating_add(look_ahead)).find(|count| self.is_code(secret, parameters, *count, code))
    }
}

/// What a code of the time is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtpJudgement {
    /// It is good. Its step is the last one used from now on.
    Accepted(u64),
    /// It, or one of a later step, was used before (contract: `E0000082`).
    Replayed,
    /// It is right at another time (contract: `E0000083`).
    OutsideWindow,
    /// It is nobody's.
    Wrong,
}

/// Judges a code by the step that it belongs to. A step once accepted is dead, with all before it (O1; RFC 6238 §5.2).
#[must_use]
pub fn judge(matched: Option<u64>, last: Option<u64>, steps_each_way: u64, now: u64) -> OtpJudgement {
    match matched {
        None => OtpJudgement::Wrong,
        Some(step) if last.is_some_and(|last| step <= last) => OtpJudgement::Replayed,
        Some(step) if step.abs_diff(now) > steps_each_way => OtpJudgement::OutsideWindow,
        Some(step) => OtpJudgement::Accepted(step),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A verifier whose codes are the numbers themselves.
    struct Plain;

    impl OtpVerifier for Plain {
        fn is_code(&self, _: &[u8], parameters: &OtpParameters, number: u64, code: &str) -> bool {
            code == format!("{number:0width$}", width = parameters.digits.count())
        }
    }

    fn shown(number: u64) -> String {
        format!("{number:06}")
    }

    #[test]
    fn the_window_is_one_step_each_way() {
        let verdicts = (97..=103).map(|step| judge(Some(step), None, STEPS_EACH_WAY, 100));
        let accepted: Vec<_> = verdicts.collect();
        assert_eq!(
            accepted,
            [
                OtpJudgement::OutsideWindow,
                OtpJudgement::OutsideWindow,
                OtpJudgement::Accepted(99),
                OtpJudgement::Accepted(100),
                OtpJudgement::Accepted(101),
                OtpJudgement::OutsideWindow,
                OtpJudgement::OutsideWindow,
            ]
        );
    }

    #[test]
    fn the_first_steps_of_time_have_none_before() {
        let found = Plain.matching_step(b"", &OtpParameters::USUAL, "000000", Timestamp::from_millis(0), 10);
        assert_eq!(found, Some(0));
        let before = Plain.matching_step(b"", &OtpParameters::USUAL, "000011", Timestamp::from_millis(0), 10);
        assert_eq!(before, None);
    }

    proptest! {
        /// O1, O4: whatever codes come in whatever order at whatever times, accepted steps only grow, and each was near.
        #[test]
        fn accepted_steps_only_grow(tries in proptest::collection::vec((0_u64..40, -12_i64..=12), 1..80)) {
            let (mut last, mut now) = (None, 1000_u64);
            for (pause, drift) in tries {
                now += pause / 10;
                let code = shown(now.saturating_add_signed(drift));
                let at = Timestamp::from_millis(i64::try_from(now).unwrap() * 30_000);
                let matched = Plain.matching_step(b"", &OtpParameters::USUAL, &code, at, WIDER_STEPS_EACH_WAY);
                match judge(matched, last, STEPS_EACH_WAY, now) {
                    OtpJudgement::Accepted(step) => {
                        prop_assert!(last.is_none_or(|last| step > last));
                        prop_assert!(drift.abs() <= 1);
                        last = Some(step);
                        prop_assert_eq!(judge(matched, last, STEPS_EACH_WAY, now), OtpJudgement::Replayed);
                    }
                    OtpJudgement::Replayed => prop_assert!(last >= matched),
                    OtpJudgement::OutsideWindow => prop_assert!((2..=10).contains(&drift.abs())),
                    OtpJudgement::Wrong => prop_assert!(drift.abs() > 10),
                }
            }
        }

        /// O5: a counter only grows; what it has passed is dead; what lies too far ahead is not found.
        #[test]
        fn counters_only_grow(tries in proptest::collection::vec(0_u64..60, 1..80), look_ahead in 0_u64..12) {
            let mut last = None;
            for number in tries {
                let next = last.map_or(0, |last| last + 1);
                let found = Plain.matching_count(b"", &OtpParameters::USUAL, &shown(number), last, look_ahead);
                prop_assert_eq!(found.is_some(), (next..=next + look_ahead).contains(&number));
                last = found.or(last);
            }
        }
    }
}
