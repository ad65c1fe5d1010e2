//! Scopes that are granted to apps (contract: groups-apps-tokens §4).

use actix_web::HttpResponse;
use actix_web::http::Method;
use denizen_application::GrantScope;
use denizen_domain::app::App;
use denizen_domain::authority::Permission;
use denizen_domain::id::AppId;
use denizen_domain::oauth::{ScopeGrant, client_id};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use crate::answer;
use crate::operation::{BASE, Table};
use crate::refusal::Refusal;
use crate::request::Request;

/// Declares the operations on grants.
pub(super) fn declare(table: &mut Table) {
    use Permission as P;
    table.add("/apps/{id}/grants", Method::GET, P::AppGrantsRead, list);
    table.add("/apps/{id}/grants", Method::POST, P::AppGrantsManage, grant);
    table.add("/apps/{id}/grants/{grant}", Method::GET, P::AppGrantsRead, get);
    table.add("/apps/{id}/grants/{grant}", Method::DELETE, P::AppGrantsManage, revoke);
}

/// A scope to be granted. Members that only answers have are known and ignored.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct GrantBody {
    scope_id: String,
    issuer: Option<String>,
    #[serde(rename = "id")]
    _id: Option<IgnoredAny>,
    #[serde(rename = "clientId")]
    _client_id: Option<IgnoredAny>,
    #[serde(rename = "created")]
    _created: Option<IgnoredAny>,
    #[serde(rename = "createdBy")]
    _created_by: Option<IgnoredAny>,
    #[serde(rename = "lastUpdated")]
    _last_updated: Option<IgnoredAny>,
    #[serde(rename = "source")]
    _source: Option<IgnoredAny>,
    #[serde(rename = "status")]
    _status: Option<IgnoredAny>,
    #[serde(rename = "userId")]
    _user_id: Option<IgnoredAny>,
    #[serde(rename = "_embedded")]
    _embedded: Option<IgnoredAny>,
    #[serde(rename = "_links")]
    _links: Option<IgnoredAny>,
}

async fn list(request: Request) -> Result<HttpResponse, Refusal> {
    let id = request.segment("id");
    let (app, grants) = request.directory().list_scope_grants(&request.call, &id).await?;
    let base = request.api.base();
    let shown: Vec<_> = grants.iter().map(|grant| view(&app, grant, base)).collect();
    Ok(answer::json(&shown))
}

/// Answered with 200, as recorded; the documentation says 201 (contract: clients 7).
async fn grant(mut request: Request) -> Result<HttpResponse, Refusal> {
    let body: GrantBody = request.body().await?;
    let wanted = GrantScope {
        scope_id: body.scope_id,
        issuer: body.issuer,
    };
    let id = request.segment("id");
    let (app, grant) = request.directory().grant_scope(&request.call, &id, &wanted).await?;
    Ok(answer::json(&view(&app, &grant, request.api.base())))
}

async fn get(request: Request) -> Result<HttpResponse, Refusal> {
    let (id, grant) = (request.segment("id"), request.segment("grant"));
    let (app, grant) = request.directory().get_scope_grant(&request.call, &id, &grant).await?;
    Ok(answer::json(&view(&app, &grant, request.api.base())))
}

async fn revoke(request: Request) -> Result<HttpResponse, Refusal> {
    let (id, grant) = (request.segment("id"), request.segment("grant"));
    request
        .directory()
        .revoke_scope_grant(&request.call, &id, &grant)
        .await?;
    Ok(answer::no_content())
}

fn view(app: &App, grant: &ScopeGrant, base: &str) -> Value {
    let own = format!("{base}{BASE}/apps/{}", app.id);
    let kind = if AppId::parse(&grant.created_by).is_some() {
        "App"
    } else {
        "User"
    };
    json!({
        "id": grant.id.as_str(),
        "status": "ACTIVE",
        "created": grant.created,
        "createdBy": {"id": grant.created_by, "type": kind},
        "lastUpdated": grant.created,
        "issuer": base,
        "clientId": client_id(app),
        "scopeId": grant.scope,
        "source": "ADMIN",
        "_embedded": {"scope": {"id": grant.scope}},
        "_links": {
            "app": {"href": own, "title": app.label},
            "self": {"href": format!("{own}/grants/{}", grant.id)},
            "client": {"href": own, "title": app.label},
        },
    })
}
