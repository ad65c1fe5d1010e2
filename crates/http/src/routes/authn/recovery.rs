//! Recovering accounts (contract: authn-and-recovery §7).

use actix_web::http::Method;
use denizen_application::{Error, Recover, RecoveryKind};
use denizen_domain::secret::Secret;
use denizen_domain::validation::Validation;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Answer, BLANK, needed, relay_state, state, told};
use crate::operation::Table;
use crate::refusal::Refusal;
use crate::visit::Visit;

/// Declares the operations of recovery.
pub(super) fn declare(table: &mut Table) {
    table.add_open("/authn/recovery/password", Method::POST, |visit| {
        begin(visit, RecoveryKind::Password)
    });
    table.add_open("/authn/recovery/unlock", Method::POST, |visit| {
        begin(visit, RecoveryKind::Unlock)
    });
    table.add_open("/authn/recovery/token", Method::POST, present_token);
    table.add_open("/authn/recovery/answer", Method::POST, answer);
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Begin {
    username: Option<String>,
    factor_type: Option<String>,
    relay_state: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Token {
    recovery_token: Option<Secret>,
    #[serde(rename = "options")]
    _options: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct GivenAnswer {
    state_token: Option<Secret>,
    answer: Option<Secret>,
}

async fn begin(mut visit: Visit, kind: RecoveryKind) -> Answer {
    let body: Begin = visit.body().await?;
    let username = body.username.filter(|name| !name.is_empty());
    let username = username.ok_or_else(|| Validation::field("username", BLANK))?;
    let wanted = Recover {
        kind,
        relay_state: relay_state(body.relay_state)?,
        username,
    };
    let address = visit.request.ip_address.as_deref();
    visit.api.count_recovery(&wanted.username, address)?;
    let directory = visit.directory();
    let conversation = match (body.factor_type.as_deref(), visit.call()) {
        (Some("EMAIL"), _) => directory.recover_by_mail(&visit.request, wanted).await?,
        // Neither is set up, for anybody.
        (Some("SMS" | "CALL"), _) => return Err(Error::Forbidden.into()),
        (None, Some(call)) => directory.recover_for_program(&call, wanted).await?,
        (None, None) => return Err(Validation::field("factorType", BLANK).into()),
        (Some(_), _) => return Err(Refusal::malformed_body()),
    };
    Ok(told(&visit, &conversation))
}

async fn present_token(mut visit: Visit) -> Answer {
    let token = needed("recoveryToken", visit.body::<Token>().await?.recovery_token)?;
    let directory = visit.directory();
    let conversation = directory.present_recovery_token(&visit.request, &token).await?;
    Ok(told(&visit, &conversation))
}

async fn answer(mut visit: Visit) -> Answer {
    let body: GivenAnswer = visit.body().await?;
    let (token, given) = (state(body.state_token)?, needed("answer", body.answer)?);
    let directory = visit.directory();
    let conversation = directory
        .answer_recovery_question(&visit.request, &token, &given)
        .await?;
    Ok(told(&visit, &conversation))
}
