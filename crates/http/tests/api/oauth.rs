//! The token endpoint: who gets an access token, and who does not (contract: groups-apps-tokens §4).

use std::sync::Barrier;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::server::{PUBLIC_URL, Server, logged};
use crate::service::{ASSERTION_TYPE, Service, call, escaped, form, key_pair, post_form, refused, service_app};

const USERS: &str = "okta.users.read";

/// The claims of a token, unchecked.
fn claims_of(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// covers: token
#[test]
fn a_service_gets_a_token_and_calls_with_it() {
    let server = Server::start();
    let service = Service::new(&server, &[USERS]);
    let answer = service.ask(&server, USERS);
    assert_eq!(answer.header("cache-control"), Some("no-cache, no-store"));
    let body = answer.ok();
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(body["expires_in"], 3600);
    assert_eq!(body["scope"], USERS);
    let token = body["access_token"].as_str().unwrap();
    let claims = claims_of(token);
    assert_eq!(
        (&claims["iss"], &claims["aud"]),
        (&json!(PUBLIC_URL), &json!(PUBLIC_URL))
    );
    assert_eq!(
        (&claims["sub"], &claims["cid"]),
        (&json!(service.id), &json!(service.id))
    );
    assert_eq!(claims["scp"], json!([USERS]));
    let users = call(&server, token, "GET", "/users").ok();
    assert_eq!(users[0]["profile"]["login"], "admin@denizen.local");
}

/// One official client puts the parameters into the query.
#[test]
fn parameters_may_stand_in_the_query() {
    let server = Server::start();
    let service = Service::new(&server, &[USERS]);
    let assertion = service.assertion(&server, &json!({}));
    let query = format!(
        "grant_type=client_credentials&scope={USERS}&client_assertion={assertion}&client_assertion_type={}",
        escaped(ASSERTION_TYPE)
    );
    let target = format!("/oauth2/v1/token?{query}");
    server.request("POST", &target).anonymous().send().ok();
}

/// The subset that is granted is given, and named in the answer.
#[test]
fn only_granted_scopes_are_given() {
    let server = Server::start();
    let service = Service::new(&server, &[USERS, "okta.groups.manage"]);
    let wanted = "okta.groups.manage okta.users.read okta.apps.manage";
    assert_eq!(
        service.ask(&server, wanted).ok()["scope"],
        "okta.groups.manage okta.users.read"
    );
    refused(&service.ask(&server, "okta.apps.manage"), 400, "consent_required");
    for scope in ["", "openid", "okta.users.read okta.nothing.read"] {
        refused(&service.ask(&server, scope), 400, "invalid_scope");
    }
    let nothing = Service::new(&server, &[]);
    refused(&nothing.ask(&server, USERS), 400, "consent_required");
}

/// G2: what is wrong with an assertion is told, and stands in the log.
#[test]
fn every_claim_of_an_assertion_counts() {
    let server = Server::start();
    let service = Service::new(&server, &[USERS]);
    let now = server.directory.now().as_millis() / 1000;
    for (change, told) in [
        (json!({"iss": "0oa00000000000000001"}), "client_id"),
        (json!({"sub": "0oa00000000000000001"}), "subject"),
        (json!({"aud": "https://evil.example.com/oauth2/v1/token"}), "audience"),
        (json!({"exp": now}), "expired"),
        (json!({"exp": now + 3661}), "too far"),
        (json!({"exp": null}), "too far"),
        (json!({"nbf": now + 3600}), "not valid yet"),
        (json!({"jti": ""}), "well-formed"),
    ] {
        let assertion = service.assertion(&server, &change);
        let description = refused(&Service::ask_with(&server, &assertion, USERS), 401, "invalid_client");
        assert!(description.contains(told), "{change}: {description}");
    }
    for aud in [json!(PUBLIC_URL), json!([format!("{PUBLIC_URL}//oauth2/v1/token")])] {
        let assertion = service.assertion(&server, &json!({"aud": aud}));
        Service::ask_with(&server, &assertion, USERS).ok();
    }
    let filter = "eventType%20eq%20%22app.oauth2.token.grant%22";
    let events = server.get(&format!("/logs?filter={filter}")).ok();
    let events = events.as_array().unwrap();
    assert_eq!(events.len(), 8);
    for event in &events[1..] {
        assert_eq!(event["outcome"]["result"], "FAILURE");
        assert_eq!(event["outcome"]["reason"], "invalid_client");
        assert_eq!(
            (&event["actor"]["id"], &event["actor"]["type"]),
            (&json!(service.id), &json!("PublicClientApp"))
        );
    }
    assert_eq!(events[0]["actor"]["id"], "0oa00000000000000001");
    service.ask(&server, USERS).ok();
}

/// Forged, foreign and cut: `none`, a public key used as a secret, another's key, and parts that were exchanged.
#[test]
fn nothing_but_the_clients_own_key_proves_anything() {
    let server = Server::start();
    let (service, other) = (Service::new(&server, &[USERS]), Service::new(&server, &[USERS]));
    let claims = service.claims(&server, &json!({}));
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let unsigned = |alg: &str| format!("{}.{}.", part(&json!({"alg": alg, "typ": "JWT"})), part(&claims));
    let public = service.public().to_string();
    let secret = EncodingKey::from_secret(public.as_bytes());
    let confused = encode(&Header::new(Algorithm::HS256), &claims, &secret).unwrap();
    let foreign = encode(&Header::new(Algorithm::ES256), &claims, &key_pair(201).0).unwrap();
    let good = service.assertion(&server, &json!({}));
    let of_other = other.assertion(&server, &json!({}));
    let (head, signature) = (good.rsplit_once('.').unwrap().0, of_other.rsplit('.').next().unwrap());
    let attempts = [
        unsigned("none"),
        unsigned("None"),
        unsigned("ES256"),
        confused,
        foreign,
        format!("{head}.{signature}"),
        good[..good.len() - 4].to_owned(),
        good[4..].to_owned(),
        "a.b.c".to_owned(),
        "x".repeat(20_000),
    ];
    for attempt in attempts {
        refused(&Service::ask_with(&server, &attempt, USERS), 401, "invalid_client");
    }
    Service::ask_with(&server, &good, USERS).ok();
}

/// T3: of 50 uses of one assertion at once, one counts.
#[test]
fn an_assertion_is_used_once() {
    const USES: usize = 50;
    let server = Server::start();
    let service = Service::new(&server, &[USERS]);
    let assertion = service.assertion(&server, &json!({}));
    let barrier = Barrier::new(USES);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let uses: Vec<_> = (0..USES)
            .map(|_| {
                scope.spawn(|| {
                    barrier.wait();
                    Service::ask_with(&server, &assertion, USERS).status
                })
            })
            .collect();
        uses.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(
        statuses.iter().filter(|status| **status == 200).count(),
        1,
        "{statuses:?}"
    );
    assert_eq!(statuses.iter().filter(|status| **status == 401).count(), USES - 1);
    let again = Service::ask_with(&server, &assertion, USERS);
    let description = refused(&again, 401, "invalid_client");
    assert_eq!(description, "The client_assertion token has already been used.");
    // Another client may name its assertion the same way.
    let named = |service: &Service| service.assertion(&server, &json!({"jti": "same"}));
    let other = Service::new(&server, &[USERS]);
    Service::ask_with(&server, &named(&service), USERS).ok();
    Service::ask_with(&server, &named(&other), USERS).ok();
    // The directory forgets an assertion only when it has ended.
    server.pass(299);
    service.ask(&server, USERS).ok();
    refused(&Service::ask_with(&server, &assertion, USERS), 401, "invalid_client");
    server.pass(2);
    service.ask(&server, USERS).ok();
    refused(&Service::ask_with(&server, &assertion, USERS), 401, "invalid_client");
}

#[test]
fn an_app_is_a_client_only_as_it_registered() {
    let server = Server::start();
    let service = Service::new(&server, &[USERS]);
    let mut app = service_app(service.public());
    let path = format!("/apps/{}", service.id);
    app["settings"]["oauthClient"]["grant_types"] = json!(["authorization_code"]);
    server.put(&path, &app).ok();
    refused(&service.ask(&server, USERS), 400, "unauthorized_client");
    app["settings"]["oauthClient"]["grant_types"] = json!(["client_credentials"]);
    app["credentials"]["oauthClient"]["token_endpoint_auth_method"] = json!("client_secret_basic");
    server.put(&path, &app).ok();
    refused(&service.ask(&server, USERS), 401, "invalid_client");
    app["credentials"]["oauthClient"]["token_endpoint_auth_method"] = json!("private_key_jwt");
    app["settings"]["oauthClient"]["jwks"]["keys"] = json!([key_pair(201).1]);
    server.put(&path, &app).ok();
    refused(&service.ask(&server, USERS), 401, "invalid_client");
    app["settings"]["oauthClient"]["jwks"]["keys"] = json!([key_pair(201).1, service.public()]);
    server.put(&path, &app).ok();
    service.ask(&server, USERS).ok();
    server.act(&format!("{path}/lifecycle/deactivate")).ok();
    let description = refused(&service.ask(&server, USERS), 401, "invalid_client");
    assert_eq!(description, "Invalid value for 'client_id' parameter.");
    let mut private = service.public().clone();
    private["d"] = json!("AQAB");
    server.post("/apps", &service_app(&private)).refused_as(400, "E0000001");
}

#[test]
fn a_client_goes_by_the_name_that_it_was_given() {
    let server = Server::start();
    let (key, public) = key_pair(202);
    let mut app = service_app(&public);
    app["credentials"]["oauthClient"]["client_id"] = json!("nightly-import");
    let made = server.post("/apps", &app).ok();
    assert_eq!(made["credentials"]["oauthClient"]["client_id"], "nightly-import");
    server.post("/apps", &app).refused_as(400, "E0000001");
    let path = format!("/apps/{}", made["id"].as_str().unwrap());
    let granted = server.post(
        &format!("{path}/grants"),
        &json!({"scopeId": USERS, "issuer": PUBLIC_URL}),
    );
    assert_eq!(granted.ok()["clientId"], "nightly-import");
    let usual = Service::new(&server, &[]);
    let shown = server.get(&format!("/apps/{}", usual.id)).ok();
    assert_eq!(shown["credentials"]["oauthClient"]["client_id"], usual.id.as_str());
    let claims = usual.claims(&server, &json!({"iss": "nightly-import", "sub": "nightly-import"}));
    let assertion = encode(&Header::new(Algorithm::ES256), &claims, &key).unwrap();
    let issued = Service::ask_with(&server, &assertion, USERS).ok();
    assert_eq!(
        claims_of(issued["access_token"].as_str().unwrap())["sub"],
        "nightly-import"
    );
}

#[test]
fn malformed_requests_are_told_as_oauth_has_it() {
    let server = Server::start();
    let service = Service::new(&server, &[USERS]);
    let ask = |parameters: &[(&str, &str)]| post_form(&server, "/oauth2/v1/token", parameters);
    refused(&ask(&[]), 400, "invalid_request");
    refused(&ask(&[("grant_type", "password")]), 400, "unsupported_grant_type");
    refused(
        &ask(&[("grant_type", "client_credentials"), ("scope", USERS)]),
        401,
        "invalid_client",
    );
    let twice = [("scope", USERS), ("scope", USERS), ("grant_type", "client_credentials")];
    assert!(refused(&ask(&twice), 400, "invalid_request").contains("scope"));
    let assertion = service.assertion(&server, &json!({}));
    let other_type = [
        ("grant_type", "client_credentials"),
        ("scope", USERS),
        (
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
        ),
        ("client_assertion", &assertion),
    ];
    refused(&ask(&other_type), 401, "invalid_client");
    let json_body = server.request("POST", "/oauth2/v1/token").anonymous().json(&json!({}));
    refused(&json_body.send(), 400, "invalid_request");
    let basic = form(&server, "/oauth2/v1/token", &[("grant_type", "client_credentials")])
        .header("Authorization", "Basic YTpi")
        .send();
    refused(&basic, 401, "invalid_client");
    assert!(basic.header("www-authenticate").unwrap().starts_with("Basic "));
    server
        .request("GET", "/oauth2/v1/token")
        .anonymous()
        .send()
        .refused_as(404, "E0000008");
}

/// G1: neither assertions nor tokens stand in any event or line of the log.
#[test]
fn credentials_stay_out_of_logs() {
    let server = Server::start();
    let service = Service::new(&server, &[USERS]);
    let assertion = service.assertion(&server, &json!({}));
    let issued = Service::ask_with(&server, &assertion, USERS).ok();
    let token = issued["access_token"].as_str().unwrap();
    refused(&Service::ask_with(&server, &assertion, USERS), 401, "invalid_client");
    call(&server, token, "GET", "/users").ok();
    let query = format!("/oauth2/v1/token?client_assertion={assertion}");
    server.request("POST", &query).anonymous().send();
    service.about(&server, "introspect", token).ok();
    service.about(&server, "revoke", token);
    call(&server, token, "GET", "/users").refused_as(401, "E0000011");
    let told = [logged(), server.get("/logs?limit=1000").ok().to_string()];
    for secret in [&assertion, token] {
        let signature = secret.rsplit('.').next().unwrap();
        assert!(told.iter().all(|text| !text.contains(signature)));
    }
}
