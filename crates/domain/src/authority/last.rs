//! The directory keeps a super administrator who can act (R8).

use crate::user::Status;

/// Super administrators by their statuses: those whom a change takes away, and those who are left. Somebody who is one for two
/// reasons may be among both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SuperAdministrators {
    /// Whom the change takes away.
    pub lost: Vec<Status>,
    /// Who is left.
    pub kept: Vec<Status>,
}

/// What is to be said of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It takes no super administrator away.
    Untouched,
    /// It takes some away, and leaves others.
    Taken,
    /// It would leave nobody who can act.
    Refused,
}

impl SuperAdministrators {
    /// Judges the change. Whoever is deactivated is none any more, and may be removed.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let counts = |status: &&Status| **status != Status::Deprovisioned;
        if !self.lost.iter().any(|status| counts(&status)) {
            Verdict::Untouched
        } else if self.kept.iter().any(|status| can_act(*status)) {
            Verdict::Taken
        } else {
            Verdict::Refused
        }
    }
}

/// Whether somebody in this status can act as an administrator: as the owner of an API token, at the least.
#[must_use]
pub fn can_act(status: Status) -> bool {
    matches!(status, Status::Active | Status::PasswordExpired | Status::Recovery)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn verdict(lost: &[Status], kept: &[Status]) -> Verdict {
        SuperAdministrators {
            lost: lost.to_vec(),
            kept: kept.to_vec(),
        }
        .verdict()
    }

    #[test]
    fn the_last_one_who_can_act_stays() {
        use Status::{Active, Deprovisioned, LockedOut, Suspended};
        assert_eq!(verdict(&[], &[]), Verdict::Untouched);
        assert_eq!(verdict(&[Active], &[]), Verdict::Refused);
        assert_eq!(verdict(&[Active], &[Suspended, LockedOut]), Verdict::Refused);
        assert_eq!(verdict(&[Active], &[Active]), Verdict::Taken);
        assert_eq!(verdict(&[LockedOut], &[]), Verdict::Refused);
        assert_eq!(verdict(&[Deprovisioned], &[]), Verdict::Untouched);
    }

    proptest! {
        /// R8: no change that is let through leaves nobody who can act, if it takes anybody away.
        #[test]
        fn whatever_is_taken_leaves_somebody(
            lost in prop::collection::vec(prop::sample::select(&Status::ALL[..]), 0..4),
            kept in prop::collection::vec(prop::sample::select(&Status::ALL[..]), 0..4),
        ) {
            let takes = lost.iter().any(|status| *status != Status::Deprovisioned);
            let leaves = kept.iter().any(|status| can_act(*status));
            let wanted = match (takes, leaves) {
                (false, _) => Verdict::Untouched,
                (true, true) => Verdict::Taken,
                (true, false) => Verdict::Refused,
            };
            prop_assert_eq!(verdict(&lost, &kept), wanted);
        }
    }
}
