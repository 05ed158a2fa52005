//! Rescue: copying what is readable of a damaged database into a new one.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, OptionalExtension};

use crate::error::WriteError;
use crate::open;
use crate::schema::{self, STEPS};
use crate::tables::boards::{self, Board};
use crate::tables::{ALL, Found, Table, library, search};

/// Beyond a damaged page, row numbers are tried one by one; after this many without a row
/// there is nothing more to come. A page leads to at most some ten thousand rows.
const PROBES: i64 = 100_000;

/// The title of a board whose row on the Home screen is lost while its log is not.
const RECOVERED: &str = "Recovered board";

/// What was rescued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Salvaged {
    /// Table by table, those with any rows or damage.
    pub tables: Vec<TableSalvage>,
}

/// What was rescued of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableSalvage {
    /// The table.
    pub table: &'static str,
    /// Rows copied, each with a matching checksum.
    pub copied: usize,
    /// Rows met that are damaged and were left out. Rows on unreadable pages cannot be
    /// counted; those of a board's log show as missing when it is loaded.
    pub damaged: usize,
    /// Whether pages of the table were unreadable.
    pub unreadable: bool,
}

/// Why nothing was rescued.
#[derive(Debug, thiserror::Error)]
pub enum SalvageError {
    /// There is a file of that name.
    #[error("{} is there already. Choose another name.", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The damaged file does not open as a database at all.
    #[error("{} cannot be read even in part ({detail}). It is left as it is; a copy of the profile from before, or another laptop with the same boards, may have them.", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        detail: String,
    },
    /// The new file could not be written.
    #[error("The new file {} could not be written: {source}", path.display())]
    Target {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        source: WriteError,
    },
}

/// Copies every readable row of the database `damaged` into the new database `new`, which a
/// profile folder can then use as its `upshot.db`. Nothing is written to `damaged`; no
/// process may have it open.
///
/// Tables are read straight through and around unreadable pages, by row number, so that a
/// damaged index does not matter. The search index is made anew.
///
/// # Errors
/// See [`SalvageError`].
pub fn salvage(damaged: &Path, new: &Path) -> Result<Salvaged, SalvageError> {
    if new.exists() {
        return Err(SalvageError::Exists {
            path: new.to_owned(),
        });
    }
    let unreadable = |detail: String| SalvageError::Unreadable {
        path: damaged.to_owned(),
        detail,
    };
    let target = |error: rusqlite::Error| SalvageError::Target {
        path: new.to_owned(),
        source: error.into(),
    };
    let from = open::open_for_reading(damaged).map_err(|error| unreadable(error.to_string()))?;
    from.prepare("SELECT 1 FROM sqlite_schema")
        .and_then(|mut statement| statement.exists([]))
        .map_err(|error| unreadable(error.to_string()))?;

    let mut to = Connection::open(new).map_err(target)?;
    open::prepare(&to).map_err(target)?;
    schema::migrate(&mut to, STEPS).map_err(target)?;
    let mut tables = Vec::new();
    let tx = to.transaction().map_err(target)?;
    for table in ALL {
        let report = copy_table(&from, &tx, table).map_err(|source| SalvageError::Target {
            path: new.to_owned(),
            source,
        })?;
        tracing::info!(?report, "table salvaged");
        if report.copied > 0 || report.damaged > 0 || report.unreadable {
            tables.push(report);
        }
    }
    search::rebuild(&tx)
        .and_then(|()| library::rebuild(&tx))
        .map_err(|source| SalvageError::Target {
            path: new.to_owned(),
            source,
        })?;
    tx.commit().map_err(target)?;
    Ok(Salvaged { tables })
}

fn copy_table(
    from: &Connection,
    to: &Connection,
    table: &'static Table,
) -> Result<TableSalvage, WriteError> {
    let mut report = TableSalvage {
        table: table.name,
        copied: 0,
        damaged: 0,
        unreadable: false,
    };
    // The schema is part of the file: the table itself may be lost.
    let Ok(mut read) = from.prepare(&table.select_sql("NOT INDEXED WHERE rowid = ?")) else {
        report.unreadable = true;
        return Ok(report);
    };
    let rowids = rowids(from, table, &mut report.unreadable);
    for rowid in rowids {
        let found = read
            .query_row([rowid], |row| {
                table.verify(row, |row| {
                    (0..table.columns.len())
                        .map(|column| row.get(column))
                        .collect::<rusqlite::Result<Vec<Value>>>()
                })
            })
            .optional();
        match found {
            Ok(Some(Found::Good(values))) => match insert(to, table, &values) {
                Ok(()) => report.copied += 1,
                // The same key twice, or a log out of order: damage that checksums miss.
                Err(WriteError::Refused(_) | WriteError::NoSuchBoard) => report.damaged += 1,
                Err(error) => return Err(error),
            },
            Ok(Some(Found::Damaged(_))) => report.damaged += 1,
            Ok(None) => {}
            Err(_) => report.unreadable = true,
        }
    }
    Ok(report)
}

fn insert(to: &Connection, table: &Table, values: &[Value]) -> Result<(), WriteError> {
    if table.of_board
        && let Some(Value::Text(board)) = values.first()
        && !boards::exists(to, board)?
    {
        boards::put(
            to,
            &Board {
                id: board.clone(),
                title: RECOVERED.to_owned(),
                summary_json: "{}".to_owned(),
                ..Board::default()
            },
        )?;
    }
    let values: Vec<ValueRef<'_>> = values.iter().map(ValueRef::from).collect();
    Ok(table.insert(to, &values)?)
}

/// The row numbers that can be reached: from the front, from the back, and one by one in
/// between, where damaged pages break the way.
fn rowids(from: &Connection, table: &Table, unreadable: &mut bool) -> BTreeSet<i64> {
    let mut found = BTreeSet::new();
    let (front, whole) = walk(from, table, "ORDER BY rowid", &mut found);
    if whole {
        return found;
    }
    *unreadable = true;
    let mut from_back = BTreeSet::new();
    let (back, _) = walk(from, table, "ORDER BY rowid DESC", &mut from_back);
    found.extend(&from_back);

    let Ok(mut probe) = from.prepare(&format!(
        "SELECT 1 FROM {} NOT INDEXED WHERE rowid = ?",
        table.name
    )) else {
        return found;
    };
    let mut misses = 0;
    let mut rowid = front.unwrap_or(0);
    while misses < PROBES {
        rowid = match rowid.checked_add(1) {
            Some(next) if back.is_none_or(|back| next < back) => next,
            _ => break,
        };
        if probe.exists([rowid]).unwrap_or(false) {
            found.insert(rowid);
            misses = 0;
        } else {
            misses += 1;
        }
    }
    found
}

/// Collects row numbers in one direction. Returns the last one and whether the walk met no
/// damage.
fn walk(
    from: &Connection,
    table: &Table,
    order: &str,
    found: &mut BTreeSet<i64>,
) -> (Option<i64>, bool) {
    let mut last = None;
    let sql = format!("SELECT rowid FROM {} NOT INDEXED {order}", table.name);
    let whole = from.prepare(&sql).and_then(|mut statement| {
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let rowid = row.get(0)?;
            // A damaged tree can lead back to where the walk has been.
            if !found.insert(rowid) {
                return Ok(false);
            }
            last = Some(rowid);
        }
        Ok(true)
    });
    (last, whole.unwrap_or(false))
}
