//! The endpoints of OAuth 2.0 (contract: groups-apps-tokens §4, sessions-and-subscriptions §3.1). They have errors of their own
//! (RFC 6749 §5.2), and ask for clients instead of callers.

mod endpoint;
mod form;
mod metadata;
mod token;

use actix_web::http::Method;
use actix_web::web;

use self::endpoint::serve;
use crate::api::Api;
use crate::endpoint::Endpoint;

/// Where the endpoints lie.
const OAUTH: &str = "/oauth2/v1";

/// The endpoints.
pub(crate) fn endpoints(api: &Api) -> Vec<Endpoint> {
    let (get, post) = (Method::GET, Method::POST);
    let describe = || web::to(serve(api, metadata::describe));
    vec![
        Endpoint::new("/oauth2/v1/token", post.clone(), web::to(serve(api, token::issue))),
        Endpoint::new("/oauth2/v1/revoke", post.clone(), web::to(serve(api, token::revoke))),
        Endpoint::new("/oauth2/v1/introspect", post, web::to(serve(api, token::introspect))),
        Endpoint::new("/oauth2/v1/keys", get.clone(), web::to(serve(api, metadata::keys))),
        Endpoint::new("/.well-known/openid-configuration", get.clone(), describe()),
        Endpoint::new("/.well-known/oauth-authorization-server", get, describe()),
    ]
}
