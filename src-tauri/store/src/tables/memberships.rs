//! `memberships`: what lets this laptop rejoin a board's peers.

use std::fmt;

use rusqlite::{Connection, Row};

use super::{Table, blob, int, text};
use crate::error::{LoadError, Rows, WriteError};

pub(crate) const SCHEMA: &str = "
CREATE TABLE memberships (
    board          TEXT    NOT NULL PRIMARY KEY REFERENCES boards (id) ON DELETE CASCADE,
    role           TEXT    NOT NULL,
    secret         BLOB    NOT NULL,
    addresses_json TEXT    NOT NULL,
    expires_ms     INTEGER NOT NULL,
    changed_ms     INTEGER NOT NULL,
    checksum       BLOB    NOT NULL
) STRICT;
";

pub(crate) const TABLE: Table = Table {
    name: "memberships",
    columns: &[
        "board",
        "role",
        "secret",
        "addresses_json",
        "expires_ms",
        "changed_ms",
    ],
    key: 1,
    of_board: true,
};

/// This laptop's place among a board's peers. Its `Debug` form leaves out the secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Membership {
    /// The board.
    pub board: String,
    /// The role the secret grants; opaque here.
    pub role: String,
    /// The ticket's secret.
    pub secret: Vec<u8>,
    /// Where peers were last met; opaque here.
    pub addresses_json: String,
    /// When the secret stops being accepted, Unix milliseconds; `i64::MAX` for never.
    pub expires_ms: i64,
    /// When this row last changed, Unix milliseconds.
    pub changed_ms: i64,
}

impl fmt::Debug for Membership {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Membership")
            .field("board", &self.board)
            .field("role", &self.role)
            .field("expires_ms", &self.expires_ms)
            .field("changed_ms", &self.changed_ms)
            .finish_non_exhaustive()
    }
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Membership> {
    Ok(Membership {
        board: row.get(0)?,
        role: row.get(1)?,
        secret: row.get(2)?,
        addresses_json: row.get(3)?,
        expires_ms: row.get(4)?,
        changed_ms: row.get(5)?,
    })
}

pub(crate) fn all(conn: &Connection) -> Result<Rows<Membership>, LoadError> {
    TABLE.select(conn, "ORDER BY board", [], from_row)
}

pub(crate) fn get(conn: &Connection, board: &str) -> Result<Option<Membership>, LoadError> {
    TABLE.select_one(conn, "WHERE board = ?", [board], from_row)
}

pub(crate) fn put(conn: &Connection, membership: &Membership) -> Result<(), WriteError> {
    TABLE.upsert(
        conn,
        &[
            text(&membership.board),
            text(&membership.role),
            blob(&membership.secret),
            text(&membership.addresses_json),
            int(membership.expires_ms),
            int(membership.changed_ms),
        ],
    )?;
    Ok(())
}

pub(crate) fn delete(conn: &Connection, board: &str) -> Result<(), WriteError> {
    conn.prepare_cached("DELETE FROM memberships WHERE board = ?")?
        .execute([board])?;
    Ok(())
}
