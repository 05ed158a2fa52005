//! What can go wrong, one enum an operation.

use crate::validate::{Flaw, Refusal};
use board::Rejection;

/// Why a document could not be opened. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// Stored bytes are no part of a board: the file is damaged.
    #[error("the stored board cannot be read: {0}")]
    Refused(Refusal),
    /// A stored update builds on one that is not there: the file is damaged.
    #[error("part of the stored board is missing")]
    Gap,
    /// The client id has been used in this document before. Take another.
    #[error("this writer's number is taken")]
    ClientTaken,
    /// The document could not be built, though its bytes were sound.
    #[error("the stored board could not be put together")]
    Damaged,
}

/// Why a request was not carried out. The board is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExecuteError {
    /// The board's rules do not have it.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// The document has a newer layout; the text says so to people.
    #[error("{0}")]
    ReadOnly(&'static str),
    /// Something went wrong inside. Drop the replica and open it again from the store.
    #[error("this board has to be loaded again")]
    Unusable,
}

/// Why an update was not merged. The board is as it was, [`MergeError::Unusable`] aside.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// It is no update of a board, or none that its sender may make.
    #[error("this update was not taken in: {0}")]
    Refused(Refusal),
    /// It builds on something that has not arrived. Ask for what is missing from
    /// [`Replica::state_vector`](crate::Replica::state_vector).
    #[error("something before this update is missing")]
    Gap,
    /// Something went wrong inside. Drop the replica and open it again from the store.
    #[error("this board has to be loaded again")]
    Unusable,
}

/// Why no difference could be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DiffError {
    /// The state vector cannot be read.
    #[error("this state vector cannot be read: {0}")]
    Refused(Refusal),
    /// Something went wrong inside. Drop the replica and open it again from the store.
    #[error("this board has to be loaded again")]
    Unusable,
}

impl From<Flaw> for MergeError {
    fn from(flaw: Flaw) -> Self {
        match flaw {
            Flaw::Refused(refusal) => Self::Refused(refusal),
            Flaw::Gap => Self::Gap,
        }
    }
}

impl From<Flaw> for OpenError {
    fn from(flaw: Flaw) -> Self {
        match flaw {
            Flaw::Refused(refusal) => Self::Refused(refusal),
            Flaw::Gap => Self::Gap,
        }
    }
}
