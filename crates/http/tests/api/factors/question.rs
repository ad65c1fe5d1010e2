//! Questions (contract: factors §6.3, §6.6, §7.1).

use serde_json::{Value, json};

use super::{ANSWER, factor, factors, link};
use crate::server::Server;

/// covers: enrollFactor, getFactor, listFactors, listSupportedSecurityQuestions
#[test]
fn a_question_is_active_at_once() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    assert_eq!(server.get(&factors(&person)).ok(), json!([]));
    let seen = server.events(&person).len();
    let shown = server.enrol_question(&person);
    let own = factor(&person, &shown);
    assert!(shown["id"].as_str().unwrap().starts_with("ufs"));
    let wanted = json!({
        "id": shown["id"], "factorType": "question", "provider": "OKTA", "vendorName": "OKTA", "status": "ACTIVE",
        "created": "2023-11-14T22:13:20.000Z", "lastUpdated": "2023-11-14T22:13:20.000Z",
        "profile": {"question": "disliked_food", "questionText": "What is the food you least liked as a child?"},
        "_links": {
            "questions": link(&format!("{}/questions", factors(&person)), &["GET"]),
            "self": link(&own, &["GET", "DELETE"]),
            "user": link(&format!("/users/{}", person.id), &["GET"]),
        },
    });
    assert_eq!(shown, wanted);
    assert_eq!(server.get(&own).ok(), wanted);
    assert_eq!(server.get(&factors(&person)).ok(), json!([wanted]));
    let mailed = "system.email.mfa_enroll_notification.sent_message";
    assert_eq!(server.told(&person, seen), ["user.mfa.factor.activate", mailed]);
    let questions = server.get(&format!("{}/questions", factors(&person))).ok();
    assert_eq!(questions.as_array().unwrap().len(), 19);
    assert_eq!(
        questions[0],
        json!({"question": "disliked_food", "questionText": "What is the food you least liked as a child?"})
    );
}

/// covers: enrollFactor
#[test]
fn what_is_wrong_with_a_question_is_told() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let refused = |body: &Value, cause: &str| {
        let summary = "Api validation failed: factorEnrollRequest";
        server
            .post(&factors(&person), body)
            .refused(400, "E0000001", summary, &[cause]);
    };
    let question = |question: &str, answer: &str| json!({"factorType": "question", "provider": "OKTA", "profile": {"question": question, "answer": answer}});
    refused(
        &json!({"factorType": "question", "provider": "GOOGLE"}),
        "Invalid Provider.",
    );
    refused(
        &json!({"factorType": "signed_nonce", "provider": "OKTA"}),
        "Invalid Provider.",
    );
    refused(
        &json!({"factorType": "question", "provider": "OKTA"}),
        "Invalid Profile.",
    );
    refused(
        &json!({"factorType": "question", "provider": "OKTA", "profile": {}}),
        "Invalid Profile.",
    );
    refused(&question("custom", ANSWER), "Invalid Profile.");
    let short = "The security question answer must be at least 4 characters in length";
    refused(&question("disliked_food", "egg "), short);
    refused(
        &question("disliked_food", "FOOD"),
        "The security question answer must not contain part of the question",
    );
    refused(
        &question("disliked_food", &person.login.to_uppercase()),
        "The security question answer must not be the same as the username",
    );
    refused(
        &question("disliked_food", crate::server::PASSWORD),
        "The security question answer must not be the same as the password",
    );
    server.enrol_question(&person);
    refused(
        &question("disliked_food", ANSWER),
        "A factor of this type is already set up.",
    );
    for body in [
        json!({"factorType": "carrier-pigeon", "provider": "OKTA"}),
        json!({"provider": "OKTA"}),
        json!({"factorType": "question"}),
    ] {
        server.post(&factors(&person), &body).refused_as(400, "E0000001");
    }
    for body in ["{\"factorType\":\"question\",\"nobody\":1}", "[]", "{", ""] {
        let path = format!("/api/v1{}", factors(&person));
        let request = server.request("POST", &path).json_bytes(body);
        request.send().refused_as(400, "E0000003");
    }
}

