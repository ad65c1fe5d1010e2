//! What can be enrolled (contract: factors §6.2).

use denizen_domain::factor::{Enrolment, FactorKind};
use denizen_http::HttpSettings;
use serde_json::{Value, json};

use super::{factors, link};
use crate::server::{Person, Server};

fn entry<'a>(catalog: &'a Value, factor_type: &str, provider: &str) -> Option<&'a Value> {
    let entries = catalog.as_array().unwrap();
    entries
        .iter()
        .find(|entry| entry["factorType"] == factor_type && entry["provider"] == provider)
}

fn catalog(server: &Server, person: &Person) -> Value {
    server.get(&format!("{}/catalog", factors(person))).ok()
}

/// covers: listSupportedFactors
#[test]
fn the_catalog_tells_where_a_user_stands() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let enrol = link(&factors(&person), &["POST"]);
    let questions = link(&format!("{}/questions", factors(&person)), &["GET"]);
    let before = catalog(&server, &person);
    assert_eq!(
        before[0],
        json!({
            "factorType": "question", "provider": "OKTA", "vendorName": "OKTA",
            "_links": {"questions": questions, "enroll": enrol},
            "status": "NOT_SETUP", "enrollment": "OPTIONAL",
        })
    );
    let token = server.enrol_totp(&person, "GOOGLE");
    server.enrol_question(&person);
    let after = catalog(&server, &person);
    let status = |kind: &str, provider: &str| entry(&after, kind, provider).unwrap()["status"].clone();
    assert_eq!(status("question", "OKTA"), "ACTIVE");
    assert_eq!(status("token:software:totp", "GOOGLE"), "PENDING_ACTIVATION");
    assert_eq!(status("token:software:totp", "OKTA"), "NOT_SETUP");
    assert_eq!(token.shown["status"], "PENDING_ACTIVATION");
}

/// covers: listSupportedFactors, enrollFactor, listFactors
#[test]
fn the_policy_decides_what_there_is() {
    let server = Server::with(HttpSettings::default(), |settings| {
        let policy = &mut settings.factor_policy.enrolments;
        policy.insert(FactorKind::Question, Enrolment::NotAllowed);
        policy.insert(FactorKind::OktaTotp, Enrolment::Required);
    });
    let person = server.active("isaac.brock");
    let shown = catalog(&server, &person);
    assert_eq!(entry(&shown, "question", "OKTA"), None);
    let totp = entry(&shown, "token:software:totp", "OKTA").unwrap();
    assert_eq!(totp["enrollment"], "REQUIRED");
    let body = json!({"factorType": "question", "provider": "OKTA",
        "profile": {"question": "disliked_food", "answer": "mayonnaise"}});
    let cause = "Factor not allowed for the user based on the Multifactor policy.";
    let summary = "Api validation failed: factorEnrollRequest";
    server
        .post(&factors(&person), &body)
        .refused(400, "E0000001", summary, &[cause]);
}

/// Whoever becomes active has a factor for the primary address, where the organization wants it so, whichever way they came.
/// covers: listFactors, verifyFactor
#[test]
fn an_email_factor_comes_by_itself() {
    let server = Server::with(HttpSettings::default(), |settings| {
        settings.factor_policy.gives_email = true
    });
    let at_once = server.active("isaac.brock");
    let staged = server.person_in("STAGED", "jeremiah.green");
    server
        .act(&format!("/users/{}/lifecycle/activate?sendEmail=false", staged.id))
        .ok();
    let invited = server.create("?activate=false", &crate::server::somebody("eric.judy", false, false));
    let link = server
        .act(&format!("/users/{}/lifecycle/activate?sendEmail=false", invited.id))
        .ok();
    assert_eq!(
        server.get(&factors(&invited)).ok(),
        json!([]),
        "not before the address has been used"
    );
    let token = link["activationToken"].as_str().unwrap();
    let purpose = denizen_domain::token::TokenPurpose::Activation;
    assert!(server.complete(token, purpose, crate::server::PASSWORD));
    for person in [&at_once, &staged, &invited] {
        let shown = server.get(&factors(person)).ok();
        assert_eq!(shown.as_array().unwrap().len(), 1, "{shown}");
        assert_eq!(
            (
                &shown[0]["factorType"],
                &shown[0]["status"],
                &shown[0]["profile"]["email"]
            ),
            (&json!("email"), &json!("ACTIVE"), &json!(person.login))
        );
        assert!(server.read(person)["_links"]["resetFactors"].is_object());
        let verify = format!("{}/verify", super::factor(person, &shown[0]));
        assert_eq!(server.act(&verify).ok()["factorResult"], "CHALLENGE");
    }
    let nobody = Server::start();
    let plain = nobody.active("isaac.brock");
    assert_eq!(nobody.get(&factors(&plain)).ok(), json!([]));
}
