//! Commits: the statements of a change are sent one behind the other, and their answers are awaited together.

use denizen_domain::ports::{AppWrite, Changes, StoreError, StructureWrite, Write};
use diesel::query_builder::{QueryFragment, QueryId};
use diesel::result::{DatabaseErrorKind, Error, QueryResult};
use diesel_async::{AsyncConnectionCore, AsyncPgConnection, SimpleAsyncConnection};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, join_all};

use super::link::{Link, Links};
use super::store::apply::{Expected, Statements};
use super::{Backend, Conn, apply, authority_at, lane, organization_at, refused, stopped};

/// Begins a transaction that writes; a server that only follows another refuses it.
pub(super) const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
/// Commits of the same change before it is given up.
const MOST_ATTEMPTS: usize = 4;
/// Statements on their way at once. So few are first polled, and so sent, in their order.
const MOST_ON_THE_WAY: usize = 16;

/// Whether one of the changes must read what it writes over. Such changes cannot stand in line.
pub(super) fn needs_answers(changes: &Changes) -> bool {
    changes.writes.iter().any(|change| {
        matches!(
            change,
            Write::Structure(
                StructureWrite::RemoveUserAttribute { .. }
                    | StructureWrite::RemoveGroupAttribute(_)
                    | StructureWrite::ClaimUserAttribute { .. }
            ) | Write::App(AppWrite::RemoveAttribute { .. })
        )
    })
}

/// Commits all changes or none.
pub(super) async fn commit(links: &Links, changes: &Changes) -> Result<(), StoreError> {
    let mut attempts = 1;
    loop {
        match attempt(links, changes).await {
            Err(Failure::Passing(_)) if attempts < MOST_ATTEMPTS => attempts += 1,
            Err(Failure::Passing(error) | Failure::Lasting(error)) => return Err(error),
            Ok(()) => return Ok(()),
        }
    }
}

/// Why nothing was committed.
enum Failure {
    /// Trying again may help.
    Passing(StoreError),
    /// It would fail again.
    Lasting(StoreError),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Lasting(error)
    }
}

async fn attempt(links: &Links, changes: &Changes) -> Result<(), Failure> {
    let mut link = links.take().await?;
    link.enter_transaction();
    let result = transaction(&link, changes).await;
    // A connection that is lost, or whose transaction has no known end, is not used again.
    let is_ended = match &result {
        Ok(()) => true,
        Err(_) => end(&link, "ROLLBACK").await.is_ok(),
    };
    if is_ended {
        link.leave_transaction();
    }
    result
}

async fn transaction(link: &Link, changes: &Changes) -> Result<(), Failure> {
    let mut line = Line::begin(link);
    apply(changes, &mut line)?;
    line.answered().await?;
    // Whether a commit that got no answer has happened is unknown: it is not tried again.
    end(link, "COMMIT").await.map_err(|error| match error {
        Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => Failure::Passing(refused(error)),
        error => Failure::Lasting(refused(error)),
    })
}

async fn end(mut conn: &AsyncPgConnection, how: &str) -> QueryResult<()> {
    conn.batch_execute(how).await
}

/// Statements that wait to be sent.
struct Line<'a> {
    conn: &'a AsyncPgConnection,
    waiting: Vec<(Expected, BoxFuture<'a, QueryResult<usize>>)>,
}

impl<'a> Line<'a> {
    fn begin(mut conn: &'a AsyncPgConnection) -> Self {
        let begin = async move { conn.batch_execute(BEGIN).await.map(|()| 0) };
        Self {
            conn,
            waiting: vec![(Expected::Any, begin.boxed())],
        }
    }

    /// Sends all and judges the answers in order: what follows a failure fails for no reason of its own.
    async fn answered(self) -> Result<(), Failure> {
        let mut waiting = self.waiting.into_iter();
        loop {
            let (expected, sent): (Vec<_>, Vec<_>) = waiting.by_ref().take(MOST_ON_THE_WAY).unzip();
            if sent.is_empty() {
                return Ok(());
            }
            for (expected, answer) in expected.into_iter().zip(join_all(sent).await) {
                expected.check(answer.map_err(failure)?)?;
            }
        }
    }
}

impl Statements for Line<'_> {
    fn run<S>(&mut self, expected: Expected, statement: S) -> Result<(), StoreError>
    where
        S: QueryFragment<Backend> + QueryId + Send,
    {
        let mut conn = self.conn;
        let answer = conn.execute_returning_count(statement);
        self.waiting.push((expected, answer));
        Ok(())
    }

    fn expect_structure(&mut self, version: i64) -> Result<(), StoreError> {
        self.run(Expected::One, organization_at(version))
    }

    fn expect_authority(&mut self, version: i64) -> Result<(), StoreError> {
        self.run(Expected::One, authority_at(version))
    }

    fn conn(&mut self) -> Result<&mut Conn, StoreError> {
        Err(stopped("statements in line have no answers to give"))
    }
}

/// A failure before the commit has changed nothing, so that a lost connection and a lost race may be tried again.
fn failure(error: Error) -> Failure {
    let is_passing = match &error {
        Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => true,
        Error::DatabaseError(_, about) => lane::is_lost(&error) || about.message() == "deadlock detected",
        _ => false,
    };
    if is_passing {
        Failure::Passing(refused(error))
    } else {
        Failure::Lasting(refused(error))
    }
}
