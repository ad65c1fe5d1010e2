//! What is told when a user's status, or what is known of a new user, stands against something.

use denizen_domain::user::creation::CreationRefusal;
use denizen_domain::user::lifecycle::Refusal as LifecycleRefusal;
use denizen_domain::validation::Validation;

use super::{Refusal, told};

pub(super) const STATUS_FORBIDS: &str = "This operation is not allowed in the user's current status.";
const EXPIRY_NEEDS_PASSWORD: &str =
    "Could not create user. To create a user and expire their password immediately, a password must be specified";
const EXPIRY_NEEDS_ACTIVATION: &str =
    "Could not create user. To create a user and expire their password immediately, \"activate\" must be true";

impl From<LifecycleRefusal> for Refusal {
    fn from(refusal: LifecycleRefusal) -> Self {
        let reset = "Password reset failed";
        match refusal {
            LifecycleRefusal::AlreadyActive => {
                told(403, "E0000016", "Activation failed because the user is already active")
            }
            LifecycleRefusal::NotAllowedInStatus => told(403, "E0000038", STATUS_FORBIDS),
            LifecycleRefusal::NotActive => {
                Validation::new("suspendUser", "Cannot suspend a user that is not active").into()
            }
            LifecycleRefusal::NotSuspended => {
                Validation::new("suspendUser", "Cannot unsuspend a user that is not suspended").into()
            }
            LifecycleRefusal::NotLockedOut => {
                told(403, "E0000032", "Unlock is not allowed for this user.").because("The user is not locked out.")
            }
            // The route knows how the user was named, and words this one itself.
            LifecycleRefusal::AlreadyDeactivated => told(404, "E0000007", "Not found: Resource not found: (User)"),
            LifecycleRefusal::PasswordResetNotAllowed => {
                told(403, "E0000017", reset).because("Password reset is not allowed in the user's current status")
            }
            LifecycleRefusal::ForgotPasswordNotAllowed => {
                told(403, "E0000017", reset).because("Forgot password is not allowed in the user's current status")
            }
            LifecycleRefusal::ForgotPasswordNotSupported => {
                told(403, "E0000017", reset).because("Forgot password is not supported for the user's login type")
            }
            LifecycleRefusal::RecoveryQuestionNotSet => {
                told(403, "E0000034", "Forgot password not allowed on specified user.")
                    .because("Recovery credential not set.")
            }
            LifecycleRefusal::ChangePasswordNotAllowed => {
                told(403, "E0000035", "Change password not allowed on specified user.")
            }
            LifecycleRefusal::ChangeRecoveryQuestionNotAllowed => told(
                403,
                "E0000036",
                "Change recovery question not allowed on specified user.",
            ),
            LifecycleRefusal::AlreadyFederated => Validation::new("provider", "The user is already federated").into(),
            LifecycleRefusal::TokenNotValid => {
                let summary = "You have accessed a link that has expired or has been previously used.";
                told(403, "E0000110", summary)
            }
        }
    }
}

impl From<CreationRefusal> for Refusal {
    fn from(refusal: CreationRefusal) -> Self {
        match refusal {
            CreationRefusal::ExpiryNeedsPassword => {
                told(400, "E0000124", EXPIRY_NEEDS_PASSWORD).because(EXPIRY_NEEDS_PASSWORD)
            }
            CreationRefusal::ExpiryNeedsActivation => {
                told(400, "E0000125", EXPIRY_NEEDS_ACTIVATION).because(EXPIRY_NEEDS_ACTIVATION)
            }
            CreationRefusal::ProviderMismatch => {
                Validation::field("provider", "The provider type does not match the provider parameter").into()
            }
            CreationRefusal::ForeignCredentials => {
                let text = "Password and recovery question are not permitted for this provider";
                Validation::field("credentials", text).into()
            }
        }
    }
}
