//! `ballots`: blind votes cast at this laptop, until the round is shown. Read past the index, as
//! drafts are.

use std::fmt;

use rusqlite::{Connection, Row};

use super::{Table, blob, text};
use crate::error::{LoadError, Rows, WriteError};

pub(crate) const SCHEMA: &str = "
CREATE TABLE ballots (
    board    TEXT NOT NULL REFERENCES boards (id) ON DELETE CASCADE,
    round    TEXT NOT NULL,
    person   TEXT NOT NULL,
    body     BLOB NOT NULL,
    checksum BLOB NOT NULL,
    PRIMARY KEY (board, round, person)
) STRICT;
";

pub(crate) const TABLE: Table = Table {
    name: "ballots",
    columns: &["board", "round", "person", "body"],
    key: 3,
    of_board: true,
};

/// One person's votes in one round. Its `Debug` form leaves out the votes.
#[derive(Clone, PartialEq, Eq)]
pub struct Ballot {
    /// The board.
    pub board: String,
    /// The round of voting.
    pub round: String,
    /// Who at this laptop voted.
    pub person: String,
    /// The votes; opaque here.
    pub body: Vec<u8>,
}

impl fmt::Debug for Ballot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ballot")
            .field("board", &self.board)
            .field("round", &self.round)
            .finish_non_exhaustive()
    }
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Ballot> {
    Ok(Ballot {
        board: row.get(0)?,
        round: row.get(1)?,
        person: row.get(2)?,
        body: row.get(3)?,
    })
}

pub(crate) fn of_board(conn: &Connection, board: &str) -> Result<Rows<Ballot>, LoadError> {
    TABLE.select(
        conn,
        "NOT INDEXED WHERE board = ? ORDER BY round, person",
        [board],
        from_row,
    )
}

pub(crate) fn put(conn: &Connection, ballot: &Ballot) -> Result<(), WriteError> {
    TABLE.upsert(
        conn,
        &[
            text(&ballot.board),
            text(&ballot.round),
            text(&ballot.person),
            blob(&ballot.body),
        ],
    )?;
    Ok(())
}

pub(crate) fn delete(
    conn: &Connection,
    board: &str,
    round: &str,
    person: &str,
) -> Result<(), WriteError> {
    conn.prepare_cached("DELETE FROM ballots WHERE board = ? AND round = ? AND person = ?")?
        .execute((board, round, person))?;
    Ok(())
}

pub(crate) fn delete_round(conn: &Connection, board: &str, round: &str) -> Result<(), WriteError> {
    conn.prepare_cached("DELETE FROM ballots WHERE board = ? AND round = ?")?
        .execute((board, round))?;
    Ok(())
}
