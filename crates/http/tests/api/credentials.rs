//! Passwords and recovery questions, changed and recovered (contract: users §8, §9, §10.2, §10.3).

use serde_json::{Value, json};

use crate::server::{ANSWER, PASSWORD, Person, QUESTION, STATUSES, Server, somebody};
use crate::wire::{Answer, RefusalRow};

const NEW: &str = "Lantern-Winter-1";
const POLICY: &str = "Password requirements were not met. Password requirements: at least 8 characters, a lowercase letter, an \
                      uppercase letter, a number, no parts of your username. Your password cannot be any of your last 4 passwords.";

fn change(old: &str, new: &str) -> Value {
    json!({"oldPassword": {"value": old}, "newPassword": {"value": new}})
}

fn question(password: &str, question: &str, answer: &str) -> Value {
    json!({"password": {"value": password}, "recovery_question": {"question": question, "answer": answer}})
}

fn recover(answer: &str, new: &str) -> Value {
    json!({"password": {"value": new}, "recovery_question": {"answer": answer}})
}

impl Server {
    fn credential(&self, person: &Person, operation: &str, body: &Value) -> Answer {
        self.post(&format!("/users/{}/credentials/{operation}", person.id), body)
    }
}

/// An operation, its body, how it is refused, and the status after it from each status; none where it is refused.
type Row = (&'static str, Value, fn(&Answer), [Option<&'static str>; 8]);

/// Every operation from every status. A refusal changes nothing.
/// covers: changePassword, changeRecoveryQuestion, forgotPassword, forgotPasswordSetNewPassword
#[test]
fn every_operation_from_every_status() {
    let server = Server::start();
    let e35: fn(&Answer) = |answer| {
        answer.refused(403, "E0000035", "Change password not allowed on specified user.", &[]);
    };
    let e36: fn(&Answer) = |answer| {
        answer.refused(
            403,
            "E0000036",
            "Change recovery question not allowed on specified user.",
            &[],
        );
    };
    let e17: fn(&Answer) = |answer| {
        let cause = "Forgot password is not allowed in the user's current status";
        answer.refused(403, "E0000017", "Password reset failed", &[cause]);
    };
    let rows: [Row; 5] = [
        (
            "change_password",
            change(PASSWORD, NEW),
            e35,
            [
                Some("STAGED"),
                None,
                Some("ACTIVE"),
                Some("ACTIVE"),
                Some("ACTIVE"),
                None,
                None,
                None,
            ],
        ),
        (
            "change_recovery_question",
            question(PASSWORD, "Which city?", "Issaquah"),
            e36,
            [
                Some("STAGED"),
                None,
                Some("ACTIVE"),
                Some("RECOVERY"),
                None,
                None,
                None,
                None,
            ],
        ),
        (
            "forgot_password?sendEmail=false",
            Value::Null,
            e17,
            [None, None, Some("ACTIVE"), None, None, None, None, None],
        ),
        (
            "forgot_password_recovery_question",
            recover(ANSWER, NEW),
            e17,
            [None, None, Some("ACTIVE"), None, None, None, None, None],
        ),
        // As clients of old sent it.
        (
            "forgot_password",
            recover(ANSWER, NEW),
            e17,
            [None, None, Some("ACTIVE"), None, None, None, None, None],
        ),
    ];
    for (number, (operation, body, refused, row)) in rows.into_iter().enumerate() {
        for (status, wanted) in STATUSES.into_iter().zip(row) {
            let person = server.person_in(status, &format!("user.{number}.{}", status.to_lowercase()));
            let (before, seen) = (server.read(&person), server.events(&person).len());
            server.pass(5);
            let answer = match &body {
                Value::Null => server.act(&format!("/users/{}/credentials/{operation}", person.id)),
                body => server.credential(&person, operation, body),
            };
            match wanted {
                Some(wanted) => {
                    answer.ok();
                    assert_eq!(server.status(&person), wanted, "{operation} from {status}");
                    assert!(
                        server.events(&person).len() > seen,
                        "{operation} from {status} left no event"
                    );
                }
                None => {
                    refused(&answer);
                    assert_eq!(server.read(&person), before, "{operation} from {status}");
                    assert_eq!(server.events(&person).len(), seen, "{operation} from {status}");
                }
            }
        }
    }
}

/// The answers are credentials without a word of their content.
/// covers: changePassword, changeRecoveryQuestion, forgotPassword, forgotPasswordSetNewPassword
#[test]
fn credentials_are_answered_without_secrets() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let shown = |asked: &str| json!({"password": {}, "recovery_question": {"question": asked}, "provider": {"type": "OKTA", "name": "OKTA"}});
    assert_eq!(
        server
            .credential(&person, "change_password", &change(PASSWORD, NEW))
            .ok(),
        shown(QUESTION)
    );
    assert_eq!(
        server
            .credential(
                &person,
                "change_recovery_question",
                &question(NEW, "Which city?", "Issaquah")
            )
            .ok(),
        shown("Which city?")
    );
    let recovered = server.credential(
        &person,
        "forgot_password_recovery_question",
        &recover("issaquah", "Lantern-Winter-2"),
    );
    assert_eq!(recovered.ok(), shown("Which city?"));
    let path = format!("/users/{}/credentials/forgot_password", person.id);
    assert_eq!(server.act(&path).ok(), json!({}));
    let link = server.act(&format!("{path}?sendEmail=false")).ok();
    assert_eq!(link.as_object().unwrap().len(), 1, "{link}");
}

