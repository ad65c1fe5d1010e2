//! Signing in (contract: authn-and-recovery §1 to §5).

use denizen_http::HttpSettings;
use serde_json::{Value, json};

use crate::server::{PASSWORD, PUBLIC_URL, Person, STATUSES, Server, profile, somebody, token_of};
use crate::wire::Answer;

const NEW: &str = "Lantern-Winter-1";
const POLICY: &str = "Password requirements were not met. Password requirements: at least 8 characters, a lowercase letter, an \
                      uppercase letter, a number, no parts of your username. Your password cannot be any of your last 4 passwords.";

impl Server {
    /// A call of somebody who is not known.
    pub fn visit(&self, path: &str, body: &Value) -> Answer {
        let target = format!("/api/v1{path}");
        self.request("POST", &target).anonymous().json(body).send()
    }

    /// An attempt to sign in, a second after the last one.
    pub fn sign_in(&self, person: &Person, password: &str) -> Answer {
        self.pass(1);
        self.visit("/authn", &json!({"username": person.login, "password": password}))
    }

    /// The session token of somebody who signs in.
    pub fn session_token(&self, person: &Person) -> String {
        let told = self.sign_in(person, PASSWORD).ok();
        told["sessionToken"].as_str().unwrap().to_owned()
    }

    /// The state token of somebody whose password has expired.
    fn expired(&self, name: &str) -> (Person, String) {
        let person = self.person_in("PASSWORD_EXPIRED", name);
        let told = self.sign_in(&person, PASSWORD).ok();
        assert_eq!(told["status"], "PASSWORD_EXPIRED");
        (person, text(&told["stateToken"]))
    }

    fn failed(&self, answer: &Answer) {
        answer.refused(401, "E0000004", "Authentication failed", &[]);
    }
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value}")).to_owned()
}

fn link(path: &str, name: &str) -> Value {
    json!({"name": name, "href": format!("{PUBLIC_URL}/api/v1/authn/{path}"), "hints": {"allow": ["POST"]}})
}

pub fn cancel() -> Value {
    json!({"href": format!("{PUBLIC_URL}/api/v1/authn/cancel"), "hints": {"allow": ["POST"]}})
}

/// The user as a transaction shows them.
pub fn embedded(server: &Server, person: &Person) -> Value {
    let user = server.read(person);
    json!({
        "id": person.id,
        "passwordChanged": user["passwordChanged"],
        "profile": {
            "login": person.login, "firstName": "Isaac", "lastName": "Brock",
            "locale": "en_US", "timeZone": "America/Los_Angeles",
        },
    })
}

pub fn policy() -> Value {
    json!({
        "expiration": {"passwordExpireDays": 0},
        "complexity": {
            "minLength": 8, "minLowerCase": 1, "minUpperCase": 1, "minNumber": 1, "minSymbol": 0, "excludeUsername": true,
        },
        "age": {"minAgeMinutes": 0, "historyCount": 4},
    })
}

/// The whole answer to somebody who signs in.
/// covers: authenticate
#[test]
fn a_right_password_gives_a_session_token() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let seen = server.events(&person).len();
    let mut told = server
        .visit(
            "/authn",
            &json!({"username": "ISAAC.brock", "password": PASSWORD, "relayState": "/home"}),
        )
        .ok();
    let token = text(&told["sessionToken"]);
    assert!(token.starts_with("20111") && token.len() == 55, "{}", token.len());
    told["sessionToken"] = json!("…");
    let wanted = json!({
        "expiresAt": "2023-11-14T22:18:20.000Z",
        "status": "SUCCESS",
        "sessionToken": "…",
        "relayState": "/home",
        "_embedded": {"user": embedded(&server, &person)},
        "_links": {"cancel": cancel()},
    });
    assert_eq!(told, wanted);
    assert_eq!(server.read(&person)["lastLogin"], crate::server::START);
    assert_eq!(server.told(&person, seen), ["user.authentication.auth"]);
}

