//! The steps of a user's life (contract: users §6.5, §7, §10).

use serde_json::{Value, json};

use crate::server::{PASSWORD, PUBLIC_URL, START, STATUSES, Server, somebody, token_of};
use crate::wire::Answer;

const NOT_ALLOWED: &str = "This operation is not allowed in the user's current status.";

fn already_active(answer: &Answer) {
    answer.refused(
        403,
        "E0000016",
        "Activation failed because the user is already active",
        &[],
    );
}

fn not_allowed(answer: &Answer) {
    answer.refused(403, "E0000038", NOT_ALLOWED, &[]);
}

fn cannot_suspend(answer: &Answer) {
    let cause = "Cannot suspend a user that is not active";
    answer.refused(400, "E0000001", "Api validation failed: suspendUser", &[cause]);
}

fn cannot_unsuspend(answer: &Answer) {
    let cause = "Cannot unsuspend a user that is not suspended";
    answer.refused(400, "E0000001", "Api validation failed: suspendUser", &[cause]);
}

fn not_locked(answer: &Answer) {
    answer.refused(
        403,
        "E0000032",
        "Unlock is not allowed for this user.",
        &["The user is not locked out."],
    );
}

fn no_reset(answer: &Answer) {
    let cause = "Password reset is not allowed in the user's current status";
    answer.refused(403, "E0000017", "Password reset failed", &[cause]);
}

