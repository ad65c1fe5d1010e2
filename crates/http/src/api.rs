//! The service as a whole.

use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::{App, HttpRequest, Scope, web};
use denizen_application::Directory;

use crate::gate::Gate;
use crate::operation::{self, BASE, Table};
use crate::rate_limit::{Bucket, RateLimiter, Standing};
use crate::refusal::Refusal;
use crate::settings::HttpSettings;
use crate::throttle::Throttles;
use crate::{description, endpoint, health, pages, routes};

/// The API of one directory. Clones share everything, the callers' rate limits too.
#[derive(Clone)]
pub struct Api(Arc<Inner>);

struct Inner {
    directory: Arc<Directory>,
    settings: HttpSettings,
    limiter: RateLimiter,
    throttles: Throttles,
    /// The public URL, fit to stand inside a JSON string.
    base: String,
}

impl Api {
    /// The API of a directory.
    #[must_use]
    pub fn new(directory: Arc<Directory>, settings: HttpSettings) -> Self {
        let base = directory.public_url().replace('\\', "%5C").replace('"', "%22");
        Self(Arc::new(Inner {
            limiter: RateLimiter::new(settings.rate_limits.clone()),
            throttles: Throttles::new(settings.account_limits),
            directory,
            settings,
            base,
        }))
    }

    pub(crate) fn directory(&self) -> &Arc<Directory> {
        &self.0.directory
    }

    pub(crate) fn settings(&self) -> &HttpSettings {
        &self.0.settings
    }

    pub(crate) fn limiter(&self) -> &RateLimiter {
        &self.0.limiter
    }

    /// Where the directory is reached. Links are made from this, and never from a request (T1).
    pub(crate) fn base(&self) -> &str {
        &self.0.base
    }

    /// Counts a call.
    pub(crate) fn count(&self, bucket: Bucket, caller: &str) -> Standing {
        self.limiter().take(bucket, caller, self.seconds())
    }

    /// Counts an attempt to sign in to an account.
    pub(crate) fn count_sign_in(&self, name: &str) -> Result<(), Refusal> {
        within(self.0.throttles.sign_in(name, self.seconds()))
    }

    /// Counts a recovery of an account, asked for from an address.
    pub(crate) fn count_recovery(&self, name: &str, address: Option<&str>) -> Result<(), Refusal> {
        within(self.0.throttles.recovery(name, address, self.seconds()))
    }

    fn seconds(&self) -> u32 {
        let seconds = self.directory().now().as_millis().div_euclid(1000);
        u32::try_from(seconds).unwrap_or_default()
    }
}

fn within(standing: Standing) -> Result<(), Refusal> {
    if standing.exceeded {
        Err(Refusal::too_many_requests().at(standing))
    } else {
        Ok(())
    }
}

/// The whole application: the API, the health checks, and an answer for everything else.
pub fn app(
    api: &Api,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = actix_web::Error,
        InitError = (),
    > + use<>,
> {
    let app = App::new();
    #[cfg(feature = "ceiling")]
    let app = app.service(routes::ceiling(api));
    // The gate stands around a scope of everything, so that it can rewrite a path before it is routed.
    let everything = web::scope("")
        .wrap(Gate::new(api))
        .service(health::scope(api))
        .configure(description::declare)
        .configure(|config| endpoint::mount(routes::oauth_endpoints(api), config))
        .configure(|config| endpoint::mount(routes::device_endpoints(api), config))
        .service(clients(api))
        .configure(|config| endpoint::mount(pages::all(api), config))
        .service(operations(api))
        .default_service(web::to(unknown(api)));
    app.service(everything).default_service(web::to(unknown(api)))
}

fn clients(api: &Api) -> Scope {
    Table::of_clients(api).mount(web::scope(routes::CLIENTS))
}

/// The API alone, for services that mount it beside routes of their own. It answers everything under `/api/v1`.
pub fn scope(api: &Api) -> Scope {
    let inner = Table::of_routes(api).mount(web::scope(""));
    web::scope(BASE).service(web::scope("").wrap(Gate::new(api)).service(inner))
}

/// The endpoints of OAuth 2.0 alone, for services that mount [`scope`] beside routes of their own and have services as
/// callers: `/oauth2/v1/…` and the documents that describe them under `/.well-known/`.
pub fn configure_oauth(api: &Api) -> impl FnOnce(&mut web::ServiceConfig) + use<> {
    let api = api.clone();
    move |config| {
        endpoint::mount_gated(&api, routes::oauth_endpoints(&api), config);
        let clients = Table::of_clients(&api).mount(web::scope(""));
        config.service(web::scope(routes::CLIENTS).service(web::scope("").wrap(Gate::new(&api)).service(clients)));
    }
}

/// The pages that links lead to, for services that mount [`scope`] beside routes of their own: where somebody sets a first or
/// a new password, unlocks their account, or gets the cookie of a session. Their public URL must be that of the service.
pub fn configure_pages(api: &Api) -> impl FnOnce(&mut web::ServiceConfig) + use<> {
    let api = api.clone();
    move |config| endpoint::mount_gated(&api, pages::all(&api), config)
}

/// What devices that approve sign-ins ask for, under `/device/v1/…`, for services that mount [`scope`] beside routes of their
/// own.
pub fn configure_devices(api: &Api) -> impl FnOnce(&mut web::ServiceConfig) + use<> {
    let api = api.clone();
    move |config| endpoint::mount_gated(&api, routes::device_endpoints(&api), config)
}

fn operations(api: &Api) -> Scope {
    Table::of_routes(api).mount(web::scope(BASE))
}

impl Table {
    /// Every operation.
    pub(crate) fn of_routes(api: &Api) -> Self {
        let mut table = Self::new(api);
        routes::declare(&mut table);
        table
    }

    /// Every operation on clients, which lie beside the API.
    pub(crate) fn of_clients(api: &Api) -> Self {
        let mut table = Self::at(api, routes::CLIENTS);
        routes::declare_clients(&mut table);
        table
    }
}

fn unknown(api: &Api) -> impl Fn(HttpRequest) -> std::future::Ready<actix_web::HttpResponse> + Clone + 'static {
    let api = api.clone();
    move |http| std::future::ready(operation::unknown_path(&api, &http))
}
