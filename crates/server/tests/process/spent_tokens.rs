//! What was used once stays used when the process that saw it is gone (T4).

use serde_json::{Value, json};

use crate::harness::people::{self, profile};
use crate::harness::{Answer, Backend, Home, Server};

const PASSWORD: &str = "Orbit-1-zebra";

/// Something that is good once, and where it is shown.
struct Spent {
    what: &'static str,
    path: &'static str,
    body: Value,
    /// The status of the answer to its second use.
    refused: u16,
}

impl Spent {
    fn show(&self, server: &Server) -> Answer {
        server
            .client_with(None)
            .post(&format!("/api/v1{}", self.path), &self.body)
    }

    #[track_caller]
    fn is_refused(&self, server: &Server) {
        let answer = self.show(server);
        assert_eq!(answer.status, self.refused, "{}: {answer:?}", self.what);
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value}")).to_owned()
}

/// Uses a token for the first time.
fn used(server: &Server, what: &'static str, path: &'static str, body: Value) -> (Spent, Value) {
    let spent = Spent {
        what,
        path,
        body,
        refused: 401,
    };
    let told = spent.show(server).expect_ok();
    (spent, told)
}

/// Follows links to their ends: an activation, a recovery by an administrator's link, and a sign-in.
fn spend(server: &Server) -> Vec<Spent> {
    let client = server.client();
    let id = people::create(
        &client,
        "?activate=false",
        &json!({ "profile": profile("new@example.com") }),
    );
    let activation = client
        .act(&format!("/api/v1/users/{id}/lifecycle/activate?sendEmail=false"))
        .expect_ok();
    let token = json!({ "token": activation["activationToken"] });
    let (activation, told) = used(server, "activation token", "/authn", token);
    let set = |told: &Value, password: &str| json!({ "stateToken": told["stateToken"], "newPassword": password });
    let reset = "/authn/credentials/reset_password";
    let (first_state, told) = used(server, "state token of an activation", reset, set(&told, PASSWORD));
    let session = json!({ "sessionToken": told["sessionToken"] });
    let (first_session, _) = used(server, "session token of an activation", "/sessions", session);

    let id = people::create_active(&client, "lost@example.com", PASSWORD);
    let link = client
        .act(&format!("/api/v1/users/{id}/lifecycle/reset_password?sendEmail=false"))
        .expect_ok();
    let url = text(&link["resetPasswordUrl"]);
    let token = json!({ "recoveryToken": url.rsplit('/').next() });
    let (recovery, told) = used(server, "recovery token", "/authn/recovery/token", token);
    let (state, _) = used(server, "state token of a recovery", reset, set(&told, "Orbit-2-zebra"));

    people::create_active(&client, "signer@example.com", PASSWORD);
    let body = json!({ "username": "signer@example.com", "password": PASSWORD });
    let told = server.client_with(None).post("/api/v1/authn", &body).expect_ok();
    let session = json!({ "sessionToken": told["sessionToken"] });
    let (session, _) = used(server, "session token", "/sessions", session);
    vec![activation, first_state, first_session, recovery, state, session]
}

/// T4: used tokens of every kind are refused before a restart and after it, whether the process was stopped or killed.
fn what_is_spent_stays_spent(backend: Backend) {
    let Some(home) = Home::new(backend) else { return };
    let mut server = home.start();
    let spent = spend(&server);
    spent.iter().for_each(|one| one.is_refused(&server));
    server.kill();
    let server = home.start();
    spent.iter().for_each(|one| one.is_refused(&server));
    server.stop();
    let server = home.start();
    spent.iter().for_each(|one| one.is_refused(&server));
    server.stop();
}

#[test]
fn what_is_spent_stays_spent_on_sqlite() {
    what_is_spent_stays_spent(Backend::Sqlite);
}

#[test]
fn what_is_spent_stays_spent_on_postgres() {
    what_is_spent_stays_spent(Backend::Postgres);
}
