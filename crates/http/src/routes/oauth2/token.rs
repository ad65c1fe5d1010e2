//! Getting, ending and asking about access tokens (RFC 6749, 7009, 7662).

use actix_web::HttpResponse;
use denizen_application::{OAuthError, TokenRequest};
use denizen_domain::oauth::{OAuthCode, OAuthRefusal};
use denizen_domain::secret::Secret;
use serde_json::json;

use super::endpoint::ClientRequest;
use crate::answer;

/// Issues an access token.
pub(super) async fn issue(request: ClientRequest) -> Result<HttpResponse, OAuthError> {
    let wanted = TokenRequest {
        grant_type: request.form.text("grant_type"),
        scope: request.form.text("scope"),
        proof: request.form.proof(),
    };
    let issued = request
        .api
        .directory()
        .issue_access_token(&request.context, &wanted)
        .await?;
    Ok(answer::json(&json!({
        "token_type": "Bearer",
        "expires_in": issued.expires_in,
        "access_token": issued.token.expose(),
        "scope": issued.scopes.join(" "),
    })))
}

/// Revokes a token. The answer is the same whether there was one (RFC 7009 §2.2).
pub(super) async fn revoke(request: ClientRequest) -> Result<HttpResponse, OAuthError> {
    let token = token(&request)?;
    request
        .api
        .directory()
        .revoke_access_token(&request.context, &request.form.proof(), token)
        .await?;
    Ok(HttpResponse::Ok().finish())
}

/// Tells whether a token is good.
pub(super) async fn introspect(request: ClientRequest) -> Result<HttpResponse, OAuthError> {
    let token = token(&request)?;
    let found = request
        .api
        .directory()
        .introspect_access_token(&request.context, &request.form.proof(), token)
        .await?;
    let Some(found) = found else {
        return Ok(answer::json(&json!({"active": false})));
    };
    let (bearer, seconds) = (&found.bearer, |millis: i64| millis.div_euclid(1000));
    let subject = found
        .user
        .as_ref()
        .map_or(bearer.client_id.as_str(), |user| user.login.as_str());
    let mut told = json!({
        "active": true,
        "scope": bearer.scopes.join(" "),
        "client_id": bearer.client_id,
        "token_type": "Bearer",
        "exp": seconds(bearer.token.expires.as_millis()),
        "iat": seconds(bearer.token.created.as_millis()),
        "sub": subject,
        "aud": found.issuer,
        "iss": found.issuer,
        "jti": bearer.token.id.as_str(),
    });
    if let Some(user) = &found.user {
        told["uid"] = json!(user.id.as_str());
        told["username"] = json!(user.login.as_str());
    }
    Ok(answer::json(&told))
}

/// The token that a request is about.
fn token(request: &ClientRequest) -> Result<&Secret, OAuthRefusal> {
    match request.form.text("token_type_hint").as_deref() {
        None | Some("access_token" | "refresh_token") => {}
        Some(_) => {
            let description = "Only access tokens and refresh tokens are known.";
            return Err(OAuthRefusal::new(OAuthCode::UnsupportedTokenType, description));
        }
    }
    let token = request.form.secret("token");
    token.ok_or_else(|| OAuthRefusal::parameter("token"))
}
