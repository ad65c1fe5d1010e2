//! Recovering an account (contract: authn-and-recovery §7).

use denizen_domain::message::MailTemplate;
use denizen_domain::token::TokenPurpose;
use denizen_http::{AccountLimits, HttpSettings};
use serde_json::{Value, json};

use crate::races::at_once;
use crate::server::{ANSWER, PASSWORD, PUBLIC_URL, Person, QUESTION, STATUSES, Server, profile, somebody, token_of};
use crate::sign_in::{cancel, embedded, policy, text};
use crate::wire::Answer;

const NEW: &str = "Lantern-Winter-1";

impl Server {
    fn recover(&self, kind: &str, username: &str) -> Answer {
        let body = json!({"username": username, "factorType": "EMAIL"});
        self.visit(&format!("/authn/recovery/{kind}"), &body)
    }

    /// The token that a recovery mails; none when nothing is mailed.
    fn mailed(&self, kind: &str, username: &str) -> Option<String> {
        self.mails();
        self.recover(kind, username).ok();
        let mail = self.mails().pop()?;
        Some(token_of(mail.link.unwrap().expose()).to_owned())
    }

    /// The recovery token that a trusted program is given.
    fn trusted(&self, kind: &str, username: &str) -> Answer {
        self.post(&format!("/authn/recovery/{kind}"), &json!({"username": username}))
    }

    fn present(&self, token: &str) -> Answer {
        self.visit("/authn/recovery/token", &json!({"recoveryToken": token}))
    }

    fn answer(&self, state: &str, answer: &str) -> Answer {
        self.visit(
            "/authn/recovery/answer",
            &json!({"stateToken": state, "answer": answer}),
        )
    }

    fn set(&self, state: &str, new: &str) -> Answer {
        let body = json!({"stateToken": state, "newPassword": new});
        self.visit("/authn/credentials/reset_password", &body)
    }

    fn lock(&self, person: &Person) {
        (0..10).for_each(|_| assert!(!self.is_password(person, "Not-It-1")));
        assert_eq!(self.status(person), "LOCKED_OUT");
    }
}

fn dead(answer: &Answer) {
    answer.refused(401, "E0000011", "Invalid token provided", &[]);
}

/// T9: known or not, allowed or not, the answer is the same, and nothing is changed.
/// covers: recoverPassword, recoverUnlock
#[test]
fn the_answer_tells_nothing() {
    let server = Server::start();
    let mut names = vec!["nobody@example.com".to_owned(), "nobody".to_owned()];
    for status in STATUSES {
        let person = server.person_in(status, &format!("user.{}", status.to_lowercase()));
        names.push(person.login);
    }
    names.push(server.create("", &somebody("no.password", false, false)).login);
    for (kind, word) in [("password", "PASSWORD"), ("unlock", "UNLOCK")] {
        let wanted = json!({
            "status": "RECOVERY_CHALLENGE", "factorResult": "WAITING", "factorType": "EMAIL", "recoveryType": word,
        });
        server.mails();
        for name in &names {
            assert_eq!(server.recover(kind, name).ok(), wanted, "{name}");
        }
        let mut sent: Vec<_> = server
            .mails()
            .iter()
            .map(|mail| (mail.user.login.clone(), mail.template))
            .collect();
        sent.sort_by(|one, other| one.0.cmp(&other.0));
        let idle = MailTemplate::SelfServiceUnlockOnUnlockedAccount;
        // To the mailbox alone it is told that an account is not locked.
        let wanted = match kind {
            "password" => vec![("user.active", MailTemplate::ForgotPassword)],
            _ => vec![
                ("user.active", idle),
                ("user.locked_out", MailTemplate::SelfServiceUnlock),
                ("user.password_expired", idle),
                ("user.recovery", idle),
            ],
        };
        let wanted: Vec<_> = wanted
            .into_iter()
            .map(|(name, template)| (format!("{name}@example.com"), template))
            .collect();
        assert_eq!(sent, wanted);
    }
    for status in STATUSES {
        let login = format!("user.{}@example.com", status.to_lowercase());
        assert_eq!(server.get(&format!("/users/{login}")).ok()["status"], status);
    }
    let relayed = json!({"username": "nobody", "factorType": "EMAIL", "relayState": "/home"});
    let told = server.visit("/authn/recovery/password", &relayed).ok();
    assert_eq!(told["relayState"], "/home");
}

