//! Factors that services elsewhere verify (contract: factors §7.7, §7.12): whatever a service answers, and what comes of it.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use denizen_domain::factor::FactorKind;
use denizen_domain::factor::connector::{
    ConnectorAnswer, ConnectorError, ConnectorPage, ConnectorPurpose, ConnectorQuestion, FactorConnectors,
};
use denizen_http::HttpSettings;
use serde_json::{Value, json};

use crate::server::{PUBLIC_URL, Person, Server};
use crate::wire::Answer;

/// Services that answer as they are told, in order.
#[derive(Default)]
struct Services {
    answers: Mutex<VecDeque<Result<ConnectorAnswer, ConnectorError>>>,
    asked: Mutex<Vec<ConnectorQuestion>>,
}

#[async_trait]
impl FactorConnectors for Services {
    fn kinds(&self) -> BTreeSet<FactorKind> {
        BTreeSet::from([FactorKind::Rsa, FactorKind::Symantec, FactorKind::Duo])
    }

    async fn ask(&self, question: &ConnectorQuestion) -> Result<ConnectorAnswer, ConnectorError> {
        self.asked.lock().unwrap().push(question.clone());
        let next = self.answers.lock().unwrap().pop_front();
        next.expect("a service is asked more often than it was told answers")
    }
}

impl Services {
    fn say(&self, answers: impl IntoIterator<Item = ConnectorAnswer>) {
        self.answers.lock().unwrap().extend(answers.into_iter().map(Ok));
    }

    fn fail(&self, error: ConnectorError) {
        self.answers.lock().unwrap().push_back(Err(error));
    }

    fn last(&self) -> ConnectorQuestion {
        self.asked.lock().unwrap().last().unwrap().clone()
    }
}

fn connected() -> (Server, Arc<Services>, Person) {
    let services = Arc::new(Services::default());
    let port = services.clone();
    let server = Server::equipped(HttpSettings::default(), |_| {}, |ports| ports.connectors = port);
    let person = server.active("dade.murphy");
    (server, services, person)
}

fn rsa(code: &str) -> Value {
    json!({"factorType": "token", "provider": "RSA", "profile": {"credentialId": "dade.murphy"},
           "verify": {"passCode": code}})
}

fn wrong_token(answer: &Answer) {
    let cause = "Your token doesn't match our records. Please try again.";
    answer.refused(403, "E0000068", "Invalid Passcode/Answer", &[cause]);
}

/// An error object that is no error.
fn waiting_for_ack(answer: &Answer) {
    assert_eq!(answer.status, 202, "{}", answer.told());
    let told = answer.json();
    assert_eq!(
        (&told["errorCode"], &told["errorSummary"]),
        (&json!("E0000070"), &json!("Waiting for ACK"))
    );
}

fn page() -> ConnectorPage {
    ConnectorPage {
        transaction: "t-1".to_owned(),
        host: "api-1.duosecurity.example".to_owned(),
        signature: "TX|1:APP|2".to_owned(),
        script: Some("https://api-1.duosecurity.example/duo.js".to_owned()),
    }
}

/// covers: enrollFactor, verifyFactor, unenrollFactor
#[test]
fn a_token_of_rsa_is_what_the_service_says() {
    use ConnectorAnswer as A;
    let (server, services, person) = connected();
    let factors = format!("/users/{}/factors", person.id);
    services.say([
        A::Rejected,
        A::NewPin("Choose a PIN:".to_owned()),
        A::NextCode,
        A::Accepted,
    ]);
    wrong_token(&server.post(&factors, &rsa("1")));
    server
        .post(&factors, &rsa("2"))
        .refused(409, "E0000113", "Choose a PIN:", &[]);
    let wait = "Wait for token to change, then enter the new tokencode.";
    server.post(&factors, &rsa("3")).refused(409, "E0000106", wait, &[]);
    let factor = server.post(&factors, &rsa("5275875498")).ok();
    let asked = services.last();
    assert_eq!((asked.kind, asked.purpose), (FactorKind::Rsa, ConnectorPurpose::Enrol));
    assert_eq!(
        (asked.credential_id.as_str(), asked.login.as_str()),
        ("dade.murphy", "dade.murphy@example.com")
    );
    assert_eq!(asked.code.unwrap().expose(), "5275875498");
    assert!(factor["id"].as_str().unwrap().starts_with("rsa"));
    assert_eq!(
        (&factor["status"], &factor["profile"]),
        (&json!("ACTIVE"), &json!({"credentialId": "dade.murphy"}))
    );
    let links: Vec<&String> = factor["_links"].as_object().unwrap().keys().collect();
    assert_eq!(links, ["self", "user", "verify"]);

    let path = format!("{factors}/{}", factor["id"].as_str().unwrap());
    let verify = |code: &str| server.post(&format!("{path}/verify"), &json!({"passCode": code}));
    services.say([A::Accepted, A::NewPin("Choose a PIN:".to_owned())]);
    assert_eq!(verify("1").ok(), json!({"factorResult": "SUCCESS"}));
    verify("2").refused(409, "E0000113", "Choose a PIN:", &[]);
    services.fail(ConnectorError::TimedOut);
    verify("3").refused(504, "E0000067", "Factors Service Error.", &[]);
    services.fail(ConnectorError::Failed("canary: no licence".to_owned()));
    let answer = verify("4");
    answer.refused(400, "E0000074", "Factor Service Error", &[]);
    assert!(!answer.text().contains("canary"));
    // L3: what the service refuses counts, and nothing else does.
    services.say([A::Rejected, A::Rejected, A::Rejected, A::Rejected, A::Rejected]);
    for _ in 0..4 {
        wrong_token(&verify("9"));
    }
    verify("9").refused(403, "E0000069", "User Locked", &[]);
    assert_eq!(server.status(&person), "LOCKED_OUT");
    server.delete(&path).no_content();
}

