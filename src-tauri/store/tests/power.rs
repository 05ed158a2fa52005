//! R7, as far as files alone can tell: what a power cut leaves of the write-ahead log and of
//! a checkpoint, made by hand from copies. That commits are synced is SQLite's work under the
//! settings that `r5_commits_are_synced` reads back.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{BOARDS, fill};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use store::{NewUpdate, Store, Upto, Write};

/// What a disk writes at once, and so what a power cut leaves whole.
const SECTOR: usize = 512;

fn append(number: u8) -> Write {
    Write::Append(NewUpdate {
        board: BOARDS[0].to_owned(),
        at_ms: 0,
        origin: String::new(),
        bytes: vec![number; 40 + 50 * usize::from(number % 9)],
    })
}

fn image(database: &[u8], log: &[u8]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(store::DATABASE_FILE);
    fs::write(wal(&path), log).unwrap();
    fs::write(path, database).unwrap();
    dir
}

fn wal(path: &Path) -> PathBuf {
    path.with_file_name("upshot.db-wal")
}

/// Of each written sector, whether it reached the disk is a matter of luck.
fn mix(old: &[u8], new: &[u8], rng: &mut ChaCha8Rng) -> Vec<u8> {
    let mut mixed = Vec::with_capacity(new.len());
    for (index, sector) in new.chunks(SECTOR).enumerate() {
        let at = index * SECTOR;
        match old.get(at..at + sector.len()) {
            _ if rng.random() => mixed.extend(sector),
            Some(before) => mixed.extend(before),
            None => mixed.extend(std::iter::repeat_n(0, sector.len())),
        }
    }
    mixed
}

#[test]
fn r7_a_torn_log_loses_nothing_that_was_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    let store = fill(dir.path());
    let before = store.load(BOARDS[0]).unwrap().last_seq;
    drop(store);
    let database = fs::read(dir.path().join(store::DATABASE_FILE)).unwrap();
    let store = Store::open(dir.path()).unwrap();
    // How long the log was when each append was acknowledged.
    let mut lengths = Vec::new();
    for number in 0..100 {
        store.commit(vec![append(number)]).unwrap();
        let length = fs::metadata(wal(store.path())).unwrap().len();
        lengths.push(usize::try_from(length).unwrap());
    }
    let log = fs::read(wal(store.path())).unwrap();
    assert_eq!(lengths.last(), Some(&log.len()), "no checkpoint in between");
    assert!(fs::read(store.path()).unwrap() == database);
    let whole = store.history(BOARDS[0], Upto::Seq(i64::MAX)).unwrap();
    drop(store);

    let mut rng = ChaCha8Rng::seed_from_u64(7);
    for _ in 0..60 {
        let acknowledged = rng.random_range(0..lengths.len());
        let synced = lengths[acknowledged];
        let under_way = &log[..lengths[(acknowledged + 3).min(lengths.len() - 1)]];
        let mut torn = log[..synced].to_vec();
        torn.extend(mix(&[], &under_way[synced..], &mut rng));
        torn.truncate(rng.random_range(synced..=torn.len()));

        let dir = image(&database, &torn);
        let store = Store::open(dir.path()).unwrap();
        let found = store.history(BOARDS[0], Upto::Seq(i64::MAX)).unwrap();
        assert_eq!(found.damaged_updates, []);
        let least = usize::try_from(before).unwrap() + acknowledged + 1;
        assert!(found.updates.len() >= least);
        assert!(found.updates[..] == whole.updates[..found.updates.len()]);
        assert_eq!(store.check().unwrap(), [""; 0]);
    }
}

#[test]
fn r7_a_checkpoint_cut_short_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = fill(dir.path());
    drop(store);
    let old = fs::read(dir.path().join(store::DATABASE_FILE)).unwrap();
    let store = Store::open(dir.path()).unwrap();
    for number in 0..100 {
        store.commit(vec![append(number)]).unwrap();
    }
    let log = fs::read(wal(store.path())).unwrap();
    let whole = store.history(BOARDS[0], Upto::Seq(i64::MAX)).unwrap();
    drop(store); // checkpoints
    let new = fs::read(dir.path().join(store::DATABASE_FILE)).unwrap();
    assert!(old != new);

    let mut rng = ChaCha8Rng::seed_from_u64(8);
    for _ in 0..40 {
        let dir = image(&mix(&old, &new, &mut rng), &log);
        let store = Store::open(dir.path()).unwrap();
        let found = store.history(BOARDS[0], Upto::Seq(i64::MAX)).unwrap();
        assert!(found == whole);
        assert_eq!(store.check().unwrap(), [""; 0]);
    }
}
