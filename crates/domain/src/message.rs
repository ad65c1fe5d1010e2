//! Messages to people: mails, short messages and calls; what they say, how often delivery is tried, and the ports that send
//! them.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::id::MessageId;
use crate::secret::Secret;
use crate::time::Timestamp;

/// The mails that the directory sends, by the names of their templates (contract: messages §2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MailTemplate {
    /// Invites a new user to set a first password.
    UserActivation,
    /// Leads a user who forgot the password to a new one.
    ForgotPassword,
    /// Leads a user whose password an administrator reset to a new one.
    PasswordResetByAdmin,
    /// Leads a user who is locked out back in.
    SelfServiceUnlock,
    /// Tells a user that the password was changed.
    PasswordChanged,
    /// Tells the administrator that a user was deactivated.
    UserDeactivated,
    /// Tells an administrator that a user was locked out.
    UserLockedOut,
    /// Tells a user that the account was locked.
    AccountLockout,
    /// Tells a user who asked to be unlocked that the account is not locked.
    SelfServiceUnlockOnUnlockedAccount,
    /// Carries the code that shows that an address can be a factor.
    EmailFactorVerification,
    /// Carries the code that a factor asks for.
    EmailChallenge,
    /// Tells a user that a factor was enrolled.
    AuthenticatorEnrolled,
    /// Tells a user that factors were reset.
    AuthenticatorReset,
    /// Leads a device to its registration.
    OktaVerifyActivation,
}

impl MailTemplate {
    /// Every template.
    pub const ALL: [Self; 14] = [
        Self::UserActivation,
        Self::ForgotPassword,
        Self::PasswordResetByAdmin,
        Self::SelfServiceUnlock,
        Self::PasswordChanged,
        Self::UserDeactivated,
        Self::UserLockedOut,
        Self::AccountLockout,
        Self::SelfServiceUnlockOnUnlockedAccount,
        Self::EmailFactorVerification,
        Self::EmailChallenge,
        Self::AuthenticatorEnrolled,
        Self::AuthenticatorReset,
        Self::OktaVerifyActivation,
    ];

    /// The template's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UserActivation => "UserActivation",
            Self::ForgotPassword => "ForgotPassword",
            Self::PasswordResetByAdmin => "PasswordResetByAdmin",
            Self::SelfServiceUnlock => "SelfServiceUnlock",
            Self::PasswordChanged => "PasswordChanged",
            Self::UserDeactivated => "UserDeactivated",
            Self::UserLockedOut => "UserLockedOut",
            Self::AccountLockout => "AccountLockout",
            Self::SelfServiceUnlockOnUnlockedAccount => "SelfServiceUnlockOnUnlockedAccount",
            Self::EmailFactorVerification => "EmailFactorVerification",
            Self::EmailChallenge => "EmailChallenge",
            Self::AuthenticatorEnrolled => "AuthenticatorEnrolled",
            Self::AuthenticatorReset => "AuthenticatorReset",
            Self::OktaVerifyActivation => "OktaVerifyActivation",
        }
    }

    /// Reads the template's name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|template| template.as_str() == text)
    }
}

/// One mail, with everything that its template may name. It is stored sealed: the link carries a one-time token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Mail {
    /// Which mail.
    pub template: MailTemplate,
    /// Who gets it.
    pub to: Vec<String>,
    /// When it was written, in milliseconds since the epoch.
    pub written: i64,
    /// The organization's name.
    pub org_name: String,
    /// Where the directory is reached.
    pub base_url: String,
    /// The person it is about.
    pub user: MailUser,
    /// The link to follow, with its one-time token.
    #[serde(default, with = "optional_secret_text", skip_serializing_if = "Option::is_none")]
    pub link: Option<Secret>,
    /// The code to type in.
    #[serde(default, with = "optional_secret_text", skip_serializing_if = "Option::is_none")]
    pub code: Option<Secret>,
    /// When the link or the code dies, in milliseconds since the epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<i64>,
    /// The factors it is about, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub factors: Vec<String>,
}

/// The person a mail is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailUser {
    /// The login.
    pub login: String,
    /// The first name.
    pub first_name: String,
    /// The last name.
    pub last_name: String,
}

