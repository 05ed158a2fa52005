//! `blobs`: images by the hash of their bytes, each stored once; `blob_references`: which
//! boards use them. A blob goes with its last reference.

use rusqlite::Connection;

use super::{Table, blob, text};
use crate::error::{LoadError, WriteError};

pub(crate) const SCHEMA: &str = "
CREATE TABLE blobs (
    hash     BLOB NOT NULL PRIMARY KEY,
    bytes    BLOB NOT NULL,
    checksum BLOB NOT NULL
) STRICT;
CREATE TABLE blob_references (
    board    TEXT NOT NULL REFERENCES boards (id) ON DELETE CASCADE,
    hash     BLOB NOT NULL,
    checksum BLOB NOT NULL,
    PRIMARY KEY (board, hash)
) STRICT;
CREATE INDEX blob_references_hash ON blob_references (hash);
CREATE TRIGGER blob_references_delete AFTER DELETE ON blob_references
WHEN NOT EXISTS (SELECT 1 FROM blob_references WHERE hash = OLD.hash)
BEGIN DELETE FROM blobs WHERE hash = OLD.hash; END;
";

pub(crate) const TABLE: Table = Table {
    name: "blobs",
    columns: &["hash", "bytes"],
    key: 1,
    of_board: false,
};

pub(crate) const REFERENCES: Table = Table {
    name: "blob_references",
    columns: &["board", "hash"],
    key: 2,
    of_board: true,
};

/// The BLAKE3 hash of a blob's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlobHash(pub [u8; 32]);

impl BlobHash {
    /// The hash of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }
}

/// Bytes that a board refers to by their hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// Their hash.
    pub hash: BlobHash,
    /// The bytes.
    pub bytes: Vec<u8>,
}

impl Blob {
    /// A blob of these bytes.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self {
            hash: BlobHash::of(&bytes),
            bytes,
        }
    }
}

/// Stores the blob unless it is there, and the board's reference to it.
pub(crate) fn put(conn: &Connection, board: &str, value: &Blob) -> Result<(), WriteError> {
    if BlobHash::of(&value.bytes) != value.hash {
        return Err(WriteError::Refused(
            "the bytes are not those of the hash".to_owned(),
        ));
    }
    let there = matches!(get(conn, value.hash), Ok(Some(_)));
    if !there {
        TABLE.upsert(conn, &[blob(&value.hash.0), blob(&value.bytes)])?;
    }
    REFERENCES.upsert(conn, &[text(board), blob(&value.hash.0)])?;
    Ok(())
}

pub(crate) fn release(conn: &Connection, board: &str, hash: BlobHash) -> Result<(), WriteError> {
    conn.prepare_cached("DELETE FROM blob_references WHERE board = ? AND hash = ?")?
        .execute((board, hash.0))?;
    Ok(())
}

pub(crate) fn get(conn: &Connection, hash: BlobHash) -> Result<Option<Vec<u8>>, LoadError> {
    TABLE.select_one(conn, "WHERE hash = ?", [hash.0], |row| row.get(1))
}

/// The hashes of the blobs a board refers to.
pub(crate) fn of_board(conn: &Connection, board: &str) -> Result<crate::Rows<BlobHash>, LoadError> {
    REFERENCES.select(conn, "WHERE board = ? ORDER BY hash", [board], |row| {
        row.get(1).map(BlobHash)
    })
}
