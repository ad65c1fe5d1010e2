//! The table of operations: each has a path, a method, the permission that it asks for, and a handler. What happens around
//! every handler happens here: the caller is found, the call is counted, refusals become error objects.

use std::future::Future;
use std::rc::Rc;

use actix_web::http::Method;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, Route, Scope, web};
use denizen_application::{Call, Foreseen, RefusedCall, RefusedFor, RequestContext};
use denizen_domain::authority::{Caller, Permission, Principal};

use crate::api::Api;
use crate::authorization::{self, Presented};
use crate::rate_limit::{Bucket, Standing};
use crate::refusal::Refusal;
use crate::request::{Request, accepts_json};
use crate::visit::Visit;
use crate::{bearer, context, cookie, error_object, origin, visit};

/// Where the operations lie.
pub(crate) const BASE: &str = "/api/v1";

const LIMIT: HeaderName = HeaderName::from_static("x-rate-limit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-rate-limit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-rate-limit-reset");

/// An operation, as it was declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Declared {
    /// The path below [`BASE`], or below the table's own base with it.
    pub(crate) path: &'static str,
    pub(crate) method: Method,
    /// What the operation asks for (R11). The use case enforces it. Without one, it is for whoever comes.
    pub(crate) permission: Option<Permission>,
    /// Pages of trusted origins may call it.
    pub(crate) cross_origin: bool,
}

/// How an operation is served.
#[derive(Clone, Copy)]
struct Manner {
    bucket: Bucket,
    /// What the scopes of an access token must cover.
    permission: Permission,
    /// Pages of trusted origins may call it.
    cross_origin: bool,
    /// Its path names a user as `id`, who is read together with the caller.
    names_user: bool,
    /// It is about one user, whom the path names or who is the caller.
    is_about_user: bool,
    /// The path as it is declared.
    path: &'static str,
}

/// Collects operations.
pub(crate) struct Table {
    api: Api,
    base: &'static str,
    operations: Vec<(Declared, Route)>,
}

impl Table {
    pub(crate) fn new(api: &Api) -> Self {
        Self::at(api, BASE)
    }

    /// A table of operations that lie elsewhere; their paths are declared in full.
    pub(crate) fn at(api: &Api, base: &'static str) -> Self {
        Self {
            api: api.clone(),
            base,
            operations: Vec::new(),
        }
    }

