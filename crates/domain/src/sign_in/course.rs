//! Which stage follows (contract: authn-and-recovery §2, §3.1). One function says it for every way in, so that none of them
//! leads around what another one asks for (checklist L2, T8).

use serde::{Deserialize, Serialize};

use super::Stage;
use crate::factor::{Enrolment, Factor, FactorKind, FactorPolicy};
use crate::password::PasswordPolicy;
use crate::time::Timestamp;
use crate::user::{Status, User};

/// What the client asks for at the beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Wishes {
    /// The user is to be told that the password will expire.
    pub warning: bool,
    /// After an enrolment the user is asked for more, while there are kinds that could be enrolled.
    pub more_factors: bool,
}

/// What is asked of a user's factors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Demands {
    /// One must be shown.
    pub proof: bool,
    /// One of a kind that the user lacks must be enrolled.
    pub enrolment: bool,
    /// One of a kind that the user lacks can be enrolled.
    pub more: bool,
}

impl Demands {
    /// What is asked of somebody with these factors, where these kinds are in use. Factors of other kinds count for nothing:
    /// nobody can show them.
    #[must_use]
    pub fn of(policy: &FactorPolicy, offered: &[FactorKind], factors: &[Factor]) -> Self {
        let is_usable = |factor: &Factor| factor.is_active() && offered.contains(&factor.kind());
        let lacks = |enrolment| {
            let mut kinds = offered.iter().filter(|kind| policy.enrolment(**kind) == enrolment);
            kinds.any(|kind| {
                !factors
                    .iter()
                    .any(|factor| factor.is_active() && factor.kind() == *kind)
            })
        };
        let must_enrol = lacks(Enrolment::Required);
        Self {
            proof: policy.asks_at_sign_in && factors.iter().any(is_usable),
            enrolment: must_enrol,
            more: must_enrol || lacks(Enrolment::Optional),
        }
    }
}

/// What a transaction has behind it when the next stage is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SoFar {
    /// What was asked of the factors that were there was shown.
    pub past_factor: bool,
    /// A factor was enrolled just now.
    pub has_enrolled: bool,
    /// What the client still asks for.
    pub wishes: Wishes,
}

impl Stage {
    /// The stage that follows. Factors come before the password's age is looked at, and new factors after it (contract:
    /// authn-and-recovery §2).
    #[must_use]
    pub fn following(user: &User, policy: &PasswordPolicy, demands: Demands, so_far: SoFar, at: Timestamp) -> Self {
        if demands.proof && !so_far.past_factor {
            return Self::MfaRequired;
        }
        if user.status == Status::PasswordExpired || policy.is_expired(user.password_changed, at) {
            return Self::PasswordExpired;
        }
        let days = policy.days_left(user.password_changed, at);
        if so_far.wishes.warning && days.is_some_and(|days| days <= policy.expire_warn_days) {
            return Self::PasswordWarn;
        }
        let is_offered_more = so_far.has_enrolled && so_far.wishes.more_factors && demands.more;
        if demands.enrolment || is_offered_more {
            return Self::MfaEnroll;
        }
        Self::Done
    }
}
