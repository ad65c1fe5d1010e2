//! Failed attempts and the lock-out: what a wrong password or a wrong answer does to a user (contract: authn-and-recovery §2;
//! checklist L1 to L5).

use super::{Status, Transition, User};
use crate::password::PasswordPolicy;
use crate::time::Timestamp;
use crate::user::lifecycle::Action;

/// So many failures in a row are the end, whatever the policy says (L4).
pub const MOST_FAILURES: u32 = 100;

/// What a failed attempt does.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    /// Nothing: there is nothing left to guess.
    Ignored,
    /// It is counted: the user afterwards.
    Counted(Box<User>),
    /// It is counted, and was one too many: the user afterwards, who is locked out.
    Locked(Box<User>),
}

impl User {
    /// Whether another attempt is judged at all. Whoever has used up the attempts is refused, even with the right secret (L5).
    #[must_use]
    pub fn may_attempt(&self, policy: &PasswordPolicy) -> bool {
        self.status != Status::LockedOut && self.failed_attempts < policy.most_failures()
    }

    /// Counts a failed attempt; the one that reaches the policy's number locks out whoever could sign in otherwise. Whoever
    /// could not is refused by [`User::may_attempt`] from then on.
    #[must_use]
    pub fn failed_attempt(&self, policy: &PasswordPolicy, at: Timestamp) -> Failure {
        if !self.may_attempt(policy) {
            return Failure::Ignored;
        }
        let mut user = self.clone();
        user.failed_attempts += 1;
        if user.may_attempt(policy) || !matches!(self.status, Status::Active | Status::PasswordExpired) {
            return Failure::Counted(Box::new(user));
        }
        Failure::Locked(Box::new(user.locked_out(at)))
    }

    /// The user, locked out; the present status comes back with the end of the lock-out.
    pub(crate) fn locked_out(self, at: Timestamp) -> Self {
        Self {
            resumes_to: self.status,
            status: Status::LockedOut,
            status_changed: Some(at.whole_seconds()),
            last_updated: at.whole_seconds(),
            ..self
        }
    }

    /// The user with every failure forgotten, as after a success (L5).
    #[must_use]
    pub fn proven(&self) -> Self {
        Self {
            failed_attempts: 0,
            ..self.clone()
        }
    }

    /// Whether a user who is locked out may still answer the recovery question to get back in (L4).
    #[must_use]
    pub fn may_answer_to_unlock(&self) -> bool {
        self.status == Status::LockedOut && self.failed_attempts < MOST_FAILURES
    }

    /// The user after a wrong answer of that kind.
    #[must_use]
    pub fn failed_to_unlock(&self) -> Self {
        Self {
            failed_attempts: self.failed_attempts.saturating_add(1).min(MOST_FAILURES),
            ..self.clone()
        }
    }

    /// What lifts a lock-out whose time is over; nobody counts the minutes until somebody asks.
    #[must_use]
    pub fn lock_ends(&self, policy: &PasswordPolicy, at: Timestamp) -> Option<Transition> {
        let locked = self.status_changed.filter(|_| self.status == Status::LockedOut)?;
        let minutes = policy.auto_unlock_minutes;
        if minutes == 0 || at < locked.plus_minutes(minutes) {
            return None;
        }
        self.transition(Action::Unlock, at).ok()
    }
}

impl PasswordPolicy {
    /// How many failures in a row are too many.
    #[must_use]
    pub fn most_failures(&self) -> u32 {
        match self.max_attempts {
            0 => MOST_FAILURES,
            asked => asked.min(MOST_FAILURES),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::id::{UserId, UserTypeId};
    use crate::login::Login;
    use crate::profile::Profile;
    use crate::user::{Credentials, Provider};

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_millis(0).plus_minutes(minutes)
    }

    fn user(status: Status) -> User {
        User {
            id: UserId::generate(at(0), 1),
            version: 1,
            type_id: UserTypeId::generate(at(0), 1),
            status,
            resumes_to: status,
            created: at(0),
            activated: None,
            status_changed: None,
            last_login: None,
            last_updated: at(0),
            password_changed: None,
            login: Login::parse("isaac@example.com").unwrap(),
            profile: Profile::from_attributes(&serde_json::Map::new()),
            credentials: Credentials::none(Provider::okta()),
            failed_attempts: 0,
            factors: crate::factor::FactorRecord::default(),
        }
    }

    fn policy(max_attempts: u32, auto_unlock_minutes: i64) -> PasswordPolicy {
        PasswordPolicy {
            max_attempts,
            auto_unlock_minutes,
            ..PasswordPolicy::default()
        }
    }

    /// Fails so often, and tells how often it was counted.
    fn fail(mut user: User, times: u32, policy: &PasswordPolicy) -> (User, u32) {
        let mut counted = 0;
        for _ in 0..times {
            match user.failed_attempt(policy, at(1)) {
                Failure::Ignored => {}
                Failure::Counted(after) | Failure::Locked(after) => {
                    counted += 1;
                    user = *after;
                }
            }
        }
        (user, counted)
    }

    /// L1: the attempt that reaches the number locks, and the status before is kept.
    #[test]
    fn the_last_attempt_locks() {
        for status in [Status::Active, Status::PasswordExpired] {
            let (before, _) = fail(user(status), 9, &policy(10, 0));
            assert_eq!((before.status, before.failed_attempts), (status, 9));
            let (after, counted) = fail(before, 5, &policy(10, 0));
            assert_eq!(counted, 1, "nothing is counted once the user is locked out");
            assert_eq!((after.status, after.resumes_to), (Status::LockedOut, status));
            assert_eq!(after.status_changed, Some(at(1)));
        }
    }

    /// L2: whoever has no status to lose is refused all the same.
    #[test]
    fn who_cannot_sign_in_is_refused_without_a_new_status() {
        for status in [Status::Staged, Status::Recovery, Status::Suspended] {
            let (after, counted) = fail(user(status), 30, &policy(10, 0));
            assert_eq!((after.status, counted), (status, 10));
            assert!(!after.may_attempt(&policy(10, 0)));
        }
    }

    #[test]
    fn a_lock_ends_by_itself_only_where_the_policy_says_when() {
        let (locked, _) = fail(user(Status::PasswordExpired), 10, &policy(10, 30));
        assert_eq!(locked.lock_ends(&policy(10, 0), at(1_000_000)), None);
        assert_eq!(locked.lock_ends(&policy(10, 30), at(31).plus_millis(-1)), None);
        let lifted = locked.lock_ends(&policy(10, 30), at(31)).unwrap().user;
        assert_eq!((lifted.status, lifted.failed_attempts), (Status::PasswordExpired, 0));
        assert_eq!(user(Status::Active).lock_ends(&policy(10, 30), at(1_000_000)), None);
    }

    proptest! {
        /// L4, L5: whatever the policy, no run of failures is longer than the limit, and a success begins a new one.
        #[test]
        fn failures_are_bounded_between_successes(max in 0_u32..=200, runs in proptest::collection::vec(1_u32..150, 1..6)) {
            let policy = policy(max, 0);
            let mut user = user(Status::Active);
            for times in runs {
                let (after, counted) = fail(user, times, &policy);
                prop_assert_eq!(counted, times.min(policy.most_failures()));
                prop_assert!(policy.most_failures() <= MOST_FAILURES);
                prop_assert_eq!(after.status == Status::LockedOut, times >= policy.most_failures());
                user = User { status: Status::Active, resumes_to: Status::Active, ..after.proven() };
            }
        }
    }
}
