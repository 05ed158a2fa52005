//! The `.upshot` file, of friends and of others.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use store::Blob;
use store::board_file::{
    BoardFile, BoardFileReadError, BoardFileWriteError, FileSnapshot, FileUpdate, Limits, read,
    write,
};

fn sample() -> BoardFile {
    BoardFile {
        board: "a".to_owned(),
        title: "Größe?".to_owned(),
        saved_ms: 5,
        extra_json: "{}".to_owned(),
        snapshot: Some(FileSnapshot {
            content_hash: vec![1; 32],
            bytes: vec![2; 9000],
        }),
        updates: (0..30)
            .map(|number| FileUpdate {
                at_ms: number,
                origin: "here".to_owned(),
                bytes: vec![3; 100],
            })
            .collect(),
        blobs: vec![Blob::new(vec![4; 5000]), Blob::new(Vec::new())],
    }
}

fn edit(path: &Path, sql: &str) {
    Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn a_board_file_comes_back_as_written() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("retro #1?.upshot");
    for file in [sample(), BoardFile::default()] {
        write(&path, &file).unwrap();
        assert_eq!(read(&path, &Limits::default()).unwrap(), file);
    }
    let names: Vec<_> = fs::read_dir(dir.path()).unwrap().collect();
    assert_eq!(names.len(), 1, "nothing besides");
}

#[test]
fn a_failed_write_leaves_the_file_that_was_there() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.upshot");
    fs::create_dir(&path).unwrap();
    let error = write(&path, &sample()).unwrap_err();
    assert!(
        matches!(error, BoardFileWriteError::Target { .. }),
        "{error}"
    );
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    let error = write(&dir.path().join("no/such.upshot"), &sample()).unwrap_err();
    assert!(
        matches!(error, BoardFileWriteError::Target { .. }),
        "{error}"
    );
}

#[test]
fn other_files_are_told_apart() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.upshot");
    let limits = Limits::default();
    let missing = read(&path, &limits).unwrap_err();
    assert!(matches!(missing, BoardFileReadError::Source { .. }));
    for other in [&b""[..], b"hello", &[0; 4096]] {
        fs::write(&path, other).unwrap();
        let error = read(&path, &limits).unwrap_err();
        assert!(
            matches!(error, BoardFileReadError::NotABoardFile),
            "{error}"
        );
    }
    drop(store::Store::open(&dir.path().join("profile")).unwrap());
    let error = read(&dir.path().join("profile/upshot.db"), &limits).unwrap_err();
    assert!(
        matches!(error, BoardFileReadError::NotABoardFile),
        "{error}"
    );

    write(&path, &sample()).unwrap();
    edit(&path, "PRAGMA user_version = 2");
    let error = read(&path, &limits).unwrap_err();
    assert!(
        matches!(error, BoardFileReadError::Newer { found: 2 }),
        "{error}"
    );
}

#[test]
fn limits_hold() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.upshot");
    write(&path, &sample()).unwrap();
    let length = fs::metadata(&path).unwrap().len();
    let all = Limits {
        file_bytes: length,
        value_bytes: 10_000,
        rows: 30,
    };
    assert_eq!(read(&path, &all).unwrap(), sample());
    for limits in [
        Limits {
            file_bytes: length - 1,
            ..all
        },
        Limits {
            value_bytes: 8000,
            ..all
        },
        Limits { rows: 29, ..all },
    ] {
        let error = read(&path, &limits).unwrap_err();
        assert!(matches!(error, BoardFileReadError::TooLarge), "{error}");
    }
}

#[test]
fn hostile_files_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.upshot");
    for sql in [
        // Views, triggers and expressions in place of, or beside, our tables.
        "ALTER TABLE updates RENAME TO u; CREATE VIEW updates AS SELECT 1 AS seq, 2 AS at_ms, \
         'x' AS origin, zeroblob(1000000000) AS bytes",
        "CREATE TRIGGER t AFTER INSERT ON updates BEGIN SELECT randomblob(9); END",
        "CREATE TABLE more (x)",
        "CREATE INDEX i ON updates (length(bytes))",
        "ALTER TABLE updates ADD COLUMN g BLOB GENERATED ALWAYS AS (zeroblob(1000)) VIRTUAL",
        "CREATE VIRTUAL TABLE f USING fts5 (x)",
        "DROP TABLE blobs",
        // Rows changed, added, taken away, put in another order.
        "UPDATE updates SET bytes = x'00' WHERE seq = 3",
        "UPDATE meta SET title = 'Other'",
        "DELETE FROM meta",
        "DELETE FROM updates WHERE seq = 30",
        "DELETE FROM snapshot",
        "DELETE FROM blobs WHERE id = 2",
        "INSERT INTO updates VALUES (99, 0, '', x'')",
        "UPDATE updates SET seq = -1 WHERE seq = 30",
        "UPDATE meta SET seal = x'00'",
        "PRAGMA journal_mode = WAL",
    ] {
        write(&path, &sample()).unwrap();
        edit(&path, sql);
        let error = read(&path, &Limits::default()).unwrap_err();
        assert!(
            matches!(error, BoardFileReadError::Damaged(_)),
            "{sql}: {error}"
        );
    }
}

#[test]
fn a_journal_beside_the_file_is_not_played_back() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.upshot");
    write(&path, &sample()).unwrap();
    for name in ["a.upshot-journal", "a.upshot-wal"] {
        fs::write(dir.path().join(name), vec![0xd9; 8192]).unwrap();
    }
    assert_eq!(read(&path, &Limits::default()).unwrap(), sample());
    assert_eq!(
        fs::read(dir.path().join("a.upshot-journal")).unwrap(),
        vec![0xd9; 8192]
    );
}
