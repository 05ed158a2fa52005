//! From a command to changes: the rules of the board.

use crate::{Actor, Board, Command, Key, Record, TextEdit};

/// One change of the document. Applied in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The record is to be as given: made if it is not there, else the fields that differ are
    /// written. Collaborative texts of existing records are not touched by this.
    Put(Record),
    /// The record is to go.
    Remove(Key),
    /// The collaborative text of a note, follow-up or (for [`Key::Meta`]) the summary changes.
    Edit(Key, TextEdit),
}

/// What a command comes to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// The changes, in order.
    pub changes: Vec<Change>,
}

/// Why a command cannot be carried out. The board is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The session's role does not include this.
    #[error("your ticket lets you look on; ask the facilitator for one that lets you take part")]
    NotAllowed,
    /// Only a facilitator does this.
    #[error("only a facilitator can do this")]
    FacilitatorOnly,
    /// Something the command names is not on the board (any more).
    #[error("somebody has taken this off the board meanwhile")]
    Gone(Key),
    /// An id that should be fresh is taken.
    #[error("this is on the board already")]
    Taken(Key),
    /// A text, name or list is longer than a board holds.
    #[error("this is longer than fits: {0}")]
    TooLong(&'static str),
    /// A number, date or combination that makes no sense.
    #[error("this does not fit together: {0}")]
    Malformed(&'static str),
}

/// Checks a command against the board and the actor's role, and says what it changes.
/// Nothing is applied.
///
/// # Errors
/// See [`Rejection`]; a rejected command changes nothing.
pub fn plan(board: &Board, actor: &Actor, command: &Command) -> Result<Plan, Rejection> {
    let _ = (board, actor, command);
    Err(Rejection::Malformed("unknown"))
}
