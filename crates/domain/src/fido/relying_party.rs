//! Who asks for proofs: the pages that may, and the name that authenticators know them by (contract: factors §12; checklist
//! W1).

use std::fmt;

use sha2::{Digest, Sha256};

use super::client_data::ClientData;
use super::proofs::{ProofRefusal, Report};

/// The origin of a page, as browsers write it: scheme, host in lower case, the port unless it is the usual one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    text: String,
    host: String,
}

impl Origin {
    /// Reads the origin of a page, or of the page's address; `None` when it is none of the web.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        let (scheme, usual_port) = match text.split_once("://")? {
            ("https", _) => ("https", "443"),
            ("http", _) => ("http", "80"),
            _ => return None,
        };
        let authority = text[scheme.len() + 3..].split('/').next()?;
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => {
                (host, Some(port))
            }
            _ => (authority, None),
        };
        let is_clean =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'[' | b']' | b':');
        if host.is_empty() || !host.bytes().all(is_clean) {
            return None;
        }
        let port = port.filter(|port| *port != usual_port);
        let port = port.map_or_else(String::new, |port| format!(":{port}"));
        Some(Self {
            text: format!("{scheme}://{host}{port}"),
            host: host.to_owned(),
        })
    }

    /// The host: what browsers take for the relying party's id where a page names none.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The text, as browsers write it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Whether authenticators make sure whose hand touches them (WebAuthn §5.8.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UserVerification {
    /// They must.
    Required,
    /// They do where they can.
    #[default]
    Preferred,
    /// They need not.
    Discouraged,
}

impl UserVerification {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Required, Self::Preferred, Self::Discouraged];

    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Preferred => "preferred",
            Self::Discouraged => "discouraged",
        }
    }

    /// Reads the name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == text)
    }
}

/// A relying party that no browser would serve.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRelyingParty {
    /// No page may ask.
    #[error("there must be at least one origin")]
    NoOrigin,
    /// A browser refuses an id that is not the page's host or a domain above it.
    #[error("{id:?} is neither the host of {origin} nor a domain above it")]
    ForeignId {
        /// The id.
        id: String,
        /// The page's origin.
        origin: Origin,
    },
}

/// Who asks for proofs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelyingParty {
    origins: Vec<Origin>,
    id: Option<String>,
    user_verification: UserVerification,
}

impl RelyingParty {
    /// A relying party with the origins of its pages. Without an id, each page's host is its own.
    ///
    /// # Errors
    /// When there is no origin, or one that cannot use the id.
    pub fn new(
        origins: Vec<Origin>,
        id: Option<String>,
        user_verification: UserVerification,
    ) -> Result<Self, InvalidRelyingParty> {
        if origins.is_empty() {
            return Err(InvalidRelyingParty::NoOrigin);
        }
        if let Some(id) = &id {
            let is_above = |host: &str| {
                host.strip_suffix(id.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            };
            if let Some(origin) = origins.iter().find(|origin| id.is_empty() || !is_above(origin.host())) {
                return Err(InvalidRelyingParty::ForeignId {
                    id: id.clone(),
                    origin: origin.clone(),
                });
            }
        }
        Ok(Self {
            origins,
            id,
            user_verification,
        })
    }

    /// The id that browsers are told; without one they take the page's host.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Whether authenticators make sure whose hand touches them.
    #[must_use]
    pub fn user_verification(&self) -> UserVerification {
        self.user_verification
    }

    /// The origin of the page that client data names, if it is one of ours, letter for letter, and the page was not a frame in
    /// somebody else's (W1).
    ///
    /// # Errors
    /// `Origin`.
    pub fn page(&self, client: &ClientData) -> Result<&Origin, ProofRefusal> {
        let page = self.origins.iter().find(|origin| origin.as_str() == client.origin);
        page.filter(|_| !client.cross_origin).ok_or(ProofRefusal::Origin)
    }

    /// Whether an authenticator was used for us, on this page, in the way that we ask for (W1).
    ///
    /// # Errors
    /// `RelyingParty`, `UserNotPresent`, `UserNotVerified`, `Backup`.
    pub fn check(&self, page: &Origin, report: &Report) -> Result<(), ProofRefusal> {
        let id = self.id().unwrap_or_else(|| page.host());
        if report.relying_party != <[u8; 32]>::from(Sha256::digest(id)) {
            return Err(ProofRefusal::RelyingParty);
        }
        if !report.user_present {
            return Err(ProofRefusal::UserNotPresent);
        }
        if self.user_verification == UserVerification::Required && !report.user_verified {
            return Err(ProofRefusal::UserNotVerified);
        }
        if report.backed_up && !report.backup_eligible {
            return Err(ProofRefusal::Backup);
        }
        Ok(())
    }
}
