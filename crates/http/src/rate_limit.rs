//! Rate limits: so many calls per minute of one caller in one bucket of paths (contract: conventions §7).
//!
//! A window is one atomic number, so that callers in parallel wait for nobody; a lock is only written when somebody calls for
//! the first time. The table is bounded, whoever calls.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

/// How long a window lasts, in seconds.
const WINDOW: u32 = 60;
const SHARDS: usize = 64;
/// Most windows of a shard. When all of them are in use, callers without one share a window.
const MOST_WINDOWS: usize = 4096;
/// What one caller may do in a minute, unless told otherwise: more than one server can answer.
const DEFAULT_PER_MINUTE: u32 = 6_000_000;

/// How many calls per minute are taken from one caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateLimits {
    /// The limit of every path that no bucket names.
    pub default_per_minute: u32,
    /// Limits of single paths and of all that lies below them.
    pub buckets: Vec<BucketLimit>,
}

/// The limit of a path and of all that lies below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketLimit {
    /// The path as documented, such as `/api/v1/users/{id}`.
    pub path: String,
    /// Calls per minute.
    pub per_minute: u32,
}

impl Default for RateLimits {
    fn default() -> Self {
        let buckets = ["/api/v1/users", "/api/v1/users/{id}", "/api/v1/logs"].map(|path| BucketLimit {
            path: path.to_owned(),
            per_minute: DEFAULT_PER_MINUTE,
        });
        Self {
            default_per_minute: DEFAULT_PER_MINUTE,
            buckets: buckets.into(),
        }
    }
}

/// One of the buckets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bucket {
    index: usize,
    per_minute: u32,
}

/// Where a caller stands after a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    /// The limit that applied.
    pub(crate) limit: u32,
    /// Calls left in the window.
    pub(crate) remaining: u32,
    /// When the window ends, in seconds since the epoch.
    pub(crate) reset: u32,
    /// Whether the call is one too many.
    pub(crate) exceeded: bool,
}

/// Counts calls.
pub(crate) struct RateLimiter {
    limits: RateLimits,
    /// How long a window lasts, in seconds.
    window: u32,
    hasher: RandomState,
    shards: Vec<RwLock<Shard>>,
}

#[derive(Default)]
struct Shard {
    windows: Windows,
    /// The second in which ended windows were last thrown away: a full table is searched once a second at most.
    cleaned: u32,
}

/// Windows by the hash of bucket and caller: start in seconds in the upper half, calls in the lower.
type Windows = HashMap<u64, AtomicU64, BuildHasherDefault<AsIs>>;

impl RateLimiter {
    pub(crate) fn new(limits: RateLimits) -> Self {
        Self::with_window(limits, WINDOW)
    }

    /// A limiter whose windows last so many seconds.
    pub(crate) fn with_window(limits: RateLimits, window: u32) -> Self {
        Self {
            limits,
            window,
            hasher: RandomState::new(),
            shards: (0..SHARDS).map(|_| RwLock::default()).collect(),
        }
    }

    /// The bucket of a documented path: the one of this very path, else the one with the longest prefix.
    pub(crate) fn bucket(&self, path: &str) -> Bucket {
        let holds = |bucket: &str| {
            path.strip_prefix(bucket)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let buckets = self.limits.buckets.iter().enumerate();
        let found = buckets
            .filter(|(_, bucket)| holds(bucket.path.trim_end_matches('/')))
            .max_by_key(|(_, bucket)| bucket.path.len());
        match found {
            Some((index, bucket)) => Bucket {
                index: index + 1,
                per_minute: bucket.per_minute,
            },
            None => Bucket {
                index: 0,
                per_minute: self.limits.default_per_minute,
            },
        }
    }

    /// Counts a call.
    pub(crate) fn take(&self, bucket: Bucket, caller: &str, now: u32) -> Standing {
        let key = self.hasher.hash_one((bucket.index, caller));
        let shard = &self.shards[(key >> 32) as usize % SHARDS];
        {
            let shard = shard.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(window) = shard.windows.get(&key) {
                return count(window, bucket.per_minute, now, self.window);
            }
        }
        let mut shard = shard.write().unwrap_or_else(PoisonError::into_inner);
        let key = if shard.has_room(now, self.window) {
            key
        } else {
            bucket.index as u64
        };
        let window = shard.windows.entry(key).or_insert_with(|| AtomicU64::new(pack(now, 0)));
        count(window, bucket.per_minute, now, self.window)
    }
}

impl Shard {
    fn has_room(&mut self, now: u32, length: u32) -> bool {
        if self.windows.len() >= MOST_WINDOWS && self.cleaned != now {
            self.cleaned = now;
            self.windows
                .retain(|_, window| now < start(window.load(Ordering::Relaxed)).saturating_add(length));
        }
        self.windows.len() < MOST_WINDOWS
    }
}

fn count(window: &AtomicU64, limit: u32, now: u32, length: u32) -> Standing {
    let counted = window.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |packed| {
        if now >= start(packed).saturating_add(length) {
            return Some(pack(now, 1.min(limit)));
        }
        (calls(packed) < limit).then(|| packed + 1)
    });
    let (before, exceeded) = match counted {
        Ok(before) => (before, false),
        Err(before) => (before, true),
    };
    let fresh = now >= start(before).saturating_add(length);
    let (start, calls) = if fresh {
        (now, 0)
    } else {
        (start(before), calls(before))
    };
    let exceeded = exceeded || limit == 0;
    Standing {
        limit,
        remaining: limit.saturating_sub(if exceeded { calls } else { calls + 1 }),
        reset: start.saturating_add(length),
        exceeded,
    }
}

