//! The first start: an organization, an administrator and a token that is shown once (K3).

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use anyhow::Result;
use denizen_application::{Directory, FIRST_ADMINISTRATOR};
use denizen_domain::secret::Secret;

/// What the first start has made.
pub struct FirstStart {
    /// The token that was made; `None` when the operator gave one, and so knows it.
    made: Option<Secret>,
}

impl FirstStart {
    /// Makes the first administrator with a token, unless there is one.
    pub async fn of(directory: &Directory, given: Option<Secret>) -> Result<Option<Self>> {
        let was_given = given.is_some();
        let token = directory.bootstrap_administrator(given).await?;
        Ok(token.map(|token| Self {
            made: (!was_given).then_some(token),
        }))
    }
}

/// Tells the operator where the server listens and, at the first start, how to use it. It is written at once, so that whoever
/// reads the address has everything.
pub fn greet(
    output: &mut impl Write,
    listens: SocketAddr,
    public_url: &str,
    first: Option<&FirstStart>,
) -> io::Result<()> {
    let mut text = String::new();
    if let Some(first) = first {
        text.push_str(&introduction(listens, first));
    }
    text.push_str(&format!("Denizen listens on http://{listens}"));
    if public_url != format!("http://{listens}") {
        text.push_str(&format!(" and is reached at {public_url}"));
    }
    text.push('\n');
    output.write_all(text.as_bytes())?;
    output.flush()
}

fn introduction(listens: SocketAddr, first: &FirstStart) -> String {
    let (told, token) = match &first.made {
        Some(token) => (
            format!("Its API token, shown this once:\n\n  {}", token.expose()),
            token.expose(),
        ),
        None => (
            "Its API token is the one in DENIZEN_BOOTSTRAP_API_TOKEN.".to_owned(),
            "$DENIZEN_BOOTSTRAP_API_TOKEN",
        ),
    };
    let here = reachable(listens);
    format!(
        "First start: the administrator {FIRST_ADMINISTRATOR} was made.\n{told}\n\nTry it:\n\n  \
         curl -H \"Authorization: SSWS {token}\" http://{here}/api/v1/users/me\n\n"
    )
}

/// An address of this machine where a server that listens on all of them is reached.
fn reachable(listens: SocketAddr) -> SocketAddr {
    let ip = match listens.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    SocketAddr::new(ip, listens.port())
}

#[cfg(test)]
mod tests;
