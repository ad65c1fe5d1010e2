//! What is answered beside the table of operations: pages, and the endpoints of OAuth 2.0. Each is one path and one method, so
//! that a service that mounts them keeps every other path to itself.

use actix_web::http::Method;
use actix_web::{Resource, Route, guard, web};

use crate::api::Api;
use crate::gate::Gate;

/// A path, a method, and what answers them.
pub(crate) struct Endpoint {
    path: &'static str,
    method: Method,
    route: Route,
}

impl Endpoint {
    pub(crate) fn new(path: &'static str, method: Method, route: Route) -> Self {
        Self { path, method, route }
    }

    fn resource(self) -> Resource {
        let asked = self.method;
        let is_meant = guard::fn_guard(move |context| context.head().method == asked);
        web::resource(self.path).guard(is_meant).route(self.route)
    }
}

/// Mounts endpoints behind a gate that stands already.
pub(crate) fn mount(endpoints: Vec<Endpoint>, config: &mut web::ServiceConfig) {
    for endpoint in endpoints {
        config.service(endpoint.resource());
    }
}

/// Mounts endpoints, each behind a gate of its own.
pub(crate) fn mount_gated(api: &Api, endpoints: Vec<Endpoint>, config: &mut web::ServiceConfig) {
    for endpoint in endpoints {
        config.service(endpoint.resource().wrap(Gate::new(api)));
    }
}
