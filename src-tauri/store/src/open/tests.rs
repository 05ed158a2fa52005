#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rusqlite::Connection;

use super::*;
use crate::schema::{STEPS, Step};
use crate::writer::{PACE, Pace};
use crate::{Board, Draft, Store, Write};

const NOW: Pace = Pace {
    gather: Duration::ZERO,
    ..PACE
};

fn fill(store: &Store, drafts: usize) {
    store
        .commit(vec![Write::PutBoard(Board {
            id: "b".to_owned(),
            title: "Sprint 12".to_owned(),
            ..Board::default()
        })])
        .unwrap();
    let drafts = (0..drafts).map(|number| {
        Write::PutDraft(Draft {
            board: "b".to_owned(),
            person: "p".to_owned(),
            id: format!("{number:06}"),
            changed_ms: 1,
            body: vec![b'x'; 300],
        })
    });
    store.commit(drafts.collect()).unwrap();
}

/// Every file of the folder but the lock and SQLite's shared memory, which holds no data.
fn bytes(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read(path).unwrap())
        })
        .filter(|(name, _)| name != LOCK_FILE && !name.ends_with("-shm"))
        .collect();
    files.sort();
    files
}

fn add_colour(tx: &rusqlite::Transaction<'_>) -> rusqlite::Result<()> {
    tx.execute_batch(
        "ALTER TABLE drafts ADD COLUMN colour TEXT NOT NULL DEFAULT '';
         UPDATE drafts SET colour = hex(randomblob(200));",
    )
}

fn add_table(tx: &rusqlite::Transaction<'_>) -> rusqlite::Result<()> {
    tx.execute_batch("CREATE TABLE moods (id INTEGER PRIMARY KEY, mood TEXT NOT NULL) STRICT;")
}

fn fail(tx: &rusqlite::Transaction<'_>) -> rusqlite::Result<()> {
    tx.execute_batch("DELETE FROM drafts; SELECT * FROM nowhere;")
}

/// The steps as they may stand two versions from now.
fn future() -> Vec<Step> {
    let mut steps = STEPS.to_vec();
    steps.extend([add_colour as Step, add_table]);
    steps
}

#[test]
fn each_older_version_is_migrated_and_a_copy_kept() {
    let future = future();
    for from in 1..future.len() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open_with(dir.path(), &future[..from], NOW).unwrap();
        fill(&store, 3);
        let before = store.board_drafts("b").unwrap();
        drop(store);

        let store = Store::open_with(dir.path(), &future, NOW).unwrap();
        assert_eq!(store.board_drafts("b").unwrap(), before);
        store.inspect(|conn| {
            assert_eq!(schema::version(conn).unwrap(), 3);
            assert!(conn.prepare("SELECT mood FROM moods").is_ok());
            assert!(conn.prepare("SELECT colour FROM drafts").is_ok());
        });
        drop(store);

        let copy = dir.path().join(format!("{DATABASE_FILE}.format-{from}"));
        let conn = Connection::open(copy).unwrap();
        assert_eq!(schema::version(&conn).unwrap(), from);
        assert_eq!(schema::application_id(&conn).unwrap(), APPLICATION_ID);
        let drafts: i64 = conn
            .query_row("SELECT count(*) FROM drafts", [], |row| row.get(0))
            .unwrap();
        assert_eq!(drafts, 3);
    }
}

#[test]
fn a_failed_migration_leaves_the_database_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    fill(&store, 3);
    drop(store);
    let mut steps = STEPS.to_vec();
    steps.extend([add_colour as Step, fail]);
    let error = Store::open_with(dir.path(), &steps, NOW).unwrap_err();
    assert!(
        matches!(error, OpenError::Migration { from: 1, .. }),
        "{error}"
    );
    let store = Store::open(dir.path()).unwrap();
    assert_eq!(store.board_drafts("b").unwrap().rows.len(), 3);
}

#[test]
fn d2_a_newer_database_is_refused_untouched() {
    let dir = tempfile::tempdir().unwrap();
    drop(Store::open_with(dir.path(), &future(), NOW).unwrap());
    let before = bytes(dir.path());
    let error = Store::open(dir.path()).unwrap_err();
    assert!(
        matches!(
            error,
            OpenError::Newer {
                found: 3,
                supported: 1
            }
        ),
        "{error}"
    );
    assert_eq!(bytes(dir.path()), before);
}

/// The main file still says "version 1": only the write-ahead log knows better.
#[test]
fn a_newer_database_whose_process_died_is_refused_untouched() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    fill(&store, 3);
    drop(store);
    let died = tempfile::tempdir().unwrap();
    let store = Store::open_with(dir.path(), &future(), NOW).unwrap();
    for name in [DATABASE_FILE, "upshot.db-wal"] {
        fs::copy(dir.path().join(name), died.path().join(name)).unwrap();
    }
    drop(store);
    let header = read_header(&died.path().join(DATABASE_FILE))
        .unwrap()
        .unwrap();
    assert_eq!(header.user_version, 1);

    let before = bytes(died.path());
    let error = Store::open(died.path()).unwrap_err();
    assert!(
        matches!(error, OpenError::Newer { found: 3, .. }),
        "{error}"
    );
    assert_eq!(bytes(died.path()), before);
    drop(Store::open_with(died.path(), &future(), NOW).unwrap());
}

