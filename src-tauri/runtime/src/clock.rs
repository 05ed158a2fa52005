//! The one wall clock.

use engine::Millis;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// A jump of the system's clock smaller than this is drift; a larger one forward is a laptop
/// that slept, and is followed.
const SLEPT_MS: i64 = 2_000;

/// Unix time that never runs backwards while the program runs, and keeps up after sleep.
#[derive(Debug)]
pub(crate) struct Clock {
    base: i64,
    since: Instant,
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the edge where time comes in"
)]
impl Clock {
    pub(crate) fn new() -> Self {
        Self {
            base: unix_ms(),
            since: Instant::now(),
        }
    }

    pub(crate) fn now(&mut self) -> Millis {
        let system = unix_ms();
        let elapsed = i64::try_from(self.since.elapsed().as_millis()).unwrap_or(i64::MAX);
        let steady = self.base.saturating_add(elapsed);
        if system > steady.saturating_add(SLEPT_MS) {
            *self = Self {
                base: system,
                since: Instant::now(),
            };
            return Millis(system);
        }
        Millis(steady)
    }
}

/// Unix milliseconds as the system has them.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the edge where time comes in"
)]
pub(crate) fn unix_ms() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| {
            i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
        })
}
