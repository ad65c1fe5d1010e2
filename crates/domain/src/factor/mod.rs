//! Factors: what a user shows beside the password. What a factor is made of, what may be enrolled, and what a wrong proof
//! costs (contract: factors).

mod code;
pub mod connector;
pub mod hotp;
mod id;
mod kind;
mod message;
pub mod otp;
mod policy;
mod question;
mod record;
mod security_key;
pub mod switch;
pub mod token;
mod totp;
pub mod yubikey;
pub mod yubikey_filter;
pub mod yubikey_otp;

use serde::{Deserialize, Serialize};

pub use self::code::{CodeChallenge, MOST_CODE_SECONDS, MOST_WRONG_CODES, USUAL_CODE_SECONDS, six_digits};
pub use self::id::FactorId;
pub use self::kind::{FactorKind, UnknownKind};
pub use self::message::{Mailbox, NumberOnFile, Phone};
pub use self::policy::{Enrolment, FactorPolicy};
pub use self::question::{ANSWER_TOO_SHORT, Question, QuestionKey, check_answer};
pub use self::record::{FactorRecord, MOST_FAILED_ACTIVATIONS, MOST_FAILED_VERIFICATIONS, VerifyRefusal};
pub use self::security_key::{SecurityKey, U2fSecurityKey, WebAuthnKey};
use self::token::{CustomToken, HeldYubikey, RemoteCredential};
pub use self::totp::{Totp, otpauth_uri, secret_from_base32, secret_to_base32};
use crate::id::UserId;
use crate::push::{Push, TooManyPushes, activation_key, device_key};
use crate::sealed::Sealed;
use crate::time::Timestamp;

/// Where a factor stands (contract: factors §4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FactorStatus {
    /// It was enrolled, and not yet shown to work.
    PendingActivation,
    /// It can be used.
    Active,
    /// It cannot be used for now.
    Inactive,
    /// Its credential has run out.
    Expired,
}

impl FactorStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::PendingActivation, Self::Active, Self::Inactive, Self::Expired];

    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PendingActivation => "PENDING_ACTIVATION",
            Self::Active => "ACTIVE",
            Self::Inactive => "INACTIVE",
            Self::Expired => "EXPIRED",
        }
    }

    /// Reads the name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == text)
    }
}

/// A factor of a user, as read at one version.
#[derive(Clone, Debug, PartialEq)]
pub struct Factor {
    /// Its id.
    pub id: FactorId,
    /// Grows by one with each change and each wrong proof: what was judged on an older state is judged again.
    pub version: i64,
    /// Whose it is.
    pub user_id: UserId,
    /// Where it stands.
    pub status: FactorStatus,
    /// When it was enrolled.
    pub created: Timestamp,
    /// When it was last changed.
    pub last_updated: Timestamp,
    /// What no other factor of the directory may have, such as the id of a credential.
    pub key: Option<String>,
    /// What it is made of.
    pub device: Device,
}

impl Factor {
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> FactorKind {
        self.device.kind()
    }

    /// Whether it can be used.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.status == FactorStatus::Active
    }

    /// The factor once it has been shown to work.
    #[must_use]
    pub fn activated(&self, device: Device, at: Timestamp) -> Self {
        Self {
            status: FactorStatus::Active,
            last_updated: at.whole_seconds(),
            device,
            ..self.clone()
        }
    }

    /// The factor with other insides, as after a use. Its dates stay: a use is no change.
    #[must_use]
    pub fn with(&self, device: Device) -> Self {
        Self { device, ..self.clone() }
    }
}

/// What a factor is made of: what the user has or knows, and how far it has been used.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Device {
    /// A question with its answer.
    Question(Question),
    /// A secret that codes of the time are made of, in an authenticator of the original's make.
    OktaTotp(Totp),
    /// The same in any other authenticator.
    GoogleTotp(Totp),
    /// A phone that gets codes by short messages.
    Sms(Phone),
    /// A phone that is called and told codes.
    Call(Phone),
    /// An address that gets codes by mail.
    Email(Mailbox),
    /// A key that a browser speaks to.
    WebAuthn(WebAuthnKey),
    /// A key that a browser speaks to, in the older way.
    U2f(U2fSecurityKey),
    /// A device that approves.
    Push(Push),
    /// A token of the organization's make.
    CustomHotp(CustomToken),
    /// A YubiKey of the organization.
    Yubikey(HeldYubikey),
    /// What RSA SecurID knows the user by.
    Rsa(RemoteCredential),
    /// What Symantec VIP knows the user by.
    Symantec(RemoteCredential),
    /// What Duo knows the user by.
    Duo(RemoteCredential),
}

impl Device {
    /// The kind of factor that is made of this.
    #[must_use]
    pub fn kind(&self) -> FactorKind {
        match self {
            Self::Question(_) => FactorKind::Question,
            Self::OktaTotp(_) => FactorKind::OktaTotp,
            Self::GoogleTotp(_) => FactorKind::GoogleTotp,
            Self::Sms(_) => FactorKind::Sms,
            Self::Call(_) => FactorKind::Call,
            Self::Email(_) => FactorKind::Email,
            Self::WebAuthn(_) => FactorKind::WebAuthn,
            Self::U2f(_) => FactorKind::U2f,
            Self::Push(_) => FactorKind::Push,
            Self::CustomHotp(_) => FactorKind::CustomHotp,
            Self::Yubikey(_) => FactorKind::Yubikey,
            Self::Rsa(_) => FactorKind::Rsa,
            Self::Symantec(_) => FactorKind::Symantec,
            Self::Duo(_) => FactorKind::Duo,
        }
    }

