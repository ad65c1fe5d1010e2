//! The thread that writes.
//!
//! It takes what waits, up to [`MOST_TOGETHER`] changes, and commits it with one write to the disk. Each change has a
//! savepoint, so that a refused one takes nothing with it but itself. Nobody hears of success before the commit.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use denizen_domain::ports::StoreError;
use diesel::connection::SimpleConnection;
use diesel::result::Error;
use diesel::{Connection, SqliteConnection};
use tokio::sync::oneshot;

use super::stopped;
use crate::open::OpenError;

/// Changes that are committed together.
const MOST_TOGETHER: usize = 256;

/// The longest that a commit waits for callers who may come back.
const MOST_PATIENCE: Duration = Duration::from_millis(5);

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
    let mut line = Line {
        jobs,
        taken: VecDeque::new(),
        callers: 1,
        patience: Duration::ZERO,
    };
    while line.has_some() {
        line.commit(&mut conn);
    }
    if let Err(error) = conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)") {
        tracing::warn!(%error, "the write-ahead log was not emptied");
    }
}

/// Changes that wait, and what the last commit taught about their callers.
struct Line<'a> {
    jobs: &'a Receiver<Job>,
    /// From the queue, but not begun.
    taken: VecDeque<Job>,
    /// Callers that were there at the end of the last commit, answered by it or waiting for the next.
    callers: usize,
    /// How long a commit waits for those of them who may come back.
    patience: Duration,
}

impl Line<'_> {
    /// Waits for a change; `false` when none will come.
    fn has_some(&mut self) -> bool {
        if self.taken.is_empty() {
            self.taken.extend(self.jobs.recv());
        }
        !self.taken.is_empty()
    }

    /// The next change of a transaction that holds some. Callers who were answered a moment ago are on their way back: one
    /// write to the disk for all costs less than two, so they are given half the time that such a write took.
    fn next(&mut self, held: usize, until: Instant) -> Option<Job> {
        if held == MOST_TOGETHER {
            return None;
        }
        if let Some(job) = self.taken.pop_front() {
            return Some(job);
        }
        match self.jobs.try_recv() {
            Ok(job) => Some(job),
            Err(_) if held >= self.callers => None,
            Err(_) => {
                let left = until.saturating_duration_since(Instant::now());
                self.jobs.recv_timeout(left).ok()
            }
        }
    }

    /// Runs what waits in one transaction, then tells everybody.
    fn commit(&mut self, conn: &mut SqliteConnection) {
        let begun = Instant::now();
        let until = begun + self.patience;
        let mut ended = begun;
        let mut answers = Vec::with_capacity(self.callers);
        let fate = conn.immediate_transaction(|conn| {
            while let Some(job) = self.next(answers.len(), until) {
                let step = |conn: &mut SqliteConnection| {
                    let (is_done, answer) = job(conn);
                    answers.push(answer);
                    if is_done {
                        Ok(())
                    } else {
                        Err(Error::RollbackTransaction)
                    }
                };
                match conn.transaction(step) {
                    Ok(()) | Err(Error::RollbackTransaction) => {}
                    Err(error) => return Err(error),
                }
            }
            ended = Instant::now();
            Ok(())
        });
        if fate.is_err() {
            // Those who wait are turned away too, for what came before them has not gone through.
            self.taken.clear();
        }
        self.patience = (ended.elapsed() / 2).min(MOST_PATIENCE);
        self.taken.extend(self.jobs.try_iter().take(MOST_TOGETHER));
        self.callers = answers.len() + self.taken.len();
        let fate = fate.map_err(|error| {
            tracing::error!(%error, "a transaction was not committed");
            error.to_string()
        });
        for answer in answers {
            answer(fate.clone());
        }
    }
}