/// C2, L5, T9: the right password lets in whom the contract names, and everybody else is refused in the same words as a wrong
/// password and an unknown name.
/// covers: authenticate
#[test]
fn only_those_may_sign_in_who_may() {
    let server = Server::start();
    for status in STATUSES {
        let person = server.person_in(status, &format!("user.{}", status.to_lowercase()));
        let answer = server.sign_in(&person, PASSWORD);
        match status {
            "ACTIVE" => assert_eq!(answer.ok()["status"], "SUCCESS"),
            "PASSWORD_EXPIRED" => assert_eq!(answer.ok()["status"], "PASSWORD_EXPIRED"),
            _ => server.failed(&answer),
        }
        server.failed(&server.sign_in(&person, "Not-It-1"));
        assert_eq!(server.status(&person), status);
        // G2: each attempt is in the log with its outcome.
        let events = server.events(&person);
        let attempts: Vec<_> = events
            .iter()
            .filter(|event| event["eventType"] == "user.authentication.auth")
            .collect();
        assert_eq!(attempts.len(), 2, "{status}");
        assert_eq!(attempts[1]["outcome"]["result"], "FAILURE", "{status}");
    }
    let nobody = Person {
        id: String::new(),
        login: "nobody@example.com".to_owned(),
    };
    server.failed(&server.sign_in(&nobody, PASSWORD));
    let person = server.active("no.password");
    server.failed(&server.visit("/authn", &json!({"username": person.login})));
}

/// L1, L5: the tenth wrong password locks, is answered like every other, and so is the right one from then on.
/// covers: authenticate, unlockUser
#[test]
fn too_many_wrong_passwords_lock_out() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    for _ in 0..9 {
        server.failed(&server.sign_in(&person, "Not-It-1"));
    }
    server.sign_in(&person, PASSWORD).ok();
    for number in 0..10 {
        assert_eq!(server.status(&person), "ACTIVE", "after {number}");
        server.failed(&server.sign_in(&person, "Not-It-1"));
    }
    assert_eq!(server.status(&person), "LOCKED_OUT");
    server.failed(&server.sign_in(&person, PASSWORD));
    let told = server.told(&person, 0);
    assert_eq!(told.iter().filter(|kind| *kind == "user.account.lock").count(), 1);
    server.act(&format!("/users/{}/lifecycle/unlock", person.id)).ok();
    assert_eq!(server.sign_in(&person, PASSWORD).ok()["status"], "SUCCESS");
}

/// Where the policy shows lock-outs, also a wrong password is told of them; and they end by themselves where it says so.
/// covers: authenticate
#[test]
fn a_lock_out_is_shown_where_the_policy_says_so() {
    let server = Server::with(HttpSettings::default(), |settings| {
        settings.password_policy.max_attempts = 2;
        settings.password_policy.show_lockout_failures = true;
        settings.password_policy.auto_unlock_minutes = 10;
    });
    let person = server.active("isaac.brock");
    server.failed(&server.sign_in(&person, "Not-It-1"));
    server.failed(&server.sign_in(&person, "Not-It-1"));
    let wanted = json!({
        "status": "LOCKED_OUT",
        "_embedded": {},
        "_links": {"next": link("recovery/unlock", "unlock"), "cancel": cancel()},
    });
    assert_eq!(server.sign_in(&person, PASSWORD).ok(), wanted);
    assert_eq!(server.sign_in(&person, "Not-It-1").ok(), wanted);
    server.pass(600);
    assert_eq!(server.sign_in(&person, PASSWORD).ok()["status"], "SUCCESS");
    assert!(server.told(&person, 0).contains(&"user.account.unlock".to_owned()));
}

/// Four attempts a second for one account, whatever its spelling, and whether or not there is one.
/// covers: authenticate
#[test]
fn attempts_are_limited_by_the_account() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    for name in [person.login.as_str(), "nobody@example.com"] {
        let attempt = |name: &str| server.visit("/authn", &json!({"username": name, "password": "Not-It-1"}));
        for _ in 0..4 {
            server.failed(&attempt(name));
        }
        let refused = attempt(&name.to_uppercase());
        let summary = "API call exceeded rate limit due to too many requests.";
        refused.refused(429, "E0000047", summary, &[]);
        assert_eq!(refused.header("x-rate-limit-limit"), Some("4"));
        assert_eq!(refused.header("x-rate-limit-remaining"), Some("0"));
    }
    server.pass(1);
    server.sign_in(&person, PASSWORD).ok();
}

