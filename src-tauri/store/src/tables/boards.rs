//! `boards`: what the Home screen shows of a board. The board itself is its update log.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use super::{Table, int, text};
use crate::error::{LoadError, Rows, WriteError};

/// A board is deleted for good only after it was put in the bin.
pub(crate) const SCHEMA: &str = "
CREATE TABLE boards (
    id           TEXT    NOT NULL PRIMARY KEY,
    title        TEXT    NOT NULL,
    team         TEXT    NOT NULL,
    template     TEXT    NOT NULL,
    created_ms   INTEGER NOT NULL,
    opened_ms    INTEGER NOT NULL,
    changed_ms   INTEGER NOT NULL,
    summary_json TEXT    NOT NULL,
    removed_ms   INTEGER,
    checksum     BLOB    NOT NULL
) STRICT;
CREATE TRIGGER boards_delete BEFORE DELETE ON boards WHEN OLD.removed_ms IS NULL
BEGIN SELECT RAISE(ABORT, 'only a removed board can be deleted'); END;
";

pub(crate) const TABLE: Table = Table {
    name: "boards",
    columns: &[
        "id",
        "title",
        "team",
        "template",
        "created_ms",
        "opened_ms",
        "changed_ms",
        "summary_json",
        "removed_ms",
    ],
    key: 1,
    of_board: false,
};

/// A board as the Home screen lists it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Board {
    /// The board's id.
    pub id: String,
    /// Its title, as last seen in the document.
    pub title: String,
    /// The team it belongs to; may be empty.
    pub team: String,
    /// The template it was made from; may be empty.
    pub template: String,
    /// When it was made, Unix milliseconds.
    pub created_ms: i64,
    /// When it was last opened here, Unix milliseconds.
    pub opened_ms: i64,
    /// When it last changed, Unix milliseconds.
    pub changed_ms: i64,
    /// What the Home card draws; opaque here.
    pub summary_json: String,
    /// When it was put in the bin, Unix milliseconds; `None` while it is not there.
    pub removed_ms: Option<i64>,
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Board> {
    Ok(Board {
        id: row.get(0)?,
        title: row.get(1)?,
        team: row.get(2)?,
        template: row.get(3)?,
        created_ms: row.get(4)?,
        opened_ms: row.get(5)?,
        changed_ms: row.get(6)?,
        summary_json: row.get(7)?,
        removed_ms: row.get(8)?,
    })
}

/// All boards, the last opened first, the bin included.
pub(crate) fn all(conn: &Connection) -> Result<Rows<Board>, LoadError> {
    TABLE.select(conn, "ORDER BY opened_ms DESC, id", [], from_row)
}

pub(crate) fn get(conn: &Connection, id: &str) -> Result<Option<Board>, LoadError> {
    TABLE.select_one(conn, "WHERE id = ?", [id], from_row)
}

/// Whether the board's row is there, be it damaged.
pub(crate) fn exists(conn: &Connection, id: &str) -> rusqlite::Result<bool> {
    conn.prepare_cached("SELECT 1 FROM boards WHERE id = ?")?
        .exists([id])
}

pub(crate) fn put(conn: &Connection, board: &Board) -> Result<(), WriteError> {
    TABLE.upsert(
        conn,
        &[
            text(&board.id),
            text(&board.title),
            text(&board.team),
            text(&board.template),
            int(board.created_ms),
            int(board.opened_ms),
            int(board.changed_ms),
            text(&board.summary_json),
            board.removed_ms.map_or(ValueRef::Null, int),
        ],
    )?;
    Ok(())
}

/// Reads, changes and writes back one board.
pub(crate) fn change(
    conn: &Connection,
    id: &str,
    change: impl FnOnce(&mut Board),
) -> Result<(), WriteError> {
    let mut board = get(conn, id)?.ok_or(WriteError::NoSuchBoard)?;
    change(&mut board);
    put(conn, &board)
}

/// Deletes the board and, by cascade, everything of it. It must be in the bin.
pub(crate) fn delete(conn: &Connection, id: &str) -> Result<(), WriteError> {
    let deleted = conn
        .prepare_cached("DELETE FROM boards WHERE id = ?")?
        .execute([id])?;
    if deleted == 0 {
        return Err(WriteError::NoSuchBoard);
    }
    Ok(())
}
