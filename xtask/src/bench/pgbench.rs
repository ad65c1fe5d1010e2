//! PostgreSQL's own load program, which runs the same statements without a server in front.

use anyhow::{Context, Result};

use super::Bench;
use crate::process;

/// What a script reached.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// Transactions a second.
    pub rate: f64,
}

/// Runs scripts on a database, each as often as the others, with prepared statements and these values.
pub fn run(
    bench: &Bench<'_>,
    database: &str,
    scripts: &[&str],
    values: &[(&str, &str)],
    clients: u32,
) -> Result<Outcome> {
    let folder = bench.workspace.root().join("xtask/src/bench");
    let mut pgbench = bench.cluster.tool("pgbench");
    pgbench
        .args(["--no-vacuum", "--protocol", "prepared", "--jobs", "2"])
        .args(["--client", &clients.to_string()])
        .args(["--time", &bench.extent.span.as_secs().max(1).to_string()]);
    for (name, value) in values {
        pgbench.args(["--define", &format!("{name}={value}")]);
    }
    for script in scripts {
        pgbench.arg("--file").arg(folder.join(script));
    }
    let output = process::output(pgbench.arg(bench.cluster.url(database)))?;
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
