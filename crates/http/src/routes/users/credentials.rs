//! Credentials that are changed or recovered (contract: users §8).

use actix_web::HttpResponse;
use actix_web::http::Method;
use denizen_application::{AnswerRecoveryQuestion, ChangePassword, ChangeRecoveryQuestion, RecoveryQuestionInput};
use denizen_domain::authority::Permission;
use denizen_domain::secret::Secret;
use denizen_domain::validation::{Validation, Violations};
use serde_json::json;

use super::Answer;
use super::view;
use super::wire::{ChangePasswordBody, CredentialsBody};
use crate::operation::Table;
use crate::refusal::Refusal;
use crate::request::Request;
use crate::{answer, body};

/// Declares the operations on credentials.
pub(super) fn declare(table: &mut Table) {
    use Permission as P;
    table.add(
        "/users/{id}/credentials/change_password",
        Method::POST,
        P::UsersCredentialsChange,
        change_password,
    );
    table.add(
        "/users/{id}/credentials/change_recovery_question",
        Method::POST,
        P::UsersCredentialsChange,
        change_recovery_question,
    );
    table.add(
        "/users/{id}/credentials/forgot_password",
        Method::POST,
        P::UsersResetPassword,
        forgot_password,
    );
    table.add(
        "/users/{id}/credentials/forgot_password_recovery_question",
        Method::POST,
        P::UsersCredentialsManage,
        forgot_password_recovery_question,
    );
}

const BLANK: &str = "The field cannot be left blank";

async fn change_password(mut request: Request) -> Answer {
    let strict = request.query().boolean("strict", false)?;
    let body: ChangePasswordBody = request.body().await?;
    let (old, new) = (
        body.old_password.and_then(|given| given.0.value),
        body.new_password.and_then(|given| given.0.value),
    );
    let mut violations = Violations::default();
    for (name, given) in [("oldPassword", &old), ("newPassword", &new)] {
        if given.is_none() {
            violations.add(name, BLANK);
        }
    }
    violations.into_result()?;
    let (Some(old), Some(new)) = (old, new) else {
        return Err(Refusal::malformed_body());
    };
    let wanted = ChangePassword {
        old,
        new,
        strict,
        revoke_sessions: body.revoke_sessions.unwrap_or_default(),
    };
    let key = request.segment("id");
    let user = request.directory().change_password(&request.call, &key, wanted).await?;
    Ok(answer::written(view::credentials(&user)))
}

async fn change_recovery_question(mut request: Request) -> Answer {
    let body: CredentialsBody = request.body().await?;
    let password = clear_password(&body)?;
    let question = body.recovery_question.map(|given| given.0);
    let question = question.ok_or_else(|| Validation::field("recovery_question", BLANK))?;
    let wanted = ChangeRecoveryQuestion {
        password,
        question: RecoveryQuestionInput {
            question: question.question,
            answer: question.answer,
        },
    };
    let key = request.segment("id");
    let user = request
        .directory()
        .change_recovery_question(&request.call, &key, wanted)
        .await?;
    Ok(answer::written(view::credentials(&user)))
}

/// Without a body, a link is made; clients of old post the answer to the recovery question to the same place.
async fn forgot_password(mut request: Request) -> Answer {
    let send_email = request.query().boolean("sendEmail", true)?;
    let sent = request.bytes().await?;
    if body::is_json(&request.http)
        && let Ok(body) = body::parse::<CredentialsBody>(&sent)
        && body.recovery_question.is_some()
    {
        return set_by_answer(&request, body).await;
    }
    let key = request.segment("id");
    let link = request
        .directory()
        .forgot_password(&request.call, &key, send_email)
        .await?;
    Ok(match link {
        None => answer::empty_object(),
        Some(link) => answer::json(&json!({"resetPasswordUrl": link.url.expose()})),
    })
}

async fn forgot_password_recovery_question(mut request: Request) -> Answer {
    let body: CredentialsBody = request.body().await?;
    set_by_answer(&request, body).await
}

async fn set_by_answer(request: &Request, body: CredentialsBody) -> Result<HttpResponse, Refusal> {
    let password = clear_password(&body)?;
    let answer = body.recovery_question.and_then(|given| given.0.answer);
    let answer = answer.ok_or_else(|| Validation::new("recoveryQuestion", format!("answer: {BLANK}")))?;
    let wanted = AnswerRecoveryQuestion { password, answer };
    let key = request.segment("id");
    let directory = request.directory();
    let user = directory
        .forgot_password_recovery_question(&request.call, &key, wanted)
        .await?;
    Ok(answer::written(view::credentials(&user)))
}

fn clear_password(body: &CredentialsBody) -> Result<Secret, Validation> {
    let given = body.password.as_ref().and_then(|given| given.0.value.clone());
    given.ok_or_else(|| Validation::field("password", BLANK))
}
