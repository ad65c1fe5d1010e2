//! Creating users, and what hashing their passwords does to everybody else.

use anyhow::Result;

use super::load::{Kind, Load, Outcome};
use super::report::{Figure, Goal, Section, Unit, thousands};
use super::rounds::{median_of, median_ratio};
use super::service::Service;
use super::{Bench, FEW, beside, lifecycle};

const CLIENTS: u32 = 64;
/// Connections that create users with passwords, and connections that read meanwhile.
const HASHED: u32 = 8;
const READERS: u32 = 8;

/// Creating without a password against suspending; reading beside creating with a password against reading alone.
pub fn measure(bench: &Bench<'_>) -> Result<Section> {
    let databases = [
        bench.sqlite_copy(FEW, "created")?,
        bench.postgres_copy(FEW, "created_pg")?,
    ];
    let mut figures = Vec::new();
    for database in &databases {
        let service = Service::start(bench, database)?;
        figures.extend(plain(bench, &service, database.kind())?);
        figures.extend(hashed(bench, &service, database.kind())?);
    }
    Ok(Section {
        title: "Creating a user",
        about: format!(
            "`POST /api/v1/users` with twelve attributes and without a password, {CLIENTS} connections, against the rate of \
             suspending on the same server. With a password, argon2id (19 MiB, two passes) sets the pace: it runs on all cores \
             but one, and {READERS} connections that read users meanwhile are compared with the same connections alone."
        ),
        figures,
    })
}

fn plain(bench: &Bench<'_>, service: &Service, kind: &str) -> Result<Vec<Figure>> {
    let (mut staged, mut activated) = (Vec::new(), Vec::new());
    for round in 0..u32::try_from(bench.extent.rounds)? {
        let suspended = lifecycle::load(round, bench.extent.span).run(bench.workspace, service)?;
        let create = |name: &str, query| create(bench, service, format!("{name}{round}"), query);
        staged.push((create("staged", "?activate=false")?, suspended));
        activated.push((create("activated", "?activate=true")?, suspended));
    }
    let figure = |what: &str, pairs: &[(Outcome, Outcome)], goal| Figure {
        what: format!("create {what}, {kind}"),
        value: median_ratio(pairs, Outcome::rate, Outcome::rate),
        unit: Unit::Ratio,
        goal,
        context: format!(
            "{}/s, suspend {}/s; p99 {:.0} ms; {:.0} µs of processor time a request",
            thousands(median_of(pairs, |(created, _)| created.rate())),
            thousands(median_of(pairs, |(_, suspended)| suspended.rate())),
            median_of(pairs, |(created, _)| created.p99_ms),
            median_of(pairs, |(created, _)| created.processor_us),
        ),
    };
    Ok(vec![
        figure("staged, no password", &staged, Goal::AtLeast(0.5)),
        figure("activated, with a link by mail", &activated, Goal::None),
    ])
}

fn create(bench: &Bench<'_>, service: &Service, tag: String, query: &'static str) -> Result<Outcome> {
    let load = Load {
        kind: Kind::Create {
            tag,
            query,
            credentials: "",
        },
        users: (1, FEW),
        connections: CLIENTS,
        span: bench.extent.span,
    };
    load.run(bench.workspace, service)
}

fn hashed(bench: &Bench<'_>, service: &Service, kind: &str) -> Result<Vec<Figure>> {
    let mut pairs = Vec::new();
    let mut created = Vec::new();
    for round in 0..bench.extent.rounds {
        let read = Load {
            kind: Kind::Read,
            users: (1, FEW),
            connections: READERS,
            span: bench.extent.span,
        };
        let alone = read.run(bench.workspace, service)?;
        let create = Load {
            kind: Kind::Create {
                tag: format!("hashed{round}"),
                query: "?activate=true",
                credentials: r#","credentials":{"password":{"value":"Tr4vel-by-n1ght"}}"#,
            },
            users: (1, FEW),
            connections: HASHED,
            span: bench.extent.span,
        };
        let running = create.start(bench.workspace, service)?;
        let beside = read.run(bench.workspace, service)?;
        created.push(running.finish()?);
        pairs.push((beside, alone));
    }
    let p99 = beside::figure(format!("p99 of GET beside creating with passwords, {kind}"), &pairs);
    let rate = Figure {
        what: format!("create with a password meanwhile, {kind}"),
        value: median_of(&created, Outcome::good_rate),
        unit: Unit::PerSecond,
        goal: Goal::None,
        context: format!(
            "{} refused as too many",
            thousands(median_of(&created, |one| one.refused))
        ),
    };
    Ok(vec![p99, rate])
}
