//! Who sends a request, and from where.

use std::net::IpAddr;

use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpMessage, HttpRequest};
use denizen_application::RequestContext;

use crate::ids::RequestId;
use crate::settings::Network;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const LONGEST_USER_AGENT: usize = 512;

/// What the log tells about a request.
pub(crate) fn of(request: &HttpRequest, proxies: &[Network]) -> RequestContext {
    let id = request.extensions().get::<RequestId>().copied();
    RequestContext {
        id: id.unwrap_or_else(RequestId::draw).as_str().to_owned(),
        ip_address: client(request, proxies).map(|address| address.to_string()),
        user_agent: user_agent(request),
    }
}

/// The address that the request came from. A proxy that is trusted is asked where it got the request from, and so on; what
/// others claim counts for nothing (H1).
fn client(request: &HttpRequest, proxies: &[Network]) -> Option<IpAddr> {
    let peer = request.peer_addr()?.ip().to_canonical();
    let trusted = |address: IpAddr| proxies.iter().any(|network| network.contains(address));
    if proxies.is_empty() || !trusted(peer) {
        return Some(peer);
    }
    let lines: Vec<&str> = request
        .headers()
        .get_all(FORWARDED_FOR)
        .filter_map(|line| line.to_str().ok())
        .collect();
    let mut client = peer;
    for hop in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        let Ok(address) = hop.trim().parse::<IpAddr>() else {
            break;
        };
        client = address.to_canonical();
        if !trusted(client) {
            break;
        }
    }
    Some(client)
}

/// The program, without anything that could forge a line of a log (G4).
fn user_agent(request: &HttpRequest) -> Option<String> {
    let header = request.headers().get(header::USER_AGENT)?;
    if let Ok(text) = header.to_str()
        && text.len() <= LONGEST_USER_AGENT
        && !text.contains('\t')
    {
        return Some(text.to_owned());
    }
    let text = String::from_utf8_lossy(header.as_bytes());
    let shown = text.chars().filter(|c| !c.is_control()).take(LONGEST_USER_AGENT);
    Some(shown.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn client_of(peer: &str, forwarded: &[&str], proxies: &[&str]) -> String {
        let mut request = TestRequest::default().peer_addr(format!("{peer}:4711").parse().unwrap());
        for line in forwarded {
            request = request.append_header(("X-Forwarded-For", *line));
        }
        let proxies: Vec<Network> = proxies.iter().map(|text| text.parse().unwrap()).collect();
        client(&request.to_http_request(), &proxies).unwrap().to_string()
    }

    /// H1: forwarded addresses count only from listed proxies, and only as far as the chain is listed.
    #[test]
    fn only_listed_proxies_are_believed() {
        assert_eq!(client_of("203.0.113.9", &["198.51.100.1"], &[]), "203.0.113.9");
        assert_eq!(
            client_of("203.0.113.9", &["198.51.100.1"], &["10.0.0.0/8"]),
            "203.0.113.9"
        );
        assert_eq!(
            client_of("10.0.0.1", &["198.51.100.1"], &["10.0.0.0/8"]),
            "198.51.100.1"
        );
        let spoofed = ["1.2.3.4, 198.51.100.1", "10.0.0.2"];
        assert_eq!(client_of("10.0.0.1", &spoofed, &["10.0.0.0/8"]), "198.51.100.1");
        assert_eq!(client_of("10.0.0.1", &["garbage"], &["10.0.0.0/8"]), "10.0.0.1");
        assert_eq!(client_of("10.0.0.1", &[], &["10.0.0.0/8"]), "10.0.0.1");
    }

    /// G4: nothing in a user agent ends a line.
    #[test]
    fn a_user_agent_is_one_line_of_bounded_length() {
        let agent = [b"okta\tsdk\xff".as_slice(), &[b'x'; 1000]].concat();
        let header = actix_web::http::header::HeaderValue::from_bytes(&agent).unwrap();
        let request = TestRequest::default()
            .insert_header((header::USER_AGENT, header))
            .to_http_request();
        let shown = user_agent(&request).unwrap();
        assert!(shown.starts_with("oktasdk\u{fffd}x"));
        assert_eq!(shown.chars().count(), LONGEST_USER_AGENT);
    }
}
