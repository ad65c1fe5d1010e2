//! A connector of the test's own, which answers one request as it is told and keeps what it was sent.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::thread::JoinHandle;

use denizen_domain::endpoint::Endpoint;

pub(crate) struct Peer {
    address: SocketAddr,
    served: JoinHandle<String>,
}

impl Peer {
    /// Answers with 200 and this body.
    pub(crate) fn saying(body: &str) -> Self {
        let length = body.len();
        Self::answering(format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}"))
    }

    pub(crate) fn answering(answer: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let served = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let (mut request, mut chunk) = (Vec::new(), [0; 4096]);
            while !is_whole(&request) {
                let read = stream.read(&mut chunk).unwrap();
                assert_ne!(read, 0, "the request ends too early");
                request.extend_from_slice(&chunk[..read]);
            }
            // Whoever stops reading a long answer is not this one's business.
            let _ = stream.write_all(answer.as_bytes());
            String::from_utf8(request).unwrap()
        });
        Self { address, served }
    }

    pub(crate) fn endpoint(&self, path: &str) -> Endpoint {
        format!("http://{}{path}", self.address).parse().unwrap()
    }

    /// The head, in small letters, and the body of the request.
    pub(crate) fn request(self) -> (String, String) {
        let request = self.served.join().unwrap();
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        (head.to_lowercase(), body.to_owned())
    }
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse::<usize>().unwrap())
    });
    body.len() >= length.unwrap_or(0)
}
