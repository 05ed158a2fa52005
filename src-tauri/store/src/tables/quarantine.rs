//! `quarantine`: bytes of peers that were set aside, and why.

use rusqlite::{Connection, Row};

use super::{Table, blob, int, text};
use crate::error::{LoadError, Rows, WriteError};

pub(crate) const SCHEMA: &str = "
CREATE TABLE quarantine (
    board    TEXT    NOT NULL REFERENCES boards (id) ON DELETE CASCADE,
    hash     BLOB    NOT NULL,
    peer     TEXT    NOT NULL,
    reason   TEXT    NOT NULL,
    at_ms    INTEGER NOT NULL,
    bytes    BLOB    NOT NULL,
    checksum BLOB    NOT NULL,
    PRIMARY KEY (board, hash)
) STRICT;
";

pub(crate) const TABLE: Table = Table {
    name: "quarantine",
    columns: &["board", "hash", "peer", "reason", "at_ms", "bytes"],
    key: 2,
    of_board: true,
};

/// How many a board keeps, the newest: a peer that sends rubbish cannot fill the disk. At
/// 1 MiB an update this is at most 64 MiB.
pub(crate) const KEPT: i64 = 64;

/// Bytes to be set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewQuarantined {
    /// The board they were meant for.
    pub board: String,
    /// Who sent them; opaque here.
    pub peer: String,
    /// The hash of the bytes, as the caller makes it; the same bytes are kept once.
    pub hash: Vec<u8>,
    /// The bytes; empty when they did not survive the crash and only their hash is known.
    pub bytes: Vec<u8>,
    /// Why, for the person.
    pub reason: String,
    /// When, Unix milliseconds.
    pub at_ms: i64,
}

/// Bytes set aside, without the bytes; see [`Store::quarantined_bytes`](crate::Store::quarantined_bytes).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// The board they were meant for.
    pub board: String,
    /// Who sent them; opaque here.
    pub peer: String,
    /// The hash of the bytes.
    pub hash: Vec<u8>,
    /// Why, for the person.
    pub reason: String,
    /// When, Unix milliseconds.
    pub at_ms: i64,
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Quarantined> {
    Ok(Quarantined {
        board: row.get(0)?,
        hash: row.get(1)?,
        peer: row.get(2)?,
        reason: row.get(3)?,
        at_ms: row.get(4)?,
    })
}

/// What was set aside for a board, newest first.
pub(crate) fn of_board(conn: &Connection, board: &str) -> Result<Rows<Quarantined>, LoadError> {
    TABLE.select(
        conn,
        "WHERE board = ? ORDER BY at_ms DESC, rowid DESC",
        [board],
        from_row,
    )
}

pub(crate) fn bytes(
    conn: &Connection,
    board: &str,
    hash: &[u8],
) -> Result<Option<Vec<u8>>, LoadError> {
    TABLE.select_one(conn, "WHERE board = ? AND hash = ?", (board, hash), |row| {
        row.get(5)
    })
}

pub(crate) fn put(conn: &Connection, quarantined: &NewQuarantined) -> Result<(), WriteError> {
    TABLE.upsert(
        conn,
        &[
            text(&quarantined.board),
            blob(&quarantined.hash),
            text(&quarantined.peer),
            text(&quarantined.reason),
            int(quarantined.at_ms),
            blob(&quarantined.bytes),
        ],
    )?;
    conn.prepare_cached(
        "DELETE FROM quarantine WHERE board = ?1 AND rowid NOT IN \
         (SELECT rowid FROM quarantine WHERE board = ?1 ORDER BY rowid DESC LIMIT ?2)",
    )?
    .execute((&quarantined.board, KEPT))?;
    Ok(())
}

pub(crate) fn delete(conn: &Connection, board: &str, hash: &[u8]) -> Result<(), WriteError> {
    conn.prepare_cached("DELETE FROM quarantine WHERE board = ? AND hash = ?")?
        .execute((board, hash))?;
    Ok(())
}
