//! What roles are narrowed to (contract: roles-and-targets §5, §6).

use actix_web::HttpResponse;
use actix_web::http::Method;
use denizen_application::{RoleTarget, TargetKey};
use denizen_domain::authority::Permission;
use denizen_domain::role::{AppTarget, Target};
use serde_json::{Value, json};

use super::{Family, view};
use crate::operation::{BASE, Table};
use crate::refusal::Refusal;
use crate::request::Request;
use crate::routes::groups;
use crate::{answer, paging};

/// Declares the operations on targets.
pub(super) fn declare(table: &mut Table) {
    declare_of_users(table);
    declare_of_groups(table);
    table.add(
        "/users/{id}/roles/{role}/targets/catalog/apps",
        Method::PUT,
        Permission::RolesManage,
        add_all_apps,
    );
    table.add(
        "/users/{id}/roles/{role}/targets",
        Method::GET,
        Permission::RolesRead,
        list_all,
    );
}

/// Declares the operations on targets of roles of users.
fn declare_of_users(table: &mut Table) {
    use Family::User;
    use Permission::{RolesManage as Manage, RolesRead as Read};
    table.add("/users/{id}/roles/{role}/targets/groups", Method::GET, Read, |r| {
        list_groups(r, User)
    });
    table.add(
        "/users/{id}/roles/{role}/targets/catalog/apps",
        Method::GET,
        Read,
        |r| list_apps(r, User),
    );
    table.add(
        "/users/{id}/roles/{role}/targets/groups/{group}",
        Method::PUT,
        Manage,
        |r| add(r, User),
    );
    table.add(
        "/users/{id}/roles/{role}/targets/groups/{group}",
        Method::DELETE,
        Manage,
        |r| remove(r, User),
    );
    table.add(
        "/users/{id}/roles/{role}/targets/catalog/apps/{name}",
        Method::PUT,
        Manage,
        |r| add(r, User),
    );
    table.add(
        "/users/{id}/roles/{role}/targets/catalog/apps/{name}",
        Method::DELETE,
        Manage,
        |r| remove(r, User),
    );
    table.add(
        "/users/{id}/roles/{role}/targets/catalog/apps/{name}/{app}",
        Method::PUT,
        Manage,
        |r| add(r, User),
    );
    table.add(
        "/users/{id}/roles/{role}/targets/catalog/apps/{name}/{app}",
        Method::DELETE,
        Manage,
        |r| remove(r, User),
    );
}

/// Declares the operations on targets of roles of groups.
fn declare_of_groups(table: &mut Table) {
    use Family::Group;
    use Permission::{RolesManage as Manage, RolesRead as Read};
    table.add("/groups/{id}/roles/{role}/targets/groups", Method::GET, Read, |r| {
        list_groups(r, Group)
    });
    table.add(
        "/groups/{id}/roles/{role}/targets/catalog/apps",
        Method::GET,
        Read,
        |r| list_apps(r, Group),
    );
    table.add(
        "/groups/{id}/roles/{role}/targets/groups/{group}",
        Method::PUT,
        Manage,
        |r| add(r, Group),
    );
    table.add(
        "/groups/{id}/roles/{role}/targets/groups/{group}",
        Method::DELETE,
        Manage,
        |r| remove(r, Group),
    );
    table.add(
        "/groups/{id}/roles/{role}/targets/catalog/apps/{name}",
        Method::PUT,
        Manage,
        |r| add(r, Group),
    );
    table.add(
        "/groups/{id}/roles/{role}/targets/catalog/apps/{name}",
        Method::DELETE,
        Manage,
        |r| remove(r, Group),
    );
    table.add(
        "/groups/{id}/roles/{role}/targets/catalog/apps/{name}/{app}",
        Method::PUT,
        Manage,
        |r| add(r, Group),
    );
    table.add(
        "/groups/{id}/roles/{role}/targets/catalog/apps/{name}/{app}",
        Method::DELETE,
        Manage,
        |r| remove(r, Group),
    );
}

/// The target that a path names.
fn target(request: &Request) -> TargetKey {
    let [group, name, app] = ["group", "name", "app"].map(|segment| request.segment(segment));
    if !group.is_empty() {
        TargetKey::Group(group)
    } else if app.is_empty() {
        TargetKey::App(name)
    } else {
        TargetKey::Instance(name, app)
    }
}

