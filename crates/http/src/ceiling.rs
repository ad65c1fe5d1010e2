//! What a route costs that does nothing: the measure of all others. Only in builds for measurements.

use actix_web::{HttpResponse, Resource, web};
use serde::Serialize;

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    id: String,
    status: &'static str,
    created: &'static str,
    last_updated: &'static str,
    profile: Vec<(&'static str, &'static str)>,
    links: Vec<String>,
}

/// `GET /_denizen/ceiling/{id}`.
pub(crate) fn resource() -> Resource {
    web::resource("/_denizen/ceiling/{id}").route(web::get().to(read))
}

async fn read(id: web::Path<String>) -> HttpResponse {
    let id = id.into_inner();
    let links = ["suspend", "reset_password", "expire_password", "deactivate", "activate"]
        .map(|step| format!("http://127.0.0.1:8080/api/v1/users/{id}/lifecycle/{step}"));
    HttpResponse::Ok().json(Body {
        links: links.into(),
        id,
        status: "ACTIVE",
        created: "2026-01-01T00:00:00.000Z",
        last_updated: "2026-01-01T00:00:00.000Z",
        profile: vec![
            ("login", "somebody.who.is.measured@example.com"),
            ("email", "somebody.who.is.measured@example.com"),
            ("firstName", "Somebody"),
            ("lastName", "Measured"),
            ("displayName", "Somebody Who Is Measured"),
            ("department", "Weights and measures"),
            ("city", "Sèvres"),
        ],
    })
}
