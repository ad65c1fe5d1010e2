//! Rate limits (contract: conventions §7; clients 11), on a clock that the test moves.

use denizen_http::{BucketLimit, HttpSettings, RateLimits};

use crate::server::{Server, run};
use crate::service::{Service, call};
use crate::wire::Answer;

fn limited() -> Server {
    let rate_limits = RateLimits {
        default_per_minute: 3,
        buckets: vec![BucketLimit {
            path: "/api/v1/users".to_owned(),
            per_minute: 5,
        }],
    };
    Server::with(
        HttpSettings {
            rate_limits,
            ..HttpSettings::default()
        },
        |_| {},
    )
}

fn standing(answer: &Answer) -> (u64, u64, u64) {
    let number = |name: &str| {
        answer
            .header(name)
            .unwrap_or_else(|| panic!("no {name}: {}", answer.told()))
            .parse()
            .unwrap()
    };
    (
        number("x-rate-limit-limit"),
        number("x-rate-limit-remaining"),
        number("x-rate-limit-reset"),
    )
}

/// A window of a minute from the first call; then 429 with everything a client waits by; then a new window.
/// covers: listUsers
#[test]
fn a_bucket_runs_empty_and_fills_again() {
    let server = limited();
    let start = 1_700_000_000;
    for remaining in (0..5).rev() {
        let answer = server.get("/users");
        answer.ok();
        assert_eq!(standing(&answer), (5, remaining, start + 60));
        server.pass(10);
    }
    server.pass_millis(9_999);
    let answer = server.get("/users");
    answer.refused(
        429,
        "E0000047",
        "API call exceeded rate limit due to too many requests.",
        &[],
    );
    assert_eq!(standing(&answer), (5, 0, start + 60));
    assert!(answer.header("date").is_some() && answer.header("x-okta-request-id").is_some());
    server.pass_millis(1);
    let answer = server.get("/users");
    answer.ok();
    assert_eq!(standing(&answer), (5, 4, start + 120));
}

/// Buckets do not share, callers do not share, and a refused call does nothing.
/// covers: getGroup, suspendUser
#[test]
fn buckets_and_callers_are_apart() {
    let server = limited();
    let person = server.active("isaac.brock");
    for _ in 0..3 {
        server.get("/groups/x").refused_as(404, "E0000007");
    }
    server.get("/groups/x").refused_as(429, "E0000047");
    server.get("/users").ok();
    let token = run(server.directory.create_api_token("admin@denizen.local", "second"))
        .unwrap()
        .expose()
        .to_owned();
    let second = server
        .request("GET", "/api/v1/groups/x")
        .header("Authorization", format!("SSWS {token}"))
        .send();
    second.refused_as(404, "E0000007");
    for _ in 0..5 {
        server.get("/users");
    }
    server
        .act(&format!("/users/{}/lifecycle/suspend", person.id))
        .refused_as(429, "E0000047");
    server.pass(60);
    assert_eq!(server.status(&person), "ACTIVE");
}

/// Whoever has no credential is counted as well, wherever they say they come from (H1).
#[test]
fn strangers_are_limited_too() {
    let server = limited();
    let ask = |number: usize| {
        let request = server.request("GET", "/api/v1/users").anonymous();
        request.header("X-Forwarded-For", format!("198.51.100.{number}")).send()
    };
    let answers: Vec<u16> = (0..20).map(|number| ask(number).status).collect();
    assert!(answers.contains(&429), "{answers:?}");
    server.get("/users").ok();
}

/// However many tokens a service gets, its calls are counted together.
#[test]
fn the_tokens_of_a_service_share_a_window() {
    let rate_limits = RateLimits {
        buckets: vec![BucketLimit {
            path: "/api/v1/users".to_owned(),
            per_minute: 3,
        }],
        ..RateLimits::default()
    };
    let settings = HttpSettings {
        rate_limits,
        ..HttpSettings::default()
    };
    let server = Server::with(settings, |_| {});
    let (service, other) = (
        Service::new(&server, &["okta.users.read"]),
        Service::new(&server, &["okta.users.read"]),
    );
    let calls = |service: &Service| call(&server, &service.token(&server, "okta.users.read"), "GET", "/users").status;
    let statuses: Vec<u16> = (0..4).map(|_| calls(&service)).collect();
    assert_eq!(statuses, [200, 200, 200, 429]);
    assert_eq!(calls(&other), 200);
}
