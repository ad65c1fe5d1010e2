//! Factors in a transaction (contract: authn-and-recovery §6).

use actix_web::http::Method;
use denizen_application::VerifyFactor;
use denizen_domain::secret::Secret;

use super::{Answer, State, state, told};
use crate::operation::Table;
use crate::refusal::Refusal;
use crate::routes::factors::wire::{EnrolBody, ProofBody};
use crate::routes::factors::wording_of;
use crate::visit::Visit;

/// Declares the operations on factors in a transaction. Devices are not remembered and no push is sent unasked, so what
/// `rememberDevice` and `autoPush` ask for is not offered.
pub(super) fn declare(table: &mut Table) {
    table.add_open("/authn/factors", Method::POST, enrol);
    table.add_open("/authn/factors/{factor}/verify", Method::POST, verify);
    table.add_open("/authn/factors/{factor}/verify/resend", Method::POST, resend_challenge);
    table.add_open("/authn/factors/{factor}/lifecycle/activate", Method::POST, activate);
    table.add_open("/authn/factors/{factor}/lifecycle/activate/poll", Method::POST, poll);
    table.add_open(
        "/authn/factors/{factor}/lifecycle/resend",
        Method::POST,
        resend_activation,
    );
}

async fn resend_activation(mut visit: Visit) -> Answer {
    let mut body: EnrolBody = visit.body().await?;
    let token = state(body.state_token.take())?;
    let mut wanted = body.into_request();
    wanted.wording = wording_of(&visit.http)?;
    let id = visit.segment("factor");
    let directory = visit.directory();
    let conversation = directory
        .resend_enrolment_in_sign_in(&visit.request, &token, &id, &wanted)
        .await?;
    Ok(told(&visit, &conversation))
}

async fn enrol(mut visit: Visit) -> Answer {
    let mut body: EnrolBody = visit.body().await?;
    let token = state(body.state_token.take())?;
    let mut wanted = body.into_request();
    wanted.wording = wording_of(&visit.http)?;
    let directory = visit.directory();
    let conversation = directory.enrol_in_sign_in(&visit.request, &token, &wanted).await?;
    Ok(told(&visit, &conversation))
}

async fn verify(mut visit: Visit) -> Answer {
    let (token, wanted) = shown(&mut visit).await?;
    let id = visit.segment("factor");
    let directory = visit.directory();
    let conversation = directory
        .verify_in_sign_in(&visit.request, &token, &id, &wanted)
        .await?;
    Ok(told(&visit, &conversation))
}

async fn resend_challenge(mut visit: Visit) -> Answer {
    let token = state(visit.body::<State>().await?.state_token)?;
    let wanted = VerifyFactor {
        wording: wording_of(&visit.http)?,
        ..VerifyFactor::default()
    };
    let id = visit.segment("factor");
    let directory = visit.directory();
    let conversation = directory
        .resend_in_sign_in(&visit.request, &token, &id, &wanted)
        .await?;
    Ok(told(&visit, &conversation))
}

async fn activate(mut visit: Visit) -> Answer {
    let (token, wanted) = shown(&mut visit).await?;
    let id = visit.segment("factor");
    let directory = visit.directory();
    let conversation = directory
        .activate_in_sign_in(&visit.request, &token, &id, &wanted)
        .await?;
    Ok(told(&visit, &conversation))
}

async fn poll(mut visit: Visit) -> Answer {
    let token = state(visit.body::<State>().await?.state_token)?;
    let id = visit.segment("factor");
    let conversation = visit.directory().poll_in_sign_in(&visit.request, &token, &id).await?;
    Ok(told(&visit, &conversation))
}

/// The state token, and what is shown.
async fn shown(visit: &mut Visit) -> Result<(Secret, VerifyFactor), Refusal> {
    let mut body: ProofBody = visit.body().await?;
    let token = state(body.state_token.take())?;
    let wanted = VerifyFactor {
        proof: body.into_proof(),
        wording: wording_of(&visit.http)?,
    };
    Ok((token, wanted))
}
