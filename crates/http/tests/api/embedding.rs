//! The API as part of another service: what is mounted keeps to its own paths, in whatever order, and stands behind the gate.

use std::net::SocketAddr;
use std::sync::mpsc;

use actix_web::{App, HttpServer, web};
use denizen_http::{Api, HttpSettings};

use crate::server::{Server, TOKEN};
use crate::wire::{Answer, Request};

/// A service with a few routes of its own, among them some that lie close to those of the API.
fn service(server: &Server, pages_first: bool) -> SocketAddr {
    let api = Api::new(server.directory.clone(), HttpSettings::default());
    let (started, starts) = mpsc::channel();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let own = || web::to(async || "mine");
            let server = HttpServer::new(move || {
                let app = App::new();
                let app = if pages_first {
                    app.configure(denizen_http::configure_pages(&api))
                        .configure(denizen_http::configure_oauth(&api))
                        .service(denizen_http::scope(&api))
                } else {
                    app.service(denizen_http::scope(&api))
                        .configure(denizen_http::configure_oauth(&api))
                        .configure(denizen_http::configure_pages(&api))
                };
                app.route("/mine", own())
                    .route("/login", own())
                    .route("/signin/mine", own())
                    .route("/oauth2/mine", own())
                    .route("/.well-known/mine", own())
            });
            let server = server.workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
            started.send(server.addrs()[0]).unwrap();
            server.run().await.unwrap();
        });
    });
    starts.recv().unwrap()
}

/// H8, H11: pages come with the headers of pages, and what every answer has.
fn is_page(answer: &Answer) {
    assert_eq!(answer.header("x-frame-options"), Some("DENY"), "{}", answer.told());
    assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
    is_gated(answer);
}

fn is_gated(answer: &Answer) {
    assert!(answer.header("x-okta-request-id").is_some(), "{}", answer.told());
    assert_eq!(answer.header("cache-control"), Some("no-cache, no-store"));
}

#[test]
fn a_service_mounts_all_parts_in_any_order() {
    let server = Server::start();
    for pages_first in [true, false] {
        let address = service(&server, pages_first);
        let ask = |method: &str, path: &str| Request::new(address, method, path, None).send();
        for path in [
            "/welcome/unknown",
            "/reset_password/unknown",
            "/signin/reset-password/unknown",
            "/signin/unlock/unknown",
        ] {
            let answer = ask("GET", path);
            assert_eq!(answer.status, 404, "{}", answer.told());
            is_page(&answer);
        }
        is_page(&ask("GET", "/login/sessionCookieRedirect"));
        for path in [
            "/oauth2/v1/keys",
            "/.well-known/openid-configuration",
            "/.well-known/oauth-authorization-server",
        ] {
            let answer = ask("GET", path);
            assert_eq!(answer.status, 200, "{}", answer.told());
            is_gated(&answer);
        }
        for path in ["/api/v1/users", "/oauth2/v1/clients/unknown/roles"] {
            ask("GET", path).refused_as(403, "E0000005");
        }
        let known = Request::new(address, "GET", "/api/v1/users/me", Some(TOKEN)).send();
        known.ok();
        for path in ["/mine", "/login", "/signin/mine", "/oauth2/mine", "/.well-known/mine"] {
            let answer = ask("GET", path);
            assert_eq!((answer.status, answer.text().as_str()), (200, "mine"), "{path}");
            assert_eq!(answer.header("x-okta-request-id"), None, "{path}");
        }
    }
}
