//! Apps that are assigned to users and groups.

use actix_web::HttpResponse;
use actix_web::http::Method;
use denizen_application::{AssignApp, ListAppUsers};
use denizen_domain::app::{AppGroup, AppUser};
use denizen_domain::authority::Permission;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::body::{Object, StrictAttributes};
use crate::operation::{BASE, Table};
use crate::refusal::Refusal;
use crate::request::Request;
use crate::{answer, paging};

/// Declares the operations on assignments.
pub(super) fn declare(table: &mut Table) {
    use Permission as P;
    table.add("/apps/{id}/users", Method::GET, P::AppsRead, list_users);
    table.add("/apps/{id}/users", Method::POST, P::AppsAssignmentManage, assign);
    table.add("/apps/{id}/users/{user}", Method::GET, P::AppsRead, get_user);
    table.add(
        "/apps/{id}/users/{user}",
        Method::POST,
        P::AppsAssignmentManage,
        update_user,
    );
    table.add(
        "/apps/{id}/users/{user}",
        Method::DELETE,
        P::AppsAssignmentManage,
        unassign,
    );
    table.add("/apps/{id}/groups", Method::GET, P::AppsRead, list_groups);
    table.add("/apps/{id}/groups/{group}", Method::GET, P::AppsRead, get_group);
    table.add(
        "/apps/{id}/groups/{group}",
        Method::PUT,
        P::AppsAssignmentManage,
        assign_group,
    );
    table.add(
        "/apps/{id}/groups/{group}",
        Method::PATCH,
        P::AppsAssignmentManage,
        update_group,
    );
    table.add(
        "/apps/{id}/groups/{group}",
        Method::DELETE,
        P::AppsAssignmentManage,
        unassign_group,
    );
}

/// An assignment to a user. Members that only answers have are known and ignored.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct AppUserBody {
    id: Option<String>,
    credentials: Option<Object<CredentialsBody>>,
    profile: Option<StrictAttributes>,
    #[serde(rename = "scope")]
    _scope: Option<IgnoredAny>,
    #[serde(rename = "externalId")]
    _external_id: Option<IgnoredAny>,
    #[serde(rename = "created")]
    _created: Option<IgnoredAny>,
    #[serde(rename = "lastUpdated")]
    _last_updated: Option<IgnoredAny>,
    #[serde(rename = "lastSync")]
    _last_sync: Option<IgnoredAny>,
    #[serde(rename = "status")]
    _status: Option<IgnoredAny>,
    #[serde(rename = "statusChanged")]
    _status_changed: Option<IgnoredAny>,
    #[serde(rename = "passwordChanged")]
    _password_changed: Option<IgnoredAny>,
    #[serde(rename = "syncState")]
    _sync_state: Option<IgnoredAny>,
    #[serde(rename = "_links")]
    _links: Option<IgnoredAny>,
    #[serde(rename = "_embedded")]
    _embedded: Option<IgnoredAny>,
}

/// Only the name is kept: passwords of apps are nobody's business here.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct CredentialsBody {
    user_name: Option<String>,
    #[serde(rename = "password")]
    _password: Option<IgnoredAny>,
}

impl AppUserBody {
    fn into_input(self) -> AssignApp {
        AssignApp {
            user_id: self.id,
            user_name: self.credentials.and_then(|given| given.0.user_name),
            profile: self.profile.map(|given| given.0).unwrap_or_default(),
        }
    }
}

/// An assignment to a group.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct AppGroupBody {
    priority: Option<i32>,
    profile: Option<StrictAttributes>,
    #[serde(rename = "id")]
    _id: Option<IgnoredAny>,
    #[serde(rename = "lastUpdated")]
    _last_updated: Option<IgnoredAny>,
    #[serde(rename = "_links")]
    _links: Option<IgnoredAny>,
    #[serde(rename = "_embedded")]
    _embedded: Option<IgnoredAny>,
}

async fn list_users(request: Request) -> Result<HttpResponse, Refusal> {
    let query = request.query();
    let wanted = ListAppUsers {
        limit: query.integer("limit")?,
        after: query.text("after").map(str::to_owned),
    };
    let id = request.segment("id");
    let listing = request.directory().list_app_users(&request.call, &id, wanted).await?;
    let users: Vec<_> = listing
        .items
        .iter()
        .map(|user| user_view(user, request.api.base()))
        .collect();
    let mut response = answer::json(&users);
    paging::link(&mut response, &request, listing.limit, listing.next.as_deref());
    Ok(response)
}

