//! How long a large board takes: `cargo run --release -p replica --example measure`.
#![allow(clippy::print_stdout, clippy::expect_used, clippy::disallowed_methods)]

use board::{Actor, Command, NewNote, NoteId, Parent, Role, Splice};
use replica::{ClientId, Replica};
use std::time::Instant;

const NOTES: u32 = 10_000;
const ACTOR: Actor = Actor {
    person: None,
    role: Role::Facilitate,
    now_ms: 1_700_000_000_000,
};

/// Memory in use, in KiB, where the system tells.
fn memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .unwrap_or_default();
    line.split_whitespace()
        .nth(1)
        .and_then(|n| n.parse().ok())
        .unwrap_or_default()
}

fn note(n: u32) -> NewNote {
    NewNote {
        id: NoteId::from_bits(n.into()),
        text: format!("Note {n}: the build took long again, and everybody waited for it once more"),
        kind: None,
        parent: Parent::Board,
        x: 0,
        y: 0,
        after: None,
        size: None,
        anonymous: false,
        when: None,
    }
}

fn main() {
    let mut replica = Replica::new(ClientId::new(1));
    let clock = Instant::now();
    for first in (0..NOTES).step_by(500) {
        let notes = (first..first + 500).map(note).collect();
        replica
            .execute("a", &ACTOR, &[Command::AddNotes { notes }])
            .expect("notes can be added");
    }
    println!("{NOTES} notes in {:?}", clock.elapsed());

    let clock = Instant::now();
    let edit = vec![Splice {
        from: 0,
        to: 4,
        insert: "Remark".into(),
    }];
    for n in 0..1_000 {
        let key = NoteId::from_bits(n).into();
        let command = Command::EditText {
            key,
            edit: edit.clone(),
        };
        replica
            .execute("a", &ACTOR, &[command])
            .expect("notes can be edited");
    }
    println!("an edit of one of them takes {:?}", clock.elapsed() / 1_000);

    let snapshot = replica.snapshot();
    let none: &[&[u8]] = &[];
    let (clock, before) = (Instant::now(), memory());
    let open = Replica::open(ClientId::new(2), Some(&snapshot), none).expect("a snapshot opens");
    println!(
        "opening {} KiB takes {:?} and {} KiB of memory",
        snapshot.len() / 1_024,
        clock.elapsed(),
        memory().saturating_sub(before)
    );

    let clock = Instant::now();
    let hash = open.content_hash();
    println!("its content hash takes {:?}", clock.elapsed());

    let clock = Instant::now();
    let mut peer = Replica::new(ClientId::new(3));
    let pieces = open
        .diff(&peer.state_vector())
        .expect("an empty state vector is one");
    println!(
        "a first sync is {} pieces, cut in {:?}",
        pieces.len(),
        clock.elapsed()
    );
    let clock = Instant::now();
    for piece in &pieces {
        peer.merge(piece).expect("our own pieces fit");
    }
    println!("and merged in {:?}", clock.elapsed());
    assert_eq!(peer.content_hash(), hash, "replicas differ");
}
