//! Whether the server lives and can work. No caller is asked for, and nothing is counted.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, Scope, web};
use serde_json::json;

use crate::api::Api;

/// `/health/live` and `/health/ready`.
pub(crate) fn scope(api: &Api) -> Scope {
    let api = api.clone();
    web::scope("/health")
        .route(
            "/live",
            web::get().to(|| std::future::ready(answer(StatusCode::OK, "live"))),
        )
        .route("/ready", web::get().to(move || ready(api.clone())))
}

async fn ready(api: Api) -> HttpResponse {
    match api.directory().ready().await {
        Ok(()) => answer(StatusCode::OK, "ready"),
        Err(error) => {
            tracing::warn!(%error, "the store is not ready");
            answer(StatusCode::SERVICE_UNAVAILABLE, "unavailable")
        }
    }
}

fn answer(status: StatusCode, text: &str) -> HttpResponse {
    HttpResponse::build(status).json(json!({"status": text}))
}
