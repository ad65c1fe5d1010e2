//! API tokens (contract: groups-apps-tokens §3). The secrets are never shown.

use actix_web::HttpResponse;
use actix_web::http::Method;
use denizen_domain::authority::Permission;
use denizen_domain::token::ApiToken;
use denizen_domain::validation::Validation;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use crate::answer;
use crate::operation::{BASE, Table};
use crate::refusal::Refusal;
use crate::request::Request;

/// Declares the operations on API tokens.
pub(super) fn declare(table: &mut Table) {
    use Permission as P;
    table.add("/api-tokens", Method::GET, P::ApiTokensRead, list);
    table.add(
        "/api-tokens/current",
        Method::DELETE,
        P::ApiTokensManage,
        revoke_current,
    );
    table.add("/api-tokens/{id}", Method::GET, P::ApiTokensRead, get);
    table.add("/api-tokens/{id}", Method::PUT, P::ApiTokensManage, update);
    table.add("/api-tokens/{id}", Method::DELETE, P::ApiTokensManage, revoke);
}

/// What a request says of a token. Only the network changes; the rest is known and ignored.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenBody {
    network: Option<Network>,
    #[serde(rename = "name")]
    _name: Option<String>,
    #[serde(rename = "userId")]
    _user_id: Option<String>,
    #[serde(rename = "clientName")]
    _client_name: Option<String>,
    #[serde(rename = "created")]
    _created: Option<IgnoredAny>,
}

/// From where a token may be used.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Network {
    connection: Option<String>,
    #[serde(default)]
    include: Vec<String>,
    #[serde(default)]
    exclude: Vec<String>,
}

impl Network {
    /// There are no network zones here: a token that is said to be bound to one would not be.
    fn check(&self) -> Result<(), Validation> {
        match self.connection.as_deref() {
            Some("ANYWHERE") if self.include.is_empty() && self.exclude.is_empty() => Ok(()),
            Some("ANYWHERE" | "ZONE") => Err(Validation::field("network", "There are no network zones")),
            Some(_) => Err(Validation::field(
                "network.connection",
                "The value must be ANYWHERE or ZONE",
            )),
            None => Err(Validation::field(
                "network.connection",
                "The field cannot be left blank",
            )),
        }
    }
}

async fn list(request: Request) -> Result<HttpResponse, Refusal> {
    let tokens = request.directory().list_tokens(&request.call).await?;
    let shown: Vec<_> = tokens.iter().map(|token| view(token, request.api.base())).collect();
    Ok(answer::json(&shown))
}

async fn get(request: Request) -> Result<HttpResponse, Refusal> {
    let id = request.segment("id");
    let token = request.directory().get_token(&request.call, &id).await?;
    Ok(answer::json(&view(&token, request.api.base())))
}

async fn update(mut request: Request) -> Result<HttpResponse, Refusal> {
    let body: TokenBody = request.body().await?;
    let id = request.segment("id");
    request.directory().get_token(&request.call, &id).await?;
    let network = body
        .network
        .ok_or_else(|| Validation::field("network", "The field cannot be left blank"))?;
    network.check()?;
    let token = request.directory().admit_token_anywhere(&request.call, &id).await?;
    Ok(answer::json(&view(&token, request.api.base())))
}

async fn revoke(request: Request) -> Result<HttpResponse, Refusal> {
    let id = request.segment("id");
    request.directory().revoke_token(&request.call, &id).await?;
    Ok(answer::no_content())
}

async fn revoke_current(request: Request) -> Result<HttpResponse, Refusal> {
    request.directory().revoke_current_token(&request.call).await?;
    Ok(answer::no_content())
}

fn view(token: &ApiToken, base: &str) -> Value {
    json!({
        "id": token.id.as_str(),
        "name": token.name,
        "userId": token.owner.as_str(),
        "clientName": "Okta API",
        "tokenWindow": "P30D",
        "network": {"connection": "ANYWHERE"},
        "expiresAt": token.expires,
        "created": token.created,
        "lastUpdated": token.last_used,
        "_links": {
            "self": {
                "href": format!("{base}{BASE}/api-tokens/{}", token.id),
                "hints": {"allow": ["GET", "DELETE"]},
            },
            "user": {
                "href": format!("{base}{BASE}/users/{}", token.owner),
                "hints": {"allow": ["GET"]},
            },
        },
    })
}
