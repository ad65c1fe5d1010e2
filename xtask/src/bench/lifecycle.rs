//! Suspending and unsuspending: one row, one event, durable.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use super::data::{self, Database, database_file};
use super::load::{Kind, Load, Outcome};
use super::report::{Figure, Goal, Section, Unit, thousands};
use super::rounds::{median_of, median_ratio};
use super::service::Service;
use super::{Bench, FEW, pgbench};
use crate::process;

const CLIENTS: u32 = 64;
/// Users that one load walks over. Each load has its own, for nobody knows where the last one left its users.
const WALKED: u32 = 4_000;

/// Both databases, each against its own ceiling.
pub fn measure(bench: &Bench<'_>) -> Result<Section> {
    let mut figures = sqlite(bench)?;
    figures.extend(postgres(bench)?);
    Ok(Section {
        title: "Suspending and unsuspending a user",
        about: format!(
            "`POST …/lifecycle/suspend` and `…/unsuspend` in turn, {CLIENTS} connections; each answer waits until the user and \
             the event are on the disk. For SQLite against one thread that runs the same statements in transactions of {CLIENTS}, \
             without a server; for PostgreSQL against `pgbench`, which sends the same statements over {CLIENTS} connections."
        ),
        figures,
    })
}

fn sqlite(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let served = bench.sqlite_copy(FEW, "suspended")?;
    let bare = bench.sqlite_copy(FEW, "suspended-bare")?;
    let pairs = rounds(bench, &served, |round| bare_rate(bench, &bare, round))?;
    Ok(figures(&served, &pairs, Goal::AtLeast(0.70), Goal::AtMost(50.0)))
}

fn postgres(bench: &Bench<'_>) -> Result<Vec<Figure>> {
    let served = bench.postgres_copy(FEW, "suspended_pg")?;
    bench.postgres_copy(FEW, "suspended_pg_bare")?;
    let pairs = rounds(bench, &served, |_| pgbench_rate(bench, "suspended_pg_bare"))?;
    Ok(figures(&served, &pairs, Goal::AtLeast(0.60), Goal::None))
}

/// Alternates the load on a server with its ceiling, once more than counted, to warm both.
fn rounds(bench: &Bench<'_>, database: &Database, ceiling: impl Fn(u32) -> Result<f64>) -> Result<Vec<(Outcome, f64)>> {
    let service = Service::start(bench, database)?;
    let mut pairs = Vec::new();
    for round in 0..=u32::try_from(bench.extent.rounds)? {
        let served = load(round, bench.extent.span).run(bench.workspace, &service)?;
        pairs.push((served, ceiling(round)?));
    }
    pairs.remove(0);
    Ok(pairs)
}

/// The load of one round.
pub fn load(round: u32, span: Duration) -> Load {
    Load {
        kind: Kind::Lifecycle,
        users: (round * WALKED + 1, WALKED),
        connections: CLIENTS,
        span,
    }
}

fn figures(database: &Database, pairs: &[(Outcome, f64)], goal: Goal, p99_goal: Goal) -> Vec<Figure> {
    let kind = database.kind();
    let ratio = Figure {
        what: format!("suspend and unsuspend, {kind}"),
        value: median_ratio(pairs, Outcome::rate, |rate| *rate),
        unit: Unit::Ratio,
        goal,
        context: format!(
            "{}/s of {}/s; {:.0} µs of processor time a request",
            thousands(median_of(pairs, |(served, _)| served.rate())),
            thousands(median_of(pairs, |(_, rate)| *rate)),
            median_of(pairs, |(served, _)| served.processor_us),
        ),
    };
    let p99 = Figure {
        what: format!("their p99, {kind}"),
        value: median_of(pairs, |(served, _)| served.p99_ms),
        unit: Unit::Milliseconds,
        goal: p99_goal,
        context: format!("p50 {:.1} ms", median_of(pairs, |(served, _)| served.p50_ms)),
    };
    vec![ratio, p99]
}

/// What one thread reaches with the same statements and no server.
fn bare_rate(bench: &Bench<'_>, database: &Database, round: u32) -> Result<f64> {
    let mut program = Command::new(bench.example("group_commit"));
    program
        .arg(database_file(database.folder())?)
        .args([(round * WALKED + 1).to_string(), WALKED.to_string()])
        .args([CLIENTS.to_string(), bench.extent.span.as_millis().to_string()]);
    let output = process::output(&mut program)?;
    let rate = output.trim().strip_prefix("transactions a second: ");
    rate.and_then(|rate| rate.parse().ok())
        .with_context(|| format!("no rate: {output}"))
}

/// Transactions a second that `pgbench` reaches with the statements of suspending and unsuspending.
fn pgbench_rate(bench: &Bench<'_>, database: &str) -> Result<f64> {
    let prefix = data::id_prefix();
    let values = [
        ("prefix", prefix.as_str()),
        ("at", "1735689600000"),
        ("uuid", "8e1c7f0a-5a3e-4d1c-9d8e-2f6b7c1a0d9e"),
        ("payload", PAYLOAD.trim_end()),
    ];
    let scripts = ["suspend.sql", "unsuspend.sql"];
    Ok(pgbench::run(bench, database, &scripts, &values, CLIENTS)?.rate)
}

/// As long as what the store writes about a suspension by a program.
const PAYLOAD: &str = include_str!("../../../crates/persistence/examples/event.json");
