//! Settings that have a form of their own.

use std::net::SocketAddr;

use actix_web::http::Uri;
use denizen_domain::secret::Secret;
use denizen_http::BucketLimit;

use super::error::ConfigError;

/// An API token shorter than this could be guessed.
const SHORTEST_TOKEN: usize = 32;

/// The first API token, when it is strong enough and fits into a header.
pub(super) fn bootstrap_token(token: Secret) -> Result<Secret, ConfigError> {
    let refused = |reason: String| Err(ConfigError::value("bootstrap_api_token", reason));
    let text = token.expose();
    if text.len() < SHORTEST_TOKEN {
        return refused(format!("it must have at least {SHORTEST_TOKEN} characters"));
    }
    if text.len() > 256 || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return refused("it must be at most 256 printable ASCII characters, without spaces".to_owned());
    }
    Ok(token)
}

/// Where people and programs reach the server: scheme and host, perhaps a port and a path, and no more.
pub(super) fn public_url(text: &str) -> Result<String, ConfigError> {
    let refused = || ConfigError::value("public_url", "it must look like https://id.example.com");
    let uri: Uri = text.parse().map_err(|_| refused())?;
    let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
    let names_host_only = uri.host().is_some_and(|host| !host.is_empty())
        && uri
            .authority()
            .is_some_and(|authority| !authority.as_str().contains('@'));
    let clean = !text.contains(['?', '#', '"', '\\', '<', '>', ' ']);
    if is_http && names_host_only && clean {
        Ok(text.trim_end_matches('/').to_owned())
    } else {
        Err(refused())
    }
}

/// The URL of a server that is reached at the address that it listens on.
#[must_use]
pub(super) fn url_of(address: SocketAddr) -> String {
    format!("http://{address}")
}

/// A path and its calls per minute, such as `/api/v1/users=600`.
pub(super) fn bucket(text: &str) -> Result<BucketLimit, String> {
    let refused = || format!("{text:?} does not look like /api/v1/users=600");
    let (path, per_minute) = text.split_once('=').ok_or_else(refused)?;
    if !path.starts_with('/') {
        return Err(refused());
    }
    Ok(BucketLimit {
        path: path.trim().to_owned(),
        per_minute: per_minute.trim().parse().map_err(|_| refused())?,
    })
}

/// An origin as browsers send it: scheme, host, perhaps a port.
pub(super) fn origin(text: &str) -> Result<String, String> {
    let refused = || format!("{text:?} does not look like https://portal.example.com");
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let host = host.filter(|host| !host.is_empty()).ok_or_else(refused)?;
    if host.contains(['/', '?', '#', '@', ' ', '*']) {
        return Err(refused());
    }
    Ok(text.to_owned())
}
