//! Groups (contract: groups-apps-tokens §1).

use actix_web::HttpResponse;
use actix_web::http::Method;
use denizen_domain::authority::Permission;
use denizen_domain::group::{Group, GroupKind};
use serde_json::{Value, json};

use crate::answer;
use crate::operation::{BASE, Table};
use crate::refusal::Refusal;
use crate::request::Request;

/// Declares the operations on groups.
pub(super) fn declare(table: &mut Table) {
    table.add("/groups/{id}", Method::GET, Permission::GroupsRead, get);
}

async fn get(request: Request) -> Result<HttpResponse, Refusal> {
    let id = request.segment("id");
    let group = request.directory().get_group(&request.call, &id).await?;
    Ok(answer::json(&view(&group, request.api.base())))
}

/// A group as clients see one.
pub(super) fn view(group: &Group, base: &str) -> Value {
    let class = match group.kind {
        GroupKind::OktaGroup | GroupKind::BuiltIn => "okta:user_group",
        GroupKind::AppGroup => "okta:app_group",
    };
    let logo = |size: &str| json!({"name": size, "href": format!("{base}/assets/img/logos/groups/okta-{size}.png"), "type": "image/png"});
    let own = format!("{base}{BASE}/groups/{}", group.id);
    json!({
        "id": group.id.as_str(),
        "created": group.created,
        "lastUpdated": group.last_updated,
        "lastMembershipUpdated": group.last_membership_updated,
        "objectClass": [class],
        "type": group.kind.as_str(),
        "profile": {"name": group.name, "description": group.description},
        "_links": {
            "logo": [logo("medium"), logo("large")],
            "users": {"href": format!("{own}/users")},
            "apps": {"href": format!("{own}/apps")},
        },
    })
}