/// A short message to a phone. It is stored sealed: the text holds a code.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sms {
    /// The number, as it is called.
    pub to: String,
    /// The whole text.
    #[serde(with = "secret_text")]
    pub text: Secret,
    /// When its code dies, in milliseconds since the epoch.
    pub expires: i64,
}

/// A call that tells a code. It is stored sealed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct VoiceCall {
    /// The number, as it is called.
    pub to: String,
    /// What is dialled once the call is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension: Option<String>,
    /// The organization's name.
    pub org_name: String,
    /// The code.
    #[serde(with = "secret_text")]
    pub code: Secret,
    /// When the code dies, in milliseconds since the epoch.
    pub expires: i64,
}

/// A message to a person.
#[derive(Clone, Debug)]
pub enum Message {
    /// A mail.
    Mail(Box<Mail>),
    /// A short message.
    Sms(Sms),
    /// A call.
    Call(VoiceCall),
}

impl Message {
    /// What kind of message it is.
    #[must_use]
    pub fn kind(&self) -> MessageKind {
        match self {
            Self::Mail(mail) => MessageKind::Mail(mail.template),
            Self::Sms(_) => MessageKind::Sms,
            Self::Call(_) => MessageKind::Call,
        }
    }

    /// When it says nothing of use any more, because its code is dead.
    #[must_use]
    pub fn pointless_from(&self) -> Option<Timestamp> {
        let millis = match self {
            Self::Mail(mail) => mail.code.as_ref().and(mail.expires)?,
            Self::Sms(sms) => sms.expires,
            Self::Call(call) => call.expires,
        };
        Some(Timestamp::from_millis(millis))
    }

    /// The message as JSON, which is sealed before it is stored.
    ///
    /// # Errors
    /// As the serializer says.
    pub fn to_stored(&self) -> Result<Zeroizing<Vec<u8>>, serde_json::Error> {
        let stored = match self {
            Self::Mail(mail) => serde_json::to_vec(mail),
            Self::Sms(sms) => serde_json::to_vec(sms),
            Self::Call(call) => serde_json::to_vec(call),
        };
        stored.map(Zeroizing::new)
    }

    /// Reads a message of a kind; `None` when the JSON is of no such message.
    #[must_use]
    pub fn from_stored(kind: MessageKind, json: &[u8]) -> Option<Self> {
        match kind {
            MessageKind::Mail(_) => serde_json::from_slice(json).ok().map(Self::Mail),
            MessageKind::Sms => serde_json::from_slice(json).ok().map(Self::Sms),
            MessageKind::Call => serde_json::from_slice(json).ok().map(Self::Call),
        }
    }
}

/// A kind of message, as it is stored beside what is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MessageKind {
    /// A mail.
    Mail(MailTemplate),
    /// A short message.
    Sms,
    /// A call.
    Call,
}

impl MessageKind {
    /// The name that is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mail(template) => template.as_str(),
            Self::Sms => "SMS",
            Self::Call => "CALL",
        }
    }

    /// Reads the stored name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "SMS" => Some(Self::Sms),
            "CALL" => Some(Self::Call),
            _ => MailTemplate::parse(text).map(Self::Mail),
        }
    }
}

/// A secret in a value that is sealed before it is stored.
mod secret_text {
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::secret::Secret;

    pub(super) fn serialize<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(secret.expose())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
        Secret::deserialize(deserializer)
    }
}

/// The same where there may be none.
mod optional_secret_text {
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::secret::Secret;

    pub(super) fn serialize<S: Serializer>(secret: &Option<Secret>, serializer: S) -> Result<S::Ok, S::Error> {
        match secret {
            Some(secret) => serializer.serialize_some(secret.expose()),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Secret>, D::Error> {
        Option::<Secret>::deserialize(deserializer)
    }
}

/// A message that a change sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutgoingMessage {
    /// The message's id.
    pub id: MessageId,
    /// What kind of message.
    pub kind: MessageKind,
    /// The [`Message`] as JSON, encrypted.
    pub sealed: Vec<u8>,
    /// When it was written.
    pub created: Timestamp,
}

/// A message that waits for delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingMessage {
    /// The message's id.
    pub id: MessageId,
    /// What kind of message.
    pub kind: MessageKind,
    /// The [`Message`] as JSON, encrypted.
    pub sealed: Vec<u8>,
    /// How often delivery was tried, this time included.
    pub attempts: u32,
    /// When it is due.
    pub next_attempt: Timestamp,
    /// When it was written.
    pub created: Timestamp,
}

