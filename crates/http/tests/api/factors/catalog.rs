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
