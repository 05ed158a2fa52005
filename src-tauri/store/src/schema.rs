//! Which tables there are, and the way from one version of the file to the next.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::tables;

/// `PRAGMA application_id` of a profile's database ("UpSp").
pub(crate) const APPLICATION_ID: i32 = 0x5570_5370;

/// One step, from version `n` to `n + 1`. A released step is never changed.
pub(crate) type Step = fn(&Transaction<'_>) -> rusqlite::Result<()>;

/// The steps from an empty file to the current version.
pub(crate) const STEPS: &[Step] = &[create];

fn create(tx: &Transaction<'_>) -> rusqlite::Result<()> {
    for schema in [
        tables::boards::SCHEMA,
        tables::updates::SCHEMA,
        tables::snapshots::SCHEMA,
        tables::drafts::SCHEMA,
        tables::ballots::SCHEMA,
        tables::settings::SCHEMA,
        tables::keys::SCHEMA,
        tables::memberships::SCHEMA,
        tables::merging::SCHEMA,
        tables::quarantine::SCHEMA,
        tables::blobs::SCHEMA,
        tables::search::SCHEMA,
        tables::search::INDEX,
        tables::library::SCHEMA,
    ] {
        tx.execute_batch(schema)?;
    }
    Ok(())
}

/// The file's version: how many steps it has taken; 0 for an empty one.
pub(crate) fn version(conn: &Connection) -> rusqlite::Result<usize> {
    let version: u32 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok(usize::try_from(version).unwrap_or(usize::MAX))
}

pub(crate) fn application_id(conn: &Connection) -> rusqlite::Result<i32> {
    conn.pragma_query_value(None, "application_id", |row| row.get(0))
}

/// Takes the steps still missing, all of them or none.
///
/// Foreign keys are off meanwhile (SQLite's own procedure for altering tables) and checked
/// before the commit.
pub(crate) fn migrate(conn: &mut Connection, steps: &[Step]) -> rusqlite::Result<()> {
    conn.pragma_update(None, "foreign_keys", false)?;
    let result = take(conn, steps);
    conn.pragma_update(None, "foreign_keys", true)?;
    result
}

fn take(conn: &mut Connection, steps: &[Step]) -> rusqlite::Result<()> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for step in steps.iter().skip(version(&tx)?) {
        step(&tx)?;
    }
    let dangling = tx.prepare("PRAGMA foreign_key_check")?.exists([])?;
    if dangling {
        return Err(rusqlite::Error::SqliteFailure(
            rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY),
            None,
        ));
    }
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    let version = u32::try_from(steps.len()).unwrap_or(u32::MAX);
    tx.pragma_update(None, "user_version", version)?;
    tx.commit()
}
