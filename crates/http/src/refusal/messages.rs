//! What is told when a code is not sent (contract: factors §6.4, errors.tsv).

use denizen_domain::phone::PhoneRefusal;
use denizen_domain::sending::{Channel, SendingRefusal};

use super::{Refusal, told};

impl From<SendingRefusal> for Refusal {
    fn from(refusal: SendingRefusal) -> Self {
        let again = "please try again later.";
        match refusal {
            SendingRefusal::TooSoon(Channel::Sms) => told(
                429,
                "E0000109",
                "An SMS message was recently sent. Please wait 30 seconds before trying again.",
            ),
            SendingRefusal::TooSoon(Channel::Call) => told(
                429,
                "E0000133",
                "A phone call was recently made. Please wait 30 seconds before trying again.",
            ),
            SendingRefusal::TooSoon(Channel::Email) => told(
                429,
                "E0000118",
                "An email was recently sent. Please wait 5 seconds before trying again.",
            ),
            SendingRefusal::TooMany(Channel::Sms) => {
                let summary = format!("You have reached the limit of sms requests, {again}");
                told(429, "E0000204", summary)
            }
            SendingRefusal::TooMany(Channel::Call) => {
                let summary = format!("You have reached the limit of call requests, {again}");
                told(429, "E0000205", summary)
            }
            SendingRefusal::TooMany(Channel::Email) => Self::too_many_requests(),
        }
    }
}

impl From<PhoneRefusal> for Refusal {
    fn from(refusal: PhoneRefusal) -> Self {
        match refusal {
            PhoneRefusal::Invalid => told(400, "E0000098", "This phone number is invalid."),
            PhoneRefusal::Elsewhere => told(
                403,
                "E0000099",
                "Only numbers located in US and Canada are allowed.  Contact your administrator if this is a problem.",
            ),
            PhoneRefusal::Extension => told(
                400,
                "E0000121",
                "Invalid phone extension. Please enter a valid phone extension.",
            ),
        }
    }
}

/// The organization reaches no phones.
pub(super) fn no_telephony() -> Refusal {
    let summary = "Your organization doesn't support SMS or Voice authentication at this time. Select another \
                   authentication method.";
    told(403, "E0000247", summary)
}
