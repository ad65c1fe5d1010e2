//! What is told of a factor's insides.

use denizen_domain::factor::{Device, Factor};
use denizen_domain::phone::{PhoneExtension, PhoneNumber};
use serde_json::{Value, json};

use super::keys;

/// The profile; none where the kind has none.
pub(super) fn of(factor: &Factor, login: &str) -> Option<Value> {
    match &factor.device {
        Device::Question(one) => Some(json!({"question": one.question.as_str(), "questionText": one.question.text()})),
        Device::OktaTotp(_) | Device::GoogleTotp(_) => Some(json!({"credentialId": login})),
        Device::Sms(phone) => Some(json!({"phoneNumber": phone.number.as_called()})),
        Device::Call(phone) => Some(number(&phone.number, phone.extension.as_ref())),
        // A pending address is not shown (contract: factors §1).
        Device::Email(mailbox) => factor.is_active().then(|| json!({"email": mailbox.address})),
        Device::WebAuthn(_) | Device::U2f(_) => keys::profile(factor),
        Device::Push(push) => push.device().map(|device| {
            json!({
                "credentialId": login,
                "deviceType": device.name.device_type(),
                "name": device.name.name,
                "platform": device.name.platform,
                "version": device.name.version,
            })
        }),
        Device::CustomHotp(_) => None,
        Device::Yubikey(held) => Some(json!({"credentialId": held.credential_id})),
        Device::Rsa(known) | Device::Symantec(known) | Device::Duo(known) => {
            Some(json!({"credentialId": known.credential_id}))
        }
    }
}

/// A number with what is dialled after it.
pub(super) fn number(number: &PhoneNumber, extension: Option<&PhoneExtension>) -> Value {
    match extension {
        Some(extension) => json!({"phoneNumber": number.as_called(), "phoneExtension": extension.as_str()}),
        None => json!({"phoneNumber": number.as_called()}),
    }
}

/// The name of whoever made it: the provider, for most.
pub(super) fn vendor(factor: &Factor) -> String {
    match &factor.device {
        Device::CustomHotp(token) => token.vendor.clone(),
        _ => factor.kind().provider().to_owned(),
    }
}
