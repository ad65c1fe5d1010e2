//! Signing in and recovering accounts (contract: authn-and-recovery).

mod factors;
mod recovery;
mod view;

use actix_web::HttpResponse;
use actix_web::http::Method;
use denizen_application::{ChangeExpiredPassword, Conversation, SetPassword, SignIn};
use denizen_domain::secret::Secret;
use denizen_domain::validation::Validation;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::json;

use crate::answer;
use crate::body::Object;
use crate::operation::Table;
use crate::refusal::Refusal;
use crate::visit::Visit;

type Answer = Result<HttpResponse, Refusal>;

/// Declares the operations of signing in.
pub(super) fn declare(table: &mut Table) {
    table.add_open("/authn", Method::POST, begin);
    table.add_open("/authn/skip", Method::POST, skip);
    table.add_open("/authn/previous", Method::POST, previous);
    table.add_open("/authn/cancel", Method::POST, cancel);
    table.add_open("/authn/credentials/change_password", Method::POST, change_password);
    table.add_open("/authn/credentials/reset_password", Method::POST, reset_password);
    factors::declare(table);
    recovery::declare(table);
}

const LONGEST_RELAY_STATE: usize = 2048;
const BLANK: &str = "The field cannot be left blank";

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Begin {
    username: Option<String>,
    password: Option<Secret>,
    token: Option<Secret>,
    state_token: Option<Secret>,
    options: Option<Object<Options>>,
    relay_state: Option<String>,
    #[serde(rename = "context")]
    _context: Option<IgnoredAny>,
    #[serde(rename = "audience")]
    _audience: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Options {
    warn_before_password_expired: Option<bool>,
    multi_optional_factor_enroll: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct State {
    state_token: Option<Secret>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Passwords {
    state_token: Option<Secret>,
    old_password: Option<Secret>,
    new_password: Option<Secret>,
    revoke_sessions: Option<bool>,
}

async fn begin(mut visit: Visit) -> Answer {
    let body: Begin = visit.body().await?;
    let relay_state = relay_state(body.relay_state)?;
    let directory = visit.directory().clone();
    let named = body.username.as_deref().is_some_and(|name| !name.is_empty());
    let conversation = match (body.state_token, body.token) {
        (Some(state), None) if !named => directory.transaction(&state).await?,
        (None, Some(token)) if !named => {
            let request = &visit.request;
            directory
                .sign_in_with_activation_token(request, &token, relay_state)
                .await?
        }
        (None, None) if named => {
            let username = body.username.unwrap_or_default();
            visit.api.count_sign_in(&username)?;
            let options = body.options.as_ref().map(|given| &given.0);
            let option = |of: fn(&Options) -> Option<bool>| options.and_then(of).unwrap_or_default();
            let wanted = SignIn {
                username,
                // Whoever sends none has a wrong one.
                password: body.password.unwrap_or_else(|| Secret::new("")),
                warn_before_password_expired: option(|options| options.warn_before_password_expired),
                more_factors: option(|options| options.multi_optional_factor_enroll),
                relay_state,
            };
            directory.sign_in(&visit.request, wanted).await?
        }
        _ => return Err(Validation::field("username", BLANK).into()),
    };
    Ok(told(&visit, &conversation))
}

async fn skip(mut visit: Visit) -> Answer {
    let token = state(visit.body::<State>().await?.state_token)?;
    let conversation = visit.directory().skip(&visit.request, &token).await?;
    Ok(told(&visit, &conversation))
}

async fn previous(mut visit: Visit) -> Answer {
    let token = state(visit.body::<State>().await?.state_token)?;
    let conversation = visit.directory().previous(&token).await?;
    Ok(told(&visit, &conversation))
}

async fn cancel(mut visit: Visit) -> Answer {
    let token = state(visit.body::<State>().await?.state_token)?;
    let relay_state = visit.directory().cancel(&token).await?;
    Ok(answer::json(&json!({"relayState": relay_state.unwrap_or_default()})))
}

async fn change_password(mut visit: Visit) -> Answer {
    let body: Passwords = visit.body().await?;
    let token = state(body.state_token)?;
    let wanted = ChangeExpiredPassword {
        old: needed("oldPassword", body.old_password)?,
        new: needed("newPassword", body.new_password)?,
        revoke_sessions: body.revoke_sessions.unwrap_or_default(),
    };
    let directory = visit.directory();
    let conversation = directory
        .change_expired_password(&visit.request, &token, wanted)
        .await?;
    Ok(told(&visit, &conversation))
}

async fn reset_password(mut visit: Visit) -> Answer {
    let body: Passwords = visit.body().await?;
    if body.old_password.is_some() {
        return Err(Refusal::malformed_body());
    }
    let token = state(body.state_token)?;
    let wanted = SetPassword {
        new: needed("newPassword", body.new_password)?,
        revoke_sessions: body.revoke_sessions.unwrap_or_default(),
    };
    let directory = visit.directory();
    let conversation = directory.set_password(&visit.request, &token, wanted).await?;
    Ok(told(&visit, &conversation))
}

fn told(visit: &Visit, conversation: &Conversation) -> HttpResponse {
    answer::json(&view::of(visit, conversation))
}

fn state(given: Option<Secret>) -> Result<Secret, Refusal> {
    needed("stateToken", given)
}

fn needed(name: &str, given: Option<Secret>) -> Result<Secret, Refusal> {
    given.ok_or_else(|| Validation::field(name, BLANK).into())
}

fn relay_state(given: Option<String>) -> Result<Option<String>, Refusal> {
    match given {
        Some(text) if text.chars().count() > LONGEST_RELAY_STATE => {
            Err(Validation::field("relayState", "The field is too long").into())
        }
        given => Ok(given),
    }
}
