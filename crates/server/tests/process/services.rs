//! Services with access tokens, on two servers of one database and from the command line.

use std::sync::atomic::{AtomicUsize, Ordering};

use denizen_domain::id::{AccessTokenId, AppId, UserId};
use denizen_domain::oauth::{AccessToken, TokenSignatures};
use denizen_domain::ports::{Changes, OAuthWrite, Write};
use denizen_domain::secret::Secret;
use denizen_domain::time::Timestamp;
use denizen_oauth::JsonWebTokens;
use jsonwebtoken::{Algorithm, EncodingKey, Header, decode_header, encode};
use serde_json::{Value, json};

use crate::harness::crowd::many_at_once;
use crate::harness::people;
use crate::harness::{Answer, Backend, Client, Home, Server};

const SCOPE: &str = "okta.users.read";

/// A service that is registered in a directory.
struct Service {
    id: String,
    key: EncodingKey,
    /// When it was registered, by the server's clock, in seconds.
    since: i64,
}

impl Service {
    fn register(client: &Client) -> Self {
        let made = JsonWebTokens.make_key("key", &[7; 32]).unwrap();
        let public: Value = serde_json::from_str(&made.public).unwrap();
        let app = client.post(
            "/api/v1/apps",
            &json!({
                "name": "oidc_client", "label": "Robot", "signOnMode": "OPENID_CONNECT",
                "credentials": {"oauthClient": {"token_endpoint_auth_method": "private_key_jwt"}},
                "settings": {"oauthClient": {"grant_types": ["client_credentials"], "jwks": {"keys": [public]}}},
            }),
        );
        let app = app.expect_ok();
        let roles = format!("/oauth2/v1/clients/{}/roles", app["id"].as_str().unwrap());
        client.post(&roles, &json!({"type": "READ_ONLY_ADMIN"})).expect_ok();
        let since = Timestamp::parse(app["created"].as_str().unwrap()).unwrap();
        Self {
            since: since.as_millis() / 1000,
            id: app["id"].as_str().unwrap().to_owned(),
            key: EncodingKey::from_ec_der(&made.private),
        }
    }

    /// Grants the scope; the path of the grant.
    fn grant(&self, server: &Server) -> String {
        let path = format!("/api/v1/apps/{}/grants", self.id);
        let body = json!({"scopeId": SCOPE, "issuer": format!("http://{}", server.address())});
        let grant = server.client().post(&path, &body).expect_ok();
        format!("{path}/{}", grant["id"].as_str().unwrap())
    }

    fn assertion(&self, server: &Server, id: &str) -> String {
        let claims = json!({
            "iss": self.id, "sub": self.id, "aud": format!("http://{}/oauth2/v1/token", server.address()),
            "exp": self.since + 1800, "jti": id,
        });
        encode(&Header::new(Algorithm::ES256), &claims, &self.key).unwrap()
    }

    /// Asks one of the endpoints about a token, with a proof that was not used before.
    fn about(&self, server: &Server, endpoint: &str, token: &str) -> Answer {
        static USED: AtomicUsize = AtomicUsize::new(0);
        let claims = json!({
            "iss": self.id, "sub": self.id, "aud": format!("http://{}/oauth2/v1/{endpoint}", server.address()),
            "exp": self.since + 1800, "jti": format!("about {}", USED.fetch_add(1, Ordering::Relaxed)),
        });
        let assertion = encode(&Header::new(Algorithm::ES256), &claims, &self.key).unwrap();
        let kind = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";
        let path =
            format!("/oauth2/v1/{endpoint}?token={token}&client_assertion_type={kind}&client_assertion={assertion}");
        server.client_with(None).act(&path)
    }

    fn token(&self, server: &Server, id: &str) -> String {
        let answer = ask(server, &self.assertion(server, id));
        answer.expect_ok()["access_token"].as_str().unwrap().to_owned()
    }
}

fn ask(server: &Server, assertion: &str) -> Answer {
    let kind = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";
    let path = format!(
        "/oauth2/v1/token?grant_type=client_credentials&scope={SCOPE}&client_assertion_type={kind}&client_assertion={assertion}"
    );
    server.client_with(None).act(&path)
}

/// C3, R9: a token that is issued by one server is good on the other, and what is taken from it is gone on both at once.
#[test]
fn access_tokens_end_on_both_servers() {
    let Some(home) = Home::new(Backend::Postgres) else {
        return;
    };
    let servers = [home.start(), home.start_another()];
    let [first, second] = servers.each_ref().map(Server::client);
    let service = Service::register(&first);
    let statuses = |token: &str| {
        servers
            .each_ref()
            .map(|server| server.client_bearing(token).get("/api/v1/users").status)
    };
    let app = format!("/api/v1/apps/{}", service.id);
    for (round, (one, other)) in [(&servers[0], &second), (&servers[1], &first)].into_iter().enumerate() {
        let grant = service.grant(one);
        let token = service.token(one, &format!("grant {round}"));
        assert_eq!(statuses(&token), [200, 200]);
        assert_eq!(other.delete(&grant).status, 204);
        assert_eq!(statuses(&token), [403, 403]);
        service.grant(one);
        let token = service.token(one, &format!("app {round}"));
        assert_eq!(statuses(&token), [200, 200]);
        other.act(&format!("{app}/lifecycle/deactivate")).expect_ok();
        assert_eq!(statuses(&token), [401, 401]);
        other.act(&format!("{app}/lifecycle/activate")).expect_ok();
        assert_eq!(statuses(&token), [401, 401]);
    }
    let token = service.token(&servers[0], "last");
    second.act(&format!("{app}/lifecycle/deactivate")).expect_ok();
    assert_eq!(second.delete(&app).status, 204);
    assert_eq!(statuses(&token), [401, 401]);
    servers.into_iter().for_each(Server::stop);
}

