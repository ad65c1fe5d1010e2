//! The pages that mailed links lead to: plain HTML without a script (contract: users §7.1; checklist H8, H9, H11).
//!
//! Opening a page changes nothing: programs that look at the links of a mail would use up its token otherwise. Only the form
//! does, and only with what the page itself gave to the browser.

mod form;
mod html;
mod login;
mod password;
mod unlock;

use std::future::Future;

use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse, web};
use denizen_application::{Directory, Error, RequestContext};
use denizen_domain::secret::Secret;

use crate::api::Api;
use crate::context;
use crate::endpoint::Endpoint;

pub(crate) use self::html::escape;

/// A request for a page.
struct Visit {
    api: Api,
    http: HttpRequest,
    payload: web::Payload,
    request: RequestContext,
}

impl Visit {
    fn directory(&self) -> &Directory {
        self.api.directory()
    }

    /// The one-time token in the path.
    fn token(&self) -> Secret {
        Secret::new(self.http.match_info().get("token").unwrap_or_default())
    }

    fn organization(&self) -> &str {
        self.directory().organization_name()
    }

    /// The page for whoever cannot go on.
    fn failed(&self, error: &Error) -> HttpResponse {
        let (status, title, text) = match error {
            Error::InvalidToken => (
                StatusCode::NOT_FOUND,
                "This link is no longer good",
                "It was used already, is too old, or a newer one was sent. Ask for a new one.",
            ),
            Error::AuthenticationFailed => (
                StatusCode::UNAUTHORIZED,
                "You are not signed in",
                "Go back to where you came from and sign in again.",
            ),
            Error::Busy | Error::Conflict => (
                StatusCode::TOO_MANY_REQUESTS,
                "Too much is going on",
                "Wait a moment and try again.",
            ),
            other => {
                let request_id = self.request.id.as_str();
                tracing::error!(request_id, error = %other, "a page failed inside");
                (
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "Something went wrong",
                    "Try again later.",
                )
            }
        };
        answer(status, &html::notice(self.organization(), title, text))
    }
}

/// The pages.
pub(crate) fn all(api: &Api) -> Vec<Endpoint> {
    use password::Kind;
    let mut pages = Vec::new();
    for (path, kind) in [
        ("/welcome/{token}", Kind::First),
        ("/reset_password/{token}", Kind::New),
        ("/signin/reset-password/{token}", Kind::New),
    ] {
        pages.push(page(api, path, Method::GET, move |visit| password::show(visit, kind)));
        pages.push(page(api, path, Method::POST, move |visit| password::set(visit, kind)));
    }
    pages.push(page(api, "/signin/unlock/{token}", Method::GET, unlock::show));
    pages.push(page(api, "/signin/unlock/{token}", Method::POST, unlock::unlock));
    pages.push(page(api, "/login/sessionCookieRedirect", Method::GET, login::redirect));
    pages
}

fn page<H, F>(api: &Api, path: &'static str, method: Method, handler: H) -> Endpoint
where
    H: Fn(Visit) -> F + Clone + 'static,
    F: Future<Output = HttpResponse> + 'static,
{
    let api = api.clone();
    let bucket = api.limiter().bucket(path);
    let serve = move |http: HttpRequest, payload: web::Payload| {
        let (api, handler) = (api.clone(), handler.clone());
        async move {
            let request = context::of(&http, &api.settings().trusted_proxies);
            let standing = api.count(bucket, request.ip_address.as_deref().unwrap_or_default());
            let visit = Visit {
                api,
                http,
                payload,
                request,
            };
            if standing.exceeded {
                return visit.failed(&Error::Busy);
            }
            handler(visit).await
        }
    };
    Endpoint::new(path, method, web::to(serve))
}

const FRAMES: HeaderName = HeaderName::from_static("x-frame-options");

/// A page. It loads nothing, runs nothing, is shown in no frame, and tells nobody where it was (H8, H11).
fn answer(status: StatusCode, page: &str) -> HttpResponse {
    let mut response = HttpResponse::build(status)
        .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((FRAMES, "DENY"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .body(page.to_owned());
    if let Ok(policy) = HeaderValue::from_str(&html::content_policy()) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}
