//! Each table's rows come back as written, and go as told.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;

use common::{BOARDS, fill, truth};
use rusqlite::Connection;
use store::{
    BackupError, Ballot, Blob, Board, Draft, Key, Membership, Merging, NewQuarantined, NewUpdate,
    SalvageError, SearchEntry, Setting, Store, Write, WriteError, salvage,
};

fn open() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    store
        .commit(vec![
            Write::PutBoard(board("a")),
            Write::PutBoard(board("b")),
        ])
        .unwrap();
    (dir, store)
}

fn board(id: &str) -> Board {
    Board {
        id: id.to_owned(),
        title: format!("Board {id}"),
        team: "Harbour".to_owned(),
        template: "timeline".to_owned(),
        created_ms: 1,
        opened_ms: 2,
        changed_ms: 3,
        summary_json: "{\"notes\":3}".to_owned(),
        removed_ms: None,
    }
}

fn a() -> String {
    "a".to_owned()
}

#[test]
fn boards() {
    let (_dir, store) = open();
    assert_eq!(store.boards().unwrap().rows, [board("a"), board("b")]);
    store
        .commit(vec![
            Write::BoardOpened {
                board: "b".to_owned(),
                at_ms: 9,
            },
            Write::PutBoard(Board {
                title: "Renamed".to_owned(),
                ..board("a")
            }),
        ])
        .unwrap();
    let titles: Vec<_> = store.boards().unwrap().rows;
    assert_eq!(titles[0].opened_ms, 9);
    assert_eq!(titles[1].title, "Renamed");

    let delete = || vec![Write::DeleteBoard { board: a() }];
    let refused = store.commit(delete());
    assert!(
        matches!(refused, Err(WriteError::Refused(_))),
        "{refused:?}"
    );
    let remove = Write::RemoveBoard {
        board: a(),
        at_ms: 5,
    };
    store.commit(vec![remove.clone()]).unwrap();
    assert_eq!(store.board("a").unwrap().unwrap().removed_ms, Some(5));
    store
        .commit(vec![Write::RestoreBoard { board: a() }])
        .unwrap();
    assert_eq!(store.board("a").unwrap().unwrap().removed_ms, None);
    store.commit(vec![remove]).unwrap();
    store.commit(delete()).unwrap();
    assert_eq!(store.board("a").unwrap(), None);
    assert_eq!(store.commit(delete()), Err(WriteError::NoSuchBoard));
}

#[test]
fn deleting_a_board_leaves_nothing_of_it_in_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let store = fill(dir.path());
    let secret = store.load(BOARDS[0]).unwrap().updates[0].bytes.clone();
    let draft = store.board_drafts(BOARDS[0]).unwrap().rows[0].body.clone();
    let remove = |id: &str| {
        vec![
            Write::RemoveBoard {
                board: id.to_owned(),
                at_ms: 1,
            },
            Write::DeleteBoard {
                board: id.to_owned(),
            },
        ]
    };
    store.commit(remove(BOARDS[0])).unwrap();
    assert_eq!(store.check().unwrap(), [""; 0]);
    assert_eq!(store.search("first", 10).unwrap(), []);
    assert_eq!(store.search("second", 50).unwrap().len(), 20);
    drop(store);
    let conn = Connection::open(dir.path().join(store::DATABASE_FILE)).unwrap();
    for table in [
        "updates",
        "heads",
        "snapshots",
        "drafts",
        "ballots",
        "memberships",
        "merging",
        "quarantine",
        "blob_references",
        "search_entries",
    ] {
        let left: i64 = conn
            .query_row(
                &format!("SELECT count(*) FROM {table} WHERE board = ?"),
                [BOARDS[0]],
                |row| row.get(0),
            )
            .unwrap();
        assert_eq!(left, 0, "{table}");
    }
    let blobs: i64 = conn
        .query_row("SELECT count(*) FROM blobs", [], |row| row.get(0))
        .unwrap();
    assert_eq!(blobs, 2);
    drop(conn);
    let bytes = fs::read(dir.path().join(store::DATABASE_FILE)).unwrap();
    for gone in [&secret, &draft] {
        assert!(!bytes.windows(32).any(|window| window == &gone[..32]));
    }
}

