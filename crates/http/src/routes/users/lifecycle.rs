//! The steps of a user's life (contract: users §7). Their bodies, if any come, are ignored.

use actix_web::http::Method;
use denizen_application::{Error, ResetPassword, TokenLink};
use denizen_domain::authority::Permission;
use denizen_domain::user::lifecycle::Refusal as LifecycleRefusal;
use serde_json::json;

use super::view::View;
use super::{Answer, not_found};
use crate::answer;
use crate::operation::Table;
use crate::refusal::Refusal;
use crate::request::Request;

/// Declares the operations of the lifecycle.
pub(super) fn declare(table: &mut Table) {
    use Permission as P;
    table.add(
        "/users/{id}/lifecycle/activate",
        Method::POST,
        P::UsersActivate,
        activate,
    );
    table.add(
        "/users/{id}/lifecycle/reactivate",
        Method::POST,
        P::UsersActivate,
        reactivate,
    );
    table.add(
        "/users/{id}/lifecycle/deactivate",
        Method::POST,
        P::UsersDeactivate,
        deactivate,
    );
    table.add("/users/{id}/lifecycle/suspend", Method::POST, P::UsersSuspend, suspend);
    table.add(
        "/users/{id}/lifecycle/unsuspend",
        Method::POST,
        P::UsersUnsuspend,
        unsuspend,
    );
    table.add("/users/{id}/lifecycle/unlock", Method::POST, P::UsersUnlock, unlock);
    table.add(
        "/users/{id}/lifecycle/reset_password",
        Method::POST,
        P::UsersResetPassword,
        reset_password,
    );
    table.add(
        "/users/{id}/lifecycle/expire_password",
        Method::POST,
        P::UsersExpirePassword,
        expire_password,
    );
    table.add(
        "/users/{id}/lifecycle/expire_password_with_temp_password",
        Method::POST,
        P::UsersExpirePassword,
        expire_password_with_temp_password,
    );
    table.add(
        "/users/{id}/lifecycle/reset_factors",
        Method::POST,
        P::UsersResetFactors,
        reset_factors,
    );
}

async fn activate(request: Request) -> Answer {
    let send_email = request.query().boolean("sendEmail", true)?;
    let key = request.segment("id");
    let link = request
        .directory()
        .activate_user(&request.call, &key, send_email)
        .await?;
    Ok(activation(link.as_ref()))
}

async fn reactivate(request: Request) -> Answer {
    let send_email = request.query().boolean("sendEmail", false)?;
    let key = request.segment("id");
    let link = request
        .directory()
        .reactivate_user(&request.call, &key, send_email)
        .await?;
    Ok(activation(link.as_ref()))
}

fn activation(link: Option<&TokenLink>) -> actix_web::HttpResponse {
    match link {
        None => answer::empty_object(),
        Some(link) => answer::json(&json!({
            "activationUrl": link.url.expose(),
            "activationToken": link.token.expose(),
        })),
    }
}

async fn deactivate(request: Request) -> Answer {
    let send_email = request.query().boolean("sendEmail", false)?;
    let key = request.segment("id");
    match request
        .directory()
        .deactivate_user(&request.call, &key, send_email)
        .await
    {
        Ok(()) => Ok(answer::empty_object()),
        Err(Error::Refused(LifecycleRefusal::AlreadyDeactivated)) => Err(not_found(&key)),
        Err(error) => Err(error.into()),
    }
}

async fn suspend(request: Request) -> Answer {
    request
        .directory()
        .suspend_user(&request.call, &request.segment("id"))
        .await?;
    Ok(answer::empty_object())
}

async fn unsuspend(request: Request) -> Answer {
    request
        .directory()
        .unsuspend_user(&request.call, &request.segment("id"))
        .await?;
    Ok(answer::empty_object())
}

async fn unlock(request: Request) -> Answer {
    request
        .directory()
        .unlock_user(&request.call, &request.segment("id"))
        .await?;
    Ok(answer::empty_object())
}

async fn reset_factors(request: Request) -> Answer {
    request
        .directory()
        .reset_factors(&request.call, &request.segment("id"))
        .await?;
    Ok(answer::empty_object())
}

async fn reset_password(request: Request) -> Answer {
    let query = request.query();
    let federate = match query.text("provider") {
        None | Some("OKTA") => false,
        Some("FEDERATION") => true,
        Some(_) => return Err(Refusal::type_mismatch("provider")),
    };
    let wanted = ResetPassword {
        // Clients of today always say it; for those of old, the link is mailed.
        send_email: query.boolean("sendEmail", true)?,
        revoke_sessions: query.boolean("revokeSessions", false)?,
        federate,
    };
    let key = request.segment("id");
    let link = request.directory().reset_password(&request.call, &key, wanted).await?;
    Ok(match link {
        None => answer::empty_object(),
        Some(link) => answer::json(&json!({"resetPasswordUrl": link.url.expose()})),
    })
}

async fn expire_password(request: Request) -> Answer {
    if request.query().boolean("tempPassword", false)? {
        return expire_password_with_temp_password(request).await;
    }
    let key = request.segment("id");
    let user = request.directory().expire_password(&request.call, &key).await?;
    Ok(answer::written(View::single(&request).write(&user)))
}

async fn expire_password_with_temp_password(request: Request) -> Answer {
    let revoke_sessions = request.query().boolean("revokeSessions", false)?;
    let key = request.segment("id");
    let directory = request.directory();
    let temporary = directory
        .expire_password_with_temp_password(&request.call, &key, revoke_sessions)
        .await?;
    Ok(answer::json(&json!({"tempPassword": temporary.expose()})))
}
