//! What is told of a factor's insides.

use denizen_domain::factor::{Device, Factor};
use serde_json::{Value, json};

/// The profile; none where the kind has none.
pub(super) fn of(factor: &Factor, login: &str) -> Option<Value> {
    match &factor.device {
        Device::Question(one) => Some(json!({"question": one.question.as_str(), "questionText": one.question.text()})),
        Device::OktaTotp(_) | Device::GoogleTotp(_) => Some(json!({"credentialId": login})),
        Device::Push(_) => None,
    }
}

/// The name of whoever made it: the provider, for most.
pub(super) fn vendor(factor: &Factor) -> String {
    factor.kind().provider().to_owned()
}
