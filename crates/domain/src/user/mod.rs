//! A user: profile, credentials, status, and what may become of them.

mod attempts;
pub mod creation;
pub mod lifecycle;
#[cfg(feature = "lifecycle-model")]
pub mod lifecycle_model;
pub mod links;
mod status;
mod transition;

pub use self::attempts::{Failure, MOST_FAILURES};
pub use self::status::Status;
pub use self::transition::{Effects, Fate, Sessions, TokenEffect, Transition};

use serde::{Deserialize, Serialize};

use crate::factor::FactorRecord;
use crate::id::{UserId, UserTypeId};
use crate::login::Login;
use crate::password::StoredPassword;
use crate::profile::Profile;
use crate::time::Timestamp;

/// A person of the directory, as read at one version.
#[derive(Clone, Debug, PartialEq)]
pub struct User {
    /// The user's id.
    pub id: UserId,
    /// Grows by one with each change; a change is committed only on the version it was decided on.
    pub version: i64,
    /// The user's type.
    pub type_id: UserTypeId,
    /// Where the user stands.
    pub status: Status,
    /// Where the user stood before a suspension or a lock-out; the present status otherwise.
    pub resumes_to: Status,
    /// When the user was made.
    pub created: Timestamp,
    /// When the user was last activated.
    pub activated: Option<Timestamp>,
    /// When the status last changed.
    pub status_changed: Option<Timestamp>,
    /// When the user last signed in.
    pub last_login: Option<Timestamp>,
    /// When the user was last changed.
    pub last_updated: Timestamp,
    /// When the password was last changed.
    pub password_changed: Option<Timestamp>,
    /// The name the user signs in with; the profile's `login`.
    pub login: Login,
    /// Everything that is known of the person.
    pub profile: Profile,
    /// How the user proves who they are.
    pub credentials: Credentials,
    /// Wrong passwords in a row.
    pub failed_attempts: u32,
    /// What is kept of the factors beside the factors.
    pub factors: FactorRecord,
}

/// How a user proves who they are.
#[derive(Clone, Debug, PartialEq)]
pub struct Credentials {
    /// The present password, if there is one.
    pub password: Option<StoredPassword>,
    /// Earlier passwords, the latest first.
    pub password_history: Vec<StoredPassword>,
    /// The recovery question, if there is one.
    pub recovery_question: Option<RecoveryQuestion>,
    /// Who vouches for the user.
    pub provider: Provider,
}

/// A question whose answer lets the user set a new password.
#[derive(Clone, Debug, PartialEq)]
pub struct RecoveryQuestion {
    /// The question, as the user wrote it.
    pub question: String,
    /// The answer, hashed like a password.
    pub answer: StoredPassword,
}

/// Who vouches for a user's identity (contract: users §1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provider {
    /// The kind of source.
    #[serde(rename = "type")]
    pub kind: ProviderKind,
    /// The name of the directory or identity provider.
    pub name: String,
}

/// The kinds of source that a user's credentials come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ProviderKind {
    /// A directory that is synchronized from outside.
    ActiveDirectory,
    /// Another identity provider signs the user in.
    Federation,
    /// The password was imported as a hash.
    Import,
    /// A directory that is synchronized from outside.
    Ldap,
    /// The directory itself.
    Okta,
    /// A social identity provider signs the user in.
    Social,
}

impl Provider {
    /// The directory itself.
    #[must_use]
    pub fn okta() -> Self {
        Self {
            kind: ProviderKind::Okta,
            name: "OKTA".to_owned(),
        }
    }

    /// A password that came as a hash.
    #[must_use]
    pub fn import() -> Self {
        Self {
            kind: ProviderKind::Import,
            name: "IMPORT".to_owned(),
        }
    }

    /// Another identity provider, by the name the API gives it where none is known.
    #[must_use]
    pub fn federation() -> Self {
        Self {
            kind: ProviderKind::Federation,
            name: "FEDERATION".to_owned(),
        }
    }

    /// Whether users of this source sign in elsewhere, and so have no password here.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        matches!(self.kind, ProviderKind::Federation | ProviderKind::Social)
    }
}

impl Credentials {
    /// Credentials of somebody who has none yet.
    #[must_use]
    pub fn none(provider: Provider) -> Self {
        Self {
            password: None,
            password_history: Vec::new(),
            recovery_question: None,
            provider,
        }
    }

    /// Puts a new password in place of the present one, which joins the history; `history` passwords are kept in all.
    pub fn replace_password(&mut self, new: StoredPassword, history: usize) {
        if let Some(old) = self.password.replace(new) {
            self.password_history.insert(0, old);
        }
        self.password_history.truncate(history.saturating_sub(1));
    }
}

impl User {
    /// The name to show people: the profile's display name, or first and last name.
    #[must_use]
    pub fn display_name(&self) -> String {
        let attributes = self.profile.attributes();
        let text = |name: &str| {
            attributes
                .get(name)
                .and_then(|value| value.as_str())
                .unwrap_or_default()
                .to_owned()
        };
        let shown = text("displayName");
        if shown.is_empty() {
            format!("{} {}", text("firstName"), text("lastName"))
        } else {
            shown
        }
    }
}
