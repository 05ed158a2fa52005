//! `search_entries` and its full-text index `search`: finding text across boards while the
//! person types. Derived data: it can be emptied and filled again at any time.

use rusqlite::Connection;

use super::{Table, text};
use crate::error::{LoadError, WriteError};

/// The index reads its text from `search_entries` (an FTS5 external-content table) and is
/// kept in step by triggers, so that a board's deletion empties both. `secure-delete` makes
/// FTS5 overwrite the terms of deleted text instead of only marking them.
pub(crate) const SCHEMA: &str = "
CREATE TABLE search_entries (
    id       INTEGER PRIMARY KEY,
    board    TEXT NOT NULL REFERENCES boards (id) ON DELETE CASCADE,
    key      TEXT NOT NULL,
    text     TEXT NOT NULL,
    checksum BLOB NOT NULL,
    UNIQUE (board, key)
) STRICT;
CREATE VIRTUAL TABLE search USING fts5 (
    text,
    content = 'search_entries',
    content_rowid = 'id',
    tokenize = 'unicode61 remove_diacritics 2',
    prefix = '2 3'
);
INSERT INTO search (search, rank) VALUES ('secure-delete', 1);
CREATE TRIGGER search_entries_insert AFTER INSERT ON search_entries BEGIN
    INSERT INTO search (rowid, text) VALUES (NEW.id, NEW.text);
END;
CREATE TRIGGER search_entries_delete AFTER DELETE ON search_entries BEGIN
    INSERT INTO search (search, rowid, text) VALUES ('delete', OLD.id, OLD.text);
END;
CREATE TRIGGER search_entries_update AFTER UPDATE ON search_entries BEGIN
    INSERT INTO search (search, rowid, text) VALUES ('delete', OLD.id, OLD.text);
    INSERT INTO search (rowid, text) VALUES (NEW.id, NEW.text);
END;
";

pub(crate) const TABLE: Table = Table {
    name: "search_entries",
    columns: &["board", "key", "text"],
    key: 2,
    of_board: true,
};

/// More words than this do not narrow a search, and each costs a look-up.
const MAX_WORDS: usize = 16;

/// A piece of text to be found.
#[derive(Clone, PartialEq, Eq)]
pub struct SearchEntry {
    /// The board it stands on.
    pub board: String,
    /// What it is the text of, such as a note's id; opaque here.
    pub key: String,
    /// The text.
    pub text: String,
}

impl std::fmt::Debug for SearchEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SearchEntry")
            .field("board", &self.board)
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}

/// A place where the words were found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The board.
    pub board: String,
    /// The entry's key.
    pub key: String,
    /// About a dozen words around the match.
    pub excerpt: String,
}

pub(crate) fn put(conn: &Connection, entry: &SearchEntry) -> Result<(), WriteError> {
    // Indexing costs a hundred times what looking does, and most changes leave the words alone.
    let of = "WHERE board = ? AND key = ?";
    let there = TABLE.select_one(conn, of, (&entry.board, &entry.key), |row| {
        row.get::<_, String>(2)
    });
    if matches!(there, Ok(Some(text)) if text == entry.text) {
        return Ok(());
    }
    TABLE.upsert(
        conn,
        &[text(&entry.board), text(&entry.key), text(&entry.text)],
    )?;
    Ok(())
}

pub(crate) fn delete(conn: &Connection, board: &str, key: &str) -> Result<(), WriteError> {
    conn.prepare_cached("DELETE FROM search_entries WHERE board = ? AND key = ?")?
        .execute((board, key))?;
    Ok(())
}

pub(crate) fn delete_board(conn: &Connection, board: &str) -> Result<(), WriteError> {
    conn.prepare_cached("DELETE FROM search_entries WHERE board = ?")?
        .execute([board])?;
    Ok(())
}

/// Makes the index again from `search_entries`.
pub(crate) fn rebuild(conn: &Connection) -> Result<(), WriteError> {
    conn.execute("INSERT INTO search (search) VALUES ('rebuild')", [])?;
    Ok(())
}

/// Entries with all the words, each as the beginning of a word, best first, outside the bin.
pub(crate) fn find(conn: &Connection, query: &str, limit: u32) -> Result<Vec<Found>, LoadError> {
    let Some(expression) = words(query, " ") else {
        return Ok(Vec::new());
    };
    let found = conn
        .prepare_cached(
            "SELECT e.board, e.key, snippet(search, 0, '', '', '…', 12) \
             FROM search JOIN search_entries AS e ON e.id = search.rowid \
             JOIN boards AS b ON b.id = e.board \
             WHERE search MATCH ? AND b.removed_ms IS NULL \
             ORDER BY rank, e.id LIMIT ?",
        )?
        .query_map((expression, limit), |row| {
            Ok(Found {
                board: row.get(0)?,
                key: row.get(1)?,
                excerpt: row.get(2)?,
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(found)
}

/// The FTS5 expression for what a person typed: quoted words only, none of its operators.
/// `between` is what stands between the words: nothing for all of them, `OR` for any.
pub(super) fn words(query: &str, between: &str) -> Option<String> {
    let words: Vec<String> = query
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(MAX_WORDS)
        .map(|word| format!("\"{word}\"*"))
        .collect();
    (!words.is_empty()).then(|| words.join(between))
}
