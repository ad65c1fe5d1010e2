//! Definitions of linked objects, and links between users (contract: linked-objects).

use actix_web::HttpResponse;
use actix_web::http::Method;
use denizen_domain::authority::Permission;
use denizen_domain::linked_object::{LinkedObjectDefinition, LinkedObjectSide};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use crate::body::Object;
use crate::operation::{BASE, Table};
use crate::refusal::Refusal;
use crate::request::Request;
use crate::{answer, paging};

const PATH: &str = "/meta/schemas/user/linkedObjects";

/// Declares the operations on definitions, under both of their paths, and on links.
pub(super) fn declare(table: &mut Table) {
    declare_definitions(table);
    declare_older_paths(table);
    declare_links(table);
}

fn declare_definitions(table: &mut Table) {
    use Permission as P;
    table.add(
        "/meta/schemas/user/linkedObjects",
        Method::GET,
        P::LinkedObjectsRead,
        list,
    );
    table.add(
        "/meta/schemas/user/linkedObjects",
        Method::POST,
        P::LinkedObjectsManage,
        create,
    );
    table.add(
        "/meta/schemas/user/linkedObjects/{name}",
        Method::GET,
        P::LinkedObjectsRead,
        get,
    );
    table.add(
        "/meta/schemas/user/linkedObjects/{name}",
        Method::DELETE,
        P::LinkedObjectsManage,
        delete,
    );
}

/// The same definitions, where they once were.
fn declare_older_paths(table: &mut Table) {
    use Permission as P;
    table.add(
        "/meta/schemas/user/default/linkedObjects",
        Method::GET,
        P::LinkedObjectsRead,
        list,
    );
    table.add(
        "/meta/schemas/user/default/linkedObjects",
        Method::POST,
        P::LinkedObjectsManage,
        create,
    );
    table.add(
        "/meta/schemas/user/default/linkedObjects/{name}",
        Method::GET,
        P::LinkedObjectsRead,
        get,
    );
    table.add(
        "/meta/schemas/user/default/linkedObjects/{name}",
        Method::DELETE,
        P::LinkedObjectsManage,
        delete,
    );
}

fn declare_links(table: &mut Table) {
    use Permission as P;
    table.add(
        "/users/{id}/linkedObjects/{name}/{primary}",
        Method::PUT,
        P::UsersProfileManage,
        link,
    );
    table.add(
        "/users/{id}/linkedObjects/{name}",
        Method::GET,
        P::UsersRead,
        list_links,
    );
    table.add(
        "/users/{id}/linkedObjects/{name}",
        Method::DELETE,
        P::UsersProfileManage,
        unlink,
    );
}

/// A definition to be made. Its links are known and ignored.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DefinitionBody {
    primary: Option<Object<SideBody>>,
    associated: Option<Object<SideBody>>,
    #[serde(rename = "_links")]
    _links: Option<IgnoredAny>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SideBody {
    name: Option<String>,
    title: Option<String>,
    description: Option<String>,
    #[serde(rename = "type")]
    kind: Option<LinkedType>,
}

/// Links lead to users only.
#[derive(Deserialize)]
enum LinkedType {
    #[serde(rename = "USER")]
    User,
}

async fn list(request: Request) -> Result<HttpResponse, Refusal> {
    let found = request
        .directory()
        .list_linked_object_definitions(&request.call)
        .await?;
    let definitions: Vec<_> = found.iter().map(|found| view(found, request.api.base())).collect();
    Ok(answer::json(&definitions))
}

async fn create(mut request: Request) -> Result<HttpResponse, Refusal> {
    let body: DefinitionBody = request.body().await?;
    let wanted = LinkedObjectDefinition {
        primary: side("primary", body.primary)?,
        associated: side("associated", body.associated)?,
    };
    let directory = request.directory();
    let made = directory.create_linked_object_definition(&request.call, wanted).await?;
    Ok(answer::created(&view(&made, request.api.base())))
}

fn side(name: &str, given: Option<Object<SideBody>>) -> Result<LinkedObjectSide, Refusal> {
    let given = given.map(|given| given.0).unwrap_or_default();
    if !matches!(given.kind, Some(LinkedType::User)) {
        let field = format!("{name}.type");
        return Err(denizen_domain::validation::Validation::field(&field, "The field cannot be left blank").into());
    }
    Ok(LinkedObjectSide {
        name: given.name.unwrap_or_default(),
        title: given.title.unwrap_or_default(),
        description: given.description,
    })
}

async fn get(request: Request) -> Result<HttpResponse, Refusal> {
    let name = request.segment("name");
    let found = request
        .directory()
        .get_linked_object_definition(&request.call, &name)
        .await?;
    Ok(answer::json(&view(&found, request.api.base())))
}

async fn delete(request: Request) -> Result<HttpResponse, Refusal> {
    let name = request.segment("name");
    request
        .directory()
        .delete_linked_object_definition(&request.call, &name)
        .await?;
    Ok(answer::no_content())
}

async fn link(request: Request) -> Result<HttpResponse, Refusal> {
    let (key, name, primary) = (
        request.segment("id"),
        request.segment("name"),
        request.segment("primary"),
    );
    request
        .directory()
        .link_user(&request.call, &key, &name, &primary)
        .await?;
    Ok(answer::no_content())
}

async fn list_links(request: Request) -> Result<HttpResponse, Refusal> {
    let query = request.query();
    let (after, limit) = (query.text("after"), query.integer("limit")?);
    let (key, name) = (request.segment("id"), request.segment("name"));
    let directory = request.directory();
    let listing = directory
        .list_linked_users(&request.call, &key, &name, after, limit)
        .await?;
    let base = request.api.base();
    let own =
        |id: &denizen_domain::id::UserId| json!({"_links": {"self": {"href": format!("{base}{BASE}/users/{id}")}}});
    let users: Vec<_> = listing.items.iter().map(own).collect();
    let mut response = answer::json(&users);
    paging::link(&mut response, &request, listing.limit, listing.next.as_deref());
    Ok(response)
}

async fn unlink(request: Request) -> Result<HttpResponse, Refusal> {
    let (key, name) = (request.segment("id"), request.segment("name"));
    request.directory().unlink_user(&request.call, &key, &name).await?;
    Ok(answer::no_content())
}

fn view(found: &LinkedObjectDefinition, base: &str) -> Value {
    let side = |side: &LinkedObjectSide| {
        let mut shown = json!({"name": side.name, "title": side.title, "type": "USER"});
        if let Some(description) = &side.description {
            shown["description"] = json!(description);
        }
        shown
    };
    json!({
        "primary": side(&found.primary),
        "associated": side(&found.associated),
        "_links": {"self": {"href": format!("{base}{BASE}{PATH}/{}", found.primary.name)}},
    })
}
