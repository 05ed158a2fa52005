//! The `.upshot` file: one board in one SQLite application file, to be handed on by USB stick
//! or mail.
//!
//! A file may come from anyone. It is read into memory whole, so that no journal lying beside
//! it is played back and nothing is written to the stick; opened read-only with SQLite's
//! defences on; and refused unless its schema is, letter for letter, the one written here, so
//! that no trigger, view or expression of its maker is ever run. See "Defense Against The
//! Dark Arts", <https://sqlite.org/security.html>.

use std::fs::File;
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::serialize::Data;
use rusqlite::{Connection, ErrorCode, MAIN_DB};

use crate::backup::{parent, sync_folder};
use crate::open::{self, Header};
use crate::tables::blobs::Blob;

/// `PRAGMA application_id` of a board file ("UpSb").
pub const APPLICATION_ID: i32 = 0x5570_5362;

/// The format written, and the newest read.
pub const VERSION: i32 = 1;

const SCHEMA: [(&str, &str); 4] = [
    (
        "meta",
        "CREATE TABLE meta (id INTEGER PRIMARY KEY, board TEXT NOT NULL, title TEXT NOT NULL, \
         saved_ms INTEGER NOT NULL, extra_json TEXT NOT NULL, seal BLOB NOT NULL) STRICT",
    ),
    (
        "snapshot",
        "CREATE TABLE snapshot (id INTEGER PRIMARY KEY, content_hash BLOB NOT NULL, \
         bytes BLOB NOT NULL) STRICT",
    ),
    (
        "updates",
        "CREATE TABLE updates (seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, \
         origin TEXT NOT NULL, bytes BLOB NOT NULL) STRICT",
    ),
    (
        "blobs",
        "CREATE TABLE blobs (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT",
    ),
];

/// A board as it travels in a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BoardFile {
    /// The board's id.
    pub board: String,
    /// Its title.
    pub title: String,
    /// When the file was made, Unix milliseconds.
    pub saved_ms: i64,
    /// What else the writer wants to say; opaque here.
    pub extra_json: String,
    /// The board's state, if not all of it is in `updates`.
    pub snapshot: Option<FileSnapshot>,
    /// Updates, in order; with history the whole log.
    pub updates: Vec<FileUpdate>,
    /// The images it uses.
    pub blobs: Vec<Blob>,
}

/// A state in a board file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSnapshot {
    /// The caller's hash of the content; opaque here.
    pub content_hash: Vec<u8>,
    /// The state.
    pub bytes: Vec<u8>,
}

/// An update in a board file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileUpdate {
    /// When it was accepted by the laptop that wrote the file, Unix milliseconds.
    pub at_ms: i64,
    /// Where that laptop had it from; opaque here.
    pub origin: String,
    /// The update.
    pub bytes: Vec<u8>,
}

/// What a file may hold at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The file, in bytes. Reading takes about twice this in memory.
    pub file_bytes: u64,
    /// One value: the snapshot, an update, an image.
    pub value_bytes: i32,
    /// Updates and images, each.
    pub rows: usize,
}

impl Default for Limits {
    /// 256 MiB, values of 64 MiB, a million rows: ten times the largest boards we try.
    fn default() -> Self {
        Self {
            file_bytes: 256 << 20,
            value_bytes: 64 << 20,
            rows: 1_000_000,
        }
    }
}

/// Why a board file was not written. A file of that name is as it was.
#[derive(Debug, thiserror::Error)]
pub enum BoardFileWriteError {
    /// No room.
    #[error(
        "There is not enough space for the board file. Free some space or choose another place."
    )]
    DiskFull,
    /// The place cannot be written to.
    #[error("The board file could not be written to {}: {source}", path.display())]
    Target {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// The board does not fit into a file.
    #[error("The board is too large for a board file ({0}).")]
    Content(String),
}

/// Why a board file was not read. Nothing of it was taken.
#[derive(Debug, thiserror::Error)]
pub enum BoardFileReadError {
    /// The file cannot be read.
    #[error("The file {} cannot be read: {source}", path.display())]
    Source {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// It is something else.
    #[error("This is not an Upshot board file.")]
    NotABoardFile,
    /// It is of a later version of Upshot.
    #[error(
        "This board file was made by a newer Upshot (format {found}; this one reads up to {VERSION}). Install the newer version to open it."
    )]
    Newer {
        /// The file's format.
        found: i32,
    },
    /// It is larger than the limits.
    #[error("This board file is too large to be opened.")]
    TooLarge,
    /// It does not hold what was written.
    #[error("This board file is damaged ({0}). Ask for it to be sent again.")]
    Damaged(String),
}

