//! How the HTTP side behaves.

use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

use crate::rate_limit::RateLimits;
use crate::throttle::AccountLimits;

/// How the HTTP side behaves.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// How many calls are taken from one caller.
    pub rate_limits: RateLimits,
    /// How often something is asked about one account.
    pub account_limits: AccountLimits,
    /// Origins of web pages that may read answers, such as `https://portal.example.com`. Compared exactly.
    pub trusted_origins: Vec<String>,
    /// Proxies whose `X-Forwarded-For` is believed (H1).
    pub trusted_proxies: Vec<Network>,
    /// The longest body that is read, in bytes.
    pub body_limit: usize,
    /// How long a body may take to arrive (H3).
    pub body_time_limit: Duration,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            rate_limits: RateLimits::default(),
            account_limits: AccountLimits::default(),
            trusted_origins: Vec::new(),
            trusted_proxies: Vec::new(),
            body_limit: 256 * 1024,
            body_time_limit: Duration::from_secs(30),
        }
    }
}

/// One address, or all addresses that share a prefix, as in `10.0.0.0/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u32,
}

/// A text that names no network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither an address nor a network such as 10.0.0.0/8")]
pub struct InvalidNetwork(pub String);

impl Network {
    /// Whether an address belongs to the network.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(own), IpAddr::V4(other)) => {
                same_prefix(own.to_bits().into(), other.to_bits().into(), self.prefix + 96)
            }
            (IpAddr::V6(own), IpAddr::V6(other)) => same_prefix(own.to_bits(), other.to_bits(), self.prefix),
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
        }
    }
}

fn same_prefix(one: u128, other: u128, prefix: u32) -> bool {
    prefix == 0 || (one ^ other) >> (128 - prefix) == 0
}

impl FromStr for Network {
    type Err = InvalidNetwork;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidNetwork(text.to_owned());
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| invalid())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(prefix) => prefix.parse().map_err(|_| invalid())?,
            None => most,
        };
        if prefix > most {
            return Err(invalid());
        }
        Ok(Self { address, prefix })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(network: &str, address: &str) -> bool {
        network.parse::<Network>().unwrap().contains(address.parse().unwrap())
    }

    #[test]
    fn a_network_holds_what_shares_its_prefix() {
        assert!(holds("10.0.0.0/8", "10.255.1.2"));
        assert!(!holds("10.0.0.0/8", "11.0.0.1"));
        assert!(holds("10.0.0.7", "10.0.0.7") && !holds("10.0.0.7", "10.0.0.8"));
        assert!(holds("10.0.0.0/8", "::ffff:10.0.0.1"));
        assert!(holds("fd00::/8", "fd12::1") && !holds("fd00::/8", "fe80::1"));
        assert!(holds("0.0.0.0/0", "203.0.113.9") && !holds("0.0.0.0/0", "::1"));
    }

    #[test]
    fn other_texts_are_no_networks() {
        for text in [
            "",
            "10.0.0.0/33",
            "::/129",
            "10.0.0.0/-1",
            "proxy.example.com",
            "10.0.0.0/8/8",
        ] {
            assert_eq!(text.parse::<Network>(), Err(InvalidNetwork(text.to_owned())), "{text}");
        }
    }
}
