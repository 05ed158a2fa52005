//! A filled profile, for the tests that damage it.
#![allow(clippy::unwrap_used, dead_code)]

use std::path::Path;

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use store::{
    Ballot, Blob, Board, Draft, Key, Loaded, Membership, Merging, NewQuarantined, NewSnapshot,
    NewUpdate, SearchEntry, Setting, Store, Update, Upto, Write,
};

pub(crate) const BOARDS: [&str; 3] = ["first", "second", "third"];

/// Something in every table; updates and snapshots of many lengths.
pub(crate) fn fill(folder: &Path) -> Store {
    let mut rng = ChaCha8Rng::seed_from_u64(99);
    let store = Store::open(folder).unwrap();
    for board in BOARDS {
        store.commit(writes(board, &mut rng)).unwrap();
    }
    let plain = vec![
        Write::PutSetting(Setting {
            key: "language".to_owned(),
            value: "en".to_owned(),
        }),
        Write::PutKey(Key {
            name: "device".to_owned(),
            secret: vec![42; 32],
        }),
    ];
    store.commit(plain).unwrap();
    store
}

fn writes(id: &str, rng: &mut ChaCha8Rng) -> Vec<Write> {
    let board = || id.to_owned();
    let mut random = |length: usize| {
        let mut bytes = vec![0; length];
        rng.fill(bytes.as_mut_slice());
        bytes
    };
    let mut writes = vec![Write::PutBoard(Board {
        id: board(),
        title: format!("The {id} sprint"),
        team: "Harbour".to_owned(),
        template: "timeline".to_owned(),
        created_ms: 1,
        opened_ms: 2,
        changed_ms: 3,
        summary_json: "{}".to_owned(),
        removed_ms: None,
    })];
    for seq in 1..=120 {
        let length = match seq % 20 {
            0 => 9000,
            other => 40 + 10 * usize::try_from(other).unwrap(),
        };
        writes.push(Write::Append(NewUpdate {
            board: board(),
            at_ms: seq * 1000,
            origin: format!("peer {}", seq % 3),
            bytes: random(length),
        }));
        if seq % 40 == 0 {
            writes.push(Write::PutSnapshot(NewSnapshot {
                board: board(),
                upto_seq: seq - 10,
                made_ms: seq,
                content_hash: random(32),
                bytes: random(20_000),
            }));
        }
    }
    for number in 0..20 {
        writes.push(Write::PutDraft(Draft {
            board: board(),
            person: format!("person {}", number % 2),
            id: number.to_string(),
            changed_ms: number,
            body: random(150),
        }));
        writes.push(Write::Index(SearchEntry {
            board: board(),
            key: number.to_string(),
            text: format!("café number {number} on the {id} board"),
        }));
    }
    writes.push(Write::PutBallot(Ballot {
        board: board(),
        round: "1".to_owned(),
        person: "person 1".to_owned(),
        body: random(60),
    }));
    writes.push(Write::PutMembership(Membership {
        board: board(),
        role: "take part".to_owned(),
        secret: random(32),
        addresses_json: "[]".to_owned(),
        expires_ms: i64::MAX,
        changed_ms: 5,
    }));
    writes.push(Write::BeginMerge(Merging {
        board: board(),
        peer: "peer 1".to_owned(),
        hash: random(32),
        at_ms: 6,
    }));
    writes.push(Write::Quarantine(NewQuarantined {
        board: board(),
        peer: "peer 2".to_owned(),
        hash: random(32),
        bytes: random(500),
        reason: "it could not be read".to_owned(),
        at_ms: 7,
    }));
    writes.push(Write::PutBlob {
        board: board(),
        blob: Blob::new(random(6000)),
    });
    writes
}

/// What a healthy profile holds.
pub(crate) struct Truth {
    pub(crate) boards: Vec<Board>,
    pub(crate) loaded: Vec<Loaded>,
    pub(crate) histories: Vec<Vec<Update>>,
    pub(crate) drafts: Vec<Vec<Draft>>,
}

pub(crate) fn truth(store: &Store) -> Truth {
    Truth {
        boards: store.boards().unwrap().rows,
        loaded: BOARDS.map(|id| store.load(id).unwrap()).to_vec(),
        histories: BOARDS
            .map(|id| store.history(id, Upto::Seq(i64::MAX)).unwrap().updates)
            .to_vec(),
        drafts: BOARDS
            .map(|id| store.board_drafts(id).unwrap().rows)
            .to_vec(),
    }
}