/// P6: a change needs the present password, which is void at once; a wrong one changes nothing and stands in the log (G2).
/// covers: changePassword
#[test]
fn a_change_needs_the_present_password() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let wrong = |answer: Answer| {
        let cause = "oldPassword: The credentials provided were incorrect.";
        answer.refused(403, "E0000014", "Update of credentials failed", &[cause]);
    };
    let (before, seen) = (server.read(&person), server.events(&person).len());
    for old in ["tlpWENT2n", "tlpwent2m", "tlpWENT2m ", ""] {
        let answer = server.credential(&person, "change_password", &change(old, NEW));
        if old.is_empty() {
            answer.error_object();
        } else {
            wrong(answer)
        }
    }
    assert_eq!(server.read(&person), before);
    let failures = server.events(&person);
    assert!(failures.len() >= seen + 3);
    assert!(
        failures[seen..]
            .iter()
            .all(|event| event["outcome"]["result"] == "FAILURE"),
        "{failures:?}"
    );
    server
        .credential(&person, "change_password", &change(PASSWORD, NEW))
        .ok();
    assert!(!server.is_password(&person, PASSWORD));
    assert!(server.is_password(&person, NEW));
    wrong(server.credential(&person, "change_password", &change(PASSWORD, "Lantern-Winter-2")));
}

/// Refusals with the words of §8 and §9.2.
/// covers: changePassword, forgotPassword, forgotPasswordSetNewPassword, changeRecoveryQuestion
#[test]
fn refusals_in_full() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let before = server.read(&person);
    let failed = "Update of credentials failed";
    let malformed = "The request body was not well-formed.";
    let rows: Vec<RefusalRow<'_>> = vec![
        (
            "change_password",
            change(PASSWORD, PASSWORD),
            400,
            "E0000001",
            "Api validation failed: password",
            vec!["password: Password cannot be your current password"],
        ),
        (
            "change_password",
            change(PASSWORD, "short"),
            403,
            "E0000014",
            failed,
            vec![POLICY],
        ),
        (
            "change_password",
            change(PASSWORD, "xBrock1234"),
            403,
            "E0000014",
            failed,
            vec![POLICY],
        ),
        (
            "forgot_password_recovery_question",
            recover("Calamity Jane", NEW),
            403,
            "E0000087",
            "The recovery question answer did not match our records.",
            vec![],
        ),
        (
            "forgot_password_recovery_question",
            recover(ANSWER, "short"),
            403,
            "E0000014",
            failed,
            vec![POLICY],
        ),
        (
            "change_password",
            json!({"boop": "bap"}),
            400,
            "E0000003",
            malformed,
            vec![],
        ),
        (
            "change_recovery_question",
            json!({"boop": "bap"}),
            400,
            "E0000003",
            malformed,
            vec![],
        ),
        (
            "forgot_password_recovery_question",
            json!({"boop": "bap"}),
            400,
            "E0000003",
            malformed,
            vec![],
        ),
    ];
    for (operation, body, status, code, summary, causes) in rows {
        server
            .credential(&person, operation, &body)
            .refused(status, code, summary, &causes);
    }
    for operation in [
        "change_password",
        "change_recovery_question",
        "forgot_password_recovery_question",
    ] {
        let path = format!("/users/{}/credentials/{operation}", person.id);
        server.act(&path).refused(400, "E0000003", malformed, &[]);
        for body in [
            json!({}),
            json!({"oldPassword": {}}),
            json!({"password": {}}),
            json!({"password": {"value": PASSWORD}}),
        ] {
            let answer = server.credential(&person, operation, &body);
            answer.error_object();
            assert_eq!(answer.status, 400, "{operation}: {}", answer.told());
        }
    }
    for (asked, answer) in [
        ("", "Issaquah"),
        ("Which city?", ""),
        ("Which city?", "abc"),
        ("Which city?", "the city"),
        ("Which city?", PASSWORD),
    ] {
        let refused = server.credential(&person, "change_recovery_question", &question(PASSWORD, asked, answer));
        refused.refused_as(400, "E0000001");
    }
    let wrong = server.credential(
        &person,
        "change_recovery_question",
        &question("tlpWENT2n", "Which city?", "Issaquah"),
    );
    wrong.refused_as(403, "E0000014");
    assert_eq!(server.read(&person), before);
    assert!(server.is_password(&person, PASSWORD));
}

