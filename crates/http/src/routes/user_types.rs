//! Types of users (contract: user-types §2).

use actix_web::HttpResponse;
use actix_web::http::Method;
use denizen_domain::authority::Permission;
use denizen_domain::user_type::UserType;
use serde_json::{Value, json};

use crate::answer;
use crate::operation::{BASE, Table};
use crate::refusal::Refusal;
use crate::request::Request;

/// Declares the operations on types.
pub(super) fn declare(table: &mut Table) {
    table.add("/meta/types/user", Method::GET, Permission::UserTypesRead, list);
    table.add("/meta/types/user/{id}", Method::GET, Permission::UserTypesRead, get);
}

async fn list(request: Request) -> Result<HttpResponse, Refusal> {
    let found = request.directory().list_user_types(&request.call).await?;
    let types: Vec<_> = found.iter().map(|found| view(found, request.api.base())).collect();
    Ok(answer::json(&types))
}

async fn get(request: Request) -> Result<HttpResponse, Refusal> {
    let id = request.segment("id");
    let found = request.directory().get_user_type(&request.call, &id).await?;
    Ok(answer::json(&view(&found, request.api.base())))
}

fn view(found: &UserType, base: &str) -> Value {
    let link = |relation: &str, path: String| json!({"rel": relation, "href": path, "method": "GET"});
    let mut shown = json!({
        "id": found.id.as_str(),
        "displayName": found.display_name,
        "name": found.name,
        "createdBy": found.created_by,
        "lastUpdatedBy": found.last_updated_by,
        "created": found.created,
        "lastUpdated": found.last_updated,
        "default": found.is_default,
        "_links": {
            "schema": link("schema", format!("{base}{BASE}/meta/schemas/user/{}", found.id.schema_id())),
            "self": link("self", format!("{base}{BASE}/meta/types/user/{}", found.id)),
        },
    });
    if let (Some(description), Some(members)) = (&found.description, shown.as_object_mut()) {
        members.insert("description".to_owned(), json!(description));
    }
    shown
}
