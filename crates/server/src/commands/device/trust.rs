//! Whom a device speaks with: in the clear only with its own machine, and otherwise with whom this machine trusts.

use std::net::IpAddr;

use anyhow::{Result, bail};
use ureq::http::Uri;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// Whether the address is one of this machine; an address in the clear of any other is refused.
pub(super) fn check(server: &str) -> Result<bool> {
    let address: Uri = match server.parse() {
        Ok(address) => address,
        Err(_) => bail!("the address of the directory cannot be read"),
    };
    let host = address.host().unwrap_or_default();
    let own = is_own(host);
    if host.is_empty()
        || address
            .authority()
            .is_some_and(|authority| authority.as_str().contains('@'))
    {
        bail!("the address of the directory cannot be read");
    }
    match address.scheme_str() {
        Some("https") => Ok(own),
        Some("http") if own => Ok(true),
        _ => bail!(
            "the link leads to {host} without https; only a directory on this machine is spoken with in the clear"
        ),
    }
}

fn is_own(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || bare.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

/// The authorities that this machine trusts, which may be an organization's own; those of the web where it names none.
pub(super) fn authorities() -> TlsConfig {
    let named = rustls_native_certs::load_native_certs().certs;
    let builder = TlsConfig::builder();
    if named.is_empty() {
        return builder.build();
    }
    let certificates = named.iter().map(|one| Certificate::from_der(one).to_owned());
    builder.root_certs(RootCerts::from(certificates)).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_own_machine_is_spoken_with_in_the_clear() {
        for server in [
            "http://127.0.0.1:8080",
            "http://localhost:8080/below",
            "http://[::1]:8080",
            "https://127.0.0.1",
        ] {
            assert!(check(server).unwrap(), "{server}");
        }
        assert!(!check("https://id.example.com").unwrap());
        for server in [
            "http://id.example.com",
            "http://127.0.0.1.example.com",
            "http://localhost@id.example.com",
            "https://user@id.example.com",
            "ftp://localhost",
            "https://",
            "",
        ] {
            assert!(check(server).is_err(), "{server}");
        }
    }
}
