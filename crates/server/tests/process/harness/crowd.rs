//! Many callers at once.

use std::sync::Barrier;

/// Runs one job many times, each time with its number, on threads that all start at the same moment; the results, in order.
pub fn many_at_once<T: Send>(count: usize, job: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(count);
    let run = &|number| {
        start.wait();
        job(number)
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..count).map(|number| scope.spawn(move || run(number))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}
