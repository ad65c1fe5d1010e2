//! The Management API over actix-web.
//!
//! [`app`] is the whole service; [`scope`] is the part under `/api/v1`, for services that mount it beside their own routes.
//! Handlers read a request, call one use case and shape its answer. Who may do what is decided by the use cases; the routes
//! only declare what they ask for.

mod answer;
mod api;
mod authorization;
mod bearer;
mod body;
mod context;
mod cookie;
mod description;
mod endpoint;
mod error_object;
mod gate;
mod health;
mod ids;
mod operation;
mod origin;
mod pages;
mod paging;
mod picture;
mod query;
mod rate_limit;
mod refusal;
mod request;
mod routes;
mod settings;
mod throttle;
mod visit;

pub use self::api::{Api, app, configure_devices, configure_oauth, configure_pages, scope};
pub use self::rate_limit::{BucketLimit, RateLimits};
pub use self::settings::{HttpSettings, InvalidNetwork, Network};
pub use self::throttle::AccountLimits;