    /// What no other factor of the directory may have, where the kind has such a thing.
    #[must_use]
    pub fn key(&self) -> Option<String> {
        match self {
            // The ids of both kinds are drawn by keys, and none is the other's.
            Self::WebAuthn(one) => one.key.as_ref().map(|key| key.id.to_text()),
            Self::U2f(one) => one.key.as_ref().map(|key| key.handle.to_text()),
            Self::Question(_)
            | Self::OktaTotp(_)
            | Self::GoogleTotp(_)
            | Self::Sms(_)
            | Self::Call(_)
            | Self::Email(_)
            | Self::CustomHotp(_)
            | Self::Yubikey(_)
            | Self::Rsa(_)
            | Self::Symantec(_)
            | Self::Duo(_) => None,
            Self::Push(Push::Waiting(activation)) => Some(activation_key(&activation.digest)),
            Self::Push(Push::Registered(device)) => Some(device_key(&device.key.thumbprint())),
        }
    }

    /// Every secret in it that is sealed, for whoever seals them anew with another key.
    pub fn sealed_mut(&mut self) -> Vec<&mut Sealed> {
        match self {
            Self::Question(_) | Self::Push(Push::Registered(_)) => Vec::new(),
            // Of a key only what is public is known here.
            Self::WebAuthn(_) | Self::U2f(_) => Vec::new(),
            // The seed of a YubiKey is with the YubiKey.
            Self::Yubikey(_) | Self::Rsa(_) | Self::Symantec(_) | Self::Duo(_) => Vec::new(),
            Self::CustomHotp(token) => vec![&mut token.secret],
            Self::OktaTotp(totp) | Self::GoogleTotp(totp) => vec![&mut totp.secret],
            Self::Sms(Phone { challenge, .. })
            | Self::Call(Phone { challenge, .. })
            | Self::Email(Mailbox { challenge, .. }) => {
                challenge.iter_mut().map(|challenge| &mut challenge.code).collect()
            }
            Self::Push(Push::Waiting(activation)) => vec![&mut activation.token],
        }
    }
}

/// Why a factor is not enrolled, changed or removed (contract: factors §6.4, §6.8).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FactorRefusal {
    /// The provider does not fit the type.
    #[error("the provider does not fit the type")]
    InvalidProvider,
    /// The organization does not use this kind.
    #[error("the organization does not use this kind of factor")]
    NotEnabled,
    /// The policy does not let this user have it.
    #[error("the policy does not allow this kind of factor")]
    NotAllowed,
    /// What is told of the factor is missing or wrong.
    #[error("the profile of the factor is missing or wrong")]
    InvalidProfile,
    /// The same with words of its own.
    #[error("{0}")]
    InvalidAnswer(String),
    /// The user has as many of the kind as there may be.
    #[error("the user has a factor of this kind")]
    AlreadySetUp,
    /// The organization does not use this kind any more.
    #[error("the organization does not use this kind of factor any more")]
    SwitchedOff,
    /// The factor is in another state.
    #[error("the factor is not in the expected state")]
    WrongState,
    /// The user's status is against it.
    #[error("not in the user's present status")]
    UserStatus,
    /// What the kind does not offer.
    #[error("this kind of factor does not offer it")]
    NotOffered,
    /// Too many activations failed of late.
    #[error("too many activations failed")]
    TooManyActivations,
    /// The user has shown another number to be theirs.
    #[error("another number is on file")]
    OtherNumberOnFile,
    /// The mail address is not the user's.
    #[error("not the user's own address")]
    ForeignAddress,
    /// Too many pushes of late were left without an answer.
    #[error(transparent)]
    TooManyPushes(#[from] TooManyPushes),
}

/// Why a proof is wrong (contract: factors §6.8, §6.10, §10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WrongProof {
    /// A code that was sent, or the data of a key.
    #[error("not the code")]
    PassCode,
    /// An answer.
    #[error("not the answer")]
    Answer,
    /// The code of a token.
    #[error("not the token's code")]
    Token,
    /// The answer to a challenge that was answered.
    #[error("the challenge was answered before")]
    Answered,
    /// A code that was used before.
    #[error("the code was used before")]
    Replayed,
    /// A code of another time.
    #[error("the code is of another time")]
    OutsideWindow,
    /// The user said no.
    #[error("the user said no")]
    Rejected,
}

/// What stands against one more factor of a kind; of several that wait for their activation, the newest takes the place.
///
/// # Errors
/// [`FactorRefusal::AlreadySetUp`].
pub fn place_for(kind: FactorKind, present: &[Factor]) -> Result<Option<&Factor>, FactorRefusal> {
    let mut of_kind = present.iter().filter(|factor| factor.kind() == kind);
    let active = of_kind
        .clone()
        .filter(|factor| factor.status != FactorStatus::PendingActivation)
        .count();
    if active >= kind.most() {
        return Err(FactorRefusal::AlreadySetUp);
    }
    Ok(of_kind.find(|factor| factor.status == FactorStatus::PendingActivation))
}
