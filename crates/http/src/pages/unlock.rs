//! The page that ends a lock-out.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use denizen_domain::token::TokenPurpose;
use denizen_domain::user::User;

use super::form::{Fields, FormKey};
use super::{Visit, answer, escape, html};

/// The form. Nothing is used up.
pub(super) async fn show(visit: Visit) -> HttpResponse {
    match visit.directory().owner_of(&visit.token(), TokenPurpose::Unlock).await {
        Ok(user) => form(&visit, &user, StatusCode::OK, None),
        Err(error) => visit.failed(&error),
    }
}

/// What comes of the form.
pub(super) async fn unlock(mut visit: Visit) -> HttpResponse {
    let token = visit.token();
    let user = match visit.directory().owner_of(&token, TokenPurpose::Unlock).await {
        Ok(user) => user,
        Err(error) => return visit.failed(&error),
    };
    if Fields::of(&mut visit).await.is_none() {
        let text = "The page was open for too long, or your browser keeps no cookies. Please try again.";
        return form(&visit, &user, StatusCode::FORBIDDEN, Some(text));
    }
    match visit.directory().unlock_with_token(&visit.request, &token).await {
        Ok(_) => {
            let text = "Your account is unlocked. You can close this page and sign in.";
            answer(StatusCode::OK, &html::notice(visit.organization(), "Done", text))
        }
        Err(error) => visit.failed(&error),
    }
}

fn form(visit: &Visit, user: &User, status: StatusCode, wrong: Option<&str>) -> HttpResponse {
    let key = FormKey::of(visit);
    let error = wrong.map(html::error).unwrap_or_default();
    let content = format!(
        "<p>Too many wrong passwords have locked <strong>{}</strong>.</p>\n{error}<form method=\"post\">\n{}\
         <button type=\"submit\">Unlock the account</button>\n</form>",
        escape(user.login.as_str()),
        key.field()
    );
    let mut response = answer(
        status,
        &html::page(visit.organization(), "Unlock your account", &content),
    );
    key.give(visit, &mut response);
    response
}
