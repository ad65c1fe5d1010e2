//! Factors of users (contract: factors).

mod catalog;
mod push;
pub(crate) mod view;
pub(crate) mod wire;

use actix_web::http::Method;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse};
use denizen_application::{Challenge, PushActivationStep, Verified, VerifyFactor, Wording};
use denizen_domain::authority::Permission;

use self::view::{FactorView, Place};
use self::wire::{EnrolBody, ProofBody};
use crate::answer;
use crate::operation::Table;
use crate::query::Query;
use crate::refusal::Refusal;
use crate::request::Request;

type Answer = Result<HttpResponse, Refusal>;

/// Declares the operations on factors. Words that are no ids come before the ids.
pub(super) fn declare(table: &mut Table) {
    use Permission as P;
    const FACTORS: &str = "/users/{id}/factors";
    const FACTOR: &str = "/users/{id}/factors/{factor}";
    table.add(FACTORS, Method::GET, P::UsersRead, list);
    table.add(FACTORS, Method::POST, P::UsersCredentialsManage, enrol);
    catalog::declare(table);
    table.add(FACTOR, Method::GET, P::UsersRead, get);
    table.add(FACTOR, Method::PUT, P::UsersCredentialsManage, replace);
    table.add(FACTOR, Method::DELETE, P::UsersResetFactors, remove);
    table.add(
        "/users/{id}/factors/{factor}/lifecycle/activate",
        Method::POST,
        P::UsersCredentialsManage,
        activate,
    );
    table.add(
        "/users/{id}/factors/{factor}/resend",
        Method::POST,
        P::UsersCredentialsManage,
        resend,
    );
    table.add(
        "/users/{id}/factors/{factor}/lifecycle/activate/poll",
        Method::POST,
        P::UsersCredentialsManage,
        poll,
    );
    table.add(
        "/users/{id}/factors/{factor}/verify",
        Method::POST,
        P::UsersCredentialsManage,
        verify,
    );
    push::declare(table);
}

async fn list(request: Request) -> Answer {
    let key = request.segment("id");
    let (user, factors) = request.directory().factors(&request.call, &key).await?;
    let place = Place::of_user(request.api.base(), &user);
    let shown: Vec<FactorView> = factors.iter().map(|factor| place.factor(factor)).collect();
    Ok(answer::json(&shown))
}

async fn get(request: Request) -> Answer {
    let (key, id) = (request.segment("id"), request.segment("factor"));
    let (user, factor) = request.directory().factor(&request.call, &key, &id).await?;
    Ok(answer::json(&Place::of_user(request.api.base(), &user).factor(&factor)))
}

async fn enrol(mut request: Request) -> Answer {
    let (activate, update_phone) = {
        let query = request.query();
        (query.boolean("activate", false)?, query.boolean("updatePhone", false)?)
    };
    let wording = wording(&request)?;
    let body: EnrolBody = request.body().await?;
    let mut wanted = body.into_request();
    (wanted.activate, wanted.update_phone, wanted.wording) = (activate, update_phone, wording);
    let key = request.segment("id");
    let enrolled = request.directory().enrol_factor(&request.call, &key, &wanted).await?;
    let place = Place::of_user(request.api.base(), &enrolled.user);
    Ok(answer::json(&place.enrolled(&enrolled)))
}

async fn replace(mut request: Request) -> Answer {
    let body: EnrolBody = request.body().await?;
    let (key, id) = (request.segment("id"), request.segment("factor"));
    let wanted = body.into_request();
    let directory = request.directory();
    let (user, factor) = directory.replace_factor(&request.call, &key, &id, &wanted).await?;
    Ok(answer::json(&Place::of_user(request.api.base(), &user).factor(&factor)))
}

async fn remove(request: Request) -> Answer {
    let removes_number = request.query().boolean("removeRecoveryEnrollment", false)?;
    let (key, id) = (request.segment("id"), request.segment("factor"));
    request
        .directory()
        .remove_factor(&request.call, &key, &id, removes_number)
        .await?;
    Ok(answer::no_content())
}

async fn activate(mut request: Request) -> Answer {
    let body: Option<ProofBody> = request.optional_body().await?;
    let wanted = VerifyFactor {
        proof: body.unwrap_or_default().into_proof(),
        wording: Wording::default(),
    };
    let (key, id) = (request.segment("id"), request.segment("factor"));
    if push::is_push(&id) {
        return push::activation(request, &PushActivationStep::Activate).await;
    }
    let directory = request.directory();
    let (user, factor) = directory.activate_factor(&request.call, &key, &id, &wanted).await?;
    Ok(answer::json(&Place::of_user(request.api.base(), &user).factor(&factor)))
}

async fn resend(mut request: Request) -> Answer {
    let wording = wording(&request)?;
    let body: Option<EnrolBody> = request.optional_body().await?;
    let mut wanted = body.map(EnrolBody::into_request).unwrap_or_default();
    wanted.wording = wording;
    let (key, id) = (request.segment("id"), request.segment("factor"));
    let directory = request.directory();
    let (user, factor) = directory.resend_factor(&request.call, &key, &id, &wanted).await?;
    Ok(answer::json(&Place::of_user(request.api.base(), &user).factor(&factor)))
}

async fn poll(request: Request) -> Answer {
    let (key, id) = (request.segment("id"), request.segment("factor"));
    if push::is_push(&id) {
        return push::activation(request, &PushActivationStep::Poll).await;
    }
    let directory = request.directory();
    let (user, factor) = directory.poll_activation(&request.call, &key, &id).await?;
    Ok(answer::json(&Place::of_user(request.api.base(), &user).factor(&factor)))
}

async fn verify(mut request: Request) -> Answer {
    let wording = wording(&request)?;
    let body: Option<ProofBody> = request.optional_body().await?;
    let wanted = VerifyFactor {
        proof: body.unwrap_or_default().into_proof(),
        wording,
    };
    let (key, id) = (request.segment("id"), request.segment("factor"));
    let directory = request.directory();
    let verified = directory.verify_factor(&request.call, &key, &id, &wanted).await?;
    Ok(match &verified {
        Verified::Right(factor) => answer::json(&view::success(factor)),
        Verified::AllChallenged(user, factors, challenge) => {
            answer::json(&Place::of_user(request.api.base(), user).challenge_of_all(factors, challenge))
        }
        Verified::Challenged(user, factor, challenge) => {
            let told = Place::of_user(request.api.base(), user).challenge(factor, challenge);
            // A push is something that was made (contract: factors §1).
            match challenge {
                Challenge::Push(_) => answer::created(&told),
                _ => answer::json(&told),
            }
        }
    })
}

/// How a message with a code is to be written.
pub(super) fn wording(request: &Request) -> Result<Wording, Refusal> {
    wording_of(&request.http)
}

/// The same of any request.
pub(super) fn wording_of(http: &HttpRequest) -> Result<Wording, Refusal> {
    let query = Query::of(http);
    let language = http.headers().get(header::ACCEPT_LANGUAGE);
    let language = language.and_then(|value| value.to_str().ok()?.get(..2));
    Ok(Wording {
        template_id: query.text("templateId").map(str::to_owned),
        lifetime_seconds: wire::lifetime(query.integer("tokenLifetimeSeconds")?)?,
        language: language.map(str::to_ascii_lowercase),
    })
}
