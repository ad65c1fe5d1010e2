//! One-time tokens, as the API hands them out (T2, T3, T5, T6, T7, T11, T12).

use denizen_domain::token::TokenPurpose::{Activation, PasswordReset};
use serde_json::json;

use crate::server::{PASSWORD, Person, Server, somebody, token_of};

const NEW: &str = "Lantern-Winter-1";
const MINUTE: i64 = 60_000;

impl Server {
    fn link(&self, person: &Person, step: &str) -> String {
        let body = self.act(&format!("/users/{}/{step}?sendEmail=false", person.id)).ok();
        let url = body.get("activationUrl").or(body.get("resetPasswordUrl")).unwrap();
        token_of(url.as_str().unwrap()).to_owned()
    }

    fn activation(&self, name: &str) -> (Person, String) {
        let person = self.create("?activate=false", &somebody(name, false, false));
        let token = self.link(&person, "lifecycle/activate");
        (person, token)
    }
}

/// T3: a token is good once.
/// covers: activateUser, resetPassword, forgotPassword
#[test]
fn a_token_is_good_once() {
    let server = Server::start();
    let (person, token) = server.activation("isaac.brock");
    assert!(server.complete(&token, Activation, NEW));
    assert_eq!(server.status(&person), "ACTIVE");
    assert!(!server.complete(&token, Activation, "Lantern-Winter-2"));
    for (number, step) in ["lifecycle/reset_password", "credentials/forgot_password"]
        .into_iter()
        .enumerate()
    {
        let token = server.link(&person, step);
        let password = format!("Lantern-Summer-{number}");
        assert!(server.complete(&token, PasswordReset, &password));
        assert!(!server.complete(&token, PasswordReset, "Lantern-Winter-2"));
        assert_eq!(server.status(&person), "ACTIVE");
        assert!(server.is_password(&person, &password));
    }
}

/// T5: a token sets the password of its own user.
/// covers: resetPassword
#[test]
fn a_token_is_bound_to_its_user() {
    let server = Server::start();
    let (first, second) = (server.active("first"), server.active("second"));
    let token = server.link(&first, "lifecycle/reset_password");
    assert!(server.complete(&token, PasswordReset, NEW));
    assert!(server.is_password(&first, NEW) && server.is_password(&second, PASSWORD));
}

/// T6: a new token, a set password, a suspension, a deactivation void what was handed out before.
/// covers: reactivateUser, resetPassword, updateUser, changePassword, suspendUser, deactivateUser, expirePasswordWithTempPassword
#[test]
fn what_voids_a_token() {
    let server = Server::start();
    let (person, old) = server.activation("invited");
    let new = server.link(&person, "lifecycle/reactivate");
    assert_ne!(old, new);
    assert!(!server.complete(&old, Activation, NEW));
    server
        .post(
            &format!("/users/{}", person.id),
            &json!({"credentials": {"password": {"value": PASSWORD}}}),
        )
        .ok();
    assert!(
        !server.complete(&new, Activation, NEW),
        "somebody set the password meanwhile"
    );

    let change = json!({"oldPassword": {"value": PASSWORD}, "newPassword": {"value": NEW}});
    let set = json!({"credentials": {"password": {"value": NEW}}});
    for (number, step) in [
        "lifecycle/reset_password?sendEmail=false",
        "lifecycle/suspend",
        "lifecycle/deactivate",
        "lifecycle/expire_password_with_temp_password",
        "credentials/forgot_password?sendEmail=false",
        "credentials/change_password",
        "",
    ]
    .into_iter()
    .enumerate()
    {
        let person = server.active(&format!("user.{number}"));
        let token = server.link(&person, "credentials/forgot_password");
        let path = format!("/users/{}/{step}", person.id);
        match step {
            "" => server.post(path.trim_end_matches('/'), &set).ok(),
            "credentials/change_password" => server.post(&path, &change).ok(),
            _ => server.act(&path).ok(),
        };
        if step == "lifecycle/suspend" {
            server.act(&format!("/users/{}/lifecycle/unsuspend", person.id)).ok();
        }
        assert!(
            !server.complete(&token, PasswordReset, "Lantern-Winter-7"),
            "after {step}"
        );
    }
}

/// T7: the last millisecond counts, the next does not.
/// covers: activateUser, resetPassword
#[test]
fn a_token_dies_at_the_exact_boundary() {
    let server = Server::start();
    for (late, alive) in [(-1, true), (0, false)] {
        let (_, activation) = server.activation(&format!("invited.{alive}"));
        server.pass_millis(24 * 60 * MINUTE + late);
        assert_eq!(server.complete(&activation, Activation, NEW), alive);
        let person = server.active(&format!("user.{alive}"));
        let reset = server.link(&person, "lifecycle/reset_password");
        server.pass_millis(60 * MINUTE + late);
        assert_eq!(server.complete(&reset, PasswordReset, NEW), alive);
    }
}

/// T11: an activation is no reset, and a reset no activation.
/// covers: activateUser, resetPassword
#[test]
fn a_token_is_bound_to_its_purpose() {
    let server = Server::start();
    let (_, activation) = server.activation("invited");
    let person = server.active("isaac.brock");
    let reset = server.link(&person, "lifecycle/reset_password");
    assert!(!server.complete(&activation, PasswordReset, NEW) && !server.complete(&reset, Activation, NEW));
    assert!(server.complete(&activation, Activation, NEW) && server.complete(&reset, PasswordReset, NEW));
}

/// T12: whoever is handed a link is told not to keep it, and the log does not have it.
/// covers: activateUser, reactivateUser, resetPassword, forgotPassword
#[test]
fn a_link_is_kept_nowhere() {
    let server = Server::start();
    let mut tokens = Vec::new();
    for (number, (status, step)) in [
        ("STAGED", "lifecycle/activate"),
        ("PROVISIONED", "lifecycle/reactivate"),
        ("ACTIVE", "lifecycle/reset_password"),
        ("ACTIVE", "credentials/forgot_password"),
    ]
    .into_iter()
    .enumerate()
    {
        let person = server.person_in(status, &format!("user.{number}"));
        let answer = server.act(&format!("/users/{}/{step}?sendEmail=false", person.id));
        assert_eq!(answer.header("cache-control"), Some("no-cache, no-store"));
        let body = answer.ok();
        let url = body.as_object().unwrap().values().next().unwrap().as_str().unwrap();
        tokens.push(token_of(url).to_owned());
    }
    let log = server.get("/logs?since=2020-01-01T00:00:00Z&limit=1000").text();
    for token in tokens {
        assert!(!log.contains(&token) && !log.contains(token.trim_start_matches("drp").trim_start_matches("dfp")));
    }
}