const FIRST_PAUSE_MS: i64 = 5_000;
const LONGEST_PAUSE_MS: i64 = 3_600_000;
const MOST_ATTEMPTS: u32 = 34;

/// How long to wait after so many failed attempts, in milliseconds: five seconds, doubling up to an hour. `None` once a day
/// has gone by and the message is given up.
#[must_use]
pub fn retry_after(attempts: u32) -> Option<i64> {
    if attempts >= MOST_ATTEMPTS {
        return None;
    }
    let doubled = FIRST_PAUSE_MS
        .checked_shl(attempts.saturating_sub(1))
        .unwrap_or(LONGEST_PAUSE_MS);
    Some(doubled.clamp(FIRST_PAUSE_MS, LONGEST_PAUSE_MS))
}

/// Why a message was not sent. The texts never hold anything of the message itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Trying again may help.
    #[error("not sent for now: {0}")]
    Temporary(String),
    /// Trying again is useless.
    #[error("not sendable: {0}")]
    Permanent(String),
}

/// Sends messages, each in its way.
#[async_trait]
pub trait MessageSender: Send + Sync {
    /// Sends a message. The id names it, so that a second attempt after a crash can be recognized as the same.
    async fn send(&self, id: &MessageId, message: &Message) -> Result<(), SendError>;
}

/// Sends mails.
#[async_trait]
pub trait MailSender: Send + Sync {
    /// Sends a mail.
    async fn send_mail(&self, id: &MessageId, mail: &Mail) -> Result<(), SendError>;
}

/// Sends to phones.
#[async_trait]
pub trait PhoneSender: Send + Sync {
    /// Sends a short message.
    async fn send_sms(&self, id: &MessageId, sms: &Sms) -> Result<(), SendError>;
    /// Calls somebody.
    async fn call(&self, id: &MessageId, call: &VoiceCall) -> Result<(), SendError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour_and_end_after_a_day() {
        assert_eq!(retry_after(1), Some(5_000));
        assert_eq!(retry_after(2), Some(10_000));
        assert_eq!(retry_after(12), Some(3_600_000));
        let total: i64 = (1..).map_while(retry_after).sum();
        assert!((24..27).contains(&(total / 3_600_000)), "{total}");
        assert_eq!(retry_after(34), None);
    }

    /// G1: links and codes never show in debug output, and survive the stored form.
    #[test]
    fn a_secret_is_kept_but_not_shown() {
        let mail = Mail {
            template: MailTemplate::UserActivation,
            to: vec!["a@b.io".to_owned()],
            written: 0,
            org_name: "Org".to_owned(),
            base_url: "http://127.0.0.1".to_owned(),
            user: MailUser {
                login: "a@b.io".to_owned(),
                first_name: "A".to_owned(),
                last_name: "B".to_owned(),
            },
            link: Some(Secret::new("http://127.0.0.1/welcome/canary")),
            code: Some(Secret::new("canary code")),
            expires: Some(1),
            factors: Vec::new(),
        };
        let sms = Sms {
            to: "+15554151337".to_owned(),
            text: Secret::new("canary text"),
            expires: 1,
        };
        let call = VoiceCall {
            to: "+15554151337".to_owned(),
            extension: None,
            org_name: "Org".to_owned(),
            code: Secret::new("canary code"),
            expires: 1,
        };
        for message in [Message::Mail(Box::new(mail)), Message::Sms(sms), Message::Call(call)] {
            assert!(!format!("{message:?}").contains("canary"));
            assert_eq!(message.pointless_from(), Some(Timestamp::from_millis(1)));
            let kind = MessageKind::parse(message.kind().as_str()).unwrap();
            let stored = message.to_stored().unwrap();
            let read = Message::from_stored(kind, &stored).unwrap();
            assert_eq!(read.to_stored().unwrap(), stored);
            assert!(String::from_utf8_lossy(&stored).contains("canary"));
        }
    }
}
