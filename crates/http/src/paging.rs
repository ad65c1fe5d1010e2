//! `Link` headers of lists (contract: conventions §6, clients 12): `self` first, then `next`, a line each, absolute, with the
//! parameters sorted and the limit that applied.

use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderValue};

use crate::query::Query;
use crate::request::Request;

/// The parameters that make a list what it is.
const KEPT: [&str; 13] = [
    "assignmentType",
    "expand",
    "fields",
    "filter",
    "forDownload",
    "q",
    "search",
    "since",
    "sortBy",
    "sortOrder",
    "until",
    "after",
    "limit",
];

/// Adds the links of a list.
pub(crate) fn link(response: &mut HttpResponse, request: &Request, limit: usize, next: Option<&str>) {
    let query = request.query();
    let here = format!("{}{}", request.api.base(), request.http.uri().path());
    let own = address(&here, &query, query.text("after"), limit);
    append(response, &own, "self");
    if let Some(next) = next {
        append(response, &address(&here, &query, Some(next), limit), "next");
    }
}

/// The address of a piece of the list that is asked for.
pub(crate) fn address_of(request: &Request, after: Option<&str>, limit: usize) -> String {
    let here = format!("{}{}", request.api.base(), request.http.uri().path());
    address(&here, &request.query(), after, limit)
}

fn address(here: &str, query: &Query, after: Option<&str>, limit: usize) -> String {
    let limit = limit.to_string();
    let mut parameters: Vec<(&str, &str)> = KEPT
        .iter()
        .filter_map(|name| {
            let value = match *name {
                "after" => after,
                "limit" => Some(limit.as_str()),
                other => query.text(other),
            };
            value.map(|value| (*name, value))
        })
        .collect();
    parameters.sort_unstable();
    let mut text = form_urlencoded::Serializer::new(format!("{here}?"));
    let start = here.len() + 1;
    text = form_urlencoded::Serializer::for_suffix(text.finish(), start);
    text.extend_pairs(parameters);
    text.finish()
}

fn append(response: &mut HttpResponse, address: &str, relation: &str) {
    if let Ok(value) = HeaderValue::from_str(&format!("<{address}>; rel=\"{relation}\"")) {
        response.headers_mut().append(header::LINK, value);
    }
}
