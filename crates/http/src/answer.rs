//! Forms of answers that many routes share.

use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderValue};
use serde::Serialize;

/// The content type of every answer with a body.
pub(crate) const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// An answer that was written as JSON already.
pub(crate) fn written(body: Vec<u8>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, JSON))
        .body(body)
}

/// An answer in JSON.
pub(crate) fn json(body: &impl Serialize) -> HttpResponse {
    HttpResponse::Ok().json(body)
}

/// An answer in JSON about something that was made, for the operations that tell it from others.
pub(crate) fn created(body: &impl Serialize) -> HttpResponse {
    HttpResponse::Created().json(body)
}

/// Done, with nothing to tell: clients expect an object (contract: clients 9).
pub(crate) fn empty_object() -> HttpResponse {
    written(b"{}".to_vec())
}

/// Done, with nothing to tell and no object that clients expect: no content type either (contract: clients 8).
pub(crate) fn nothing() -> HttpResponse {
    HttpResponse::Ok().finish()
}

/// Done and gone: no body, and no content type either (contract: clients 8).
pub(crate) fn no_content() -> HttpResponse {
    HttpResponse::NoContent().finish()
}