#[test]
fn a_database_of_another_program_is_refused_untouched() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(DATABASE_FILE);
    let conn = Connection::open(&path).unwrap();
    conn.execute_batch("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1);")
        .unwrap();
    drop(conn);
    for marks in ["", "PRAGMA application_id = 7; PRAGMA user_version = 1;"] {
        Connection::open(&path)
            .unwrap()
            .execute_batch(marks)
            .unwrap();
        let before = bytes(dir.path());
        let error = Store::open(dir.path()).unwrap_err();
        assert!(matches!(error, OpenError::NotOurs { .. }), "{error}");
        assert_eq!(bytes(dir.path()), before);
    }
    for other in [&b"hello"[..], &[0; 5000]] {
        fs::write(&path, other).unwrap();
        let error = Store::open(dir.path()).unwrap_err();
        assert!(matches!(error, OpenError::NotOurs { .. }), "{error}");
        assert_eq!(fs::read(&path).unwrap(), other);
    }
}

#[test]
fn a_database_that_was_only_begun_is_made_anew() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(DATABASE_FILE);
    fs::write(&path, b"").unwrap();
    drop(Store::open(dir.path()).unwrap());

    fs::remove_file(&path).unwrap();
    let conn = Connection::open(&path).unwrap();
    conn.pragma_update(None, "journal_mode", "wal").unwrap();
    drop(conn);
    assert!(fs::metadata(&path).unwrap().len() > 0);
    drop(Store::open(dir.path()).unwrap());
}

#[test]
fn a_profile_is_open_in_one_place_only() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let error = Store::open(dir.path()).unwrap_err();
    assert!(matches!(error, OpenError::InUse { .. }), "{error}");
    drop(store);
    drop(Store::open(dir.path()).unwrap());
}

#[test]
fn a_clean_shutdown_leaves_no_write_ahead_log() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    fill(&store, 1);
    store.boards().unwrap();
    let log = wal(store.path());
    assert!(log.exists());
    drop(store);
    assert!(!log.exists());
}

#[test]
fn a_damaged_database_is_refused_untouched() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    fill(&store, 500);
    let died = tempfile::tempdir().unwrap();
    for name in [DATABASE_FILE, "upshot.db-wal"] {
        fs::copy(store.path().with_file_name(name), died.path().join(name)).unwrap();
    }
    drop(store);
    // The closed database is whole, so its pages can stand in for those the log would bring.
    let mut database = fs::read(dir.path().join(DATABASE_FILE)).unwrap();
    let half = database.len() / 2 / 4096 * 4096;
    database[half..].fill(0xa5);
    fs::write(died.path().join(DATABASE_FILE), &database).unwrap();
    fs::write(died.path().join("upshot.db-wal"), [0; 32]).unwrap();
    let before = bytes(died.path());
    let error = Store::open(died.path()).unwrap_err();
    assert!(matches!(error, OpenError::Damaged { .. }), "{error}");
    assert!(error.to_string().contains("Salvage"), "{error}");
    assert_eq!(bytes(died.path()), before);
}

#[test]
#[cfg(unix)]
fn the_folder_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("profile");
    drop(Store::open(&folder).unwrap());
    let mode = fs::metadata(folder).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

const MIGRATING: &str = "UPSHOT_TEST_MIGRATING";

/// Runs in a process of its own, to be killed; see the test below.
#[test]
fn migrate_in_a_child() {
    if let Ok(folder) = std::env::var(MIGRATING) {
        drop(Store::open_with(Path::new(&folder), &future(), NOW).unwrap());
    }
}

#[test]
fn r6_killed_while_migrating() {
    let rounds: u32 = std::env::var("UPSHOT_KILLS").map_or(25, |kills| kills.parse().unwrap());
    let mut rng = ChaCha8Rng::seed_from_u64(6);
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    fill(&store, 5000);
    let drafts = store.board_drafts("b").unwrap();
    drop(store);
    let old = fs::read(dir.path().join(DATABASE_FILE)).unwrap();
    let mut reached = [0; 4];
    for _ in 0..rounds.div_ceil(2) {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(DATABASE_FILE), &old).unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "open::tests::migrate_in_a_child"])
            .env(MIGRATING, dir.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_micros(rng.random_range(5_000..250_000)));
        child.kill().unwrap();
        child.wait().unwrap();

        let conn = Connection::open(dir.path().join(DATABASE_FILE)).unwrap();
        reached[schema::version(&conn).unwrap()] += 1;
        drop(conn);
        let store = Store::open_with(dir.path(), &future(), NOW).unwrap();
        assert_eq!(store.board_drafts("b").unwrap(), drafts);
    }
    println!("left at version: {reached:?}");
    assert_eq!(
        reached[0] + reached[2],
        0,
        "only whole migrations: {reached:?}"
    );
}

/// The numbers at [`Store::open`].
#[test]
#[ignore = "a measurement, not a test"]
#[allow(clippy::disallowed_methods)]
fn measure_check() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    fill(&store, 1000);
    for _ in 0..100 {
        let updates = (0..1000).map(|number| {
            Write::Append(crate::NewUpdate {
                board: "b".to_owned(),
                at_ms: 1,
                origin: "here".to_owned(),
                bytes: vec![7; 600 + number],
            })
        });
        store.commit(updates.collect()).unwrap();
    }
    let length = fs::metadata(store.path()).unwrap().len();
    let conn = open_for_reading(store.path()).unwrap();
    let start = std::time::Instant::now();
    assert!(faults(&conn, true).unwrap().is_empty());
    println!("quick_check of {} MB: {:?}", length >> 20, start.elapsed());
    let start = std::time::Instant::now();
    assert!(store.check().unwrap().is_empty());
    println!("full check: {:?}", start.elapsed());
    let start = std::time::Instant::now();
    store.load("b").unwrap();
    println!("loading 100,000 updates: {:?}", start.elapsed());
}
