//! Signed requests, against a small server.

use std::sync::Arc;
use std::time::Duration;

use denizen_domain::message::{PhoneSender as _, SendError};
use denizen_domain::ports::Clock;
use denizen_domain::secret::Secret;
use denizen_domain::time::Timestamp;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::endpoint::Endpoint;
use crate::sample::{Provider, call, id, sms};
use crate::webhook::WebhookSender;

struct Noon;

impl Clock for Noon {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(1_759_117_790_042)
    }
}

fn sender(endpoint: Endpoint) -> WebhookSender {
    WebhookSender::new(
        endpoint,
        Secret::new("shared secret"),
        Arc::new(Noon),
        Duration::from_secs(5),
    )
}

/// What a receiver does: it makes the signature itself.
fn signed(head: &str, body: &str) -> bool {
    let header = |name: &str| {
        let line = head.lines().find(|line| line.starts_with(&format!("{name}: ")));
        line.unwrap()[name.len() + 2..].to_owned()
    };
    let timestamp = header("denizen-timestamp");
    assert_eq!(timestamp, "1759117790");
    let mut mac = Hmac::<Sha256>::new_from_slice(b"shared secret").unwrap();
    mac.update(format!("{timestamp}.{body}").as_bytes());
    let digest = mac.finalize().into_bytes();
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    header("denizen-signature") == format!("v1={hex}")
}

/// H7: signed with a timestamp, and the same id each time.
#[tokio::test]
async fn a_message_is_signed_and_keeps_its_id() {
    for _ in 0..2 {
        let provider = Provider::answering("HTTP/1.1 204 No Content\r\n\r\n");
        let sent = sender(provider.endpoint("/hook?key=1")).send_sms(&id(), &sms()).await;
        assert_eq!(sent, Ok(()));
        let (head, body) = provider.request();
        assert!(head.starts_with("post /hook?key=1 "), "{head}");
        assert!(signed(&head, &body), "{head}");
        let wanted = json!({
            "id": id().as_str(),
            "type": "sms",
            "to": "+15554151337",
            "text": "Org: 495817",
            "expires": 1_759_118_090_042_i64,
        });
        assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), wanted);
    }
}

#[tokio::test]
async fn a_call_has_its_words_and_its_extension() {
    let provider = Provider::answering("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    assert_eq!(sender(provider.endpoint("")).call(&id(), &call()).await, Ok(()));
    let (head, body) = provider.request();
    assert!(signed(&head, &body), "{head}");
    let told: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(
        (told["type"].as_str(), told["extension"].as_str()),
        (Some("call"), Some("12,3"))
    );
    assert!(told["text"].as_str().unwrap().contains("4, 9, 5, 8, 1, 7"), "{told}");
}

/// H6: no redirect is followed, and no answer shown.
#[tokio::test]
async fn a_redirect_is_a_refusal() {
    let answer = "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/\r\ncontent-length: 6\r\n\r\ncanary";
    let provider = Provider::answering(answer);
    let refused = sender(provider.endpoint("")).send_sms(&id(), &sms()).await;
    provider.request();
    assert_eq!(
        refused,
        Err(SendError::Permanent("the provider answers 302".to_owned()))
    );
}
