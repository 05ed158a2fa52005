//! Edits of a collaborative text, in UTF-16 code units as editors and Yjs count them.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One replacement: delete `from..to`, insert `insert` there. UTF-16 offsets into the text
/// as it was before the whole edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "board.ts")]
pub struct Splice {
    /// First unit replaced.
    pub from: u32,
    /// One past the last unit replaced.
    pub to: u32,
    /// What stands there instead.
    pub insert: String,
}

/// An edit: splices in ascending order that do not overlap, all in coordinates of the text
/// before the edit (the form of CodeMirror's `ChangeSpec[]`).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[ts(export, export_to = "board.ts")]
pub struct TextEdit(pub Vec<Splice>);

/// Why an edit does not fit a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Splices overlap, run backwards, or reach past the end.
    #[error("the edit does not fit the text")]
    OutOfRange,
    /// A splice would cut a character in two.
    #[error("the edit cuts a character in two")]
    SplitsCharacter,
    /// The text would grow beyond [`MAX_TEXT`](crate::MAX_TEXT).
    #[error("the text is too long for one note")]
    TooLong,
}
