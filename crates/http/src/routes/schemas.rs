//! Schemas of users, groups and users of apps (contract: schemas).

use actix_web::HttpResponse;
use actix_web::http::Method;
use denizen_domain::app::App;
use denizen_domain::authority::Permission;
use denizen_domain::schema::{Schema, SchemaEdit};
use denizen_domain::user_type::UserType;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use crate::answer;
use crate::body::StrictValue;
use crate::operation::{BASE, Table};
use crate::refusal::Refusal;
use crate::request::Request;

/// Declares the operations on schemas.
pub(super) fn declare(table: &mut Table) {
    use Permission as P;
    table.add("/meta/schemas/user/{id}", Method::GET, P::SchemasRead, get_of_users);
    table.add(
        "/meta/schemas/user/{id}",
        Method::POST,
        P::SchemasManage,
        update_of_users,
    );
    table.add(
        "/meta/schemas/group/default",
        Method::GET,
        P::SchemasRead,
        get_of_groups,
    );
    table.add(
        "/meta/schemas/group/default",
        Method::POST,
        P::SchemasManage,
        update_of_groups,
    );
    table.add(
        "/meta/schemas/apps/{id}/default",
        Method::GET,
        P::SchemasRead,
        get_of_app,
    );
    table.add(
        "/meta/schemas/apps/{id}/default",
        Method::POST,
        P::SchemasManage,
        update_of_app,
    );
}

/// A schema to be merged. All but the definitions is read-only; it is known and ignored, so that a whole schema can be sent
/// back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SchemaBody {
    definitions: Option<StrictValue>,
    #[serde(rename = "id")]
    _id: Option<IgnoredAny>,
    #[serde(rename = "$schema")]
    _schema: Option<IgnoredAny>,
    #[serde(rename = "name")]
    _name: Option<IgnoredAny>,
    #[serde(rename = "title")]
    _title: Option<IgnoredAny>,
    #[serde(rename = "description")]
    _description: Option<IgnoredAny>,
    #[serde(rename = "lastUpdated")]
    _last_updated: Option<IgnoredAny>,
    #[serde(rename = "created")]
    _created: Option<IgnoredAny>,
    #[serde(rename = "type")]
    _type: Option<IgnoredAny>,
    #[serde(rename = "properties")]
    _properties: Option<IgnoredAny>,
    #[serde(rename = "_links")]
    _links: Option<IgnoredAny>,
}

/// The changes that a body asks for.
async fn edit(request: &mut Request) -> Result<SchemaEdit, Refusal> {
    let body: SchemaBody = request.body().await?;
    let definitions = body.definitions.map_or(Value::Null, |given| given.0);
    SchemaEdit::parse(&definitions).map_err(|refusal| denizen_application::Error::from(refusal).into())
}

async fn get_of_users(request: Request) -> Result<HttpResponse, Refusal> {
    let id = request.segment("id");
    let (schema, user_type) = request.directory().get_user_schema(&request.call, &id).await?;
    Ok(answer::json(&view_of_users(&schema, &user_type, request.api.base())))
}

async fn update_of_users(mut request: Request) -> Result<HttpResponse, Refusal> {
    let (edit, id) = (edit(&mut request).await?, request.segment("id"));
    let (schema, user_type) = request
        .directory()
        .update_user_schema(&request.call, &id, &edit)
        .await?;
    Ok(answer::json(&view_of_users(&schema, &user_type, request.api.base())))
}

async fn get_of_groups(request: Request) -> Result<HttpResponse, Refusal> {
    let schema = request.directory().get_group_schema(&request.call).await?;
    Ok(answer::json(&view_of_groups(&schema, request.api.base())))
}

async fn update_of_groups(mut request: Request) -> Result<HttpResponse, Refusal> {
    let edit = edit(&mut request).await?;
    let schema = request.directory().update_group_schema(&request.call, &edit).await?;
    Ok(answer::json(&view_of_groups(&schema, request.api.base())))
}

async fn get_of_app(request: Request) -> Result<HttpResponse, Refusal> {
    let id = request.segment("id");
    let (schema, app) = request.directory().get_app_schema(&request.call, &id).await?;
    Ok(answer::json(&view_of_app(&schema, &app, request.api.base())))
}

async fn update_of_app(mut request: Request) -> Result<HttpResponse, Refusal> {
    let (edit, id) = (edit(&mut request).await?, request.segment("id"));
    let (schema, app) = request.directory().update_app_schema(&request.call, &id, &edit).await?;
    Ok(answer::json(&view_of_app(&schema, &app, request.api.base())))
}

fn view_of_users(schema: &Schema, user_type: &UserType, base: &str) -> Value {
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
    view(schema, &format!("{base}/meta/schemas/user/{name}"), Some(links))
}

fn view_of_groups(schema: &Schema, base: &str) -> Value {
    let links = json!({"self": link("self", format!("{base}{BASE}/meta/schemas/group/default"))});
    view(schema, &format!("{base}/meta/schemas/group/default"), Some(links))
}

fn view_of_app(schema: &Schema, app: &App, base: &str) -> Value {
    view(schema, &format!("{base}/meta/schemas/apps/{}/default", app.id), None)
}

fn link(relation: &str, href: String) -> Value {
    json!({"rel": relation, "href": href, "method": "GET"})
}

fn view(schema: &Schema, id: &str, links: Option<Value>) -> Value {
    let mut shown = json!({
        "id": id,
        "$schema": "http://json-schema.org/draft-04/schema#",
        "name": schema.name,
        "title": schema.title,
        "lastUpdated": schema.last_updated_at(),
        "created": schema.created_at(),
        "definitions": schema.definitions(),
        "type": "object",
        "properties": {"profile": {"allOf": [{"$ref": "#/definitions/custom"}, {"$ref": "#/definitions/base"}]}},
    });
    let optional = [
        ("description", schema.description.as_ref().map(|text| json!(text))),
        ("_links", links),
    ];
    for (name, value) in optional {
        if let (Some(value), Some(members)) = (value, shown.as_object_mut()) {
            members.insert(name.to_owned(), value);
        }
    }
    shown
}
