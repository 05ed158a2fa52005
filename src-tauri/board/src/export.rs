//! The board as documents for people who were not there.

use crate::Key;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a document includes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[ts(export, export_to = "board.ts")]
pub struct ExportOptions {
    /// Names: who was there, authors, owners.
    pub names: bool,
    /// The timeline.
    pub timeline: bool,
    /// Votes.
    pub votes: bool,
    /// Parked notes.
    pub parking_lot: bool,
    /// Only these sections, themes and notes; the whole board where not said.
    pub selection: Option<Vec<Key>>,
}

impl Default for ExportOptions {
    fn default() -> Self {
        Self {
            names: true,
            timeline: true,
            votes: true,
            parking_lot: true,
            selection: None,
        }
    }
}
