//! The ceiling of suspending on SQLite: the statements that the store sends, on one connection, in transactions of many.
//!
//! `group_commit FILE FIRST COUNT TOGETHER MILLISECONDS` suspends and unsuspends people whom `seed` made, in turn, and prints how
//! many a second became durable.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Text};
use diesel::sqlite::Sqlite;

use self::tables::{events, one_time_tokens, users};

/// As far as the statements name them.
mod tables {
    diesel::table! {
        users (seq) {
            seq -> BigInt,
            id -> Text,
            version -> BigInt,
        }
    }
    diesel::table! {
        one_time_tokens (digest) {
            digest -> Binary,
            user_id -> Text,
        }
    }
    diesel::table! {
        events (seq) {
            seq -> BigInt,
            uuid -> Text,
            published -> BigInt,
            event_type -> Text,
            payload -> Text,
        }
    }
}

/// As long as what the store writes about a suspension by a program.
const PAYLOAD: &str = include_str!("event.json");

/// When everything happens.
const AT: i64 = 1_735_689_600_000;

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, first, count, together, span] = arguments.as_slice() else {
        return Err("usage: group_commit FILE FIRST COUNT TOGETHER MILLISECONDS".into());
    };
    let mut conn = SqliteConnection::establish(file)?;
    // As the store sets up the connection that writes.
    conn.batch_execute(
        "PRAGMA busy_timeout = 5000; PRAGMA mmap_size = 2147483648; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;
         PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;
         PRAGMA journal_size_limit = 67108864; PRAGMA foreign_keys = ON;",
    )?;
    let mut people = people(&mut conn, first.parse()?, count.parse()?)?;
    let rate = run(
        &mut conn,
        &mut people,
        together.parse()?,
        Duration::from_millis(span.parse()?),
    )?;
    println!("transactions a second: {rate:.1}");
    Ok(())
}

/// Ids and versions of the people whose numbers follow a first one; the administrator is the first row.
fn people(conn: &mut SqliteConnection, first: i64, count: i64) -> Outcome<Vec<(String, i64)>> {
    let people = users::table
        .filter(users::seq.gt(first))
        .order(users::seq)
        .limit(count)
        .select((users::id, users::version))
        .load(conn)?;
    Ok(people)
}

fn run(conn: &mut SqliteConnection, people: &mut [(String, i64)], together: usize, span: Duration) -> Outcome<f64> {
    let begin = Instant::now();
    let mut done = 0;
    while begin.elapsed() < span {
        conn.immediate_transaction(|conn| {
            for step in done..done + together {
                let is_suspension = (step / people.len()).is_multiple_of(2);
                let (id, version) = &mut people[step % people.len()];
                change(conn, id, *version, is_suspension)?;
                *version += 1;
            }
            Ok::<_, diesel::result::Error>(())
        })?;
        done += together;
    }
    Ok(f64::from(u32::try_from(done)?) / begin.elapsed().as_secs_f64())
}

fn change(conn: &mut SqliteConnection, id: &str, version: i64, is_suspension: bool) -> QueryResult<()> {
    let status = if is_suspension { "SUSPENDED" } else { "ACTIVE" };
    let move_user = MoveUser {
        id,
        version,
        status,
        last_updated: AT + version,
    };
    let found = move_user.execute(conn)?;
    if found != 1 {
        return Err(diesel::result::Error::NotFound);
    }
    if is_suspension {
        diesel::delete(one_time_tokens::table.filter(one_time_tokens::user_id.eq(id))).execute(conn)?;
    }
    let event = (
        events::uuid.eq("8e1c7f0a-5a3e-4d1c-9d8e-2f6b7c1a0d9e"),
        events::published.eq(AT + version),
        events::event_type.eq("user.lifecycle.suspend"),
        events::payload.eq(PAYLOAD.trim_end()),
    );
    diesel::insert_into(events::table).values(event).execute(conn)?;
    Ok(())
}

/// As the store's statement of this name; one text, so that it is prepared once.
#[derive(Clone, Copy)]
struct MoveUser<'a> {
    id: &'a str,
    version: i64,
    status: &'a str,
    last_updated: i64,
}

impl QueryId for MoveUser<'_> {
    type QueryId = MoveUser<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<Sqlite> for MoveUser<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("UPDATE users SET version = 1 + ");
        out.push_bind_param::<BigInt, _>(&self.version)?;
        out.push_sql(", status = ");
        out.push_bind_param::<Text, _>(self.status)?;
        out.push_sql(", resumes_to = 'ACTIVE', activated = ");
        out.push_bind_param::<BigInt, _>(&AT)?;
        out.push_sql(", status_changed = ");
        out.push_bind_param::<BigInt, _>(&AT)?;
        out.push_sql(", last_login = NULL, last_updated = ");
        out.push_bind_param::<BigInt, _>(&self.last_updated)?;
        out.push_sql(", password_changed = NULL, failed_attempts = 0 WHERE id = ");
        out.push_bind_param::<Text, _>(self.id)?;
        out.push_sql(" AND version = ");
        out.push_bind_param::<BigInt, _>(&self.version)
    }
}

impl<C> diesel::RunQueryDsl<C> for MoveUser<'_> {}
