//! Counts of passed and failed tests, and how they are read from the output of test programs.

use std::fmt;
use std::ops::AddAssign;

/// How many tests passed and failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub passed: u64,
    pub failed: u64,
}

impl Tally {
    /// One failure of a step that counts no tests, such as a lint.
    pub const FAILURE: Self = Self { passed: 0, failed: 1 };

    /// Whether something ran and nothing failed.
    pub fn is_success(self) -> bool {
        self.failed == 0 && self.passed > 0
    }

    /// Reads a summary of a Rust test program: `test result: ok. 3 passed; 0 failed; 1 ignored; …`.
    pub fn of_rust_summary(line: &str) -> Option<Self> {
        let rest = line.trim().strip_prefix("test result: ")?;
        let (_, counts) = rest.split_once(". ")?;
        let mut parts = counts.split("; ");
        Some(Self {
            passed: number_before(parts.next()?, " passed")?,
            failed: number_before(parts.next()?, " failed")?,
        })
    }

    /// Reads a summary of an end-to-end suite: `12 passed, 0 failed`.
    pub fn of_suite_summary(line: &str) -> Option<Self> {
        let (passed, failed) = line.trim().split_once(", ")?;
        Some(Self {
            passed: number_before(passed, " passed")?,
            failed: number_before(failed, " failed")?,
        })
    }
}

fn number_before(text: &str, word: &str) -> Option<u64> {
    text.strip_suffix(word)?.parse().ok()
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rust_summary_is_read() {
        let ok = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.02s";
        assert_eq!(Tally::of_rust_summary(ok), Some(Tally { passed: 12, failed: 0 }));
        let bad = "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s";
        assert_eq!(Tally::of_rust_summary(bad), Some(Tally { passed: 3, failed: 2 }));
        assert_eq!(Tally::of_rust_summary("test tally::tests::a ... ok"), None);
    }

    #[test]
    fn a_suite_summary_is_its_own_output_form() {
        let tally = Tally { passed: 7, failed: 1 };
        assert_eq!(Tally::of_suite_summary(&tally.to_string()), Some(tally));
        assert_eq!(Tally::of_suite_summary("7 passed, some failed"), None);
    }

    #[test]
    fn nothing_run_is_no_success() {
        assert!(!Tally::default().is_success());
        assert!(!Tally { passed: 3, failed: 1 }.is_success());
        assert!(Tally { passed: 1, failed: 0 }.is_success());
    }
}
