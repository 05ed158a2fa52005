//! R7: writes that the operating system refuses. A child process runs under a limit on the
//! size of files, so that SQLite's own calls fail in the middle of a commit.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::Command;

use store::{Board, NewUpdate, Store, Write, WriteError};

const FOLDER: &str = "UPSHOT_TEST_LIMITED_FOLDER";

fn append(length: usize) -> Write {
    Write::Append(NewUpdate {
        board: "a".to_owned(),
        at_ms: 0,
        origin: String::new(),
        bytes: vec![1; length],
    })
}

fn lengths(store: &Store) -> Vec<usize> {
    let loaded = store.load("a").unwrap();
    assert_eq!((loaded.damaged, loaded.damaged_updates), (vec![], vec![]));
    loaded.updates.iter().map(|u| u.bytes.len()).collect()
}

/// Appends until refused, then once more, which must be refused as well.
#[test]
fn fill_in_a_child() {
    let Ok(folder) = std::env::var(FOLDER) else {
        return;
    };
    let store = Store::open(Path::new(&folder)).unwrap();
    let mut stored = lengths(&store);
    let error = loop {
        let length = 3000 + stored.len();
        match store.commit(vec![append(length)]) {
            Ok(_) => stored.push(length),
            Err(error) => break error,
        }
    };
    assert!(
        matches!(error, WriteError::Disk(_) | WriteError::DiskFull),
        "{error:?}"
    );
    assert_eq!(lengths(&store), stored);
    assert_eq!(store.commit(vec![append(1)]), Err(WriteError::Held));
    assert_eq!(lengths(&store), stored);
    std::fs::write(Path::new(&folder).join("stored"), stored.len().to_string()).unwrap();
}

#[test]
fn r7_refused_writes_lose_nothing_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    store
        .commit(vec![Write::PutBoard(Board {
            id: "a".to_owned(),
            ..Board::default()
        })])
        .unwrap();
    drop(store);
    // In blocks of 512 bytes (1024 in some shells): the log, then the database, meets it.
    for blocks in [700, 900, 1500] {
        let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
        let status = Command::new("sh")
            .args(["-c", &script])
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", "fill_in_a_child"])
            .env(FOLDER, dir.path())
            .status()
            .unwrap();
        assert!(status.success());
        let stored: usize = std::fs::read_to_string(dir.path().join("stored"))
            .unwrap()
            .parse()
            .unwrap();
        let store = Store::open(dir.path()).unwrap();
        let found = lengths(&store);
        // One more than acknowledged may be there: it was written, and its sync refused.
        assert!(found.len() >= stored, "{} < {stored}", found.len());
        assert!(
            found
                .iter()
                .enumerate()
                .all(|(index, length)| *length == 3000 + index)
        );
        assert_eq!(store.check().unwrap(), [""; 0]);
    }
    let store = Store::open(dir.path()).unwrap();
    store.commit(vec![append(1)]).unwrap();
    assert_eq!(lengths(&store).last(), Some(&1));
}