async fn assign(mut request: Request) -> Result<HttpResponse, Refusal> {
    let body: AppUserBody = request.body().await?;
    let (id, wanted) = (request.segment("id"), body.into_input());
    let assigned = request.directory().assign_app(&request.call, &id, wanted).await?;
    Ok(answer::json(&user_view(&assigned, request.api.base())))
}

async fn get_user(request: Request) -> Result<HttpResponse, Refusal> {
    let (id, user) = (request.segment("id"), request.segment("user"));
    let found = request.directory().get_app_user(&request.call, &id, &user).await?;
    Ok(answer::json(&user_view(&found, request.api.base())))
}

async fn update_user(mut request: Request) -> Result<HttpResponse, Refusal> {
    let body: AppUserBody = request.body().await?;
    let (id, user) = (request.segment("id"), request.segment("user"));
    let wanted = body.into_input();
    let changed = request
        .directory()
        .update_app_user(&request.call, &id, &user, wanted)
        .await?;
    Ok(answer::json(&user_view(&changed, request.api.base())))
}

async fn unassign(request: Request) -> Result<HttpResponse, Refusal> {
    let (id, user) = (request.segment("id"), request.segment("user"));
    request.directory().unassign_app(&request.call, &id, &user).await?;
    Ok(answer::no_content())
}

async fn list_groups(request: Request) -> Result<HttpResponse, Refusal> {
    let query = request.query();
    let (id, after, limit) = (request.segment("id"), query.text("after"), query.integer("limit")?);
    let listing = request
        .directory()
        .list_app_groups(&request.call, &id, after, limit)
        .await?;
    let groups: Vec<_> = listing
        .items
        .iter()
        .map(|group| group_view(group, request.api.base()))
        .collect();
    let mut response = answer::json(&groups);
    paging::link(&mut response, &request, listing.limit, listing.next.as_deref());
    Ok(response)
}

async fn get_group(request: Request) -> Result<HttpResponse, Refusal> {
    let (id, group) = (request.segment("id"), request.segment("group"));
    let found = request.directory().get_app_group(&request.call, &id, &group).await?;
    Ok(answer::json(&group_view(&found, request.api.base())))
}

async fn assign_group(request: Request) -> Result<HttpResponse, Refusal> {
    write_group(request, false).await
}

async fn update_group(request: Request) -> Result<HttpResponse, Refusal> {
    write_group(request, true).await
}

async fn write_group(mut request: Request, partly: bool) -> Result<HttpResponse, Refusal> {
    let body: AppGroupBody = request.optional_body().await?.unwrap_or_default();
    let (id, group) = (request.segment("id"), request.segment("group"));
    let profile = body.profile.map(|given| given.0);
    let directory = request.directory();
    let assigned = directory
        .assign_app_to_group(&request.call, &id, &group, body.priority, profile, partly)
        .await?;
    Ok(answer::json(&group_view(&assigned, request.api.base())))
}

async fn unassign_group(request: Request) -> Result<HttpResponse, Refusal> {
    let (id, group) = (request.segment("id"), request.segment("group"));
    request
        .directory()
        .unassign_app_from_group(&request.call, &id, &group)
        .await?;
    Ok(answer::no_content())
}

fn user_view(user: &AppUser, base: &str) -> Value {
    let profile: Option<&RawValue> = serde_json::from_str(user.profile.as_json()).ok();
    json!({
        "id": user.user_id.as_str(),
        "externalId": null,
        "created": user.created,
        "lastUpdated": user.last_updated,
        "scope": "USER",
        "status": "ACTIVE",
        "statusChanged": user.created,
        "passwordChanged": null,
        "syncState": "DISABLED",
        "credentials": {"userName": user.user_name},
        "profile": profile,
        "_links": {
            "app": {"href": format!("{base}{BASE}/apps/{}", user.app_id)},
            "user": {"href": format!("{base}{BASE}/users/{}", user.user_id)},
        },
    })
}

fn group_view(group: &AppGroup, base: &str) -> Value {
    let app = format!("{base}{BASE}/apps/{}", group.app_id);
    json!({
        "id": group.group_id.as_str(),
        "lastUpdated": group.last_updated,
        "priority": group.priority,
        "profile": group.profile,
        "_links": {
            "app": {"href": app},
            "self": {"href": format!("{app}/groups/{}", group.group_id)},
            "group": {"href": format!("{base}{BASE}/groups/{}", group.group_id)},
        },
    })
}
