//! `drafts`: what someone at this laptop has written and not yet shown. They leave this table
//! only by the caller's word; nothing here sends anything anywhere.
//!
//! They are read past the index: there are few, they exist nowhere else, and a damaged index
//! would hide them without a word.

use std::fmt;

use rusqlite::{Connection, Row};

use super::{Table, blob, int, text};
use crate::error::{LoadError, Rows, WriteError};

pub(crate) const SCHEMA: &str = "
CREATE TABLE drafts (
    board      TEXT    NOT NULL REFERENCES boards (id) ON DELETE CASCADE,
    person     TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    changed_ms INTEGER NOT NULL,
    body       BLOB    NOT NULL,
    checksum   BLOB    NOT NULL,
    PRIMARY KEY (board, person, id)
) STRICT;
";

pub(crate) const TABLE: Table = Table {
    name: "drafts",
    columns: &["board", "person", "id", "changed_ms", "body"],
    key: 3,
    of_board: true,
};

/// A draft. Its `Debug` form leaves out the body.
#[derive(Clone, PartialEq, Eq)]
pub struct Draft {
    /// The board it is meant for.
    pub board: String,
    /// Who at this laptop wrote it.
    pub person: String,
    /// Its id among that person's drafts.
    pub id: String,
    /// When it last changed, Unix milliseconds.
    pub changed_ms: i64,
    /// The text and where it is to go; opaque here.
    pub body: Vec<u8>,
}

impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Draft")
            .field("board", &self.board)
            .field("id", &self.id)
            .field("changed_ms", &self.changed_ms)
            .finish_non_exhaustive()
    }
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Draft> {
    Ok(Draft {
        board: row.get(0)?,
        person: row.get(1)?,
        id: row.get(2)?,
        changed_ms: row.get(3)?,
        body: row.get(4)?,
    })
}

pub(crate) fn of_person(
    conn: &Connection,
    board: &str,
    person: &str,
) -> Result<Rows<Draft>, LoadError> {
    TABLE.select(
        conn,
        "NOT INDEXED WHERE board = ? AND person = ? ORDER BY id",
        (board, person),
        from_row,
    )
}

pub(crate) fn of_board(conn: &Connection, board: &str) -> Result<Rows<Draft>, LoadError> {
    TABLE.select(
        conn,
        "NOT INDEXED WHERE board = ? ORDER BY person, id",
        [board],
        from_row,
    )
}

pub(crate) fn put(conn: &Connection, draft: &Draft) -> Result<(), WriteError> {
    TABLE.upsert(
        conn,
        &[
            text(&draft.board),
            text(&draft.person),
            text(&draft.id),
            int(draft.changed_ms),
            blob(&draft.body),
        ],
    )?;
    Ok(())
}

pub(crate) fn delete(
    conn: &Connection,
    board: &str,
    person: &str,
    id: &str,
) -> Result<(), WriteError> {
    conn.prepare_cached("DELETE FROM drafts WHERE board = ? AND person = ? AND id = ?")?
        .execute((board, person, id))?;
    Ok(())
}
