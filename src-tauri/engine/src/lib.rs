//! The sans-IO core: inputs in, outputs out; no clock, no thread, no network.
//!
//! # A tour of the loop
//!
//! ```text
//!   UI sessions ──┐                                   ┌──> answers and events to sessions
//!   store ────────┼─> Engine::handle(now, Input) ─────┼──> loads, appends, snapshots to the store
//!   peers ────────┤        -> Vec<Output>             ├──> frames to peers
//!   the timer ────┘                                   └──> "wake me at"
//! ```
//!
//! The runtime owns one [`Engine`] and feeds it one [`Input`] after the other. It carries out the
//! [`Output`]s **in their order**, never waiting for any of them: whatever takes time comes back as
//! another input. `now` is unix milliseconds and may come from a clock that jumps; the engine never
//! lets its own time run backwards. Randomness is a ChaCha stream seeded in [`Engine::new`], so a
//! run replays from its seed and its inputs.
//!
//! **A session opens a board.** [`Input::SessionOpened`] says what the session may do;
//! [`Input::Request`] with [`BoardRequest::Open`](protocol::BoardRequest::Open) makes the engine ask
//! for the board by [`Output::Load`]. [`Input::Loaded`] brings its bytes and what this laptop may do
//! on it; requests that came meanwhile are answered now, in their order. A board stays in memory
//! while a session or a peer uses it and a little longer.
//!
//! **An edit.** A request that changes the board is checked, applied, and in the same call goes out
//! as a numbered batch to every session, as an update frame to every peer, as [`Output::Append`] to
//! the store, and as the answer to the session. [`Input::Appended`] later says that it is on disk,
//! and the session gets `Saved`. If the disk says no ([`Input::AppendFailed`]) the updates stay in
//! memory, in order, and are offered again, all of them, with [`Output::Append`]`::again` set.
//!
//! **A peer.** [`Input::PeerConnected`] names the board and the role the peer holds. Both sides say
//! `Hello` with their state vector, send what the other lacks, and from then on every new update.
//! A peer's update is not merged at once: the engine first asks for a marker
//! ([`Output::MarkMerging`]), and merges when the runtime says that the marker stands
//! ([`Input::Marked`]; one answer may stand for many markers, so that they can be written as a
//! group). If the process dies in between, the marker names the bytes to leave out. Periodically, and
//! soon after a change, both sides tell state vector and content hash; what was lost on the way is
//! asked for, and replicas that differ although their state vectors agree are healed (`sync.rs`).
//!
//! **Back-pressure.** When a peer's queue is full the runtime drops the frame and says
//! [`Input::PeerFull`]; after [`Input::PeerWritable`] the engine starts from the peer's state vector
//! again. Nothing queues up here for a slow peer.
//!
//! **A defect.** Should applying something panic, the board's replica is thrown away and loaded
//! again from the store, its unsaved updates included; sessions notice a gap in `seq` and open
//! again. Other boards are not touched.
//!
//! The files: [`protocol`] (what sessions say), `input.rs`, `output.rs`, `engine.rs` (who is asked
//! what), `open_board.rs` (one open board), `requests.rs` (what sessions ask of it), `session.rs` (what a
//! session has seen), `log.rs` (what is not on disk yet), `text.rs` (editing together), `presence.rs`,
//! `peer.rs` and `sync.rs` (one peer, and the protocol with it), `answer.rs` (what it lacks),
//! `held.rs` (what waits for the disk before one who looks on is sent it), `inbox.rs` (foreign
//! bytes), `heal.rs` and `bring_back.rs` (replicas that came apart), `wire.rs` (frames), `summary.rs` (a board as Home
//! and the search see it).

pub mod protocol;
pub mod summary;
pub mod wire;

mod answer;
mod ballots;
mod bring_back;
mod engine;
mod gather;
mod heal;
mod held;
mod inbox;
mod input;
mod log;
mod open_board;
mod output;
mod peer;
mod presence;
mod private;
mod requests;
mod room;
mod session;
mod sync;
mod text;
mod timer;
mod workshop;

#[cfg(test)]
mod tests;

pub use engine::Engine;
pub use input::{
    AppendToken, Input, Lane, LoadFailure, Millis, PeerId, SessionId, SessionKind, Stored, Ticket,
};
pub use output::{Base, Entry, Mark, MergeHash, Output, PeerEnd, TicketFailure};
pub use private::{KeepToken, Secret};
pub use summary::Summary;
