//! R8: damaged files give errors and reports; never a panic, never other content.
//! `UPSHOT_CORRUPTIONS` sets how many damaged files are tried.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;

use common::{BOARDS, Truth, fill, truth};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use store::{LoadError, NewUpdate, OpenError, Store, Upto, Write, board_file, salvage};

fn tries() -> u64 {
    std::env::var("UPSHOT_CORRUPTIONS").map_or(150, |tries| tries.parse().unwrap())
}

/// A few bits, a few bytes, or a whole sector, anywhere.
fn damage(bytes: &mut [u8], rng: &mut ChaCha8Rng) {
    let kind = rng.random_range(0..4);
    for _ in 0..rng.random_range(1..4) {
        let at = rng.random_range(0..bytes.len());
        match kind {
            0 => bytes[at] ^= 1 << rng.random_range(0..8),
            1 => bytes[at] = rng.random(),
            2 => bytes[at / 512 * 512..][..512].fill(0),
            _ => rng.fill(&mut bytes[at / 512 * 512..][..512]),
        }
    }
}

#[test]
fn r8_damage_is_reported_and_never_changes_content() {
    let dir = tempfile::tempdir().unwrap();
    let store = fill(dir.path());
    let truth = truth(&store);
    let database = store.path().to_owned();
    assert_eq!(store.check().unwrap(), [""; 0]);
    drop(store);
    let original = fs::read(&database).unwrap();

    let mut refused = 0;
    let mut noticed = 0;
    for seed in 0..tries() {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut bytes = original.clone();
        damage(&mut bytes, &mut rng);
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(store::DATABASE_FILE);
        fs::write(&path, &bytes).unwrap();

        if seed % 3 == 0 {
            check_salvage(&path, dir.path(), &truth, seed);
        }
        match Store::open(dir.path()) {
            Ok(store) => noticed += u32::from(check_reading(&store, &truth, seed)),
            Err(error) => {
                refused += 1;
                assert!(!matches!(error, OpenError::InUse { .. }), "{seed}: {error}");
                assert!(fs::read(&path).unwrap() == bytes, "{seed}: touched");
            }
        }
    }
    assert!(noticed > 0 && refused > 0, "{noticed} {refused}");
}