/// covers: enrollFactor
#[test]
fn a_token_of_symantec_shows_two_codes() {
    let (server, services, person) = connected();
    let factors = format!("/users/{}/factors", person.id);
    let body = |verify: Value| {
        json!({"factorType": "token", "provider": "SYMANTEC", "profile": {"credentialId": "VSMT14393584"},
               "verify": verify})
    };
    let blank = |name: &str| format!("{name}: The field cannot be left blank");
    for (verify, missing) in [(json!({}), "passCode"), (json!({"passCode": "875498"}), "nextPassCode")] {
        let summary = format!("Api validation failed: {missing}");
        server
            .post(&factors, &body(verify))
            .refused(400, "E0000001", &summary, &[&blank(missing)]);
    }
    services.say([ConnectorAnswer::Accepted]);
    let factor = server
        .post(&factors, &body(json!({"passCode": "875498", "nextPassCode": 678_195})))
        .ok();
    assert!(factor["id"].as_str().unwrap().starts_with("ufv"));
    assert_eq!(services.last().next_code.unwrap().expose(), "678195");
    let nobody = json!({"factorType": "token", "provider": "RSA", "verify": {"passCode": "1"}});
    let summary = "Api validation failed: factorEnrollRequest";
    server
        .post(&factors, &nobody)
        .refused(400, "E0000001", summary, &["Invalid Profile."]);
}

/// covers: enrollFactor, pollFactorActivation, verifyFactor
#[test]
fn duo_opens_a_page() {
    use ConnectorAnswer as A;
    let (server, services, person) = connected();
    let factors = format!("/users/{}/factors", person.id);
    let body = json!({"factorType": "web", "provider": "DUO", "profile": {"credentialId": "dade@example.com"}});
    services.say([A::Waiting(Some(page()))]);
    let factor = server.post(&factors, &body).ok();
    let opened = json!({
        "host": "api-1.duosecurity.example", "signature": "TX|1:APP|2", "factorResult": "WAITING",
        "_links": {"script": {"href": "https://api-1.duosecurity.example/duo.js", "type": "text/javascript"}},
    });
    assert_eq!(factor["status"], "PENDING_ACTIVATION");
    assert_eq!(factor["_embedded"], json!({"activation": opened}));
    let path = format!("{factors}/{}", factor["id"].as_str().unwrap());
    let poll = factor["_links"]["poll"]["href"].as_str().unwrap();
    let poll = poll.strip_prefix(PUBLIC_URL).unwrap();
    let activate = || server.request("POST", poll).send();
    services.say([A::Waiting(None), A::Rejected, A::Accepted]);
    waiting_for_ack(&activate());
    assert_eq!(services.last().transaction.as_deref(), Some("t-1"));
    activate().refused(403, "E0000073", "User rejected authentication", &[]);
    assert_eq!(activate().ok()["status"], "ACTIVE");
    let answer = server.act(&format!("{factors}/ufs00000000000000000/lifecycle/activate/poll"));
    answer.refused_as(400, "E0000001");

    let verify = || server.act(&format!("{path}/verify"));
    services.say([A::Waiting(Some(page())), A::Waiting(None), A::Accepted, A::Accepted]);
    let waiting = verify().ok();
    assert_eq!(
        (&waiting["factorResult"], &waiting["_embedded"]),
        (&json!("WAITING"), &json!({"verification": opened}))
    );
    assert_eq!(services.last().purpose, ConnectorPurpose::Verify);
    waiting_for_ack(&verify());
    assert_eq!(services.last().purpose, ConnectorPurpose::Poll);
    assert_eq!(verify().ok(), json!({"factorResult": "SUCCESS"}));
    // What has ended is not asked about again, and nobody is waited for without end.
    verify().ok();
    assert_eq!(services.last().purpose, ConnectorPurpose::Verify);
    services.say([A::Waiting(Some(page())), A::Waiting(Some(page()))]);
    verify().ok();
    server.pass(300);
    verify().ok();
    assert_eq!(services.last().purpose, ConnectorPurpose::Verify);
    services.say([A::Rejected]);
    verify().refused(403, "E0000073", "User rejected authentication", &[]);
}

/// Without a connector the kind is off, and so it is when somebody has switched it off.
/// covers: enrollFactor, listSupportedFactors, deactivateOrgFactor
#[test]
fn what_is_not_connected_is_not_enrolled() {
    let summary = "Api validation failed: factorEnrollRequest";
    let off = Server::start();
    let person = off.active("dade.murphy");
    off.post(&format!("/users/{}/factors", person.id), &rsa("1")).refused(
        400,
        "E0000001",
        summary,
        &["Factor not enabled."],
    );
    let (server, _, person) = connected();
    let offered = |server: &Server, person: &Person| {
        let catalog = server.get(&format!("/users/{}/factors/catalog", person.id)).ok();
        catalog.as_array().unwrap().iter().any(|one| one["provider"] == "RSA")
    };
    assert!(offered(&server, &person));
    assert_eq!(server.get("/org/factors/rsa_token").ok()["status"], "ACTIVE");
    server.act("/org/factors/rsa_token/lifecycle/deactivate").ok();
    assert!(!offered(&server, &person));
    server
        .post(&format!("/users/{}/factors", person.id), &rsa("1"))
        .refused(400, "E0000001", summary, &["Factor not enabled."]);
}
