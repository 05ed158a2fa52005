//! Which members of a board to be connected with, and when to call those who are not. Plain state:
//! time and chance are passed in.
//!
//! A small group is a full mesh. In a larger one each member calls four of the others: on a circle
//! of all members, ordered by device, the next two, and those a quarter and half of the way round.
//! The next one alone makes a circle, so everybody is connected, and engines pass on what they
//! merge; the others make the way short, and one may fail. Those who do not answer are left out of
//! the circle, and called again all the same.

use link::DeviceId;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::time::Instant;

/// Up to so many others, everybody is connected with everybody; and in a larger group, so many are
/// called and call, together.
pub(crate) const LINKS: usize = 8;

/// Waits between calls to a member that does not answer: soon after a hiccup, then seldom enough to
/// be free, often enough that a lid that opens is noticed within half a minute.
const CALL_AGAIN: [Duration; 5] = [
    Duration::from_millis(300),
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(10),
    Duration::from_secs(30),
];

/// Calls under way at once on a board. Each may take ten seconds where nobody is.
const AT_ONCE: usize = 2 * LINKS;

/// The wait after having been turned away: only a person can change that.
const TURNED_AWAY: Duration = Duration::from_secs(5 * 60);

/// Two who learn of each other at once would both call. The one with the larger id waits for the
/// other's call this long, which is many round trips; then it calls, as the other may not be able
/// to.
const LET_THEM_CALL: Duration = Duration::from_millis(400);

/// Whom to be connected with, of `others`, those who are `away` left out and called besides.
pub(crate) fn wanted(
    me: &DeviceId,
    others: &BTreeSet<DeviceId>,
    away: &BTreeSet<DeviceId>,
) -> BTreeSet<DeviceId> {
    let present = others.difference(away).copied().collect();
    let mut wanted = links(me, others);
    wanted.extend(links(me, &present));
    wanted
}

/// Whom to be connected with, of `others`, if all of them were there.
fn links(me: &DeviceId, others: &BTreeSet<DeviceId>) -> BTreeSet<DeviceId> {
    let circle: Vec<&DeviceId> = others
        .iter()
        .filter(|other| *other > me)
        .chain(others.iter().filter(|other| *other < me))
        .collect();
    if circle.len() <= LINKS {
        return circle.into_iter().copied().collect();
    }
    let all = circle.len() + 1;
    [1, 2, all / 4, all / 2]
        .into_iter()
        .filter_map(|steps| circle.get(steps - 1))
        .map(|device| **device)
        .collect()
}

/// What became of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missed {
    /// Nobody answered, or not for long.
    NoAnswer,
    /// This laptop is not welcome there, or that one not here.
    TurnedAway,
}

/// The calls of one board.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    calls: BTreeMap<DeviceId, Call>,
    under_way: usize,
    begun: bool,
}

#[derive(Debug)]
struct Call {
    tries: usize,
    next: Instant,
    under_way: bool,
}

impl Calls {
    /// Those who were called and have not answered.
    pub(crate) fn away(&self) -> BTreeSet<DeviceId> {
        let away = self.calls.iter().filter(|(_, call)| call.tries > 0);
        away.map(|(device, _)| *device).collect()
    }

    /// Whom of `wanted` to call now, and of those `known` who did not answer before: it may be
    /// that they cannot reach this laptop, and their circle is another. They count as called until
    /// [`Self::reached`] or [`Self::missed`]. With each, how often it was called in vain.
    pub(crate) fn due(
        &mut self,
        me: &DeviceId,
        wanted: &BTreeSet<DeviceId>,
        known: &BTreeSet<DeviceId>,
        now: Instant,
    ) -> Vec<(DeviceId, usize)> {
        let at_start = !std::mem::replace(&mut self.begun, true);
        self.calls.retain(|device, call| {
            let missed = call.tries > 0 && known.contains(device);
            call.under_way || missed || wanted.contains(device)
        });
        for device in wanted {
            let waits = !at_start && device < me;
            self.calls.entry(*device).or_insert_with(|| Call {
                tries: 0,
                next: if waits { now + LET_THEM_CALL } else { now },
                under_way: false,
            });
        }
        let mut due: Vec<_> = self
            .calls
            .iter_mut()
            .filter(|(_, call)| !call.under_way && call.next <= now)
            .collect();
        due.sort_by_key(|(_, call)| call.tries);
        let free = AT_ONCE.saturating_sub(self.under_way);
        due.truncate(free);
        self.under_way += due.len();
        due.into_iter()
            .map(|(device, call)| {
                call.under_way = true;
                (*device, call.tries)
            })
            .collect()
    }

    /// A call has come to its end; [`Self::reached`] or [`Self::missed`] say to which.
    pub(crate) fn ended(&mut self) {
        self.under_way = self.under_way.saturating_sub(1);
    }

    /// A member is connected, whoever called.
    pub(crate) fn reached(&mut self, device: &DeviceId) {
        self.calls.remove(device);
    }

    /// A call led to nothing. `chance`, from 0 to 255, spreads the calls of many.
    pub(crate) fn missed(&mut self, device: DeviceId, how: Missed, now: Instant, chance: u8) {
        let tries = self.calls.get(&device).map_or(0, |call| call.tries);
        let wait = match how {
            Missed::NoAnswer => CALL_AGAIN[tries.min(CALL_AGAIN.len() - 1)],
            Missed::TurnedAway => TURNED_AWAY,
        };
        // Three quarters of it to a whole.
        let wait = wait * 3 / 4 + wait / 4 * u32::from(chance) / 255;
        let call = Call {
            tries: tries + 1,
            next: now + wait,
            under_way: false,
        };
        self.calls.insert(device, call);
    }

    /// This laptop is on another network: all may be reached again.
    pub(crate) fn afresh(&mut self, now: Instant) {
        for call in self.calls.values_mut() {
            (call.tries, call.next) = (0, now);
        }
    }

    /// When somebody is to be called next, unless a call under way ends before.
    pub(crate) fn next(&self) -> Option<Instant> {
        if self.under_way >= AT_ONCE {
            return None;
        }
        let waiting = self.calls.values().filter(|call| !call.under_way);
        waiting.map(|call| call.next).min()
    }
}

#[cfg(test)]
#[path = "mesh_tests.rs"]
mod tests;