/// What must come of a step: a status, or a refusal in full.
#[derive(Clone, Copy)]
enum Becomes {
    Is(&'static str),
    Refused(fn(&Answer)),
}

/// The whole of §10.1 and the administrator's part of §10.2, each pair on a user of its own. A refusal changes nothing and
/// leaves no event; a success leaves exactly one.
/// covers: activateUser, reactivateUser, deactivateUser, suspendUser, unsuspendUser, unlockUser, resetPassword, expirePassword, expirePasswordWithTempPassword, resetFactors
#[test]
fn every_step_from_every_status() {
    use Becomes::{Is, Refused};
    let server = Server::start();
    let same = |status| Is(status);
    let (active, staged, provisioned, recovery, expired, locked, suspended, deprovisioned) = (
        Is("ACTIVE"),
        Is("STAGED"),
        Is("PROVISIONED"),
        Is("RECOVERY"),
        Is("PASSWORD_EXPIRED"),
        Is("LOCKED_OUT"),
        Is("SUSPENDED"),
        Is("DEPROVISIONED"),
    );
    let e16 = Refused(already_active);
    let e38 = Refused(not_allowed);
    let e17 = Refused(no_reset);
    let e32 = Refused(not_locked);
    let s01 = Refused(cannot_suspend);
    let u01 = Refused(cannot_unsuspend);
    let e07 = Refused(|answer| answer.refused_as(404, "E0000007"));
    // In the order of STATUSES: STAGED, PROVISIONED, ACTIVE, RECOVERY, PASSWORD_EXPIRED, LOCKED_OUT, SUSPENDED, DEPROVISIONED.
    let rows: [(&str, &str, [Becomes; 8]); 10] = [
        (
            "activate",
            "user.lifecycle.activate",
            [active, e16, e16, e16, e16, e16, e16, provisioned],
        ),
        (
            "reactivate",
            "user.lifecycle.reactivate",
            [e38, provisioned, e38, recovery, e38, e38, e38, e38],
        ),
        (
            "deactivate",
            "user.lifecycle.deactivate",
            [
                deprovisioned,
                deprovisioned,
                deprovisioned,
                deprovisioned,
                deprovisioned,
                deprovisioned,
                deprovisioned,
                e07,
            ],
        ),
        (
            "suspend",
            "user.lifecycle.suspend",
            [s01, suspended, suspended, s01, suspended, s01, s01, s01],
        ),
        (
            "unsuspend",
            "user.lifecycle.unsuspend",
            [u01, u01, u01, u01, u01, u01, active, u01],
        ),
        (
            "unlock",
            "user.account.unlock_by_admin",
            [e32, e32, e32, e32, e32, active, e32, e32],
        ),
        (
            "reset_password?sendEmail=false",
            "user.account.reset_password",
            [e17, recovery, recovery, recovery, recovery, recovery, e17, e17],
        ),
        (
            "expire_password",
            "user.account.expire_password",
            [e38, e38, expired, e38, expired, e38, e38, e38],
        ),
        (
            "expire_password_with_temp_password",
            "user.account.expire_password",
            [e38, e38, expired, e38, expired, e38, e38, e38],
        ),
        (
            "reset_factors",
            "user.mfa.factor.reset_all",
            [
                staged,
                provisioned,
                active,
                recovery,
                expired,
                locked,
                suspended,
                same("DEPROVISIONED"),
            ],
        ),
    ];
    for (step, event, row) in rows {
        for (status, wanted) in STATUSES.into_iter().zip(row) {
            let name = format!("{}.{}", step.split('?').next().unwrap(), status.to_lowercase());
            let person = server.person_in(status, &name);
            let (before, seen) = (server.read(&person), server.events(&person).len());
            server.pass(5);
            let answer = server.act(&format!("/users/{}/lifecycle/{step}", person.id));
            match wanted {
                Is(wanted) => {
                    answer.ok();
                    assert_eq!(server.status(&person), wanted, "{step} from {status}");
                    assert_eq!(server.told(&person, seen), [event], "{step} from {status}");
                }
                Refused(check) => {
                    check(&answer);
                    assert_eq!(
                        server.read(&person),
                        before,
                        "{step} from {status} was refused, and changed something"
                    );
                    assert_eq!(server.events(&person).len(), seen, "{step} from {status}");
                }
            }
        }
    }
}

/// The bodies of successes: `{}` wherever nothing is to be told.
/// covers: suspendUser, unsuspendUser, deactivateUser, unlockUser, resetFactors, activateUser, reactivateUser, resetPassword
#[test]
fn empty_answers_are_empty_objects() {
    let server = Server::start();
    let rows = [
        ("ACTIVE", "suspend"),
        ("SUSPENDED", "unsuspend"),
        ("ACTIVE", "deactivate"),
        ("LOCKED_OUT", "unlock"),
        ("ACTIVE", "reset_factors"),
        ("STAGED", "activate"),
        ("PROVISIONED", "reactivate?sendEmail=true"),
        ("ACTIVE", "reset_password?sendEmail=true"),
    ];
    for (number, (status, step)) in rows.into_iter().enumerate() {
        let person = server.person_in(status, &format!("user.{number}"));
        let answer = server.act(&format!("/users/{}/lifecycle/{step}", person.id));
        assert_eq!((answer.status, answer.text().as_str()), (200, "{}"), "{step}");
        assert_eq!(answer.header("content-type"), Some("application/json"), "{step}");
    }
}

/// Somebody who was never there.
/// covers: activateUser, reactivateUser, deactivateUser, suspendUser, unsuspendUser, unlockUser, resetPassword, expirePassword, expirePasswordWithTempPassword, resetFactors, deleteUser, getUser, updateUser, replaceUser
#[test]
fn steps_of_unknown_users() {
    let server = Server::start();
    for step in [
        "activate",
        "reactivate",
        "deactivate",
        "suspend",
        "unsuspend",
        "unlock",
        "reset_password?sendEmail=false",
        "expire_password",
        "expire_password_with_temp_password",
        "reset_factors",
    ] {
        server
            .act(&format!("/users/00uAAAAAAAAAAAAAAAAA/lifecycle/{step}"))
            .unknown_user("00uAAAAAAAAAAAAAAAAA");
    }
    server
        .get("/users/nobody%40example.com")
        .unknown_user("nobody@example.com");
    server.delete("/users/nobody").unknown_user("nobody");
    server
        .post("/users/nobody", &json!({"profile": {}}))
        .unknown_user("nobody");
    server
        .put("/users/nobody", &json!({"profile": {}}))
        .unknown_user("nobody");
    server.act("/users/nobody/lifecycle/dance").refused_as(404, "E0000008");
}

/// Links that are answered instead of mailed: their form, their host, and that each step mails only when asked to.
/// covers: activateUser, reactivateUser, resetPassword, forgotPassword
#[test]
fn links_are_answered_or_mailed() {
    let server = Server::start();
    // from, step, is mailed by default, member, path
    let rows = [
        ("STAGED", "lifecycle/activate", "activationUrl", "/welcome/"),
        ("DEPROVISIONED", "lifecycle/activate", "activationUrl", "/welcome/"),
        ("PROVISIONED", "lifecycle/reactivate", "activationUrl", "/welcome/"),
        (
            "ACTIVE",
            "lifecycle/reset_password",
            "resetPasswordUrl",
            "/reset_password/drp",
        ),
        (
            "ACTIVE",
            "credentials/forgot_password",
            "resetPasswordUrl",
            "/signin/reset-password/dfp",
        ),
    ];
    for (number, (status, step, member, path)) in rows.into_iter().enumerate() {
        let person = server.person_in(status, &format!("answered.{number}"));
        server.mails();
        let body = server.act(&format!("/users/{}/{step}?sendEmail=false", person.id)).ok();
        let url = body[member].as_str().unwrap();
        assert!(url.starts_with(&format!("{PUBLIC_URL}{path}")), "{url}");
        // T2: 22 characters of 64 are 132 bits.
        let token = token_of(url).trim_start_matches("drp").trim_start_matches("dfp");
        assert!(
            token.len() >= 20
                && token
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'),
            "{url}"
        );
        if member == "activationUrl" {
            assert_eq!(body["activationToken"], token_of(url));
        }
        assert_eq!(
            body.as_object().unwrap().len(),
            if member == "activationUrl" { 2 } else { 1 },
            "{body}"
        );
        assert_eq!(server.mails().len(), 0, "{step}");

        let person = server.person_in(status, &format!("mailed.{number}"));
        server.mails();
        let body = server.act(&format!("/users/{}/{step}?sendEmail=true", person.id)).ok();
        assert_eq!(body, json!({}), "{step}");
        // Somebody who has a password is active at once; there is no link to send.
        let mails = server.mails();
        assert_eq!(mails.len(), usize::from(status != "STAGED"), "{step}");
        for mail in mails {
            let link = mail.link.unwrap();
            assert!(link.expose().starts_with(&format!("{PUBLIC_URL}{path}")), "{step}");
            assert_eq!(mail.to, [person.login.as_str()]);
        }
    }
}

/// The defaults of `sendEmail`: activate mails, reactivate answers.
/// covers: activateUser, reactivateUser
#[test]
fn defaults_of_send_email() {
    let server = Server::start();
    let person = server.create("?activate=false", &somebody("isaac.brock", false, false));
    assert_eq!(
        server.act(&format!("/users/{}/lifecycle/activate", person.id)).ok(),
        json!({})
    );
    assert_eq!(server.mails().len(), 1);
    let body = server.act(&format!("/users/{}/lifecycle/reactivate", person.id)).ok();
    assert!(
        body["activationUrl"].is_string() && body["activationToken"].is_string(),
        "{body}"
    );
    assert_eq!(server.mails().len(), 0);
}

/// Deactivation tells the administrator when asked to, and never the user.
/// covers: deactivateUser, deleteUser
#[test]
fn deactivation_is_told_to_the_administrator() {
    let server = Server::start();
    for (name, quiet) in [("first", true), ("second", false)] {
        let person = server.active(name);
        if quiet {
            server.act(&format!("/users/{}/lifecycle/deactivate", person.id)).ok();
        } else {
            server
                .act(&format!("/users/{}/lifecycle/deactivate?sendEmail=true", person.id))
                .ok();
        }
        let mails = server.mails();
        assert_eq!(mails.len(), usize::from(!quiet), "{name}");
        assert!(mails.iter().all(|mail| mail.to == ["admin@denizen.local"]), "{mails:?}");
    }
}

/// Deactivation takes the credentials away; whoever comes back starts without them (§7.1).
/// covers: deactivateUser, activateUser
#[test]
fn who_comes_back_has_no_password() {
    let server = Server::start();
    let person = server.person_in("DEPROVISIONED", "isaac.brock");
    let user = server.read(&person);
    assert_eq!(user["credentials"].get("password"), None, "{user}");
    assert_eq!(user["credentials"].get("recovery_question"), None, "{user}");
    assert_eq!(user["passwordChanged"], START);
    server.act(&format!("/users/{}/lifecycle/activate", person.id)).ok();
    let user = server.read(&person);
    assert_eq!(
        (&user["status"], user["credentials"].get("password")),
        (&json!("PROVISIONED"), None)
    );
    assert_eq!(user["passwordChanged"], START);
}

/// What was before a suspension comes back.
/// covers: suspendUser, unsuspendUser
#[test]
fn a_suspension_restores_what_was() {
    let server = Server::start();
    for status in ["ACTIVE", "PASSWORD_EXPIRED", "PROVISIONED"] {
        let person = server.person_in(status, &format!("user.{}", status.to_lowercase()));
        server.act(&format!("/users/{}/lifecycle/suspend", person.id)).ok();
        server.act(&format!("/users/{}/lifecycle/unsuspend", person.id)).ok();
        assert_eq!(server.status(&person), status);
    }
}

/// P11: a temporary password is random, fits the policy, replaces the old one and stands in no event.
/// covers: expirePasswordWithTempPassword, expirePassword
#[test]
fn temporary_passwords() {
    let server = Server::start();
    let mut seen = Vec::new();
    for (name, step) in [
        ("first", "expire_password_with_temp_password"),
        ("second", "expire_password?tempPassword=true"),
    ] {
        let person = server.active(name);
        server.pass(3);
        let answer = server.act(&format!("/users/{}/lifecycle/{step}", person.id));
        assert_eq!(answer.header("cache-control"), Some("no-cache, no-store"));
        let body = answer.ok();
        assert_eq!(body.as_object().unwrap().len(), 1, "{body}");
        let temporary = body["tempPassword"].as_str().unwrap().to_owned();
        assert!(
            temporary.len() >= 8 && temporary.bytes().all(|b| b.is_ascii_alphanumeric()),
            "{temporary}"
        );
        let user = server.read(&person);
        assert_eq!(user["status"], "PASSWORD_EXPIRED");
        assert_eq!(user["passwordChanged"], user["lastUpdated"]);
        assert!(!json!(server.events(&person)).to_string().contains(&temporary));
        let change = |old: &str| {
            let body = json!({"oldPassword": {"value": old}, "newPassword": {"value": "Lantern-Winter-1"}});
            server.post(&format!("/users/{}/credentials/change_password", person.id), &body)
        };
        change(PASSWORD).refused_as(403, "E0000014");
        change(&temporary).ok();
        change(&temporary).refused_as(403, "E0000014");
        assert!(!seen.contains(&temporary));
        seen.push(temporary);
    }
}

/// The answer of expire_password is the user; it still tells the old `statusChanged` (§2).
/// covers: expirePassword
#[test]
fn an_expired_password_is_answered_as_a_user() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    server.pass(5);
    let answered = server
        .act(&format!("/users/{}/lifecycle/expire_password", person.id))
        .ok();
    let read = server.read(&person);
    assert_eq!(answered["status"], "PASSWORD_EXPIRED");
    assert_eq!(answered["statusChanged"], START);
    assert_eq!(answered["lastUpdated"], "2023-11-14T22:13:25.000Z");
    assert_eq!(read["statusChanged"], "2023-11-14T22:13:25.000Z");
    assert_eq!(answered["_links"], read["_links"]);
}

