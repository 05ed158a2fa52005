//! A bound on connections that have not proven anything yet.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

/// Counts the handshakes under way, over all and per address.
#[derive(Debug, Clone)]
pub(crate) struct Pending {
    total: usize,
    per_address: usize,
    /// Through a relay the address is unknown: all such share one entry, under `None`.
    counts: Arc<Mutex<HashMap<Option<IpAddr>, usize>>>,
}

/// A place among the pending; given back when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    pending: Pending,
    address: Option<IpAddr>,
}

impl Pending {
    pub(crate) fn new(total: usize, per_address: usize) -> Self {
        Self {
            total,
            per_address,
            counts: Arc::default(),
        }
    }

    pub(crate) fn enter(&self, address: Option<IpAddr>) -> Option<Place> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.values().sum::<usize>() >= self.total {
            return None;
        }
        let count = counts.entry(address).or_insert(0);
        if address.is_some() && *count >= self.per_address {
            return None;
        }
        *count += 1;
        drop(counts);
        Some(Place {
            pending: self.clone(),
            address,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self
            .pending
            .counts
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn one_address_cannot_take_all_places() {
        let pending = Pending::new(3, 2);
        let (one, other) = (
            Some("10.0.0.1".parse().unwrap()),
            Some("10.0.0.2".parse().unwrap()),
        );
        let first = pending.enter(one).unwrap();
        let second = pending.enter(one).unwrap();
        assert!(pending.enter(one).is_none());
        let third = pending.enter(other).unwrap();
        assert!(pending.enter(other).is_none());
        assert!(pending.enter(None).is_none());
        drop(first);
        assert!(pending.enter(one).is_some());
        drop((second, third));
        assert!(pending.counts.lock().unwrap().is_empty());
    }
}
