//! Messages to people: what they say, how often delivery is tried, and the port that sends them.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

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
}

impl MailTemplate {
    /// Every template.
    pub const ALL: [Self; 7] = [
        Self::UserActivation,
        Self::ForgotPassword,
        Self::PasswordResetByAdmin,
        Self::SelfServiceUnlock,
        Self::PasswordChanged,
        Self::UserDeactivated,
        Self::UserLockedOut,
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
    #[serde(default, with = "secret_text", skip_serializing_if = "Option::is_none")]
    pub link: Option<Secret>,
    /// When the link dies, in milliseconds since the epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<i64>,
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

/// A secret in a value that is sealed before it is stored.
mod secret_text {
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
    /// Which mail.
    pub template: MailTemplate,
    /// The [`Mail`] as JSON, encrypted.
    pub sealed: Vec<u8>,
    /// When it was written.
    pub created: Timestamp,
}

/// A message that waits for delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingMessage {
    /// The message's id.
    pub id: MessageId,
    /// Which mail.
    pub template: MailTemplate,
    /// The [`Mail`] as JSON, encrypted.
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

/// Why a message was not sent. The texts never hold anything of the mail itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Trying again may help.
    #[error("not sent for now: {0}")]
    Temporary(String),
    /// Trying again is useless.
    #[error("not sendable: {0}")]
    Permanent(String),
}

/// Sends messages.
#[async_trait]
pub trait MessageSender: Send + Sync {
    /// Sends a mail. The id names the message, so that a second attempt after a crash can be recognized as the same.
    async fn send(&self, id: &MessageId, mail: &Mail) -> Result<(), SendError>;
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

    /// G1: a link never shows in debug output, and survives the stored form.
    #[test]
    fn a_link_is_kept_but_not_shown() {
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
            expires: Some(1),
        };
        assert!(!format!("{mail:?}").contains("canary"));
        let stored = serde_json::to_vec(&mail).unwrap();
        let read: Mail = serde_json::from_slice(&stored).unwrap();
        assert_eq!(read.link, mail.link);
    }
}
