//! One request to a connector: signed, with an end to it, without redirects, and with a bound to what is read of the answer.

use std::time::Duration;

use denizen_domain::endpoint::Endpoint;
use denizen_domain::factor::connector::ConnectorError;
use denizen_domain::secret::Secret;
use denizen_domain::time::Timestamp;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use ureq::Agent;
use ureq::http::Request;
use zeroize::Zeroizing;

/// No answer is longer.
const LONGEST_ANSWER: u64 = 64 * 1024;

/// A client of one connector.
#[derive(Clone)]
pub(crate) struct Client {
    agent: Agent,
    endpoint: Endpoint,
    secret: Secret,
}

impl Client {
    /// Each request may take so long in all.
    pub(crate) fn new(endpoint: Endpoint, secret: Secret, timeout: Duration) -> Self {
        let config = Agent::config_builder()
            .timeout_global(Some(timeout))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            // The environment decides nothing: the configuration is the one place to look at.
            .proxy(None)
            .max_idle_connections(0)
            .user_agent("denizen")
            .build();
        Self {
            agent: config.new_agent(),
            endpoint,
            secret,
        }
    }

    /// Posts a JSON object on a thread that may wait, and gives back the answer.
    pub(crate) async fn post(&self, body: Zeroizing<Vec<u8>>, at: Timestamp) -> Result<Vec<u8>, ConnectorError> {
        let client = self.clone();
        let done = tokio::task::spawn_blocking(move || client.run(&body, at)).await;
        done.unwrap_or_else(|_| Err(failed("the request was broken off")))
    }

    fn run(&self, body: &[u8], at: Timestamp) -> Result<Vec<u8>, ConnectorError> {
        let timestamp = at.as_millis().div_euclid(1000).to_string();
        let request = Request::post(self.endpoint.as_str())
            .header("content-type", "application/json")
            .header("denizen-timestamp", &timestamp)
            .header("denizen-signature", format!("v1={}", self.signature(&timestamp, body)))
            .body(body)
            .map_err(|_| failed("the request cannot be made"))?;
        let mut answer = self.agent.run(request).map_err(|error| reason(&error))?;
        let status = answer.status().as_u16();
        if status != 200 {
            return Err(failed(&format!("the connector answers {status}")));
        }
        let read = answer.body_mut().with_config().limit(LONGEST_ANSWER).read_to_vec();
        read.map_err(|error| reason(&error))
    }

    /// HMAC-SHA-256 of a timestamp, a full stop and a body, in hexadecimal.
    fn signature(&self, timestamp: &str, body: &[u8]) -> String {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.secret.expose().as_bytes()).expect("a key may have any length");
        mac.update(timestamp.as_bytes());
        mac.update(b".");
        mac.update(body);
        let digest = mac.finalize().into_bytes();
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

pub(crate) fn failed(reason: &str) -> ConnectorError {
    ConnectorError::Failed(reason.to_owned())
}

/// Why there is no answer, without anything of the request.
fn reason(error: &ureq::Error) -> ConnectorError {
    match error {
        ureq::Error::Timeout(_) => ConnectorError::TimedOut,
        ureq::Error::HostNotFound => failed("the connector's host is not known"),
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => failed("the connector's certificate is not trusted"),
        ureq::Error::ConnectionFailed | ureq::Error::Io(_) => failed("the connector cannot be reached"),
        ureq::Error::BodyExceedsLimit(_) => failed("the connector answers too much"),
        _ => failed("the connector does not speak as expected"),
    }
}
