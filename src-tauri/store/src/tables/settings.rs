//! `settings`: the person's choices on this laptop, by name.

use rusqlite::Connection;

use super::{Table, text};
use crate::error::{LoadError, Rows, WriteError};

pub(crate) const SCHEMA: &str = "
CREATE TABLE settings (
    key      TEXT NOT NULL PRIMARY KEY,
    value    TEXT NOT NULL,
    checksum BLOB NOT NULL
) STRICT;
";

pub(crate) const TABLE: Table = Table {
    name: "settings",
    columns: &["key", "value"],
    key: 1,
    of_board: false,
};

/// A setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Its name.
    pub key: String,
    /// Its value; opaque here.
    pub value: String,
}

pub(crate) fn all(conn: &Connection) -> Result<Rows<Setting>, LoadError> {
    TABLE.select(conn, "ORDER BY key", [], |row| {
        Ok(Setting {
            key: row.get(0)?,
            value: row.get(1)?,
        })
    })
}

pub(crate) fn get(conn: &Connection, key: &str) -> Result<Option<String>, LoadError> {
    TABLE.select_one(conn, "WHERE key = ?", [key], |row| row.get(1))
}

pub(crate) fn put(conn: &Connection, setting: &Setting) -> Result<(), WriteError> {
    TABLE.upsert(conn, &[text(&setting.key), text(&setting.value)])?;
    Ok(())
}

pub(crate) fn delete(conn: &Connection, key: &str) -> Result<(), WriteError> {
    conn.prepare_cached("DELETE FROM settings WHERE key = ?")?
        .execute([key])?;
    Ok(())
}
