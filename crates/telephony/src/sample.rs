//! What the tests send, and a server that takes one request.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::thread::JoinHandle;

use denizen_domain::id::MessageId;
use denizen_domain::message::{Sms, VoiceCall};
use denizen_domain::secret::Secret;
use denizen_domain::time::Timestamp;

use crate::endpoint::Endpoint;

pub(crate) fn id() -> MessageId {
    MessageId::generate(Timestamp::from_millis(1_759_117_790_042), 1)
}

pub(crate) fn sms() -> Sms {
    Sms {
        to: "+15554151337".to_owned(),
        text: Secret::new("Org: 495817"),
        expires: 1_759_117_790_042 + 300_000,
    }
}

pub(crate) fn call() -> VoiceCall {
    VoiceCall {
        to: "+15554151337".to_owned(),
        extension: Some("12,3".to_owned()),
        org_name: "<Org & Co>".to_owned(),
        code: Secret::new("495817"),
        expires: 1_759_117_790_042 + 300_000,
    }
}

/// A server of the test's own, which answers one request as it is told and keeps what it was sent.
pub(crate) struct Provider {
    address: SocketAddr,
    served: JoinHandle<String>,
}

impl Provider {
    pub(crate) fn answering(answer: &'static str) -> Self {
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
            stream.write_all(answer.as_bytes()).unwrap();
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
    let Ok(text) = std::str::from_utf8(request) else {
        return false;
    };
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
