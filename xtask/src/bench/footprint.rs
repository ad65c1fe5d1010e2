//! What the server costs when nobody asks anything of it.

use std::time::Duration;

use anyhow::Result;

use super::data::Database;
use super::report::{Figure, Goal, Section, Unit};
use super::rounds::median;
use super::service::Service;
use super::{Bench, FEW, usage};

/// For threads to come to rest after the start, and to watch them.
const SETTLE: Duration = Duration::from_secs(2);
const WATCHED: Duration = Duration::from_secs(10);

/// The HTTP library updates the `Date` of its answers twice a second on each worker, and its timer wakes twice for that.
/// Nothing else may run.
const CLOCK_TICKS: f64 = 4.0;

/// Time to start, memory at rest, work at rest.
pub fn measure(bench: &Bench<'_>) -> Result<Section> {
    let mut figures = vec![first_start(bench)?];
    for database in bench.both(bench.extent.many)? {
        figures.push(later_start(bench, &database)?);
    }
    for database in bench.both(FEW)? {
        figures.extend(at_rest(bench, &database)?);
    }
    Ok(Section {
        title: "Starting and resting",
        about: "From the start of the process until `GET /health/ready` answers 200; the first start makes the data folder, the \
                tables, the first administrator and the token. Memory is the proportional size (PSS) before the first request. At rest nothing runs but the clock of the HTTP library, \
                which updates the `Date` of answers twice a second on each worker, one for each core, and wakes twice for that."
            .to_owned(),
        figures,
    })
}

fn first_start(bench: &Bench<'_>) -> Result<Figure> {
    let mut times = Vec::new();
    for round in 0..bench.extent.rounds {
        let database = bench.empty(&format!("first-start-{round}"))?;
        times.push(milliseconds(Service::start(bench, &database)?.ready_after));
    }
    Ok(Figure {
        what: "first start on an empty folder, SQLite".to_owned(),
        value: median(times),
        unit: Unit::Milliseconds,
        goal: Goal::AtMost(150.0),
        context: String::new(),
    })
}

fn later_start(bench: &Bench<'_>, database: &Database) -> Result<Figure> {
    let mut times = Vec::new();
    for _ in 0..bench.extent.rounds {
        times.push(milliseconds(Service::start(bench, database)?.ready_after));
    }
    Ok(Figure {
        what: format!("start with all users to search, {}", database.kind()),
        value: median(times),
        unit: Unit::Milliseconds,
        goal: Goal::AtMost(300.0),
        context: String::new(),
    })
}

fn at_rest(bench: &Bench<'_>, database: &Database) -> Result<Vec<Figure>> {
    let service = Service::start(bench, database)?;
    service.rest(SETTLE);
    let process = service.process_id();
    let memory = usage::proportional_megabytes(process)?;
    let (switches, time) = (usage::context_switches(process)?, usage::processor_time(process)?);
    service.rest(WATCHED);
    let switches = usage::context_switches(process)? - switches;
    let time = usage::processor_time(process)?.saturating_sub(time);
    let kind = database.kind();
    let workers = u32::try_from(std::thread::available_parallelism()?.get())?;
    let memory = Figure {
        what: format!("memory at rest, {kind}"),
        value: memory,
        unit: Unit::Megabytes,
        goal: Goal::AtMost(40.0),
        context: String::new(),
    };
    let work = Figure {
        what: format!("thread switches at rest, {kind}"),
        value: f64::from(u32::try_from(switches)?) / WATCHED.as_secs_f64(),
        unit: Unit::PerSecond,
        goal: Goal::AtMost(f64::from(workers) * CLOCK_TICKS + 0.5),
        context: format!("{} ms of processor time in {} s", time.as_millis(), WATCHED.as_secs()),
    };
    Ok(vec![memory, work])
}

fn milliseconds(span: Duration) -> f64 {
    span.as_secs_f64() * 1e3
}