/// Whoever has no password or no question cannot recover by it.
/// covers: forgotPassword, forgotPasswordSetNewPassword
#[test]
fn recovery_needs_a_password_and_a_question() {
    let server = Server::start();
    let person = server.create("", &somebody("no.question", true, false));
    let answer = server.credential(&person, "forgot_password_recovery_question", &recover(ANSWER, NEW));
    let summary = "Forgot password not allowed on specified user.";
    answer.refused(403, "E0000034", summary, &["Recovery credential not set."]);
    // Newer organizations need no question for the link.
    server
        .act(&format!("/users/{}/credentials/forgot_password", person.id))
        .ok();

    let mut body = somebody("federated", false, false);
    body["credentials"] = json!({"provider": {"type": "FEDERATION", "name": "FEDERATION"}});
    let person = server.create("?provider=true", &body);
    let answer = server.act(&format!("/users/{}/credentials/forgot_password", person.id));
    let cause = "Forgot password is not supported for the user's login type";
    answer.refused(403, "E0000017", "Password reset failed", &[cause]);
    server
        .credential(&person, "change_password", &change(PASSWORD, NEW))
        .refused_as(403, "E0000035");
}

/// Answers are compared without case.
/// covers: forgotPasswordSetNewPassword
#[test]
fn case_of_an_answer_does_not_count() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    server.pass(7);
    server
        .credential(
            &person,
            "forgot_password_recovery_question",
            &recover("ANNIE oakley", NEW),
        )
        .ok();
    let user = server.read(&person);
    assert_eq!(user["passwordChanged"], "2023-11-14T22:13:27.000Z");
    assert!(server.is_password(&person, NEW));
}

/// P7: the last four passwords are refused, the present one among them; the fifth is forgotten.
/// covers: changePassword, updateUser
#[test]
fn history_of_passwords() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let passwords: Vec<String> = (1..=4).map(|number| format!("Lantern-Winter-{number}")).collect();
    let mut present = PASSWORD.to_owned();
    for next in &passwords {
        server
            .credential(&person, "change_password", &change(&present, next))
            .ok();
        present.clone_from(next);
        if present != "Lantern-Winter-4" {
            let answer = server.credential(&person, "change_password", &change(&present, PASSWORD));
            answer.refused(403, "E0000014", "Update of credentials failed", &[POLICY]);
        }
    }
    // An administrator's own choice is bound by the history only with `strict`.
    let set = |text: &str| json!({"credentials": {"password": {"value": text}}});
    let path = format!("/users/{}", person.id);
    let cause = format!("password: {POLICY}");
    let strict = server.post(&format!("{path}?strict=true"), &set("Lantern-Winter-2"));
    strict.refused(400, "E0000001", "Api validation failed: password", &[&cause]);
    server
        .credential(&person, "change_password", &change(&present, PASSWORD))
        .ok();
    server.post(&path, &set("Lantern-Winter-4")).ok();
    server
        .post(&format!("{path}?strict=true"), &set("Lantern-Winter-9"))
        .ok();
    assert!(server.is_password(&person, "Lantern-Winter-9"));
}

/// With `strict`, a password must be as old as the policy says, to the millisecond.
/// covers: changePassword
#[test]
fn least_age_of_passwords() {
    let server = Server::with(denizen_http::HttpSettings::default(), |settings| {
        settings.password_policy.min_age_minutes = 60;
        settings.password_policy.history_count = 0;
    });
    let person = server.active("isaac.brock");
    server.pass_millis(60 * 60 * 1000 - 1);
    let answer = server.credential(&person, "change_password?strict=true", &change(PASSWORD, NEW));
    let cause = "Password requirements were not met. Password requirements: at least 8 characters, a lowercase letter, an \
                 uppercase letter, a number, no parts of your username. At least 1 hour(s) must have elapsed since you last \
                 changed your password.";
    answer.refused(403, "E0000014", "Update of credentials failed", &[cause]);
    server.pass_millis(1);
    server
        .credential(&person, "change_password?strict=true", &change(PASSWORD, NEW))
        .ok();
    server
        .credential(&person, "change_password", &change(NEW, "Lantern-Winter-2"))
        .ok();
}

/// P1: length counts characters, and every character of a long password.
/// covers: createUser, changePassword
#[test]
fn long_passwords_count_in_full() {
    let server = Server::start();
    for (number, length) in [64, 200].into_iter().enumerate() {
        let long = format!("Aa1{}x", "ü".repeat(length - 4));
        let mut body = somebody(&format!("user.{number}"), false, false);
        body["credentials"] = json!({"password": {"value": long}});
        let person = server.create("", &body);
        assert!(server.is_password(&person, &long));
        assert!(!server.is_password(&person, &format!("Aa1{}y", "ü".repeat(length - 4))));
        assert!(!server.is_password(&person, &long[..71]));
    }
    let mut body = somebody("seven", false, false);
    body["credentials"] = json!({"password": {"value": "Aa1üüüü"}});
    server.post("/users", &body).refused_as(400, "E0000001");
}

/// T10: a change by its owner is told to them by mail.
/// covers: changePassword
#[test]
fn a_change_is_told_by_mail() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    server
        .credential(&person, "change_password", &change(PASSWORD, NEW))
        .ok();
    let mails = server.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, [person.login.as_str()]);
    assert!(mails[0].link.is_none());
}