/// The table of timestamps (§2) for everything that happens after creation. `now` is written, `old` stays.
/// covers: activateUser, deactivateUser, suspendUser, unsuspendUser, unlockUser, resetPassword, changePassword, updateUser
#[test]
fn timestamps_of_each_step() {
    let server = Server::start();
    let question = json!({"password": {"value": PASSWORD}, "recovery_question": {"question": "Which city?", "answer": "Issaquah"}});
    let change = json!({"oldPassword": {"value": PASSWORD}, "newPassword": {"value": "Lantern-Winter-1"}});
    let set = json!({"credentials": {"password": {"value": "Lantern-Winter-1"}}});
    let set_question = json!({"credentials": {"recovery_question": {"question": "Which city?", "answer": "Issaquah"}}});
    let none = json!(null);
    // activated, statusChanged, passwordChanged, lastUpdated
    let rows: [(&str, &str, &Value, [&str; 4]); 15] = [
        ("STAGED", "lifecycle/activate", &none, ["now", "now", "old", "now"]),
        (
            "DEPROVISIONED",
            "lifecycle/activate",
            &none,
            ["now", "now", "old", "now"],
        ),
        ("ACTIVE", "lifecycle/deactivate", &none, ["old", "now", "old", "now"]),
        ("STAGED", "lifecycle/deactivate", &none, ["null", "now", "old", "now"]),
        ("ACTIVE", "lifecycle/suspend", &none, ["old", "now", "old", "now"]),
        ("SUSPENDED", "lifecycle/unsuspend", &none, ["old", "now", "old", "now"]),
        ("LOCKED_OUT", "lifecycle/unlock", &none, ["old", "now", "old", "now"]),
        (
            "ACTIVE",
            "lifecycle/expire_password_with_temp_password",
            &none,
            ["old", "now", "now", "now"],
        ),
        (
            "ACTIVE",
            "lifecycle/reset_password?sendEmail=false",
            &none,
            ["old", "now", "old", "now"],
        ),
        (
            "ACTIVE",
            "credentials/change_password",
            &change,
            ["old", "old", "now", "now"],
        ),
        (
            "RECOVERY",
            "credentials/change_password",
            &change,
            ["old", "now", "now", "now"],
        ),
        (
            "ACTIVE",
            "credentials/change_recovery_question",
            &question,
            ["old", "old", "old", "now"],
        ),
        ("ACTIVE", "", &set, ["old", "old", "now", "now"]),
        ("ACTIVE", "", &set_question, ["old", "old", "old", "now"]),
        (
            "ACTIVE",
            "",
            &json!({"profile": {"city": "Issaquah"}}),
            ["old", "old", "old", "now"],
        ),
    ];
    for (number, (status, step, body, wanted)) in rows.into_iter().enumerate() {
        let person = server.person_in(status, &format!("user.{number}"));
        let before = server.read(&person);
        server.pass(60);
        let path = format!("/users/{}/{step}", person.id);
        let answer = match body {
            Value::Null => server.act(&path),
            body => server.post(path.trim_end_matches('/'), body),
        };
        assert_eq!(answer.status, 200, "{}", answer.told());
        let after = server.read(&person);
        assert_eq!(after["created"], before["created"]);
        assert_eq!(after["lastLogin"], json!(null));
        let now = &after["lastUpdated"];
        assert_ne!(now, &before["lastUpdated"], "{step}");
        for (name, wanted) in ["activated", "statusChanged", "passwordChanged", "lastUpdated"]
            .into_iter()
            .zip(wanted)
        {
            let wanted = match wanted {
                "now" => now,
                "old" => &before[name],
                _ => &none,
            };
            assert_eq!(&after[name], wanted, "{name} after {step} from {status}: {after}");
        }
    }
}

