//! What the engine wants done.

use crate::input::{AppendToken, Lane, Millis, PeerId, SessionId, Ticket};
use crate::private::{KeepToken, Secret};
use crate::protocol::{BoardEvent, BoardReply, Fault};
use crate::summary::Summary;
use board::BoardId;
use bytes::Bytes;

/// The hash of bytes that are merged: BLAKE3.
pub type MergeHash = [u8; 32];

/// A marker of a merge in progress. Counts up, per engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark(pub u64);

/// An update for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub token: AppendToken,
    /// The update, Yjs v1.
    pub update: Bytes,
    /// Where it came from: `own`, `guest`, `peer`, `file`, `healed`, `created`; never from whom.
    pub origin: String,
    /// When it was accepted here.
    pub at: Millis,
    /// A state the log starts anew from with this update: to be stored before it, both or neither.
    pub base: Option<Base>,
    /// Rows of this laptop's own that go with the update, both or neither.
    pub gone: Vec<Secret>,
}

/// A state that takes the place of the log up to it, since later updates do not fit what is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// It takes the place of the log up to this number.
    pub upto: i64,
    /// The hash of its content.
    pub content_hash: [u8; 32],
    /// The state, as one Yjs v1 update.
    pub bytes: Bytes,
}

/// Why the engine lets a peer go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PeerEnd {
    /// The board is closed here.
    Left,
    /// It sent what the protocol does not allow.
    BrokeProtocol,
    /// It sent changes although it looks on.
    NotAllowed,
    /// Something failed on this side; it may come again.
    Failed,
}

/// Why the runtime's own request was not done. Nothing changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TicketFailure {
    /// The board is not there.
    #[error("this laptop does not have the board")]
    NotFound,
    /// The bytes or records are not what they should be.
    #[error("{0}")]
    Unreadable(String),
    /// What this laptop may do on the board, or the board's version, does not include it.
    #[error("{0}")]
    NotAllowed(String),
    /// The store failed.
    #[error("{0}")]
    Storage(String),
}

/// What the engine wants done, to be carried out in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Answers a session's request.
    Answer {
        /// Who asked.
        session: SessionId,
        /// The session's number for the request.
        id: u32,
        /// What came of it.
        answer: Result<BoardReply, Fault>,
    },
    /// Tells a session something.
    Event {
        /// Whom.
        session: SessionId,
        /// What.
        event: BoardEvent,
    },

    /// Wants a board's bytes; [`Input::Loaded`](crate::Input::Loaded) answers. Everything appended
    /// before must be in what is read.
    Load {
        /// Which board.
        board: BoardId,
    },
    /// Wants updates in the board's log, in order;
    /// [`Input::Appended`](crate::Input::Appended) or
    /// [`Input::AppendFailed`](crate::Input::AppendFailed) answers.
    Append {
        /// Which board.
        board: BoardId,
        /// The updates.
        entries: Vec<Entry>,
        /// After a failure: these are all that is not stored yet, and appending may go on.
        again: bool,
    },
    /// Wants rows of this laptop's own on disk (or off it);
    /// [`Input::Kept`](crate::Input::Kept) answers.
    Keep {
        /// Beside which board.
        board: BoardId,
        /// Which rows, for the answer.
        token: KeepToken,
        /// The rows; all of them, or none.
        secrets: Vec<Secret>,
    },
    /// Wants a snapshot stored.
    Snapshot {
        /// Which board.
        board: BoardId,
        /// It holds the log up to this number, and possibly more.
        upto: i64,
        /// The hash of its content, to compare after reading it back.
        content_hash: [u8; 32],
        /// The state, as one Yjs v1 update.
        bytes: Vec<u8>,
    },

    /// Sends a frame to a peer, or says [`Input::PeerFull`](crate::Input::PeerFull).
    SendFrame {
        /// To whom.
        peer: PeerId,
        /// On which stream.
        lane: Lane,
        /// The frame; within the lane's limit.
        bytes: Bytes,
    },
    /// Ends a connection. The engine has forgotten the peer already.
    ClosePeer {
        /// Which.
        peer: PeerId,
        /// Why, for the program.
        end: PeerEnd,
        /// Why, for the person at the other end.
        reason: String,
    },
    /// Wants a marker before a peer's bytes are merged; [`Input::Marked`](crate::Input::Marked)
    /// answers, once for as many as the runtime likes to write together.
    MarkMerging {
        /// Into which board.
        board: BoardId,
        /// The marker.
        mark: Mark,
        /// Whose bytes: [`Input::PeerConnected`](crate::Input::PeerConnected)'s `device`, or `file`.
        device: String,
        /// Their hash.
        hash: MergeHash,
    },
    /// The merge is over and the process lives: takes the marker away.
    ClearMerging {
        /// Of which board.
        board: BoardId,
        /// The marker.
        mark: Mark,
        /// As in [`Output::MarkMerging`].
        device: String,
        /// As in [`Output::MarkMerging`].
        hash: MergeHash,
    },
    /// Sets bytes aside that were refused.
    Quarantine {
        /// Of which board.
        board: BoardId,
        /// Whose bytes.
        device: String,
        /// Their hash.
        hash: MergeHash,
        /// The bytes.
        bytes: Bytes,
        /// Why, for the person.
        reason: String,
    },

    /// A board as Home and the search see it has changed.
    Summary {
        /// Which board.
        board: BoardId,
        /// As it is now.
        summary: Box<Summary>,
    },
    /// The answer to [`Input::Merge`](crate::Input::Merge).
    Merged {
        /// The runtime's number.
        ticket: Ticket,
        /// Whether anything was new; on disk by now.
        result: Result<bool, TicketFailure>,
    },
    /// The answer to [`Input::Create`](crate::Input::Create).
    Created {
        /// The runtime's number.
        ticket: Ticket,
        /// Done, and on disk by now.
        result: Result<(), TicketFailure>,
    },

    /// Wants [`Input::Tick`](crate::Input::Tick) at this moment or soon after. Replaces the one
    /// wanted before.
    WakeAt(Millis),
}
