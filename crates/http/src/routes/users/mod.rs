//! Users: creating, reading, changing, removing (contract: users §4 to §6).

#[cfg(feature = "ceiling")]
mod ceiling;
mod credentials;
mod lifecycle;
mod projection;
mod view;
mod wire;

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use denizen_application::{CreateUser, Error, ListUsers, ResourceKind, UpdateUser};
use denizen_domain::authority::Permission;
use denizen_domain::entity_tag::EntityTag;
use denizen_domain::user::User;
use denizen_domain::validation::Validation;

use self::projection::Projection;
use self::view::{Links, View};
use self::wire::UserBody;
use super::groups;
use crate::operation::Table;
use crate::refusal::Refusal;
use crate::request::Request;
use crate::{answer, paging};

type Answer = Result<HttpResponse, Refusal>;

#[cfg(feature = "ceiling")]
pub(crate) use self::ceiling::resource as ceiling;

/// Declares the operations on users.
pub(super) fn declare(table: &mut Table) {
    table.add_cross_origin("/users/{id}", Method::GET, Permission::UsersRead, get);
    table.add_cross_origin("/users/{id}", Method::POST, Permission::UsersProfileManage, update);
    table.add("/users/{id}", Method::PUT, Permission::UsersProfileManage, replace);
    table.add("/users/{id}", Method::DELETE, Permission::UsersDelete, delete);
    table.add("/users", Method::GET, Permission::UsersRead, list);
    table.add("/users", Method::POST, Permission::UsersCreate, create);
    lifecycle::declare(table);
    credentials::declare(table);
    table.add_cross_origin("/users/{id}/groups", Method::GET, Permission::UsersRead, list_groups);
}

async fn create(mut request: Request) -> Answer {
    let query = request.query();
    let next_login_change_password = match query.text("nextLogin") {
        None => false,
        Some("changePassword") => true,
        Some(_) => return Err(Refusal::type_mismatch("nextLogin")),
    };
    let (activate, provider) = (query.boolean("activate", true)?, query.boolean("provider", false)?);
    let body: UserBody = request.body().await?;
    if body.has_realm() {
        return Err(Error::FeatureNotAvailable.into());
    }
    let parts = body.into_parts()?;
    let wanted = CreateUser {
        profile: parts.profile.unwrap_or_default(),
        credentials: parts.credentials.unwrap_or_default(),
        group_ids: parts.group_ids,
        type_id: parts.type_id,
        activate,
        provider,
        next_login_change_password,
    };
    let user = request.directory().create_user(&request.call, wanted).await?;
    Ok(answer::written(View::single(&request).write(&user)))
}

async fn get(request: Request) -> Answer {
    let key = request.segment("id");
    let user = request.directory().get_user(&request.call, &key).await?;
    let mut response = answer::written(
        View::of_request(&request, Links::All)
            .with_blocks(&request)
            .write(&user),
    );
    let tag = EntityTag::of(&user.profile, &user.type_id).to_string();
    if let Ok(tag) = HeaderValue::try_from(tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}

async fn update(request: Request) -> Answer {
    let (request, key, wanted) = change(request).await?;
    let user = request.directory().update_user(&request.call, &key, wanted).await?;
    Ok(answer::written(View::single(&request).write(&user)))
}

async fn replace(request: Request) -> Answer {
    let (request, key, wanted) = change(request).await?;
    let user = request.directory().replace_user(&request.call, &key, wanted).await?;
    Ok(answer::written(View::single(&request).write(&user)))
}

/// Reads what both forms of a change share.
async fn change(mut request: Request) -> Result<(Request, String, UpdateUser), Refusal> {
    let strict = request.query().boolean("strict", false)?;
    let if_match = request.if_match()?;
    let body: UserBody = request.body().await?;
    let mut parts = body.into_parts()?;
    if let Some(credentials) = &mut parts.credentials {
        // A question without an answer is one that was read, and is sent back with the rest.
        credentials.recovery_question = credentials
            .recovery_question
            .take()
            .filter(|given| given.answer.is_some());
    }
    if !parts.group_ids.is_empty() {
        let text = "Group memberships are not changed with the user";
        return Err(Validation::field("groupIds", text).into());
    }
    let wanted = UpdateUser {
        profile: parts.profile,
        credentials: parts.credentials,
        type_id: parts.type_id,
        strict,
        if_match,
    };
    let key = request.segment("id");
    Ok((request, key, wanted))
}

async fn delete(request: Request) -> Answer {
    let send_email = request.query().boolean("sendEmail", false)?;
    let key = request.segment("id");
    request.directory().delete_user(&request.call, &key, send_email).await?;
    Ok(answer::no_content())
}

async fn list(request: Request) -> Answer {
    let query = request.query();
    let text = |name: &str| query.text(name).map(str::to_owned);
    let wanted = ListUsers {
        q: text("q"),
        filter: text("filter"),
        search: text("search"),
        sort_by: text("sortBy"),
        sort_order: text("sortOrder"),
        limit: query.integer("limit")?,
        after: text("after"),
    };
    let projection = query.text("fields").map(Projection::parse).transpose()?;
    let listing = request.directory().list_users(&request.call, wanted).await?;
    let body = View::of_request(&request, Links::Own).write_all(&listing.items);
    let mut response = match projection {
        Some(projection) => projection.answer(&body)?,
        None => answer::written(body),
    };
    paging::link(&mut response, &request, listing.limit, listing.next.as_deref());
    Ok(response)
}

async fn list_groups(request: Request) -> Answer {
    /// What the original shows, whatever was asked.
    const LIMIT: usize = 200;
    let key = request.segment("id");
    let found = request.directory().list_user_groups(&request.call, &key).await?;
    let base = request.api.base();
    let groups: Vec<_> = found.iter().map(|group| groups::view(group, base)).collect();
    let mut response = answer::json(&groups);
    paging::link(&mut response, &request, LIMIT, None);
    Ok(response)
}

/// Users as lists show them.
pub(super) fn view_of_many(request: &Request, users: &[User]) -> Vec<u8> {
    View::of_request(request, Links::Own).write_all(users)
}

/// A user who is not there, under the name that the path gave.
fn not_found(key: &str) -> Refusal {
    Error::not_found(ResourceKind::User, key).into()
}
