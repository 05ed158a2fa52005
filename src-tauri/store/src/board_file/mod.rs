//! The `.upshot` file: one board in one SQLite application file, to be handed on by USB stick
//! or mail.
//!
//! A file may come from anyone. It is read into memory whole, so that no journal lying beside
//! it is played back and nothing is written to the stick; opened read-only with SQLite's
//! defences on; and refused unless its schema is, letter for letter, the one written here, so
//! that no trigger, view or expression of its maker is ever run. See "Defense Against The
//! Dark Arts", <https://sqlite.org/security.html>.

mod read;
mod write;

use std::io;
use std::path::PathBuf;

pub use read::{parse, read};
pub use write::write;

use crate::tables::blobs::Blob;

/// `PRAGMA application_id` of a board file ("UpSb").
pub const APPLICATION_ID: i32 = 0x5570_5362;

/// The format written, and the newest read.
pub const VERSION: i32 = 1;

const SCHEMA: [(&str, &str); 4] = [
    (
        "meta",
        "CREATE TABLE meta (id INTEGER PRIMARY KEY, board TEXT NOT NULL, title TEXT NOT NULL, \
         saved_ms INTEGER NOT NULL, extra_json TEXT NOT NULL, seal BLOB NOT NULL) STRICT",
    ),
    (
        "snapshot",
        "CREATE TABLE snapshot (id INTEGER PRIMARY KEY, content_hash BLOB NOT NULL, \
         bytes BLOB NOT NULL) STRICT",
    ),
    (
        "updates",
        "CREATE TABLE updates (seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, \
         origin TEXT NOT NULL, bytes BLOB NOT NULL) STRICT",
    ),
    (
        "blobs",
        "CREATE TABLE blobs (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT",
    ),
];

/// A board as it travels in a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BoardFile {
    /// The board's id.
    pub board: String,
    /// Its title.
    pub title: String,
    /// When the file was made, Unix milliseconds.
    pub saved_ms: i64,
    /// What else the writer wants to say; opaque here.
    pub extra_json: String,
    /// The board's state, if not all of it is in `updates`.
    pub snapshot: Option<FileSnapshot>,
    /// Updates, in order; with history the whole log.
    pub updates: Vec<FileUpdate>,
    /// The images it uses.
    pub blobs: Vec<Blob>,
}

/// A state in a board file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSnapshot {
    /// The caller's hash of the content; opaque here.
    pub content_hash: Vec<u8>,
    /// The state.
    pub bytes: Vec<u8>,
}

/// An update in a board file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileUpdate {
    /// When it was accepted by the laptop that wrote the file, Unix milliseconds.
    pub at_ms: i64,
    /// Where that laptop had it from; opaque here.
    pub origin: String,
    /// The update.
    pub bytes: Vec<u8>,
}

/// What a file may hold at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The file, in bytes. Reading takes about twice this in memory.
    pub file_bytes: u64,
    /// One value: the snapshot, an update, an image.
    pub value_bytes: i32,
    /// Updates and images, each.
    pub rows: usize,
}

impl Default for Limits {
    /// 256 MiB, values of 64 MiB, a million rows: ten times the largest boards we try.
    fn default() -> Self {
        Self {
            file_bytes: 256 << 20,
            value_bytes: 64 << 20,
            rows: 1_000_000,
        }
    }
}

/// Why a board file was not written. A file of that name is as it was.
#[derive(Debug, thiserror::Error)]
pub enum BoardFileWriteError {
    /// No room.
    #[error(
        "There is not enough space for the board file. Free some space or choose another place."
    )]
    DiskFull,
    /// The place cannot be written to.
    #[error("The board file could not be written to {}: {source}", path.display())]
    Target {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// The board does not fit into a file.
    #[error("The board is too large for a board file ({0}).")]
    Content(String),
}

/// Why a board file was not read. Nothing of it was taken.
#[derive(Debug, thiserror::Error)]
pub enum BoardFileReadError {
    /// The file cannot be read.
    #[error("The file {} cannot be read: {source}", path.display())]
    Source {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// It is something else.
    #[error("This is not an Upshot board file.")]
    NotABoardFile,
    /// It is of a later version of Upshot.
    #[error(
        "This board file was made by a newer Upshot (format {found}; this one reads up to {VERSION}). Install the newer version to open it."
    )]
    Newer {
        /// The file's format.
        found: i32,
    },
    /// It is larger than the limits.
    #[error("This board file is too large to be opened.")]
    TooLarge,
    /// It does not hold what was written.
    #[error("This board file is damaged ({0}). Ask for it to be sent again.")]
    Damaged(String),
}

/// A hash over everything, against damage (whoever makes a file can make its seal).
fn seal(file: &BoardFile) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    let mut part = |bytes: &[u8]| {
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    part(file.board.as_bytes());
    part(file.title.as_bytes());
    part(&file.saved_ms.to_le_bytes());
    part(file.extra_json.as_bytes());
    if let Some(snapshot) = &file.snapshot {
        part(b"snapshot");
        part(&snapshot.content_hash);
        part(&snapshot.bytes);
    }
    for update in &file.updates {
        part(b"update");
        part(&update.at_ms.to_le_bytes());
        part(update.origin.as_bytes());
        part(&update.bytes);
    }
    for blob in &file.blobs {
        part(b"blob");
        part(&blob.hash.0);
    }
    *hasher.finalize().as_bytes()
}
