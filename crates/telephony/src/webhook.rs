//! Any other provider: a request with a JSON object, signed so that the receiver knows who sends it and when (checklist H7).

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use denizen_domain::id::MessageId;
use denizen_domain::message::{PhoneSender, SendError, Sms, VoiceCall};
use denizen_domain::ports::Clock;
use denizen_domain::secret::Secret;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::client::{Client, Post};
use crate::endpoint::Endpoint;
use crate::spoken;

/// Posts messages to a URL.
///
/// The header `denizen-timestamp` has the seconds since 1970, and `denizen-signature` has `v1=` and, in hexadecimal, the
/// HMAC-SHA-256 of the timestamp, a full stop and the body, under the secret that both sides know. A message that is posted
/// again has the same `id` in its body.
pub struct WebhookSender {
    client: Client,
    endpoint: Endpoint,
    secret: Secret,
    clock: Arc<dyn Clock>,
}

impl WebhookSender {
    /// A sender; no connection is made yet.
    #[must_use]
    pub fn new(endpoint: Endpoint, secret: Secret, clock: Arc<dyn Clock>, timeout: Duration) -> Self {
        Self {
            client: Client::new(timeout),
            endpoint,
            secret,
            clock,
        }
    }

    async fn post(&self, message: &Value) -> Result<(), SendError> {
        let body = Zeroizing::new(message.to_string().into_bytes());
        let timestamp = self.clock.now().as_millis().div_euclid(1000).to_string();
        let signature = format!("v1={}", signature(&self.secret, &timestamp, &body));
        let post = Post {
            url: self.endpoint.as_str().to_owned(),
            headers: vec![
                ("content-type", Zeroizing::new("application/json".to_owned())),
                ("denizen-timestamp", Zeroizing::new(timestamp)),
                ("denizen-signature", Zeroizing::new(signature)),
            ],
            body,
        };
        self.client.post(post).await
    }
}

/// HMAC-SHA-256 of a timestamp and a body, in hexadecimal.
fn signature(secret: &Secret, timestamp: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()).expect("a key may have any length");
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    let digest = mac.finalize().into_bytes();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[async_trait]
impl PhoneSender for WebhookSender {
    async fn send_sms(&self, id: &MessageId, sms: &Sms) -> Result<(), SendError> {
        let message = json!({
            "id": id.as_str(),
            "type": "sms",
            "to": sms.to,
            "text": sms.text.expose(),
            "expires": sms.expires,
        });
        self.post(&message).await
    }

    async fn call(&self, id: &MessageId, call: &VoiceCall) -> Result<(), SendError> {
        let text = spoken::text(&call.org_name, call.code.expose());
        let mut message = json!({
            "id": id.as_str(),
            "type": "call",
            "to": call.to,
            "text": *text,
            "expires": call.expires,
        });
        if let (Some(extension), Some(members)) = (&call.extension, message.as_object_mut()) {
            members.insert("extension".to_owned(), json!(extension));
        }
        self.post(&message).await
    }
}
