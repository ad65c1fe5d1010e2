//! Factors of users: enrolling, activating, verifying and removing them (contract: factors).
//!
//! What all kinds have in common is done here; what one kind alone does is in [`kinds`]. Each use of a factor, right or
//! wrong, moves its version on, so that of many at once each is judged on what the one before has left (O3, L1).

mod activate;
mod any_key;
mod automatic;
mod catalog;
mod devices;
mod dispatch;
mod enrol;
pub(crate) mod kinds;
mod list;
mod picture;
mod push_activation;
mod pushes;
mod remove;
mod resend;
mod verify;

use denizen_domain::event::{Entity, EventType, LogEvent};
use denizen_domain::factor::{Factor, FactorId, FactorKind};
use denizen_domain::ports::{FactorWrite, Write};
use denizen_domain::secret::Secret;
use denizen_domain::time::Timestamp;
use denizen_domain::user::User;

pub use self::catalog::CatalogEntry;
pub use self::devices::{ANSWERS, CHALLENGES, REGISTRATIONS, Registered};
pub use self::enrol::{EnrolFactor, Enrolled, FactorProfile};
pub use self::kinds::{Activation, Challenge, CredentialChallenge, NewCredential};
pub use self::push_activation::{PushActivation, PushActivationStep};
pub(crate) use self::verify::{Round, Trial};
pub use self::verify::{Verified, VerifyFactor};
use crate::account::Doer;
use crate::directory::Directory;
use crate::error::{Error, ResourceKind};

/// What a user shows: each kind takes of it what it understands.
#[derive(Clone, Debug, Default)]
pub struct Proof {
    /// A code.
    pub pass_code: Option<Secret>,
    /// The code that a token shows next.
    pub next_pass_code: Option<Secret>,
    /// An answer.
    pub answer: Option<Secret>,
    /// What a browser says of a key's use.
    pub client_data: Option<Secret>,
    /// What an older key says when it is registered.
    pub registration_data: Option<Secret>,
    /// What a key says when it is registered.
    pub attestation: Option<Secret>,
    /// What a key says when it is used.
    pub authenticator_data: Option<Secret>,
    /// The signature of a key.
    pub signature_data: Option<Secret>,
    /// Whether the user must tell the device which number is shown.
    pub number_challenge: bool,
}

/// How a message with a code is to be written.
#[derive(Clone, Debug, Default)]
pub struct Wording {
    /// The template of an SMS.
    pub template_id: Option<String>,
    /// How long a code by mail is good, in seconds.
    pub lifetime_seconds: Option<u32>,
    /// The language, as two letters.
    pub language: Option<String>,
}

/// The id that a path names; whatever has not the form of one names no factor.
pub(crate) fn factor_id(text: &str) -> Result<FactorId, Error> {
    FactorId::parse(text).ok_or_else(|| unknown_factor(text))
}

/// No factor of the user has this id. Those of others are unknown too (O9, U3).
pub(crate) fn unknown_factor(text: &str) -> Error {
    Error::not_found(ResourceKind::UserFactor, text)
}

pub(crate) fn update_user(from: &User, to: User) -> Write {
    Write::UpdateUser {
        from: Box::new(from.clone()),
        to: Box::new(to),
    }
}

pub(crate) fn update_factor(from: &Factor, to: Factor) -> Write {
    Write::Factor(FactorWrite::Update {
        from: Box::new(from.clone()),
        to: Box::new(to),
    })
}

impl Directory {
    /// An event about a factor of a user (contract: factors §15).
    pub(crate) fn factor_event(
        &self,
        doer: &Doer,
        event: EventType,
        user: &User,
        kind: FactorKind,
        at: Timestamp,
    ) -> LogEvent {
        let factor = Entity {
            id: kind.log_name().to_owned(),
            kind: "AuthenticatorEnrollment".to_owned(),
            alternate_id: None,
            display_name: Some(kind.factor_type().to_owned()),
        };
        let mut event = self.event(doer, event, vec![Entity::user(user), factor], at);
        event.debug.insert("factor".to_owned(), kind.log_name().to_owned());
        event
    }

    /// An event about the credential of a factor, where it has one.
    fn credential_event(
        &self,
        doer: &Doer,
        event: EventType,
        user: &User,
        factor: &Factor,
        at: Timestamp,
    ) -> Option<LogEvent> {
        factor.key.as_ref()?;
        Some(self.factor_event(doer, event, user, factor.kind(), at))
    }
}