/// T3: an assertion is used once, also when two servers are asked at the same moment.
#[test]
fn an_assertion_is_used_once_on_both_servers() {
    const USES: usize = 50;
    let Some(home) = Home::new(Backend::Postgres) else {
        return;
    };
    let servers = [home.start(), home.start_another()];
    let service = Service::register(&servers[0].client());
    service.grant(&servers[0]);
    let assertions = servers.each_ref().map(|server| service.assertion(server, "the same"));
    let verdicts = many_at_once(USES, |n| ask(&servers[n % 2], &assertions[n % 2]).status);
    let counted = verdicts.iter().filter(|status| **status == 200).count();
    assert_eq!(counted, 1, "{verdicts:?}");
    assert!(
        verdicts.iter().all(|status| matches!(status, 200 | 401)),
        "{verdicts:?}"
    );
    servers.into_iter().for_each(Server::stop);
}

/// K1: the signing key is replaced beside a running server, which signs with the new one at once.
fn keys_are_rotated_from_the_command_line(backend: Backend) {
    let Some(home) = Home::new(backend) else { return };
    let server = home.start();
    let service = Service::register(&server.client());
    service.grant(&server);
    let old = service.token(&server, "before");
    let printed = home.run(["keys", "rotate"]).expect_success();
    let new = service.token(&server, "after");
    let kid = |token: &str| decode_header(token).unwrap().kid.unwrap();
    assert!(printed.starts_with(&kid(&new)) && kid(&old) != kid(&new), "{printed}");
    for token in [&old, &new] {
        server.client_bearing(token).get("/api/v1/users").expect_ok();
    }
    let shown = server.client_with(None).get("/oauth2/v1/keys").expect_ok();
    assert_eq!(shown["keys"][0]["kid"], kid(&new));
    assert_eq!(shown["keys"][1]["kid"], kid(&old));
    server.stop();
}

#[test]
fn keys_are_rotated_from_the_command_line_on_sqlite() {
    keys_are_rotated_from_the_command_line(Backend::Sqlite);
}

#[test]
fn keys_are_rotated_from_the_command_line_on_postgres() {
    keys_are_rotated_from_the_command_line(Backend::Postgres);
}

/// Puts tokens of a user into the directory: no operation issues any yet.
fn put_tokens(home: &Home, service: &Service, user: &str, names: &[(u64, &str)]) {
    let since = Timestamp::from_millis(service.since * 1000);
    let token = |(number, name): &(u64, &str)| AccessToken {
        id: AccessTokenId::generate(since, *number),
        digest: Secret::new(*name).digest(),
        app_id: AppId::parse(&service.id).unwrap(),
        user_id: UserId::parse(user),
        grants: Vec::new(),
        created: since,
        expires: since.plus_minutes(60),
    };
    let write = |token| Write::OAuth(OAuthWrite::InsertToken(token));
    let changes = Changes {
        writes: names.iter().map(token).map(write).collect(),
        ..Changes::default()
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async { home.database().store().await.commit(changes).await.unwrap() });
}

/// C3, C4: what was issued in the name of a user is told to be good while the user may sign in, goes with the sessions when
/// that is asked for, and for good with a deactivation; its client may revoke it, and nobody calls with it.
fn tokens_of_users_are_revoked(backend: Backend) {
    let Some(home) = Home::new(backend) else { return };
    let server = home.start();
    let client = server.client();
    let service = Service::register(&client);
    let ids =
        ["one@example.com", "two@example.com"].map(|login| people::create_active(&client, login, "Orbit-1-zebra"));
    server.stop();
    put_tokens(&home, &service, &ids[0], &[(1, "first"), (2, "second")]);
    put_tokens(&home, &service, &ids[1], &[(3, "third")]);
    let server = home.start();
    let client = server.client();
    let good = |token: &str| service.about(&server, "introspect", token).expect_ok()["active"] == true;
    let told = service.about(&server, "introspect", "first").expect_ok();
    assert_eq!(
        (&told["uid"], &told["sub"]),
        (&json!(ids[0]), &json!("one@example.com")),
        "{told}"
    );
    assert_eq!(server.client_bearing("first").get("/api/v1/users/me").status, 401);
    let path = format!("/api/v1/users/{}", ids[0]);
    client.act(&format!("{path}/lifecycle/suspend")).expect_ok();
    assert!(!good("first"), "suspended");
    client.act(&format!("{path}/lifecycle/unsuspend")).expect_ok();
    assert!(good("first") && good("second"), "unsuspended");
    assert_eq!(service.about(&server, "revoke", "second").status, 200);
    assert!(good("first") && !good("second"), "revoked by the client");
    assert_eq!(client.delete(&format!("{path}/sessions")).status, 204);
    assert!(good("first"), "sessions alone");
    assert_eq!(client.delete(&format!("{path}/sessions?oauthTokens=true")).status, 204);
    assert!(!good("first") && good("third"), "tokens too, and only theirs");
    let path = format!("/api/v1/users/{}/lifecycle", ids[1]);
    client.act(&format!("{path}/deactivate")).expect_ok();
    assert!(!good("third"), "deactivated");
    client.act(&format!("{path}/activate?sendEmail=false")).expect_ok();
    assert!(!good("third"), "for good");
    server.stop();
}

#[test]
fn tokens_of_users_are_revoked_on_sqlite() {
    tokens_of_users_are_revoked(Backend::Sqlite);
}

#[test]
fn tokens_of_users_are_revoked_on_postgres() {
    tokens_of_users_are_revoked(Backend::Postgres);
}
