//! Opening a profile: the lock, a look at the file before anything touches it, the settings
//! every connection needs, and migration.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};

use crate::backup;
use crate::schema::{self, APPLICATION_ID, Step};
use crate::store::{DATABASE_FILE, LOCK_FILE};
use crate::tables::is_damage;

/// The longest value taken, 256 MiB: far above any snapshot, far below SQLite's 1 GB.
pub(crate) const MAX_VALUE_BYTES: i32 = 256 << 20;

/// How long to wait for another program, such as a backup tool, that holds the database.
const BUSY: Duration = Duration::from_secs(5);

/// Below this a log that once grew is cut back after a checkpoint.
const WAL_BYTES_KEPT: i64 = 16 << 20;

/// How many faults a check lists; the first few tell what there is to tell.
const FAULTS_LISTED: u32 = 5;

/// Why a profile could not be opened. The files are as they were.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has the profile open.
    #[error(
        "Upshot is already open with this profile ({}). Switch to that window, or close it first.", path.display()
    )]
    InUse {
        /// The lock file.
        path: PathBuf,
    },
    /// The file is a database of another program, or no database.
    #[error(
        "{} is not an Upshot profile. It is left as it is; choose another folder.", path.display()
    )]
    NotOurs {
        /// The file.
        path: PathBuf,
    },
    /// The file is of a later version of Upshot.
    #[error(
        "This profile was last used by a newer Upshot (format {found}; this one reads up to {supported}). It is left as it is; install the newer version to open it."
    )]
    Newer {
        /// The file's version.
        found: usize,
        /// The newest this program knows.
        supported: usize,
    },
    /// The database is damaged.
    #[error(
        "The profile's database {} is damaged ({detail}). It is left as it is. \"Salvage\" copies every board, note and draft that can still be read into a new file.", path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// The folder or a file in it cannot be used.
    #[error("The profile folder cannot be used ({}): {source}", path.display())]
    Folder {
        /// The folder or file.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// The file system has no shared memory for SQLite's write-ahead log.
    #[error(
        "The profile folder ({}) is on a drive that cannot keep a database safe, such as a network drive. Choose a folder on this computer.", path.display()
    )]
    UnsafeDrive {
        /// The database.
        path: PathBuf,
    },
    /// The database could not be brought up to date. It is as it was.
    #[error(
        "The profile could not be brought up to date from format {from}: {detail}. It is left as it is."
    )]
    Migration {
        /// The file's version.
        from: usize,
        /// What went wrong.
        detail: String,
    },
    /// SQLite could not open the file.
    #[error("The profile's database {} cannot be opened: {detail}", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        detail: String,
    },
}

/// A profile, open.
pub(crate) struct Opened {
    pub(crate) path: PathBuf,
    pub(crate) writer: Connection,
    pub(crate) reader: Connection,
    /// Held for as long as the profile is open.
    pub(crate) lock: File,
}

pub(crate) fn open(folder: &Path, steps: &[Step]) -> Result<Opened, OpenError> {
    make_folder(folder).map_err(|source| OpenError::Folder {
        path: folder.to_owned(),
        source,
    })?;
    let lock = lock(folder)?;
    let path = folder.join(DATABASE_FILE);
    let failed = |error| database_error(&path, &error);

    // Anything but an empty write-ahead log here means that the last process did not close.
    let unclean = fs::metadata(wal(&path)).is_ok_and(|wal| wal.len() > 0);
    inspect(&path, steps.len(), unclean)?;

    let mut writer = Connection::open_with_flags(&path, flags(false)).map_err(failed)?;
    prepare(&writer).map_err(failed)?;
    for_writing(&writer, &path)?;
    let version = schema::version(&writer).map_err(failed)?;
    if version < steps.len() {
        migrate(&mut writer, &path, version, steps)?;
    }
    let reader = open_for_reading(&path).map_err(failed)?;
    tracing::info!(unclean, version, "profile opened");
    Ok(Opened {
        path,
        writer,
        reader,
        lock,
    })
}

/// A further connection that only reads.
pub(crate) fn open_for_reading(path: &Path) -> rusqlite::Result<Connection> {
    let conn = Connection::open_with_flags(path, flags(true))?;
    prepare(&conn)?;
    Ok(conn)
}

/// SQLite's own check, without the comparison of indexes if `quick`. The first few faults.
pub(crate) fn faults(conn: &Connection, quick: bool) -> rusqlite::Result<Vec<String>> {
    let check = if quick {
        "quick_check"
    } else {
        "integrity_check"
    };
    let mut faults = conn
        .prepare(&format!("PRAGMA {check}({FAULTS_LISTED})"))?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<String>>>()?;
    faults.retain(|fault| fault != "ok");
    Ok(faults)
}

