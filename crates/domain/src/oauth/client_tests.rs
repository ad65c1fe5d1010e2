//! Which apps are clients, and what they may register.

use serde_json::{Value, json};

use super::*;
use crate::app::AppDescription;
use crate::time::Timestamp;
use crate::validation::Validation;

fn key() -> Value {
    json!({"kty": "EC", "crv": "P-256", "x": "a".repeat(42) + "A", "y": "b".repeat(42) + "A", "kid": "one"})
}

fn description(credentials: &Value, settings: &Value) -> AppDescription {
    AppDescription {
        label: Some("Robot".to_owned()),
        sign_on_mode: Some("OPENID_CONNECT".to_owned()),
        document: json!({"credentials": {"oauthClient": credentials}, "settings": {"oauthClient": settings}})
            .as_object()
            .unwrap()
            .clone(),
        ..AppDescription::default()
    }
}

fn create(credentials: &Value, settings: &Value) -> Result<App, Validation> {
    let at = Timestamp::from_millis(0);
    App::create(AppId::generate(at, 1), description(credentials, settings), true, 7, at)
}

fn service() -> App {
    create(
        &json!({"token_endpoint_auth_method": "private_key_jwt"}),
        &json!({"grant_types": ["client_credentials"], "jwks": {"keys": [key()]}}),
    )
    .unwrap()
}

#[test]
fn a_service_app_is_a_client_by_its_id() {
    let app = service();
    let client = ServiceClient::of(&app).unwrap();
    assert_eq!(client.client_id, app.id.as_str());
    assert_eq!(client.keys.len(), 1);
    assert_eq!(client.check_client_credentials(), Ok(()));
}

#[test]
fn what_is_no_service_in_use_is_no_client() {
    let app = service();
    let inactive = app.with_status(AppStatus::Inactive, Timestamp::from_millis(5));
    assert_eq!(ServiceClient::of(&inactive), Err(OAuthRefusal::unknown_client()));
    let mut secret = app.clone();
    secret.document["credentials"]["oauthClient"]["token_endpoint_auth_method"] = json!("client_secret_basic");
    assert_eq!(ServiceClient::of(&secret).unwrap_err().code, OAuthCode::InvalidClient);
    let bookmark = App {
        sign_on_mode: SignOnMode::Bookmark,
        ..app.clone()
    };
    assert_eq!(ServiceClient::of(&bookmark), Err(OAuthRefusal::unknown_client()));
    let mut other = app;
    other.document["settings"]["oauthClient"]["grant_types"] = json!(["authorization_code"]);
    let refusal = ServiceClient::of(&other)
        .unwrap()
        .check_client_credentials()
        .unwrap_err();
    assert_eq!(refusal.code, OAuthCode::UnauthorizedClient);
}

#[test]
fn a_key_that_is_out_of_use_is_not_taken() {
    let mut app = service();
    app.document["settings"]["oauthClient"]["jwks"]["keys"][0]["status"] = json!("INACTIVE");
    assert_eq!(ServiceClient::of(&app).unwrap().keys, []);
}

#[test]
fn only_public_keys_and_sound_names_are_registered() {
    let mut private = key();
    private["d"] = json!("AQAB");
    for (credentials, settings, subject) in [
        (
            json!({}),
            json!({"jwks": {"keys": [private]}}),
            "settings.oauthClient.jwks",
        ),
        (
            json!({}),
            json!({"jwks": {"keys": "none"}}),
            "settings.oauthClient.jwks",
        ),
        (json!({}), json!({"jwks": []}), "settings.oauthClient.jwks"),
        (
            json!({"client_id": "short"}),
            json!({}),
            "credentials.oauthClient.client_id",
        ),
        (
            json!({"client_id": "0oa00000000000000002"}),
            json!({}),
            "credentials.oauthClient.client_id",
        ),
        (
            json!({"client_id": "two words"}),
            json!({}),
            "credentials.oauthClient.client_id",
        ),
        (json!({"client_id": 7}), json!({}), "credentials.oauthClient.client_id"),
    ] {
        assert_eq!(
            create(&credentials, &settings).unwrap_err().subject,
            subject,
            "{credentials} {settings}"
        );
    }
}

#[test]
fn the_client_id_is_given_once_and_stays() {
    let app = create(&json!({"client_id": "nightly-import"}), &json!({})).unwrap();
    assert_eq!(client_id(&app), Some("nightly-import"));
    let at = Timestamp::from_millis(5);
    let silent = app.replace(description(&json!({}), &json!({})), at).unwrap();
    assert_eq!(client_id(&silent), Some("nightly-import"));
    assert!(
        app.replace(description(&json!({"client_id": "nightly-import"}), &json!({})), at)
            .is_ok()
    );
    let other = app.replace(description(&json!({"client_id": "another-name"}), &json!({})), at);
    assert_eq!(other.unwrap_err().subject, "credentials.oauthClient.client_id");
    let usual = service();
    let own_id = description(&json!({"client_id": usual.id.as_str()}), &json!({}));
    assert!(usual.replace(own_id, at).is_ok());
}