/// A user is found by login, by its first part, and by either address, but not by an address of two.
/// covers: recoverPassword
#[test]
fn a_user_is_found_by_address() {
    let server = Server::start();
    let with = |name: &str, first: &str, second: &str| {
        let mut body = somebody(name, true, false);
        body["profile"]["email"] = json!(first);
        body["profile"]["secondEmail"] = json!(second);
        server.create("", &body)
    };
    with("isaac.brock", "isaac@first.example", "isaac@second.example");
    with("jeremiah", "shared@first.example", "j@second.example");
    with("eric", "shared@first.example", "e@second.example");
    for name in [
        "isaac.brock@example.com",
        "isaac.brock",
        "isaac@first.example",
        "isaac@second.example",
    ] {
        server.mails();
        server.recover("password", name).ok();
        let mails = server.mails();
        assert_eq!(mails.len(), 1, "{name}");
        assert_eq!(mails[0].to, ["isaac@first.example", "isaac@second.example"], "{name}");
    }
    assert_eq!(server.mailed("password", "shared@first.example"), None);
    for name in ["nobody@first.example", "\" or profile.login pr \"", "*", "@"] {
        assert_eq!(server.mailed("password", name), None, "{name}");
    }
}

/// The mailed token: once, to a new password, and then signed in; the user hears of it (T3, T10).
/// covers: recoverPassword, presentRecoveryToken, resetPasswordInTransaction
#[test]
fn a_forgotten_password() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let seen = server.events(&person).len();
    let token = server.mailed("password", &person.login).unwrap();
    assert_eq!(
        server.told(&person, seen),
        [
            "user.account.reset_password",
            "system.email.password_reset.sent_message"
        ]
    );
    let answers = at_once(50, |_| server.present(&token));
    let mut told: Vec<_> = answers.iter().filter(|answer| answer.status == 200).collect();
    assert_eq!(told.len(), 1);
    answers.iter().filter(|answer| answer.status != 200).for_each(dead);
    let told = told.pop().unwrap().ok();
    let state = text(&told["stateToken"]);
    let wanted = json!({
        "stateToken": state,
        "expiresAt": told["expiresAt"],
        "status": "PASSWORD_RESET",
        "recoveryType": "PASSWORD",
        "_embedded": {"user": embedded(&server, &person), "policy": policy()},
        "_links": {
            "next": {
                "name": "resetPassword", "href": format!("{PUBLIC_URL}/api/v1/authn/credentials/reset_password"),
                "hints": {"allow": ["POST"]},
            },
            "cancel": cancel(),
        },
    });
    assert_eq!(told, wanted);
    assert_eq!(server.set(&state, NEW).ok()["status"], "SUCCESS");
    assert_eq!(
        server.mails().pop().map(|mail| mail.template),
        Some(MailTemplate::PasswordChanged)
    );
    dead(&server.set(&state, "Lantern-Winter-2"));
    server.sign_in(&person, PASSWORD).refused_as(401, "E0000004");
    server.sign_in(&person, NEW).ok();
}

/// T6, T7, T11: newer tokens void older ones, a set password voids all, transactions included; each has its end and its
/// purpose.
/// covers: presentRecoveryToken, recoverPassword
#[test]
fn recovery_tokens_are_bounded() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let older = server.mailed("password", &person.login).unwrap();
    let newer = server.mailed("password", &person.login).unwrap();
    dead(&server.present(&older));
    server.pass(3600);
    dead(&server.present(&newer));
    let token = server.mailed("password", &person.login).unwrap();
    server.pass(3599);
    let state = text(&server.present(&token).ok()["stateToken"]);
    // A token that is issued meanwhile voids the transaction too.
    server.mailed("password", &person.login).unwrap();
    dead(&server.set(&state, NEW));
    let token = server.mailed("password", &person.login).unwrap();
    let state = text(&server.present(&token).ok()["stateToken"]);
    let set = json!({"credentials": {"password": {"value": "Lantern-Autumn-1"}}});
    server.post(&format!("/users/{}", person.id), &set).ok();
    dead(&server.set(&state, NEW));
    let token = server.mailed("password", &person.login).unwrap();
    let state = text(&server.present(&token).ok()["stateToken"]);
    server.act(&format!("/users/{}/lifecycle/suspend", person.id)).ok();
    dead(&server.set(&state, NEW));
    server.act(&format!("/users/{}/lifecycle/unsuspend", person.id)).ok();
    dead(&server.set(&state, NEW));
    assert!(server.is_password(&person, "Lantern-Autumn-1"));

    let invited = server.create("?activate=false", &somebody("invited", false, false));
    let link = server
        .act(&format!("/users/{}/lifecycle/activate?sendEmail=false", invited.id))
        .ok();
    let activation = token_of(link["activationUrl"].as_str().unwrap()).to_owned();
    let question = text(&server.trusted("password", &person.login).ok()["recoveryToken"]);
    assert!(!server.complete(&question, TokenPurpose::PasswordReset, NEW));
    for other in [activation.as_str(), "", "dfp", &token] {
        dead(&server.present(other));
    }
}