/// The expired password: the transaction, what is refused in it, and its end.
/// covers: authenticate, changeExpiredPassword
#[test]
fn an_expired_password_is_changed() {
    let server = Server::start();
    let (person, state) = server.expired("isaac.brock");
    let mut told = server.visit("/authn", &json!({"stateToken": state})).ok();
    told["expiresAt"] = json!("…");
    let wanted = json!({
        "stateToken": state,
        "expiresAt": "…",
        "status": "PASSWORD_EXPIRED",
        "_embedded": {"user": embedded(&server, &person), "policy": policy()},
        "_links": {"next": link("credentials/change_password", "changePassword"), "cancel": cancel()},
    });
    assert_eq!(told, wanted);
    let change = |old: &str, new: &str| {
        let body = json!({"stateToken": state, "oldPassword": old, "newPassword": new});
        server.visit("/authn/credentials/change_password", &body)
    };
    let cause = "oldPassword: The credentials provided were incorrect.";
    change("Not-It-1", NEW).refused(403, "E0000014", "Update of credentials failed", &[cause]);
    let summary = "The password does not meet the complexity requirements of the current password policy.";
    for weak in ["short", "isaac.brock.A1", PASSWORD] {
        change(PASSWORD, weak).refused(403, "E0000080", summary, &[POLICY]);
    }
    let summary = "This operation is not allowed in the current authentication state.";
    for path in ["/authn/skip", "/authn/previous"] {
        server
            .visit(path, &json!({"stateToken": state}))
            .refused(403, "E0000079", summary, &[summary]);
    }
    let body = json!({"stateToken": state, "newPassword": NEW});
    server
        .visit("/authn/credentials/reset_password", &body)
        .refused(403, "E0000079", summary, &[summary]);
    let told = change(PASSWORD, NEW).ok();
    assert_eq!(told["status"], "SUCCESS");
    assert_eq!(told["_embedded"]["user"], embedded(&server, &person));
    assert_eq!(server.status(&person), "ACTIVE");
    server
        .visit("/sessions", &json!({"sessionToken": told["sessionToken"]}))
        .ok();
    // T3: the transaction is over.
    change(NEW, "Lantern-Winter-2").refused(401, "E0000011", "Invalid token provided", &[]);
    server.failed(&server.sign_in(&person, PASSWORD));
    assert_eq!(server.sign_in(&person, NEW).ok()["status"], "SUCCESS");
}

/// L2: wrong passwords in a transaction lock out too, and end it.
/// covers: changeExpiredPassword
#[test]
fn guessing_in_a_transaction_locks_out() {
    let server = Server::with(HttpSettings::default(), |settings| {
        settings.password_policy.max_attempts = 3;
    });
    let (person, state) = server.expired("isaac.brock");
    let change = |old: &str| {
        let body = json!({"stateToken": state, "oldPassword": old, "newPassword": NEW});
        server.visit("/authn/credentials/change_password", &body)
    };
    for _ in 0..3 {
        change("Not-It-1").refused_as(403, "E0000014");
    }
    assert_eq!(server.status(&person), "LOCKED_OUT");
    change(PASSWORD).refused_as(401, "E0000011");
}

