//! What the directory tells about itself as an authorization server, and the keys that its tokens are checked with.

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Value, json};

use crate::server::{PUBLIC_URL, Server, run};
use crate::service::Service;

const USERS: &str = "okta.users.read";

fn get(server: &Server, path: &str) -> Value {
    server.request("GET", path).anonymous().send().ok()
}

/// Whether a token is signed by one of the keys that are shown.
fn is_genuine(server: &Server, token: &str) -> bool {
    let keys: JwkSet = serde_json::from_value(get(server, "/oauth2/v1/keys")).unwrap();
    let kid = decode_header(token).unwrap().kid.unwrap();
    let Some(key) = keys.find(&kid) else { return false };
    let mut validation = Validation::new(Algorithm::ES256);
    validation.validate_exp = false;
    validation.set_audience(&[PUBLIC_URL]);
    validation.set_issuer(&[PUBLIC_URL]);
    decode::<Value>(token, &DecodingKey::from_jwk(key).unwrap(), &validation).is_ok()
}

/// covers: getWellKnownOAuthConfiguration, getWellKnownOpenIDConfiguration
#[test]
fn both_documents_name_the_endpoints() {
    let server = Server::start();
    let described = get(&server, "/.well-known/oauth-authorization-server");
    assert_eq!(get(&server, "/.well-known/openid-configuration"), described);
    assert_eq!(described["issuer"], PUBLIC_URL);
    for (name, path) in [
        ("token_endpoint", "token"),
        ("jwks_uri", "keys"),
        ("revocation_endpoint", "revoke"),
        ("introspection_endpoint", "introspect"),
    ] {
        assert_eq!(described[name], format!("{PUBLIC_URL}/oauth2/v1/{path}"));
    }
    assert_eq!(described["grant_types_supported"], json!(["client_credentials"]));
    assert_eq!(
        described["token_endpoint_auth_methods_supported"],
        json!(["private_key_jwt"])
    );
    // T1: the request has no say in it.
    let evil = server
        .request("GET", "/.well-known/oauth-authorization-server")
        .anonymous();
    let evil = evil.header("X-Forwarded-Host", "evil.example.com").send().ok();
    assert_eq!(evil, described);
}

/// covers: oauthKeys
/// K1: a key that was replaced is shown for as long as its tokens live, and no private half ever is.
#[test]
fn tokens_are_checked_with_the_keys_that_are_shown() {
    let server = Server::start();
    let service = Service::new(&server, &[USERS]);
    let first = service.token(&server, USERS);
    assert!(is_genuine(&server, &first));
    let before = get(&server, "/oauth2/v1/keys");
    let kid = run(server.directory.rotate_signing_key()).unwrap();
    let second = service.token(&server, USERS);
    assert_eq!(decode_header(&second).unwrap().kid.as_ref(), Some(&kid));
    assert!(is_genuine(&server, &first) && is_genuine(&server, &second));
    let shown = get(&server, "/oauth2/v1/keys");
    assert_eq!(
        (&shown["keys"][0]["kid"], &shown["keys"][1]),
        (&json!(kid), &before["keys"][0])
    );
    for key in shown["keys"].as_array().unwrap() {
        let mut members: Vec<&str> = key.as_object().unwrap().keys().map(String::as_str).collect();
        members.sort_unstable();
        assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x", "y"]);
    }
    server.pass(3600);
    assert!(!is_genuine(&server, &first));
    assert_eq!(get(&server, "/oauth2/v1/keys")["keys"].as_array().unwrap().len(), 1);
}
