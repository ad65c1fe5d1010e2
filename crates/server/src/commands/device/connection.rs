//! The way to the directory: one statement, one answer.

use std::time::Duration;

use anyhow::Result;
use denizen_domain::ports::Clock as _;
use denizen_oauth::DeviceKeyPair;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;
use ureq::Agent;

use super::trust;
use crate::clock::SystemClock;
use crate::commands::token::one_line;

const PATIENCE: Duration = Duration::from_secs(30);
/// No answer is longer, in bytes.
const LONGEST_ANSWER: u64 = 64 * 1024;

/// Why there is no answer to work with, in words for people.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// The directory says no.
    #[error("{}", explain(*.status, .summary))]
    Refused {
        /// The status.
        status: u16,
        /// Its own words.
        summary: String,
    },
    /// Nobody answers.
    #[error("the directory at {server} cannot be asked: {reason}")]
    Unreachable {
        /// Where it should be.
        server: String,
        /// Why.
        reason: &'static str,
    },
    /// What answers is no directory.
    #[error("what answers at {0} is no directory that devices can speak with")]
    Foreign(String),
    /// Nothing can be signed.
    #[error("the key of this device cannot be used")]
    Key,
}

fn explain(status: u16, summary: &str) -> String {
    match status {
        401 => "the directory does not know this device any more, or its clock and the one of this machine differ"
            .to_owned(),
        429 => "the directory is asked too often; wait a minute".to_owned(),
        _ => format!("the directory refuses ({status}): {summary}"),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Refusal {
    error_summary: String,
}

/// A directory.
pub(super) struct Connection {
    agent: Agent,
    server: String,
}

impl Connection {
    /// Makes ready to ask the directory with an address.
    pub(super) fn to(server: &str) -> Result<Self> {
        let is_own = trust::check(server)?;
        let mut config = Agent::config_builder()
            .timeout_global(Some(PATIENCE))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .tls_config(trust::authorities())
            .user_agent(concat!("denizen-device/", env!("CARGO_PKG_VERSION")));
        if is_own {
            config = config.proxy(None);
        }
        Ok(Self {
            agent: config.build().new_agent(),
            server: server.to_owned(),
        })
    }

    /// Says something to one of the endpoints for devices.
    pub(super) fn ask<T: DeserializeOwned>(
        &self,
        endpoint: &str,
        key: &DeviceKeyPair,
        said: &impl Serialize,
    ) -> Result<T, Failure> {
        let address = format!("{}/device/v1/{endpoint}", self.server);
        let now = SystemClock.now().as_millis().div_euclid(1000);
        let statement = key.state(&address, said, now).map_err(|_| Failure::Key)?;
        let (status, text) = self.post(&address, &json!({ "statement": statement.expose() }).to_string())?;
        let foreign = || Failure::Foreign(self.server.clone());
        if status == 200 {
            return serde_json::from_str(&text).map_err(|_| foreign());
        }
        let refusal: Refusal = serde_json::from_str(&text).map_err(|_| foreign())?;
        Err(Failure::Refused {
            status,
            summary: one_line(&refusal.error_summary),
        })
    }

    fn post(&self, address: &str, body: &str) -> Result<(u16, String), Failure> {
        let unreachable = |error: ureq::Error| Failure::Unreachable {
            server: self.server.clone(),
            reason: reason(&error),
        };
        let request = self
            .agent
            .post(address)
            .header("Content-Type", "application/json")
            .header("Accept", "application/json");
        let mut answer = request.send(body).map_err(unreachable)?;
        let status = answer.status().as_u16();
        let text = answer.body_mut().with_config().limit(LONGEST_ANSWER).read_to_string();
        Ok((status, text.map_err(unreachable)?))
    }
}

/// Why there is no answer, without anything of the request.
fn reason(error: &ureq::Error) -> &'static str {
    match error {
        ureq::Error::Timeout(_) => "it does not answer in time",
        ureq::Error::HostNotFound => "its host is not known",
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => "its certificate is not trusted",
        ureq::Error::ConnectionFailed | ureq::Error::Io(_) => "it cannot be reached",
        _ => "it does not speak as expected",
    }
}
