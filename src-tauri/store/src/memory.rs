//! Boards' logs in plain memory, for simulations.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::error::{LoadError, WriteError};
use crate::load::{History, Loaded, Pending, Upto};
use crate::log::{Log, LogEntry};
use crate::tables::snapshots::{NewSnapshot, Snapshot};
use crate::tables::updates::Update;

/// A [`Log`] in memory. Clones share it, so that it outlives a simulated crash of its user.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    boards: Arc<Mutex<HashMap<String, Board>>>,
    failure: Arc<Mutex<Option<WriteError>>>,
}

#[derive(Debug, Default)]
struct Board {
    updates: Vec<Update>,
    snapshots: Vec<Snapshot>,
}

impl Memory {
    /// No boards.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// From now on every write fails like this; with `None`, writes work again.
    pub fn fail_writes(&self, failure: Option<WriteError>) {
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = failure;
    }

    fn boards(&self) -> MutexGuard<'_, HashMap<String, Board>> {
        self.boards.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn for_writing(&self) -> Result<MutexGuard<'_, HashMap<String, Board>>, WriteError> {
        match &*self.failure.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(failure) => Err(failure.clone()),
            None => Ok(self.boards()),
        }
    }

    fn read<T>(&self, board: &str, read: impl FnOnce(&Board) -> T) -> Result<T, LoadError> {
        self.boards()
            .get(board)
            .map(read)
            .ok_or(LoadError::NoSuchBoard)
    }
}

impl Board {
    fn last_seq(&self) -> i64 {
        self.updates.last().map_or(0, |update| update.seq)
    }

    fn after(&self, seq: i64) -> Vec<Update> {
        let later = self.updates.iter().filter(|update| update.seq > seq);
        later.cloned().collect()
    }
}

impl Log for Memory {
    fn create(&self, board: &str) -> Result<(), WriteError> {
        self.for_writing()?.entry(board.to_owned()).or_default();
        Ok(())
    }

    fn append(&self, board: &str, entries: &[LogEntry]) -> Result<i64, WriteError> {
        let mut boards = self.for_writing()?;
        let board = boards.get_mut(board).ok_or(WriteError::NoSuchBoard)?;
        for entry in entries {
            let seq = board.last_seq() + 1;
            board.updates.push(Update {
                seq,
                at_ms: entry.at_ms,
                origin: entry.origin.clone(),
                bytes: entry.bytes.clone(),
            });
        }
        Ok(board.last_seq())
    }

    fn put_snapshot(&self, snapshot: &NewSnapshot) -> Result<(), WriteError> {
        let mut boards = self.for_writing()?;
        let board = boards
            .get_mut(&snapshot.board)
            .ok_or(WriteError::NoSuchBoard)?;
        if snapshot.upto_seq > board.last_seq() {
            return Err(WriteError::Refused("a snapshot past the log".to_owned()));
        }
        board.snapshots.push(Snapshot {
            generation: board.snapshots.last().map_or(1, |last| last.generation + 1),
            upto_seq: snapshot.upto_seq,
            made_ms: snapshot.made_ms,
            content_hash: snapshot.content_hash.clone(),
            bytes: snapshot.bytes.clone(),
        });
        if board.snapshots.len() > 2 {
            board.snapshots.remove(0);
        }
        Ok(())
    }

    fn load(&self, board: &str) -> Result<Loaded, LoadError> {
        self.read(board, |board| {
            let snapshot = board.snapshots.last().cloned();
            let after = snapshot.as_ref().map_or(0, |snapshot| snapshot.upto_seq);
            Loaded {
                snapshot,
                updates: board.after(after),
                last_seq: board.last_seq(),
                damaged_updates: Vec::new(),
                damaged: Vec::new(),
            }
        })
    }

    fn history(&self, board: &str, upto: Upto) -> Result<History, LoadError> {
        self.read(board, |board| {
            let last = match upto {
                Upto::Seq(seq) => seq,
                Upto::Time(at_ms) => {
                    let last = board.updates.iter().rfind(|update| update.at_ms <= at_ms);
                    last.map_or(0, |update| update.seq)
                }
            };
            let mut updates = board.after(0);
            updates.retain(|update| update.seq <= last);
            History {
                updates,
                damaged_updates: Vec::new(),
            }
        })
    }

    fn pending(&self, board: &str) -> Result<Pending, LoadError> {
        self.read(board, |board| {
            let after = board.snapshots.last().map_or(0, |last| last.upto_seq);
            let later = board.updates.iter().filter(|update| update.seq > after);
            later.fold(Pending::default(), |pending, update| Pending {
                updates: pending.updates + 1,
                bytes: pending.bytes + i64::try_from(update.bytes.len()).unwrap_or(i64::MAX),
            })
        })
    }

    fn delete(&self, board: &str) -> Result<(), WriteError> {
        let removed = self.for_writing()?.remove(board);
        removed.map(drop).ok_or(WriteError::NoSuchBoard)
    }
}
