//! Codes of the time (contract: factors §7.5, §8; checklist O1 to O9).

use serde_json::{Value, json};

use super::{Token, factor, factors, link};
use crate::races::at_once;
use crate::server::{PUBLIC_URL, Person, Server};

const REPLAYED: &str = "Each code can only be used once. Please wait for a new code and try again.";
const WRONG: &str = "Your passcode doesn't match our records. Please try again.";

fn verify(server: &Server, person: &Person, token: &Token, code: &str) -> crate::wire::Answer {
    server.post(
        &format!("{}/verify", factor(person, &token.shown)),
        &json!({"passCode": code}),
    )
}

fn activate(server: &Server, person: &Person, token: &Token, code: &str) -> crate::wire::Answer {
    let path = format!("{}/lifecycle/activate", factor(person, &token.shown));
    server.post(&path, &json!({"passCode": code}))
}

/// O7: the secret is shown once.
/// covers: enrollFactor, activateFactor, getFactor
#[test]
fn a_token_is_enrolled_and_activated() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    for (provider, prefix) in [("OKTA", "ost"), ("GOOGLE", "uft")] {
        let seen = server.events(&person).len();
        let token = server.enrol_totp(&person, provider);
        let own = factor(&person, &token.shown);
        let user = link(&format!("/users/{}", person.id), &["GET"]);
        let mut wanted = json!({
            "id": token.shown["id"], "factorType": "token:software:totp", "provider": provider, "vendorName": provider,
            "status": "PENDING_ACTIVATION",
            "created": token.shown["created"], "lastUpdated": token.shown["created"],
            "profile": {"credentialId": person.login},
            "_links": {
                "activate": link(&format!("{own}/lifecycle/activate"), &["POST"]),
                "self": link(&own, &["GET"]),
                "user": user,
            },
        });
        assert_eq!(server.get(&own).ok(), wanted);
        let activation = token.shown["_embedded"]["activation"].clone();
        let secret = activation["sharedSecret"].as_str().unwrap();
        assert_eq!(
            (secret.len(), &activation["timeStep"], &activation["keyLength"]),
            (32, &json!(30), &json!(6))
        );
        assert_eq!(activation["encoding"], "base32");
        let picture = activation["_links"]["qrcode"]["href"].as_str().unwrap();
        assert!(
            picture.starts_with(&format!("{PUBLIC_URL}/api/v1{own}/qr/00")),
            "{picture}"
        );
        assert!(token.shown["id"].as_str().unwrap().starts_with(prefix));
        assert!(server.told(&person, seen).is_empty(), "nothing is told before it works");

        server.pass(1);
        activate(&server, &person, &token, "000000").refused(403, "E0000068", "Invalid Passcode/Answer", &[WRONG]);
        let active = activate(&server, &person, &token, &token.code(&server, 0)).ok();
        wanted["status"] = json!("ACTIVE");
        wanted["lastUpdated"] = active["lastUpdated"].clone();
        wanted["_links"] = json!({
            "self": link(&own, &["GET", "DELETE"]),
            "verify": link(&format!("{own}/verify"), &["POST"]),
            "user": user,
        });
        assert_eq!(active, wanted);
        assert_ne!(active["created"], active["lastUpdated"]);
        let again = activate(&server, &person, &token, &token.code(&server, 1));
        again.refused_as(403, "E0000107");
        assert_eq!(
            server.told(&person, seen),
            [
                "user.mfa.factor.activate",
                "user.mfa.factor.activate",
                "system.email.mfa_enroll_notification.sent_message"
            ],
            "a wrong code and a right one"
        );
    }
}

/// O1, O2, O4: what was used is dead, the window is one step, and clocks that are wrong are told apart from wrong codes.
/// covers: verifyFactor
#[test]
fn a_code_is_good_once_and_near_its_time() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let token = server.enrol_totp(&person, "OKTA");
    let first = token.code(&server, 0);
    activate(&server, &person, &token, &first).ok();
    verify(&server, &person, &token, &first).refused(403, "E0000082", REPLAYED, &[]);
    let older = token.code(&server, -1);
    verify(&server, &person, &token, &older).refused(403, "E0000082", REPLAYED, &[]);
    server.pass(60);
    let told = verify(&server, &person, &token, &token.code(&server, -1)).ok();
    assert_eq!(told, json!({"factorResult": "SUCCESS"}));
    verify(&server, &person, &token, &token.code(&server, 1)).ok();
    verify(&server, &person, &token, &token.code(&server, 0)).refused_as(403, "E0000082");
    let late = "PassCode is valid but exceeded time window.";
    verify(&server, &person, &token, &token.code(&server, 2)).refused(403, "E0000083", late, &[]);
    server.pass(3600);
    verify(&server, &person, &token, &token.code(&server, -2)).refused(403, "E0000083", late, &[]);
    let far = token.code(&server, -11);
    verify(&server, &person, &token, &far).refused(403, "E0000068", "Invalid Passcode/Answer", &[WRONG]);
    for code in ["12345", "1234567", "12345a", "１２３４５６", " 123456"] {
        server
            .act(&format!("/users/{}/lifecycle/reset_factors", person.id))
            .ok();
        let token = server.active_totp(&person);
        verify(&server, &person, &token, code).refused_as(403, "E0000068");
        verify(&server, &person, &token, &token.code(&server, 0)).ok();
    }
}

