//! Pushes and the registration of their devices (contract: factors §6.8, §6.11, §7.6).

use actix_web::HttpResponse;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};
use denizen_application::PushActivationStep;
use denizen_domain::authority::Permission;
use denizen_domain::factor::{FactorId, FactorKind};
use denizen_domain::secret::Secret;

use super::Answer;
use super::view::Place;
use super::wire::EnrolBody;
use crate::answer;
use crate::operation::Table;
use crate::picture;
use crate::refusal::Refusal;
use crate::request::Request;
use crate::visit::Visit;

/// Declares the operations that no other kind of factor has, and the pictures.
pub(super) fn declare(table: &mut Table) {
    use Permission as P;
    const TRANSACTION: &str = "/users/{id}/factors/{factor}/transactions/{transaction}";
    const ACTIVATE: [&str; 2] = [
        "/users/{id}/factors/{factor}/lifecycle/activate/email",
        "/users/{id}/factors/{factor}/lifecycle/activate/sms",
    ];
    table.add(ACTIVATE[0], Method::POST, P::UsersCredentialsManage, mail);
    table.add(ACTIVATE[1], Method::POST, P::UsersCredentialsManage, sms);
    table.add(TRANSACTION, Method::GET, P::UsersRead, poll);
    table.add(TRANSACTION, Method::DELETE, P::UsersCredentialsManage, cancel);
    table.add_open("/users/{id}/factors/{factor}/qr/{token}", Method::GET, show_picture);
}

/// Whether an id is that of a device that approves.
pub(super) fn is_push(id: &str) -> bool {
    FactorId::parse(id).is_some_and(|id| id.is_of(FactorKind::Push))
}

/// Tells how far the device of a factor has come, or helps it on.
pub(super) async fn activation(request: Request, step: &PushActivationStep) -> Answer {
    let (key, id) = (request.segment("id"), request.segment("factor"));
    let directory = request.directory();
    let (user, factor, stands) = directory.push_activation(&request.call, &key, &id, step).await?;
    let place = Place::of_user(request.api.base(), &user);
    Ok(answer::json(&place.push_activation(&factor, &stands)))
}

async fn mail(request: Request) -> Answer {
    activation(request, &PushActivationStep::Mail).await
}

async fn sms(mut request: Request) -> Answer {
    let body: Option<EnrolBody> = request.optional_body().await?;
    let profile = body.and_then(|body| body.into_request().profile);
    let number = profile.and_then(|profile| profile.phone_number);
    activation(request, &PushActivationStep::Sms(number)).await
}

async fn poll(request: Request) -> Answer {
    let (key, factor, id) = path(&request);
    let directory = request.directory();
    let (user, factor, push) = directory.push_transaction(&request.call, &key, &factor, &id).await?;
    let place = Place::of_user(request.api.base(), &user);
    Ok(answer::json(&place.push(&factor, &push, true)))
}

async fn cancel(request: Request) -> Answer {
    let (key, factor, id) = path(&request);
    let directory = request.directory();
    directory.cancel_push(&request.call, &key, &factor, &id).await?;
    Ok(answer::no_content())
}

fn path(request: &Request) -> (String, String, String) {
    (
        request.segment("id"),
        request.segment("factor"),
        request.segment("transaction"),
    )
}

/// A picture, for whoever has the token of its address: pages show it without a token of their own.
async fn show_picture(visit: Visit) -> Answer {
    let (user, factor) = (visit.segment("id"), visit.segment("factor"));
    let token = Secret::new(visit.segment("token"));
    let text = visit.directory().factor_picture(&user, &factor, &token).await?;
    let drawn = picture::qr_code(text.expose()).map_err(|error| Refusal::internal_error(error.to_string()))?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, HeaderValue::from_static("image/png")))
        .body(drawn))
}