/// What an administrator resets ends in the same way.
/// covers: presentRecoveryToken, resetPassword
#[test]
fn a_reset_by_an_administrator() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let path = format!("/users/{}/lifecycle/reset_password?sendEmail=false", person.id);
    let link = server.act(&path).ok();
    let token = token_of(link["resetPasswordUrl"].as_str().unwrap()).to_owned();
    let state = text(&server.present(&token).ok()["stateToken"]);
    assert_eq!(server.set(&state, NEW).ok()["status"], "SUCCESS");
    assert_eq!(server.status(&person), "ACTIVE");
}

/// The recovery question, asked by a trusted program.
/// covers: recoverPassword, presentRecoveryToken, answerRecoveryQuestion, resetPasswordInTransaction
#[test]
fn a_question_for_a_new_password() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let mut told = server.trusted("password", &person.login).ok();
    let token = text(&told["recoveryToken"]);
    told["recoveryToken"] = json!("…");
    let mut user = embedded(&server, &person);
    user["recovery_question"] = json!({"question": QUESTION});
    let next = |path: &str, name: &str| json!({"name": name, "href": format!("{PUBLIC_URL}/api/v1/authn/{path}"), "hints": {"allow": ["POST"]}});
    let wanted = json!({
        "expiresAt": told["expiresAt"],
        "status": "RECOVERY",
        "recoveryToken": "…",
        "recoveryType": "PASSWORD",
        "_embedded": {"user": user},
        "_links": {"next": next("recovery/token", "recovery"), "cancel": cancel()},
    });
    assert_eq!(told, wanted);
    let told = server.present(&token).ok();
    let state = text(&told["stateToken"]);
    let wanted = json!({
        "stateToken": state,
        "expiresAt": told["expiresAt"],
        "status": "RECOVERY",
        "recoveryType": "PASSWORD",
        "_embedded": {"user": user},
        "_links": {"next": next("recovery/answer", "answer"), "cancel": cancel()},
    });
    assert_eq!(told, wanted);
    dead(&server.present(&token));
    let summary = "This operation is not allowed in the current authentication state.";
    server.set(&state, NEW).refused(403, "E0000079", summary, &[summary]);
    let wrong = "The recovery question answer did not match our records.";
    server
        .answer(&state, "Calamity Jane")
        .refused(403, "E0000087", wrong, &[]);
    let told = server.answer(&state, &format!(" {} ", ANSWER.to_uppercase())).ok();
    assert_eq!(
        (&told["status"], &told["stateToken"]),
        (&json!("PASSWORD_RESET"), &json!(state))
    );
    assert_eq!(server.set(&state, NEW).ok()["status"], "SUCCESS");
    assert!(server.is_password(&person, NEW));
}

/// L2, L4: wrong answers count towards the lock-out, and a transaction has three.
/// covers: answerRecoveryQuestion
#[test]
fn guessing_answers() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let begin = || {
        text(
            &server
                .present(&text(&server.trusted("password", &person.login).ok()["recoveryToken"]))
                .ok()["stateToken"],
        )
    };
    for round in 0..3 {
        let state = begin();
        for _ in 0..3 {
            server.answer(&state, "Calamity Jane").refused_as(403, "E0000087");
        }
        dead(&server.answer(&state, ANSWER));
        assert_eq!(server.status(&person), "ACTIVE", "{round}");
    }
    let state = begin();
    server.answer(&state, "Calamity Jane").refused_as(403, "E0000087");
    assert_eq!(server.status(&person), "LOCKED_OUT");
    dead(&server.answer(&state, ANSWER));
    server.trusted("password", &person.login).refused_as(403, "E0000017");
}

