//! What happens around every endpoint: the call is counted by its address, and refusals take the form of OAuth 2.0.

use std::future::Future;

use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use denizen_application::{OAuthError, RequestContext};
use denizen_domain::oauth::{OAuthCode, OAuthRefusal};
use futures_util::future::LocalBoxFuture;
use serde_json::json;

use super::OAUTH;
use super::form::Form;
use crate::api::Api;
use crate::refusal::Refusal;
use crate::{context, operation};

/// A request to an endpoint.
pub(super) struct ClientRequest {
    pub(super) api: Api,
    pub(super) context: RequestContext,
    pub(super) form: Form,
}

/// A handler that an endpoint is served by.
pub(super) fn serve<H, F>(
    api: &Api,
    handler: H,
) -> impl Fn(HttpRequest, web::Payload) -> LocalBoxFuture<'static, HttpResponse> + Clone + 'static
where
    H: Fn(ClientRequest) -> F + Clone + 'static,
    F: Future<Output = Result<HttpResponse, OAuthError>> + 'static,
{
    let bucket = api.limiter().bucket(OAUTH);
    let api = api.clone();
    move |http, mut payload| {
        let (api, handler) = (api.clone(), handler.clone());
        Box::pin(async move {
            let context = context::of(&http, &api.settings().trusted_proxies);
            let standing = api.count(bucket, context.ip_address.as_deref().unwrap_or_default());
            let id = context.id.clone();
            let answer = if standing.exceeded {
                Err(Refusal::too_many_requests())
            } else {
                answered(api, context, &http, &mut payload, handler).await
            };
            operation::finish(answer, &id, standing)
        })
    }
}

async fn answered<H, F>(
    api: Api,
    context: RequestContext,
    http: &HttpRequest,
    payload: &mut web::Payload,
    handler: H,
) -> Result<HttpResponse, Refusal>
where
    H: Fn(ClientRequest) -> F,
    F: Future<Output = Result<HttpResponse, OAuthError>>,
{
    let read = Form::read(http, payload, api.settings()).await?;
    let outcome = match read {
        Ok(form) => handler(ClientRequest { api, context, form }).await,
        Err(refusal) => Err(refusal.into()),
    };
    match outcome {
        Ok(answer) => Ok(answer),
        Err(OAuthError::Refused(refusal)) => Ok(told(&refusal, http)),
        Err(OAuthError::Failed(error)) => Err(error.into()),
    }
}

/// A refusal as RFC 6749 §5.2 has it.
fn told(refusal: &OAuthRefusal, http: &HttpRequest) -> HttpResponse {
    let body = json!({"error": refusal.code.as_str(), "error_description": refusal.description});
    if refusal.code != OAuthCode::InvalidClient {
        return HttpResponse::BadRequest().json(body);
    }
    let mut response = HttpResponse::Unauthorized();
    if http.headers().contains_key(header::AUTHORIZATION) {
        response.insert_header((
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static("Basic realm=\"denizen\""),
        ));
    }
    response.json(body)
}
