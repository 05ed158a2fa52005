//! `library`: what is kept beside the boards (bright spots), and its full-text index. Opaque here:
//! a name, a body, and the words it is found by.

use rusqlite::{Connection, Row};

use super::{Table, int, text};
use crate::error::{LoadError, Rows, WriteError};

/// The index reads its text from the table and is kept in step by triggers, as `search` is.
pub(crate) const SCHEMA: &str = "
CREATE TABLE library (
    rowid      INTEGER PRIMARY KEY,
    id         TEXT    NOT NULL UNIQUE,
    changed_ms INTEGER NOT NULL,
    body       TEXT    NOT NULL,
    words      TEXT    NOT NULL,
    checksum   BLOB    NOT NULL
) STRICT;
CREATE VIRTUAL TABLE library_words USING fts5 (
    words,
    content = 'library',
    content_rowid = 'rowid',
    tokenize = 'unicode61 remove_diacritics 2',
    prefix = '2 3'
);
CREATE TRIGGER library_insert AFTER INSERT ON library BEGIN
    INSERT INTO library_words (rowid, words) VALUES (NEW.rowid, NEW.words);
END;
CREATE TRIGGER library_delete AFTER DELETE ON library BEGIN
    INSERT INTO library_words (library_words, rowid, words) VALUES ('delete', OLD.rowid, OLD.words);
END;
CREATE TRIGGER library_update AFTER UPDATE ON library BEGIN
    INSERT INTO library_words (library_words, rowid, words) VALUES ('delete', OLD.rowid, OLD.words);
    INSERT INTO library_words (rowid, words) VALUES (NEW.rowid, NEW.words);
END;
";

pub(crate) const TABLE: Table = Table {
    name: "library",
    columns: &["id", "changed_ms", "body", "words"],
    key: 1,
    of_board: false,
};

/// Something kept beside the boards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its name.
    pub id: String,
    /// When it last changed, Unix milliseconds.
    pub changed_ms: i64,
    /// What it is; opaque here.
    pub body: String,
    /// What it is found by.
    pub words: String,
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Kept> {
    Ok(Kept {
        id: row.get(0)?,
        changed_ms: row.get(1)?,
        body: row.get(2)?,
        words: row.get(3)?,
    })
}

/// All, the last changed first.
pub(crate) fn all(conn: &Connection) -> Result<Rows<Kept>, LoadError> {
    TABLE.select(conn, "ORDER BY changed_ms DESC, id", [], from_row)
}

pub(crate) fn get(conn: &Connection, id: &str) -> Result<Option<Kept>, LoadError> {
    TABLE.select_one(conn, "WHERE id = ?", [id], from_row)
}

/// The names of those with the words, best first: with all of them as beginnings, or with any.
pub(crate) fn find(
    conn: &Connection,
    query: &str,
    all: bool,
    limit: u32,
) -> Result<Vec<String>, LoadError> {
    let Some(expression) = super::search::words(query, if all { " " } else { " OR " }) else {
        return Ok(Vec::new());
    };
    let found = conn
        .prepare_cached(
            "SELECT l.id FROM library_words JOIN library AS l ON l.rowid = library_words.rowid \
             WHERE library_words MATCH ? ORDER BY library_words.rank, l.id LIMIT ?",
        )?
        .query_map((expression, limit), |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(found)
}

pub(crate) fn put(conn: &Connection, kept: &Kept) -> Result<(), WriteError> {
    TABLE.upsert(
        conn,
        &[
            text(&kept.id),
            int(kept.changed_ms),
            text(&kept.body),
            text(&kept.words),
        ],
    )?;
    Ok(())
}

pub(crate) fn delete(conn: &Connection, id: &str) -> Result<(), WriteError> {
    conn.prepare_cached("DELETE FROM library WHERE id = ?")?
        .execute([id])?;
    Ok(())
}

/// Makes the index again from the table.
pub(crate) fn rebuild(conn: &Connection) -> Result<(), WriteError> {
    conn.execute(
        "INSERT INTO library_words (library_words) VALUES ('rebuild')",
        [],
    )?;
    Ok(())
}