/// The first DELETE deactivates, the second removes; both answer 204. Afterwards the login is free again (§6.5, C5).
/// covers: deleteUser
#[test]
fn deletion_takes_two_calls() {
    let server = Server::start();
    for status in STATUSES {
        let person = server.person_in(status, &format!("user.{}", status.to_lowercase()));
        let path = format!("/users/{}", person.id);
        if status != "DEPROVISIONED" {
            server.delete(&path).no_content();
            assert_eq!(server.status(&person), "DEPROVISIONED");
        }
        server
            .request("DELETE", &format!("/api/v1{path}?sendEmail=false"))
            .header("Prefer", "respond-async")
            .send()
            .no_content();
        server.get(&path).unknown_user(&person.id);
        server
            .get(&format!("/users/{}", person.login))
            .unknown_user(&person.login);
        server.delete(&path).unknown_user(&person.id);
        let again = server.create("", &somebody(&format!("user.{}", status.to_lowercase()), true, false));
        assert_ne!(again.id, person.id);
        let told = server.told(&person, 0);
        let last = &told[told.len() - 3..];
        assert_eq!(
            last,
            [
                "user.lifecycle.deactivate",
                "user.lifecycle.delete.initiated",
                "user.lifecycle.delete.completed"
            ]
        );
    }
}

