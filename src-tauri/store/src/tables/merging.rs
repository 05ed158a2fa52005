//! `merging`: markers of merges in progress. One that is still here at the next start names
//! the peer whose bytes the process did not survive.

use rusqlite::{Connection, Row};

use super::{Table, blob, int, text};
use crate::error::{LoadError, Rows, WriteError};

pub(crate) const SCHEMA: &str = "
CREATE TABLE merging (
    board    TEXT    NOT NULL REFERENCES boards (id) ON DELETE CASCADE,
    peer     TEXT    NOT NULL,
    hash     BLOB    NOT NULL,
    at_ms    INTEGER NOT NULL,
    checksum BLOB    NOT NULL,
    PRIMARY KEY (board, peer, hash)
) STRICT;
";

pub(crate) const TABLE: Table = Table {
    name: "merging",
    columns: &["board", "peer", "hash", "at_ms"],
    key: 3,
    of_board: true,
};

/// A merge in progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merging {
    /// The board merged into.
    pub board: String,
    /// Whose bytes they are; opaque here.
    pub peer: String,
    /// The hash of the bytes, as the caller makes it.
    pub hash: Vec<u8>,
    /// When the merge began, Unix milliseconds.
    pub at_ms: i64,
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Merging> {
    Ok(Merging {
        board: row.get(0)?,
        peer: row.get(1)?,
        hash: row.get(2)?,
        at_ms: row.get(3)?,
    })
}

pub(crate) fn all(conn: &Connection) -> Result<Rows<Merging>, LoadError> {
    TABLE.select(conn, "ORDER BY at_ms, board, peer, hash", [], from_row)
}

pub(crate) fn begin(conn: &Connection, merging: &Merging) -> Result<(), WriteError> {
    TABLE.upsert(
        conn,
        &[
            text(&merging.board),
            text(&merging.peer),
            blob(&merging.hash),
            int(merging.at_ms),
        ],
    )?;
    Ok(())
}

pub(crate) fn end(
    conn: &Connection,
    board: &str,
    peer: &str,
    hash: &[u8],
) -> Result<(), WriteError> {
    conn.prepare_cached("DELETE FROM merging WHERE board = ? AND peer = ? AND hash = ?")?
        .execute((board, peer, hash))?;
    Ok(())
}