/// The greatest age of a password: the warning before it, which can be skipped, and the end.
/// covers: authenticate, skipTransaction, changeExpiredPassword
#[test]
fn an_ageing_password() {
    let server = Server::with(HttpSettings::default(), |settings| {
        settings.password_policy.max_age_days = 10;
        settings.password_policy.expire_warn_days = 3;
    });
    let person = server.active("isaac.brock");
    let day = 24 * 60 * 60;
    server.pass(7 * day + 60);
    assert_eq!(
        server.sign_in(&person, PASSWORD).ok()["status"],
        "SUCCESS",
        "nobody asked for a warning"
    );
    server.pass(1);
    let body = json!({
        "username": person.login, "password": PASSWORD, "options": {"warnBeforePasswordExpired": true},
    });
    let warned = server.visit("/authn", &body).ok();
    assert_eq!(warned["status"], "PASSWORD_WARN");
    assert_eq!(warned["_links"]["skip"], link("skip", "skip"));
    assert_eq!(warned["_embedded"]["policy"]["expiration"]["passwordExpireDays"], 3);
    let skipped = server
        .visit("/authn/skip", &json!({"stateToken": warned["stateToken"]}))
        .ok();
    assert_eq!(skipped["status"], "SUCCESS");
    server
        .visit("/sessions", &json!({"sessionToken": skipped["sessionToken"]}))
        .ok();
    server.pass(3 * day);
    assert_eq!(server.status(&person), "ACTIVE");
    let told = server.sign_in(&person, PASSWORD).ok();
    assert_eq!(told["status"], "PASSWORD_EXPIRED");
    assert_eq!(server.status(&person), "PASSWORD_EXPIRED");
    assert!(
        server
            .told(&person, 0)
            .contains(&"user.account.expire_password".to_owned())
    );
}

/// State tokens slide, but not for ever, and are void once given up; other texts are no state tokens.
/// covers: authenticate, cancelTransaction
#[test]
fn the_life_of_a_state_token() {
    let server = Server::start();
    let (_, state) = server.expired("isaac.brock");
    assert!(state.starts_with("00") && state.len() == 42);
    let read = |state: &str| server.visit("/authn", &json!({"stateToken": state}));
    let dead = |answer: &Answer| {
        answer.refused(401, "E0000011", "Invalid token provided", &[]);
    };
    server.pass(299);
    read(&state).ok();
    server.pass(299);
    let seen = text(&read(&state).ok()["expiresAt"]);
    server.pass(300);
    dead(&read(&state));
    assert!(!seen.is_empty());
    let (_, kept) = server.expired("kept");
    for _ in 0..14 {
        server.pass(250);
        read(&kept).ok();
    }
    server.pass(250);
    dead(&read(&kept));
    let (person, state) = server.expired("given.up");
    let given_up = server.visit("/authn/cancel", &json!({"stateToken": state})).ok();
    assert_eq!(given_up, json!({"relayState": ""}));
    dead(&read(&state));
    dead(&server.visit("/authn/cancel", &json!({"stateToken": state})));
    let session_token = {
        server.act(&format!("/users/{}", person.id));
        server.session_token(&server.active("another"))
    };
    for other in ["", "00", &state[..41], "20111x", &session_token] {
        dead(&read(other));
        dead(&server.visit("/authn/skip", &json!({"stateToken": other})));
        let body = json!({"stateToken": other, "oldPassword": PASSWORD, "newPassword": NEW});
        dead(&server.visit("/authn/credentials/change_password", &body));
    }
}

/// T3, T11: an activation token signs in once, by the way to a first password if there is none yet.
/// covers: authenticate, resetPasswordInTransaction, activateUser
#[test]
fn an_activation_token_signs_in() {
    let server = Server::start();
    let link_of = |person: &Person| {
        let path = format!("/users/{}/lifecycle/activate?sendEmail=false", person.id);
        token_of(server.act(&path).ok()["activationUrl"].as_str().unwrap()).to_owned()
    };
    let person = server.create("?activate=false", &somebody("first.password", false, false));
    let token = link_of(&person);
    let told = server.visit("/authn", &json!({"token": token})).ok();
    let state = text(&told["stateToken"]);
    let wanted = json!({
        "stateToken": state,
        "expiresAt": told["expiresAt"],
        "status": "PASSWORD_RESET",
        "recoveryType": "ACCOUNT_ACTIVATION",
        "_embedded": {"user": embedded(&server, &person), "policy": policy()},
        "_links": {"next": link("credentials/reset_password", "resetPassword"), "cancel": cancel()},
    });
    assert_eq!(told, wanted);
    server.failed(&server.visit("/authn", &json!({"token": token})));
    let set = |new: &str| {
        let body = json!({"stateToken": state, "newPassword": new});
        server.visit("/authn/credentials/reset_password", &body)
    };
    set("short").refused_as(403, "E0000080");
    assert_eq!(set(PASSWORD).ok()["status"], "SUCCESS");
    assert_eq!(server.status(&person), "ACTIVE");
    set(NEW).refused_as(401, "E0000011");
    assert_eq!(server.sign_in(&person, PASSWORD).ok()["status"], "SUCCESS");

    let person = server.create("?activate=false", &somebody("has.password", true, false));
    let token = link_of(&person);
    assert_eq!(
        server.visit("/authn", &json!({"token": token})).ok()["status"],
        "SUCCESS"
    );
    server.failed(&server.visit("/authn", &json!({"token": token})));
    // A token to reset a password is none to activate an account.
    let path = format!("/users/{}/lifecycle/reset_password?sendEmail=false", person.id);
    let reset = server.act(&path).ok();
    let reset = token_of(reset["resetPasswordUrl"].as_str().unwrap());
    for other in [reset, "", "unknown"] {
        server.failed(&server.visit("/authn", &json!({"token": other})));
    }
}

