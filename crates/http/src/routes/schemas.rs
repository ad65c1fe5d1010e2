//! Schemas of users and groups (contract: schemas §2).

use actix_web::HttpResponse;
use actix_web::http::Method;
use denizen_domain::authority::Permission;
use denizen_domain::schema::Schema;
use serde_json::{Value, json};

use crate::answer;
use crate::operation::{BASE, Table};
use crate::refusal::Refusal;
use crate::request::Request;

/// Declares the operations on schemas.
pub(super) fn declare(table: &mut Table) {
    table.add(
        "/meta/schemas/user/{id}",
        Method::GET,
        Permission::SchemasRead,
        get_of_users,
    );
    table.add(
        "/meta/schemas/group/default",
        Method::GET,
        Permission::SchemasRead,
        get_of_groups,
    );
}

async fn get_of_users(request: Request) -> Result<HttpResponse, Refusal> {
    let id = request.segment("id");
    let (schema, user_type) = request.directory().get_user_schema(&request.call, &id).await?;
    let base = request.api.base();
    let schema_id = user_type.id.schema_id();
    let name = if user_type.is_default {
        "default"
    } else {
        schema_id.as_str()
    };
    let links = json!({
        "self": link("self", format!("{base}{BASE}/meta/schemas/user/{schema_id}")),
        "type": link("type", format!("{base}{BASE}/meta/types/user/{}", user_type.id)),
    });
    Ok(answer::json(&view(
        &schema,
        &format!("{base}/meta/schemas/user/{name}"),
        &links,
    )))
}

async fn get_of_groups(request: Request) -> Result<HttpResponse, Refusal> {
    let schema = request.directory().get_group_schema(&request.call).await?;
    let base = request.api.base();
    let links = json!({"self": link("self", format!("{base}{BASE}/meta/schemas/group/default"))});
    Ok(answer::json(&view(
        &schema,
        &format!("{base}/meta/schemas/group/default"),
        &links,
    )))
}

fn link(relation: &str, href: String) -> Value {
    json!({"rel": relation, "href": href, "method": "GET"})
}

fn view(schema: &Schema, id: &str, links: &Value) -> Value {
    json!({
        "id": id,
        "$schema": "http://json-schema.org/draft-04/schema#",
        "name": schema.name,
        "title": schema.title,
        "description": schema.description,
        "lastUpdated": schema.last_updated_at(),
        "created": schema.created_at(),
        "definitions": schema.definitions(),
        "type": "object",
        "properties": {"profile": {"allOf": [{"$ref": "#/definitions/custom"}, {"$ref": "#/definitions/base"}]}},
        "_links": links,
    })
}