#[test]
fn the_log_cannot_be_changed_even_with_sql() {
    let (dir, store) = open();
    let append = Write::Append(NewUpdate {
        board: a(),
        at_ms: 1,
        origin: String::new(),
        bytes: b"one".to_vec(),
    });
    store.commit(vec![append.clone(), append]).unwrap();
    drop(store);
    let conn = Connection::open(dir.path().join(store::DATABASE_FILE)).unwrap();
    conn.pragma_update(None, "recursive_triggers", true)
        .unwrap();
    for (sql, reason) in [
        ("UPDATE updates SET bytes = x'00'", "never changed"),
        ("UPDATE updates SET seq = seq + 10", "never changed"),
        (
            "DELETE FROM updates WHERE seq = 2",
            "goes only with its board",
        ),
        (
            "INSERT INTO updates VALUES ('a', 2, 0, '', x'', x'')",
            "grows only at its end",
        ),
        (
            "REPLACE INTO updates VALUES ('a', 2, 0, '', x'', x'')",
            "grows only at its end",
        ),
        ("DELETE FROM boards WHERE id = 'a'", "only a removed board"),
    ] {
        let error = conn.execute(sql, []).unwrap_err();
        assert!(error.to_string().contains(reason), "{sql}: {error}");
    }
    drop(conn);
    let store = Store::open(dir.path()).unwrap();
    assert_eq!(store.load("a").unwrap().updates.len(), 2);
    assert_eq!(store.timeline("a").unwrap().len(), 2);
    assert_eq!(store.timeline("a").unwrap()[1].bytes, 3);
}

#[test]
fn drafts_and_ballots() {
    let (_dir, store) = open();
    let draft = |person: &str, id: &str, body: &str| Draft {
        board: a(),
        person: person.to_owned(),
        id: id.to_owned(),
        changed_ms: 4,
        body: body.as_bytes().to_vec(),
    };
    let put = |draft| vec![Write::PutDraft(draft)];
    store.commit(put(draft("ann", "1", "x"))).unwrap();
    store.commit(put(draft("ben", "1", "y"))).unwrap();
    store.commit(put(draft("ann", "1", "z"))).unwrap();
    store.commit(put(draft("ann", "2", ""))).unwrap();
    let of_ann = store.drafts("a", "ann").unwrap().rows;
    assert_eq!(of_ann, [draft("ann", "1", "z"), draft("ann", "2", "")]);
    assert_eq!(store.board_drafts("a").unwrap().rows.len(), 3);
    assert_eq!(store.board_drafts("b").unwrap().rows, []);
    store
        .commit(vec![Write::DeleteDraft {
            board: a(),
            person: "ann".to_owned(),
            id: "1".to_owned(),
        }])
        .unwrap();
    assert_eq!(store.drafts("a", "ann").unwrap().rows.len(), 1);
    assert_eq!(store.drafts("a", "ben").unwrap().rows.len(), 1);

    let ballot = |round: &str, person: &str, body: u8| Ballot {
        board: a(),
        round: round.to_owned(),
        person: person.to_owned(),
        body: vec![body],
    };
    let ballots = [
        ballot("1", "ann", 1),
        ballot("1", "ben", 2),
        ballot("2", "ann", 3),
        ballot("1", "ann", 4),
    ];
    store
        .commit(ballots.map(Write::PutBallot).to_vec())
        .unwrap();
    assert_eq!(
        store.ballots("a").unwrap().rows,
        [
            ballot("1", "ann", 4),
            ballot("1", "ben", 2),
            ballot("2", "ann", 3)
        ]
    );
    store
        .commit(vec![Write::DeleteBallot {
            board: a(),
            round: "1".to_owned(),
            person: "ben".to_owned(),
        }])
        .unwrap();
    assert_eq!(store.ballots("a").unwrap().rows.len(), 2);
    store
        .commit(vec![Write::DeleteBallots {
            board: a(),
            round: "1".to_owned(),
        }])
        .unwrap();
    assert_eq!(store.ballots("a").unwrap().rows, [ballot("2", "ann", 3)]);
    // Drafts and ballots are not for logs.
    let debug = format!("{:?} {:?}", draft("ann", "1", "z"), ballot("1", "ann", 4));
    assert!(!debug.contains("122") && !debug.contains("[4]"), "{debug}");
}

