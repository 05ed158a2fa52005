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
    let seq = end(conn, &update.board)?.saturating_add(1);
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

/// The number of the log's last update, from its head or, failing that, from a last row that
/// verifies. It never comes from an unverified place: callers count up to it.
pub(crate) fn end(conn: &Connection, board: &str) -> Result<i64, LoadError> {
    let head = HEADS.select_one(conn, "WHERE board = ?", [board], |row| row.get(1));
    match head {
        Ok(Some(last)) => return Ok(last),
        Ok(None) | Err(LoadError::Damaged(_)) => {}
        Err(error) => return Err(error),
    }
    let last = last_seq(conn, board)?;
    if last == 0 && head == Ok(None) {
        return Ok(0);
    }
    match get(conn, board, last)? {
        Some(Found::Good(update)) if update.seq == last => Ok(last),
        _ => Err(LoadError::Damaged(
            "where the board's update log ends cannot be told".to_owned(),
        )),
    }
}

fn last_seq(conn: &Connection, board: &str) -> rusqlite::Result<i64> {
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
