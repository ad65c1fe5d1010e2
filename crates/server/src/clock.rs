//! The system's clock.

use std::time::{SystemTime, UNIX_EPOCH};

use denizen_domain::ports::Clock;
use denizen_domain::time::Timestamp;

/// Tells the time of this machine.
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else asks")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}
