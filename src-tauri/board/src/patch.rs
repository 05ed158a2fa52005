//! Differences between boards.

use crate::{Key, Record};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What changed. Records are whole: applying a patch is putting and removing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[ts(export, export_to = "board.ts")]
pub struct Patch {
    /// Records that were not there before.
    pub added: Vec<Record>,
    /// Records that were there and are now as given.
    pub updated: Vec<Record>,
    /// Records that are gone.
    pub removed: Vec<Key>,
}

impl Patch {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.updated.is_empty() && self.removed.is_empty()
    }
}

/// A whole board, as a list of its records in key order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[ts(export, export_to = "board.ts")]
pub struct Snapshot {
    /// All records, [`Record::Meta`] first.
    pub records: Vec<Record>,
}
