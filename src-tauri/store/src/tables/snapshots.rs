//! `snapshots`: a board's state at a point of its log, so that opening need not read all of
//! it. Two generations are kept; the log is kept whole beside them.

use rusqlite::{Connection, Row};

use super::{Table, blob, int, text};
use crate::error::{LoadError, WriteError};

pub(crate) const SCHEMA: &str = "
CREATE TABLE snapshots (
    board        TEXT    NOT NULL REFERENCES boards (id) ON DELETE CASCADE,
    generation   INTEGER NOT NULL,
    upto_seq     INTEGER NOT NULL,
    made_ms      INTEGER NOT NULL,
    content_hash BLOB    NOT NULL,
    bytes        BLOB    NOT NULL,
    checksum     BLOB    NOT NULL,
    PRIMARY KEY (board, generation)
) STRICT;
";

pub(crate) const TABLE: Table = Table {
    name: "snapshots",
    columns: &[
        "board",
        "generation",
        "upto_seq",
        "made_ms",
        "content_hash",
        "bytes",
    ],
    key: 2,
    of_board: true,
};

/// Readable ones: the newest may turn out damaged, and then the one before it serves.
const KEPT: u8 = 2;

/// A snapshot to be stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSnapshot {
    /// The board.
    pub board: String,
    /// It holds every update up to this number. It may hold later ones too: an update applied
    /// twice changes nothing.
    pub upto_seq: i64,
    /// When it was made, Unix milliseconds.
    pub made_ms: i64,
    /// The caller's hash of the content, to compare after decoding; opaque here.
    pub content_hash: Vec<u8>,
    /// The state.
    pub bytes: Vec<u8>,
}

/// A snapshot as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Counts up with each snapshot of the board.
    pub generation: i64,
    /// It holds every update up to this number.
    pub upto_seq: i64,
    /// When it was made, Unix milliseconds.
    pub made_ms: i64,
    /// The caller's hash of the content.
    pub content_hash: Vec<u8>,
    /// The state.
    pub bytes: Vec<u8>,
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Snapshot> {
    Ok(Snapshot {
        generation: row.get(1)?,
        upto_seq: row.get(2)?,
        made_ms: row.get(3)?,
        content_hash: row.get(4)?,
        bytes: row.get(5)?,
    })
}

/// The generations on hand, newest first, as the index or the table knows them: an entry lost
/// from one must not pass a snapshot over in silence.
pub(crate) fn generations(conn: &Connection, board: &str) -> rusqlite::Result<Vec<i64>> {
    conn.prepare_cached(
        "SELECT generation FROM snapshots WHERE board = ?1 \
         UNION SELECT generation FROM snapshots NOT INDEXED WHERE board = ?1 ORDER BY 1 DESC",
    )?
    .query_map([board], |row| row.get(0))?
    .collect()
}

pub(crate) fn get(
    conn: &Connection,
    board: &str,
    generation: i64,
) -> Result<Option<Snapshot>, LoadError> {
    TABLE.select_one(
        conn,
        "WHERE board = ? AND generation = ?",
        (board, generation),
        from_row,
    )
}

/// Where the newest snapshot ends, without reading it; 0 without one.
pub(crate) fn newest_upto(conn: &Connection, board: &str) -> rusqlite::Result<i64> {
    conn.prepare_cached(
        "SELECT coalesce((SELECT upto_seq FROM snapshots WHERE board = ? \
         ORDER BY generation DESC LIMIT 1), 0)",
    )?
    .query_row([board], |row| row.get(0))
}

/// Writes the snapshot, reads it back, and only then lets older ones go.
pub(crate) fn put(conn: &Connection, snapshot: &NewSnapshot) -> Result<(), WriteError> {
    let board = snapshot.board.as_str();
    let end = super::updates::end(conn, board)?;
    // It would hide updates that are still to come.
    if snapshot.upto_seq > end {
        return Err(WriteError::Refused(format!(
            "a snapshot up to update {} of a log that ends at {end}",
            snapshot.upto_seq
        )));
    }
    let newest = generations(conn, board)?.first().copied().unwrap_or(0);
    let generation = newest.saturating_add(1);
    TABLE.insert(
        conn,
        &[
            text(board),
            int(generation),
            int(snapshot.upto_seq),
            int(snapshot.made_ms),
            blob(&snapshot.content_hash),
            blob(&snapshot.bytes),
        ],
    )?;
    let stored = get(conn, board, generation)?;
    if stored.is_none_or(|stored| stored.bytes != snapshot.bytes) {
        return Err(WriteError::Damaged(
            "a snapshot was not read back as written".to_owned(),
        ));
    }
    let mut good = 0;
    for generation in generations(conn, board)? {
        if good == KEPT {
            conn.prepare_cached("DELETE FROM snapshots WHERE board = ? AND generation = ?")?
                .execute((board, generation))?;
        } else if get(conn, board, generation).is_ok_and(|found| found.is_some()) {
            good += 1;
        }
    }
    Ok(())
}
