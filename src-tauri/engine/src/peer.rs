//! What is known of a connected peer.

use crate::answer::Asks;
use crate::held::Held;
use crate::input::Millis;
use crate::protocol::PeerState;
use board::Role;

/// How long a difference may last before the peer counts as out of sync: longer than edits are
/// on their way in a local network, so that typing does not make the sign flicker.
const DRIFT_MS: i64 = 1_500;
/// How often state vector and hash are told when nothing happens.
pub(crate) const HAVE_EVERY_MS: i64 = 5_000;
/// How soon after a change they are told: edits of one gesture or word are over.
pub(crate) const HAVE_AFTER_MS: i64 = 250;
/// When an `Ask` is taken for lost. A full window takes a second on a poor Wi-Fi.
pub(crate) const ASK_AGAIN_MS: i64 = 5_000;

/// A peer on an open board.
#[derive(Debug)]
pub(crate) struct Peer {
    /// What it may do.
    pub(crate) role: Role,
    /// This side dialled.
    pub(crate) dialled: bool,
    /// Its device, opaque.
    pub(crate) device: String,
    /// The name its user goes by.
    pub(crate) name: String,
    /// Its `Hello` came.
    pub(crate) greeted: bool,
    /// Its queue is full: whatever is sent now is lost.
    pub(crate) blocked: bool,
    /// What waits for this laptop's disk before it is sent to one who looks on.
    pub(crate) held: Held,
    /// What it asked and was not answered yet.
    pub(crate) asks: Asks,
    /// When an answer was asked for that has not come.
    pub(crate) asked: Option<Millis>,
    /// The number of the last `Ask`; the greeting counts as the first.
    pub(crate) ask_number: u32,
    /// The revision at which equal state vectors came with different hashes, and everything was
    /// exchanged once more.
    pub(crate) suspect: Option<u64>,
    /// Sessions were told that the replicas came apart.
    pub(crate) told_apart: bool,
    /// How often it brought edits that do not go with what is here.
    pub(crate) misfits: u32,
    /// When to tell state vector and hash next.
    pub(crate) have_due: Millis,
    /// When they were told last.
    pub(crate) have_sent: Millis,
    /// Both sides held the same when they compared last.
    agreed: bool,
    /// Since when they may not.
    drifting: Option<Millis>,
}

impl Peer {
    pub(crate) fn new(role: Role, dialled: bool, device: String, now: Millis) -> Self {
        Self {
            role,
            dialled,
            device,
            name: String::new(),
            greeted: false,
            blocked: false,
            held: Held::default(),
            asks: Asks::default(),
            asked: None,
            ask_number: 1,
            suspect: None,
            told_apart: false,
            misfits: 0,
            have_due: now.plus(HAVE_EVERY_MS),
            have_sent: now,
            agreed: false,
            drifting: None,
        }
    }

    /// The number of the next `Ask`.
    pub(crate) fn next_ask(&mut self) -> u32 {
        self.ask_number = self.ask_number.saturating_add(1);
        self.ask_number
    }

    /// Both sides were seen to hold the same.
    pub(crate) fn agree(&mut self) {
        self.agreed = true;
        self.drifting = None;
        self.suspect = None;
        self.told_apart = false;
    }

    /// Something changed here, or the peer said that it holds something else.
    pub(crate) fn drift(&mut self, now: Millis) {
        self.drifting.get_or_insert(now);
    }

    /// A change is to be compared soon.
    pub(crate) fn compare_soon(&mut self, now: Millis) {
        self.have_due = self.have_due.min(now.plus(HAVE_AFTER_MS));
    }

    fn synced(&self, now: Millis) -> bool {
        self.agreed
            && self
                .drifting
                .is_none_or(|since| now.since(since) < DRIFT_MS)
    }

    pub(crate) fn state(&self, id: u64, now: Millis) -> PeerState {
        PeerState {
            id: id.to_string(),
            name: self.name.clone(),
            role: self.role,
            synced: self.synced(now),
        }
    }

    pub(crate) fn due(&self, now: Millis) -> Option<Millis> {
        let have = (self.greeted && !self.blocked).then_some(self.have_due);
        let asked = self.asked.map(|at| at.plus(ASK_AGAIN_MS));
        let drift = self
            .drifting
            .map(|at| at.plus(DRIFT_MS))
            .filter(|at| self.agreed && *at > now);
        have.into_iter()
            .chain(asked)
            .chain(drift)
            .chain(self.asks.due())
            .min()
    }
}
