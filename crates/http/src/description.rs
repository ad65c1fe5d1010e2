//! What the API is, for programs and for people: the OpenAPI document, and a page that lists its operations. Neither asks for
//! a caller, and the page loads nothing.

use std::fmt::Write as _;
use std::sync::LazyLock;

use actix_web::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue};
use actix_web::{HttpResponse, web};
use serde_json::Value;

use crate::answer::JSON;

/// Written by `cargo xtask generate`.
const DOCUMENT: &str = include_str!("../openapi.json");
const HEAD: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Denizen</title><style>\
                    body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
                    table{border-collapse:collapse;width:100%}td{padding:.2rem .6rem;border-top:1px solid #ddd}\
                    </style><h1>Denizen</h1><p>This server speaks Okta's Management API. Send an API token as \
                    <code>Authorization: SSWS …</code>. The description for programs is \
                    <a href=\"openapi.json\">openapi.json</a>.</p>";

static PAGE: LazyLock<String> = LazyLock::new(page);

/// Declares `/openapi.json` and `/docs`.
pub(crate) fn declare(config: &mut web::ServiceConfig) {
    config
        .route("/openapi.json", web::get().to(|| std::future::ready(document())))
        .route("/docs", web::get().to(|| std::future::ready(shown())));
}

fn document() -> HttpResponse {
    HttpResponse::Ok().insert_header((CONTENT_TYPE, JSON)).body(DOCUMENT)
}

fn shown() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")))
        .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'"))
        .body(PAGE.as_str())
}

/// A row for each operation. The document holds no text that came from outside.
fn page() -> String {
    let document: Value = serde_json::from_str(DOCUMENT).unwrap_or_default();
    let mut text = format!("{HEAD}<table>");
    for (path, methods) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            let id = operation["operationId"].as_str().unwrap_or_default();
            let _ = write!(text, "<tr><td>{}<td><code>{path}</code><td>{id}", method.to_uppercase());
        }
    }
    text.push_str("</table></html>");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_lists_the_operations_and_loads_nothing() {
        let page = page();
        assert!(page.contains("<td>GET<td><code>/api/v1/users/{id}</code><td>getUser"));
        assert!(!page.contains("http:") && !page.contains("https:") && !page.contains("<script"));
    }
}
