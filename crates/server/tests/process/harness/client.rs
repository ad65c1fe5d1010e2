//! A client of the API: JSON in, JSON out, and never an answer of the 5xx kind.

use std::net::SocketAddr;

use serde_json::Value;
use ureq::Agent;
use ureq::http::Request;

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers, by name and value.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Answer {
    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The code of an error object; empty for anything else.
    pub fn code(&self) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        body["errorCode"].as_str().unwrap_or_default().to_owned()
    }

    /// Status and code of the answer, for comparison.
    pub fn verdict(&self) -> (u16, String) {
        (self.status, self.code())
    }

    /// The body of an answer that says yes.
    #[track_caller]
    pub fn expect_ok(&self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        self.json()
    }

    /// Checks that the answer is a refusal.
    #[track_caller]
    pub fn expect_refusal(&self, status: u16, code: &str) {
        assert_eq!(self.verdict(), (status, code.to_owned()), "{self:?}");
    }

    /// The values of a header.
    pub fn header(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// A client with its own connections.
#[derive(Clone)]
pub struct Client {
    agent: Agent,
    base: String,
    authorization: Option<String>,
}

impl Client {
    /// A client of a server, with an API token or without one.
    pub fn new(address: SocketAddr, token: Option<&str>) -> Self {
        let agent = Agent::config_builder()
            .proxy(None)
            .http_status_as_error(false)
            .max_redirects(0)
            .build()
            .new_agent();
        Self {
            agent,
            base: format!("http://{address}"),
            authorization: token.map(|token| format!("SSWS {token}")),
        }
    }

    /// The same client with an access token.
    pub fn bearing(mut self, token: &str) -> Self {
        self.authorization = Some(format!("Bearer {token}"));
        self
    }

    /// Sends a request; fails when the server goes away before the whole answer has come.
    pub fn try_send(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Answer, ureq::Error> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.base))
            .header("Accept", "application/json");
        if let Some(authorization) = &self.authorization {
            request = request.header("Authorization", authorization);
        }
        let mut response = match body {
            Some(body) => {
                let request = request.header("Content-Type", "application/json");
                self.agent.run(request.body(body.to_string())?)?
            }
            None if matches!(method, "GET" | "DELETE") => self.agent.run(request.body(())?)?,
            None => self.agent.run(request.body(String::new())?)?,
        };
        let body = response.body_mut().read_to_string()?;
        let headers = response.headers().iter();
        let answer = Answer {
            status: response.status().as_u16(),
            headers: headers
                .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
                .collect(),
            body,
        };
        assert!(answer.status < 500, "{method} {path}: {answer:?}");
        Ok(answer)
    }

    /// Sends a request to a server that is there.
    #[track_caller]
    pub fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        match self.try_send(method, path, body) {
            Ok(answer) => answer,
            Err(error) => panic!("{method} {path}: {error}"),
        }
    }

    /// `GET`.
    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None)
    }

    /// `POST` without a body.
    #[track_caller]
    pub fn act(&self, path: &str) -> Answer {
        self.send("POST", path, None)
    }

    /// `POST` with a body.
    #[track_caller]
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.send("POST", path, Some(body))
    }

    /// `DELETE`.
    #[track_caller]
    pub fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, None)
    }

    /// Every entry of a list, page after page.
    #[track_caller]
    pub fn all(&self, path: &str) -> Vec<Value> {
        let mut entries = Vec::new();
        let mut next = Some(path.to_owned());
        while let Some(path) = next {
            let answer = self.get(&path);
            entries.extend(answer.expect_ok().as_array().unwrap().iter().cloned());
            next = answer.header("link").find_map(next_page);
        }
        entries
    }
}

/// The path of a `Link` to the next page.
fn next_page(link: &str) -> Option<String> {
    let url = link.strip_suffix(">; rel=\"next\"")?.strip_prefix('<')?;
    let (_, rest) = url.split_once("://")?;
    let path = rest.find('/')?;
    Some(rest[path..].to_owned())
}
