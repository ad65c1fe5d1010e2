//! Administrator roles of users, groups and clients (contract: roles-and-targets §1, §8). The families are served by the same
//! handlers; only the paths differ.

mod assignees;
mod clients;
mod targets;
mod view;

pub(crate) use self::clients::declare as declare_clients;
use actix_web::HttpResponse;
use actix_web::http::Method;
use denizen_application::{AssignRole, HolderKey};
use denizen_domain::authority::Permission;
use denizen_domain::role::{RoleAssignment, TargetKind};
use denizen_domain::validation::Validation;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::answer;
use crate::operation::Table;
use crate::refusal::Refusal;
use crate::request::Request;

/// Declares the operations on roles.
pub(super) fn declare(table: &mut Table) {
    use Family::{Group, User};
    use Permission::{RolesManage as Manage, RolesRead as Read};
    table.add("/users/{id}/roles", Method::GET, Read, |r| list(r, User));
    table.add("/users/{id}/roles", Method::POST, Manage, |r| assign(r, User));
    table.add("/users/{id}/roles/{role}", Method::GET, Read, |r| get(r, User));
    table.add("/users/{id}/roles/{role}", Method::DELETE, Manage, |r| {
        unassign(r, User)
    });
    table.add("/groups/{id}/roles", Method::GET, Read, |r| list(r, Group));
    table.add("/groups/{id}/roles", Method::POST, Manage, |r| assign(r, Group));
    table.add("/groups/{id}/roles/{role}", Method::GET, Read, |r| get(r, Group));
    table.add("/groups/{id}/roles/{role}", Method::DELETE, Manage, |r| {
        unassign(r, Group)
    });
    targets::declare(table);
    assignees::declare(table);
}

/// Whose roles a path is about.
#[derive(Clone, Copy)]
enum Family {
    User,
    Group,
    Client,
}

impl Family {
    fn holder(self, request: &Request) -> HolderKey {
        let id = request.segment("id");
        match self {
            Self::User => HolderKey::User(id),
            Self::Group => HolderKey::Group(id),
            Self::Client => HolderKey::Client(id),
        }
    }
}

/// A role to be assigned.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AssignBody {
    #[serde(rename = "type")]
    role_type: Option<String>,
    role: Option<String>,
    #[serde(rename = "resource-set")]
    resource_set: Option<String>,
}

/// What `expand` asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expansion {
    Nothing,
    Targets(TargetKind),
}

impl Expansion {
    fn of(given: Option<&str>) -> Result<Self, Refusal> {
        match given {
            None => Ok(Self::Nothing),
            Some("targets/groups") => Ok(Self::Targets(TargetKind::Groups)),
            Some("targets/catalog/apps") => Ok(Self::Targets(TargetKind::Apps)),
            Some(_) => Err(Validation::new("RequestParams", "Expand query is malformed.").into()),
        }
    }
}

async fn list(request: Request, family: Family) -> Result<HttpResponse, Refusal> {
    let expansion = Expansion::of(request.query().text("expand"))?;
    let holder = family.holder(&request);
    let roles = request.directory().list_roles(&request.call, &holder).await?;
    let mut shown = Vec::with_capacity(roles.len());
    for role in &roles {
        let mut one = view::assignment(role, request.api.base());
        if let Expansion::Targets(kind) = expansion
            && role.role.target_kind() == Some(kind)
        {
            one["_embedded"] = json!({"targets": embedded(&request, role, kind).await?});
        }
        shown.push(one);
    }
    Ok(answer::json(&shown))
}

async fn embedded(request: &Request, role: &RoleAssignment, kind: TargetKind) -> Result<Value, Refusal> {
    let (directory, base) = (request.directory(), request.api.base());
    match kind {
        TargetKind::Groups => {
            let groups = directory.expand_target_groups(&request.call, role).await?;
            let shown: Vec<_> = groups.iter().map(|group| super::groups::view(group, base)).collect();
            Ok(json!({"groups": shown}))
        }
        TargetKind::Apps => {
            let apps = directory.expand_target_apps(&request.call, role).await?;
            let shown: Vec<_> = apps.iter().map(|app| view::app(app, base)).collect();
            Ok(json!({"catalog": {"apps": shown}}))
        }
    }
}

async fn assign(mut request: Request, family: Family) -> Result<HttpResponse, Refusal> {
    let query = request.query();
    let third_party = match query.text("disableNotifications") {
        None => None,
        Some(_) => Some(query.boolean("disableNotifications", false)?),
    };
    let body: AssignBody = request.body().await?;
    let wanted = AssignRole {
        role_type: body.role_type,
        custom_role: body.role,
        resource_set: body.resource_set,
        third_party,
    };
    let holder = family.holder(&request);
    let role = request.directory().assign_role(&request.call, &holder, &wanted).await?;
    let shown = view::assignment(&role, request.api.base());
    Ok(match family {
        Family::User | Family::Group => answer::created(&shown),
        Family::Client => answer::json(&shown),
    })
}

async fn get(request: Request, family: Family) -> Result<HttpResponse, Refusal> {
    let (holder, id) = (family.holder(&request), request.segment("role"));
    let role = request.directory().get_role(&request.call, &holder, &id).await?;
    Ok(answer::json(&view::assignment(&role, request.api.base())))
}

async fn unassign(request: Request, family: Family) -> Result<HttpResponse, Refusal> {
    let (holder, id) = (family.holder(&request), request.segment("role"));
    request.directory().unassign_role(&request.call, &holder, &id).await?;
    Ok(answer::no_content())
}
