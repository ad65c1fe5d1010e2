//! Web pages of other origins: which may read answers (contract: conventions §11).

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};

use crate::api::Api;
use crate::refusal::Refusal;

const ALLOWED_HEADERS: HeaderValue = HeaderValue::from_static("authorization, content-type, accept, if-match");
const TRUE: HeaderValue = HeaderValue::from_static("true");
const ORIGIN: HeaderValue = HeaderValue::from_static("Origin");

/// The origin that a request names, if it is trusted. Origins are compared exactly: no prefix and no suffix will do.
fn trusted<'r>(request: &'r HttpRequest, origins: &[String]) -> Option<&'r HeaderValue> {
    let origin = request.headers().get(header::ORIGIN)?;
    origins
        .iter()
        .any(|trusted| trusted.as_bytes() == origin.as_bytes())
        .then_some(origin)
}

/// Lets a page of a trusted origin read an answer.
pub(crate) fn admit(request: &HttpRequest, origins: &[String], headers: &mut HeaderMap) {
    if origins.is_empty() {
        return;
    }
    headers.append(header::VARY, ORIGIN);
    if let Some(origin) = trusted(request, origins) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, TRUE);
    }
}

/// Whether the cookies of a request count: a page of our own or of a trusted origin sent it, or no page at all. Browsers name
/// the origin of every page that makes them write; where an old one is silent, `Sec-Fetch-Site` or the cookie's `SameSite`
/// stands in (H9).
pub(crate) fn may_send_cookies(api: &Api, request: &HttpRequest) -> bool {
    let origins = &api.settings().trusted_origins;
    match request.headers().get(header::ORIGIN) {
        Some(origin) => origin.as_bytes() == own(api.base()).as_bytes() || trusted(request, origins).is_some(),
        None => {
            let site = request.headers().get("sec-fetch-site");
            site.is_none_or(|site| site == "same-origin" || site == "none")
        }
    }
}

/// The origin of a URL: scheme, host, port.
pub(crate) fn own(base: &str) -> &str {
    let after_scheme = base.find("://").map_or(0, |place| place + 3);
    let path = base[after_scheme..].find('/');
    path.map_or(base, |path| &base[..after_scheme + path])
}

/// The method that a browser asks about before it sends a request.
pub(crate) fn preflight(request: &HttpRequest) -> Option<Method> {
    if request.method() != Method::OPTIONS || !request.headers().contains_key(header::ORIGIN) {
        return None;
    }
    let asked = request.headers().get(header::ACCESS_CONTROL_REQUEST_METHOD)?;
    Method::from_bytes(asked.as_bytes()).ok()
}

/// Answers a browser that asks beforehand.
pub(crate) fn answer_preflight(
    request: &HttpRequest,
    origins: &[String],
    asked: &Method,
    allowed: &[Method],
) -> Result<HttpResponse, Refusal> {
    if trusted(request, origins).is_none() || !allowed.contains(asked) {
        return Err(Refusal::foreign_origin());
    }
    let mut response = HttpResponse::new(StatusCode::NO_CONTENT);
    let names: Vec<&str> = allowed.iter().map(Method::as_str).collect();
    let headers = response.headers_mut();
    if let Ok(names) = HeaderValue::from_str(&names.join(", ")) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, names);
    }
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED_HEADERS);
    admit(request, origins, headers);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn origins() -> Vec<String> {
        vec!["https://example.com".to_owned()]
    }

    fn ask(origin: &str, method: &str) -> Result<HttpResponse, &'static str> {
        let request = TestRequest::default()
            .method(Method::OPTIONS)
            .insert_header(("Origin", origin))
            .insert_header(("Access-Control-Request-Method", method))
            .to_http_request();
        let asked = preflight(&request).unwrap();
        answer_preflight(&request, &origins(), &asked, &[Method::GET]).map_err(|refusal| refusal.code())
    }

    #[test]
    fn only_the_very_origin_is_trusted() {
        let answer = ask("https://example.com", "GET").unwrap();
        assert_eq!(
            answer.headers().get("access-control-allow-origin").unwrap(),
            "https://example.com"
        );
        assert_eq!(answer.headers().get("access-control-allow-methods").unwrap(), "GET");
        for origin in [
            "https://badexample.com",
            "https://example.com.evil.io",
            "http://example.com",
            "null",
        ] {
            assert_eq!(ask(origin, "GET").err(), Some("E0000212"), "{origin}");
        }
        assert_eq!(ask("https://example.com", "DELETE").err(), Some("E0000212"));
    }
}
