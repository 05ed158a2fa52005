#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::GATHER;
use crate::schema::STEPS;
use crate::{Board, Draft, NewUpdate, Receipt, Store, Write, WriteError};

fn open(gather: Duration) -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open_with(dir.path(), STEPS, gather).unwrap();
    for id in ["a", "b"] {
        let board = Board {
            id: id.to_owned(),
            ..Board::default()
        };
        store.commit(vec![Write::PutBoard(board)]).unwrap();
    }
    (dir, store)
}

fn append(board: &str, bytes: usize) -> Write {
    Write::Append(NewUpdate {
        board: board.to_owned(),
        at_ms: 0,
        origin: "here".to_owned(),
        bytes: vec![7; bytes],
    })
}

fn resume(board: &str) -> Write {
    Write::Resume {
        board: board.to_owned(),
    }
}

fn submit(store: &Store, writes: Vec<Write>) -> Receiver<Result<Receipt, WriteError>> {
    let (sender, receiver) = mpsc::channel();
    store.submit(writes, move |result| sender.send(result).unwrap());
    receiver
}

fn lengths(store: &Store, board: &str) -> Vec<usize> {
    let loaded = store.load(board).unwrap();
    assert_eq!(loaded.damaged_updates, []);
    loaded.updates.iter().map(|u| u.bytes.len()).collect()
}

/// Leaves room for about this many more pages.
fn set_room(store: &Store, pages: i64) {
    store.inspect(move |conn| {
        let count: i64 = conn
            .pragma_query_value(None, "page_count", |row| row.get(0))
            .unwrap();
        conn.pragma_update_and_check(None, "max_page_count", count + pages, |row| {
            row.get::<_, i64>(0)
        })
        .unwrap();
    });
}

#[test]
fn a_full_disk_is_an_error_and_writing_goes_on_after() {
    let (_dir, store) = open(GATHER);
    set_room(&store, 40);
    let mut acknowledged = Vec::new();
    let refused = loop {
        let length = 2000 + acknowledged.len();
        match store.commit(vec![append("a", length)]) {
            Ok(_) => acknowledged.push(length),
            Err(error) => break error,
        }
    };
    assert_eq!(refused, WriteError::DiskFull);
    assert!(acknowledged.len() > 10);
    assert_eq!(lengths(&store, "a"), acknowledged);

    // What comes after the lost one is not stored before it, space or not.
    set_room(&store, 1000);
    assert_eq!(store.commit(vec![append("a", 1)]), Err(WriteError::Held));
    store.commit(vec![append("b", 1)]).unwrap();
    store
        .commit(vec![resume("a"), append("a", 77), append("a", 1)])
        .unwrap();
    store.commit(vec![append("a", 2)]).unwrap();
    acknowledged.extend([77, 1, 2]);
    assert_eq!(lengths(&store, "a"), acknowledged);
    assert_eq!(store.check().unwrap(), [""; 0]);
}

#[test]
fn a_list_that_does_not_fit_does_not_take_others_with_it() {
    let (_dir, store) = open(Duration::from_millis(50));
    set_room(&store, 20);
    let results = [
        submit(&store, vec![append("a", 10)]),
        submit(&store, vec![append("a", 1_000_000)]),
        submit(&store, vec![append("a", 11)]),
        submit(&store, vec![append("b", 12)]),
    ]
    .map(|result| result.recv().unwrap().map(|receipt| receipt.seqs));
    assert_eq!(
        results,
        [
            Ok(vec![1]),
            Err(WriteError::DiskFull),
            Err(WriteError::Held),
            Ok(vec![1])
        ]
    );
    assert_eq!(lengths(&store, "a"), [10]);
    assert_eq!(lengths(&store, "b"), [12]);
}

#[test]
fn a_list_is_stored_whole_or_not_at_all() {
    let (_dir, store) = open(GATHER);
    let draft = Draft {
        board: "a".to_owned(),
        person: "p".to_owned(),
        id: "1".to_owned(),
        changed_ms: 1,
        body: b"x".to_vec(),
    };
    store.commit(vec![Write::PutDraft(draft.clone())]).unwrap();
    let reveal = |board: &str| {
        vec![
            Write::DeleteDraft {
                board: "a".to_owned(),
                person: "p".to_owned(),
                id: "1".to_owned(),
            },
            append(board, 5),
        ]
    };
    assert_eq!(
        store.commit(reveal("nowhere")),
        Err(WriteError::NoSuchBoard)
    );
    assert_eq!(store.drafts("a", "p").unwrap().rows, [draft]);
    store.commit(reveal("a")).unwrap();
    assert_eq!(store.drafts("a", "p").unwrap().rows, []);
    assert_eq!(lengths(&store, "a"), [5]);
}

