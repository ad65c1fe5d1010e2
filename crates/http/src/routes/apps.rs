//! Apps (contract: groups-apps-tokens §2).

mod assignments;
mod grants;

use actix_web::HttpResponse;
use actix_web::http::Method;
use denizen_application::{ListApps, Listing};
use denizen_domain::app::{App, AppDescription, AppStatus, SignOnMode, usual_members};
use denizen_domain::authority::Permission;
use denizen_domain::oauth::client_id;
use denizen_domain::ports::UsableApp;
use serde_json::{Map, Value, json};

use crate::body::StrictAttributes;
use crate::operation::{BASE, Table};
use crate::refusal::Refusal;
use crate::request::Request;
use crate::{answer, paging};

/// Members that only answers have.
const READ_ONLY: [&str; 7] = ["id", "status", "created", "lastUpdated", "_links", "_embedded", "orn"];

/// Declares the operations on apps.
pub(super) fn declare(table: &mut Table) {
    use Permission as P;
    table.add("/apps", Method::GET, P::AppsRead, list);
    table.add("/apps", Method::POST, P::AppsManage, create);
    table.add("/apps/{id}", Method::GET, P::AppsRead, get);
    table.add("/apps/{id}", Method::PUT, P::AppsManage, replace);
    table.add("/apps/{id}", Method::DELETE, P::AppsManage, delete);
    table.add("/apps/{id}/lifecycle/activate", Method::POST, P::AppsManage, activate);
    table.add(
        "/apps/{id}/lifecycle/deactivate",
        Method::POST,
        P::AppsManage,
        deactivate,
    );
    assignments::declare(table);
    grants::declare(table);
    table.add_cross_origin("/users/{id}/appLinks", Method::GET, P::UsersRead, list_links);
}

async fn list(request: Request) -> Result<HttpResponse, Refusal> {
    let query = request.query();
    let text = |name: &str| query.text(name).map(str::to_owned);
    let wanted = ListApps {
        q: text("q"),
        filter: text("filter"),
        limit: query.integer("limit")?,
        after: text("after"),
    };
    let listing = request.directory().list_apps(&request.call, wanted).await?;
    Ok(answer_many(&request, &listing))
}

/// Answers a list of apps.
pub(super) fn answer_many(request: &Request, listing: &Listing<App>) -> HttpResponse {
    let apps: Vec<_> = listing.items.iter().map(|app| view(app, request.api.base())).collect();
    let mut response = answer::json(&apps);
    paging::link(&mut response, request, listing.limit, listing.next.as_deref());
    response
}

/// An app to be made or changed. Every member that nobody interprets is kept.
async fn description(request: &mut Request) -> Result<AppDescription, Refusal> {
    let StrictAttributes(mut members) = request.body().await?;
    for name in READ_ONLY {
        members.remove(name);
    }
    let mut text = |name: &str| match members.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Refusal::malformed_body()),
    };
    let (name, label, sign_on_mode) = (text("name")?, text("label")?, text("signOnMode")?);
    if sign_on_mode
        .as_deref()
        .is_some_and(|mode| SignOnMode::parse(mode).is_none())
    {
        return Err(Refusal::malformed_body());
    }
    let mut document: Map<String, Value> = usual_members();
    document.extend(members.into_iter().filter(|(_, value)| !value.is_null()));
    Ok(AppDescription {
        name,
        label,
        sign_on_mode,
        document,
    })
}

async fn create(mut request: Request) -> Result<HttpResponse, Refusal> {
    let active = request.query().boolean("activate", true)?;
    let wanted = description(&mut request).await?;
    let app = request.directory().create_app(&request.call, wanted, active).await?;
    Ok(answer::json(&view(&app, request.api.base())))
}

async fn get(request: Request) -> Result<HttpResponse, Refusal> {
    let id = request.segment("id");
    let app = request.directory().get_app(&request.call, &id).await?;
    Ok(answer::json(&view(&app, request.api.base())))
}

async fn replace(mut request: Request) -> Result<HttpResponse, Refusal> {
    let (wanted, id) = (description(&mut request).await?, request.segment("id"));
    let app = request.directory().replace_app(&request.call, &id, wanted).await?;
    Ok(answer::json(&view(&app, request.api.base())))
}

async fn delete(request: Request) -> Result<HttpResponse, Refusal> {
    let id = request.segment("id");
    request.directory().delete_app(&request.call, &id).await?;
    Ok(answer::no_content())
}

