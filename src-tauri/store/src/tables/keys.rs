//! `keys`: this laptop's secrets, such as its identity towards peers, by name.

use std::fmt;

use rusqlite::Connection;

use super::{Table, blob, text};
use crate::error::{LoadError, WriteError};

pub(crate) const SCHEMA: &str = "
CREATE TABLE keys (
    name     TEXT NOT NULL PRIMARY KEY,
    secret   BLOB NOT NULL,
    checksum BLOB NOT NULL
) STRICT;
";

pub(crate) const TABLE: Table = Table {
    name: "keys",
    columns: &["name", "secret"],
    key: 1,
    of_board: false,
};

/// A secret by name. Its `Debug` form leaves out the secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    /// What it is for.
    pub name: String,
    /// The secret.
    pub secret: Vec<u8>,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

pub(crate) fn get(conn: &Connection, name: &str) -> Result<Option<Key>, LoadError> {
    TABLE.select_one(conn, "WHERE name = ?", [name], |row| {
        Ok(Key {
            name: row.get(0)?,
            secret: row.get(1)?,
        })
    })
}

pub(crate) fn put(conn: &Connection, key: &Key) -> Result<(), WriteError> {
    TABLE.upsert(conn, &[text(&key.name), blob(&key.secret)])?;
    Ok(())
}

pub(crate) fn delete(conn: &Connection, name: &str) -> Result<(), WriteError> {
    conn.prepare_cached("DELETE FROM keys WHERE name = ?")?
        .execute([name])?;
    Ok(())
}
