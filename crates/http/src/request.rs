//! A request of somebody who is known, as handlers see it.

use std::rc::Rc;
use std::sync::Arc;

use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpRequest, web};
use denizen_application::{Call, Directory};
use denizen_domain::entity_tag::IfMatch;
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;

use crate::api::Api;
use crate::body;
use crate::query::Query;
use crate::refusal::Refusal;

/// A request of somebody who is known.
pub(crate) struct Request {
    pub(crate) api: Api,
    pub(crate) call: Rc<Call>,
    pub(crate) http: HttpRequest,
    pub(crate) payload: web::Payload,
}

impl Request {
    /// The use cases.
    pub(crate) fn directory(&self) -> &Arc<Directory> {
        self.api.directory()
    }

    /// A segment of the path, decoded. The router has decoded everything but `%`, `/` and `+`, so that no segment could turn
    /// into two (H2).
    pub(crate) fn segment(&self, name: &str) -> String {
        segment(&self.http, name)
    }

    /// The query parameters.
    pub(crate) fn query(&self) -> Query {
        Query::of(&self.http)
    }

    /// The state that the client has seen.
    pub(crate) fn if_match(&self) -> Result<Option<IfMatch>, Refusal> {
        let Some(header) = self.http.headers().get(header::IF_MATCH) else {
            return Ok(None);
        };
        let text = header.to_str().map_err(|_| Refusal::malformed_entity_tag())?;
        let parsed = IfMatch::parse(text).map_err(|_| Refusal::malformed_entity_tag())?;
        Ok(Some(parsed))
    }

    /// The body, which must be there.
    pub(crate) async fn body<T: DeserializeOwned>(&mut self) -> Result<T, Refusal> {
        self.optional_body().await?.ok_or_else(Refusal::malformed_body)
    }

    /// The body, if there is one. Without a body no content type is needed (contract: clients 4).
    pub(crate) async fn optional_body<T: DeserializeOwned>(&mut self) -> Result<Option<T>, Refusal> {
        let body = self.bytes().await?;
        read_json(&self.http, &body)
    }

    /// The body as it came.
    pub(crate) async fn bytes(&mut self) -> Result<Vec<u8>, Refusal> {
        whole_body(&self.api, &self.http, &mut self.payload).await
    }
}

/// A segment of a path, decoded.
pub(crate) fn segment(http: &HttpRequest, name: &str) -> String {
    let raw = http.match_info().get(name).unwrap_or_default();
    if !raw.contains(['%', '\0']) {
        return raw.to_owned();
    }
    without_nul(percent_decode_str(raw).decode_utf8_lossy().into_owned())
}

/// The body of a request as it came.
pub(crate) async fn whole_body(api: &Api, http: &HttpRequest, payload: &mut web::Payload) -> Result<Vec<u8>, Refusal> {
    let settings = api.settings();
    let read = body::read(http, payload, settings.body_limit);
    tokio::time::timeout(settings.body_time_limit, read)
        .await
        .unwrap_or_else(|_| Err(Refusal::body_too_slow()))
}

/// A body as JSON, if there is one. Without a body no content type is needed (contract: clients 4).
pub(crate) fn read_json<T: DeserializeOwned>(http: &HttpRequest, body: &[u8]) -> Result<Option<T>, Refusal> {
    if body.is_empty() {
        return Ok(None);
    }
    if !body::is_json(http) {
        return Err(Refusal::unsupported_content_type());
    }
    body::parse(body).map(Some)
}

/// Databases cannot hold the character NUL; nothing is named by it.
pub(crate) fn without_nul(text: String) -> String {
    if text.contains('\0') {
        text.replace('\0', "\u{fffd}")
    } else {
        text
    }
}

const ACCEPT: HeaderName = header::ACCEPT;

/// Whether the client takes JSON. A client that says nothing takes everything.
pub(crate) fn accepts_json(request: &HttpRequest) -> bool {
    let mut given = request.headers().get_all(ACCEPT).peekable();
    if given.peek().is_none() {
        return true;
    }
    given
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .filter_map(|range| range.split(';').next())
        .map(str::trim)
        .any(|range| {
            ["*/*", "application/*", "application/json"]
                .iter()
                .any(|known| range.eq_ignore_ascii_case(known))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn json_is_accepted_by_name_or_by_range() {
        let accepts =
            |value: &str| accepts_json(&TestRequest::default().insert_header((ACCEPT, value)).to_http_request());
        assert!(accepts_json(&TestRequest::default().to_http_request()));
        for value in [
            "application/json",
            "text/html, */*;q=0.8",
            "application/*",
            "Application/JSON;charset=utf-8",
        ] {
            assert!(accepts(value), "{value}");
        }
        for value in ["text/html", "application/xml", ""] {
            assert!(!accepts(value), "{value}");
        }
    }
}
