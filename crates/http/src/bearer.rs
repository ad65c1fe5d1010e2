//! What callers with access tokens are told when they may not go on (contract: conventions §5): an error object, for some of
//! the official clients take an answer without one for a success, and the header that says more.

use actix_web::HttpRequest;
use denizen_application::Error;
use denizen_domain::authority::{Caller, Permission};

use crate::refusal::Refusal;

/// Whether the scopes of a caller's token cover an operation at all. What is asked of whom in particular is a question of the
/// use case: scopes for oneself are let through only where the operation is about one user, and a user calls.
pub(crate) fn check_scopes(
    caller: &Caller,
    permission: Permission,
    is_about_user: bool,
    http: &HttpRequest,
    base: &str,
) -> Result<(), Refusal> {
    let may_be_own = is_about_user && caller.user_id().is_some();
    match &caller.scopes {
        Some(_) if !caller.scopes_cover(permission, may_be_own) => {
            let description = "The access token provided does not contain the required scopes.";
            let told = challenge(http, base, permission, "insufficient_scope", description);
            Err(Refusal::from(Error::Forbidden).with_challenge(told))
        }
        _ => Ok(()),
    }
}

/// A token that is unknown, has ended, was revoked, or is none at all.
pub(crate) fn refuse_token(error: Error, permission: Permission, http: &HttpRequest, base: &str) -> Refusal {
    match error {
        Error::InvalidToken => {
            let told = challenge(http, base, permission, "invalid_token", "The access token is invalid.");
            Refusal::from(error).with_challenge(told)
        }
        error => error.into(),
    }
}

/// One of the official clients splits this at each comma with a space.
fn challenge(http: &HttpRequest, base: &str, permission: Permission, error: &str, description: &str) -> String {
    let scope = permission.scope();
    let resource = http.uri().path().replace('\\', "%5C").replace('"', "%22");
    format!(
        "Bearer authorization_uri=\"{base}/oauth2/v1/authorize\", realm=\"{base}\", scope=\"{scope}\", \
         error=\"{error}\", error_description=\"{description}\", resource=\"{resource}\""
    )
}
