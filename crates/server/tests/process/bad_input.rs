//! Requests that no client would make: never an answer of the 5xx kind, never a change, and service goes on (H2, H3).

use std::io::{Read, Write};
use std::net::SocketAddr;

use serde_json::json;

use crate::harness::people::{self, profile};
use crate::harness::{Backend, Home, Server, TOKEN, wire};

/// Checks that the server still does its work, and that nobody was added by the way.
#[track_caller]
fn goes_on(server: &Server) {
    let client = server.client();
    let users = client.all("/api/v1/users");
    assert_eq!(users.len(), 1, "{users:?}");
    assert_eq!(client.get("/health/ready").status, 200);
}

#[track_caller]
fn never_a_server_error(server: &Server, bytes: &[u8]) {
    let answer = wire::exchange(server.address(), bytes);
    let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]);
    for status in wire::statuses(&answer) {
        assert!(status < 500, "{shown:?}: {}", String::from_utf8_lossy(&answer));
    }
}

fn request(head: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let mut bytes = format!(
        "{head} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: SSWS {TOKEN}\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
    )
    .into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

/// Requests whose form is broken.
fn malformed() -> Vec<Vec<u8>> {
    let auth = format!("Host: x\r\nAuthorization: SSWS {TOKEN}\r\n");
    let mut requests: Vec<Vec<u8>> = [
        "\r\n\r\n\r\n",
        "GET\r\n\r\n",
        "GET /health/live\r\n\r\n",
        "GET  /health/live HTTP/1.1\r\n\r\n",
        "GET /health/live HTTP/9.9\r\n\r\n",
        "GET /health/live HTTP/1.1\nHost: x\n\n",
        "GET http://[::1 HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /\u{0} HTTP/1.1\r\nHost: x\r\n\r\n",
        "get /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "CONNECT evil:443 HTTP/1.1\r\nHost: evil\r\nConnection: close\r\n\r\n",
        "TRACE /api/v1/users HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "GET /health/live HTTP/1.1\r\nNo colon\r\n\r\n",
        "GET /health/live HTTP/1.1\r\nHost: x\r\nHost: y\r\nConnection: close\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ]
    .into_iter()
    .map(|text| text.as_bytes().to_vec())
    .collect();
    requests.extend(
        [
            "Content-Length: -1\r\n\r\n{}",
            "Content-Length: 1e3\r\n\r\n{}",
            "Content-Length: 99999999999999999999999999\r\n\r\n{}",
            "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
            "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n{}\r\n",
            "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
            "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
            "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
            "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"profile\":",
            "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}",
            "Expect: the-unexpected\r\nContent-Length: 2\r\n\r\n{}",
            "Upgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 0\r\n\r\n",
        ]
        .iter()
        .map(|rest| format!("POST /api/v1/users HTTP/1.1\r\n{auth}{rest}").into_bytes()),
    );
    requests.push(vec![0xff; 4096]);
    requests.push([b"GET /".as_slice(), &[b'a'; 200_000], b" HTTP/1.1\r\nHost: x\r\n\r\n"].concat());
    requests.push(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec());
    requests
}

/// Requests with more headers than anybody needs.
fn floods() -> Vec<Vec<u8>> {
    let start = "GET /health/live HTTP/1.1\r\nHost: x\r\n";
    let many: String = (0..10_000).map(|n| format!("X-{n}: {n}\r\n")).collect();
    let long = format!("X-Long: {}\r\n", "a".repeat(2_000_000));
    let name = format!("{}: x\r\n", "a".repeat(100_000));
    [many, long, name]
        .iter()
        .map(|headers| format!("{start}{headers}\r\n").into_bytes())
        .collect()
}

/// Well-formed requests with bodies that are not.
fn bodies() -> Vec<Vec<u8>> {
    let deep = [vec![b'['; 100_000], vec![b']'; 100_000]].concat();
    let deep_profile = format!(
        "{{\"profile\":{}{}}}",
        "{\"a\":".repeat(20_000),
        "1".to_owned() + &"}".repeat(20_000)
    );
    let huge = format!("{{\"profile\":{{\"nickName\":\"{}\"}}}}", "a".repeat(30_000_000));
    let bodies: Vec<Vec<u8>> = vec![
        b"{".to_vec(),
        b"null".to_vec(),
        b"[]".to_vec(),
        b"\"profile\"".to_vec(),
        b"{\"profile\":null}".to_vec(),
        b"{\"profile\":[]}".to_vec(),
        b"{\"profile\":{},\"profile\":{}}".to_vec(),
        b"{\"profile\":{\"login\":1e400}}".to_vec(),
        b"{\"profile\":{\"login\":\"\\ud800\"}}".to_vec(),
        b"{\"profile\":{\"login\":\"\xff\xfe\"}}".to_vec(),
        b"\xef\xbb\xbf{}".to_vec(),
        vec![0; 1000],
        deep,
        deep_profile.into_bytes(),
        huge.into_bytes(),
    ];
    let paths = ["POST /api/v1/users", "POST /api/v1/users/me", "PUT /api/v1/users/me"];
    paths
        .iter()
        .flat_map(|head| bodies.iter().map(|body| request(head, body)))
        .collect()
}

#[test]
fn malformed_requests_get_no_server_error() {
    let home = Home::new(Backend::Sqlite).unwrap();
    let server = home.start();
    for bytes in malformed().iter().chain(&floods()).chain(&bodies()) {
        never_a_server_error(&server, bytes);
    }
    goes_on(&server);
    server.stop();
}

/// A body that is announced larger than any may be is refused before it is sent.
#[test]
fn a_huge_body_is_refused_unread() {
    let home = Home::new(Backend::Sqlite).unwrap();
    let server = home.start();
    let head = format!(
        "POST /api/v1/users HTTP/1.1\r\nHost: x\r\nAuthorization: SSWS {TOKEN}\r\nContent-Type: application/json\r\nContent-Length: 1000000000000\r\n\r\n{{"
    );
    let mut stream = wire::connect(server.address());
    stream.write_all(head.as_bytes()).unwrap();
    let mut start = [0; 12];
    stream.read_exact(&mut start).unwrap();
    assert!(start.starts_with(b"HTTP/1.1 4"), "{}", String::from_utf8_lossy(&start));
    goes_on(&server);
    server.stop();
}

/// H3: many callers who never finish their request do not keep others from theirs.
#[test]
fn half_requests_do_not_stop_others() {
    let home = Home::new(Backend::Sqlite).unwrap();
    let server = home.start();
    let halves = [
        "G".to_owned(),
        "GET /health/live HTTP/1.1\r\nHost: x\r\nX-Slow: ".to_owned(),
        format!(
            "POST /api/v1/users HTTP/1.1\r\nHost: x\r\nAuthorization: SSWS {TOKEN}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{\"profile\":"
        ),
    ];
    let slow: Vec<_> = (0..150)
        .map(|n| {
            let mut stream = wire::connect(server.address());
            stream.write_all(halves[n % halves.len()].as_bytes()).unwrap();
            stream
        })
        .collect();
    goes_on(&server);
    drop(slow);
    goes_on(&server);
    server.stop();
}

/// What comes back for a path, with the token or without it.
fn answer_to(address: SocketAddr, token: bool, method: &str, path: &str) -> String {
    let authorization = if token {
        format!("Authorization: SSWS {TOKEN}\r\n")
    } else {
        String::new()
    };
    let request =
        format!("{method} {path} HTTP/1.1\r\nHost: x\r\n{authorization}Connection: close\r\nContent-Length: 0\r\n\r\n");
    String::from_utf8_lossy(&wire::exchange(address, request.as_bytes())).into_owned()
}

/// Paths that name the user in a strange way, and are understood: slashes at the ends, which some clients send, and a query
/// that says nothing.
const UNDERSTOOD: [&str; 4] = [
    "//api/v1/users/{id}",
    "/api/v1/users/{id}/",
    "/api/v1/users/{id}?expand=%00%ff",
    "http://evil.example/api/v1/users/{id}",
];

/// Paths that would name the user if somebody on the way cleaned them.
const NOT_UNDERSTOOD: [&str; 17] = [
    "/api//v1/users/{id}",
    "/api/v1/users//{id}",
    "/api/v1/users/{id}//",
    "/API/V1/USERS/{id}",
    "/api/v1/users/{id};x=1",
    "/api/v1;x=1/users/{id}",
    "/health/ready/../../api/v1/users/{id}",
    "/health/live/..%2f..%2fapi/v1/users/{id}",
    "/health%2f..%2fapi/v1/users/{id}",
    "/api/v1%2fusers%2f{id}",
    "/api/v1/users/%2e%2e/users/{id}",
    "/api/v1/./users/{id}",
    "/api/v1/users/{id}%00",
    "/api/v1/users/{id}%20",
    "/api/v1/users/%ff%fe{id}",
    "/api/v1/users/{id}%",
    "\\api\\v1\\users\\{id}",
];

/// H2: a path that is written strangely reaches the operation that it names, or none; it never skips the question who asks.
#[test]
fn path_tricks_reach_nothing() {
    let home = Home::new(Backend::Sqlite).unwrap();
    let server = home.start();
    let id = people::create(
        &server.client(),
        "?activate=false",
        &json!({ "profile": profile("path@example.com") }),
    );
    let long = [
        format!("/api/v1/users/{}", "../".repeat(50)),
        format!("/api/v1/users/{}", "%25".repeat(2000)),
    ];
    let strange = NOT_UNDERSTOOD.iter().copied().chain(long.iter().map(String::as_str));
    for path in strange.chain(UNDERSTOOD).map(|path| path.replace("{id}", &id)) {
        for method in ["GET", "POST", "PUT", "DELETE", "OPTIONS"] {
            let answer = answer_to(server.address(), false, method, &path);
            assert!(
                answer.starts_with("HTTP/1.1 4") && !answer.contains("Brock"),
                "{method} {path}: {answer}"
            );
        }
    }
    for path in NOT_UNDERSTOOD.map(|path| path.replace("{id}", &id)) {
        for method in ["GET", "POST", "PUT", "DELETE"] {
            let answer = answer_to(server.address(), true, method, &path);
            assert!(answer.starts_with("HTTP/1.1 4"), "{method} {path}: {answer}");
        }
    }
    for path in UNDERSTOOD.map(|path| path.replace("{id}", &id)) {
        let answer = answer_to(server.address(), true, "GET", &path);
        assert!(
            answer.starts_with("HTTP/1.1 200 ") && answer.contains(&id),
            "{path}: {answer}"
        );
        assert!(!answer.contains("evil"), "{path}: {answer}");
    }
    assert_eq!(people::read(&server.client(), &id)["status"], "STAGED");
    server.stop();
}