/// covers: verifyFactor
#[test]
fn an_answer_is_compared_without_case() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let shown = server.enrol_question(&person);
    let verify = format!("{}/verify", factor(&person, &shown));
    let seen = server.events(&person).len();
    for answer in [ANSWER, " Mayonnaise "] {
        let told = server.post(&verify, &json!({"answer": answer})).ok();
        assert_eq!(told, json!({"factorResult": "SUCCESS"}));
    }
    let cause = "Your answer doesn't match our records. Please try again.";
    server
        .post(&verify, &json!({"answer": "ketchup"}))
        .refused(403, "E0000068", "Invalid Passcode/Answer", &[cause]);
    let blank = "answer: The field cannot be left blank";
    for body in [json!({}), json!({"passCode": "123456"}), json!({"answer": ""})] {
        server
            .post(&verify, &body)
            .refused(400, "E0000001", "Api validation failed: answer", &[blank]);
    }
    server.act(&verify).refused_as(400, "E0000001");
    let events = &server.events(&person)[seen..];
    let told: Vec<&str> = events
        .iter()
        .map(|event| event["outcome"]["result"].as_str().unwrap())
        .collect();
    assert_eq!(told, ["SUCCESS", "SUCCESS", "FAILURE"]);
    assert!(
        events
            .iter()
            .all(|event| event["eventType"] == "user.authentication.auth_via_mfa")
    );
}

/// covers: replaceFactor, unenrollFactor
#[test]
fn a_question_is_replaced_and_removed() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    let shown = server.enrol_question(&person);
    assert!(server.read(&person)["_links"]["resetFactors"].is_object());
    let own = factor(&person, &shown);
    server.pass(60);
    let body = json!({"profile": {"question": "name_of_first_plush_toy", "answer": "meatball"}});
    let replaced = server.put(&own, &body).ok();
    assert_eq!(
        (&replaced["id"], &replaced["created"]),
        (&shown["id"], &shown["created"])
    );
    assert_eq!(replaced["lastUpdated"], "2023-11-14T22:14:20.000Z");
    assert_eq!(replaced["profile"]["question"], "name_of_first_plush_toy");
    let verify = |answer: &str| server.post(&format!("{own}/verify"), &json!({"answer": answer})).status;
    assert_eq!((verify(ANSWER), verify("meatball")), (403, 200));
    server.delete(&own).no_content();
    let missing = format!(
        "Not found: Resource not found: {} (UserFactor)",
        shown["id"].as_str().unwrap()
    );
    server.get(&own).refused(404, "E0000007", &missing, &[]);
    server.delete(&own).refused(404, "E0000007", &missing, &[]);
    server.get(&format!("{own}x")).refused_as(404, "E0000007");
    assert_eq!(server.get(&factors(&person)).ok(), json!([]));
    assert!(server.read(&person)["_links"].get("resetFactors").is_none());
    let token = server.active_totp(&person);
    server
        .put(&factor(&person, &token.shown), &body)
        .refused_as(400, "E0000001");
}

/// covers: resetFactors
#[test]
fn all_factors_are_reset_at_once() {
    let server = Server::start();
    let person = server.active("isaac.brock");
    server.enrol_question(&person);
    server.active_totp(&person);
    let seen = server.events(&person).len();
    server
        .act(&format!("/users/{}/lifecycle/reset_factors", person.id))
        .ok();
    assert_eq!(server.get(&factors(&person)).ok(), json!([]));
    assert!(server.read(&person)["_links"].get("resetFactors").is_none());
    let mailed = "system.email.mfa_reset_notification.sent_message";
    assert_eq!(server.told(&person, seen), ["user.mfa.factor.reset_all", mailed]);
    server.enrol_question(&person);
}