#[test]
fn settings_keys_and_memberships() {
    let (_dir, store) = open();
    let setting = |value: &str| Setting {
        key: "language".to_owned(),
        value: value.to_owned(),
    };
    store
        .commit(vec![Write::PutSetting(setting("en"))])
        .unwrap();
    store
        .commit(vec![Write::PutSetting(setting("de"))])
        .unwrap();
    assert_eq!(store.setting("language").unwrap().as_deref(), Some("de"));
    assert_eq!(store.settings().unwrap().rows, [setting("de")]);
    let key = Key {
        name: "device".to_owned(),
        secret: vec![7; 32],
    };
    store.commit(vec![Write::PutKey(key.clone())]).unwrap();
    assert!(!format!("{key:?}").contains("7,"));
    assert_eq!(store.key("device").unwrap(), Some(key));
    store
        .commit(vec![
            Write::DeleteKey {
                name: "device".to_owned(),
            },
            Write::DeleteSetting {
                key: "language".to_owned(),
            },
        ])
        .unwrap();
    assert_eq!(store.key("device").unwrap(), None);
    assert_eq!(store.setting("language").unwrap(), None);

    let membership = |role: &str| Membership {
        board: a(),
        role: role.to_owned(),
        secret: vec![7; 16],
        addresses_json: "[\"127.0.0.1:1\"]".to_owned(),
        expires_ms: i64::MAX,
        changed_ms: 8,
    };
    for role in ["look on", "facilitate"] {
        store
            .commit(vec![Write::PutMembership(membership(role))])
            .unwrap();
    }
    assert_eq!(
        store.membership("a").unwrap(),
        Some(membership("facilitate"))
    );
    assert_eq!(store.memberships().unwrap().rows.len(), 1);
    store
        .commit(vec![Write::DeleteMembership { board: a() }])
        .unwrap();
    assert_eq!(store.membership("a").unwrap(), None);
    let astray = Membership {
        board: "nowhere".to_owned(),
        ..membership("look on")
    };
    assert_eq!(
        store.commit(vec![Write::PutMembership(astray)]),
        Err(WriteError::NoSuchBoard)
    );
}

#[test]
fn r3_a_merge_marker_outlives_the_process() {
    let (dir, store) = open();
    let merging = |hash: u8| Merging {
        board: a(),
        peer: "p".to_owned(),
        hash: vec![hash; 32],
        at_ms: i64::from(hash),
    };
    store
        .commit(vec![
            Write::BeginMerge(merging(1)),
            Write::BeginMerge(merging(2)),
        ])
        .unwrap();
    store
        .commit(vec![Write::EndMerge {
            board: a(),
            peer: "p".to_owned(),
            hash: vec![1; 32],
        }])
        .unwrap();
    drop(store);
    let store = Store::open(dir.path()).unwrap();
    assert_eq!(store.merging().unwrap().rows, [merging(2)]);
}

#[test]
fn quarantine_keeps_the_newest() {
    let (_dir, store) = open();
    let bad = |number: u8| NewQuarantined {
        board: a(),
        peer: "p".to_owned(),
        hash: vec![number],
        bytes: vec![number; 10],
        reason: "it could not be read".to_owned(),
        at_ms: i64::from(number),
    };
    let writes = (0..100).map(|number| Write::Quarantine(bad(number)));
    store.commit(writes.collect()).unwrap();
    // The same bytes again take no second place.
    store.commit(vec![Write::Quarantine(bad(99))]).unwrap();
    let kept = store.quarantined("a").unwrap().rows;
    assert_eq!(kept.len(), 64);
    assert_eq!(kept[0].hash, [99]);
    assert_eq!(
        store.quarantined_bytes("a", &[99]).unwrap(),
        Some(vec![99; 10])
    );
    store
        .commit(vec![Write::DeleteQuarantined {
            board: a(),
            hash: vec![99],
        }])
        .unwrap();
    assert_eq!(store.quarantined_bytes("a", &[99]).unwrap(), None);
    assert_eq!(store.quarantined_bytes("a", &[3]).unwrap(), None);
}

