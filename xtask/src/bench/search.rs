//! Searching, page by page, beside pages read in order.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::data::Database;
use super::http::{Answer, Connection, encoded};
use super::load::{Kind, Load};
use super::report::{Figure, Goal, Section, Unit, thousands};
use super::rounds::{median, median_of, median_ratio};
use super::service::Service;
use super::{Bench, FEW, beside};

/// Requests of one kind in a round.
const REPEATS: usize = 15;
const PAGE: &str = "limit=200";
/// The longest answer that a search may take, the time limit and what ends after it together.
const LONGEST_MS: f64 = 5_000.0;

/// What is searched for: a few words about it, and the query. See `crates/persistence/examples/seed.rs` for who has what.
const SEARCHES: &[(&str, Query)] = &[
    ("eq, 1 user", Query::Search(r#"profile.employeeNumber eq "E000042""#)),
    ("eq, 0.1 % of users", Query::Search(r#"profile.costCenter eq "CC0123""#)),
    (
        "eq, 4 % of users",
        Query::Search(r#"profile.department eq "Department 07""#),
    ),
    ("sw, 0.1 % of users", Query::Search(r#"profile.lastName sw "kelmob""#)),
    ("sw, 4 % of users", Query::Search(r#"profile.email sw "k""#)),
    (
        "eq and status",
        Query::Search(r#"profile.department eq "Department 07" and status eq "ACTIVE""#),
    ),
    (
        "eq and sw",
        Query::Search(r#"profile.costCenter eq "CC0123" and profile.lastName sw "kel""#),
    ),
    (
        "eq or eq",
        Query::Search(r#"profile.costCenter eq "CC0123" or profile.costCenter eq "CC0456""#),
    ),
    (
        "eq or sw",
        Query::Search(r#"profile.costCenter eq "CC0123" or profile.lastName sw "kelmob""#),
    ),
    (
        "eq and (eq or eq)",
        Query::Search(r#"status eq "ACTIVE" and (profile.costCenter eq "CC0123" or profile.costCenter eq "CC0456")"#),
    ),
    (
        "eq on a custom attribute, 0.1 % of users",
        Query::Search(r#"profile.badge eq "B0123""#),
    ),
    (
        "sw on a custom attribute, 1 % of users",
        Query::Search(r#"profile.badge sw "b012""#),
    ),
    ("q, 0.1 % of users", Query::Q("kelmob")),
    ("q, 4 % of users", Query::Q("k")),
];

/// Searches that no index answers, the most expensive that are allowed.
const WORST: &[(&str, Query)] = &[
    ("co without a match", Query::Search(r#"profile.email co "zzqzz""#)),
    (
        "many co without a match",
        Query::Search(
            r#"(profile.email co "zzqzz" or profile.firstName co "qqzqq" or profile.login co "yyqyy") and status eq "ACTIVE""#,
        ),
    ),
];

#[derive(Clone, Copy)]
enum Query {
    Search(&'static str),
    Q(&'static str),
}

impl Query {
    fn path(self) -> String {
        match self {
            Self::Search(text) => format!("/api/v1/users?search={}&{PAGE}", encoded(text)),
            Self::Q(text) => format!("/api/v1/users?q={}&{PAGE}", encoded(text)),
        }
    }
}

/// Pages by id, deep pages, searches, and the worst of them.
pub fn measure(bench: &Bench<'_>) -> Result<Section> {
    let mut figures = Vec::new();
    for database in bench.both(bench.extent.many)? {
        let service = Service::start(bench, &database)?;
        figures.extend(pages(bench, &service, &database)?);
        figures.extend(searches(bench, &service, &database)?);
        for (name, worst) in WORST {
            figures.extend(beside(bench, &service, &database, name, *worst)?);
        }
    }
    Ok(Section {
        title: "Listing and searching",
        about: format!(
            "Pages of 200 users out of {}, one connection, against `GET /api/v1/users?limit=200` somewhere in the middle. \
             Searches that no index answers are interrupted after a time limit; meanwhile eight connections read single users.",
            thousands(f64::from(bench.extent.many))
        ),
        figures,
    })
}

fn pages(bench: &Bench<'_>, service: &Service, database: &Database) -> Result<Vec<Figure>> {
    let first = format!("/api/v1/users?{PAGE}");
    let deep = deep_page(service, &first, bench.extent.many / 400)?;
    let mut connection = Connection::open(service.address())?;
    let mut pairs = Vec::new();
    for _ in 0..bench.extent.rounds {
        pairs.push((typical(&mut connection, &deep)?, typical(&mut connection, &first)?));
    }
    Ok(vec![Figure {
        what: format!("a page in the middle against the first, {}", database.kind()),
        value: median_ratio(&pairs, |deep| *deep, |first| *first),
        unit: Unit::Ratio,
        goal: Goal::AtMost(1.25),
        context: format!(
            "{:.2} ms, first {:.2} ms",
            median_of(&pairs, |(deep, _)| *deep),
            median_of(&pairs, |(_, first)| *first)
        ),
    }])
}

fn searches(bench: &Bench<'_>, service: &Service, database: &Database) -> Result<Vec<Figure>> {
    let first = format!("/api/v1/users?{PAGE}");
    let deep = deep_page(service, &first, bench.extent.many / 400)?;
    let mut connection = Connection::open(service.address())?;
    let mut rounds: Vec<Vec<(f64, f64)>> = vec![Vec::new(); SEARCHES.len()];
    let mut found = vec![0; SEARCHES.len()];
    for _ in 0..bench.extent.rounds {
        for (index, (_, query)) in SEARCHES.iter().enumerate() {
            let answer = connection.get(&query.path())?;
            found[index] = users_in(&answer);
            let page = typical(&mut connection, &deep)?;
            rounds[index].push((typical(&mut connection, &query.path())?, page));
        }
    }
    let mut figures = Vec::new();
    for (((name, _), pairs), users) in SEARCHES.iter().zip(&rounds).zip(found) {
        figures.push(Figure {
            what: format!("{name}, {}", database.kind()),
            value: median_ratio(pairs, |search| *search, |page| *page),
            unit: Unit::Ratio,
            goal: Goal::AtMost(3.0),
            context: format!(
                "{:.2} ms for {users} users, page {:.2} ms",
                median_of(pairs, |(search, _)| *search),
                median_of(pairs, |(_, page)| *page)
            ),
        });
    }
    let broad = Query::Search(r#"profile.department eq "Department 07""#).path();
    let within = deep_page(service, &broad, bench.extent.many / 25 / 400)?;
    let mut pairs = Vec::new();
    for _ in 0..bench.extent.rounds {
        pairs.push((typical(&mut connection, &within)?, typical(&mut connection, &broad)?));
    }
    figures.push(Figure {
        what: format!("a search's page in the middle against its first, {}", database.kind()),
        value: median_ratio(&pairs, |deep| *deep, |first| *first),
        unit: Unit::Ratio,
        goal: Goal::AtMost(1.25),
        context: format!(
            "{:.2} ms, first {:.2} ms",
            median_of(&pairs, |(deep, _)| *deep),
            median_of(&pairs, |(_, first)| *first)
        ),
    });
    Ok(figures)
}

/// Reading single users while a bad search runs over and over, against reading alone.
fn beside(bench: &Bench<'_>, service: &Service, database: &Database, name: &str, query: Query) -> Result<Vec<Figure>> {
    let read = Load {
        kind: Kind::Read,
        users: (1, FEW),
        connections: 8,
        span: bench.extent.span,
    };
    let mut pairs = Vec::new();
    let mut times = Vec::new();
    let mut statuses = Vec::new();
    for _ in 0..bench.extent.rounds {
        let alone = read.run(bench.workspace, service)?;
        let begin = Instant::now();
        let running = read.start(bench.workspace, service)?;
        let mut connection = Connection::open(service.address())?;
        while begin.elapsed() < bench.extent.span {
            let answer = connection.get(&query.path())?;
            times.push(milliseconds(answer.took));
            if answer.status >= 500 {
                bail!("{name} was answered with {}", answer.status);
            }
            if !statuses.contains(&answer.status) {
                statuses.push(answer.status);
            }
        }
        pairs.push((running.finish()?, alone));
    }
    let longest = times.iter().copied().fold(0.0, f64::max);
    let kind = database.kind();
    let time = Figure {
        what: format!("{name}: the longest answer, {kind}"),
        value: longest,
        unit: Unit::Milliseconds,
        goal: Goal::AtMost(LONGEST_MS),
        context: format!("median {:.0} ms; answered with {}", median(times), listed(&statuses)),
    };
    let others = beside::figure(format!("{name}: p99 of GET meanwhile, {kind}"), &pairs);
    Ok(vec![time, others])
}

fn listed(statuses: &[u16]) -> String {
    let words: Vec<String> = statuses.iter().map(u16::to_string).collect();
    words.join(" and ")
}

/// Follows a list for some pages, and gives back the path of the one after them.
fn deep_page(service: &Service, first: &str, pages: u32) -> Result<String> {
    let mut connection = Connection::open(service.address())?;
    let mut path = first.to_owned();
    for _ in 0..pages {
        let answer = connection.get(&path)?;
        path = answer
            .next
            .with_context(|| format!("{path} was answered with {} and has no next page", answer.status))?;
    }
    Ok(path)
}

/// The median time of some answers.
fn typical(connection: &mut Connection, path: &str) -> Result<f64> {
    let mut times = Vec::new();
    for _ in 0..REPEATS {
        let answer = connection.get(path)?;
        if answer.status != 200 {
            bail!("{path} was answered with {}", answer.status);
        }
        times.push(milliseconds(answer.took));
    }
    Ok(median(times))
}

fn users_in(answer: &Answer) -> usize {
    let users: Option<Vec<serde_json::Value>> = serde_json::from_slice(&answer.body).ok();
    users.map_or(0, |users| users.len())
}

fn milliseconds(span: Duration) -> f64 {
    span.as_secs_f64() * 1e3
}
