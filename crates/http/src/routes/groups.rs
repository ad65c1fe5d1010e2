//! Groups and who belongs to them (contract: groups-apps-tokens §1).

use actix_web::HttpResponse;
use actix_web::http::Method;
use denizen_application::ListGroups;
use denizen_domain::authority::Permission;
use denizen_domain::group::{Group, GroupKind};
use denizen_domain::profile::Attributes;
use denizen_domain::validation::Validation;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::{apps, users};
use crate::body::StrictAttributes;
use crate::operation::{BASE, Table};
use crate::refusal::Refusal;
use crate::request::Request;
use crate::{answer, paging};

/// Declares the operations on groups.
pub(super) fn declare(table: &mut Table) {
    use Permission as P;
    table.add("/groups", Method::GET, P::GroupsRead, list);
    table.add("/groups", Method::POST, P::GroupsCreate, create);
    table.add("/groups/{id}", Method::GET, P::GroupsRead, get);
    table.add("/groups/{id}", Method::PUT, P::GroupsManage, replace);
    table.add("/groups/{id}", Method::DELETE, P::GroupsManage, delete);
    table.add("/groups/{id}/users", Method::GET, P::GroupsRead, list_members);
    table.add(
        "/groups/{id}/users/{user}",
        Method::PUT,
        P::GroupsMembersManage,
        add_member,
    );
    table.add(
        "/groups/{id}/users/{user}",
        Method::DELETE,
        P::GroupsMembersManage,
        remove_member,
    );
    table.add("/groups/{id}/apps", Method::GET, P::AppsRead, list_apps);
}

/// A group to be made or changed. Members that only answers have are known and ignored.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupBody {
    profile: Option<StrictAttributes>,
    #[serde(rename = "id")]
    _id: Option<IgnoredAny>,
    #[serde(rename = "created")]
    _created: Option<IgnoredAny>,
    #[serde(rename = "lastUpdated")]
    _last_updated: Option<IgnoredAny>,
    #[serde(rename = "lastMembershipUpdated")]
    _last_membership_updated: Option<IgnoredAny>,
    #[serde(rename = "objectClass")]
    _object_class: Option<IgnoredAny>,
    #[serde(rename = "type")]
    _type: Option<IgnoredAny>,
    #[serde(rename = "_links")]
    _links: Option<IgnoredAny>,
    #[serde(rename = "_embedded")]
    _embedded: Option<IgnoredAny>,
}

async fn profile(request: &mut Request) -> Result<Attributes, Refusal> {
    let body: GroupBody = request.body().await?;
    let mut attributes = body.profile.map(|given| given.0).unwrap_or_default();
    // One of the official clients sends the class of a group inside of the profile.
    attributes.remove("objectClass");
    Ok(attributes)
}

async fn list(request: Request) -> Result<HttpResponse, Refusal> {
    let query = request.query();
    let text = |name: &str| query.text(name).map(str::to_owned);
    let with_stats = match query.text("expand") {
        None | Some("app") => false,
        Some("stats") => true,
        Some(_) => return Err(Validation::new("RequestParams", "Expand query is malformed.").into()),
    };
    let wanted = ListGroups {
        q: text("q"),
        filter: text("filter"),
        search: text("search"),
        sort_by: text("sortBy"),
        sort_order: text("sortOrder"),
        limit: query.integer("limit")?,
        after: text("after"),
    };
    let listing = request.directory().list_groups(&request.call, wanted).await?;
    let mut groups = Vec::with_capacity(listing.items.len());
    for group in &listing.items {
        let mut shown = view(group, request.api.base());
        if with_stats {
            shown["_embedded"] = json!({"stats": stats(&request, group).await?});
        }
        groups.push(shown);
    }
    let mut response = answer::json(&groups);
    paging::link(&mut response, &request, listing.limit, listing.next.as_deref());
    Ok(response)
}

async fn stats(request: &Request, group: &Group) -> Result<Value, Refusal> {
    let stats = request.directory().group_stats(&request.call, &group.id).await?;
    // The last name is spelled as the original spells it.
    Ok(json!({
        "usersCount": stats.users,
        "appsCount": stats.apps,
        "groupPushMappingsCount": 0,
        "hasAdminPrivlege": stats.has_roles,
    }))
}

async fn create(mut request: Request) -> Result<HttpResponse, Refusal> {
    let wanted = profile(&mut request).await?;
    let group = request.directory().create_group(&request.call, wanted).await?;
    Ok(answer::json(&view(&group, request.api.base())))
}

async fn get(request: Request) -> Result<HttpResponse, Refusal> {
    let id = request.segment("id");
    let group = request.directory().get_group(&request.call, &id).await?;
    Ok(answer::json(&view(&group, request.api.base())))
}

async fn replace(mut request: Request) -> Result<HttpResponse, Refusal> {
    let (wanted, id) = (profile(&mut request).await?, request.segment("id"));
    let group = request.directory().replace_group(&request.call, &id, wanted).await?;
    Ok(answer::json(&view(&group, request.api.base())))
}

async fn delete(request: Request) -> Result<HttpResponse, Refusal> {
    let id = request.segment("id");
    request.directory().delete_group(&request.call, &id).await?;
    Ok(answer::no_content())
}

async fn list_members(request: Request) -> Result<HttpResponse, Refusal> {
    let query = request.query();
    let (id, after, limit) = (request.segment("id"), query.text("after"), query.integer("limit")?);
    let listing = request
        .directory()
        .list_members(&request.call, &id, after, limit)
        .await?;
    let mut response = answer::written(users::view_of_many(&request, &listing.items));
    paging::link(&mut response, &request, listing.limit, listing.next.as_deref());
    Ok(response)
}

async fn add_member(request: Request) -> Result<HttpResponse, Refusal> {
    let (id, user) = (request.segment("id"), request.segment("user"));
    request.directory().add_member(&request.call, &id, &user).await?;
    Ok(answer::no_content())
}

async fn remove_member(request: Request) -> Result<HttpResponse, Refusal> {
    let (id, user) = (request.segment("id"), request.segment("user"));
    request.directory().remove_member(&request.call, &id, &user).await?;
    Ok(answer::no_content())
}

async fn list_apps(request: Request) -> Result<HttpResponse, Refusal> {
    let query = request.query();
    let (id, after, limit) = (request.segment("id"), query.text("after"), query.integer("limit")?);
    let listing = request
        .directory()
        .list_group_apps(&request.call, &id, after, limit)
        .await?;
    Ok(apps::answer_many(&request, &listing))
}

/// A group as clients see one.
pub(super) fn view(group: &Group, base: &str) -> Value {
    let class = match group.kind {
        GroupKind::OktaGroup | GroupKind::BuiltIn => "okta:user_group",
        GroupKind::AppGroup => "okta:windows_security_principal",
    };
    let logo = |size: &str| json!({"name": size, "href": format!("{base}/assets/img/logos/groups/okta-{size}.png"), "type": "image/png"});
    let own = format!("{base}{BASE}/groups/{}", group.id);
    let profile: Option<&RawValue> = serde_json::from_str(group.profile.as_json()).ok();
    json!({
        "id": group.id.as_str(),
        "created": group.created,
        "lastUpdated": group.last_updated,
        "lastMembershipUpdated": group.last_membership_updated,
        "objectClass": [class],
        "type": group.kind.as_str(),
        "profile": profile,
        "_links": {
            "logo": [logo("medium"), logo("large")],
            "users": {"href": format!("{own}/users")},
            "apps": {"href": format!("{own}/apps")},
        },
    })
}
