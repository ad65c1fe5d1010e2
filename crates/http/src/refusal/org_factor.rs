//! What is told when the organization's factors are not changed as asked (contract: factors §16).

use denizen_domain::factor::switch::SwitchRefusal;
use denizen_domain::factor::yubikey::YubikeyRefusal;
use denizen_domain::validation::Validation;

use super::{Refusal, told};

const ASSIGNED: &str =
    "YubiKey cannot be deleted while assigned to an user. Please deactivate YubiKey using reset MFA and try again";
const NEEDED: &str = "Cannot modify/disable this authenticator because it is enabled in one or more policies. \
                      It is the last factor that is active.";

impl From<SwitchRefusal> for Refusal {
    fn from(refusal: SwitchRefusal) -> Self {
        match refusal {
            SwitchRefusal::NotConfigured => {
                Validation::new("factor", "No connector is configured for this factor.").into()
            }
            SwitchRefusal::LastOfPolicy => told(403, "E0000148", NEEDED),
        }
    }
}

impl From<YubikeyRefusal> for Refusal {
    fn from(refusal: YubikeyRefusal) -> Self {
        match refusal {
            YubikeyRefusal::Assigned => told(403, "E0000102", ASSIGNED),
            YubikeyRefusal::NotFree => told(403, "E0000068", "Invalid Passcode/Answer")
                .because("Your token doesn't match our records. Please try again."),
            YubikeyRefusal::Replayed => told(
                403,
                "E0000082",
                "Each code can only be used once. Please wait for a new code and try again.",
            ),
        }
    }
}
