//! Connections between laptops: each has two lanes a direction, in order, until it breaks.

use crate::laptop::LaptopId;
use bytes::Bytes;
use engine::{Lane, PeerId};
use std::collections::BTreeMap;

/// A connection, numbered; both sides know it by this number.
pub(crate) type ConnectionId = u64;

/// Two laptops that can reach each other.
#[derive(Debug)]
pub(crate) struct Road {
    pub(crate) ends: (LaptopId, LaptopId),
    /// The connection on it.
    pub(crate) connection: Option<ConnectionId>,
    /// Parted until then.
    pub(crate) parted_until: i64,
    /// A new connection is being made.
    pub(crate) dialling: bool,
}

/// A live connection.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) road: usize,
    pub(crate) ends: (LaptopId, LaptopId),
    /// By sender and lane: when the last frame arrives, and how many are on the way.
    lanes: BTreeMap<(LaptopId, Lane), OnTheWay>,
    /// Frames each direction holds before it is full.
    pub(crate) capacity: usize,
}

#[derive(Debug, Default)]
struct OnTheWay {
    last_arrival: i64,
    frames: usize,
    full: bool,
}

/// What became of a frame that was sent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Sent {
    /// It arrives then.
    At(i64),
    /// The queue was full; it is lost.
    Full,
}

/// A frame on its way.
#[derive(Debug)]
pub(crate) struct Frame {
    pub(crate) connection: ConnectionId,
    pub(crate) from: LaptopId,
    pub(crate) lane: Lane,
    pub(crate) bytes: Bytes,
}

impl Connection {
    pub(crate) fn new(road: usize, ends: (LaptopId, LaptopId), capacity: usize) -> Self {
        Self {
            road,
            ends,
            lanes: BTreeMap::new(),
            capacity,
        }
    }

    pub(crate) fn other(&self, end: LaptopId) -> LaptopId {
        if self.ends.0 == end {
            self.ends.1
        } else {
            self.ends.0
        }
    }

    /// Puts a frame on its way; it never overtakes those before it.
    pub(crate) fn send(&mut self, from: LaptopId, lane: Lane, arrival: i64) -> Sent {
        let way = self.lanes.entry((from, lane)).or_default();
        if way.frames >= self.capacity {
            way.full = true;
            return Sent::Full;
        }
        way.frames += 1;
        way.last_arrival = way.last_arrival.max(arrival);
        Sent::At(way.last_arrival)
    }

    /// A frame arrived; answers whether the sender can write again after having been refused.
    pub(crate) fn arrived(&mut self, from: LaptopId, lane: Lane) -> bool {
        let way = self.lanes.entry((from, lane)).or_default();
        way.frames -= 1;
        let drained = way.full && lane == Lane::Sync && way.frames <= self.capacity / 2;
        if drained {
            way.full = false;
        }
        drained
    }
}

/// The engine's name for a connection.
pub(crate) fn peer_id(connection: ConnectionId) -> PeerId {
    PeerId(connection)
}
