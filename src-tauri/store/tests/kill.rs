//! R6: a process is killed at random moments while it writes, makes snapshots and deletes
//! boards. Whatever it was told is stored must be there. `UPSHOT_KILLS` sets the rounds.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use store::{Board, NewSnapshot, NewUpdate, OpenError, Store, Upto, Write};

const FOLDER: &str = "UPSHOT_TEST_KILLED_FOLDER";
const SEED: &str = "UPSHOT_TEST_KILLED_SEED";
const BOARDS: [&str; 2] = ["a", "b"];

/// The `number`-th update of a process: tells itself apart, of very different lengths.
fn update(seed: u64, number: u64) -> Vec<u8> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed ^ (number << 20));
    let length = match number % 50 {
        0 => 60_000,
        _ => rng.random_range(8..200),
    };
    let mut bytes = vec![0; length];
    rng.fill(bytes.as_mut_slice());
    bytes
}

fn board(id: &str) -> Write {
    Write::PutBoard(Board {
        id: id.to_owned(),
        ..Board::default()
    })
}

/// Runs in a process of its own; writes until killed, and says on stderr what is stored.
#[test]
fn write_in_a_child() {
    let Ok(folder) = std::env::var(FOLDER) else {
        return;
    };
    let seed: u64 = std::env::var(SEED).unwrap().parse().unwrap();
    let store = Store::open(Path::new(&folder)).unwrap();
    let (acknowledged, count) = mpsc::channel();
    for number in 0.. {
        let to = BOARDS[usize::try_from(number % 2).unwrap()];
        let acknowledged = acknowledged.clone();
        let append = Write::Append(NewUpdate {
            board: to.to_owned(),
            at_ms: 0,
            origin: String::new(),
            bytes: update(seed, number),
        });
        store.submit(vec![append], move |result| {
            let seq = result.unwrap().seqs[0];
            // One write call, so that a kill cannot cut the line.
            let line = format!("stored {to} {seq} {number}\n");
            std::io::stderr().write_all(line.as_bytes()).unwrap();
            acknowledged.send(()).unwrap();
        });
        if number % 40 == 39 {
            let loaded = store.load(to).unwrap();
            let snapshot = Write::PutSnapshot(NewSnapshot {
                board: to.to_owned(),
                upto_seq: loaded.last_seq,
                made_ms: 0,
                content_hash: Vec::new(),
                bytes: loaded.last_seq.to_le_bytes().repeat(10_000),
            });
            store.submit(vec![snapshot], |result| drop(result.unwrap()));
        }
        if number % 60 == 59 {
            let passing = || "passing".to_owned();
            let append = Write::Append(NewUpdate {
                board: passing(),
                at_ms: 0,
                origin: String::new(),
                bytes: vec![1; 100_000],
            });
            let remove = Write::RemoveBoard {
                board: passing(),
                at_ms: 0,
            };
            let delete = Write::DeleteBoard { board: passing() };
            store.submit(vec![board("passing"), append], |result| {
                drop(result.unwrap());
            });
            store.submit(vec![remove, delete], |result| drop(result.unwrap()));
        }
        // A few dozen under way at a time, as with a busy board.
        if number >= 30 {
            count.recv().unwrap();
        }
    }
}

/// Kills a profile sees before a fresh one takes its place: each round reads all of it.
const KILLS_A_PROFILE: u64 = 20;

#[test]
fn r6_killed_while_writing() {
    let rounds: u64 = std::env::var("UPSHOT_KILLS").map_or(25, |kills| kills.parse().unwrap());
    let seeds = Vec::from_iter(0..rounds);
    for seeds in seeds.chunks(usize::try_from(KILLS_A_PROFILE).unwrap()) {
        kill_one_profile(seeds);
    }
}

fn kill_one_profile(seeds: &[u64]) {
    let mut rng = ChaCha8Rng::seed_from_u64(seeds[0]);
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    store.commit(BOARDS.map(board).to_vec()).unwrap();
    drop(store);
    let mut stored: HashMap<(String, i64), (u64, u64)> = HashMap::new();
    let mut total = 0;
    for &seed in seeds {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "write_in_a_child", "--nocapture"])
            .env(FOLDER, dir.path())
            .env(SEED, seed.to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut said = Vec::from_iter(lines.next());
        // From the first acknowledgement on, at any moment.
        std::thread::sleep(Duration::from_micros(rng.random_range(0..150_000)));
        child.kill().unwrap();
        child.wait().unwrap();
        said.extend(lines);
        for line in said {
            let line = line.unwrap();
            let words: Vec<&str> = line.split(' ').collect();
            let ["stored", board, seq, number] = words[..] else {
                unreachable!("the child failed: {line}");
            };
            let key = (board.to_owned(), seq.parse().unwrap());
            stored.insert(key, (seed, number.parse().unwrap()));
            total += 1;
        }

        let store = Store::open(dir.path()).unwrap();
        for board in BOARDS {
            let loaded = store.load(board).unwrap();
            assert_eq!((loaded.damaged_updates, loaded.damaged), (vec![], vec![]));
            if let Some(snapshot) = loaded.snapshot {
                let upto = snapshot.upto_seq.to_le_bytes().repeat(10_000);
                assert!(snapshot.bytes == upto, "a snapshot of something else");
            }
            let history = store.history(board, Upto::Seq(i64::MAX)).unwrap();
            assert_eq!(history.damaged_updates, []);
            assert_eq!(
                history.updates.len(),
                usize::try_from(loaded.last_seq).unwrap()
            );
            for found in history.updates {
                // Those of this round; a round's are checked again in the last one.
                if let Some((from, number)) = stored.get(&(board.to_owned(), found.seq))
                    && (*from == seed || Some(&seed) == seeds.last())
                {
                    assert!(found.bytes == update(*from, *number), "another update");
                }
            }
            let last = stored.keys().filter(|(of, _)| of == board);
            let last = last.map(|(_, seq)| *seq).max().unwrap_or(0);
            assert!(loaded.last_seq >= last, "{} < {last}", loaded.last_seq);
        }
    }
    assert_eq!(total, stored.len(), "no number was given twice");
    assert!(total > seeds.len());
    let store = Store::open(dir.path()).unwrap();
    assert_eq!(store.check().unwrap(), [""; 0]);
}

const HOLDS: &str = "UPSHOT_TEST_HOLDS_FOLDER";

#[test]
fn hold_in_a_child() {
    if let Ok(folder) = std::env::var(HOLDS) {
        let _store = Store::open(Path::new(&folder)).unwrap();
        std::io::stderr().write_all(b"open\n").unwrap();
        // Until the parent kills it or is gone.
        std::io::stdin().lines().for_each(drop);
    }
}

#[test]
fn a_second_process_is_told_and_a_killed_one_leaves_no_lock() {
    let dir = tempfile::tempdir().unwrap();
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "hold_in_a_child", "--nocapture"])
        .env(HOLDS, dir.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    assert_eq!(lines.next().unwrap().unwrap(), "open");
    let error = Store::open(dir.path()).unwrap_err();
    assert!(matches!(error, OpenError::InUse { .. }), "{error}");
    child.kill().unwrap();
    child.wait().unwrap();
    drop(Store::open(dir.path()).unwrap());
}
