//! A request that needs nobody to be known: signing in, recovering, one's own session. Who calls is told where it is known.

use std::future::Future;
use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use denizen_application::{Call, Directory, Foreseen, RequestContext};
use denizen_domain::authority::Caller;
use denizen_domain::secret::Secret;
use serde::de::DeserializeOwned;

use crate::api::Api;
use crate::operation::{self, finish};
use crate::rate_limit::Bucket;
use crate::refusal::Refusal;
use crate::request::{self, accepts_json};
use crate::{context, cookie, origin};

/// A request of somebody who need not be known.
pub(crate) struct Visit {
    pub(crate) api: Api,
    /// The program that calls with a token of its own.
    pub(crate) caller: Option<Caller>,
    pub(crate) request: RequestContext,
    pub(crate) http: HttpRequest,
    pub(crate) payload: web::Payload,
}

impl Visit {
    /// The use cases.
    pub(crate) fn directory(&self) -> &Arc<Directory> {
        self.api.directory()
    }

    /// The call of a program with a token of its own.
    pub(crate) fn call(&self) -> Option<Call> {
        self.caller.clone().map(|caller| Call {
            caller,
            request: self.request.clone(),
            foreseen: Foreseen::default(),
        })
    }

    /// A segment of the path, decoded.
    pub(crate) fn segment(&self, name: &str) -> String {
        request::segment(&self.http, name)
    }

    /// The body, which must be there.
    pub(crate) async fn body<T: DeserializeOwned>(&mut self) -> Result<T, Refusal> {
        let body = request::whole_body(&self.api, &self.http, &mut self.payload).await?;
        request::read_json(&self.http, &body)?.ok_or_else(Refusal::malformed_body)
    }

    /// The session of the browser that calls. A cookie that a page of another origin makes the browser send is refused (H9).
    pub(crate) fn session(&self) -> Result<Option<Secret>, Refusal> {
        let secret = cookie::session(&self.http);
        if secret.is_some() && !origin::may_send_cookies(&self.api, &self.http) {
            return Err(Refusal::foreign_origin());
        }
        Ok(secret)
    }
}

/// Serves an operation that needs nobody to be known.
pub(crate) async fn serve<H, F>(
    api: Api,
    bucket: Bucket,
    http: HttpRequest,
    payload: web::Payload,
    handler: H,
) -> HttpResponse
where
    H: Fn(Visit) -> F,
    F: Future<Output = Result<HttpResponse, Refusal>>,
{
    let request = context::of(&http, &api.settings().trusted_proxies);
    let id = request.id.clone();
    let origin = http.clone();
    let known = operation::program(&api, &http).await;
    let counted = match &known {
        Ok(Some(caller)) => caller.counted_as(),
        _ => request.ip_address.as_deref().unwrap_or_default(),
    };
    let standing = api.count(bucket, counted);
    let answer = match known {
        _ if standing.exceeded => Err(Refusal::too_many_requests()),
        Err(refusal) => Err(refusal),
        Ok(_) if !accepts_json(&http) => Err(Refusal::not_acceptable()),
        Ok(caller) => {
            handler(Visit {
                api: api.clone(),
                caller,
                request,
                http,
                payload,
            })
            .await
        }
    };
    let mut response = finish(answer, &id, standing);
    origin::admit(&origin, &api.settings().trusted_origins, response.headers_mut());
    response
}
