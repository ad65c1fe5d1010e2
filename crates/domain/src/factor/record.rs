//! What is kept of a user's factors beside the factors: how many there are, and the wrong proofs (contract: factors §9;
//! checklist L3, O8).

use serde::{Deserialize, Serialize};

use super::NumberOnFile;
use crate::time::Timestamp;
use crate::user::{Failure, Status, User};

/// So many wrong proofs in a row lock the user out, whatever the password policy says.
pub const MOST_FAILED_VERIFICATIONS: u32 = 5;
/// So many activations may fail within [`ACTIVATION_WINDOW_MINUTES`].
pub const MOST_FAILED_ACTIVATIONS: usize = 5;
const ACTIVATION_WINDOW_MINUTES: i64 = 5;

/// What is kept of a user's factors beside the factors.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct FactorRecord {
    /// How many there are, those that wait for their activation included.
    #[serde(skip_serializing_if = "is_zero")]
    pub enrolled: u32,
    /// Wrong proofs in a row, of whichever factor. Passwords have a count of their own (L3).
    #[serde(skip_serializing_if = "is_zero")]
    pub failures: u32,
    /// When activations failed of late, in milliseconds since the epoch.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub failed_activations: Vec<i64>,
    /// The number that short messages go to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sms_number: Option<NumberOnFile>,
    /// The number that is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call_number: Option<NumberOnFile>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the serializer passes references")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// Why a proof is not even looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyRefusal {
    /// The user is locked out.
    #[error("the user is locked out")]
    LockedOut,
    /// The user's status lets nobody verify anything.
    #[error("the user is not active")]
    NotActive,
}

impl FactorRecord {
    /// Whether another activation is tried at all.
    #[must_use]
    pub fn may_activate(&self, at: Timestamp) -> bool {
        self.recent(at).count() < MOST_FAILED_ACTIVATIONS
    }

    /// The record after an activation failed.
    #[must_use]
    pub fn activation_failed(&self, at: Timestamp) -> Self {
        let mut failed_activations: Vec<i64> = self.recent(at).collect();
        failed_activations.push(at.as_millis());
        Self {
            failed_activations,
            ..self.clone()
        }
    }

    fn recent(&self, at: Timestamp) -> impl Iterator<Item = i64> {
        let begin = at.plus_minutes(-ACTIVATION_WINDOW_MINUTES).as_millis();
        self.failed_activations
            .iter()
            .copied()
            .filter(move |failed| *failed > begin)
    }
}

impl User {
    /// Whether a proof of this user is judged.
    ///
    /// # Errors
    /// [`VerifyRefusal`].
    pub fn must_be_able_to_verify(&self) -> Result<(), VerifyRefusal> {
        match self.status {
            _ if self.factors.failures >= MOST_FAILED_VERIFICATIONS => Err(VerifyRefusal::LockedOut),
            Status::LockedOut => Err(VerifyRefusal::LockedOut),
            Status::Active | Status::PasswordExpired | Status::Recovery => Ok(()),
            Status::Staged | Status::Provisioned | Status::Suspended | Status::Deprovisioned => {
                Err(VerifyRefusal::NotActive)
            }
        }
    }

    /// Counts a wrong proof; the fifth in a row locks out whoever could sign in otherwise.
    #[must_use]
    pub fn failed_verification(&self, at: Timestamp) -> Failure {
        if self.must_be_able_to_verify().is_err() {
            return Failure::Ignored;
        }
        let mut user = self.clone();
        user.factors.failures += 1;
        let is_last = user.factors.failures >= MOST_FAILED_VERIFICATIONS;
        if !is_last || !matches!(self.status, Status::Active | Status::PasswordExpired) {
            return Failure::Counted(Box::new(user));
        }
        Failure::Locked(Box::new(user.locked_out(at)))
    }

    /// The user with every wrong proof forgotten, as after a right one; `None` where there is none to forget.
    #[must_use]
    pub fn verified(&self) -> Option<Self> {
        if self.factors.failures == 0 {
            return None;
        }
        let mut user = self.clone();
        user.factors.failures = 0;
        Some(user)
    }

    /// The user without any factor. Wrong proofs are not forgotten with them.
    #[must_use]
    pub fn without_factors(&self) -> Self {
        let mut user = self.clone();
        user.factors.enrolled = 0;
        user
    }

    /// The user with another number of factors.
    #[must_use]
    pub fn with_factors(&self, change: i64) -> Self {
        let mut user = self.clone();
        let enrolled = i64::from(user.factors.enrolled) + change;
        user.factors.enrolled = u32::try_from(enrolled).unwrap_or_default();
        user
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    proptest! {
        /// O8: in no five minutes more than five activations fail.
        #[test]
        fn activations_are_bounded_in_any_window(pauses in proptest::collection::vec(0_i64..120_000, 1..60)) {
            let mut record = FactorRecord::default();
            let mut failed = Vec::new();
            let mut now = 0;
            for pause in pauses {
                now += pause;
                if record.may_activate(at(now)) {
                    record = record.activation_failed(at(now));
                    failed.push(now);
                }
                prop_assert!(record.failed_activations.len() <= MOST_FAILED_ACTIVATIONS);
            }
            for window in failed.windows(MOST_FAILED_ACTIVATIONS + 1) {
                prop_assert!(window[MOST_FAILED_ACTIVATIONS] - window[0] >= 300_000);
            }
        }
    }

    #[test]
    fn an_empty_record_is_stored_empty() {
        let stored = serde_json::to_string(&FactorRecord::default()).unwrap();
        assert_eq!(stored, "{}");
        assert_eq!(
            serde_json::from_str::<FactorRecord>("{}").unwrap(),
            FactorRecord::default()
        );
    }
}
