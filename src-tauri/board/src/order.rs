//! Fractional indices: an order that merges. Between any two there is always another.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A place in an order, compared as text. Ties are broken by the record's id.
///
/// Idea: David Greenspan, "Implementing Fractional Indexing" (2020).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, TS)]
#[ts(type = "string", export, export_to = "board.ts")]
pub struct Order(pub String);
