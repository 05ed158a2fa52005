//! What the engine is told.

use crate::output::Mark;
use crate::private::{KeepToken, Secret};
use crate::protocol::BoardRequest;
use board::{BoardId, Record, Role, Tint};
use bytes::Bytes;

/// A moment: unix milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Millis(pub i64);

impl Millis {
    /// The moment `ms` milliseconds later.
    #[must_use]
    pub const fn plus(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds since an earlier moment.
    #[must_use]
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// A UI session, numbered by the runtime and never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionId(pub u64);

/// A connection to a peer about one board, numbered by the runtime and never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId(pub u64);

/// A request of the runtime's own, answered by an output that bears it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticket(pub u64);

/// An update on its way to the disk. Counts up, per engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AppendToken(pub u64);

/// One of the two streams of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// Document sync: every frame arrives, in order, until the connection ends.
    Sync,
    /// Presence: frames may be dropped, the newest counts.
    Presence,
}

/// Whose session it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionKind {
    /// The user of this laptop: any board, as what this laptop is on it.
    Own,
    /// A guest through the web door: one board, and at most this role.
    Guest {
        /// The board the guest's link opens.
        board: BoardId,
        /// What it grants.
        role: Role,
    },
}

/// A board as the store holds it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stored {
    /// The newest snapshot, if any.
    pub snapshot: Option<Vec<u8>>,
    /// The updates after it, in order.
    pub updates: Vec<Vec<u8>>,
    /// The number of the last update in the log; 0 for an empty one.
    pub last_seq: i64,
}

/// Why a board could not be loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LoadFailure {
    /// This laptop does not have it.
    NotFound,
    /// The store could not read it. A sentence for the person.
    Storage(String),
}

/// What the engine is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// Who uses this laptop: told to peers in `Hello`, and put into the presence of own sessions
    /// that leave it out.
    Me {
        /// Their name; may be empty.
        name: String,
        /// Their colour.
        tint: Option<Tint>,
    },

    /// A UI session began.
    SessionOpened {
        /// Its number.
        session: SessionId,
        /// Whose it is.
        kind: SessionKind,
    },
    /// A session asks something. Answered once, by [`Output::Answer`](crate::Output::Answer).
    Request {
        /// Who asks.
        session: SessionId,
        /// The session's number for the request.
        id: u32,
        /// What it asks.
        request: BoardRequest,
    },
    /// A session ended. Its requests that are not answered yet are not answered any more.
    SessionClosed {
        /// Which.
        session: SessionId,
    },

    /// The answer to [`Output::Load`](crate::Output::Load).
    Loaded {
        /// Which board.
        board: BoardId,
        /// What this laptop may do on it.
        role: Role,
        /// What the store holds. An empty [`Stored`] is an empty board: one that was joined and
        /// is still to come from a peer.
        stored: Result<Stored, LoadFailure>,
        /// What this laptop keeps for itself beside it.
        secrets: Vec<Secret>,
    },
    /// The answer to [`Output::Keep`](crate::Output::Keep).
    Kept {
        /// Of which board.
        board: BoardId,
        /// Which rows.
        token: KeepToken,
        /// On disk; or why not, for the person.
        result: Result<(), String>,
    },
    /// What this laptop may do on a board changed.
    RoleChanged {
        /// Which board.
        board: BoardId,
        /// Now.
        role: Role,
    },
    /// Updates up to and including this one are on disk.
    Appended {
        /// Which board.
        board: BoardId,
        /// The newest update that is safe.
        token: AppendToken,
        /// Its number in the board's log.
        seq: i64,
    },
    /// The store did not write an update; it will not write later ones of this board either until
    /// an [`Output::Append`](crate::Output::Append) with `again` comes.
    AppendFailed {
        /// Which board.
        board: BoardId,
        /// What happened, for the person.
        message: String,
    },
    /// Takes a board out of memory now: it was removed. Sessions get `Closed`, peers are let go.
    Unload {
        /// Which board.
        board: BoardId,
        /// Why, for the sessions.
        message: String,
    },

    /// A proven connection to a peer about a board.
    PeerConnected {
        /// Its number.
        peer: PeerId,
        /// About which board.
        board: BoardId,
        /// What the peer may do: what one who looks on sends is never applied.
        role: Role,
        /// This side dialled.
        dialled: bool,
        /// The peer's stable identity (its device), as opaque text, for markers and origins.
        device: String,
    },
    /// A frame came.
    Frame {
        /// From whom.
        peer: PeerId,
        /// On which stream.
        lane: Lane,
        /// The frame.
        bytes: Bytes,
    },
    /// A frame on the sync lane did not fit the peer's queue and was dropped.
    PeerFull {
        /// Which peer.
        peer: PeerId,
    },
    /// There is room again in the peer's queue, after [`Input::PeerFull`].
    PeerWritable {
        /// Which peer.
        peer: PeerId,
    },
    /// The connection ended.
    PeerClosed {
        /// Which peer.
        peer: PeerId,
    },
    /// The markers up to and including this one stand (see
    /// [`Output::MarkMerging`](crate::Output::MarkMerging)).
    Marked {
        /// Which board.
        board: BoardId,
        /// The newest marker that stands.
        mark: Mark,
    },

    /// Merges a board's state from elsewhere, a board file. Answered by
    /// [`Output::Merged`](crate::Output::Merged) when it is on disk.
    Merge {
        /// The runtime's number.
        ticket: Ticket,
        /// Which board; the store has a (possibly empty) row of it.
        board: BoardId,
        /// The file's state.
        stored: Stored,
    },
    /// Fills a new board with records: of a template, or imported. Answered by
    /// [`Output::Created`](crate::Output::Created) when it is on disk.
    Create {
        /// The runtime's number.
        ticket: Ticket,
        /// A fresh board; the store has an empty row of it.
        board: BoardId,
        /// The records, the board's own data among them.
        records: Vec<Record>,
    },

    /// Upshot is closing: every board says its last word (a snapshot where it is worth it, its
    /// summary). What comes after this is not carried out any more.
    Closing,
    /// Time passed; the answer to [`Output::WakeAt`](crate::Output::WakeAt).
    Tick,
}
