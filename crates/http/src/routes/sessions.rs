//! Sessions (contract: sessions-and-subscriptions §1 to §3).

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use denizen_application::{Error, OpenSession, ResourceKind};
use denizen_domain::authority::Permission;
use denizen_domain::secret::Secret;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::operation::Table;
use crate::refusal::Refusal;
use crate::request::Request;
use crate::visit::Visit;
use crate::{answer, cookie};

type Answer = Result<HttpResponse, Refusal>;

const PREFER: HeaderName = HeaderName::from_static("prefer");
const APPLIED: HeaderName = HeaderName::from_static("preference-applied");
const MINIMAL: HeaderValue = HeaderValue::from_static("return=minimal");

/// Declares the operations on sessions.
pub(super) fn declare(table: &mut Table) {
    use Permission as P;
    table.add_open("/sessions", Method::POST, create);
    table.add_open("/sessions/me", Method::GET, get_own);
    table.add_open("/sessions/me", Method::DELETE, end_own);
    table.add_open("/sessions/me/lifecycle/refresh", Method::POST, refresh_own);
    table.add("/sessions/{id}", Method::GET, P::SessionsRead, get);
    table.add("/sessions/{id}", Method::PUT, P::SessionsManage, refresh);
    table.add("/sessions/{id}", Method::DELETE, P::SessionsManage, end);
    table.add(
        "/sessions/{id}/lifecycle/refresh",
        Method::POST,
        P::SessionsManage,
        refresh,
    );
    table.add(
        "/users/{id}/sessions",
        Method::DELETE,
        P::UsersClearSessions,
        clear_of_user,
    );
    table.add_cross_origin(
        "/users/me/lifecycle/delete_sessions",
        Method::POST,
        P::UsersClearSessions,
        clear_own,
    );
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct NewSession {
    session_token: Option<Secret>,
}

async fn create(mut visit: Visit) -> Answer {
    let body: NewSession = visit.body().await?;
    let token = body.session_token.unwrap_or_else(|| Secret::new(""));
    let session = visit.directory().begin_session(&visit.request, &token).await?;
    Ok(answer::json(&view(
        &session,
        visit.api.base(),
        "me",
        "me",
        visit.directory().organization_id(),
    )))
}

/// The session of the browser that calls. An API token stands for no session.
fn own(visit: &Visit) -> Result<Secret, Refusal> {
    visit.session()?.ok_or_else(no_session)
}

fn no_session() -> Refusal {
    Error::not_found(ResourceKind::Session, "me").into()
}

async fn get_own(visit: Visit) -> Answer {
    let secret = own(&visit)?;
    let session = visit.directory().own_session(&secret).await?.ok_or_else(no_session)?;
    Ok(own_view(&visit, &session))
}

async fn refresh_own(visit: Visit) -> Answer {
    let secret = own(&visit)?;
    let session = visit.directory().refresh_own_session(&secret).await?;
    let session = session.ok_or_else(no_session)?;
    Ok(minimal(&visit.http).unwrap_or_else(|| own_view(&visit, &session)))
}

async fn end_own(visit: Visit) -> Answer {
    let secret = own(&visit)?;
    if !visit.directory().end_own_session(&visit.request, &secret).await? {
        return Err(no_session());
    }
    let mut response = answer::no_content();
    if let Some(value) = cookie::take_session(visit.api.base()) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(response)
}

fn own_view(visit: &Visit, session: &OpenSession) -> HttpResponse {
    let organization = visit.directory().organization_id();
    answer::json(&view(session, visit.api.base(), "me", "me", organization))
}

fn named_view(request: &Request, session: &OpenSession) -> HttpResponse {
    let organization = request.directory().organization_id();
    let (id, user) = (session.secret.expose(), session.user.id.as_str());
    answer::json(&view(session, request.api.base(), id, user, organization))
}

async fn get(request: Request) -> Answer {
    let secret = Secret::new(request.segment("id"));
    let session = request.directory().get_session(&request.call, &secret).await?;
    Ok(named_view(&request, &session))
}

async fn refresh(request: Request) -> Answer {
    let secret = Secret::new(request.segment("id"));
    let session = request.directory().refresh_session(&request.call, &secret).await?;
    Ok(minimal(&request.http).unwrap_or_else(|| named_view(&request, &session)))
}

async fn end(request: Request) -> Answer {
    let secret = Secret::new(request.segment("id"));
    request.directory().end_session(&request.call, &secret).await?;
    Ok(answer::no_content())
}

/// No device is remembered yet, so there is none to be forgotten.
async fn clear_of_user(request: Request) -> Answer {
    let query = request.query();
    let oauth_tokens = query.boolean("oauthTokens", false)?;
    query.boolean("forgetDevices", true)?;
    let key = request.segment("id");
    let directory = request.directory();
    directory.clear_user_sessions(&request.call, &key, oauth_tokens).await?;
    Ok(answer::no_content())
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct ClearOwn {
    keep_current: Option<bool>,
}

async fn clear_own(mut request: Request) -> Answer {
    let body: Option<ClearOwn> = request.optional_body().await?;
    let keep = body.and_then(|body| body.keep_current).unwrap_or(true);
    request.directory().clear_own_sessions(&request.call, keep).await?;
    Ok(answer::empty_object())
}

/// The answer to clients that want none.
fn minimal(http: &actix_web::HttpRequest) -> Option<HttpResponse> {
    let asked = http.headers().get(PREFER)?.to_str().ok()?;
    let is_asked = asked
        .split(',')
        .any(|one| one.trim().eq_ignore_ascii_case("return=minimal"));
    is_asked.then(|| {
        let mut response = answer::no_content();
        response.headers_mut().insert(APPLIED, MINIMAL);
        response
    })
}

fn view(open: &OpenSession, base: &str, session: &str, user: &str, organization: &str) -> Value {
    let profile = |name: &str| open.user.profile.text(name).unwrap_or_default();
    let at = format!("{base}/api/v1/sessions/{session}");
    let evidence = &open.session.evidence;
    json!({
        "id": open.secret.expose(),
        "userId": open.user.id.as_str(),
        "login": open.user.login.as_str(),
        "createdAt": open.session.created.to_string(),
        "expiresAt": open.session.expires.to_string(),
        "status": "ACTIVE",
        "lastPasswordVerification": evidence.password_verified.to_string(),
        "lastFactorVerification": evidence.factor_verified.map(|at| at.to_string()),
        "amr": evidence.methods,
        "idp": {"id": organization, "type": "OKTA"},
        "mfaActive": open.has_factor,
        "_links": {
            "self": {"href": at, "hints": {"allow": ["GET", "DELETE"]}},
            "refresh": {"href": format!("{at}/lifecycle/refresh"), "hints": {"allow": ["POST"]}},
            "user": {
                "name": format!("{} {}", profile("firstName"), profile("lastName")),
                "href": format!("{base}/api/v1/users/{user}"),
                "hints": {"allow": ["GET"]},
            },
        },
    })
}