/// Writes the board to `path`, replacing a file there. The file is whole or not there: it is
/// made beside its place, synced, then renamed.
///
/// # Errors
/// See [`BoardFileWriteError`].
pub fn write(path: &Path, file: &BoardFile) -> Result<(), BoardFileWriteError> {
    let image = image(file).map_err(|error| BoardFileWriteError::Content(error.to_string()))?;
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => BoardFileWriteError::DiskFull,
        _ => BoardFileWriteError::Target {
            path: path.to_owned(),
            source,
        },
    };
    let folder = parent(path);
    let mut builder = tempfile::Builder::new();
    builder.prefix(".upshot-").suffix(".tmp");
    #[cfg(unix)]
    {
        // As any saved document: the user's umask decides, not the temporary file's secrecy.
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o666);
        builder.permissions(mode);
    }
    let mut temporary = builder.tempfile_in(&folder).map_err(failed)?;
    temporary.write_all(&image).map_err(failed)?;
    temporary.as_file().sync_all().map_err(failed)?;
    temporary
        .persist(path)
        .map_err(|error| failed(error.error))?;
    sync_folder(&folder).map_err(failed)
}

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
    if seal != self::seal(&file) {
        return Err(BoardFileReadError::Damaged(
            "the content does not match its checksum".to_owned(),
        ));
    }
    Ok(file)
}

/// The file's bytes.
fn image(file: &BoardFile) -> rusqlite::Result<Vec<u8>> {
    let mut conn = Connection::open_in_memory()?;
    let tx = conn.transaction()?;
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.pragma_update(None, "user_version", VERSION)?;
    for (_, sql) in SCHEMA {
        tx.execute(sql, [])?;
    }
    tx.execute(
        "INSERT INTO meta VALUES (1, ?, ?, ?, ?, ?)",
        (
            &file.board,
            &file.title,
            file.saved_ms,
            &file.extra_json,
            seal(file),
        ),
    )?;
    if let Some(snapshot) = &file.snapshot {
        tx.execute(
            "INSERT INTO snapshot VALUES (1, ?, ?)",
            (&snapshot.content_hash, &snapshot.bytes),
        )?;
    }
    {
        let mut insert = tx.prepare("INSERT INTO updates VALUES (NULL, ?, ?, ?)")?;
        for update in &file.updates {
            insert.execute((update.at_ms, &update.origin, &update.bytes))?;
        }
        let mut insert = tx.prepare("INSERT INTO blobs VALUES (NULL, ?)")?;
        for blob in &file.blobs {
            insert.execute([&blob.bytes])?;
        }
    }
    tx.commit()?;
    let image = match conn.serialize(MAIN_DB)? {
        Data::Owned(bytes) => bytes.to_vec(),
        Data::Shared(bytes) => bytes.to_vec(),
    };
    Ok(image)
}

/// A hash over everything, against damage (whoever makes a file can make its seal).
fn seal(file: &BoardFile) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    let mut part = |bytes: &[u8]| {
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    part(file.board.as_bytes());
    part(file.title.as_bytes());
    part(&file.saved_ms.to_le_bytes());
    part(file.extra_json.as_bytes());
    if let Some(snapshot) = &file.snapshot {
        part(b"snapshot");
        part(&snapshot.content_hash);
        part(&snapshot.bytes);
    }
    for update in &file.updates {
        part(b"update");
        part(&update.at_ms.to_le_bytes());
        part(update.origin.as_bytes());
        part(&update.bytes);
    }
    for blob in &file.blobs {
        part(b"blob");
        part(&blob.hash.0);
    }
    *hasher.finalize().as_bytes()
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
    // A damaged tree can send a query round in circles. A healthy file of the largest size
    // takes some ten million steps.
    let mut ticks = 0;
    conn.progress_handler(
        100_000,
        Some(move || {
            ticks += 1;
            ticks > 10_000
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
