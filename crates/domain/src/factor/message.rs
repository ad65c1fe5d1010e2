//! Factors that codes are sent to: phones and mail addresses (contract: factors §7.2 to §7.4).

use serde::{Deserialize, Serialize};

use super::{CodeChallenge, Device, Factor, FactorId, FactorKind, FactorRecord};
use crate::phone::{PhoneExtension, PhoneNumber};

/// A phone that is called, or that gets short messages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phone {
    /// The number.
    pub number: PhoneNumber,
    /// What is dialled once a call is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension: Option<PhoneExtension>,
    /// The code that was sent last, and not yet used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<CodeChallenge>,
}

/// A mail address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailbox {
    /// The address.
    pub address: String,
    /// The code that was sent last, and not yet used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<CodeChallenge>,
}

/// A number that a user has shown to have. It outlives its factor (contract: factors §11).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NumberOnFile {
    /// The factor that it was shown with.
    pub id: FactorId,
    /// The number.
    pub number: PhoneNumber,
    /// What is dialled once a call is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension: Option<PhoneExtension>,
}

impl Device {
    /// The code that was sent last, and not yet used.
    #[must_use]
    pub fn sent_code(&self) -> Option<&CodeChallenge> {
        match self {
            Self::Sms(phone) | Self::Call(phone) => phone.challenge.as_ref(),
            Self::Email(mailbox) => mailbox.challenge.as_ref(),
            _ => None,
        }
    }

    /// The same with another code, or with none.
    #[must_use]
    pub fn with_code(&self, challenge: Option<CodeChallenge>) -> Self {
        let mut device = self.clone();
        match &mut device {
            Self::Sms(phone) | Self::Call(phone) => phone.challenge = challenge,
            Self::Email(mailbox) => mailbox.challenge = challenge,
            _ => {}
        }
        device
    }
}

impl FactorRecord {
    /// The number on file for a kind of factor.
    #[must_use]
    pub fn number(&self, kind: FactorKind) -> Option<&NumberOnFile> {
        match kind {
            FactorKind::Sms => self.sms_number.as_ref(),
            FactorKind::Call => self.call_number.as_ref(),
            _ => None,
        }
    }

    /// The record with the number of a factor on file, where it has one.
    #[must_use]
    pub fn filed(&self, factor: &Factor) -> Self {
        let (Device::Sms(phone) | Device::Call(phone)) = &factor.device else {
            return self.clone();
        };
        let on_file = NumberOnFile {
            id: factor.id.clone(),
            number: phone.number.clone(),
            extension: phone.extension.clone(),
        };
        self.with_number(factor.kind(), Some(on_file))
    }

    /// The record with another number on file for a kind of factor, or with none.
    #[must_use]
    pub fn with_number(&self, kind: FactorKind, number: Option<NumberOnFile>) -> Self {
        let mut record = self.clone();
        match kind {
            FactorKind::Sms => record.sms_number = number,
            FactorKind::Call => record.call_number = number,
            _ => {}
        }
        record
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::factor::FactorStatus;
    use crate::id::UserId;
    use crate::phone::PhoneRules;
    use crate::sealed::Sealed;
    use crate::time::Timestamp;

    fn sms(number: &str) -> Factor {
        let at = Timestamp::from_millis(0);
        Factor {
            id: FactorId::generate(FactorKind::Sms, at, 1),
            version: 1,
            user_id: UserId::generate(at, 1),
            status: FactorStatus::Active,
            created: at,
            last_updated: at,
            key: None,
            device: Device::Sms(Phone {
                number: PhoneNumber::parse(number, &PhoneRules::default()).unwrap(),
                extension: None,
                challenge: None,
            }),
        }
    }

    #[test]
    fn a_number_on_file_is_of_its_kind_and_outlives_the_factor() {
        let record = FactorRecord::default().filed(&sms("+1-555-415-1337"));
        let number = record.number(FactorKind::Sms).unwrap();
        assert_eq!(number.number.as_written(), "+1-555-415-1337");
        assert_eq!(record.number(FactorKind::Call), None);
        let stored = serde_json::to_string(&record).unwrap();
        assert_eq!(serde_json::from_str::<FactorRecord>(&stored).unwrap(), record);
        assert_eq!(record.with_number(FactorKind::Sms, None), FactorRecord::default());
    }

    /// G1: a code that was sent shows nowhere, and a newer one takes its place.
    #[test]
    fn a_device_has_one_code_at_most() {
        let code = |byte| CodeChallenge::new(Sealed::from_bytes(vec![byte]), 300, None, Timestamp::from_millis(0));
        let device = sms("+15554151337")
            .device
            .with_code(Some(code(1)))
            .with_code(Some(code(2)));
        assert_eq!(device.sent_code(), Some(&code(2)));
        let stored = serde_json::to_string(&device).unwrap();
        assert_eq!(serde_json::from_str::<Device>(&stored).unwrap(), device);
        assert_eq!(device.with_code(None).sent_code(), None);
    }
}
