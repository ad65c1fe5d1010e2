//! What the browser vouches for: the page that asked, and for what (WebAuthn §5.8.1; U2F raw messages §7).

use serde::Deserialize;

/// What a key was asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ceremony {
    /// Make a credential.
    Create,
    /// Use a credential.
    Get,
}

impl Ceremony {
    /// Its name in WebAuthn.
    fn webauthn(self) -> &'static str {
        match self {
            Self::Create => "webauthn.create",
            Self::Get => "webauthn.get",
        }
    }

    /// Its name in U2F.
    fn u2f(self) -> &'static str {
        match self {
            Self::Create => "navigator.id.finishEnrollment",
            Self::Get => "navigator.id.getAssertion",
        }
    }
}

/// The client data of a proof, once it is known to be of the right ceremony.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientData {
    /// The challenge that was signed.
    pub challenge: String,
    /// The origin of the page.
    pub origin: String,
    /// Whether the page was a frame within a page of another origin.
    pub cross_origin: bool,
}

#[derive(Deserialize)]
struct WebauthnMembers {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(rename = "crossOrigin")]
    cross_origin: Option<bool>,
    #[serde(rename = "topOrigin")]
    top_origin: Option<String>,
}

#[derive(Deserialize)]
struct U2fMembers {
    typ: String,
    challenge: String,
    origin: String,
}

impl ClientData {
    /// Reads client data of WebAuthn; `None` when it is none, or of another ceremony. A member that comes twice is refused,
    /// unknown members are passed over as the standard asks.
    #[must_use]
    pub fn webauthn(json: &[u8], ceremony: Ceremony) -> Option<Self> {
        let members: WebauthnMembers = object(json)?;
        (members.kind == ceremony.webauthn()).then_some(Self {
            challenge: members.challenge,
            origin: members.origin,
            // Only a frame has a page above it.
            cross_origin: members.cross_origin == Some(true) || members.top_origin.is_some(),
        })
    }

    /// Reads client data of U2F; `None` when it is none, or of another ceremony.
    #[must_use]
    pub fn u2f(json: &[u8], ceremony: Ceremony) -> Option<Self> {
        let members: U2fMembers = object(json)?;
        (members.typ == ceremony.u2f()).then_some(Self {
            challenge: members.challenge,
            origin: members.origin,
            cross_origin: false,
        })
    }
}

/// The members of an object. A list of the values alone, which serde would take as well, is none.
fn object<'a, M: Deserialize<'a>>(json: &'a [u8]) -> Option<M> {
    json.trim_ascii_start()
        .starts_with(b"{")
        .then(|| serde_json::from_slice(json).ok())?
}
