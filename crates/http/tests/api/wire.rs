//! HTTP/1.1 in plain bytes: what is sent is exactly what a test wrote, whether or not any client would send it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

/// A row of a table of refusals: where, with what, and the status, code, summary and causes that come of it.
pub type RefusalRow<'a> = (&'a str, Value, u16, &'a str, &'a str, Vec<&'a str>);

/// An answer as it came.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// What was asked, for the messages of failed tests.
    asked: String,
}

impl Answer {
    /// Every value of a header, in order.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let named = self.headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
        named.map(|(_, value)| value.as_str()).collect()
    }

    /// The only value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let values = self.all(name);
        assert!(values.len() < 2, "{name} came {} times: {}", values.len(), self.asked);
        values.first().copied()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body, which must be said to be JSON, and be it.
    pub fn json(&self) -> Value {
        let kind = self.header("content-type").unwrap_or_default();
        assert!(kind.starts_with("application/json"), "{kind:?}: {}", self.told());
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.told()))
    }

    /// The JSON of a success.
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.told());
        self.json()
    }

    /// A success without content: no body, and no word of a type of one.
    pub fn no_content(&self) {
        assert_eq!(self.status, 204, "{}", self.told());
        assert_eq!(self.body, b"", "{}", self.told());
        assert_eq!(self.header("content-type"), None, "{}", self.told());
    }

    /// A success with nothing to tell: no body, and no word of a type of one.
    pub fn empty(&self) {
        assert_eq!(self.status, 200, "{}", self.told());
        assert_eq!(self.body, b"", "{}", self.told());
        assert_eq!(self.header("content-type"), None, "{}", self.told());
    }

    /// A refusal, in full. Gives back its id.
    pub fn refused(&self, status: u16, code: &str, summary: &str, causes: &[&str]) -> String {
        let object = self.error_object();
        assert_eq!(self.status, status, "{}", self.told());
        assert_eq!(object["errorCode"], code, "{}", self.told());
        assert_eq!(object["errorSummary"], summary, "{}", self.told());
        let told = object["errorCauses"].as_array().unwrap();
        let told: Vec<&str> = told
            .iter()
            .map(|cause| cause["errorSummary"].as_str().unwrap())
            .collect();
        assert_eq!(told, causes, "{}", self.told());
        object["errorId"].as_str().unwrap().to_owned()
    }

    /// A refusal by its status and code alone, where the contract fixes no words.
    pub fn refused_as(&self, status: u16, code: &str) {
        let object = self.error_object();
        assert_eq!(
            (self.status, object["errorCode"].as_str().unwrap()),
            (status, code),
            "{}",
            self.told()
        );
    }

    pub fn unknown_user(&self, given: &str) {
        self.refused(
            404,
            "E0000007",
            &format!("Not found: Resource not found: {given} (User)"),
            &[],
        );
    }

    /// The error object, checked member by member (contract: conventions §2).
    pub fn error_object(&self) -> Value {
        assert!(self.status >= 400, "{}", self.told());
        let object = self.json();
        let members: Vec<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
        for member in ["errorCode", "errorSummary", "errorLink", "errorId", "errorCauses"] {
            assert!(members.contains(&member), "no {member}: {}", self.told());
        }
        assert_eq!(members.len(), 5, "{}", self.told());
        let code = object["errorCode"].as_str().unwrap();
        assert!(
            code.len() == 8 && code.starts_with('E') && code[1..].bytes().all(|b| b.is_ascii_digit()),
            "{code}"
        );
        assert_eq!(object["errorLink"], object["errorCode"]);
        assert!(!object["errorSummary"].as_str().unwrap().is_empty());
        let id = object["errorId"].as_str().unwrap();
        let url_safe = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        assert!(
            id.len() == 25 && id.starts_with("oae") && id.bytes().all(url_safe),
            "{id}"
        );
        for cause in object["errorCauses"].as_array().unwrap() {
            assert!(cause["errorSummary"].is_string(), "{}", self.told());
        }
        object
    }

    pub fn told(&self) -> String {
        format!("{} -> {} {}", self.asked, self.status, self.text())
    }
}

/// A request, as it will be sent.
#[must_use]
pub struct Request<'s> {
    address: SocketAddr,
    method: String,
    target: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Option<Vec<u8>>,
    token: Option<&'s str>,
}

