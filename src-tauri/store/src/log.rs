//! The part of the store that the engine's simulation needs, as a trait with two homes: the
//! database, and plain memory.

use crate::error::{LoadError, WriteError};
use crate::load::{History, Loaded, Pending, Upto};
use crate::store::Store;
use crate::tables::boards::Board;
use crate::tables::snapshots::NewSnapshot;
use crate::tables::updates::NewUpdate;
use crate::write::Write;

/// An update to be appended to a board named elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// When it was accepted, Unix milliseconds.
    pub at_ms: i64,
    /// Where it came from; opaque.
    pub origin: String,
    /// The update.
    pub bytes: Vec<u8>,
}

/// Boards' update logs with snapshots. Every call returns when its outcome is final.
#[expect(clippy::missing_errors_doc, reason = "told by the error enums")]
pub trait Log {
    /// Makes a board with an empty log, unless it is there.
    fn create(&self, board: &str) -> Result<(), WriteError>;

    /// Appends all of `entries` or none, in order, and returns the log's last number. After a
    /// failure the caller tries again with everything unsaved (see
    /// [`Write::Resume`]).
    fn append(&self, board: &str, entries: &[LogEntry]) -> Result<i64, WriteError>;

    /// Adds a snapshot; the two newest are kept.
    fn put_snapshot(&self, snapshot: &NewSnapshot) -> Result<(), WriteError>;

    /// The newest snapshot and the updates after it.
    fn load(&self, board: &str) -> Result<Loaded, LoadError>;

    /// The log from its beginning.
    fn history(&self, board: &str, upto: Upto) -> Result<History, LoadError>;

    /// What the log holds beyond the newest snapshot.
    fn pending(&self, board: &str) -> Result<Pending, LoadError>;

    /// Deletes the board with its log and snapshots.
    fn delete(&self, board: &str) -> Result<(), WriteError>;
}

impl Log for Store {
    fn create(&self, board: &str) -> Result<(), WriteError> {
        if self.board(board)?.is_none() {
            self.commit(vec![Write::PutBoard(Board {
                id: board.to_owned(),
                ..Board::default()
            })])?;
        }
        Ok(())
    }

    fn append(&self, board: &str, entries: &[LogEntry]) -> Result<i64, WriteError> {
        let resume = Write::Resume {
            board: board.to_owned(),
        };
        let appends = entries.iter().map(|entry| {
            Write::Append(NewUpdate {
                board: board.to_owned(),
                at_ms: entry.at_ms,
                origin: entry.origin.clone(),
                bytes: entry.bytes.clone(),
            })
        });
        let receipt = self.commit(std::iter::once(resume).chain(appends).collect())?;
        match receipt.seqs.last() {
            Some(seq) => Ok(*seq),
            None => Ok(self.load(board)?.last_seq),
        }
    }

    fn put_snapshot(&self, snapshot: &NewSnapshot) -> Result<(), WriteError> {
        self.commit(vec![Write::PutSnapshot(snapshot.clone())])?;
        Ok(())
    }

    fn load(&self, board: &str) -> Result<Loaded, LoadError> {
        self.load(board)
    }

    fn history(&self, board: &str, upto: Upto) -> Result<History, LoadError> {
        self.history(board, upto)
    }

    fn pending(&self, board: &str) -> Result<Pending, LoadError> {
        self.pending(board)
    }

    fn delete(&self, board: &str) -> Result<(), WriteError> {
        let board = board.to_owned();
        self.commit(vec![
            // The time is not kept: the row goes in the same transaction.
            Write::RemoveBoard {
                board: board.clone(),
                at_ms: 0,
            },
            Write::DeleteBoard { board },
        ])?;
        Ok(())
    }
}
