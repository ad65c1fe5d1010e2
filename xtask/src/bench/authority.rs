//! What authorization costs: reading as an administrator whose role is narrowed.

use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::data::{Database, id_prefix};
use super::http::Connection;
use super::load::{Kind, Load, Outcome};
use super::report::{Figure, Goal, Section, Unit, thousands};
use super::rounds::{median_of, median_ratio};
use super::service::Service;
use super::{Bench, FEW};
use crate::process;

const CONNECTIONS: u32 = 32;
/// Groups that the role is narrowed to.
const TARGETS: usize = 100;
/// Members of one of them, who are read.
const MEMBERS: u32 = 200;
const LOGIN: &str = "help.desk@example.com";

/// `GET /api/v1/users/{id}` as a help desk administrator against the same as a super administrator.
pub fn measure(bench: &Bench<'_>) -> Result<Section> {
    let databases = [
        bench.sqlite_copy(FEW, "administered")?,
        bench.postgres_copy(FEW, "administered_pg")?,
    ];
    let mut figures = Vec::new();
    for database in databases {
        let service = Service::start(bench, &database)?;
        let token = help_desk(bench, &service, &database)?;
        let load = |kind| Load {
            kind,
            users: (1, MEMBERS),
            connections: CONNECTIONS,
            span: bench.extent.span,
        };
        let (narrowed, whole) = (load(Kind::ReadAs(token)), load(Kind::Read));
        let mut pairs = Vec::new();
        for _ in 0..=bench.extent.rounds {
            let pair = (
                whole.run(bench.workspace, &service)?,
                narrowed.run(bench.workspace, &service)?,
            );
            pairs.push(pair);
        }
        // The first round warms both.
        pairs.remove(0);
        figures.push(figure(&database, &pairs));
    }
    Ok(Section {
        title: "Reading a user as a restricted administrator",
        about: format!(
            "`GET /api/v1/users/{{id}}` of {MEMBERS} users, {CONNECTIONS} connections, as a help desk administrator with {TARGETS} \
             target groups: how many times longer a request takes than as a super administrator."
        ),
        figures,
    })
}

fn figure(database: &Database, pairs: &[(Outcome, Outcome)]) -> Figure {
    Figure {
        what: format!("GET as help desk with {TARGETS} targets, {}", database.kind()),
        value: median_ratio(pairs, Outcome::rate, Outcome::rate),
        unit: Unit::Ratio,
        goal: Goal::AtMost(1.3),
        context: format!(
            "{}/s, as super administrator {}/s; {:.0} µs of processor time a request, as super administrator {:.0} µs",
            thousands(median_of(pairs, |(_, narrowed)| narrowed.rate())),
            thousands(median_of(pairs, |(whole, _)| whole.rate())),
            median_of(pairs, |(_, narrowed)| narrowed.processor_us),
            median_of(pairs, |(whole, _)| whole.processor_us),
        ),
    }
}

/// Makes the administrator, the groups and their members; gives back a token.
fn help_desk(bench: &Bench<'_>, service: &Service, database: &Database) -> Result<String> {
    let mut connection = Connection::open(service.address())?;
    let profile = json!({"login": LOGIN, "email": LOGIN, "firstName": "Help", "lastName": "Desk"});
    let user = json!({"profile": profile, "credentials": {"password": {"value": "Tlpwx-4711-quavex"}}});
    let user = made(&mut connection, "POST", "/api/v1/users?activate=true", &user)?;
    let roles = format!("/api/v1/users/{}/roles", text(&user, "id")?);
    let role = made(&mut connection, "POST", &roles, &json!({"type": "HELP_DESK_ADMIN"}))?;
    let targets = format!("{roles}/{}/targets/groups", text(&role, "id")?);
    for number in 0..TARGETS {
        let group = json!({"profile": {"name": format!("Target {number}")}});
        let group = made(&mut connection, "POST", "/api/v1/groups", &group)?;
        let id = text(&group, "id")?;
        made(&mut connection, "PUT", &format!("{targets}/{id}"), &Value::Null)?;
        if number == 0 {
            for member in 1..=MEMBERS {
                let path = format!("/api/v1/groups/{id}/users/{}{member:09}", id_prefix());
                made(&mut connection, "PUT", &path, &Value::Null)?;
            }
        }
    }
    let mut create = Command::new(bench.server());
    create.args(["token", "create", "--user", LOGIN, "--name", "bench"]);
    create.env("DENIZEN_DATA_DIR", database.folder().join("data"));
    if let Database::Postgres { url, .. } = database {
        create.env("DENIZEN_DATABASE_URL", url);
    }
    Ok(process::output(&mut create)?.trim().to_owned())
}

/// What a request made.
fn made(connection: &mut Connection, method: &str, path: &str, body: &Value) -> Result<Value> {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let answer = connection.send(method, path, &body)?;
    if answer.status >= 300 {
        bail!(
            "{method} {path}: {} {}",
            answer.status,
            String::from_utf8_lossy(&answer.body)
        );
    }
    if answer.body.is_empty() {
        return Ok(Value::Null);
    }
    Ok(serde_json::from_slice(&answer.body)?)
}

fn text<'a>(value: &'a Value, name: &str) -> Result<&'a str> {
    value[name].as_str().with_context(|| format!("no {name} in {value}"))
}
