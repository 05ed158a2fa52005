//! The timer of a board, by this laptop's clock, and the stamps that say which change of it counts.

use crate::input::Millis;
use crate::protocol::{Timer, TimerChange};

/// The longest a timer can be set to: a day.
const LONGEST_MS: i64 = 24 * 60 * 60 * 1_000;
/// The low bits of a stamp are drawn at random, those above count the changes.
const DRAWN_BITS: u32 = 16;
/// So many changes further than what is held is as far as a peer's stamp is followed at a time. More
/// than a workshop has, so that one who comes late is there at once; and so little that nobody
/// reaches the end of the count, after which no change would be the newest any more: at a thousand
/// frames a second that takes two years.
const MOST_AHEAD: u64 = 1 << 12;

/// The timer, by this laptop's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Running {
    total_ms: i64,
    /// What was left at `at`.
    left_ms: i64,
    at: Millis,
    pub(crate) running: bool,
}

impl Running {
    /// What a peer told.
    pub(crate) fn heard(timer: &Timer, now: Millis) -> Self {
        Self {
            total_ms: timer.total_ms.clamp(0, LONGEST_MS),
            left_ms: timer.left_ms.clamp(-LONGEST_MS, LONGEST_MS),
            at: now,
            running: timer.running,
        }
    }

    fn left(&self, now: Millis) -> i64 {
        if self.running {
            self.left_ms.saturating_sub(now.since(self.at))
        } else {
            self.left_ms
        }
    }

    pub(crate) fn told(&self, now: Millis) -> Timer {
        Timer {
            total_ms: self.total_ms,
            left_ms: self.left(now),
            running: self.running,
        }
    }
}

/// What a change makes of a timer.
pub(crate) fn changed(
    timer: Option<Running>,
    change: &TimerChange,
    now: Millis,
) -> Option<Running> {
    let within = |ms: i64| ms.clamp(-LONGEST_MS, LONGEST_MS);
    match (change, timer) {
        (TimerChange::Start { ms }, _) => Some(Running {
            total_ms: (*ms).clamp(0, LONGEST_MS),
            left_ms: (*ms).clamp(0, LONGEST_MS),
            at: now,
            running: true,
        }),
        (TimerChange::Stop, _) | (_, None) => None,
        (TimerChange::Pause, Some(timer)) => Some(Running {
            left_ms: timer.left(now),
            at: now,
            running: false,
            ..timer
        }),
        (TimerChange::Resume, Some(timer)) => Some(Running {
            left_ms: timer.left(now),
            at: now,
            running: true,
            ..timer
        }),
        // "A minute more" means from now, however long it has been over.
        (TimerChange::Extend { ms }, Some(timer)) => Some(Running {
            total_ms: within(timer.total_ms.saturating_add(within(*ms))).max(0),
            left_ms: within(timer.left(now).max(0).saturating_add(within(*ms))).max(0),
            at: now,
            ..timer
        }),
    }
}

/// The stamp of a change made here. Two who press at once: the drawn bits decide the same
/// everywhere.
pub(crate) fn next_stamp(held: u64, drawn: u16) -> u64 {
    let most = u64::MAX >> DRAWN_BITS;
    let count = (held >> DRAWN_BITS).saturating_add(1).min(most);
    count << DRAWN_BITS | u64::from(drawn)
}

/// The stamp to hold for one that a peer told, if what it told is newer than what is held. A stamp
/// that is far ahead is followed a part of the way: a laptop that lags behind gets there when it is
/// told again, and one forged stamp does not end the count for everybody.
pub(crate) fn heard_stamp(held: u64, told: u64) -> Option<u64> {
    let furthest = held.saturating_add(MOST_AHEAD << DRAWN_BITS);
    (told > held).then(|| told.min(furthest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn w9_a_forged_stamp_never_keeps_the_next_change_from_counting(
            start in 0..1_u64 << 40,
            forged in prop::collection::vec(any::<u64>(), 0..64),
            drawn: u16,
        ) {
            let mut held = start;
            for told in forged.into_iter().chain([u64::MAX, u64::MAX - 1]) {
                if let Some(stamp) = heard_stamp(held, told) {
                    prop_assert!(stamp > held && stamp <= told);
                    held = stamp;
                }
            }
            let next = next_stamp(held, drawn);
            prop_assert!(next > held);
            prop_assert_eq!(heard_stamp(held, next), Some(next));
        }

        #[test]
        fn w9_one_who_lags_behind_gets_there_when_it_is_told_again(told in 1..1_u64 << 40) {
            let mut held = 0;
            let mut times = 0_u64;
            while let Some(stamp) = heard_stamp(held, told) {
                held = stamp;
                times += 1;
            }
            prop_assert_eq!(held, told);
            prop_assert!(times <= (told >> DRAWN_BITS) / MOST_AHEAD + 1);
        }
    }
}
