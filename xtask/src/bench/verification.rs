//! Verifying a code of the time: one read, one conditional write, one event.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::data::{Database, id_prefix};
use super::http::Connection;
use super::lifecycle;
use super::load::{Kind, Load, Outcome};
use super::report::{Figure, Goal, Section, Unit, thousands};
use super::rounds::{median_of, median_ratio};
use super::service::{Service, pause};
use super::{Bench, FEW};

const CLIENTS: u32 = 64;
/// Connections that enrol.
const ENROLLING: u32 = 32;
/// The first users are suspended and unsuspended; those who have a factor come after them.
const FIRST: u32 = 30_000;
/// More than one round can verify: nobody's code is shown twice in one step of the time.
const ENROLLED: u32 = FEW - FIRST;
/// Every factor has this secret, in base32, so that one code serves all.
const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const STEP_SECONDS: u64 = 30;

/// `POST …/factors/{id}/verify` against suspending and unsuspending on the same server.
pub fn measure(bench: &Bench<'_>) -> Result<Section> {
    let databases = [
        bench.sqlite_copy(FEW, "verified")?,
        bench.postgres_copy(FEW, "verified_pg")?,
    ];
    let mut figures = Vec::new();
    for database in databases {
        let service = Service::start(bench, &database)?;
        let list = enrol(&service, database.folder())?;
        let mut pairs = Vec::new();
        for round in 0..=u32::try_from(bench.extent.rounds)? {
            let suspended = lifecycle::load(round, bench.extent.span).run(bench.workspace, &service)?;
            let verified = load(bench, &list).run(bench.workspace, &service)?;
            pairs.push((verified, suspended));
        }
        // The first round warms both.
        pairs.remove(0);
        figures.extend(figure(&database, &pairs));
    }
    Ok(Section {
        title: "Verifying a code of the time",
        about: format!(
            "`POST …/factors/{{id}}/verify` with a right code, {CLIENTS} connections, {} factors, each once in a step of the time; \
             against suspending and unsuspending on the same server.",
            thousands(f64::from(ENROLLED))
        ),
        figures,
    })
}

/// The load of one round, once the next step of the time has begun.
fn load(bench: &Bench<'_>, list: &Path) -> Load {
    let now = seconds();
    // What is left of the step, and a moment more.
    pause(Duration::from_secs(STEP_SECONDS - now % STEP_SECONDS) + Duration::from_millis(100));
    Load {
        kind: Kind::Verify {
            list: list.to_owned(),
            code: code(seconds()),
        },
        users: (FIRST, ENROLLED),
        connections: CLIENTS,
        span: bench.extent.span,
    }
}

fn figure(database: &Database, pairs: &[(Outcome, Outcome)]) -> [Figure; 2] {
    let kind = database.kind();
    let ratio = Figure {
        what: format!("verify a code, {kind}"),
        value: median_ratio(pairs, Outcome::rate, Outcome::rate),
        unit: Unit::Ratio,
        goal: Goal::AtLeast(0.5),
        context: format!(
            "{}/s, suspend and unsuspend {}/s; {:.0} µs of processor time a request",
            thousands(median_of(pairs, |(verified, _)| verified.rate())),
            thousands(median_of(pairs, |(_, suspended)| suspended.rate())),
            median_of(pairs, |(verified, _)| verified.processor_us),
        ),
    };
    let p99 = Figure {
        what: format!("its p99, {kind}"),
        value: median_of(pairs, |(verified, _)| verified.p99_ms),
        unit: Unit::Milliseconds,
        goal: Goal::None,
        context: format!("p50 {:.1} ms", median_of(pairs, |(verified, _)| verified.p50_ms)),
    };
    [ratio, p99]
}

/// Enrols a factor for each of the users, activates it, and writes the paths to verify to a file.
fn enrol(service: &Service, folder: &Path) -> Result<PathBuf> {
    let address = service.address();
    let share = ENROLLED / ENROLLING;
    let paths: Result<Vec<String>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..ENROLLING)
            .map(|part| {
                scope.spawn(move || -> Result<String> {
                    let mut connection = Connection::open(address)?;
                    let first = FIRST + 1 + part * share;
                    (first..first + share)
                        .map(|user| enrol_one(&mut connection, user))
                        .collect()
                })
            })
            .collect();
        let joined = threads.into_iter().map(|thread| thread.join());
        joined
            .map(|done| done.unwrap_or_else(|_| bail!("an enrolling thread ended")))
            .collect()
    });
    let file = folder.join("factors");
    fs::write(&file, paths?.concat())?;
    Ok(file)
}

fn enrol_one(connection: &mut Connection, user: u32) -> Result<String> {
    let path = format!("/api/v1/users/{}{user:09}/factors", id_prefix());
    let body = json!({"factorType": "token:software:totp", "provider": "GOOGLE", "profile": {"sharedSecret": SECRET}});
    let factor = answered(connection, &path, &body)?;
    let id = factor["id"].as_str().context("a factor has an id")?;
    let own = format!("{path}/{id}");
    let activate = format!("{own}/lifecycle/activate");
    // A code of the step before, so that the present one is left to be measured with. It is too old when a step ends between
    // here and there; the next one then is not.
    let activated = || json!({"passCode": code(seconds() - STEP_SECONDS)});
    answered(connection, &activate, &activated()).or_else(|_| answered(connection, &activate, &activated()))?;
    Ok(format!("{own}/verify\n"))
}

fn answered(connection: &mut Connection, path: &str, body: &Value) -> Result<Value> {
    let answer = connection.send("POST", path, &body.to_string())?;
    if answer.status != 200 {
        bail!(
            "POST {path}: {} {}",
            answer.status,
            String::from_utf8_lossy(&answer.body)
        );
    }
    Ok(serde_json::from_slice(&answer.body)?)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the server that is measured goes by the time there is"
)]
fn seconds() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map(|since| since.as_secs()).unwrap_or_default()
}

/// The code that every factor shows at a time.
fn code(seconds: u64) -> String {
    let totp = totp_rs::Builder::new()
        .with_secret(b"12345678901234567890".to_vec())
        .build_noncompliant();
    totp.generate(seconds).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_that_of_the_standard() {
        assert_eq!(code(59), "287082");
    }
}
