//! `search_entries` and its full-text index `search`: finding text across boards while the
//! person types. Derived data: it can be emptied and filled again at any time.
//!
//! Indexing a text costs many times what storing an edit does, so it has a time of its own. A
//! text is stored at once, and its number noted in `search_due` in the same transaction; the
//! writer brings the index after it in quiet moments, a few texts a transaction ([`index`]).
//! Whatever a crash leaves is still noted, and done after the next start.

use rusqlite::{Connection, OptionalExtension};

use super::{Found as Row, Table, text};
use crate::error::{LoadError, WriteError};

/// Numbers are never given twice: words still in the index must not lead to another text. An
/// entry that is gone is found no more from that moment, as it is joined.
///
/// `search_covers` says up to which update of its log a board's words are stored.
pub(crate) const SCHEMA: &str = "
CREATE TABLE search_entries (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    board    TEXT NOT NULL REFERENCES boards (id) ON DELETE CASCADE,
    key      TEXT NOT NULL,
    text     TEXT NOT NULL,
    checksum BLOB NOT NULL,
    UNIQUE (board, key)
) STRICT;
CREATE TABLE search_due (id INTEGER PRIMARY KEY) STRICT;
CREATE TABLE search_covers (
    board    TEXT    NOT NULL PRIMARY KEY REFERENCES boards (id) ON DELETE CASCADE,
    upto_seq INTEGER NOT NULL
) STRICT;
CREATE TRIGGER search_entries_insert AFTER INSERT ON search_entries BEGIN
    INSERT INTO search_due SELECT NEW.id
    WHERE NOT EXISTS (SELECT 1 FROM search_due WHERE id = NEW.id);
END;
CREATE TRIGGER search_entries_update AFTER UPDATE ON search_entries BEGIN
    INSERT INTO search_due SELECT NEW.id
    WHERE NOT EXISTS (SELECT 1 FROM search_due WHERE id = NEW.id);
END;
CREATE TRIGGER search_entries_delete AFTER DELETE ON search_entries BEGIN
    INSERT INTO search_due SELECT OLD.id
    WHERE NOT EXISTS (SELECT 1 FROM search_due WHERE id = OLD.id);
END;
CREATE TRIGGER search_boards_delete AFTER DELETE ON boards BEGIN
    INSERT INTO search_due SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM search_due WHERE id = 0);
END;
";

/// The index. It has a copy of the texts, so that it can be behind them.
///
/// FTS5's option `secure-delete`, which overwrites the terms of a text that changed, made a
/// change of one note of 10,000 take 2 to 9 ms instead of 0.1; changed words stand in the
/// board's log anyway. When a whole board is deleted, the index is merged into one segment,
/// which leaves its words nowhere: [`PURGE`].
pub(crate) const INDEX: &str = "
CREATE VIRTUAL TABLE search USING fts5 (
    text,
    tokenize = 'unicode61 remove_diacritics 2',
    prefix = '2 3'
);
";

/// What stands in `search_due` where a board's words are to be gone from the file.
const PURGE: i64 = 0;

/// Texts indexed in one transaction: a millisecond or two, which is what edits may wait.
const INDEXED_AT_ONCE: u32 = 16;

/// Pages a step of a merge writes, for the same reason.
const PAGES_AT_ONCE: i64 = 32;

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
    conn.prepare_cached("DELETE FROM search_covers WHERE board = ?")?
        .execute([board])?;
    Ok(())
}

/// Notes that the board's words are stored up to an update. Where the log ends before that one,
/// its own end counts: later updates will be others.
pub(crate) fn cover(conn: &Connection, board: &str, upto_seq: i64) -> Result<(), WriteError> {
    let upto = upto_seq.min(super::updates::end(conn, board)?);
    conn.prepare_cached(
        "INSERT INTO search_covers (board, upto_seq) VALUES (?, ?) \
         ON CONFLICT (board) DO UPDATE SET upto_seq = excluded.upto_seq",
    )?
    .execute((board, upto))?;
    Ok(())
}

/// The boards outside the bin whose log goes on behind the words that are stored.
pub(crate) fn uncovered(conn: &Connection) -> Result<Vec<String>, LoadError> {
    let boards = conn
        .prepare_cached(
            "SELECT h.board FROM heads AS h JOIN boards AS b ON b.id = h.board \
             LEFT JOIN search_covers AS c ON c.board = h.board \
             WHERE b.removed_ms IS NULL AND h.last_seq > coalesce(c.upto_seq, 0) \
             ORDER BY b.opened_ms",
        )?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(boards)
}

/// Whether the index is behind the texts.
pub(crate) fn is_due(conn: &Connection) -> Result<bool, LoadError> {
    Ok(conn
        .prepare_cached("SELECT 1 FROM search_due")?
        .exists([])?)
}

/// Empties the index and notes all texts to be indexed again.
pub(crate) fn rebuild(conn: &Connection) -> Result<(), WriteError> {
    conn.execute_batch("DROP TABLE IF EXISTS search;")?;
    conn.execute_batch(INDEX)?;
    conn.execute_batch(
        "DELETE FROM search_due; INSERT INTO search_due SELECT id FROM search_entries;",
    )?;
    Ok(())
}

/// Brings the index a step nearer to the texts, in the current transaction.
pub(crate) fn index(conn: &Connection) -> Result<(), WriteError> {
    let due: Vec<i64> = conn
        .prepare_cached("SELECT id FROM search_due WHERE id <> ? ORDER BY id LIMIT ?")?
        .query_map((PURGE, INDEXED_AT_ONCE), |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    if due.is_empty() {
        return purge(conn);
    }
    for id in due {
        conn.prepare_cached("DELETE FROM search WHERE rowid = ?")?
            .execute([id])?;
        let found = conn
            .prepare_cached(&TABLE.select_sql("WHERE id = ?"))?
            .query_row([id], |row| TABLE.verify(row, |row| row.get::<_, String>(2)))
            .optional()?;
        // Of a damaged text nothing is said to be found.
        if let Some(Row::Good(words)) = found {
            conn.prepare_cached("INSERT INTO search (rowid, text) VALUES (?, ?)")?
                .execute((id, words))?;
        }
        conn.prepare_cached("DELETE FROM search_due WHERE id = ?")?
            .execute([id])?;
    }
    Ok(())
}

/// A step of merging the index into one segment: the command "merge" with a negative number
/// (<https://sqlite.org/fts5.html#the_merge_command>).
fn purge(conn: &Connection) -> Result<(), WriteError> {
    let before = conn.total_changes();
    conn.prepare_cached("INSERT INTO search (search, rank) VALUES ('merge', ?)")?
        .execute([-PAGES_AT_ONCE])?;
    // Its own row counts as one change: with fewer than two, nothing was left to merge.
    if conn.total_changes() - before < 2 {
        conn.prepare_cached("DELETE FROM search_due WHERE id = ?")?
            .execute([PURGE])?;
    }
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
