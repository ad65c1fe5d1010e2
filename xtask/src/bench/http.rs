//! A client with one connection, to see how long single answers take.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::service::TOKEN;

/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection that is kept.
pub struct Connection {
    stream: BufReader<TcpStream>,
}

/// An answer, and how long it took to come whole.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// The path and query of the next page.
    pub next: Option<String>,
    pub body: Vec<u8>,
    pub took: Duration,
}

impl Connection {
    /// Connects.
    pub fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream: BufReader::with_capacity(64 * 1024, stream),
        })
    }

    /// Asks for a path with its query.
    pub fn get(&mut self, path: &str) -> Result<Answer> {
        self.ask("GET", path, "\r\n")
    }

    /// Sends JSON, or nothing, to a path.
    pub fn send(&mut self, method: &str, path: &str, json: &str) -> Result<Answer> {
        let length = json.len();
        let kind = if json.is_empty() {
            ""
        } else {
            "Content-Type: application/json\r\n"
        };
        self.ask(method, path, &format!("{kind}Content-Length: {length}\r\n\r\n{json}"))
    }

    /// `rest` is what follows the headers of every request.
    fn ask(&mut self, method: &str, path: &str, rest: &str) -> Result<Answer> {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: SSWS {TOKEN}\r\nAccept: application/json\r\n\
             User-Agent: denizen-bench\r\n{rest}"
        );
        let begin = Instant::now();
        self.stream.get_mut().write_all(request.as_bytes())?;
        let head = self.head()?;
        let body = match head.length {
            Some(length) => {
                let mut body = vec![0; length];
                self.stream.read_exact(&mut body)?;
                body
            }
            // An answer without content has no length either.
            None if head.status == 204 => Vec::new(),
            None => self.chunks()?,
        };
        Ok(Answer {
            status: head.status,
            next: head.next,
            body,
            took: begin.elapsed(),
        })
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    }

    fn head(&mut self) -> Result<Head> {
        let status_line = self.line()?;
        let mut words = status_line.split_whitespace();
        let status = words.nth(1).and_then(|word| word.parse().ok());
        let mut head = Head {
            status: status.with_context(|| format!("no status: {status_line:?}"))?,
            length: None,
            next: None,
        };
        loop {
            let line = self.line()?;
            if line.is_empty() {
                return Ok(head);
            }
            head.take(&line);
        }
    }

    fn chunks(&mut self) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let line = self.line()?;
            let length = u64::from_str_radix(&line, 16).with_context(|| format!("no length: {line:?}"))?;
            Read::take(&mut self.stream, length).read_to_end(&mut body)?;
            self.line()?;
            if length == 0 {
                return Ok(body);
            }
        }
    }
}

/// What matters of an answer's head.
struct Head {
    status: u16,
    length: Option<usize>,
    next: Option<String>,
}

impl Head {
    fn take(&mut self, line: &str) {
        let Some((name, value)) = line.split_once(':') else {
            return;
        };
        if name.eq_ignore_ascii_case("content-length") {
            self.length = value.trim().parse().ok();
        }
        if name.eq_ignore_ascii_case("link") && self.next.is_none() {
            self.next = next_page(value);
        }
    }
}

/// The path and query of `<http://host/path?query>; rel="next"`.
fn next_page(link: &str) -> Option<String> {
    let link = link.split(", <").find(|link| link.contains("rel=\"next\""))?;
    let url = link.split_once('>')?.0.trim().trim_start_matches('<');
    let (_, rest) = url.split_once("://")?;
    Some(rest[rest.find('/')?..].to_owned())
}

/// A value as it may stand in a query.
pub fn encoded(value: &str) -> String {
    let mut text = String::new();
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    /// A server that says the same to everybody, once.
    fn saying(answer: &'static str) -> Answer {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        });
        let answer = Connection::open(address).unwrap().get("/").unwrap();
        server.join().unwrap();
        answer
    }

    #[test]
    fn an_answer_with_a_length_and_a_link_is_read() {
        let answer = saying(
            "HTTP/1.1 200 OK\r\nlink: <http://h/a?limit=2>; rel=\"self\"\r\n\
             Link: <http://h/a?after=x&limit=2>; rel=\"next\"\r\nContent-Length: 2\r\n\r\n[]",
        );
        assert_eq!((answer.status, answer.body.as_slice()), (200, &b"[]"[..]));
        assert_eq!(answer.next.as_deref(), Some("/a?after=x&limit=2"));
    }

    #[test]
    fn an_answer_in_chunks_is_read() {
        let answer =
            saying("HTTP/1.1 400 Bad Request\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n");
        assert_eq!((answer.status, answer.body.as_slice()), (400, &b"abcd"[..]));
        assert_eq!(answer.next, None);
    }

    #[test]
    fn links_that_share_a_header_are_told_apart() {
        let link = "<http://h/a?limit=2>; rel=\"self\", <http://h/a?after=x>; rel=\"next\"";
        assert_eq!(next_page(link).as_deref(), Some("/a?after=x"));
        assert_eq!(next_page("<http://h/a>; rel=\"self\""), None);
    }

    #[test]
    fn queries_are_encoded() {
        assert_eq!(encoded("a eq \"b\""), "a%20eq%20%22b%22");
    }
}