fn pack(start: u32, calls: u32) -> u64 {
    u64::from(start) << 32 | u64::from(calls)
}

fn start(packed: u64) -> u32 {
    (packed >> 32) as u32
}

fn calls(packed: u64) -> u32 {
    (packed & u64::from(u32::MAX)) as u32
}

/// Keys are hashes already.
#[derive(Default)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0 << 8 | u64::from(byte);
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn limiter(per_minute: u32) -> RateLimiter {
        RateLimiter::new(RateLimits {
            default_per_minute: per_minute,
            buckets: vec![BucketLimit {
                path: "/api/v1/users".to_owned(),
                per_minute: 2,
            }],
        })
    }

    #[test]
    fn a_window_runs_from_the_first_call_for_a_minute() {
        let limiter = limiter(3);
        let bucket = limiter.bucket("/api/v1/groups/{id}");
        let remaining: Vec<_> = [100, 130, 159, 159, 160]
            .map(|now| limiter.take(bucket, "a", now))
            .map(|standing| (standing.remaining, standing.reset, standing.exceeded))
            .into();
        let wanted = [
            (2, 160, false),
            (1, 160, false),
            (0, 160, false),
            (0, 160, true),
            (2, 220, false),
        ];
        assert_eq!(remaining, wanted);
    }

    #[test]
    fn callers_and_buckets_do_not_share_windows() {
        let limiter = limiter(1);
        let (users, rest) = (limiter.bucket("/api/v1/users"), limiter.bucket("/api/v1/groups/{id}"));
        assert_eq!((users.per_minute, rest.per_minute), (2, 1));
        assert!(!limiter.take(rest, "a", 1).exceeded);
        assert!(!limiter.take(rest, "b", 1).exceeded);
        assert!(!limiter.take(users, "a", 1).exceeded);
        assert!(limiter.take(rest, "a", 1).exceeded);
    }

    #[test]
    fn the_longest_prefix_of_whole_segments_names_the_bucket() {
        let limiter = RateLimiter::new(RateLimits::default());
        let index = |path| limiter.bucket(path).index;
        assert_eq!(index("/api/v1/users/{id}"), 2);
        assert_eq!(index("/api/v1/users/{id}/lifecycle/suspend"), 2);
        assert_eq!(index("/api/v1/users"), 1);
        assert_eq!(index("/api/v1/usersandmore"), 0);
    }

    #[test]
    fn a_limit_of_zero_takes_no_call() {
        let limiter = limiter(0);
        let bucket = limiter.bucket("/x");
        assert!(limiter.take(bucket, "a", 1).exceeded);
        assert!(limiter.take(bucket, "a", 100).exceeded);
    }

    /// L1 in kind: calls in parallel are counted once each.
    #[test]
    fn parallel_calls_are_all_counted() {
        let limiter = Arc::new(limiter(1000));
        let bucket = limiter.bucket("/x");
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let limiter = Arc::clone(&limiter);
                std::thread::spawn(move || (0..400).filter(|_| !limiter.take(bucket, "a", 5).exceeded).count())
            })
            .collect();
        let taken: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
        assert_eq!(taken, 1000);
    }

    #[test]
    fn the_table_stays_bounded() {
        let limiter = limiter(5);
        let bucket = limiter.bucket("/x");
        for number in 0..(SHARDS * MOST_WINDOWS + 50_000) {
            limiter.take(bucket, &number.to_string(), 5);
        }
        let windows: usize = limiter
            .shards
            .iter()
            .map(|shard| shard.read().unwrap().windows.len())
            .sum();
        assert!(windows <= SHARDS * (MOST_WINDOWS + 3), "{windows}");
        assert!(!limiter.take(bucket, "after a minute", 66).exceeded);
    }
}