async fn activate(request: Request) -> Result<HttpResponse, Refusal> {
    let id = request.segment("id");
    request.directory().activate_app(&request.call, &id).await?;
    Ok(answer::empty_object())
}

async fn deactivate(request: Request) -> Result<HttpResponse, Refusal> {
    let id = request.segment("id");
    request.directory().deactivate_app(&request.call, &id).await?;
    Ok(answer::empty_object())
}

async fn list_links(request: Request) -> Result<HttpResponse, Refusal> {
    let key = request.segment("id");
    let usable = request.directory().list_app_links(&request.call, &key).await?;
    let base = request.api.base();
    let links: Vec<Value> = usable.iter().flat_map(|usable| app_links(usable, base)).collect();
    Ok(answer::json(&links))
}

/// The links of an app that are switched on, in the order of their names.
fn visible_links(app: &App) -> Vec<String> {
    let links = app
        .document
        .get("visibility")
        .and_then(|visibility| visibility["appLinks"].as_object());
    let shown = links.into_iter().flatten().filter(|(_, on)| **on == Value::Bool(true));
    shown.map(|(name, _)| name.clone()).collect()
}

/// Where a link of an app leads; the number tells an app's links apart.
fn address(app: &App, number: usize, base: &str) -> String {
    format!("{base}/home/{}/{}/{}", app.name, app.id, number + 1)
}

fn app_links(usable: &UsableApp, base: &str) -> Vec<Value> {
    let app = &usable.app;
    let names = visible_links(app);
    let several = names.len() > 1;
    let hidden = app
        .document
        .get("visibility")
        .is_some_and(|shown| shown["hide"]["web"] == Value::Bool(true));
    let assignment = usable.own.as_ref().map(|own| own.id.to_string());
    let assignment = assignment.unwrap_or_else(|| format!("0ua{}", app.id.suffix()));
    let entry = |(number, name): (usize, &String)| {
        json!({
            "id": assignment,
            "label": if several { format!("{} {name}", app.label) } else { app.label.clone() },
            "linkUrl": address(app, number, base),
            "logoUrl": format!("{base}/img/logos/default.png"),
            "appName": app.name,
            "appInstanceId": app.id.as_str(),
            "appAssignmentId": assignment,
            "credentialsSetup": false,
            "hidden": hidden,
            "sortOrder": number,
        })
    };
    names.iter().enumerate().map(entry).collect()
}

/// An app as clients see one: what was given, with what the directory knows over it.
fn view(app: &App, base: &str) -> Value {
    let own = format!("{base}{BASE}/apps/{}", app.id);
    let links = visible_links(app);
    let links: Vec<Value> = links
        .iter()
        .enumerate()
        .map(|(number, name)| json!({"name": name, "href": address(app, number, base), "type": "text/html"}))
        .collect();
    let mut shown = app.document.clone();
    let known = json!({
        "id": app.id.as_str(),
        "name": app.name,
        "label": app.label,
        "status": app.status.as_str(),
        "created": app.created,
        "lastUpdated": app.last_updated,
        "signOnMode": app.sign_on_mode.as_str(),
        "_links": {
            "self": {"href": own},
            "appLinks": links,
            "users": {"href": format!("{own}/users")},
            "groups": {"href": format!("{own}/groups")},
            "logo": [{"name": "medium", "href": format!("{base}/img/logos/default.png"), "type": "image/png"}],
        },
    });
    shown.extend(known.as_object().cloned().unwrap_or_default());
    let step = match app.status {
        AppStatus::Active => "deactivate",
        AppStatus::Inactive => "activate",
    };
    if let Some(client_id) = client_id(app) {
        // Whoever registered a client reads here under which name it calls.
        let mut credentials = members(shown.remove("credentials"));
        let mut client = members(credentials.remove("oauthClient"));
        client.insert("client_id".to_owned(), json!(client_id));
        credentials.insert("oauthClient".to_owned(), Value::Object(client));
        shown.insert("credentials".to_owned(), Value::Object(credentials));
    }
    shown["_links"][step] = json!({"href": format!("{own}/lifecycle/{step}")});
    Value::Object(shown)
}

/// The members of an object; none of what is no object.
fn members(value: Option<Value>) -> Map<String, Value> {
    match value {
        Some(Value::Object(members)) => members,
        _ => Map::new(),
    }
}
