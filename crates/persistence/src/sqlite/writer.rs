//! The thread that writes.
//!
//! It takes what waits, up to [`MOST_TOGETHER`] changes, and commits it with one write to the disk. Nearly always nothing
//! stands against any of them, so they run one after the other with nothing between. When one is refused, all of that is
//! rolled back, and they run again with a savepoint each: the refused one then takes nothing with it but itself. Nobody hears
//! of success before the commit.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use denizen_domain::ports::StoreError;
use diesel::connection::SimpleConnection;
use diesel::result::{Error, QueryResult};
use diesel::{Connection, SqliteConnection};
use tokio::sync::oneshot;

use super::stopped;
use crate::open::OpenError;

/// Changes that are committed together.
const MOST_TOGETHER: usize = 256;

/// A change that waits.
trait Job: Send {
    /// Makes the change, inside a transaction, and says whether it may stay. One that was rolled back may be made again.
    fn run(&mut self, conn: &mut SqliteConnection) -> bool;
    /// Tells the caller; an error is one that took the whole batch.
    fn answer(self: Box<Self>, fate: Result<(), String>);
}

/// A change with what came of it.
struct Waiting<T, F> {
    change: F,
    result: Option<Result<T, StoreError>>,
    tell: oneshot::Sender<Result<T, StoreError>>,
}

impl<T, F> Job for Waiting<T, F>
where
    T: Send,
    F: FnMut(&mut SqliteConnection) -> Result<T, StoreError> + Send,
{
    fn run(&mut self, conn: &mut SqliteConnection) -> bool {
        let result = (self.change)(conn);
        let may_stay = result.is_ok();
        self.result = Some(result);
        may_stay
    }

    fn answer(self: Box<Self>, fate: Result<(), String>) {
        let unavailable = |error| Err(StoreError::Unavailable(error));
        let result = match (self.result, fate) {
            (Some(Ok(_)) | None, Err(error)) => unavailable(error),
            (Some(result), _) => result,
            (None, Ok(())) => unavailable("the change was never made".to_owned()),
        };
        // Whoever has gone away misses the answer, not the change.
        let _ = self.tell.send(result);
    }
}

/// The way to the thread.
pub(super) struct Writer {
    queue: Option<SyncSender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(conn: SqliteConnection, waiting: usize) -> Result<Self, OpenError> {
        let (queue, jobs) = sync_channel(waiting);
        let thread = std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || run(conn, &jobs))?;
        Ok(Self {
            queue: Some(queue),
            thread: Some(thread),
        })
    }

    /// Writes in a transaction, all or nothing; durable when this returns. The change may be made more than once.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        change: impl FnMut(&mut SqliteConnection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (tell, told) = oneshot::channel();
        let job: Box<dyn Job> = Box::new(Waiting {
            change,
            result: None,
            tell,
        });
        let queue = self.queue.as_ref().ok_or_else(|| stopped("the writer has stopped"))?;
        queue.try_send(job).map_err(|refused| match refused {
            TrySendError::Full(_) => StoreError::Busy,
            TrySendError::Disconnected(_) => stopped("the writer has stopped"),
        })?;
        told.await.map_err(|_| stopped("the change was not written"))?
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Without a sender the thread finishes what waits, and ends.
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(mut conn: SqliteConnection, jobs: &Receiver<Box<dyn Job>>) {
    while let Ok(first) = jobs.recv() {
        let mut batch = vec![first];
        batch.extend(jobs.try_iter().take(MOST_TOGETHER - 1));
        commit(&mut conn, batch);
    }
    if let Err(error) = conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)") {
        tracing::warn!(%error, "the write-ahead log was not emptied");
    }
}

/// Runs a batch in one transaction, then tells everybody.
fn commit(conn: &mut SqliteConnection, mut batch: Vec<Box<dyn Job>>) {
    let fate = match all_of(conn, &mut batch) {
        Err(Error::RollbackTransaction) if batch.len() > 1 => each_of(conn, &mut batch),
        fate => fate,
    };
    let fate = match fate {
        Ok(()) | Err(Error::RollbackTransaction) => Ok(()),
        Err(error) => {
            tracing::error!(%error, "a transaction was not committed");
            Err(error.to_string())
        }
    };
    for job in batch {
        job.answer(fate.clone());
    }
}

/// Makes all changes, or rolls all back when one is refused.
fn all_of(conn: &mut SqliteConnection, batch: &mut [Box<dyn Job>]) -> QueryResult<()> {
    conn.immediate_transaction(|conn| batch.iter_mut().try_for_each(|job| kept(job.run(conn))))
}

/// Makes each change that is not refused.
fn each_of(conn: &mut SqliteConnection, batch: &mut [Box<dyn Job>]) -> QueryResult<()> {
    conn.immediate_transaction(|conn| {
        batch
            .iter_mut()
            .try_for_each(|job| match conn.transaction(|conn| kept(job.run(conn))) {
                Err(Error::RollbackTransaction) => Ok(()),
                ended => ended,
            })
    })
}

fn kept(may_stay: bool) -> QueryResult<()> {
    if may_stay {
        Ok(())
    } else {
        Err(Error::RollbackTransaction)
    }
}
