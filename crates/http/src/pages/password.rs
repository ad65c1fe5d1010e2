//! The pages to a first and to a new password.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use denizen_application::Error;
use denizen_domain::password::PasswordPolicy;
use denizen_domain::secret::Secret;
use denizen_domain::token::TokenPurpose;
use denizen_domain::user::User;

use super::form::{Fields, FormKey};
use super::{Visit, answer, escape, html};

/// Which password.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A first one.
    First,
    /// A new one.
    New,
}

impl Kind {
    fn purpose(self) -> TokenPurpose {
        match self {
            Self::First => TokenPurpose::Activation,
            Self::New => TokenPurpose::PasswordReset,
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::First => "Welcome! Choose a password",
            Self::New => "Choose a new password",
        }
    }
}

/// The form. Nothing is used up (contract: authn-and-recovery §7.3).
pub(super) async fn show(visit: Visit, kind: Kind) -> HttpResponse {
    match visit.directory().owner_of(&visit.token(), kind.purpose()).await {
        Ok(user) => form(&visit, kind, &user, StatusCode::OK, None),
        Err(error) => visit.failed(&error),
    }
}

/// What comes of the form: the password is set and the token used up, or the form with what is wrong.
pub(super) async fn set(mut visit: Visit, kind: Kind) -> HttpResponse {
    let token = visit.token();
    let user = match visit.directory().owner_of(&token, kind.purpose()).await {
        Ok(user) => user,
        Err(error) => return visit.failed(&error),
    };
    let Some(fields) = Fields::of(&mut visit).await else {
        let text = "The page was open for too long, or your browser keeps no cookies. Please try again.";
        return form(&visit, kind, &user, StatusCode::FORBIDDEN, Some(text));
    };
    let none = Secret::new("");
    let password = fields.get("password").unwrap_or(&none);
    if fields.get("again").unwrap_or(&none) != password {
        let text = "The two passwords are not the same.";
        return form(&visit, kind, &user, StatusCode::BAD_REQUEST, Some(text));
    }
    let everywhere = fields.get("everywhere").is_some();
    let directory = visit.directory();
    let done = directory
        .complete_with_token(&visit.request, &token, kind.purpose(), password, everywhere)
        .await;
    match done {
        Ok(_) => {
            let text = "Your password is set. You can close this page and sign in with it.";
            answer(StatusCode::OK, &html::notice(visit.organization(), "Done", text))
        }
        Err(Error::PasswordRejected { requirements, .. }) => {
            form(&visit, kind, &user, StatusCode::BAD_REQUEST, Some(&requirements))
        }
        Err(error) => visit.failed(&error),
    }
}

fn form(visit: &Visit, kind: Kind, user: &User, status: StatusCode, wrong: Option<&str>) -> HttpResponse {
    let key = FormKey::of(visit);
    let login = escape(user.login.as_str());
    let error = wrong.map(html::error).unwrap_or_default();
    let rules = rules(visit.directory().password_policy());
    let described = if wrong.is_some() { "error rules" } else { "rules" };
    let everywhere = match kind {
        Kind::First => "",
        Kind::New => {
            "<label class=\"check\"><input type=\"checkbox\" name=\"everywhere\" value=\"yes\" checked> Sign me out \
             everywhere else</label>\n"
        }
    };
    // The name is for programs that keep passwords.
    let content = format!(
        "<p>This is the password of <strong>{login}</strong>.</p>\n{error}<form method=\"post\">\n{}\
         <input type=\"text\" name=\"username\" autocomplete=\"username\" value=\"{login}\" hidden readonly>\n\
         <label for=\"password\">New password</label>\n\
         <input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"new-password\" required \
         aria-describedby=\"{described}\">\n<p id=\"rules\">{rules}</p>\n\
         <label for=\"again\">The same again</label>\n\
         <input id=\"again\" name=\"again\" type=\"password\" autocomplete=\"new-password\" required>\n{everywhere}\
         <button type=\"submit\">Set the password</button>\n</form>",
        key.field()
    );
    let mut response = answer(status, &html::page(visit.organization(), kind.title(), &content));
    key.give(visit, &mut response);
    response
}

/// What is asked of a password, in a sentence.
fn rules(policy: &PasswordPolicy) -> String {
    let mut text = format!("It needs {}.", escape(&policy.asked().join(", ")));
    if policy.history_count > 0 {
        text.push_str(" It may not be one that you used before.");
    }
    text
}