#[test]
fn a_bad_list_in_a_batch_fails_alone() {
    let (_dir, store) = open(Duration::from_millis(50));
    let results = [
        submit(&store, vec![append("a", 1)]),
        submit(&store, vec![append("nowhere", 2)]),
        submit(&store, vec![append("a", 3)]),
    ]
    .map(|result| result.recv().unwrap().map(|receipt| receipt.seqs));
    assert_eq!(
        results,
        [Ok(vec![1]), Err(WriteError::NoSuchBoard), Ok(vec![2])]
    );
}

#[test]
fn lists_that_arrive_together_share_a_commit() {
    let (_dir, store) = open(Duration::from_millis(200));
    let commits = count_commits(&store);
    let results: Vec<_> = (0..100)
        .map(|_| submit(&store, vec![append("a", 1)]))
        .collect();
    for (index, result) in results.into_iter().enumerate() {
        let seq = i64::try_from(index + 1).unwrap();
        assert_eq!(result.recv().unwrap().unwrap().seqs, [seq]);
    }
    // Not exactly one: a slow machine may need more than the wait to submit a hundred.
    assert!(commits.load(Ordering::Relaxed) < 50);
}

#[test]
fn a_panicking_callback_does_not_stop_the_store() {
    let (_dir, store) = open(GATHER);
    store.submit(vec![append("a", 1)], |_| panic!("a caller's mistake"));
    store.commit(vec![append("a", 2)]).unwrap();
    assert_eq!(lengths(&store, "a"), [1, 2]);
}

#[test]
fn the_last_handle_may_go_inside_a_callback() {
    let (dir, store) = open(GATHER);
    let (sender, receiver) = mpsc::channel();
    let handle = store.clone();
    store.submit(vec![append("a", 1)], move |result| {
        drop(handle);
        sender.send(result).unwrap();
    });
    drop(store);
    receiver.recv().unwrap().unwrap();
    // The thread may still be closing the database.
    let store = loop {
        match Store::open(dir.path()) {
            Err(crate::OpenError::InUse { .. }) => std::thread::yield_now(),
            opened => break opened.unwrap(),
        }
    };
    assert_eq!(lengths(&store, "a"), [1]);
}

#[test]
fn closing_stores_what_was_submitted() {
    let (dir, store) = open(GATHER);
    let results: Vec<_> = (0..50)
        .map(|_| submit(&store, vec![append("a", 1)]))
        .collect();
    drop(store);
    for result in results {
        result.recv().unwrap().unwrap();
    }
    let store = Store::open(dir.path()).unwrap();
    assert_eq!(lengths(&store, "a").len(), 50);
}

#[test]
fn r5_commits_are_synced() {
    let (_dir, store) = open(GATHER);
    store.inspect(|conn| {
        let pragma = |name: &str| -> i64 {
            conn.pragma_query_value(None, name, |row| row.get(0))
                .unwrap()
        };
        assert_eq!(pragma("synchronous"), 2);
        assert_eq!(pragma("foreign_keys"), 1);
        assert_eq!(pragma("busy_timeout"), 5000);
        let mac = i64::from(cfg!(target_os = "macos"));
        assert_eq!(pragma("fullfsync"), mac);
        assert_eq!(pragma("checkpoint_fullfsync"), mac);
        let mode: String = conn
            .pragma_query_value(None, "journal_mode", |row| row.get(0))
            .unwrap();
        assert_eq!(mode, "wal");
    });
}

fn count_commits(store: &Store) -> Arc<AtomicU64> {
    let commits = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&commits);
    store.inspect(move |conn| {
        conn.commit_hook(Some(move || {
            count.fetch_add(1, Ordering::Relaxed);
            false
        }))
        .unwrap();
    });
    commits
}

/// The numbers beside [`GATHER`].
#[test]
#[ignore = "a measurement, not a test"]
#[allow(clippy::disallowed_methods)]
fn measure() {
    use std::time::Instant;
    for wait in [0, 1, 2, 4, 8] {
        for rate in [50_u32, 500, 5000] {
            let (_dir, store) = open(Duration::from_millis(wait));
            let commits = count_commits(&store);
            let times = Arc::new(Mutex::new(Vec::new()));
            let start = Instant::now();
            let mut last = None;
            for number in 0..2 * rate {
                let due = Duration::from_secs(1) / rate * number;
                std::thread::sleep(due.saturating_sub(start.elapsed()));
                let (times, submitted) = (Arc::clone(&times), Instant::now());
                let (sender, receiver) = mpsc::channel::<()>();
                store.submit(vec![append("a", 100)], move |result| {
                    result.unwrap();
                    times.lock().unwrap().push(submitted.elapsed());
                    drop(sender);
                });
                last = Some(receiver);
            }
            let _ = last.unwrap().recv();
            let mut times = times.lock().unwrap();
            times.sort();
            println!(
                "wait {wait} ms, {rate} lists/s: median {:?}, 95 % {:?}, {} commits/s",
                times[times.len() / 2],
                times[times.len() * 95 / 100],
                commits.load(Ordering::Relaxed) / 2,
            );
        }
    }
}
