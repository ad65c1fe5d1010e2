//! Signing in: what a flood of it does to everybody else, and whether it tells who is there.

use std::time::Duration;

use anyhow::{Result, bail};
use serde_json::json;

use super::data::Database;
use super::http::Connection;
use super::load::{Kind, Load, Outcome};
use super::report::{Figure, Goal, Section, Unit};
use super::rounds::{median, median_of};
use super::service::Service;
use super::{Bench, FEW, beside};

/// Connections that sign in, and connections that read meanwhile.
const FLOODING: u32 = 64;
const READERS: u32 = 8;
/// Attempts with a login that somebody has, and as many with one that nobody has.
const ATTEMPTS: usize = 200;
const PASSWORD: &str = "Tr4vel-by-n1ght";

/// Reading beside a flood of sign-ins against reading alone; a wrong password against an unknown login.
pub fn measure(bench: &Bench<'_>) -> Result<Section> {
    let databases = [
        bench.sqlite_copy(FEW, "signed_in")?,
        bench.postgres_copy(FEW, "signed_in_pg")?,
    ];
    let mut figures = Vec::new();
    for database in &databases {
        let service = Service::start(bench, database)?;
        figures.push(telling(&service, database)?);
        figures.extend(flood(bench, &service, database)?);
    }
    Ok(Section {
        title: "Signing in",
        about: format!(
            "`POST /api/v1/authn` over {FLOODING} connections, each time with another login, which costs a password hash: \
             {READERS} connections that read users meanwhile are compared with the same connections alone. And {ATTEMPTS} single \
             attempts with a wrong password against as many with a login that nobody has, in turn: how many times longer the \
             slower kind takes, by their medians."
        ),
        figures,
    })
}

fn flood(bench: &Bench<'_>, service: &Service, database: &Database) -> Result<[Figure; 2]> {
    let kind = database.kind();
    let (mut pairs, mut floods) = (Vec::new(), Vec::new());
    for round in 0..bench.extent.rounds {
        let load = |kind, connections| Load {
            kind,
            users: (1, FEW),
            connections,
            span: bench.extent.span,
        };
        let read = load(Kind::Read, READERS);
        let alone = read.run(bench.workspace, service)?;
        let tag = format!("flood{round}");
        let running = load(Kind::SignIn { tag }, FLOODING).start(bench.workspace, service)?;
        pairs.push((read.run(bench.workspace, service)?, alone));
        floods.push(running.finish()?);
    }
    let p99 = beside::figure(format!("p99 of GET beside a flood of sign-ins, {kind}"), &pairs);
    let rate = Figure {
        what: format!("sign-ins judged meanwhile, {kind}"),
        value: median_of(&floods, Outcome::rate),
        unit: Unit::PerSecond,
        goal: Goal::None,
        context: format!("p50 {:.0} ms", median_of(&floods, |flood| flood.p50_ms)),
    };
    Ok([p99, rate])
}

/// T9: how far the time tells whether somebody has a login.
fn telling(service: &Service, database: &Database) -> Result<Figure> {
    let mut connection = Connection::open(service.address())?;
    for number in 0..ATTEMPTS {
        let login = login("known", number);
        let profile = json!({"login": login, "email": login, "firstName": "Nora", "lastName": "Kelmoberg"});
        let user = json!({"profile": profile, "credentials": {"password": {"value": PASSWORD}}});
        let answer = connection.send("POST", "/api/v1/users", &user.to_string())?;
        if answer.status != 200 {
            bail!("a user was not created: {}", answer.status);
        }
    }
    let (mut known, mut unknown) = (Vec::new(), Vec::new());
    for number in 0..ATTEMPTS {
        for (names, took) in [("known", &mut known), ("nobody", &mut unknown)] {
            let attempt = json!({"username": login(names, number), "password": "Not-the-passw0rd"});
            let answer = connection.send("POST", "/api/v1/authn", &attempt.to_string())?;
            if answer.status != 401 {
                bail!("a wrong password was answered with {}", answer.status);
            }
            took.push(answer.took);
        }
    }
    let milliseconds = |took: Vec<Duration>| median(took.iter().map(|took| took.as_secs_f64() * 1e3).collect());
    let (known, unknown) = (milliseconds(known), milliseconds(unknown));
    Ok(Figure {
        what: format!("a wrong password against an unknown login, {}", database.kind()),
        value: (known / unknown).max(unknown / known),
        unit: Unit::Ratio,
        goal: Goal::AtMost(1.1),
        context: format!("{known:.2} ms, unknown {unknown:.2} ms"),
    })
}

fn login(names: &str, number: usize) -> String {
    format!("{names}.{number}@sign-in.example.com")
}
