//! `cargo xtask e2e`: the official clients, used as their users use them, and a browser on the pages for people, against a
//! server that really runs.
//!
//! Each suite runs twice: on embedded SQLite and on PostgreSQL. The server has to stop cleanly after each run.

mod browser;
mod node;
mod python;
mod server;

use std::process::Command;

use anyhow::{Context, Result};
use server::Server;

use crate::postgres::Cluster;
use crate::process;
use crate::tally::Tally;
use crate::workspace::Workspace;

/// Would send the clients' requests away from the loopback address.
const PROXIES: [&str; 6] = [
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
];

/// The programs of one official client, or those that drive a browser.
#[derive(Clone, Copy, Debug)]
pub enum Suite {
    Python,
    Node,
    Browser,
}

impl Suite {
    pub const ALL: [Self; 3] = [Self::Python, Self::Node, Self::Browser];

    /// Installs the client if needed, and returns the command that runs its programs.
    fn prepare(self, workspace: &Workspace) -> Result<Command> {
        match self {
            Self::Python => python::prepare(workspace),
            Self::Node => node::prepare(workspace),
            Self::Browser => browser::prepare(workspace),
        }
        .with_context(|| format!("the {self:?} client is not ready"))
    }
}

/// Runs suites and prints the counts. `false` when something failed or nothing ran.
pub fn run(workspace: &Workspace, suites: &[Suite]) -> Result<bool> {
    let tally = tally(workspace, suites)?;
    println!("{tally}");
    Ok(tally.is_success())
}

/// Runs suites and counts their tests.
pub fn tally(workspace: &Workspace, suites: &[Suite]) -> Result<Tally> {
    process::run(
        workspace
            .cargo()
            .args(["build", "--package", "denizen-server", "--bin", "denizen"]),
    )?;
    let cluster = Cluster::start(workspace)?;
    let mut tally = Tally::default();
    for suite in suites {
        let mut programs = suite.prepare(workspace)?;
        let database = format!("denizen_e2e_{suite:?}").to_lowercase();
        cluster.create_database(&database)?;
        for url in [None, Some(cluster.url(&database))] {
            tally += against_server(workspace, &mut programs, url.as_deref())?;
        }
    }
    Ok(tally)
}

/// Runs one suite against a server of its own. A server that does not start or stop well counts as a failure.
fn against_server(workspace: &Workspace, programs: &mut Command, database_url: Option<&str>) -> Result<Tally> {
    eprintln!("-- on {}", if database_url.is_some() { "PostgreSQL" } else { "SQLite" });
    let mut server = Server::start(workspace, database_url)?;
    programs
        .env("DENIZEN_URL", server.url())
        .env("DENIZEN_TOKEN", server::TOKEN)
        .env("DENIZEN_OPERATOR", server.operator());
    for proxy in PROXIES {
        programs.env_remove(proxy);
    }
    let mut tally = match server.wait_until_ready() {
        Ok(()) => process::count(programs, Tally::of_suite_summary)?,
        Err(error) => {
            eprintln!("error: {error:#}");
            Tally::FAILURE
        }
    };
    if let Err(error) = server.stop() {
        eprintln!("error: {error:#}");
        tally += Tally::FAILURE;
    }
    if tally.failed > 0 {
        eprintln!("{}", server.log()?);
    }
    Ok(tally)
}
