//! Boards from documents: our own JSON and Markdown come back as they were, any other Markdown
//! review becomes a board on which every word of it stands somewhere.

mod draft;
mod foreign;
mod guess;
mod json;
mod ours;
mod place;
mod reader;
mod time;

pub use json::json;

use crate::{Board, Record};

/// The longest Markdown document read, in bytes. A long review is a hundredth of it.
pub const MAX_MARKDOWN: usize = 8 << 20;
/// The longest JSON document read, in bytes: ink takes more room than words.
pub const MAX_JSON: usize = 64 << 20;

/// A board read from a document, laid out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// All records, [`Record::Meta`] first, parents before what lies on them: ready for
    /// [`Command::Insert`](crate::Command::Insert) into a new board.
    pub records: Vec<Record>,
}

impl Import {
    /// The board of these records.
    pub fn board(&self) -> Board {
        Board::from_snapshot(crate::Snapshot {
            records: self.records.clone(),
        })
    }
}

/// Why a document cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// The document is longer than is read.
    #[error("this file is too long to become a board: it has {bytes} bytes, {most} are the most")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// The most that is read.
        most: usize,
    },
    /// It is JSON of something else, or damaged.
    #[error(
        "this file is no board that Upshot wrote ({0}); choose a board exported as JSON, or a Markdown file"
    )]
    NotABoard(String),
    /// It comes from a newer Upshot.
    #[error("this board was written by a newer Upshot (format {0}); update Upshot to open it")]
    Newer(u32),
}

/// A board from a Markdown document. `name` is the file's name, the title of last resort;
/// `ids` gives random bits, new ones each time.
///
/// Text never fails: what is no review becomes a board of notes.
///
/// # Errors
/// [`ImportError::TooLong`].
pub fn markdown(
    name: &str,
    text: &str,
    ids: &mut dyn FnMut() -> u128,
) -> Result<Import, ImportError> {
    if text.len() > MAX_MARKDOWN {
        return Err(ImportError::TooLong {
            bytes: text.len(),
            most: MAX_MARKDOWN,
        });
    }
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let blocks = reader::read(text);
    let draft = match ours::front_matter(&blocks) {
        Some(front) => ours::read(front, blocks),
        None => foreign::read(name, blocks),
    };
    Ok(draft.lay_out(ids))
}
