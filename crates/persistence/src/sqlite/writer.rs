//! The thread that writes.
//!
//! It takes what waits, up to [`MOST_TOGETHER`] changes, and commits it with one write to the disk. Each change has a
//! savepoint, so that a refused one takes nothing with it but itself. Nobody hears of success before the commit.

use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;

use denizen_domain::ports::StoreError;
use diesel::connection::SimpleConnection;
use diesel::result::Error;
use diesel::{Connection, SqliteConnection};
use tokio::sync::oneshot;

use super::stopped;
use crate::open::OpenError;

/// Changes that are committed together.
const MOST_TOGETHER: usize = 256;

/// A change that waits. It runs inside the transaction, says whether it may stay, and leaves the answer to its caller.
type Job = Box<dyn FnOnce(&mut SqliteConnection) -> (bool, Answer) + Send>;
/// Tells the caller; an error is one that took the whole batch.
type Answer = Box<dyn FnOnce(Result<(), String>)>;

/// The way to the thread.
pub(super) struct Writer {
    queue: Option<SyncSender<Job>>,
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

    /// Writes in a transaction, all or nothing; durable when this returns.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut SqliteConnection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (tell, told) = oneshot::channel();
        let job: Job = Box::new(move |conn| {
            let result = change(conn);
            let is_done = result.is_ok();
            // Whoever has gone away misses the answer, not the change.
            let answer: Answer = Box::new(move |fate| {
                let _ = tell.send(match fate {
                    Ok(()) => result,
                    Err(error) => result.and(Err(StoreError::Unavailable(error))),
                });
            });
            (is_done, answer)
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

fn run(mut conn: SqliteConnection, jobs: &Receiver<Job>) {
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
fn commit(conn: &mut SqliteConnection, batch: Vec<Job>) {
    let is_alone = batch.len() == 1;
    let mut answers = Vec::with_capacity(batch.len());
    let fate = conn.immediate_transaction(|conn| {
        for job in batch {
            let step = |conn: &mut SqliteConnection| {
                let (is_done, answer) = job(conn);
                answers.push(answer);
                if is_done {
                    Ok(())
                } else {
                    Err(Error::RollbackTransaction)
                }
            };
            if is_alone {
                step(conn)?;
            } else {
                match conn.transaction(step) {
                    Ok(()) | Err(Error::RollbackTransaction) => {}
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(())
    });
    let fate = match fate {
        Ok(()) | Err(Error::RollbackTransaction) => Ok(()),
        Err(error) => {
            tracing::error!(%error, "a transaction was not committed");
            Err(error.to_string())
        }
    };
    for answer in answers {
        answer(fate.clone());
    }
}
