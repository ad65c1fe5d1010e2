//! A service: an app with a key of its own, which asks for access tokens.

use std::sync::atomic::{AtomicU64, Ordering};

use denizen_domain::oauth::TokenSignatures;
use denizen_oauth::JsonWebTokens;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::server::{PUBLIC_URL, Server};
use crate::wire::{Answer, Request};

pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
static NEXT: AtomicU64 = AtomicU64::new(1);

/// A service.
pub struct Service {
    pub id: String,
    key: EncodingKey,
    public: Value,
}

/// A key pair on the curve P-256.
pub fn key_pair(seed: u8) -> (EncodingKey, Value) {
    let made = JsonWebTokens.make_key("key", &[seed; 32]).unwrap();
    (
        EncodingKey::from_ec_der(&made.private),
        serde_json::from_str(&made.public).unwrap(),
    )
}

/// The description of a service with a public key.
pub fn service_app(public: &Value) -> Value {
    json!({
        "name": "oidc_client",
        "label": "Nightly import",
        "signOnMode": "OPENID_CONNECT",
        "credentials": {"oauthClient": {"token_endpoint_auth_method": "private_key_jwt"}},
        "settings": {"oauthClient": {
            "application_type": "service",
            "grant_types": ["client_credentials"],
            "response_types": ["token"],
            "jwks": {"keys": [public]},
        }},
    })
}

impl Service {
    /// A new service that is a super administrator, to which some scopes are granted.
    pub fn new(server: &Server, scopes: &[&str]) -> Self {
        let service = Self::without_role(server, scopes);
        service.assign(server, "SUPER_ADMIN");
        service
    }

    /// A new service without any role.
    pub fn without_role(server: &Server, scopes: &[&str]) -> Self {
        let seed = NEXT.fetch_add(1, Ordering::Relaxed);
        let (key, public) = key_pair(u8::try_from(seed % 200 + 1).unwrap());
        let app = server.post("/apps", &service_app(&public)).ok();
        let service = Self {
            id: app["id"].as_str().unwrap().to_owned(),
            key,
            public,
        };
        for scope in scopes {
            service.grant(server, scope);
        }
        service
    }

    /// Where its roles lie.
    pub fn roles(&self) -> String {
        format!("/oauth2/v1/clients/{}/roles", self.id)
    }

    /// Lets an administrator assign a role; the path of the assignment.
    pub fn assign(&self, server: &Server, role: &str) -> String {
        let assign = server.request("POST", &self.roles()).json(&json!({"type": role}));
        format!("{}/{}", self.roles(), assign.send().ok()["id"].as_str().unwrap())
    }

    /// Lets an administrator grant a scope; the grant's id.
    pub fn grant(&self, server: &Server, scope: &str) -> String {
        let body = json!({"scopeId": scope, "issuer": PUBLIC_URL});
        let grant = server.post(&format!("/apps/{}/grants", self.id), &body).ok();
        grant["id"].as_str().unwrap().to_owned()
    }

    pub fn public(&self) -> &Value {
        &self.public
    }

    /// The claims of an assertion that nobody has seen yet, with some of them changed.
    pub fn claims(&self, server: &Server, change: &Value) -> Value {
        let now = server.directory.now().as_millis() / 1000;
        let mut claims = json!({
            "iss": self.id, "sub": self.id, "aud": format!("{PUBLIC_URL}/oauth2/v1/token"),
            "iat": now, "exp": now + 300, "jti": format!("jti-{}", NEXT.fetch_add(1, Ordering::Relaxed)),
        });
        for (name, value) in change.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
    }

    /// A signed assertion.
    pub fn assertion(&self, server: &Server, change: &Value) -> String {
        encode(&Header::new(Algorithm::ES256), &self.claims(server, change), &self.key).unwrap()
    }

    /// Asks for a token with an assertion.
    pub fn ask_with(server: &Server, assertion: &str, scope: &str) -> Answer {
        let parameters = [
            ("grant_type", "client_credentials"),
            ("scope", scope),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", assertion),
        ];
        post_form(server, "/oauth2/v1/token", &parameters)
    }

    /// Asks for a token.
    pub fn ask(&self, server: &Server, scope: &str) -> Answer {
        Self::ask_with(server, &self.assertion(server, &json!({})), scope)
    }

    /// Gets a token.
    pub fn token(&self, server: &Server, scope: &str) -> String {
        let answer = self.ask(server, scope).ok();
        answer["access_token"].as_str().unwrap().to_owned()
    }

    /// Asks one of the endpoints about a token.
    pub fn about(&self, server: &Server, endpoint: &str, token: &str) -> Answer {
        let path = format!("/oauth2/v1/{endpoint}");
        let assertion = self.assertion(server, &json!({"aud": format!("{PUBLIC_URL}{path}")}));
        let parameters = [
            ("token", token),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", &assertion),
        ];
        post_form(server, &path, &parameters)
    }
}

/// Posts a form, as nobody in particular.
pub fn post_form(server: &Server, path: &str, parameters: &[(&str, &str)]) -> Answer {
    form(server, path, parameters).send()
}

/// A form to be posted, as nobody in particular.
pub fn form<'s>(server: &Server, path: &str, parameters: &[(&str, &str)]) -> Request<'s> {
    let encoded: Vec<String> = parameters
        .iter()
        .map(|(name, value)| format!("{name}={}", escaped(value)))
        .collect();
    server
        .request("POST", path)
        .anonymous()
        .header("Content-Type", "application/x-www-form-urlencoded")
        .bytes(encoded.join("&"))
}

/// A value as it stands in a form.
pub fn escaped(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let escape = |byte| {
        if plain(byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    value.bytes().map(escape).collect()
}

/// Calls with an access token.
pub fn call(server: &Server, token: &str, method: &str, path: &str) -> Answer {
    let request = server.request(method, &format!("/api/v1{path}")).anonymous();
    request.header("Authorization", format!("Bearer {token}")).send()
}

/// Checks that a request was refused in the form of OAuth 2.0, and gives back the description.
pub fn refused(answer: &Answer, status: u16, error: &str) -> String {
    assert_eq!(answer.status, status, "{}", answer.told());
    let body = answer.json();
    assert_eq!(body["error"], error, "{body}");
    assert_eq!(body.as_object().unwrap().len(), 2, "{body}");
    body["error_description"].as_str().unwrap().to_owned()
}
