//! The error object that every refusal is answered with (contract: conventions §2).

use actix_web::HttpResponse;
use actix_web::http::header;
use serde::Serialize;

use crate::ids;
use crate::refusal::{Cause, Refusal};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorObject<'a> {
    error_code: &'a str,
    error_summary: &'a str,
    error_link: &'a str,
    error_id: String,
    error_causes: &'a [Cause],
}

/// Answers a refusal.
pub(crate) fn answer(refusal: &Refusal) -> HttpResponse {
    let body = ErrorObject {
        error_code: refusal.code(),
        error_summary: refusal.summary(),
        error_link: refusal.code(),
        error_id: ids::error_id(),
        error_causes: refusal.causes(),
    };
    let mut response = HttpResponse::build(refusal.status());
    if let Some(challenge) = refusal.challenge() {
        response.insert_header((header::WWW_AUTHENTICATE, challenge));
    }
    response.json(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::body::MessageBody;
    use serde_json::{Value, json};

    #[test]
    fn the_object_has_its_five_members() {
        let response = answer(&Refusal::type_mismatch("limit"));
        assert_eq!(response.status().as_u16(), 400);
        assert_eq!(response.headers().get("content-type").unwrap(), "application/json");
        let body = response.into_body().try_into_bytes().unwrap();
        let mut body: Value = serde_json::from_slice(&body).unwrap();
        let id = body.as_object_mut().unwrap().remove("errorId").unwrap();
        assert_eq!(id.as_str().unwrap().len(), 25);
        let wanted = json!({"errorCode": "E0000037", "errorLink": "E0000037", "errorCauses": [],
                            "errorSummary": "Type mismatch exception.  limit"});
        assert_eq!(body, wanted);
    }
}