/// R8: the last super administrator stays.
/// covers: deleteUser, deactivateUser, suspendUser
#[test]
fn the_last_super_administrator_stays() {
    let server = Server::start();
    let forbidden = |answer: Answer| {
        answer.refused(
            403,
            "E0000006",
            "You do not have permission to perform the requested action",
            &["The organization must keep a super administrator who can act."],
        );
    };
    forbidden(server.delete("/users/me"));
    forbidden(server.act("/users/me/lifecycle/deactivate"));
    forbidden(server.act("/users/me/lifecycle/suspend"));
    assert_eq!(server.get("/users/me").ok()["status"], "ACTIVE");
}

/// Bodies where none is needed are ignored (contract: conventions §1).
/// covers: suspendUser, deleteUser
#[test]
fn needless_bodies_are_ignored() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let path = format!("/users/{}", person.id);
    server.post(&format!("{path}/lifecycle/suspend"), &json!({})).ok();
    server
        .request("DELETE", &format!("/api/v1{path}"))
        .json(&json!({}))
        .send()
        .no_content();
}

/// A reset that hands the user to another identity provider, and the way back (§7.1).
/// covers: resetPassword
#[test]
fn a_user_is_handed_to_a_federation_and_back() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let path = format!("/users/{}/lifecycle/reset_password", person.id);
    let federate = format!("{path}?provider=FEDERATION&sendEmail=false");
    assert_eq!(server.act(&federate).ok(), json!({}));
    let user = server.read(&person);
    assert_eq!(
        user["credentials"]["provider"],
        json!({"type": "FEDERATION", "name": "FEDERATION"})
    );
    assert_eq!(user["credentials"].get("password"), None);
    server.act(&federate).refused_as(400, "E0000001");
    let back = server.act(&format!("{path}?sendEmail=false")).ok();
    assert!(back["resetPasswordUrl"].is_string(), "{back}");
    let user = server.read(&person);
    assert_eq!(user["credentials"]["provider"], json!({"type": "OKTA", "name": "OKTA"}));
}
