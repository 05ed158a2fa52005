//! The tables, one file each. What they share: a checksum a row, and insertion and reading
//! that write and verify it.

pub(crate) mod ballots;
pub(crate) mod blobs;
pub(crate) mod boards;
pub(crate) mod drafts;
pub(crate) mod keys;
pub(crate) mod library;
pub(crate) mod memberships;
pub(crate) mod merging;
pub(crate) mod quarantine;
pub(crate) mod search;
pub(crate) mod settings;
pub(crate) mod snapshots;
pub(crate) mod updates;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OptionalExtension, Params, Row, params_from_iter};

use crate::error::{Damage, LoadError, Rows};

/// Every table with a checksum, parents before children.
pub(crate) const ALL: [&Table; 15] = [
    &boards::TABLE,
    &updates::TABLE,
    &updates::HEADS,
    &snapshots::TABLE,
    &drafts::TABLE,
    &ballots::TABLE,
    &settings::TABLE,
    &keys::TABLE,
    &memberships::TABLE,
    &merging::TABLE,
    &quarantine::TABLE,
    &blobs::TABLE,
    &blobs::REFERENCES,
    &search::TABLE,
    &library::TABLE,
];

/// The first eight bytes of a BLAKE3 hash: against damage, not against forgery.
pub(crate) type Checksum = [u8; 8];

/// A table whose last column, `checksum`, covers all the others named here.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    /// In the order in which values are given and read.
    pub(crate) columns: &'static [&'static str],
    /// How many of the leading columns are the key.
    pub(crate) key: usize,
    /// Whether the first column refers to `boards`.
    pub(crate) of_board: bool,
}

/// A row as it lies in the file.
pub(crate) enum Found<T> {
    Good(T),
    Damaged(String),
}

impl Table {
    /// Binds values to their table and column, so that a row or a value that strayed elsewhere
    /// does not pass.
    pub(crate) fn checksum<'a>(&self, values: impl Iterator<Item = ValueRef<'a>>) -> Checksum {
        let mut hasher = blake3::Hasher::new();
        let mut part = |tag: u8, bytes: &[u8]| {
            hasher.update(&[tag]);
            hasher.update(&(bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        };
        part(b'T', self.name.as_bytes());
        for value in values {
            match value {
                ValueRef::Null => part(b'n', &[]),
                ValueRef::Integer(number) => part(b'i', &number.to_le_bytes()),
                ValueRef::Real(number) => part(b'r', &number.to_le_bytes()),
                ValueRef::Text(text) => part(b't', text),
                ValueRef::Blob(bytes) => part(b'b', bytes),
            }
        }
        let mut checksum = Checksum::default();
        checksum.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
        checksum
    }

    /// Inserts a row; a row of the same key is an error.
    pub(crate) fn insert(
        &self,
        conn: &Connection,
        values: &[ValueRef<'_>],
    ) -> rusqlite::Result<()> {
        self.execute(conn, values, "")
    }

    /// Inserts a row, or replaces the one of the same key in place.
    pub(crate) fn upsert(
        &self,
        conn: &Connection,
        values: &[ValueRef<'_>],
    ) -> rusqlite::Result<()> {
        let set: Vec<String> = self.columns[self.key..]
            .iter()
            .chain(&["checksum"])
            .map(|column| format!("{column} = excluded.{column}"))
            .collect();
        let tail = format!(
            " ON CONFLICT ({}) DO UPDATE SET {}",
            self.columns[..self.key].join(", "),
            set.join(", ")
        );
        self.execute(conn, values, &tail)
    }

    fn execute(
        &self,
        conn: &Connection,
        values: &[ValueRef<'_>],
        tail: &str,
    ) -> rusqlite::Result<()> {
        let checksum = self.checksum(values.iter().copied());
        let marks = vec!["?"; self.columns.len() + 1].join(", ");
        let sql = format!(
            "INSERT INTO {} ({}, checksum) VALUES ({marks}){tail}",
            self.name,
            self.columns.join(", ")
        );
        let all = values
            .iter()
            .copied()
            .chain([ValueRef::Blob(&checksum)])
            .map(ToSqlOutput::Borrowed);
        conn.prepare_cached(&sql)?.execute(params_from_iter(all))?;
        Ok(())
    }

    /// `SELECT` of all columns and the checksum, followed by `tail`.
    pub(crate) fn select_sql(&self, tail: &str) -> String {
        format!(
            "SELECT {}, checksum FROM {} {tail}",
            self.columns.join(", "),
            self.name
        )
    }

    /// Verifies a row of [`Table::select_sql`], then reads it with `map`.
    pub(crate) fn verify<T>(
        &self,
        row: &Row<'_>,
        map: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Found<T>> {
        let mut values = Vec::with_capacity(self.columns.len());
        for index in 0..self.columns.len() {
            values.push(row.get_ref(index)?);
        }
        let stored = row.get_ref(self.columns.len())?;
        if stored != ValueRef::Blob(&self.checksum(values.into_iter())) {
            return Ok(Found::Damaged("the checksum differs".to_owned()));
        }
        map(row).map(Found::Good)
    }

    /// All rows that `tail` selects.
    pub(crate) fn select<T>(
        &self,
        conn: &Connection,
        tail: &str,
        params: impl Params,
        map: impl Fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Rows<T>, LoadError> {
        let mut statement = conn.prepare_cached(&self.select_sql(tail))?;
        let mut found = statement.query(params)?;
        let mut rows = Vec::new();
        let mut damaged = Vec::new();
        loop {
            let detail = match found.next() {
                Ok(None) => break,
                Ok(Some(row)) => match self.verify(row, &map) {
                    Ok(Found::Good(row)) => {
                        rows.push(row);
                        continue;
                    }
                    Ok(Found::Damaged(detail)) => detail,
                    Err(error) => error.to_string(),
                },
                Err(error) if is_damage(&error) => {
                    let detail = format!("the remaining rows cannot be read ({error})");
                    damaged.push(self.damage(detail));
                    break;
                }
                Err(error) => return Err(error.into()),
            };
            damaged.push(self.damage(detail));
        }
        Ok(Rows { rows, damaged })
    }

    /// The one row that `tail` selects.
    pub(crate) fn select_one<T>(
        &self,
        conn: &Connection,
        tail: &str,
        params: impl Params,
        map: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, LoadError> {
        let found = conn
            .prepare_cached(&self.select_sql(tail))?
            .query_row(params, |row| self.verify(row, map))
            .optional()?;
        match found {
            None => Ok(None),
            Some(Found::Good(row)) => Ok(Some(row)),
            Some(Found::Damaged(detail)) => {
                Err(LoadError::Damaged(format!("{}: {detail}", self.name)))
            }
        }
    }

    fn damage(&self, detail: String) -> Damage {
        tracing::warn!(table = self.name, detail, "damaged row");
        Damage {
            table: self.name,
            detail,
        }
    }
}

/// Whether the file, and not the disk or another process, is what is wrong.
pub(crate) fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
    )
}

pub(crate) fn text(value: &str) -> ValueRef<'_> {
    ValueRef::Text(value.as_bytes())
}

pub(crate) fn blob(value: &[u8]) -> ValueRef<'_> {
    ValueRef::Blob(value)
}

pub(crate) fn int<'a>(value: i64) -> ValueRef<'a> {
    ValueRef::Integer(value)
}