/// P2: a hash that was imported is replaced at the first sign-in, and the account is one like any other then.
/// covers: authenticate
#[test]
fn an_imported_hash_is_replaced() {
    let server = Server::start();
    let body = json!({
        "profile": profile("isaac.brock"),
        "credentials": {"password": {"hash": {
            "algorithm": "SHA-256", "value": "My6p0ZttaH8y6QzZXIwsTE3Xt+CI1g62OUpXbKpDIzE=",
        }}},
    });
    let person = server.create("", &body);
    assert_eq!(server.read(&person)["credentials"]["provider"]["type"], "IMPORT");
    server.failed(&server.sign_in(&person, "Not-It-1"));
    assert_eq!(server.sign_in(&person, PASSWORD).ok()["status"], "SUCCESS");
    assert_eq!(server.read(&person)["credentials"]["provider"]["type"], "OKTA");
    assert_eq!(server.sign_in(&person, PASSWORD).ok()["status"], "SUCCESS");
}

/// What is malformed is refused before anything is looked at.
/// covers: authenticate, cancelTransaction, skipTransaction, previousTransaction
#[test]
fn malformed_requests() {
    let server = Server::start();
    let malformed = |answer: Answer| {
        answer.refused(400, "E0000003", "The request body was not well-formed.", &[]);
    };
    let paths = [
        "",
        "/skip",
        "/previous",
        "/cancel",
        "/credentials/change_password",
        "/recovery/password",
    ];
    for path in paths {
        let target = format!("/api/v1/authn{path}");
        let post = |body: &str| server.request("POST", &target).anonymous().json_bytes(body).send();
        malformed(server.request("POST", &target).anonymous().send());
        malformed(post("{"));
        malformed(post(r#"{"boop":"bap"}"#));
        malformed(post(r#"{"stateToken":7,"username":7}"#));
        let missing = post("{}");
        missing.refused_as(400, "E0000001");
        server
            .request("GET", &target)
            .anonymous()
            .send()
            .refused_as(405, "E0000022");
        let invalid = server
            .request("POST", &target)
            .header("Authorization", "SSWS nonsense")
            .anonymous();
        invalid.json_bytes("{}").send().refused_as(401, "E0000011");
    }
    let long = json!({"username": "a@b.io", "password": "x", "relayState": "x".repeat(2049)});
    server.visit("/authn", &long).refused_as(400, "E0000001");
    let both = json!({"username": "a@b.io", "stateToken": "x"});
    server.visit("/authn", &both).refused_as(400, "E0000001");
}

/// G1: neither token of a transaction is in the log of the server or of the system.
/// covers: authenticate
#[test]
fn tokens_are_not_told() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let token = server.session_token(&person);
    let (_, state) = server.expired("expired");
    let session = text(&server.visit("/sessions", &json!({"sessionToken": token})).ok()["id"]);
    let events = server
        .get("/logs?since=2020-01-01T00:00:00.000Z&limit=1000")
        .ok()
        .to_string();
    for secret in [token, state, session] {
        assert!(!events.contains(&secret) && !crate::server::logged().contains(&secret));
    }
}
