//! SIGTERM: requests that have begun are answered, mails that were promised are sent, and the program ends well.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use serde_json::json;

use crate::harness::people::profile;
use crate::harness::{Backend, Home, Server, TOKEN, mailbox, wire};

/// A request that the server has begun to work on, and that waits for its body.
struct Begun {
    reader: BufReader<TcpStream>,
    body: String,
}

impl Begun {
    /// Sends the head of a creation, and waits until the server asks for the rest.
    fn create(server: &Server, login: &str) -> Self {
        let body = json!({ "profile": profile(login) }).to_string();
        let head = format!(
            "POST /api/v1/users HTTP/1.1\r\nHost: x\r\nAuthorization: SSWS {TOKEN}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
            body.len()
        );
        let mut stream = wire::connect(server.address());
        stream.write_all(head.as_bytes()).unwrap();
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        while !line.ends_with("\r\n\r\n") {
            assert!(reader.read_line(&mut line).unwrap() > 0, "the server hung up: {line:?}");
        }
        assert!(line.starts_with("HTTP/1.1 100 "), "{line}");
        Self { reader, body }
    }

    /// Sends the rest, and reads the answer.
    fn finish(mut self) -> String {
        self.reader.get_mut().write_all(self.body.as_bytes()).unwrap();
        let mut answer = String::new();
        self.reader.read_to_string(&mut answer).unwrap();
        answer
    }
}

const BEGUN: usize = 12;

/// What has begun when the signal comes is finished, with its mails.
fn begun_requests_are_finished(backend: Backend) {
    let Some(home) = Home::new(backend) else { return };
    let mut server = home.start();
    let login = |n: usize| format!("begun{n}@example.com");
    let begun: Vec<Begun> = (0..BEGUN).map(|n| Begun::create(&server, &login(n))).collect();
    server.terminate();
    for request in begun {
        let answer = request.finish();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }
    let status = server.wait();
    assert_eq!(status.code(), Some(0), "{}", server.complaint());
    let mails = mailbox::read(&home.data().join("mail"));
    let reached: BTreeSet<String> = mails.into_keys().collect();
    assert_eq!(reached, (0..BEGUN).map(login).collect());
    let server = home.start();
    for n in 0..BEGUN {
        let user = server.client().get(&format!("/api/v1/users/{}", login(n))).expect_ok();
        assert_eq!(user["status"], "PROVISIONED");
    }
    server.stop();
}

#[test]
fn begun_requests_are_finished_on_sqlite() {
    begun_requests_are_finished(Backend::Sqlite);
}

#[test]
fn begun_requests_are_finished_on_postgres() {
    begun_requests_are_finished(Backend::Postgres);
}
