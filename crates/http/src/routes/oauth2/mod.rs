//! The endpoints of OAuth 2.0 (contract: groups-apps-tokens §4, sessions-and-subscriptions §3.1). They have errors of their own
//! (RFC 6749 §5.2), and ask for clients instead of callers.

mod endpoint;
mod form;
mod metadata;
mod token;

use actix_web::web;

use self::endpoint::serve;
use crate::api::Api;

/// Where the endpoints lie.
const OAUTH: &str = "/oauth2/v1";

/// Declares the endpoints.
pub(crate) fn declare(api: &Api, config: &mut web::ServiceConfig) {
    config
        .route("/oauth2/v1/token", web::post().to(serve(api, token::issue)))
        .route("/oauth2/v1/revoke", web::post().to(serve(api, token::revoke)))
        .route("/oauth2/v1/introspect", web::post().to(serve(api, token::introspect)))
        .route("/oauth2/v1/keys", web::get().to(serve(api, metadata::keys)))
        .route(
            "/.well-known/openid-configuration",
            web::get().to(serve(api, metadata::describe)),
        )
        .route(
            "/.well-known/oauth-authorization-server",
            web::get().to(serve(api, metadata::describe)),
        );
}
