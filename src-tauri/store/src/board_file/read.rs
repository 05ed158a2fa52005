//! Reading a board file that may come from anyone.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, ErrorCode, MAIN_DB};

use super::{
    APPLICATION_ID, BoardFile, BoardFileReadError, FileSnapshot, FileUpdate, Limits, SCHEMA,
    VERSION,
};
use crate::open::{self, Header};
use crate::tables::blobs::Blob;

/// Reads a board file.
///
/// # Errors
/// See [`BoardFileReadError`].
pub fn read(path: &Path, limits: &Limits) -> Result<BoardFile, BoardFileReadError> {
    let failed = |source| BoardFileReadError::Source {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    // The length may change while reading: what counts is what comes.
    file.take(limits.file_bytes.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(failed)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limits.file_bytes {
        return Err(BoardFileReadError::TooLarge);
    }
    parse(&bytes, limits)
}

/// Reads a board file from its bytes.
///
/// # Errors
/// See [`BoardFileReadError`].
pub fn parse(bytes: &[u8], limits: &Limits) -> Result<BoardFile, BoardFileReadError> {
    let header: &[u8; 100] = bytes
        .first_chunk()
        .ok_or(BoardFileReadError::NotABoardFile)?;
    let header = Header::parse(header);
    if !header.is_sqlite || header.application_id != APPLICATION_ID {
        return Err(BoardFileReadError::NotABoardFile);
    }
    if header.user_version > VERSION {
        return Err(BoardFileReadError::Newer {
            found: header.user_version,
        });
    }
    if !header.is_rollback {
        return Err(BoardFileReadError::Damaged(
            "another program changed its journal mode".to_owned(),
        ));
    }
    let conn = connect(bytes, limits).map_err(read_error)?;
    check_schema(&conn)?;
    let faults = open::faults(&conn, true).map_err(read_error)?;
    if let Some(fault) = faults.first() {
        return Err(BoardFileReadError::Damaged(fault.clone()));
    }
    let (file, seal) = contents(&conn, limits)?;
    if seal != super::seal(&file) {
        return Err(BoardFileReadError::Damaged(
            "the content does not match its checksum".to_owned(),
        ));
    }
    Ok(file)
}

fn connect(bytes: &[u8], limits: &Limits) -> rusqlite::Result<Connection> {
    let mut conn = Connection::open_in_memory()?;
    conn.set_limit(Limit::SQLITE_LIMIT_LENGTH, limits.value_bytes)?;
    conn.set_limit(Limit::SQLITE_LIMIT_SQL_LENGTH, 4096)?;
    conn.set_limit(Limit::SQLITE_LIMIT_COLUMN, 16)?;
    conn.set_limit(Limit::SQLITE_LIMIT_EXPR_DEPTH, 16)?;
    conn.set_limit(Limit::SQLITE_LIMIT_VDBE_OP, 25_000)?;
    conn.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    conn.set_limit(Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 1)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
    conn.pragma_update(None, "cell_size_check", true)?;
    conn.pragma_update(None, "mmap_size", 0)?;
    conn.deserialize_read_exact(MAIN_DB, bytes, bytes.len(), true)?;
    // A damaged tree can send a query round in circles. A hundred million steps are several
    // times what a million rows need.
    let mut ticks = 0;
    conn.progress_handler(
        100_000,
        Some(move || {
            ticks += 1;
            ticks > 1_000
        }),
    )?;
    Ok(conn)
}

/// Exactly our tables, in our words, and nothing else.
fn check_schema(conn: &Connection) -> Result<(), BoardFileReadError> {
    let mut statement = conn
        .prepare("SELECT type, name, sql FROM sqlite_schema LIMIT 8")
        .map_err(read_error)?;
    let found = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .and_then(Iterator::collect::<rusqlite::Result<Vec<(String, String, String)>>>)
        .map_err(read_error)?;
    let same = found.len() == SCHEMA.len()
        && found.iter().zip(SCHEMA).all(|((kind, name, sql), ours)| {
            kind == "table" && (name.as_str(), sql.as_str()) == ours
        });
    if same {
        Ok(())
    } else {
        Err(BoardFileReadError::Damaged(
            "it holds tables that Upshot did not write".to_owned(),
        ))
    }
}

fn contents(
    conn: &Connection,
    limits: &Limits,
) -> Result<(BoardFile, [u8; 32]), BoardFileReadError> {
    let read = || -> rusqlite::Result<(BoardFile, [u8; 32])> {
        let mut file = BoardFile::default();
        let seal = conn.query_row(
            "SELECT board, title, saved_ms, extra_json, seal FROM meta WHERE id = 1",
            [],
            |row| {
                file.board = row.get(0)?;
                file.title = row.get(1)?;
                file.saved_ms = row.get(2)?;
                file.extra_json = row.get(3)?;
                row.get(4)
            },
        )?;
        let mut statement = conn.prepare("SELECT content_hash, bytes FROM snapshot LIMIT 1")?;
        let mut rows = statement.query([])?;
        if let Some(row) = rows.next()? {
            file.snapshot = Some(FileSnapshot {
                content_hash: row.get(0)?,
                bytes: row.get(1)?,
            });
        }
        // One row beyond the limit tells that there are too many.
        let most = i64::try_from(limits.rows)
            .unwrap_or(i64::MAX)
            .saturating_add(1);
        file.updates = conn
            .prepare("SELECT at_ms, origin, bytes FROM updates ORDER BY seq LIMIT ?")?
            .query_map([most], |row| {
                Ok(FileUpdate {
                    at_ms: row.get(0)?,
                    origin: row.get(1)?,
                    bytes: row.get(2)?,
                })
            })?
            .collect::<rusqlite::Result<_>>()?;
        file.blobs = conn
            .prepare("SELECT bytes FROM blobs ORDER BY id LIMIT ?")?
            .query_map([most], |row| row.get(0).map(Blob::new))?
            .collect::<rusqlite::Result<_>>()?;
        Ok((file, seal))
    };
    let (file, seal) = read().map_err(read_error)?;
    if file.updates.len() > limits.rows || file.blobs.len() > limits.rows {
        return Err(BoardFileReadError::TooLarge);
    }
    Ok((file, seal))
}

fn read_error(error: rusqlite::Error) -> BoardFileReadError {
    match error.sqlite_error_code() {
        Some(ErrorCode::TooBig) => BoardFileReadError::TooLarge,
        _ => BoardFileReadError::Damaged(error.to_string()),
    }
}
