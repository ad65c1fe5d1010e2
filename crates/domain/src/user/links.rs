//! The links that a single-user answer offers, by status (contract: users §3).

use super::{Status, User};

/// An operation that a user's representation links to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UserLink {
    /// The relation, as in `_links`.
    pub relation: &'static str,
    /// What follows the user's own path; empty for the user itself.
    pub suffix: &'static str,
    /// The method to call it with.
    pub method: &'static str,
}

const fn post(relation: &'static str, suffix: &'static str) -> UserLink {
    UserLink {
        relation,
        suffix,
        method: "POST",
    }
}

const ACTIVATE: UserLink = post("activate", "/lifecycle/activate");
const REACTIVATE: UserLink = post("reactivate", "/lifecycle/reactivate");
const DEACTIVATE: UserLink = post("deactivate", "/lifecycle/deactivate");
const SUSPEND: UserLink = post("suspend", "/lifecycle/suspend");
const UNSUSPEND: UserLink = post("unsuspend", "/lifecycle/unsuspend");
const UNLOCK: UserLink = post("unlock", "/lifecycle/unlock");
const RESET_PASSWORD: UserLink = post("resetPassword", "/lifecycle/reset_password");
const EXPIRE_PASSWORD: UserLink = post("expirePassword", "/lifecycle/expire_password");
const FORGOT_PASSWORD: UserLink = post("forgotPassword", "/credentials/forgot_password");
const CHANGE_PASSWORD: UserLink = post("changePassword", "/credentials/change_password");
const CHANGE_QUESTION: UserLink = post("changeRecoveryQuestion", "/credentials/change_recovery_question");
/// Offered to whoever has a factor (contract: factors §4).
pub const RESET_FACTORS: UserLink = post("resetFactors", "/lifecycle/reset_factors");
const DELETE: UserLink = UserLink {
    relation: "delete",
    suffix: "",
    method: "DELETE",
};

const STAGED: &[UserLink] = &[ACTIVATE];
const PROVISIONED: &[UserLink] = &[SUSPEND, REACTIVATE, RESET_PASSWORD, DEACTIVATE];
const ACTIVE: &[UserLink] = &[
    SUSPEND,
    RESET_PASSWORD,
    FORGOT_PASSWORD,
    EXPIRE_PASSWORD,
    CHANGE_QUESTION,
    CHANGE_PASSWORD,
    DEACTIVATE,
];
const ACTIVE_WITHOUT_PASSWORD: &[UserLink] = &[SUSPEND, RESET_PASSWORD, CHANGE_QUESTION, DEACTIVATE];
const ACTIVE_FOREIGN: &[UserLink] = &[RESET_PASSWORD, CHANGE_QUESTION, DEACTIVATE];
const RECOVERY: &[UserLink] = &[
    REACTIVATE,
    RESET_PASSWORD,
    EXPIRE_PASSWORD,
    CHANGE_QUESTION,
    CHANGE_PASSWORD,
    DEACTIVATE,
];
const LOCKED_OUT: &[UserLink] = &[UNLOCK, RESET_PASSWORD, DEACTIVATE];
const SUSPENDED: &[UserLink] = &[UNSUSPEND, DEACTIVATE];
const DEPROVISIONED: &[UserLink] = &[ACTIVATE, DELETE];

/// The operations that this user's representation links to, beside `self`, `schema` and `type`.
#[must_use]
pub fn links(user: &User) -> &'static [UserLink] {
    match user.status {
        Status::Staged => STAGED,
        Status::Provisioned => PROVISIONED,
        Status::Active if user.credentials.provider.is_foreign() => ACTIVE_FOREIGN,
        Status::Active if user.credentials.password.is_none() => ACTIVE_WITHOUT_PASSWORD,
        Status::Active | Status::PasswordExpired => ACTIVE,
        Status::Recovery => RECOVERY,
        Status::LockedOut => LOCKED_OUT,
        Status::Suspended => SUSPENDED,
        Status::Deprovisioned => DEPROVISIONED,
    }
}
