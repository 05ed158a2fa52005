//! What one door bears, and the count of who is at it.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// Bounds of a door.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The largest message taken, in bytes.
    pub message: usize,
    /// Messages taken a second and session; more close it. `None`: no bound.
    pub per_second: Option<u32>,
    /// Sessions at once.
    pub sessions: usize,
    /// Sessions at once from one address.
    pub per_address: usize,
    /// Messages waiting to be sent before a session that does not read is closed.
    pub waiting: usize,
}

impl Limits {
    /// For the owner's own browser on this machine: imports arrive as one message.
    pub const OWNER: Self = Self {
        message: 96 * 1024 * 1024,
        per_second: None,
        sessions: 16,
        per_address: 16,
        waiting: 4_096,
    };
    /// For guests on the room's network.
    pub const GUESTS: Self = Self {
        message: 1024 * 1024,
        per_second: Some(50),
        sessions: 64,
        per_address: 8,
        waiting: 512,
    };
}

/// Wrong tokens from an address before it has to wait.
const WRONG_TOKENS: u32 = 5;
/// How long it then waits: long enough that guessing is hopeless, short enough for a mistake.
const PAUSE: Duration = Duration::from_secs(30);
/// Addresses whose wrong tokens are remembered; beyond it, the oldest memory goes.
const REMEMBERED: usize = 1_024;

#[derive(Default)]
struct Counts {
    sessions: usize,
    by_address: BTreeMap<IpAddr, usize>,
    wrong: BTreeMap<IpAddr, (u32, Instant)>,
}

/// Counts sessions and wrong tokens.
#[derive(Clone, Default)]
pub(crate) struct Gatekeeper(Arc<Mutex<Counts>>);

/// A place at the door, given back when dropped.
pub(crate) struct Seat {
    gatekeeper: Gatekeeper,
    address: IpAddr,
}

impl Gatekeeper {
    fn counts(&self) -> std::sync::MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A seat, unless the door is full or the address has to wait.
    pub(crate) fn seat(&self, address: IpAddr, limits: &Limits, now: Instant) -> Option<Seat> {
        let mut counts = self.counts();
        if let Some((wrong, last)) = counts.wrong.get(&address).copied() {
            if now.duration_since(last) >= PAUSE {
                counts.wrong.remove(&address);
            } else if wrong >= WRONG_TOKENS {
                return None;
            }
        }
        let here = counts.by_address.get(&address).copied().unwrap_or(0);
        if counts.sessions >= limits.sessions || here >= limits.per_address {
            return None;
        }
        counts.sessions += 1;
        counts.by_address.insert(address, here + 1);
        drop(counts);
        Some(Seat {
            gatekeeper: self.clone(),
            address,
        })
    }

    /// Notes a wrong token.
    pub(crate) fn wrong_token(&self, address: IpAddr, now: Instant) {
        let mut counts = self.counts();
        if counts.wrong.len() >= REMEMBERED && !counts.wrong.contains_key(&address) {
            let oldest = counts
                .wrong
                .iter()
                .min_by_key(|(_, (_, at))| *at)
                .map(|(a, _)| *a);
            if let Some(oldest) = oldest {
                counts.wrong.remove(&oldest);
            }
        }
        let entry = counts.wrong.entry(address).or_insert((0, now));
        *entry = (entry.0.saturating_add(1), now);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut counts = self.gatekeeper.counts();
        counts.sessions = counts.sessions.saturating_sub(1);
        if let Some(here) = counts.by_address.get_mut(&self.address) {
            *here = here.saturating_sub(1);
            if *here == 0 {
                counts.by_address.remove(&self.address);
            }
        }
    }
}

/// Messages in the current second of one session.
pub(crate) struct Rate {
    per_second: Option<u32>,
    since: Instant,
    count: u32,
}

impl Rate {
    pub(crate) fn new(per_second: Option<u32>, now: Instant) -> Self {
        Self {
            per_second,
            since: now,
            count: 0,
        }
    }

    /// Whether one more message is within the rate.
    pub(crate) fn allows(&mut self, now: Instant) -> bool {
        let Some(bound) = self.per_second else {
            return true;
        };
        if now.duration_since(self.since) >= Duration::from_secs(1) {
            self.since = now;
            self.count = 0;
        }
        self.count = self.count.saturating_add(1);
        self.count <= bound
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[tokio::test(start_paused = true)]
    async fn r15_seats_run_out_and_come_back() {
        let gatekeeper = Gatekeeper::default();
        let limits = Limits {
            per_address: 2,
            ..Limits::GUESTS
        };
        let first = gatekeeper.seat(HERE, &limits, Instant::now());
        let second = gatekeeper.seat(HERE, &limits, Instant::now());
        assert!(first.is_some() && second.is_some());
        assert!(gatekeeper.seat(HERE, &limits, Instant::now()).is_none());
        drop(first);
        assert!(gatekeeper.seat(HERE, &limits, Instant::now()).is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn r15_five_wrong_tokens_then_a_pause() {
        let gatekeeper = Gatekeeper::default();
        for _ in 0..WRONG_TOKENS {
            assert!(
                gatekeeper
                    .seat(HERE, &Limits::GUESTS, Instant::now())
                    .is_some()
            );
            gatekeeper.wrong_token(HERE, Instant::now());
        }
        assert!(
            gatekeeper
                .seat(HERE, &Limits::GUESTS, Instant::now())
                .is_none()
        );
        tokio::time::advance(PAUSE).await;
        assert!(
            gatekeeper
                .seat(HERE, &Limits::GUESTS, Instant::now())
                .is_some()
        );
    }

    #[tokio::test(start_paused = true)]
    async fn r15_the_rate_is_a_second_s() {
        let mut rate = Rate::new(Some(3), Instant::now());
        assert!((0..3).all(|_| rate.allows(Instant::now())));
        assert!(!rate.allows(Instant::now()));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert!(rate.allows(Instant::now()));
    }
}
