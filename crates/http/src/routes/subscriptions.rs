//! Which mails administrators get (contract: sessions-and-subscriptions §4): for users and for roles.

use actix_web::HttpResponse;
use actix_web::http::Method;
use denizen_application::Subscribed;
use denizen_domain::authority::Permission;
use denizen_domain::subscription::Subscription::{self, Subscribed as On, Unsubscribed as Off};
use serde_json::{Value, json};

use crate::answer;
use crate::operation::{BASE, Table};
use crate::refusal::Refusal;
use crate::request::Request;

/// Declares the operations on subscriptions.
pub(super) fn declare(table: &mut Table) {
    use Permission as P;
    table.add("/users/{id}/subscriptions", Method::GET, P::UsersRead, list_own);
    table.add("/users/{id}/subscriptions/{kind}", Method::GET, P::UsersRead, get_own);
    table.add(
        "/users/{id}/subscriptions/{kind}/subscribe",
        Method::POST,
        P::UsersProfileManage,
        |request| choose(request, On),
    );
    table.add(
        "/users/{id}/subscriptions/{kind}/unsubscribe",
        Method::POST,
        P::UsersProfileManage,
        |request| choose(request, Off),
    );
    table.add("/roles/{role}/subscriptions", Method::GET, P::RolesRead, list_of_role);
    table.add(
        "/roles/{role}/subscriptions/{kind}",
        Method::GET,
        P::RolesRead,
        get_of_role,
    );
    table.add(
        "/roles/{role}/subscriptions/{kind}/subscribe",
        Method::POST,
        P::RolesManage,
        |request| set(request, On),
    );
    table.add(
        "/roles/{role}/subscriptions/{kind}/unsubscribe",
        Method::POST,
        P::RolesManage,
        |request| set(request, Off),
    );
}

async fn list_own(request: Request) -> Result<HttpResponse, Refusal> {
    let key = request.segment("id");
    let (id, all) = request.directory().list_own_subscriptions(&request.call, &key).await?;
    let owner = format!("users/{id}");
    let shown: Vec<_> = all.iter().map(|one| view(one, &owner, request.api.base())).collect();
    Ok(answer::json(&shown))
}

async fn get_own(request: Request) -> Result<HttpResponse, Refusal> {
    let (key, kind) = (request.segment("id"), request.segment("kind"));
    let directory = request.directory();
    let (id, one) = directory.get_own_subscription(&request.call, &key, &kind).await?;
    Ok(answer::json(&view(&one, &format!("users/{id}"), request.api.base())))
}

async fn choose(request: Request, status: Subscription) -> Result<HttpResponse, Refusal> {
    let (key, kind) = (request.segment("id"), request.segment("kind"));
    let directory = request.directory();
    directory
        .choose_subscription(&request.call, &key, &kind, status)
        .await?;
    Ok(answer::nothing())
}

async fn list_of_role(request: Request) -> Result<HttpResponse, Refusal> {
    let role = request.segment("role");
    let all = request
        .directory()
        .list_role_subscriptions(&request.call, &role)
        .await?;
    let owner = format!("roles/{role}");
    let shown: Vec<_> = all.iter().map(|one| view(one, &owner, request.api.base())).collect();
    Ok(answer::json(&shown))
}

async fn get_of_role(request: Request) -> Result<HttpResponse, Refusal> {
    let (role, kind) = (request.segment("role"), request.segment("kind"));
    let directory = request.directory();
    let one = directory.get_role_subscription(&request.call, &role, &kind).await?;
    Ok(answer::json(&view(&one, &format!("roles/{role}"), request.api.base())))
}

async fn set(request: Request, status: Subscription) -> Result<HttpResponse, Refusal> {
    let (role, kind) = (request.segment("role"), request.segment("kind"));
    let directory = request.directory();
    directory
        .set_role_subscription(&request.call, &role, &kind, status)
        .await?;
    Ok(answer::nothing())
}

/// Whether mails of a type are sent, with the link that changes it.
fn view((kind, status): &Subscribed, owner: &str, base: &str) -> Value {
    let own = format!("{base}{BASE}/{owner}/subscriptions/{}", kind.as_str());
    let change = match status {
        On => "unsubscribe",
        Off => "subscribe",
    };
    json!({
        "notificationType": kind.as_str(),
        "channels": ["email"],
        "status": status.as_str(),
        "_links": {
            change: {"href": format!("{own}/{change}"), "hints": {"allow": ["POST"]}},
            "self": {"href": own},
        },
    })
}
