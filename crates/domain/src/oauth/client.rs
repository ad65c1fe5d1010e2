//! Apps as clients of the token endpoint (contract: groups-apps-tokens §4): what an app registers, and what makes it a
//! service that can ask for tokens of its own.

use serde_json::{Map, Value, json};

use super::public_key::ClientKey;
use super::refusal::{OAuthCode, OAuthRefusal};
use crate::app::{App, AppStatus, SignOnMode};
use crate::id::AppId;
use crate::validation::Violations;

/// The only way in which a client proves who it is here: by an assertion that it has signed.
const PRIVATE_KEY_JWT: &str = "private_key_jwt";
const CLIENT_CREDENTIALS: &str = "client_credentials";
const NO_PUBLIC_KEY: &str = "Each key must be a public key: RSA of 2048 to 4096 bits, or elliptic curve P-256 or P-384";
const MOST_KEYS: usize = 50;

/// An app that may prove who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceClient {
    /// The app.
    pub app_id: AppId,
    /// The name that it goes by.
    pub client_id: String,
    /// The name for people.
    pub label: String,
    /// The keys that it may sign with.
    pub keys: Vec<ClientKey>,
    grant_types: Vec<String>,
}

impl ServiceClient {
    /// The client that an app is.
    ///
    /// # Errors
    /// `InvalidClient` for an app that is out of use, is no client, or proves who it is in another way.
    pub fn of(app: &App) -> Result<Self, OAuthRefusal> {
        let client_id = client_id(app).filter(|_| app.status == AppStatus::Active);
        let client_id = client_id.ok_or_else(OAuthRefusal::unknown_client)?.to_owned();
        let credentials = section(&app.document, "credentials");
        if credentials["token_endpoint_auth_method"] != PRIVATE_KEY_JWT {
            return Err(OAuthRefusal::new(
                OAuthCode::InvalidClient,
                "Client authentication failed. Only the method 'private_key_jwt' is supported.",
            ));
        }
        let settings = section(&app.document, "settings");
        let keys = settings["jwks"]["keys"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default();
        let in_use = keys.iter().filter(|key| key["status"] != "INACTIVE");
        let types = settings["grant_types"].as_array().into_iter().flatten();
        Ok(Self {
            app_id: app.id.clone(),
            client_id,
            label: app.label.clone(),
            keys: in_use.filter_map(ClientKey::parse).collect(),
            grant_types: types.filter_map(Value::as_str).map(str::to_owned).collect(),
        })
    }

    /// Checks that the client may ask for tokens of its own.
    ///
    /// # Errors
    /// `UnauthorizedClient`.
    pub fn check_client_credentials(&self) -> Result<(), OAuthRefusal> {
        if self.grant_types.iter().any(|one| one == CLIENT_CREDENTIALS) {
            return Ok(());
        }
        Err(OAuthRefusal::new(
            OAuthCode::UnauthorizedClient,
            "The client is not authorized to use the grant type 'client_credentials'.",
        ))
    }
}

/// The name that an app goes by as a client: its own id, unless another one was given to it. `None` for apps that are no
/// clients.
#[must_use]
pub fn client_id(app: &App) -> Option<&str> {
    let is_client = app.sign_on_mode == SignOnMode::OpenidConnect;
    is_client.then(|| given_client_id(&app.document).unwrap_or(app.id.as_str()))
}

fn given_client_id(document: &Map<String, Value>) -> Option<&str> {
    section(document, "credentials")["client_id"].as_str()
}

/// What an app says about itself as a client.
fn section<'a>(document: &'a Map<String, Value>, part: &str) -> &'a Value {
    document.get(part).map_or(&Value::Null, |part| &part["oauthClient"])
}

/// Keeps the client id of an app that is described anew without one: it never changes.
pub fn carry_client_id(from: &Map<String, Value>, to: &mut Map<String, Value>) {
    if let (Some(known), None) = (given_client_id(from), given_client_id(to)) {
        let known = known.to_owned();
        let credentials = to.entry("credentials").or_insert_with(|| json!({}));
        if let Some(credentials) = credentials.as_object_mut() {
            let client = credentials.entry("oauthClient").or_insert_with(|| json!({}));
            if let Some(client) = client.as_object_mut() {
                client.insert("client_id".to_owned(), Value::String(known));
            }
        }
    }
}

/// Checks what an app registers as a client. `known` is the client id that it has already.
pub fn check_registration(document: &Map<String, Value>, known: Option<&str>, violations: &mut Violations) {
    let field = "credentials.oauthClient.client_id";
    match (&section(document, "credentials")["client_id"], known) {
        (Value::Null, _) => {}
        (Value::String(given), Some(known)) if given != known => {
            violations.add(field, "The client ID of an app cannot be changed");
        }
        (Value::String(given), None) if !is_client_id(given) => {
            let text = "The client ID must have 6 to 100 letters, digits or characters of $-_.+!*'(), and not be like an app's ID";
            violations.add(field, text);
        }
        (Value::String(_), _) => {}
        _ => violations.add(field, "Does not match required pattern"),
    }
    let jwks = &section(document, "settings")["jwks"];
    let keys = jwks["keys"].as_array();
    let is_sound =
        keys.is_some_and(|keys| keys.len() <= MOST_KEYS && keys.iter().all(|key| ClientKey::parse(key).is_some()));
    if !jwks.is_null() && !is_sound {
        violations.add("settings.oauthClient.jwks", NO_PUBLIC_KEY);
    }
}

/// A client id must not look like that of another app.
fn is_client_id(text: &str) -> bool {
    (6..=100).contains(&text.len())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "$-_.+!*'(),".contains(c))
        && AppId::parse(text).is_none()
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
