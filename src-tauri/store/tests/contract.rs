//! What every [`Log`] does, run on the database and on memory.
#![allow(clippy::unwrap_used)]

use store::{LoadError, Log, LogEntry, Memory, NewSnapshot, Pending, Store, Upto, WriteError};

fn on_both(contract: impl Fn(&dyn Log)) {
    contract(&Memory::new());
    let dir = tempfile::tempdir().unwrap();
    contract(&Store::open(dir.path()).unwrap());
}

fn entry(at_ms: i64, text: &str) -> LogEntry {
    LogEntry {
        at_ms,
        origin: format!("from {text}"),
        bytes: text.as_bytes().to_vec(),
    }
}

fn snapshot(board: &str, upto_seq: i64, text: &str) -> NewSnapshot {
    NewSnapshot {
        board: board.to_owned(),
        upto_seq,
        made_ms: 7,
        content_hash: vec![1, 2],
        bytes: text.as_bytes().to_vec(),
    }
}

fn seqs(log: &dyn Log, board: &str) -> Vec<i64> {
    let loaded = log.load(board).unwrap();
    loaded.updates.iter().map(|update| update.seq).collect()
}

#[test]
fn a_board_is_made_once() {
    on_both(|log| {
        assert_eq!(log.load("a"), Err(LoadError::NoSuchBoard));
        assert_eq!(
            log.append("a", &[entry(1, "x")]),
            Err(WriteError::NoSuchBoard)
        );
        assert_eq!(
            log.put_snapshot(&snapshot("a", 0, "s")),
            Err(WriteError::NoSuchBoard)
        );
        log.create("a").unwrap();
        log.append("a", &[entry(1, "x")]).unwrap();
        log.create("a").unwrap();
        assert_eq!(seqs(log, "a"), [1]);
    });
}

#[test]
fn updates_come_back_as_appended_and_by_board() {
    on_both(|log| {
        log.create("a").unwrap();
        log.create("b").unwrap();
        assert_eq!(log.append("a", &[]).unwrap(), 0);
        assert_eq!(
            log.append("a", &[entry(5, "one"), entry(4, "")]).unwrap(),
            2
        );
        assert_eq!(log.append("b", &[entry(9, "other")]).unwrap(), 1);
        assert_eq!(log.append("a", &[entry(6, "two")]).unwrap(), 3);
        assert_eq!(log.append("a", &[]).unwrap(), 3);

        let loaded = log.load("a").unwrap();
        assert_eq!(loaded.snapshot, None);
        assert_eq!(loaded.last_seq, 3);
        assert!(loaded.damaged.is_empty() && loaded.damaged_updates.is_empty());
        let got: Vec<_> = loaded
            .updates
            .iter()
            .map(|u| (u.seq, u.at_ms, u.origin.as_str(), u.bytes.as_slice()))
            .collect();
        assert_eq!(
            got,
            [
                (1, 5, "from one", &b"one"[..]),
                (2, 4, "from ", b""),
                (3, 6, "from two", b"two"),
            ]
        );
        assert_eq!(seqs(log, "b"), [1]);
    });
}

#[test]
fn loading_starts_at_the_newest_snapshot() {
    on_both(|log| {
        log.create("a").unwrap();
        for number in 1..=5 {
            log.append("a", &[entry(number, "1234")]).unwrap();
        }
        assert_eq!(
            log.pending("a").unwrap(),
            Pending {
                updates: 5,
                bytes: 20
            }
        );
        log.put_snapshot(&snapshot("a", 2, "first")).unwrap();
        log.put_snapshot(&snapshot("a", 4, "second")).unwrap();
        assert_eq!(
            log.pending("a").unwrap(),
            Pending {
                updates: 1,
                bytes: 4
            }
        );
        let loaded = log.load("a").unwrap();
        let found = loaded.snapshot.unwrap();
        assert_eq!(found.bytes, b"second");
        assert_eq!((found.generation, found.upto_seq), (2, 4));
        assert_eq!((found.made_ms, found.content_hash), (7, vec![1, 2]));
        assert_eq!(loaded.last_seq, 5);
        assert_eq!(seqs(log, "a"), [5]);

        log.put_snapshot(&snapshot("a", 5, "third")).unwrap();
        assert_eq!(log.load("a").unwrap().last_seq, 5);
        assert_eq!(log.pending("a").unwrap(), Pending::default());
        assert_eq!(log.append("a", &[entry(6, "x")]).unwrap(), 6);
    });
}

#[test]
fn a_snapshot_cannot_hide_updates_to_come() {
    on_both(|log| {
        log.create("a").unwrap();
        log.append("a", &[entry(1, "x")]).unwrap();
        let refused = log.put_snapshot(&snapshot("a", 2, "s"));
        assert!(matches!(refused, Err(WriteError::Refused(_))));
        assert_eq!(seqs(log, "a"), [1]);
    });
}

#[test]
fn history_is_whole_despite_snapshots() {
    on_both(|log| {
        log.create("a").unwrap();
        for at_ms in [10, 20, 30, 25, 40] {
            log.append("a", &[entry(at_ms, "x")]).unwrap();
        }
        log.put_snapshot(&snapshot("a", 5, "s")).unwrap();
        let history = |upto| {
            let history = log.history("a", upto).unwrap();
            assert!(history.damaged_updates.is_empty());
            history.updates.iter().map(|u| u.seq).collect::<Vec<_>>()
        };
        assert_eq!(history(Upto::Seq(3)), [1, 2, 3]);
        assert_eq!(history(Upto::Seq(99)), [1, 2, 3, 4, 5]);
        assert_eq!(history(Upto::Seq(0)), [0; 0]);
        assert_eq!(history(Upto::Time(9)), [0; 0]);
        assert_eq!(history(Upto::Time(20)), [1, 2]);
        // The clock was set back between the third and the fourth.
        assert_eq!(history(Upto::Time(26)), [1, 2, 3, 4]);
        assert_eq!(history(Upto::Time(40)), [1, 2, 3, 4, 5]);
        assert_eq!(log.history("b", Upto::Seq(1)), Err(LoadError::NoSuchBoard));
    });
}

#[test]
fn a_deleted_board_takes_everything_with_it() {
    on_both(|log| {
        log.create("a").unwrap();
        log.append("a", &[entry(1, "x")]).unwrap();
        log.put_snapshot(&snapshot("a", 1, "s")).unwrap();
        log.delete("a").unwrap();
        assert_eq!(log.load("a"), Err(LoadError::NoSuchBoard));
        assert_eq!(log.pending("a"), Err(LoadError::NoSuchBoard));
        assert_eq!(log.delete("a"), Err(WriteError::NoSuchBoard));
        log.create("a").unwrap();
        let loaded = log.load("a").unwrap();
        assert_eq!((loaded.snapshot, loaded.last_seq), (None, 0));
    });
}
