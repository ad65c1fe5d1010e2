//! What the directory tells about itself as an authorization server (RFC 8414), and the keys that its tokens are checked with
//! (RFC 7517).

use actix_web::HttpResponse;
use denizen_application::OAuthError;
use denizen_domain::oauth::{KNOWN_SCOPES, SignatureAlgorithm};
use serde_json::json;

use super::OAUTH;
use super::endpoint::ClientRequest;
use crate::answer;

/// The public keys, the one in use first.
pub(super) async fn keys(request: ClientRequest) -> Result<HttpResponse, OAuthError> {
    let keys = request.api.directory().published_keys().await?;
    Ok(answer::written(
        format!(r#"{{"keys":[{}]}}"#, keys.join(",")).into_bytes(),
    ))
}

/// The endpoints and what they take.
pub(super) async fn describe(request: ClientRequest) -> Result<HttpResponse, OAuthError> {
    let base = request.api.directory().public_url();
    let endpoint = |name: &str| format!("{base}{OAUTH}/{name}");
    let methods = ["private_key_jwt"];
    let algorithms = SignatureAlgorithm::ALL.map(SignatureAlgorithm::as_str);
    Ok(answer::json(&json!({
        "issuer": base,
        "token_endpoint": endpoint("token"),
        "jwks_uri": endpoint("keys"),
        "revocation_endpoint": endpoint("revoke"),
        "introspection_endpoint": endpoint("introspect"),
        "grant_types_supported": ["client_credentials"],
        "response_types_supported": [],
        "subject_types_supported": ["public"],
        "scopes_supported": KNOWN_SCOPES,
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
        "revocation_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_signing_alg_values_supported": algorithms,
        "introspection_endpoint_auth_methods_supported": methods,
        "introspection_endpoint_auth_signing_alg_values_supported": algorithms,
        "claims_supported": ["ver", "jti", "iss", "aud", "sub", "iat", "exp", "cid", "scp"],
    })))
}
