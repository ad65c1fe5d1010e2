//! What is told when somebody is not let in, or a password is refused.

use denizen_application::PasswordSurface;
use denizen_domain::validation::Validation;

use super::{Refusal, told};

const OUT_OF_TURN: &str = "This operation is not allowed in the current authentication state.";
const TOO_SIMPLE: &str = "The password does not meet the complexity requirements of the current password policy.";

/// A step that is not one of the transaction's present state.
pub(super) fn out_of_turn() -> Refusal {
    told(403, "E0000079", OUT_OF_TURN).because(OUT_OF_TURN)
}

/// Not the answer to the recovery question.
pub(super) fn wrong_answer() -> Refusal {
    told(
        403,
        "E0000087",
        "The recovery question answer did not match our records.",
    )
}

/// Users may not end their lock-outs themselves.
pub(super) fn unlock_not_offered() -> Refusal {
    let summary = "Your account is locked. Please contact your administrator.";
    told(403, "E0000119", summary)
}

/// The API words it by where the password was refused (contract: users §9.2).
pub(super) fn password_rejected(requirements: String, surface: PasswordSurface) -> Refusal {
    match surface {
        PasswordSurface::Set => Validation::field("password", &requirements).into(),
        PasswordSurface::Change => told(403, "E0000014", "Update of credentials failed").because(requirements),
        PasswordSurface::SignIn => told(403, "E0000080", TOO_SIMPLE).because(requirements),
    }
}
