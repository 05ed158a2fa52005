#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::{GATHER, PACE, Pace};
use crate::schema::STEPS;
use crate::{Board, Draft, NewUpdate, Receipt, SearchEntry, Store, Write, WriteError};
use rusqlite::Connection;

fn open(gather: Duration) -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open_with(dir.path(), STEPS, Pace { gather, ..PACE }).unwrap();
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

fn words(board: &str, key: u32, text: &str) -> Write {
    Write::Index(SearchEntry {
        board: board.to_owned(),
        key: key.to_string(),
        text: text.to_owned(),
    })
}

fn due(store: &Store) -> i64 {
    let (sender, receiver) = mpsc::channel();
    store.inspect(move |conn| {
        let due = conn.query_row("SELECT count(*) FROM search_due", [], |row| row.get(0));
        sender.send(due.unwrap()).unwrap();
    });
    receiver.recv().unwrap()
}

/// The search index does not follow by itself within a test.
const BUSY: Pace = Pace {
    gather: Duration::ZERO,
    quiet: Duration::from_secs(3_600),
    latest: Duration::from_secs(3_600),
};

fn open_at(pace: Pace) -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open_with(dir.path(), STEPS, pace).unwrap();
    for id in ["a", "b"] {
        let board = Board {
            id: id.to_owned(),
            ..Board::default()
        };
        store.commit(vec![Write::PutBoard(board)]).unwrap();
    }
    (dir, store)
}

#[test]
fn the_index_follows_in_a_quiet_moment_and_while_there_is_none() {
    let never = BUSY.quiet;
    for (quiet, latest) in [(Duration::ZERO, never), (never, Duration::ZERO)] {
        let (_dir, store) = open_at(Pace {
            gather: Duration::ZERO,
            quiet,
            latest,
        });
        let texts = (0..100).map(|key| words("a", key, "late again"));
        store.commit(texts.collect()).unwrap();
        // It is at it by itself: nobody searches.
        while due(&store) > 0 {
            std::thread::yield_now();
        }
        assert_eq!(store.search("late", 200).unwrap().len(), 100);
        assert_eq!(store.check().unwrap(), [""; 0]);
    }
}

#[test]
fn a_search_finds_what_was_stored_just_now() {
    let (_dir, store) = open_at(BUSY);
    store
        .commit(vec![words("a", 1, "the build broke")])
        .unwrap();
    assert_eq!(due(&store), 1);
    assert_eq!(store.search("build", 9).unwrap().len(), 1);
    assert_eq!(due(&store), 0);
    // Found by its new words only, and not when it is gone.
    store.commit(vec![words("a", 1, "the test broke")]).unwrap();
    assert_eq!(store.search("build", 9).unwrap(), []);
    assert_eq!(store.search("test", 9).unwrap().len(), 1);
    let unindex = Write::Unindex {
        board: "a".to_owned(),
        key: "1".to_owned(),
    };
    store.commit(vec![unindex]).unwrap();
    assert_eq!(store.search("test", 9).unwrap(), []);
}

#[test]
fn r6_words_not_in_the_index_at_a_crash_are_found_after_it() {
    let (dir, store) = open_at(BUSY);
    let texts = (0..40).map(|key| words("a", key, "late again"));
    store.commit(texts.collect()).unwrap();
    assert_eq!(due(&store), 40);
    let crashed = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(dir.path()).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), crashed.path().join(entry.file_name())).unwrap();
    }
    let pace = Pace {
        quiet: Duration::ZERO,
        ..BUSY
    };
    let store = Store::open_with(crashed.path(), STEPS, pace).unwrap();
    while due(&store) > 0 {
        std::thread::yield_now();
    }
    assert_eq!(store.search("late", 99).unwrap().len(), 40);
}

#[test]
fn boards_whose_words_are_behind_their_log_are_named() {
    let (_dir, store) = open_at(BUSY);
    let indexed = |upto_seq| Write::Indexed {
        board: "a".to_owned(),
        upto_seq,
    };
    assert_eq!(store.boards_to_index().unwrap(), [""; 0]);
    store.commit(vec![append("a", 1), append("a", 1)]).unwrap();
    assert_eq!(store.boards_to_index().unwrap(), ["a"]);
    store.commit(vec![indexed(1)]).unwrap();
    assert_eq!(store.boards_to_index().unwrap(), ["a"]);
    // Of more than there is, only what there is.
    store.commit(vec![indexed(7)]).unwrap();
    assert_eq!(store.boards_to_index().unwrap(), [""; 0]);
    store.commit(vec![append("a", 1)]).unwrap();
    assert_eq!(store.boards_to_index().unwrap(), ["a"]);
}

#[test]
fn a_deleted_boards_words_are_nowhere_in_the_file() {
    let (dir, store) = open_at(BUSY);
    // Many slices, so that the index has segments to merge.
    let texts = |word: &str, board: &str| {
        let text = |key| words(board, key, &format!("{word}{key} and more"));
        (0..200).map(text).collect::<Vec<_>>()
    };
    store.commit(texts("zebra", "a")).unwrap();
    store.commit(texts("otter", "b")).unwrap();
    assert_eq!(store.search("zebra7", 99).unwrap().len(), 11);
    let (board, at_ms) = ("a".to_owned(), 1);
    let remove = Write::RemoveBoard {
        board: board.clone(),
        at_ms,
    };
    store
        .commit(vec![remove, Write::DeleteBoard { board }])
        .unwrap();
    assert_eq!(store.search("zebra", 9).unwrap(), []);
    assert_eq!(store.search("otter7", 99).unwrap().len(), 11);
    assert_eq!(due(&store), 0);
    drop(store);
    let bytes = std::fs::read(dir.path().join(crate::DATABASE_FILE)).unwrap();
    let holds = |word: &[u8]| bytes.windows(word.len()).any(|at| at == word);
    // Terms are stored without the beginning they share with the one before.
    assert!(holds(b"otter") && !holds(b"zebra"));
}

#[test]
fn r8_a_damaged_index_is_made_anew() {
    let damages = [
        "DELETE FROM search_data",
        "UPDATE search_data SET block = x'ff' WHERE id > 10",
        "UPDATE search_data SET block = x'ffffffffffffffff'",
    ];
    for (damage, write) in damages.into_iter().flat_map(|d| [(d, false), (d, true)]) {
        let (dir, store) = open_at(BUSY);
        store
            .commit(vec![words("a", 1, "the build broke")])
            .unwrap();
        assert_eq!(store.search("build", 9).unwrap().len(), 1);
        drop(store);
        Connection::open(dir.path().join(crate::DATABASE_FILE))
            .unwrap()
            .execute_batch(damage)
            .unwrap();
        let store = Store::open_with(dir.path(), STEPS, BUSY).unwrap();
        if write {
            store.commit(vec![words("a", 1, "the build held")]).unwrap();
        }
        let found = store.search("build", 9).unwrap();
        assert_eq!(found.len(), 1, "{damage}, {write}");
        assert_eq!(store.check().unwrap(), [""; 0]);
    }
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
