//! What happens to every request and every answer, whatever the route: the path is put into its plain form, the request gets
//! an id, the answer its common headers, the log a line.

use std::borrow::Cow;
use std::future::{Ready, ready};
use std::rc::Rc;

use actix_web::body::BoxBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::uri::{PathAndQuery, Uri};
use actix_web::{HttpMessage, HttpRequest};
use futures_util::future::LocalBoxFuture;
use tracing::{Instrument, Level};

use crate::api::Api;
use crate::ids::RequestId;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-okta-request-id");

/// Headers of every answer (contract: conventions §1).
const COMMON: [(HeaderName, HeaderValue); 6] = [
    (header::CACHE_CONTROL, HeaderValue::from_static("no-cache, no-store")),
    (header::PRAGMA, HeaderValue::from_static("no-cache")),
    (header::EXPIRES, HeaderValue::from_static("0")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (
        header::REFERRER_POLICY,
        HeaderValue::from_static("strict-origin-when-cross-origin"),
    ),
    (
        header::STRICT_TRANSPORT_SECURITY,
        HeaderValue::from_static("max-age=315360000; includeSubDomains"),
    ),
];

/// Stands before every route.
pub(crate) struct Gate {
    api: Api,
}

impl Gate {
    pub(crate) fn new(api: &Api) -> Self {
        Self { api: api.clone() }
    }
}

impl<S> Transform<S, ServiceRequest> for Gate
where
    S: Service<ServiceRequest, Response = ServiceResponse<BoxBody>, Error = actix_web::Error> + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = actix_web::Error;
    type Transform = GateService<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(GateService {
            inner: Rc::new(inner),
            api: self.api.clone(),
        }))
    }
}

/// The gate with what lies behind it.
pub(crate) struct GateService<S> {
    inner: Rc<S>,
    api: Api,
}

impl<S> Service<ServiceRequest> for GateService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<BoxBody>, Error = actix_web::Error> + 'static,
{
    type Response = ServiceResponse<BoxBody>;
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Self::Error>>;

    forward_ready!(inner);

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        let id = RequestId::draw();
        request.extensions_mut().insert(id);
        make_path_plain(&mut request);
        let inner = Rc::clone(&self.inner);
        let begun = tracing::enabled!(Level::INFO).then(|| self.api.directory().now());
        let api = self.api.clone();
        let span = tracing::debug_span!("request", id = id.as_str());
        let served = async move {
            // No route fails but by an answer; whatever does, the server closes.
            let mut response = inner.call(request).await?;
            complete(response.headers_mut(), id);
            if let Some(begun) = begun {
                let taken = api.directory().now().as_millis().saturating_sub(begun.as_millis());
                log(id, response.request(), response.status().as_u16(), taken);
            }
            Ok(response)
        };
        if span.is_disabled() {
            Box::pin(served)
        } else {
            Box::pin(served.instrument(span))
        }
    }
}

fn complete(headers: &mut HeaderMap, id: RequestId) {
    for (name, value) in &COMMON {
        // Pages tell even less about where they were (H11).
        if *name != header::REFERRER_POLICY || !headers.contains_key(name) {
            headers.insert(name.clone(), value.clone());
        }
    }
    if let Ok(id) = HeaderValue::from_str(id.as_str()) {
        headers.insert(REQUEST_ID, id);
    }
}

/// Some clients begin paths with two slashes, and some end them with one (contract: clients 2). Inside a path, slashes count:
/// nothing else is rewritten, so that no path can turn into another one (H2).
fn make_path_plain(request: &mut ServiceRequest) {
    let path = request.uri().path();
    let Some(plain) = plain(path) else {
        return;
    };
    let text = match request.uri().query() {
        Some(query) => format!("{plain}?{query}"),
        None => plain.to_owned(),
    };
    let mut parts = request.uri().clone().into_parts();
    let Ok(path_and_query) = PathAndQuery::try_from(text) else {
        return;
    };
    parts.path_and_query = Some(path_and_query);
    let Ok(uri) = Uri::from_parts(parts) else {
        return;
    };
    request.match_info_mut().get_mut().update(&uri);
    request.head_mut().uri = uri;
}

/// The plain form of a path; `None` when it is plain already.
fn plain(path: &str) -> Option<&str> {
    let begun = if path.starts_with("//") {
        &path[path.len() - path.trim_start_matches('/').len() - 1..]
    } else {
        path
    };
    let ended = match begun.strip_suffix('/') {
        Some(shorter) if !shorter.is_empty() => shorter,
        _ => begun,
    };
    (ended.len() < path.len()).then_some(ended)
}

/// Writes a line of the log: successes at the level of details, refusals as information, failures as errors. The path stands
/// as it was sent, still encoded, so that it holds no line end (G4). The query is left out, for it may name people.
fn log(id: RequestId, request: &HttpRequest, status: u16, millis: i64) {
    let path = without_secret(request.uri().path());
    let (request_id, method, path) = (id.as_str(), request.method().as_str(), path.as_ref());
    match status {
        500.. => tracing::error!(request_id, method, path, status, millis, "answered"),
        400.. => tracing::info!(request_id, method, path, status, millis, "answered"),
        _ => tracing::debug!(request_id, method, path, status, millis, "answered"),
    }
}

/// Where the segment that follows is a secret: a one-time token, that of a picture, or the id of a session.
const BEFORE_SECRETS: [&str; 6] = [
    "/api/v1/sessions/",
    "/welcome/",
    "/reset_password/",
    "/signin/reset-password/",
    "/signin/unlock/",
    "/qr/",
];

/// A path as it may be logged (G1).
fn without_secret(path: &str) -> Cow<'_, str> {
    let found = BEFORE_SECRETS.iter().find_map(|before| path.split_once(before));
    let Some((_, after)) = found else {
        return Cow::Borrowed(path);
    };
    let rest = after.find('/').map_or("", |place| &after[place..]);
    Cow::Owned(format!("{}…{rest}", &path[..path.len() - after.len()]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// G1: what stands for a secret is not logged.
    #[test]
    fn secrets_in_paths_are_left_out() {
        let cases = [
            ("/api/v1/sessions/102abc", "/api/v1/sessions/…"),
            (
                "/api/v1/sessions/102abc/lifecycle/refresh",
                "/api/v1/sessions/…/lifecycle/refresh",
            ),
            ("/welcome/abc", "/welcome/…"),
            ("/signin/reset-password/dfpabc", "/signin/reset-password/…"),
            (
                "/api/v1/users/00uabc/factors/opfabc/qr/00abc",
                "/api/v1/users/00uabc/factors/opfabc/qr/…",
            ),
            ("/api/v1/sessions", "/api/v1/sessions"),
            ("/api/v1/users/00uabc", "/api/v1/users/00uabc"),
        ];
        for (path, wanted) in cases {
            assert_eq!(without_secret(path), wanted);
        }
    }

    /// H2: only slashes at the ends are taken away.
    #[test]
    fn the_plain_form_of_a_path() {
        let cases = [
            ("/api/v1/users", None),
            ("//api/v1/users", Some("/api/v1/users")),
            ("///api/v1/users/", Some("/api/v1/users")),
            ("/api/v1/users/", Some("/api/v1/users")),
            ("/api/v1/users//", Some("/api/v1/users/")),
            ("/api//v1/users", None),
            ("/api/v1/users/x%2F", None),
            ("/", None),
            ("//", Some("/")),
            ("*", None),
        ];
        for (path, wanted) in cases {
            assert_eq!(plain(path), wanted, "{path}");
        }
    }
}
