//! Where a service of somebody else is reached.

use std::net::IpAddr;
use std::str::FromStr;

/// A URL that secrets may be sent to: `https`, or `http` to this very machine (checklist H6).
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint(String);

/// Why a text is no such URL. The text itself is not shown: it may hold a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it must be an https URL without a user or a fragment; http is for loopback addresses only")]
pub struct EndpointError;

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, EndpointError> {
        let is_plain = text.bytes().all(|byte| byte.is_ascii_graphic()) && !text.contains(['#', '\\', '"', '<', '>']);
        let (scheme, rest) = text.split_once("://").ok_or(EndpointError)?;
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        if !is_plain || authority.contains('@') {
            return Err(EndpointError);
        }
        let host = host(authority).ok_or(EndpointError)?;
        let is_good = match scheme {
            "https" => true,
            "http" => is_loopback(host),
            _ => false,
        };
        if is_good {
            Ok(Self(text.trim_end_matches('/').to_owned()))
        } else {
            Err(EndpointError)
        }
    }
}

impl Endpoint {
    /// The URL, without a slash at its end.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Endpoint(…)")
    }
}

/// The host of `host`, `host:port` or `[address]:port`.
fn host(authority: &str) -> Option<&str> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) = rest.split_once(']')?;
            (host, rest.strip_prefix(':').or(rest.is_empty().then_some("0"))?)
        }
        None => authority.split_once(':').unwrap_or((authority, "0")),
    };
    (!host.is_empty() && port.parse::<u16>().is_ok()).then_some(host)
}

fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// H6: nothing leaves the machine in clear.
    #[test]
    fn http_is_for_loopback_alone() {
        for text in [
            "https://api.twilio.com",
            "https://hooks.example.com:8443/sms?key=1",
            "http://127.0.0.1:8080/",
            "http://localhost",
            "http://[::1]:9",
        ] {
            assert!(text.parse::<Endpoint>().is_ok(), "{text}");
        }
        for text in [
            "",
            "api.twilio.com",
            "http://api.twilio.com",
            "http://127.0.0.1.evil.io",
            "http://127.0.0.1@evil.io",
            "http://localhost:80@evil.io",
            "http://10.0.0.1",
            "http://0.0.0.0",
            "ftp://127.0.0.1",
            "https://",
            "https://user@example.com",
            "https://example.com:port",
            "https://example.com/#x",
            "https://example.com/ x",
            "https://[::1",
        ] {
            assert_eq!(text.parse::<Endpoint>(), Err(EndpointError), "{text}");
        }
    }

    #[test]
    fn debug_shows_no_key() {
        let endpoint: Endpoint = "https://hooks.example.com/canary".parse().unwrap();
        assert!(!format!("{endpoint:?}").contains("canary"));
    }
}
