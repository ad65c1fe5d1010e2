//! The way from a session token to a cookie (contract: sessions-and-subscriptions §2.1).

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header;
use denizen_domain::secret::Secret;

use super::{Visit, answer, html};
use crate::query::Query;
use crate::{cookie, origin};

/// Takes the session that a token is good for, gives the browser its cookie, and sends it on. A place that is not trusted is
/// refused before the token is used up: it would be an open door to any other.
pub(super) async fn redirect(visit: Visit) -> HttpResponse {
    let query = Query::of(&visit.http);
    let target = query.text("redirectUrl").unwrap_or_default();
    if !is_trusted(&visit, target) {
        let text = "The place where you are being sent is not one that this organization trusts.";
        let page = html::notice(visit.organization(), "This link goes nowhere", text);
        return answer(StatusCode::FORBIDDEN, &page);
    }
    let token = Secret::new(query.text("token").unwrap_or_default());
    let session = match visit.directory().begin_session(&visit.request, &token).await {
        Ok(session) => session,
        Err(error) => return visit.failed(&error),
    };
    let mut response = HttpResponse::build(StatusCode::FOUND)
        .insert_header((header::LOCATION, target))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .finish();
    if let Some(value) = cookie::give_session(&session.secret, visit.api.base()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// Whether a target lies on an origin that is trusted, or on our own. Origins are compared exactly; characters that browsers
/// read as others are not taken at all.
fn is_trusted(visit: &Visit, target: &str) -> bool {
    if target.bytes().any(|byte| !byte.is_ascii_graphic() || byte == b'\\') {
        return false;
    }
    let origin = origin::own(target);
    let own = origin::own(visit.api.base());
    origin.contains("://") && (origin == own || visit.api.settings().trusted_origins.iter().any(|one| one == origin))
}
