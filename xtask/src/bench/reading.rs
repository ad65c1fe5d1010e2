//! Reading one user by id.

use anyhow::Result;

use super::load::{Kind, Load, Outcome};
use super::report::{Figure, Goal, Section, Unit, thousands};
use super::rounds::{median_of, median_ratio};
use super::service::Service;
use super::{Bench, FEW};

const CONNECTIONS: u32 = 32;

/// `GET /api/v1/users/{id}` against the same process answering a user from memory.
pub fn measure(bench: &Bench<'_>) -> Result<Section> {
    let databases = bench.both(FEW)?;
    let goals = [0.70, 0.40];
    let load = Load {
        kind: Kind::Read,
        users: (1, FEW),
        connections: CONNECTIONS,
        span: bench.extent.span,
    };
    let memory = Load {
        kind: Kind::ReadMemory,
        ..load.clone()
    };
    let services = databases
        .iter()
        .map(|database| Service::start(bench, database))
        .collect::<Result<Vec<_>>>()?;
    for service in &services {
        load.run(bench.workspace, service)?;
    }
    let mut rounds: Vec<Vec<(Outcome, Outcome)>> = vec![Vec::new(); services.len()];
    for _ in 0..bench.extent.rounds {
        for (service, pairs) in services.iter().zip(&mut rounds) {
            let ceiling = memory.run(bench.workspace, service)?;
            let read = load.run(bench.workspace, service)?;
            pairs.push((read, ceiling));
        }
    }
    let figures = databases.iter().zip(goals).zip(&rounds);
    let figures = figures.map(|((database, goal), pairs)| Figure {
        what: format!("GET by id, {}", database.kind()),
        value: median_ratio(pairs, Outcome::rate, Outcome::rate),
        unit: Unit::Ratio,
        goal: Goal::AtLeast(goal),
        context: context(pairs),
    });
    Ok(Section {
        title: "Reading a user",
        about: format!(
            "`GET /api/v1/users/{{id}}`, users drawn at random, {CONNECTIONS} connections, against the same process \
             serializing and answering the same user from memory, without authentication, rate limits or database."
        ),
        figures: figures.collect(),
    })
}

fn context(pairs: &[(Outcome, Outcome)]) -> String {
    format!(
        "{}/s of {}/s; p99 {:.1} ms; {:.0} µs of processor time a request, ceiling {:.0} µs",
        thousands(median_of(pairs, |(read, _)| read.rate())),
        thousands(median_of(pairs, |(_, ceiling)| ceiling.rate())),
        median_of(pairs, |(read, _)| read.p99_ms),
        median_of(pairs, |(read, _)| read.processor_us),
        median_of(pairs, |(_, ceiling)| ceiling.processor_us),
    )
}
