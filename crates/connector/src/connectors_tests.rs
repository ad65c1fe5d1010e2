//! Signed questions and their answers, against a small server.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use denizen_domain::endpoint::Endpoint;
use denizen_domain::factor::FactorKind;
use denizen_domain::factor::connector::{
    ConnectorAnswer, ConnectorError, ConnectorPage, ConnectorPurpose, ConnectorQuestion, FactorConnectors as _,
};
use denizen_domain::ports::Clock;
use denizen_domain::secret::Secret;
use denizen_domain::time::Timestamp;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::connectors::{Connector, HttpConnectors};
use crate::sample::Peer;

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_759_117_790_042)
    }
}

fn connectors(endpoint: Endpoint, timeout: Duration) -> HttpConnectors {
    let secret = Secret::new("shared secret");
    let connector = Connector {
        endpoint,
        secret,
        timeout,
    };
    HttpConnectors::new([(FactorKind::Symantec, connector)], Arc::new(Noon))
}

fn question() -> ConnectorQuestion {
    ConnectorQuestion {
        kind: FactorKind::Symantec,
        purpose: ConnectorPurpose::Enrol,
        user_id: "00u0".to_owned(),
        login: "isaac.brock@example.com".to_owned(),
        credential_id: "VSMT14393584".to_owned(),
        code: Some(Secret::new("875498")),
        next_code: Some(Secret::new("678195")),
        transaction: None,
    }
}

async fn asked(peer: &Peer) -> Result<ConnectorAnswer, ConnectorError> {
    connectors(peer.endpoint("/vip"), Duration::from_secs(5))
        .ask(&question())
        .await
}

#[tokio::test]
async fn a_question_is_signed_and_says_all_there_is() {
    let peer = Peer::saying(r#"{"result": "SUCCESS", "more": 1}"#);
    assert_eq!(asked(&peer).await, Ok(ConnectorAnswer::Accepted));
    let (head, body) = peer.request();
    assert!(head.starts_with("post /vip http/1.1\r\n"), "{head}");
    let header = |name: &str| {
        let line = head.lines().find(|line| line.starts_with(&format!("{name}: ")));
        line.unwrap()[name.len() + 2..].to_owned()
    };
    assert_eq!(header("content-type"), "application/json");
    assert_eq!(header("denizen-timestamp"), "1759117790");
    let mut mac = Hmac::<Sha256>::new_from_slice(b"shared secret").unwrap();
    mac.update(format!("1759117790.{body}").as_bytes());
    let hex: String = mac
        .finalize()
        .into_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(header("denizen-signature"), format!("v1={hex}"));
    let said: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        said,
        json!({
            "operation": "enroll", "factorType": "token", "provider": "SYMANTEC",
            "user": {"id": "00u0", "login": "isaac.brock@example.com"},
            "credentialId": "VSMT14393584", "passCode": "875498", "nextPassCode": "678195",
        })
    );
}

#[tokio::test]
async fn every_answer_is_understood() {
    let page = ConnectorPage {
        transaction: "t1".to_owned(),
        host: "api-1.example.com".to_owned(),
        signature: "TX|1:APP|2".to_owned(),
        script: None,
    };
    let failed = |text: &str| Err(ConnectorError::Failed(text.to_owned()));
    for (said, wanted) in [
        (r#"{"result": "REJECTED"}"#, Ok(ConnectorAnswer::Rejected)),
        (r#"{"result": "NEXT_CODE"}"#, Ok(ConnectorAnswer::NextCode)),
        (
            r#"{"result": "NEW_PIN", "message": "New\nPIN:"}"#,
            Ok(ConnectorAnswer::NewPin("NewPIN:".to_owned())),
        ),
        (
            r#"{"result": "NEW_PIN"}"#,
            Ok(ConnectorAnswer::NewPin(
                "Enter a new PIN having from 4 to 8 digits:".to_owned(),
            )),
        ),
        (r#"{"result": "WAITING"}"#, Ok(ConnectorAnswer::Waiting(None))),
        (
            r#"{"result": "WAITING", "page": {"transaction": "t1", "host": "api-1.example.com", "signature": "TX|1:APP|2"}}"#,
            Ok(ConnectorAnswer::Waiting(Some(page))),
        ),
        (r#"{"result": "TIMEOUT"}"#, Err(ConnectorError::TimedOut)),
        (r#"{"result": "ERROR", "message": "no licence"}"#, failed("no licence")),
        (
            r#"{"result": "OK"}"#,
            failed("the connector does not answer as documented"),
        ),
        ("", failed("the connector does not answer as documented")),
    ] {
        let peer = Peer::saying(said);
        assert_eq!(asked(&peer).await, wanted, "{said}");
        peer.request();
    }
}

/// H6: nobody is followed elsewhere, and nobody is waited for without end.
#[tokio::test]
async fn what_is_no_answer_is_a_failure() {
    for (answer, reason) in [
        (
            "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\n\r\n".to_owned(),
            "the connector answers 302",
        ),
        (
            "HTTP/1.1 401 Unauthorized\r\n\r\n".to_owned(),
            "the connector answers 401",
        ),
        (
            format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(70_000)),
            "the connector answers too much",
        ),
    ] {
        let peer = Peer::answering(answer);
        assert_eq!(asked(&peer).await, Err(ConnectorError::Failed(reason.to_owned())));
        peer.request();
    }
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint: Endpoint = format!("http://{}", silent.local_addr().unwrap()).parse().unwrap();
    let silence = connectors(endpoint, Duration::from_millis(50)).ask(&question()).await;
    assert_eq!(silence, Err(ConnectorError::TimedOut));
}

#[tokio::test]
async fn a_kind_without_a_connector_is_not_asked() {
    let connectors = HttpConnectors::new([], Arc::new(Noon));
    assert!(connectors.kinds().is_empty());
    assert_eq!(connectors.ask(&question()).await, Err(ConnectorError::NotConfigured));
}