/// O3: of many who show one code at once, one gets through, and the others lock nobody out.
/// covers: verifyFactor
#[test]
fn one_of_many_uses_a_code() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let token = server.active_totp(&person);
    let code = token.code(&server, 0);
    let answers = at_once(50, |_| verify(&server, &person, &token, &code));
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    for answer in answers.iter().filter(|answer| answer.status != 200) {
        answer.refused(403, "E0000082", REPLAYED, &[]);
    }
    assert_eq!(server.status(&person), "ACTIVE");
}

/// O9: nobody's code is good for somebody else's factor, and nobody's factor is somebody else's.
/// covers: verifyFactor
#[test]
fn factors_are_their_owners() {
    let server = Server::start();
    let (person, other) = (server.active("isaac.brock"), server.active("jeremiah.green"));
    let token = server.active_totp(&person);
    let others = server.active_totp(&other);
    let code = token.code(&server, 0);
    verify(&server, &other, &others, &code).refused_as(403, "E0000068");
    let missing = format!(
        "Not found: Resource not found: {} (UserFactor)",
        token.shown["id"].as_str().unwrap()
    );
    let foreign = factor(&other, &token.shown);
    for answer in [
        server.get(&foreign),
        server.delete(&foreign),
        server.post(&format!("{foreign}/verify"), &json!({"passCode": code})),
        server.post(&format!("{foreign}/lifecycle/activate"), &json!({"passCode": code})),
    ] {
        answer.refused(404, "E0000007", &missing, &[]);
    }
    verify(&server, &person, &token, &code).ok();
}

/// covers: enrollFactor
#[test]
fn whoever_brings_a_secret_keeps_it() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let enrol = |provider: &str, secret: &Value| {
        let body =
            json!({"factorType": "token:software:totp", "provider": provider, "profile": {"sharedSecret": secret}});
        server.post(&factors(&person), &body)
    };
    for wrong in ["JBTWGV22G4ZGKV3", "JBTWGV22G4ZGKV31", &"A".repeat(33)] {
        enrol("GOOGLE", &json!(wrong)).refused(
            400,
            "E0000001",
            "Api validation failed: factorEnrollRequest",
            &["Invalid Profile."],
        );
    }
    let shown = enrol("GOOGLE", &json!("JBTWGV22G4ZGKV3N")).ok();
    assert_eq!(shown["_embedded"]["activation"]["sharedSecret"], "JBTWGV22G4ZGKV3N");
    let others = enrol("OKTA", &json!("JBTWGV22G4ZGKV3N")).ok();
    assert_ne!(others["_embedded"]["activation"]["sharedSecret"], "JBTWGV22G4ZGKV3N");
}

/// A second enrolment takes the place of one that still waits; the first secret is worth nothing then.
/// covers: enrollFactor
#[test]
fn the_newest_enrolment_counts() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let first = server.enrol_totp(&person, "GOOGLE");
    let second = server.enrol_totp(&person, "GOOGLE");
    assert_eq!(first.shown["id"], second.shown["id"]);
    assert_eq!(server.get(&factors(&person)).ok().as_array().unwrap().len(), 1);
    activate(&server, &person, &first, &first.code(&server, 0)).refused_as(403, "E0000068");
    activate(&server, &person, &second, &second.code(&server, 0)).ok();
    let body = json!({"factorType": "token:software:totp", "provider": "GOOGLE"});
    let cause = "A factor of this type is already set up.";
    let summary = "Api validation failed: factorEnrollRequest";
    server
        .post(&factors(&person), &body)
        .refused(400, "E0000001", summary, &[cause]);
    let shown = at_once(10, |_| {
        let body = json!({"factorType": "token:software:totp", "provider": "OKTA"});
        server.post(&factors(&person), &body).ok()["id"].clone()
    });
    assert!(
        shown.iter().all(|id| *id == shown[0]),
        "one is made, however many ask at once"
    );
}
