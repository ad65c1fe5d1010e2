//! Bounds how much hashing runs and waits. A hash takes 19 MiB and a core: without a bound, a burst of sign-ins takes all
//! memory and starves every other request (P9).

use std::sync::Arc;
use std::thread::available_parallelism;

use denizen_domain::password::HasherError;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// How much hashing may go on at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Hashes that run side by side; at least 1.
    pub running: usize,
    /// Hashes that wait for one of these; more are refused.
    pub waiting: usize,
}

impl Default for Limits {
    /// All cores but one, which is left for other requests; 256 wait.
    fn default() -> Self {
        let cores = available_parallelism().map_or(1, usize::from);
        Self {
            running: cores.saturating_sub(1).max(1),
            waiting: 256,
        }
    }
}

/// Lets work through to the blocking pool, within the limits.
pub(crate) struct Gate {
    /// One for each piece of work that runs or waits.
    places: Arc<Semaphore>,
    /// One for each piece of work that runs.
    permits: Arc<Semaphore>,
}

impl Gate {
    pub(crate) fn new(limits: Limits) -> Self {
        let running = limits.running.clamp(1, Semaphore::MAX_PERMITS / 2);
        let waiting = limits.waiting.min(Semaphore::MAX_PERMITS / 2);
        Self {
            places: Arc::new(Semaphore::new(running + waiting)),
            permits: Arc::new(Semaphore::new(running)),
        }
    }

    /// Runs work that blocks. Work whose caller went away while it waited is never started; once started it keeps its
    /// permit to the end, so that callers who leave cannot make more run than the limit.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HasherError> {
        let place = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_| HasherError::Busy)?;
        let permit = Arc::clone(&self.permits)
            .acquire_owned()
            .await
            .map_err(|_| HasherError::Failed("the hasher is shut down".to_owned()))?;
        let running = spawn_blocking(move || {
            let _held = (place, permit);
            work()
        });
        running
            .await
            .map_err(|_| HasherError::Failed("the hashing thread was stopped".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;

    use super::*;

    /// P9: what finds the queue full is refused at once, and room is made again when work ends.
    #[tokio::test]
    async fn work_beyond_the_queue_is_refused() {
        let gate = Arc::new(Gate::new(Limits { running: 1, waiting: 2 }));
        let mut admitted = Vec::new();
        let mut release = Vec::new();
        for n in 0..3 {
            let (send, receive) = mpsc::channel::<()>();
            release.push(send);
            let gate = Arc::clone(&gate);
            admitted.push(tokio::spawn(async move {
                gate.run(move || {
                    let _ = receive.recv();
                    n
                })
                .await
            }));
        }
        while gate.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(gate.run(|| 9).await, Err(HasherError::Busy));
        drop(release);
        for (n, task) in admitted.into_iter().enumerate() {
            assert_eq!(task.await.unwrap(), Ok(n));
        }
        assert_eq!(gate.run(|| 9).await, Ok(9));
    }

    /// P9: 200 at once never run more side by side than there are permits.
    #[tokio::test]
    async fn no_more_run_than_permits() {
        let gate = Arc::new(Gate::new(Limits {
            running: 2,
            waiting: 198,
        }));
        let (now, peak) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let tasks: Vec<_> = (0..200)
            .map(|_| {
                let (gate, now, peak) = (Arc::clone(&gate), Arc::clone(&now), Arc::clone(&peak));
                tokio::spawn(async move {
                    gate.run(move || {
                        peak.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        std::thread::yield_now();
                        now.fetch_sub(1, Ordering::SeqCst);
                    })
                    .await
                })
            })
            .collect();
        for task in tasks {
            assert_eq!(task.await.unwrap(), Ok(()));
        }
        assert!((1..=2).contains(&peak.load(Ordering::SeqCst)));
    }

    #[tokio::test]
    async fn a_panic_is_an_error_and_frees_its_place() {
        let gate = Gate::new(Limits { running: 1, waiting: 0 });
        let failed = gate.run(|| panic!("not shown")).await;
        assert_eq!(
            failed,
            Err::<(), _>(HasherError::Failed("the hashing thread was stopped".to_owned()))
        );
        assert_eq!(gate.run(|| 1).await, Ok(1));
    }

    #[test]
    fn the_default_leaves_a_core_free() {
        let limits = Limits::default();
        assert!(limits.running >= 1 && limits.waiting == 256);
    }
}
