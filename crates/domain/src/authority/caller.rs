//! Who calls.

use std::sync::Arc;

use super::{Grant, Role, Scopes};
use crate::id::{AccessTokenId, ApiTokenId, AppId, SessionId, UserId};
use crate::secret::SecretDigest;

/// Somebody who calls, with the rights they have at this moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Who they are.
    pub principal: Principal,
    /// What showed that.
    pub credential: Credential,
    /// Their administrator roles.
    pub grants: Arc<[Grant]>,
    /// What the credential was issued for; without it, all that the roles allow.
    pub scopes: Option<Scopes>,
}

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// A user.
    User {
        /// Their id.
        id: UserId,
        /// Their login, for the log.
        login: String,
        /// Their name, for the log.
        display_name: String,
    },
    /// A service that acts in its own name.
    App {
        /// Its id.
        id: AppId,
        /// Its name, for the log.
        label: String,
    },
}

/// What a call shows to tell who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// An API token.
    ApiToken(ApiTokenId),
    /// An OAuth access token.
    AccessToken(AccessTokenId),
    /// A session, by its cookie.
    Session {
        /// Names it in the log.
        id: SessionId,
        /// The digest of its secret, by which it is kept while others end.
        digest: SecretDigest,
    },
}

impl Credential {
    /// A name for it that is no secret.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::ApiToken(id) => id.as_str(),
            Self::AccessToken(id) => id.as_str(),
            Self::Session { id, .. } => id.as_str(),
        }
    }
}

impl Caller {
    /// The session that carries the call, if one does.
    #[must_use]
    pub fn session(&self) -> Option<SecretDigest> {
        match &self.credential {
            Credential::Session { digest, .. } => Some(*digest),
            Credential::ApiToken(_) | Credential::AccessToken(_) => None,
        }
    }

    /// The user who calls, if it is one.
    #[must_use]
    pub fn user_id(&self) -> Option<&UserId> {
        match &self.principal {
            Principal::User { id, .. } => Some(id),
            Principal::App { .. } => None,
        }
    }

    /// The id of whoever calls.
    #[must_use]
    pub fn id(&self) -> &str {
        match &self.principal {
            Principal::User { id, .. } => id.as_str(),
            Principal::App { id, .. } => id.as_str(),
        }
    }

    /// Whose calls are counted together: those of one API token, and those of all tokens of a service (contract: conventions
    /// §7).
    #[must_use]
    pub fn counted_as(&self) -> &str {
        match &self.credential {
            Credential::AccessToken(_) => self.id(),
            other => other.as_str(),
        }
    }

    /// Whether the caller has a role, whatever it reaches.
    #[must_use]
    pub fn holds(&self, role: Role) -> bool {
        self.grants.iter().any(|grant| grant.role == role)
    }
}