/// The ways out of a lock-out: a mailed token, and the question.
/// covers: recoverUnlock, presentRecoveryToken, answerRecoveryQuestion
#[test]
fn a_lock_out_is_ended_by_its_user() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    server.lock(&person);
    let token = server.mailed("unlock", &person.login).unwrap();
    let told = server.present(&token).ok();
    assert_eq!(
        (&told["status"], &told["recoveryType"]),
        (&json!("SUCCESS"), &json!("UNLOCK"))
    );
    assert_eq!(told["sessionToken"], Value::Null);
    assert_eq!(server.status(&person), "ACTIVE");
    dead(&server.present(&token));
    server.sign_in(&person, PASSWORD).ok();

    server.trusted("unlock", &person.login).refused_as(403, "E0000032");
    server.lock(&person);
    let begin = || {
        text(
            &server
                .present(&text(&server.trusted("unlock", &person.login).ok()["recoveryToken"]))
                .ok()["stateToken"],
        )
    };
    let state = begin();
    for _ in 0..3 {
        server.answer(&state, "Calamity Jane").refused_as(403, "E0000087");
    }
    dead(&server.answer(&state, ANSWER));
    assert_eq!(server.status(&person), "LOCKED_OUT");
    let state = begin();
    let told = server.answer(&state, ANSWER).ok();
    assert_eq!(
        (&told["status"], &told["recoveryType"]),
        (&json!("SUCCESS"), &json!("UNLOCK"))
    );
    assert_eq!(server.status(&person), "ACTIVE");
    dead(&server.answer(&state, ANSWER));
    assert!(server.told(&person, 0).contains(&"user.account.unlock".to_owned()));
}

/// Where users may not unlock themselves, everybody is told so, known or not.
/// covers: recoverUnlock
#[test]
fn unlocking_may_be_left_to_administrators() {
    let server = Server::with(HttpSettings::default(), |settings| {
        settings.password_policy.self_service_unlock = false;
    });
    let person = server.active("isaac.brock");
    server.lock(&person);
    let summary = "Your account is locked. Please contact your administrator.";
    for name in [person.login.as_str(), "nobody@example.com"] {
        server.recover("unlock", name).refused(403, "E0000119", summary, &[]);
        server.trusted("unlock", name).refused(403, "E0000119", summary, &[]);
    }
}

/// What is refused at the beginning.
/// covers: recoverPassword, recoverUnlock, presentRecoveryToken, answerRecoveryQuestion
#[test]
fn refusals_at_the_beginning() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let summary = "Recovery not allowed for unknown user.";
    server
        .trusted("password", "nobody@example.com")
        .refused(403, "E0000095", summary, &[]);
    let bare = server.create(
        "",
        &json!({"profile": profile("bare"), "credentials": {"password": {"value": PASSWORD}}}),
    );
    server.trusted("password", &bare.login).refused_as(403, "E0000034");
    server.lock(&bare);
    server.trusted("unlock", &bare.login).refused_as(403, "E0000034");
    for name in [person.login.as_str(), "nobody@example.com"] {
        for kind in ["SMS", "CALL"] {
            let body = json!({"username": name, "factorType": kind});
            server
                .visit("/authn/recovery/password", &body)
                .refused_as(403, "E0000006");
        }
        let summary = "Api validation failed: factorType";
        let cause = "factorType: The field cannot be left blank";
        server
            .visit("/authn/recovery/password", &json!({"username": name}))
            .refused(400, "E0000001", summary, &[cause]);
    }
    let odd = json!({"username": "x", "factorType": "PIGEON"});
    server
        .visit("/authn/recovery/password", &odd)
        .refused_as(400, "E0000003");
    dead(&server.answer("nonsense", ANSWER));
}

/// T10: recoveries are limited, for accounts that exist and for others.
/// covers: recoverPassword
#[test]
fn recoveries_are_limited() {
    let settings = HttpSettings {
        account_limits: AccountLimits {
            recoveries_per_hour: 2,
            recoveries_per_address_and_hour: 5,
            ..AccountLimits::default()
        },
        ..HttpSettings::default()
    };
    let server = Server::with(settings, |_| {});
    let person = server.active("isaac.brock");
    for name in [person.login.as_str(), "nobody@example.com"] {
        server.recover("password", name).ok();
        server.recover("unlock", name).ok();
        server.recover("password", name).refused_as(429, "E0000047");
        server.pass(1);
    }
    server
        .recover("password", "somebody.else@example.com")
        .refused_as(429, "E0000047");
    server.pass(3600);
    server.recover("password", &person.login).ok();
}
