//! Writing a board file.

use std::io::{self, Write as _};
use std::path::Path;

use rusqlite::serialize::Data;
use rusqlite::{Connection, MAIN_DB};

use super::{APPLICATION_ID, BoardFile, BoardFileWriteError, SCHEMA, VERSION, seal};
use crate::backup::{parent, sync_folder};

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
