//! Who holds any role (contract: roles-and-targets §7).

use actix_web::HttpResponse;
use actix_web::http::Method;
use denizen_domain::authority::Permission;
use serde_json::{Value, json};

use crate::operation::{BASE, Table};
use crate::refusal::Refusal;
use crate::request::Request;
use crate::{answer, paging};

/// Declares the list of everybody who holds a role.
pub(super) fn declare(table: &mut Table) {
    table.add("/iam/assignees/users", Method::GET, Permission::RolesRead, list);
}

async fn list(request: Request) -> Result<HttpResponse, Refusal> {
    let query = request.query();
    let (after, limit) = (query.text("after"), query.integer("limit")?);
    let directory = request.directory();
    let listing = directory.list_assignees(&request.call, after, limit).await?;
    let (base, organization) = (request.api.base(), directory.organization_id());
    let users: Vec<Value> = listing
        .items
        .iter()
        .map(|id| {
            let own = format!("{base}{BASE}/users/{id}");
            json!({
                "id": id.as_str(),
                "orn": format!("orn:okta:directory:{organization}:users:{id}"),
                "_links": {"self": {"href": own}, "roles": {"href": format!("{own}/roles")}},
            })
        })
        .collect();
    let mut links = json!({});
    if let Some(next) = &listing.next {
        let next = paging::address_of(&request, Some(next), listing.limit);
        links["next"] = json!({"href": next});
    }
    Ok(answer::json(&json!({"value": users, "_links": links})))
}
