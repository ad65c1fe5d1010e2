//! What devices that approve ask for. Their statements tell who they are; nothing else does.

use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};
use denizen_application::{ANSWERS, CHALLENGES, REGISTRATIONS};
use denizen_domain::push::PushTransaction;
use denizen_domain::secret::Secret;
use futures_util::future::LocalBoxFuture;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer;
use crate::api::Api;
use crate::endpoint::Endpoint;
use crate::refusal::Refusal;
use crate::visit::{self, Visit};

type Answer = Result<HttpResponse, Refusal>;

/// Where devices speak to the directory.
const DEVICES: &str = "/device/v1";

/// What a device sends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    statement: Secret,
}

/// The endpoints.
pub(crate) fn endpoints(api: &Api) -> Vec<Endpoint> {
    let post = || Method::POST;
    vec![
        Endpoint::new(REGISTRATIONS, post(), web::to(serve(api, register))),
        Endpoint::new(CHALLENGES, post(), web::to(serve(api, list))),
        Endpoint::new(ANSWERS, post(), web::to(serve(api, answer_push))),
    ]
}

fn serve<H, F>(
    api: &Api,
    handler: H,
) -> impl Fn(HttpRequest, web::Payload) -> LocalBoxFuture<'static, HttpResponse> + Clone + 'static
where
    H: Fn(Visit) -> F + Clone + 'static,
    F: Future<Output = Answer> + 'static,
{
    let bucket = api.limiter().bucket(DEVICES);
    let api = api.clone();
    move |http, payload| Box::pin(visit::serve(api.clone(), bucket, http, payload, handler.clone()))
}

async fn register(mut visit: Visit) -> Answer {
    let said: Said = visit.body().await?;
    let registered = visit
        .directory()
        .register_device(&visit.request, &said.statement)
        .await?;
    Ok(answer::json(&json!({
        "factorId": registered.factor_id.as_str(),
        "login": registered.login,
        "organization": registered.organization,
    })))
}

async fn list(mut visit: Visit) -> Answer {
    let said: Said = visit.body().await?;
    let pushes = visit.directory().pushes_for_device(&said.statement).await?;
    let shown: Vec<Value> = pushes.iter().map(shown).collect();
    Ok(answer::json(&json!({"challenges": shown})))
}

async fn answer_push(mut visit: Visit) -> Answer {
    let said: Said = visit.body().await?;
    let state = visit.directory().answer_push(&visit.request, &said.statement).await?;
    Ok(answer::json(&json!({"factorResult": state.as_str()})))
}

/// A push as its device shows it. Which number is right is not told.
fn shown(push: &PushTransaction) -> Value {
    let mut object = json!({
        "transaction": push.id.as_str(),
        "nonce": push.context.nonce,
        "created": push.created.to_string(),
        "expiresAt": push.expires.to_string(),
    });
    if let Some(address) = &push.context.ip_address {
        object["ipAddress"] = json!(address);
    }
    if let Some(program) = &push.context.user_agent {
        object["userAgent"] = json!(program);
    }
    if let Some(number) = push.context.number {
        object["numbers"] = json!(number.choices());
    }
    object
}
