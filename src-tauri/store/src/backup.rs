//! Whole copies of a profile, and the check of one.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode};

use crate::error::LoadError;
use crate::open;
use crate::tables;

/// Why a copy was not made. No file is left behind.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is a file of that name.
    #[error("{} is there already. Choose another name.", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The place cannot be written to.
    #[error("The copy could not be written to {}: {source}", path.display())]
    Target {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// No room for the copy.
    #[error("There is not enough space for the copy. Free some space or choose another place.")]
    DiskFull,
    /// The database could not be read, or not copied.
    #[error("The profile could not be copied: {0}")]
    Database(String),
}

/// Copies the database at `from` to the new file `to`.
pub(crate) fn backup(from: &Path, to: &Path) -> Result<(), BackupError> {
    let conn =
        open::open_for_reading(from).map_err(|error| BackupError::Database(error.to_string()))?;
    copy(&conn, to, false)
}

/// Copies through a temporary file beside `to`, so that `to` is whole or not there.
pub(crate) fn copy(conn: &Connection, to: &Path, replace: bool) -> Result<(), BackupError> {
    let exists = || BackupError::Exists {
        path: to.to_owned(),
    };
    let failed = |source| BackupError::Target {
        path: to.to_owned(),
        source,
    };
    if !replace && to.exists() {
        return Err(exists());
    }
    let folder = parent(to);
    let temporary = tempfile::Builder::new()
        .prefix(".upshot-")
        .suffix(".tmp")
        .tempfile_in(&folder)
        .map_err(failed)?;
    let name = temporary.path().to_str().ok_or_else(|| {
        failed(io::Error::new(
            io::ErrorKind::InvalidFilename,
            "the name is not Unicode",
        ))
    })?;
    conn.execute("VACUUM INTO ?", [name])
        .map_err(|error| match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => BackupError::DiskFull,
            _ => BackupError::Database(error.to_string()),
        })?;
    temporary.as_file().sync_all().map_err(failed)?;
    if replace {
        temporary.persist(to).map_err(|error| failed(error.error))?;
    } else {
        temporary
            .persist_noclobber(to)
            .map_err(|error| match error.error.kind() {
                io::ErrorKind::AlreadyExists => exists(),
                _ => failed(error.error),
            })?;
    }
    sync_folder(&folder).map_err(failed)
}

/// The folder a file is or will be in.
pub(crate) fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Makes a rename in the folder last through a power cut. Windows has no such call.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// What is wrong with the database at `path`: SQLite's view, and every row's checksum.
pub(crate) fn check(path: &Path) -> Result<Vec<String>, LoadError> {
    let conn = open::open_for_reading(path)?;
    let mut faults = Vec::new();
    match open::faults(&conn, false).map_err(LoadError::from) {
        Ok(found) => faults.extend(found),
        Err(LoadError::Damaged(detail)) => faults.push(detail),
        Err(error) => return Err(error),
    }
    for table in tables::ALL {
        // Straight through the table: an index may be what is damaged.
        match table.select(&conn, "NOT INDEXED", [], |_| Ok(())) {
            Ok(found) => faults.extend(found.damaged.iter().map(ToString::to_string)),
            Err(LoadError::Damaged(detail)) => faults.push(format!("{}: {detail}", table.name)),
            Err(error) => return Err(error),
        }
    }
    match missing(&conn) {
        Ok(found) => faults.extend(
            found
                .iter()
                .map(|(board, count)| format!("updates: {count} missing of board {board}")),
        ),
        Err(LoadError::Damaged(detail)) => faults.push(format!("updates: {detail}")),
        Err(error) => return Err(error),
    }
    Ok(faults)
}

/// Boards whose log is shorter than its head says, and by how much.
fn missing(conn: &Connection) -> Result<Vec<(String, i64)>, LoadError> {
    let mut statement = conn.prepare(
        "SELECT heads.board, last_seq - (SELECT count(*) FROM updates WHERE board = heads.board) \
         AS missing FROM heads WHERE missing <> 0",
    )?;
    let found = statement
        .query_map([], |row| {
            let board = match row.get_ref(0)? {
                ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
                _ => String::new(),
            };
            Ok((board, row.get(1)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(found)
}
