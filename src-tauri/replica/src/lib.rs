//! A board held as a Yrs document: commands to updates, updates to patches.
//!
//! - [`Replica::execute`] plans a request with `board`, writes it into the document, and answers
//!   with the update for store and peers and the patch for everybody who looks on.
//! - [`Replica::merge`] takes in an update from elsewhere: checked by a strict grammar and against
//!   what the document holds, applied, and read back.
//! - [`Replica::diff`] tells what a peer lacks.
//!
//! The document's layout is version 1: root maps `meta`, `sections`, `notes`, `themes`,
//! `connectors`, `strokes`, `followups`, `people` and the root text `summary`. A record is a map
//! under its id, a note's and follow-up's text a text under the record's `text`, everything else
//! a plain register; registers at their default are absent. Records are never deleted from the
//! document: the register `gone` says when one is not to be seen.
//!
//! There is no randomness, no clock and no I/O here: client ids come from the caller.

mod codec;
mod diff;
mod error;
mod faults;
mod hash;
mod heard;
mod layout;
mod project;
mod read;
mod replica;
mod take_back;
mod undo;
mod validate;
mod write;

#[cfg(test)]
mod tests;

pub use error::{DiffError, ExecuteError, MergeError, OpenError};
#[cfg(feature = "testing")]
pub use faults::{disarm, panic_after};
pub use replica::{Applied, ClientId, Merged, Replica, Undone};
pub use validate::{MAX_UPDATE, Refusal};
