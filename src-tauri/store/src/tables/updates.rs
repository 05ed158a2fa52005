//! `updates`: the append-only log of a board, from which everything else can be made again;
//! `heads`: where each log ends, so that a cut-off one is noticed.

use rusqlite::{Connection, OptionalExtension, Row};

use super::{Found, Table, blob, int, text};
use crate::error::{LoadError, WriteError};

/// Rows are never changed, arrive only at the end, and go only with their whole board (the
/// cascade runs when the board's row is gone). Small columns come before `bytes`, so that
/// reading times does not walk through the pages of large updates.
pub(crate) const SCHEMA: &str = "
CREATE TABLE updates (
    board    TEXT    NOT NULL REFERENCES boards (id) ON DELETE CASCADE,
    seq      INTEGER NOT NULL CHECK (seq > 0),
    at_ms    INTEGER NOT NULL,
    origin   TEXT    NOT NULL,
    bytes    BLOB    NOT NULL,
    checksum BLOB    NOT NULL,
    PRIMARY KEY (board, seq)
) STRICT;
CREATE TRIGGER updates_change BEFORE UPDATE ON updates
BEGIN SELECT RAISE(ABORT, 'the update log is never changed'); END;
CREATE TRIGGER updates_delete BEFORE DELETE ON updates
WHEN EXISTS (SELECT 1 FROM boards WHERE id = OLD.board)
BEGIN SELECT RAISE(ABORT, 'the update log goes only with its board'); END;
CREATE TRIGGER updates_insert BEFORE INSERT ON updates
WHEN NEW.seq <= (SELECT max(seq) FROM updates WHERE board = NEW.board)
BEGIN SELECT RAISE(ABORT, 'the update log grows only at its end'); END;
CREATE TABLE heads (
    board    TEXT    NOT NULL PRIMARY KEY REFERENCES boards (id) ON DELETE CASCADE,
    last_seq INTEGER NOT NULL,
    checksum BLOB    NOT NULL
) STRICT;
";

pub(crate) const TABLE: Table = Table {
    name: "updates",
    columns: &["board", "seq", "at_ms", "origin", "bytes"],
    key: 2,
    of_board: true,
};

pub(crate) const HEADS: Table = Table {
    name: "heads",
    columns: &["board", "last_seq"],
    key: 1,
    of_board: true,
};

/// An update to be appended; the store gives it the next number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewUpdate {
    /// The board.
    pub board: String,
    /// When it was accepted here, Unix milliseconds.
    pub at_ms: i64,
    /// Where it came from, as the caller names it; opaque here.
    pub origin: String,
    /// The update.
    pub bytes: Vec<u8>,
}

/// An update as logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// Its number in the board's log, from 1, without gaps.
    pub seq: i64,
    /// When it was accepted here, Unix milliseconds. The laptop's clock may have been moved:
    /// only `seq` tells the order.
    pub at_ms: i64,
    /// Where it came from; opaque here.
    pub origin: String,
    /// The update.
    pub bytes: Vec<u8>,
}

pub(crate) fn from_row(row: &Row<'_>) -> rusqlite::Result<Update> {
    Ok(Update {
        seq: row.get(1)?,
        at_ms: row.get(2)?,
        origin: row.get(3)?,
        bytes: row.get(4)?,
    })
}

/// Appends and returns the number given.
pub(crate) fn append(conn: &Connection, update: &NewUpdate) -> Result<i64, WriteError> {
    // The larger of the two: a number whose row was lost is not given twice.
    let recorded = match head(conn, &update.board) {
        Ok(head) => head,
        Err(LoadError::Damaged(_)) => None,
        Err(error) => return Err(error.into()),
    };
    let seq = recorded
        .unwrap_or(0)
        .max(last_seq(conn, &update.board)?)
        .saturating_add(1);
    TABLE.insert(
        conn,
        &[
            text(&update.board),
            int(seq),
            int(update.at_ms),
            text(&update.origin),
            blob(&update.bytes),
        ],
    )?;
    HEADS.upsert(conn, &[text(&update.board), int(seq)])?;
    Ok(seq)
}

/// The recorded end of the board's log; `None` for one without updates.
pub(crate) fn head(conn: &Connection, board: &str) -> Result<Option<i64>, LoadError> {
    HEADS.select_one(conn, "WHERE board = ?", [board], |row| row.get(1))
}

/// The largest number found in the log; 0 for an empty one.
pub(crate) fn last_seq(conn: &Connection, board: &str) -> rusqlite::Result<i64> {
    conn.prepare_cached("SELECT coalesce(max(seq), 0) FROM updates WHERE board = ?")?
        .query_row([board], |row| row.get(0))
}

/// One update by number, read on its own.
pub(crate) fn get(
    conn: &Connection,
    board: &str,
    seq: i64,
) -> rusqlite::Result<Option<Found<Update>>> {
    conn.prepare_cached(&TABLE.select_sql("WHERE board = ? AND seq = ?"))?
        .query_row((board, seq), |row| TABLE.verify(row, from_row))
        .optional()
}
