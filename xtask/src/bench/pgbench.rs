//! PostgreSQL's own load program, which runs the same statements without a server in front.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};

use super::Bench;
use super::data;
use crate::process;

/// What a script reached.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// Transactions a second.
    pub rate: f64,
}

/// Runs a script on a database with prepared statements.
pub fn run(bench: &Bench<'_>, database: &str, script: &str, clients: u32, span: Duration) -> Result<Outcome> {
    let file = bench.seeds.scratch().join("pgbench.sql");
    fs::write(&file, script)?;
    let mut pgbench = bench.cluster.tool("pgbench");
    pgbench
        .args(["--no-vacuum", "--protocol", "prepared", "--jobs", "2"])
        .args(["--client", &clients.to_string()])
        .args(["--time", &span.as_secs().max(1).to_string()])
        .args(["--define", &format!("prefix={}", data::id_prefix())])
        .arg("--file")
        .arg(file)
        .arg(bench.cluster.url(database));
    let output = process::output(&mut pgbench)?;
    parse(&output).with_context(|| format!("pgbench wrote no rate:\n{output}"))
}

/// The line `tps = 11300.5 (without initial connection time)`.
fn parse(output: &str) -> Option<Outcome> {
    let rest = output.lines().find_map(|line| line.strip_prefix("tps = "))?;
    let rate = rest.split_whitespace().next()?.parse().ok()?;
    Some(Outcome { rate })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_found() {
        let output = "pgbench (15.18)\nnumber of clients: 64\nlatency average = 5.6 ms\n\
            tps = 11300.500000 (without initial connection time)\n";
        assert_eq!(parse(output), Some(Outcome { rate: 11300.5 }));
        assert_eq!(parse("pgbench: error: connection refused"), None);
    }
}