#[test]
fn search_finds_beginnings_of_words_without_accents() {
    let (_dir, store) = open();
    let entry = |key: &str, text: &str| {
        Write::Index(SearchEntry {
            board: a(),
            key: key.to_owned(),
            text: text.to_owned(),
        })
    };
    store
        .commit(vec![
            entry("1", "The deployment was late"),
            entry("2", "Späte Übergabe, déployé deux fois"),
            entry("3", "Nothing to see"),
        ])
        .unwrap();
    let keys = |query: &str| {
        let found = store.search(query, 10).unwrap();
        let mut keys: Vec<_> = found.into_iter().map(|found| found.key).collect();
        keys.sort();
        keys
    };
    assert_eq!(keys("d"), ["1", "2"]);
    assert_eq!(keys("DEPLOY"), ["1", "2"]);
    assert_eq!(keys("déploy lat"), ["1"]);
    assert_eq!(keys("uberg"), ["2"]);
    assert_eq!(keys("ployment"), [""; 0]);
    // What a person types is words, never the index's own language.
    for query in [
        "",
        "\"",
        "a OR b",
        "text:late",
        "-late NOT *",
        "(",
        "NEAR(a b)",
        "''",
    ] {
        keys(query);
    }
    assert_eq!(keys("\"late\""), ["1"]);
    let excerpt = &store.search("late", 10).unwrap()[0].excerpt;
    assert_eq!(excerpt, "The deployment was late");

    store.commit(vec![entry("1", "On time now")]).unwrap();
    assert_eq!(keys("late"), [""; 0]);
    assert_eq!(keys("time"), ["1"]);
    store.commit(vec![Write::RebuildSearch]).unwrap();
    assert_eq!(keys("time"), ["1"]);
    let remove = Write::RemoveBoard {
        board: a(),
        at_ms: 1,
    };
    store.commit(vec![remove]).unwrap();
    assert_eq!(keys("time"), [""; 0]);
    store
        .commit(vec![
            Write::RestoreBoard { board: a() },
            Write::Unindex {
                board: a(),
                key: "1".to_owned(),
            },
        ])
        .unwrap();
    assert_eq!(keys("time"), [""; 0]);
    assert_eq!(keys("see"), ["3"]);
    store
        .commit(vec![Write::UnindexBoard { board: a() }])
        .unwrap();
    assert_eq!(keys("see"), [""; 0]);
}

#[test]
fn a_blob_goes_with_its_last_board() {
    let (_dir, store) = open();
    let blob = Blob::new(vec![5; 3000]);
    let hash = blob.hash;
    let put = |board: &str| Write::PutBlob {
        board: board.to_owned(),
        blob: blob.clone(),
    };
    store.commit(vec![put("a"), put("a"), put("b")]).unwrap();
    assert_eq!(store.blobs("a").unwrap().rows, [hash]);
    let release = |board: &str| Write::ReleaseBlob {
        board: board.to_owned(),
        hash,
    };
    store.commit(vec![release("a")]).unwrap();
    assert_eq!(store.blobs("a").unwrap().rows, []);
    assert_eq!(store.blob(hash).unwrap(), Some(vec![5; 3000]));
    store.commit(vec![release("b")]).unwrap();
    assert_eq!(store.blob(hash).unwrap(), None);

    let lie = Blob {
        hash,
        bytes: vec![6],
    };
    let refused = store.commit(vec![Write::PutBlob {
        board: a(),
        blob: lie,
    }]);
    assert!(matches!(refused, Err(WriteError::Refused(_))));
}

