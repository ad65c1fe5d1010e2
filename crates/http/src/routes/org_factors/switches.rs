//! Which kinds of factor are used (contract: factors §16.1).

use actix_web::HttpResponse;
use denizen_application::OrgFactor;
use serde_json::{Value, json};

use crate::answer;
use crate::operation::BASE;
use crate::refusal::Refusal;
use crate::request::Request;

pub(super) async fn list(request: Request) -> Result<HttpResponse, Refusal> {
    let query = request.query();
    let found = request
        .directory()
        .list_org_factors(&request.call, query.text("filter"))
        .await?;
    let shown: Vec<Value> = found.into_iter().map(|one| view(one, request.api.base())).collect();
    Ok(answer::json(&shown))
}

pub(super) async fn get(request: Request) -> Result<HttpResponse, Refusal> {
    let name = request.segment("name");
    let found = request.directory().get_org_factor(&request.call, &name).await?;
    Ok(answer::json(&view(found, request.api.base())))
}

pub(super) async fn activate(request: Request) -> Result<HttpResponse, Refusal> {
    switch(request, true).await
}

pub(super) async fn deactivate(request: Request) -> Result<HttpResponse, Refusal> {
    switch(request, false).await
}

async fn switch(request: Request, is_on: bool) -> Result<HttpResponse, Refusal> {
    let name = request.segment("name");
    let directory = request.directory();
    let switched = directory.switch_org_factor(&request.call, &name, is_on).await?;
    Ok(answer::json(&view(switched, request.api.base())))
}

fn view(factor: OrgFactor, base: &str) -> Value {
    let kind = factor.kind;
    let own = format!("{base}{BASE}/org/factors/{}", kind.org_name());
    let post = |step: &str| json!({"href": format!("{own}/lifecycle/{step}"), "hints": {"allow": ["POST"]}});
    let itself = json!({"href": own, "hints": {"allow": ["GET"]}});
    let (status, links) = if factor.is_on {
        ("ACTIVE", json!({"self": itself, "deactivate": post("deactivate")}))
    } else {
        ("INACTIVE", json!({"activate": post("activate"), "self": itself}))
    };
    json!({
        "id": kind.org_name(),
        "provider": kind.provider(),
        "factorType": kind.factor_type(),
        "status": status,
        "_links": links,
    })
}