impl<'s> Request<'s> {
    pub fn new(address: SocketAddr, method: &str, target: &str, token: Option<&'s str>) -> Self {
        Self {
            address,
            method: method.to_owned(),
            target: target.to_owned(),
            headers: Vec::new(),
            body: None,
            token,
        }
    }

    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    pub fn anonymous(mut self) -> Self {
        self.token = None;
        self
    }

    /// A body as it is, without a word of its type.
    pub fn bytes(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    /// A body that is said to be JSON, whatever it is.
    pub fn json_bytes(self, body: impl Into<Vec<u8>>) -> Self {
        self.header("Content-Type", "application/json").bytes(body)
    }

    pub fn json(self, body: &Value) -> Self {
        self.json_bytes(body.to_string())
    }

    pub fn send(self) -> Answer {
        let has = |name: &str| self.headers.iter().any(|(key, _)| key.eq_ignore_ascii_case(name));
        let mut head = format!("{} {} HTTP/1.1\r\nConnection: close\r\n", self.method, self.target).into_bytes();
        let mut line = |name: &str, value: &[u8]| {
            head.extend_from_slice(name.as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value);
            head.extend_from_slice(b"\r\n");
        };
        if !has("Host") {
            line("Host", self.address.to_string().as_bytes());
        }
        if !has("Accept") {
            line("Accept", b"application/json");
        }
        if let Some(token) = self.token.filter(|_| !has("Authorization")) {
            line("Authorization", format!("SSWS {token}").as_bytes());
        }
        if !has("Content-Length") && !has("Transfer-Encoding") && (self.body.is_some() || self.method != "GET") {
            let length = self.body.as_ref().map_or(0, Vec::len);
            line("Content-Length", length.to_string().as_bytes());
        }
        for (name, value) in &self.headers {
            line(name, value);
        }
        head.extend_from_slice(b"\r\n");
        head.extend_from_slice(self.body.as_deref().unwrap_or_default());
        exchange(self.address, &head, &self.method)
            .unwrap_or_else(|| panic!("no answer: {} {}", self.method, self.target))
    }
}

/// Sends bytes, and reads the first answer; `None` when the server hangs up without one.
pub fn exchange(address: SocketAddr, bytes: &[u8], method: &str) -> Option<Answer> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    // A server that refuses a long body may hang up before all of it was sent; what it said still counts.
    let _ = stream.write_all(bytes);
    let mut seen = Vec::new();
    let mut chunk = [0; 16 * 1024];
    loop {
        if let Some(answer) = parse(&seen, bytes, method, false) {
            return Some(answer);
        }
        match stream.read(&mut chunk) {
            Ok(0) => return parse(&seen, bytes, method, true),
            Ok(read) => seen.extend_from_slice(&chunk[..read]),
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {
                return parse(&seen, bytes, method, true);
            }
            Err(error) => panic!("{error}, after {:?}", String::from_utf8_lossy(&seen)),
        }
    }
}

fn parse(seen: &[u8], asked: &[u8], method: &str, over: bool) -> Option<Answer> {
    let end = seen.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&seen[..end]).into_owned();
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    let of = |name: &str| {
        headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    };
    let rest = &seen[end + 4..];
    let body = if method == "HEAD" || status == 204 || status == 304 {
        rest.to_vec()
    } else if of("transfer-encoding").is_some_and(|value| value.contains("chunked")) {
        unchunk(rest)?
    } else {
        let length: usize = of("content-length")
            .and_then(|value| value.parse().ok())
            .unwrap_or(rest.len());
        if rest.len() < length && !over {
            return None;
        }
        rest[..length.min(rest.len())].to_vec()
    };
    let shown = asked.split(|&byte| byte == b'\r').next().unwrap_or_default();
    Some(Answer {
        status,
        headers,
        body,
        asked: String::from_utf8_lossy(&shown[..shown.len().min(300)]).into_owned(),
    })
}

fn unchunk(mut rest: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let end = rest.windows(2).position(|window| window == b"\r\n")?;
        let length = usize::from_str_radix(std::str::from_utf8(&rest[..end]).ok()?.trim(), 16).ok()?;
        let chunk = rest.get(end + 2..end + 2 + length)?;
        if length == 0 {
            return Some(body);
        }
        body.extend_from_slice(chunk);
        rest = rest.get(end + 4 + length..)?;
    }
}
