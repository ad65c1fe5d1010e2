//! What is told when a factor is not enrolled, activated, shown or removed (contract: factors §6, §10).

use denizen_domain::factor::connector::{ConnectorError, ConnectorRefusal};
use denizen_domain::factor::{FactorRefusal, VerifyRefusal, WrongProof};
use denizen_domain::validation::Validation;

use super::{Refusal, told};

fn not_enrolled(cause: impl Into<String>) -> Refusal {
    Validation::new("factorEnrollRequest", cause).into()
}

impl From<FactorRefusal> for Refusal {
    fn from(refusal: FactorRefusal) -> Self {
        match refusal {
            FactorRefusal::InvalidProvider => not_enrolled("Invalid Provider."),
            FactorRefusal::NotEnabled => not_enrolled("Factor not enabled."),
            FactorRefusal::NotAllowed => {
                not_enrolled("Factor not allowed for the user based on the Multifactor policy.")
            }
            FactorRefusal::InvalidProfile => not_enrolled("Invalid Profile."),
            FactorRefusal::InvalidAnswer(cause) => not_enrolled(cause),
            FactorRefusal::AlreadySetUp => not_enrolled("A factor of this type is already set up."),
            FactorRefusal::WrongState => {
                let summary = "The entity is not in the expected state for the requested transition.";
                told(403, "E0000107", summary)
            }
            FactorRefusal::SwitchedOff => told(423, "E0000180", "Factor id is currently not active."),
            FactorRefusal::UserStatus => told(403, "E0000038", super::life::STATUS_FORBIDS),
            FactorRefusal::NotOffered => {
                Validation::new("factorRequest", "The factor type does not offer this operation.").into()
            }
            FactorRefusal::OtherNumberOnFile => not_enrolled("There is an existing verified phone number."),
            FactorRefusal::ForeignAddress => {
                let summary = "Api validation failed: Only verified primary or secondary email can be enrolled.";
                told(400, "E0000001", summary)
            }
            FactorRefusal::TooManyActivations | FactorRefusal::TooManyPushes(_) => Self::too_many_requests(),
        }
    }
}

impl From<ConnectorRefusal> for Refusal {
    fn from(refusal: ConnectorRefusal) -> Self {
        match refusal {
            ConnectorRefusal::NewPin(prompt) => told(409, "E0000113", prompt),
            ConnectorRefusal::NextCode => {
                let summary = "Wait for token to change, then enter the new tokencode.";
                told(409, "E0000106", summary)
            }
            ConnectorRefusal::Waiting => told(202, "E0000070", "Waiting for ACK"),
            ConnectorRefusal::Silent(ConnectorError::TimedOut) => told(504, "E0000067", "Factors Service Error."),
            ConnectorRefusal::Silent(ConnectorError::NotConfigured) => FactorRefusal::NotEnabled.into(),
            ConnectorRefusal::Silent(ConnectorError::Failed(reason)) => Self {
                internal: Some(reason.into_boxed_str()),
                ..told(400, "E0000074", "Factor Service Error")
            },
        }
    }
}

impl From<VerifyRefusal> for Refusal {
    fn from(refusal: VerifyRefusal) -> Self {
        match refusal {
            VerifyRefusal::LockedOut => told(403, "E0000069", "User Locked"),
            VerifyRefusal::NotActive => told(423, "E0000155", "User is not currently active."),
        }
    }
}

impl From<WrongProof> for Refusal {
    fn from(wrong: WrongProof) -> Self {
        let what = match wrong {
            WrongProof::PassCode | WrongProof::Answered => "passcode",
            WrongProof::Answer => "answer",
            WrongProof::Token => "token",
            WrongProof::Replayed => {
                let summary = "Each code can only be used once. Please wait for a new code and try again.";
                return told(403, "E0000082", summary);
            }
            WrongProof::Rejected => return told(403, "E0000073", "User rejected authentication"),
            WrongProof::OutsideWindow => {
                return told(403, "E0000083", "PassCode is valid but exceeded time window.");
            }
        };
        let cause = format!("Your {what} doesn't match our records. Please try again.");
        told(403, "E0000068", "Invalid Passcode/Answer").because(cause)
    }
}