/// Whatever is read is as written; what is not read is reported. Returns whether anything was.
fn check_reading(store: &Store, truth: &Truth, seed: u64) -> bool {
    let mut noticed = false;
    let mut silent = false;
    match store.boards() {
        Ok(boards) => {
            for board in &boards.rows {
                assert!(truth.boards.contains(board), "{seed}");
            }
            noticed |= !boards.damaged.is_empty();
            silent |= boards.damaged.is_empty() && boards.rows.len() < truth.boards.len();
        }
        Err(_) => noticed = true,
    }
    for (index, id) in BOARDS.iter().enumerate() {
        match store.load(id) {
            Ok(loaded) => {
                let whole = &truth.histories[index];
                let after = loaded.snapshot.as_ref().map_or(0, |s| s.upto_seq);
                for update in &loaded.updates {
                    assert!(whole.contains(update), "{seed}");
                }
                noticed |= !loaded.damaged.is_empty() || !loaded.damaged_updates.is_empty();
                let expected = whole.iter().map(|u| u.seq).filter(|seq| *seq > after);
                for seq in expected {
                    let read = loaded.updates.iter().any(|u| u.seq == seq);
                    let reported = loaded.damaged_updates.iter().any(|d| d.seq == seq)
                        || (!loaded.damaged.is_empty() && loaded.last_seq < seq);
                    assert!(read != reported, "{seed}: {id} {seq}");
                }
                if loaded.snapshot != truth.loaded[index].snapshot {
                    assert!(!loaded.damaged.is_empty(), "{seed}: fell back in silence");
                    // What it fell back to must be as it was: nothing was read differently.
                    if let Some(snapshot) = loaded.snapshot {
                        let newest = truth.loaded[index].snapshot.as_ref().unwrap();
                        assert_eq!(snapshot.generation, newest.generation - 1, "{seed}");
                        assert_eq!(snapshot.bytes.len(), 20_000);
                    }
                }
            }
            Err(LoadError::NoSuchBoard | LoadError::Damaged(_)) => noticed = true,
            Err(error) => unreachable!("{seed}: {error}"),
        }
        if let Ok(history) = store.history(id, Upto::Seq(i64::MAX)) {
            for update in &history.updates {
                assert!(truth.histories[index].contains(update), "{seed}");
            }
        }
        match store.board_drafts(id) {
            Ok(drafts) => {
                for draft in &drafts.rows {
                    assert!(truth.drafts[index].contains(draft), "{seed}");
                }
                noticed |= !drafts.damaged.is_empty();
                let fewer = drafts.rows.len() < truth.drafts[index].len();
                silent |= drafts.damaged.is_empty() && fewer;
            }
            Err(_) => noticed = true,
        }
        drop(store.timeline(id));
        drop(store.pending(id));
        drop(store.ballots(id));
        drop(store.quarantined(id));
        drop(store.membership(id));
        for hash in store.blobs(id).map_or(Vec::new(), |blobs| blobs.rows) {
            drop(store.blob(hash));
        }
    }
    drop(store.settings());
    drop(store.key("device"));
    drop(store.merging());
    drop(store.search("cafe", 10));
    let faults = store.check();
    noticed |= !matches!(&faults, Ok(faults) if faults.is_empty());
    // Rows that a damaged index no longer leads to: only the full check can tell.
    if silent {
        assert!(noticed, "{seed}: rows are gone in silence");
    }
    // Writing must not panic or hang either.
    let append = Write::Append(NewUpdate {
        board: BOARDS[0].to_owned(),
        at_ms: 1,
        origin: String::new(),
        bytes: vec![1; 5000],
    });
    drop(store.commit(vec![append]));
    noticed
}

fn check_salvage(path: &std::path::Path, folder: &std::path::Path, truth: &Truth, seed: u64) {
    let rescued = folder.join("rescued");
    fs::create_dir(&rescued).unwrap();
    if salvage(path, &rescued.join(store::DATABASE_FILE)).is_err() {
        return;
    }
    let store = Store::open(&rescued).unwrap();
    assert_eq!(
        store
            .check()
            .unwrap()
            .iter()
            .filter(|fault| !fault.contains("missing"))
            .count(),
        0,
        "{seed}"
    );
    for (index, id) in BOARDS.iter().enumerate() {
        let Ok(history) = store.history(id, Upto::Seq(i64::MAX)) else {
            continue;
        };
        for update in &history.updates {
            assert!(truth.histories[index].contains(update), "{seed}");
        }
    }
}

#[test]
fn r8_a_damaged_board_file_is_refused() {
    let file = board_file::BoardFile {
        board: "a".to_owned(),
        title: "Harbour retro".to_owned(),
        extra_json: "{}".to_owned(),
        updates: (0..200)
            .map(|number| board_file::FileUpdate {
                at_ms: number,
                origin: "here".to_owned(),
                bytes: vec![u8::try_from(number).unwrap(); 150],
            })
            .collect(),
        ..board_file::BoardFile::default()
    };
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.upshot");
    board_file::write(&path, &file).unwrap();
    let original = fs::read(&path).unwrap();
    let limits = board_file::Limits::default();
    let mut refused = 0;
    for seed in 0..tries() * 10 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut bytes = original.clone();
        if seed % 10 == 0 {
            bytes.truncate(rng.random_range(0..bytes.len()));
        } else {
            damage(&mut bytes, &mut rng);
        }
        match board_file::parse(&bytes, &limits) {
            Ok(read) => assert!(read == file, "{seed}"),
            Err(_) => refused += 1,
        }
    }
    assert!(refused > tries() * 7, "{refused}");
}
