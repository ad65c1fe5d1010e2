//! Why a request of a client is refused, in the words of OAuth 2.0 (RFC 6749 §5.2).

use super::assertion::AssertionRefusal;

/// The codes that clients branch on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OAuthCode {
    /// The request cannot be read.
    InvalidRequest,
    /// Nobody knows the client, or it has not proved who it is.
    InvalidClient,
    /// The client may not ask in this way.
    UnauthorizedClient,
    /// There is no such way to ask.
    UnsupportedGrantType,
    /// A kind of token that is not revoked here.
    UnsupportedTokenType,
    /// A scope is unknown, or none was named.
    InvalidScope,
    /// None of the scopes was granted to the client.
    ConsentRequired,
}

impl OAuthCode {
    /// The code on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedTokenType => "unsupported_token_type",
            Self::InvalidScope => "invalid_scope",
            Self::ConsentRequired => "consent_required",
        }
    }
}

/// A refusal: the code, and a sentence for people that never holds anything of a credential.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {description}", .code.as_str())]
pub struct OAuthRefusal {
    /// The code.
    pub code: OAuthCode,
    /// The sentence.
    pub description: String,
}

impl OAuthRefusal {
    /// A refusal with a sentence.
    #[must_use]
    pub fn new(code: OAuthCode, description: impl Into<String>) -> Self {
        Self {
            code,
            description: description.into(),
        }
    }

    /// A parameter that is missing, empty or there twice.
    #[must_use]
    pub fn parameter(name: &str) -> Self {
        Self::new(
            OAuthCode::InvalidRequest,
            format!("The parameter '{name}' must be given once, with a value."),
        )
    }

    /// A client that nobody knows, or that is out of use. Which of the two is not told.
    #[must_use]
    pub fn unknown_client() -> Self {
        Self::new(OAuthCode::InvalidClient, "Invalid value for 'client_id' parameter.")
    }
}

impl From<AssertionRefusal> for OAuthRefusal {
    fn from(refusal: AssertionRefusal) -> Self {
        let description = match refusal {
            AssertionRefusal::Malformed => "The client_assertion token is not well-formed.",
            AssertionRefusal::Signature => "The client_assertion signature is invalid.",
            AssertionRefusal::Foreign => "The client_assertion token must name the client as issuer and as subject.",
            AssertionRefusal::Audience => "The client_assertion token is meant for another audience.",
            AssertionRefusal::Expired => "The client_assertion token is expired.",
            AssertionRefusal::TooLong => "The client_assertion token has an expiration too far into the future.",
            AssertionRefusal::NotYet => "The client_assertion token is not valid yet.",
            AssertionRefusal::Used => "The client_assertion token has already been used.",
        };
        Self::new(OAuthCode::InvalidClient, description)
    }
}