    /// Declares an operation.
    pub(crate) fn add<H, F>(&mut self, path: &'static str, method: Method, permission: Permission, handler: H)
    where
        H: Fn(Request) -> F + Clone + 'static,
        F: Future<Output = Result<HttpResponse, Refusal>> + 'static,
    {
        self.push(path, method, permission, handler, false);
    }

    /// Declares an operation that pages of trusted origins may call.
    pub(crate) fn add_cross_origin<H, F>(
        &mut self,
        path: &'static str,
        method: Method,
        permission: Permission,
        handler: H,
    ) where
        H: Fn(Request) -> F + Clone + 'static,
        F: Future<Output = Result<HttpResponse, Refusal>> + 'static,
    {
        self.push(path, method, permission, handler, true);
    }

    fn push<H, F>(&mut self, path: &'static str, method: Method, permission: Permission, handler: H, cross_origin: bool)
    where
        H: Fn(Request) -> F + Clone + 'static,
        F: Future<Output = Result<HttpResponse, Refusal>> + 'static,
    {
        let api = self.api.clone();
        let manner = Manner {
            bucket: api.limiter().bucket(&format!("{}{}", self.base, self.below_base(path))),
            permission,
            cross_origin,
            names_user: path.starts_with("/users/{id}"),
            is_about_user: path.starts_with("/users/{id}") || path.starts_with("/users/me/"),
            path,
        };
        let run =
            move |http: HttpRequest, payload: web::Payload| serve(api.clone(), manner, http, payload, handler.clone());
        let route = web::method(method.clone()).to(run);
        let declared = Declared {
            path,
            method,
            permission: Some(permission),
            cross_origin,
        };
        self.operations.push((declared, route));
    }

    fn below_base(&self, path: &'static str) -> &'static str {
        path.strip_prefix(self.base).unwrap_or(path)
    }

    /// Declares an operation for whoever comes: it finds out itself who that is. Pages of trusted origins may call it.
    pub(crate) fn add_open<H, F>(&mut self, path: &'static str, method: Method, handler: H)
    where
        H: Fn(Visit) -> F + Clone + 'static,
        F: Future<Output = Result<HttpResponse, Refusal>> + 'static,
    {
        let api = self.api.clone();
        let bucket = api.limiter().bucket(&format!("{BASE}{path}"));
        let run = move |http: HttpRequest, payload: web::Payload| {
            visit::serve(api.clone(), bucket, http, payload, handler.clone())
        };
        let route = web::method(method.clone()).to(run);
        let declared = Declared {
            path,
            method,
            permission: None,
            cross_origin: true,
        };
        self.operations.push((declared, route));
    }

    /// The operations.
    #[cfg(test)]
    pub(crate) fn declared(&self) -> Vec<Declared> {
        self.operations.iter().map(|(declared, _)| declared.clone()).collect()
    }

    /// Mounts every operation; other methods of their paths are answered too.
    pub(crate) fn mount(self, mut scope: Scope) -> Scope {
        let below: Vec<&str> = self
            .operations
            .iter()
            .map(|(one, _)| self.below_base(one.path))
            .collect();
        let Self { api, operations, .. } = self;
        let mut paths: Vec<(&str, Vec<(Declared, Route)>)> = Vec::new();
        for (operation, path) in operations.into_iter().zip(below) {
            match paths.iter_mut().find(|(known, _)| *known == path) {
                Some((_, routes)) => routes.push(operation),
                None => paths.push((path, vec![operation])),
            }
        }
        for (path, operations) in paths {
            let open = operations.iter().filter(|(declared, _)| declared.cross_origin);
            let open: Vec<Method> = open.map(|(declared, _)| declared.method.clone()).collect();
            let mut resource = web::resource(path);
            for (_, route) in operations {
                resource = resource.route(route);
            }
            let api = api.clone();
            let other = move |http: HttpRequest| std::future::ready(other_method(&api, &http, &open));
            scope = scope.service(resource.default_service(web::to(other)));
        }
        scope.default_service(web::to(move |http: HttpRequest| {
            std::future::ready(unknown_path(&api, &http))
        }))
    }
}

/// Answers a path that no operation has.
pub(crate) fn unknown_path(api: &Api, http: &HttpRequest) -> HttpResponse {
    anonymous(api, http, Err(Refusal::unknown_path()))
}

/// Answers a method that no operation of a path has.
fn other_method(api: &Api, http: &HttpRequest, open: &[Method]) -> HttpResponse {
    let answer = match origin::preflight(http) {
        Some(asked) => origin::answer_preflight(http, &api.settings().trusted_origins, &asked, open),
        None => Err(Refusal::unknown_method()),
    };
    anonymous(api, http, answer)
}

/// Counts a request of nobody in particular by its address, and answers it.
fn anonymous(api: &Api, http: &HttpRequest, answer: Result<HttpResponse, Refusal>) -> HttpResponse {
    let context = context::of(http, &api.settings().trusted_proxies);
    let bucket = api.limiter().bucket(BASE);
    let standing = api.count(bucket, context.ip_address.as_deref().unwrap_or_default());
    let answer = if standing.exceeded {
        Err(Refusal::too_many_requests())
    } else {
        answer
    };
    finish(answer, &context.id, standing)
}

/// Serves an operation.
async fn serve<H, F>(api: Api, manner: Manner, http: HttpRequest, payload: web::Payload, handler: H) -> HttpResponse
where
    H: Fn(Request) -> F,
    F: Future<Output = Result<HttpResponse, Refusal>>,
{
    let Manner {
        bucket,
        permission,
        cross_origin,
        names_user,
        is_about_user,
        path,
    } = manner;
    let method = http.method().clone();
    let request = context::of(&http, &api.settings().trusted_proxies);
    let id = request.id.clone();
    let origin = (cross_origin && !api.settings().trusted_origins.is_empty()).then(|| http.clone());
    let user = names_user.then(|| http.match_info().get("id")).flatten();
    let (answer, standing) = match known(&api, permission, &http, user, cross_origin).await {
        Ok((caller, foreseen)) => {
            let standing = api.count(bucket, caller.counted_as());
            let call = Rc::new(Call {
                caller,
                request,
                foreseen,
            });
            let request = Request {
                api: api.clone(),
                call: Rc::clone(&call),
                http,
                payload,
            };
            let answer = handled(request, (permission, is_about_user), standing, &handler).await;
            if let Err(refusal) = &answer
                && refusal.denies_right()
            {
                let principal = Some(&call.caller.principal);
                tell(&api, RefusedFor::Right, principal, &call.request, &method, path).await;
            }
            (answer, standing)
        }
        Err(refusal) => {
            let standing = api.count(bucket, request.ip_address.as_deref().unwrap_or_default());
            if standing.exceeded {
                (Err(Refusal::too_many_requests()), standing)
            } else {
                if refusal.denies_credential() {
                    tell(&api, RefusedFor::Credential, None, &request, &method, path).await;
                }
                (Err(refusal), standing)
            }
        }
    };
    let mut response = finish(answer, &id, standing);
    if let Some(http) = origin {
        origin::admit(&http, &api.settings().trusted_origins, response.headers_mut());
    }
    response
}

/// Serves a request of a known caller.
async fn handled<H, F>(
    request: Request,
    (permission, is_about_user): (Permission, bool),
    standing: Standing,
    handler: &H,
) -> Result<HttpResponse, Refusal>
where
    H: Fn(Request) -> F,
    F: Future<Output = Result<HttpResponse, Refusal>>,
{
    if standing.exceeded {
        return Err(Refusal::too_many_requests());
    }
    if !accepts_json(&request.http) {
        return Err(Refusal::not_acceptable());
    }
    let (caller, base) = (&request.call.caller, request.api.base());
    bearer::check_scopes(caller, permission, is_about_user, &request.http, base)?;
    handler(request).await
}

/// Finds out who calls, and reads the user whom the path names on the way where that costs nothing. Cookies count only where
/// pages may call.
async fn known(
    api: &Api,
    permission: Permission,
    http: &HttpRequest,
    user: Option<&str>,
    takes_cookies: bool,
) -> Result<(Caller, Foreseen), Refusal> {
    if takes_cookies && !http.headers().contains_key(header::AUTHORIZATION) {
        return by_cookie(api, http).await;
    }
    match authorization::presented(http)? {
        Presented::ApiToken(token) => Ok(api.directory().authenticate_about(&token, user).await?),
        Presented::AccessToken(token) => match api.directory().authenticate_access_token(&token).await {
            Ok(caller) => Ok((caller, Foreseen::default())),
            Err(error) => Err(bearer::refuse_token(error, permission, http, api.base())),
        },
    }
}

/// Tells a refused call in the system log (G2). What the caller is answered does not hang on it.
async fn tell(
    api: &Api,
    reason: RefusedFor,
    principal: Option<&Principal>,
    request: &RequestContext,
    method: &Method,
    path: &str,
) {
    let told = RefusedCall {
        reason,
        principal,
        request,
        operation: &format!("{method} {BASE}{path}"),
    };
    if let Err(error) = api.directory().tell_refused(&told).await {
        tracing::error!(request_id = request.id, %error, "a refused call is not in the log");
    }
}

/// The program that calls with a token of its own; none where no token is shown.
pub(crate) async fn program(api: &Api, http: &HttpRequest) -> Result<Option<Caller>, Refusal> {
    if !http.headers().contains_key(header::AUTHORIZATION) {
        return Ok(None);
    }
    let directory = api.directory();
    Ok(Some(match authorization::presented(http)? {
        Presented::ApiToken(token) => directory.authenticate(&token).await?,
        Presented::AccessToken(token) => directory.authenticate_access_token(&token).await?,
    }))
}

/// Whoever calls by the cookie of a session, where the operation is one that pages may call (H9).
async fn by_cookie(api: &Api, http: &HttpRequest) -> Result<(Caller, Foreseen), Refusal> {
    let session = cookie::session(http).ok_or_else(Refusal::no_credential)?;
    if !origin::may_send_cookies(api, http) {
        return Err(Refusal::foreign_origin());
    }
    let caller = api.directory().session_caller(&session).await?;
    let caller = caller.ok_or_else(Refusal::no_credential)?;
    Ok((caller, Foreseen::default()))
}

/// Turns a refusal into its error object, and tells the caller's standing.
pub(crate) fn finish(answer: Result<HttpResponse, Refusal>, request_id: &str, standing: Standing) -> HttpResponse {
    let standing = answer.as_ref().err().and_then(Refusal::standing).unwrap_or(standing);
    let mut response = answer.unwrap_or_else(|refusal| {
        if let Some(error) = refusal.internal() {
            tracing::error!(request_id, error, "a request failed inside");
        }
        error_object::answer(&refusal)
    });
    let headers = response.headers_mut();
    headers.insert(LIMIT, HeaderValue::from(standing.limit));
    headers.insert(REMAINING, HeaderValue::from(standing.remaining));
    headers.insert(RESET, HeaderValue::from(standing.reset));
    response
}
