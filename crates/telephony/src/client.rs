//! One request to a provider: with an end to it, without redirects, and without a look at what the answer says.

use std::time::Duration;

use denizen_domain::message::SendError;
use ureq::Agent;
use ureq::http::{Request, StatusCode};
use zeroize::Zeroizing;

/// A client of one provider.
#[derive(Clone)]
pub(crate) struct Client(Agent);

/// What is posted.
pub(crate) struct Post {
    pub(crate) url: String,
    pub(crate) headers: Vec<(&'static str, Zeroizing<String>)>,
    pub(crate) body: Zeroizing<Vec<u8>>,
}

impl Client {
    /// Each request may take so long in all.
    pub(crate) fn new(timeout: Duration) -> Self {
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
        Self(config.new_agent())
    }

    /// Posts, on a thread that may wait.
    pub(crate) async fn post(&self, post: Post) -> Result<(), SendError> {
        let agent = self.0.clone();
        let done = tokio::task::spawn_blocking(move || run(&agent, &post)).await;
        done.unwrap_or_else(|_| Err(SendError::Temporary("the request was broken off".to_owned())))
    }
}

fn run(agent: &Agent, post: &Post) -> Result<(), SendError> {
    let mut request = Request::post(&post.url);
    for (name, value) in &post.headers {
        request = request.header(*name, value.as_str());
    }
    let request = request
        .body(post.body.as_slice())
        .map_err(|_| SendError::Permanent("the request cannot be made".to_owned()))?;
    match agent.run(request) {
        Ok(answer) => judge(answer.status()),
        Err(error) => Err(SendError::Temporary(reason(&error).to_owned())),
    }
}

/// What an answer means. Whatever may be other tomorrow, such as a wrong password or a limit, is tried again.
fn judge(status: StatusCode) -> Result<(), SendError> {
    let told = format!("the provider answers {}", status.as_u16());
    match status.as_u16() {
        200..=299 => Ok(()),
        401 | 403 | 408 | 425 | 429 | 500..=599 => Err(SendError::Temporary(told)),
        _ => Err(SendError::Permanent(told)),
    }
}

/// Why there is no answer, without anything of the request.
fn reason(error: &ureq::Error) -> &'static str {
    match error {
        ureq::Error::Timeout(_) => "the provider does not answer in time",
        ureq::Error::HostNotFound => "the provider's host is not known",
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => "the provider's certificate is not trusted",
        ureq::Error::ConnectionFailed | ureq::Error::Io(_) => "the provider cannot be reached",
        _ => "the provider does not speak as expected",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stays_wrong_is_given_up() {
        let judged = |status: u16| judge(StatusCode::from_u16(status).unwrap());
        for status in [200, 201, 202, 204] {
            assert_eq!(judged(status), Ok(()));
        }
        for status in [401, 403, 408, 429, 500, 502, 503] {
            assert!(matches!(judged(status), Err(SendError::Temporary(_))), "{status}");
        }
        for status in [301, 302, 307, 400, 404, 422] {
            assert!(matches!(judged(status), Err(SendError::Permanent(_))), "{status}");
        }
    }
}
