//! Types of users (contract: user-types).

use actix_web::HttpResponse;
use actix_web::http::Method;
use denizen_domain::authority::Permission;
use denizen_domain::user_type::{UserType, UserTypeDescription};
use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use crate::answer;
use crate::operation::{BASE, Table};
use crate::refusal::Refusal;
use crate::request::Request;

/// Declares the operations on types.
pub(super) fn declare(table: &mut Table) {
    use Permission as P;
    table.add("/meta/types/user", Method::GET, P::UserTypesRead, list);
    table.add("/meta/types/user", Method::POST, P::UserTypesManage, create);
    table.add("/meta/types/user/{id}", Method::GET, P::UserTypesRead, get);
    table.add("/meta/types/user/{id}", Method::POST, P::UserTypesManage, update);
    table.add("/meta/types/user/{id}", Method::PUT, P::UserTypesManage, replace);
    table.add("/meta/types/user/{id}", Method::DELETE, P::UserTypesManage, delete);
}

/// A type to be made or changed. Members that only answers have are known and ignored.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct UserTypeBody {
    name: Option<String>,
    display_name: Option<String>,
    #[serde(default, deserialize_with = "given")]
    description: Option<Option<String>>,
    #[serde(rename = "id")]
    _id: Option<IgnoredAny>,
    #[serde(rename = "createdBy")]
    _created_by: Option<IgnoredAny>,
    #[serde(rename = "lastUpdatedBy")]
    _last_updated_by: Option<IgnoredAny>,
    #[serde(rename = "created")]
    _created: Option<IgnoredAny>,
    #[serde(rename = "lastUpdated")]
    _last_updated: Option<IgnoredAny>,
    #[serde(rename = "default")]
    _default: Option<IgnoredAny>,
    #[serde(rename = "_links")]
    _links: Option<IgnoredAny>,
}

/// Tells a member that is `null` from one that is not there.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(deserializer).map(Some)
}

impl UserTypeBody {
    fn into_description(self) -> UserTypeDescription {
        UserTypeDescription {
            name: self.name,
            display_name: self.display_name,
            description: self.description,
        }
    }
}

async fn list(request: Request) -> Result<HttpResponse, Refusal> {
    let found = request.directory().list_user_types(&request.call).await?;
    let types: Vec<_> = found.iter().map(|found| view(found, request.api.base())).collect();
    Ok(answer::json(&types))
}

async fn create(mut request: Request) -> Result<HttpResponse, Refusal> {
    let body: UserTypeBody = request.body().await?;
    let wanted = body.into_description();
    let made = request.directory().create_user_type(&request.call, wanted).await?;
    Ok(answer::json(&view(&made, request.api.base())))
}

async fn get(request: Request) -> Result<HttpResponse, Refusal> {
    let id = request.segment("id");
    let found = request.directory().get_user_type(&request.call, &id).await?;
    Ok(answer::json(&view(&found, request.api.base())))
}

async fn update(mut request: Request) -> Result<HttpResponse, Refusal> {
    let body: UserTypeBody = request.body().await?;
    let (id, wanted) = (request.segment("id"), body.into_description());
    let changed = request.directory().update_user_type(&request.call, &id, wanted).await?;
    Ok(answer::json(&view(&changed, request.api.base())))
}

async fn replace(mut request: Request) -> Result<HttpResponse, Refusal> {
    let body: UserTypeBody = request.body().await?;
    let (id, wanted) = (request.segment("id"), body.into_description());
    let changed = request
        .directory()
        .replace_user_type(&request.call, &id, wanted)
        .await?;
    Ok(answer::json(&view(&changed, request.api.base())))
}

async fn delete(request: Request) -> Result<HttpResponse, Refusal> {
    let id = request.segment("id");
    request.directory().delete_user_type(&request.call, &id).await?;
    Ok(answer::no_content())
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