pub(super) async fn list_groups(request: Request, family: Family) -> Result<HttpResponse, Refusal> {
    let query = request.query();
    let (holder, id) = (family.holder(&request), request.segment("role"));
    let (after, limit) = (query.text("after"), query.integer("limit")?);
    let directory = request.directory();
    let listing = directory
        .list_target_groups(&request.call, &holder, &id, after, limit)
        .await?;
    let base = request.api.base();
    let shown: Vec<_> = listing.items.iter().map(|group| groups::view(group, base)).collect();
    let mut response = answer::json(&shown);
    paging::link(&mut response, &request, listing.limit, listing.next.as_deref());
    Ok(response)
}

pub(super) async fn list_apps(request: Request, family: Family) -> Result<HttpResponse, Refusal> {
    let query = request.query();
    let (holder, id) = (family.holder(&request), request.segment("role"));
    let (after, limit) = (query.text("after"), query.integer("limit")?);
    let directory = request.directory();
    let listing = directory
        .list_target_apps(&request.call, &holder, &id, after, limit)
        .await?;
    let base = request.api.base();
    let shown: Vec<_> = listing.items.iter().map(|app| view::app(app, base)).collect();
    let mut response = answer::json(&shown);
    paging::link(&mut response, &request, listing.limit, listing.next.as_deref());
    Ok(response)
}

/// A whole app of a group's role is answered otherwise than every other target; clients insist on it (contract: clients 7).
pub(super) async fn add(request: Request, family: Family) -> Result<HttpResponse, Refusal> {
    let (holder, id, target) = (family.holder(&request), request.segment("role"), target(&request));
    let directory = request.directory();
    directory.add_role_target(&request.call, &holder, &id, &target).await?;
    Ok(match (family, target) {
        (Family::Group, TargetKey::App(_)) => answer::nothing(),
        _ => answer::no_content(),
    })
}

pub(super) async fn remove(request: Request, family: Family) -> Result<HttpResponse, Refusal> {
    let (holder, id, target) = (family.holder(&request), request.segment("role"), target(&request));
    let directory = request.directory();
    directory
        .remove_role_target(&request.call, &holder, &id, &target)
        .await?;
    Ok(answer::no_content())
}

async fn add_all_apps(request: Request) -> Result<HttpResponse, Refusal> {
    let (holder, id) = (Family::User.holder(&request), request.segment("role"));
    let directory = request.directory();
    directory.add_all_apps_as_targets(&request.call, &holder, &id).await?;
    Ok(answer::nothing())
}

/// The targets of a role, whichever way the user holds it.
async fn list_all(request: Request) -> Result<HttpResponse, Refusal> {
    let query = request.query();
    let (user, role) = (request.segment("id"), request.segment("role"));
    let (kind, after) = (query.text("assignmentType"), query.text("after"));
    let limit = query.integer("limit")?;
    let directory = request.directory();
    let listing = directory
        .list_role_targets(&request.call, &user, &role, kind, after, limit)
        .await?;
    let organization = directory.organization_id();
    let shown: Vec<_> = listing
        .items
        .iter()
        .map(|target| named(target, organization, request.api.base()))
        .collect();
    let mut response = answer::json(&shown);
    paging::link(&mut response, &request, listing.limit, listing.next.as_deref());
    Ok(response)
}

/// A target by its resource name.
fn named(target: &RoleTarget, organization: &str, base: &str) -> Value {
    let (orn, path) = match &target.target {
        Target::Group(id) => (
            format!("orn:okta:directory:{organization}:groups:{id}"),
            format!("/groups/{id}"),
        ),
        Target::App(AppTarget::Catalog(name)) => (
            format!("orn:okta:idp:{organization}:apps:{name}"),
            format!("/apps?filter=name+eq+%22{name}%22"),
        ),
        Target::App(AppTarget::Instance { name, id }) => (
            format!("orn:okta:idp:{organization}:apps:{name}:{id}"),
            format!("/apps/{id}"),
        ),
    };
    json!({
        "orn": orn,
        "assignmentType": target.assignment_type,
        "_links": {"self": {"href": format!("{base}{BASE}{path}")}},
    })
}
