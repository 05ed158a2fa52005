//! What can go wrong with a write or a read, in words for the person at the laptop.

use rusqlite::ErrorCode;

/// Why a list of writes was not stored. Nothing of the list is in the database then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// The disk, or the quota, has no room.
    #[error(
        "There is no space left on the disk, so the latest changes are not saved yet. Free some space and save again."
    )]
    DiskFull,
    /// The operating system reported a failed read, write or sync.
    #[error(
        "The disk reported an error ({0}), so the latest changes are not saved yet. Save them again, or save the board to another place."
    )]
    Disk(String),
    /// Another program held the database for longer than the store waits.
    #[error(
        "Another program is using Upshot's database, so the latest changes are not saved yet. Close it and save again."
    )]
    Busy,
    /// The database is damaged where this write had to go.
    #[error(
        "Upshot's database is damaged ({0}), so the latest changes are not saved. What it holds is left as it is; \"salvage\" copies everything readable into a new one."
    )]
    Damaged(String),
    /// The board is not in this profile, or was removed for good.
    #[error("This board is not on this laptop any more, so the change has no place to go.")]
    NoSuchBoard,
    /// A value is longer than [`MAX_VALUE_BYTES`](crate::open::MAX_VALUE_BYTES).
    #[error("One item is too large to be saved.")]
    TooLarge,
    /// An earlier append to this board failed; see [`Write::Resume`](crate::Write::Resume).
    #[error("Earlier changes to this board are not saved yet, and these rest on them.")]
    Held,
    /// The write contradicts a rule of the database.
    #[error("The change does not fit what is stored ({0}).")]
    Refused(String),
    /// The store is shut down.
    #[error("The profile is closed, so the change is not saved.")]
    Closed,
}

impl From<rusqlite::Error> for WriteError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Damaged(error.to_string())
            }
            Some(ErrorCode::TooBig) => Self::TooLarge,
            // Every foreign key a caller can break points at `boards`.
            Some(ErrorCode::ConstraintViolation)
                if error.sqlite_extended_error_code()
                    == Some(rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY) =>
            {
                Self::NoSuchBoard
            }
            Some(
                ErrorCode::SystemIoFailure
                | ErrorCode::CannotOpen
                | ErrorCode::ReadOnly
                | ErrorCode::PermissionDenied
                | ErrorCode::OutOfMemory,
            ) => Self::Disk(error.to_string()),
            _ => Self::Refused(error.to_string()),
        }
    }
}

impl From<LoadError> for WriteError {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::NoSuchBoard => Self::NoSuchBoard,
            LoadError::Damaged(detail) => Self::Damaged(detail),
            LoadError::Disk(detail) => Self::Disk(detail),
            LoadError::Busy => Self::Busy,
        }
    }
}

/// Why something could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LoadError {
    /// The board is not in this profile.
    #[error("This board is not on this laptop.")]
    NoSuchBoard,
    /// The row, or the pages that lead to it, are damaged.
    #[error(
        "Part of Upshot's database is damaged ({0}). It is left as it is; \"salvage\" copies everything readable into a new one."
    )]
    Damaged(String),
    /// The operating system reported a failed read.
    #[error("The disk reported an error while reading ({0}). Try again.")]
    Disk(String),
    /// Another program held the database for longer than the store waits.
    #[error("Another program is using Upshot's database. Close it and try again.")]
    Busy,
}

impl From<rusqlite::Error> for LoadError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(
                ErrorCode::SystemIoFailure
                | ErrorCode::CannotOpen
                | ErrorCode::PermissionDenied
                | ErrorCode::DiskFull
                | ErrorCode::OutOfMemory,
            ) => Self::Disk(error.to_string()),
            // Our own SQL is right (the tests run all of it), so a missing table or a value of
            // another type is the file's doing.
            _ => Self::Damaged(error.to_string()),
        }
    }
}

/// Rows that were read, and what could not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows<T> {
    /// The readable rows, each with a matching checksum.
    pub rows: Vec<T>,
    /// What was found damaged on the way; empty in health.
    pub damaged: Vec<Damage>,
}

/// A damaged place in a table. Holds no content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{table}: {detail}")]
pub struct Damage {
    /// The table.
    pub table: &'static str,
    /// What is wrong there.
    pub detail: String,
}