#[test]
fn a_backup_is_the_profile_of_that_moment() {
    let dir = tempfile::tempdir().unwrap();
    let store = fill(&dir.path().join("profile"));
    let before = truth(&store);
    let copy = dir.path().join("copy");
    fs::create_dir(&copy).unwrap();
    let path = copy.join(store::DATABASE_FILE);
    store.backup_to(&path).unwrap();
    let exists = store.backup_to(&path).unwrap_err();
    assert!(matches!(exists, BackupError::Exists { .. }), "{exists}");
    let astray = store.backup_to(&dir.path().join("no/such")).unwrap_err();
    assert!(matches!(astray, BackupError::Target { .. }), "{astray}");
    assert_eq!(fs::read_dir(&copy).unwrap().count(), 1, "nothing besides");

    let copied = Store::open(&copy).unwrap();
    let after = truth(&copied);
    assert!(after.boards == before.boards);
    assert!(after.loaded == before.loaded);
    assert!(after.histories == before.histories);
    assert!(after.drafts == before.drafts);
    assert_eq!(copied.check().unwrap(), [""; 0]);
}

#[test]
fn r8_salvage_copies_a_healthy_profile_whole() {
    let dir = tempfile::tempdir().unwrap();
    let store = fill(dir.path());
    let before = truth(&store);
    let path = store.path().to_owned();
    drop(store);
    let rescued = dir.path().join("rescued");
    fs::create_dir(&rescued).unwrap();
    let new = rescued.join(store::DATABASE_FILE);
    let report = salvage(&path, &new).unwrap();
    assert_eq!(report.tables.len(), 14);
    assert!(
        report
            .tables
            .iter()
            .all(|t| t.damaged == 0 && !t.unreadable)
    );
    let exists = salvage(&path, &new).unwrap_err();
    assert!(matches!(exists, SalvageError::Exists { .. }), "{exists}");

    let store = Store::open(&rescued).unwrap();
    let after = truth(&store);
    assert!(after.boards == before.boards);
    assert!(after.loaded == before.loaded);
    assert!(after.histories == before.histories);
    assert!(after.drafts == before.drafts);
    assert_eq!(store.search("cafe", 100).unwrap().len(), 60);
}

#[test]
fn r8_salvage_goes_around_unreadable_pages() {
    let dir = tempfile::tempdir().unwrap();
    let store = fill(dir.path());
    let before = truth(&store);
    let path = store.path().to_owned();
    drop(store);
    // A leaf of the log's table in the middle of it, by the page number SQLite tells.
    let conn = Connection::open(&path).unwrap();
    let page: usize = conn
        .query_row(
            "SELECT pageno FROM dbstat WHERE name = 'updates' AND pagetype = 'leaf' \
             ORDER BY path LIMIT 1 OFFSET 5",
            [],
            |row| row.get::<_, i64>(0),
        )
        .unwrap()
        .try_into()
        .unwrap();
    drop(conn);
    let mut bytes = fs::read(&path).unwrap();
    bytes[(page - 1) * 4096..][..4096].fill(0xff);
    fs::write(&path, &bytes).unwrap();

    let store = Store::open(dir.path()).unwrap();
    assert_ne!(store.check().unwrap(), [""; 0]);
    let history = store
        .history(BOARDS[0], store::Upto::Seq(i64::MAX))
        .unwrap();
    assert!(!history.damaged_updates.is_empty());
    assert!(history.updates.len() > 100);
    drop(store);

    let rescued = dir.path().join("rescued");
    fs::create_dir(&rescued).unwrap();
    let report = salvage(&path, &rescued.join(store::DATABASE_FILE)).unwrap();
    let updates = report.tables.iter().find(|t| t.table == "updates").unwrap();
    assert!(updates.unreadable);
    assert!(updates.copied > 330, "{updates:?}");
    let store = Store::open(&rescued).unwrap();
    let after = truth(&store);
    assert!(after.boards == before.boards);
    assert!(after.drafts == before.drafts);
    assert_eq!(after.histories[0], history.updates);
    assert!(after.histories[2] == before.histories[2]);
}