/// What every connection has: nothing in the file is trusted to be SQL of ours.
pub(crate) fn prepare(conn: &Connection) -> rusqlite::Result<()> {
    conn.busy_timeout(BUSY)?;
    conn.set_limit(Limit::SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    conn.pragma_update(None, "trusted_schema", false)?;
    conn.pragma_update(None, "cell_size_check", true)?;
    Ok(())
}

/// What the writing connection has besides.
fn for_writing(conn: &Connection, path: &Path) -> Result<(), OpenError> {
    let set = |conn: &Connection| -> rusqlite::Result<String> {
        let mode = conn
            .pragma_update_and_check(None, "journal_mode", "wal", |row| row.get::<_, String>(0))?;
        conn.pragma_update(None, "synchronous", "full")?;
        if cfg!(target_os = "macos") {
            // There fsync leaves the data in the drive's cache.
            conn.pragma_update(None, "fullfsync", true)?;
            conn.pragma_update(None, "checkpoint_fullfsync", true)?;
        }
        conn.pragma_update(None, "foreign_keys", true)?;
        // Makes the triggers that guard the log see REPLACE too.
        conn.pragma_update(None, "recursive_triggers", true)?;
        // A deleted draft or key is overwritten in the file, not only unlinked.
        conn.pragma_update(None, "secure_delete", true)?;
        conn.pragma_update(None, "journal_size_limit", WAL_BYTES_KEPT)?;
        Ok(mode)
    };
    let mode = set(conn).map_err(|error| database_error(path, &error))?;
    if mode != "wal" {
        return Err(OpenError::UnsafeDrive {
            path: path.to_owned(),
        });
    }
    Ok(())
}

fn flags(read_only: bool) -> OpenFlags {
    let access = if read_only {
        OpenFlags::SQLITE_OPEN_READ_ONLY
    } else {
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE
    };
    access | OpenFlags::SQLITE_OPEN_NO_MUTEX
}

/// Makes the folder, for this user's eyes only where the system knows such a thing.
fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn lock(folder: &Path) -> Result<File, OpenError> {
    let path = folder.join(LOCK_FILE);
    let file = File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .map_err(|source| OpenError::Folder {
            path: path.clone(),
            source,
        })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { path }),
        Err(TryLockError::Error(source)) => Err(OpenError::Folder { path, source }),
    }
}

/// Refuses a file that is not ours, is newer, or is damaged, without writing to it.
///
/// The header's bytes are read first, without SQLite. After an unclean shutdown they may be
/// older than the write-ahead log, so SQLite is asked too, over a connection that cannot write.
fn inspect(path: &Path, supported: usize, unclean: bool) -> Result<(), OpenError> {
    let not_ours = || OpenError::NotOurs {
        path: path.to_owned(),
    };
    let header = match read_header(path) {
        Ok(Some(header)) => header,
        Ok(None) => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Err(not_ours()),
        Err(source) => {
            return Err(OpenError::Folder {
                path: path.to_owned(),
                source,
            });
        }
    };
    if !header.is_sqlite {
        return Err(not_ours());
    }
    let judge = |id: i32, version: usize| {
        if id != APPLICATION_ID {
            Err(not_ours())
        } else if version > supported {
            Err(OpenError::Newer {
                found: version,
                supported,
            })
        } else {
            Ok(())
        }
    };
    // Killed while it was being made, a file of ours can still be without its marks.
    let unmarked = header.application_id == 0 && header.user_version == 0;
    if !unmarked {
        let version = usize::try_from(header.user_version).map_err(|_| not_ours())?;
        judge(header.application_id, version)?;
    }
    if !unmarked && !unclean {
        return Ok(());
    }
    let look = || -> rusqlite::Result<(i32, usize, bool, Vec<String>)> {
        let conn = open_for_reading(path)?;
        let empty = !conn.prepare("SELECT 1 FROM sqlite_schema")?.exists([])?;
        let faults = if unclean {
            faults(&conn, true)?
        } else {
            Vec::new()
        };
        Ok((
            schema::application_id(&conn)?,
            schema::version(&conn)?,
            empty,
            faults,
        ))
    };
    let (id, version, empty, faults) = look().map_err(|error| database_error(path, &error))?;
    if !(empty && id == 0 && version == 0) {
        judge(id, version)?;
    }
    if !faults.is_empty() {
        return Err(OpenError::Damaged {
            path: path.to_owned(),
            detail: faults.join("; "),
        });
    }
    Ok(())
}

/// What the first hundred bytes of a file say.
pub(crate) struct Header {
    pub(crate) is_sqlite: bool,
    pub(crate) application_id: i32,
    pub(crate) user_version: i32,
    /// Whether the file is in rollback-journal mode, both for reading and for writing.
    pub(crate) is_rollback: bool,
}

impl Header {
    /// Reads <https://sqlite.org/fileformat.html#the_database_header>.
    pub(crate) fn parse(bytes: &[u8; 100]) -> Self {
        let number = |at: usize| {
            i32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
        };
        Self {
            is_sqlite: bytes.starts_with(b"SQLite format 3\0"),
            application_id: number(68),
            user_version: number(60),
            is_rollback: bytes[18] == 1 && bytes[19] == 1,
        }
    }
}

/// `None` for no file or an empty one.
fn read_header(path: &Path) -> io::Result<Option<Header>> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    if file.metadata()?.len() == 0 {
        return Ok(None);
    }
    let mut bytes = [0; 100];
    file.read_exact(&mut bytes)?;
    Ok(Some(Header::parse(&bytes)))
}

fn migrate(
    conn: &mut Connection,
    path: &Path,
    from: usize,
    steps: &[Step],
) -> Result<(), OpenError> {
    let failed = |detail: String| OpenError::Migration { from, detail };
    if from > 0 {
        let mut copy = path.as_os_str().to_owned();
        copy.push(format!(".format-{from}"));
        backup::copy(conn, Path::new(&copy), true).map_err(|error| failed(error.to_string()))?;
        tracing::info!(from, to = steps.len(), "copy kept before migrating");
    }
    schema::migrate(conn, steps).map_err(|error| {
        if is_damage(&error) {
            database_error(path, &error)
        } else {
            failed(error.to_string())
        }
    })
}

fn database_error(path: &Path, error: &rusqlite::Error) -> OpenError {
    let path = path.to_owned();
    let detail = error.to_string();
    if is_damage(error) {
        OpenError::Damaged { path, detail }
    } else {
        OpenError::Database { path, detail }
    }
}

/// The write-ahead log beside a database.
pub(crate) fn wal(path: &Path) -> PathBuf {
    let mut wal = path.as_os_str().to_owned();
    wal.push("-wal");
    PathBuf::from(wal)
}

#[cfg(test)]
mod tests;
