//! Peers that mean ill, and defects of our own. `UPSHOT_ATTEMPTS` sets how many frames are tried,
//! `UPSHOT_PANICS` how many panics, `UPSHOT_SEED` another run of them.

use super::workshop::{anonymous_notes, gathering, reveal};
use super::*;
use crate::wire::{RoomItem, Stand, StateVector, Working};
use board::PersonId;
use rand::{Rng, RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeSet;

fn env(name: &str, otherwise: u64) -> u64 {
    let said = std::env::var(name).ok().and_then(|said| said.parse().ok());
    said.unwrap_or(otherwise)
}

const ACTOR: board::Actor = board::Actor {
    person: None,
    role: Role::Facilitate,
    now_ms: 0,
};

/// Frames of every kind: in order, forged, and broken.
struct Forger {
    dice: ChaCha8Rng,
    /// Updates that are in order, of clients that are known and that are not.
    updates: Vec<Bytes>,
    vectors: Vec<Bytes>,
}

impl Forger {
    /// One who has read the log of laptop 0.
    fn new(lab: &Lab, seed: u64) -> Self {
        let mut dice = ChaCha8Rng::seed_from_u64(seed);
        let mut updates = Vec::new();
        let mut vectors: Vec<Bytes> = vec![vec![0].into()];
        let known = [
            lab.engines[0].client_of(BOARD),
            lab.engines[1].client_of(BOARD),
        ];
        let strangers: Vec<_> = (0..6).map(|_| ClientId::new(dice.random())).collect();
        for client in known.into_iter().chain(strangers) {
            let upto = dice.random_range(0..=lab.logs[0].len());
            let read = &lab.logs[0][..upto];
            // Under a client id that is in it, it does not open.
            let Ok(mut replica) = Replica::open(client, None, read) else {
                continue;
            };
            for n in 0..4 {
                let command = match replica.board().notes.keys().next() {
                    Some(at) if n % 2 == 1 => Command::EditText {
                        key: Key::Note(*at),
                        edit: insert(0, "forged").edit.0,
                    },
                    _ => add_note(dice.random(), "forged"),
                };
                let applied = replica.execute("", &ACTOR, &[command]).unwrap();
                updates.push(applied.update.into());
            }
            updates.push(replica.snapshot().into());
            vectors.push(replica.state_vector().into());
        }
        assert!(updates.len() > 20);
        Self {
            dice,
            updates,
            vectors,
        }
    }

    fn pick(&mut self, of: fn(&Self) -> &Vec<Bytes>) -> Bytes {
        let at = self.dice.random_range(0..of(self).len());
        of(self)[at].clone()
    }

    fn number(&mut self) -> u64 {
        match self.dice.random_range(0..4) {
            0 => 0,
            1 => u64::MAX,
            2 => self.dice.random_range(0..4),
            _ => self.dice.random(),
        }
    }

    fn stand(&mut self) -> Stand {
        let encoded = self.pick(|forger| &forger.vectors);
        let mut hash = [0; 32];
        self.dice.fill_bytes(&mut hash);
        Stand {
            lineage: self.number(),
            instance: self.number(),
            hash,
            vector: StateVector::parse(&encoded).unwrap(),
            encoded,
        }
    }

    /// A frame as it should be, whatever it says.
    fn well_formed(&mut self) -> (Lane, Vec<u8>) {
        let (own, whole) = (self.dice.random(), self.dice.random());
        let small = |number: u64| number as u32;
        let sync = match self.dice.random_range(0..9) {
            0..=2 => SyncFrame::Update {
                own,
                whole,
                update: self.pick(|forger| &forger.updates),
            },
            3 => SyncFrame::Hello {
                name: "\u{7}forger".into(),
                stand: self.stand(),
            },
            4 => SyncFrame::Ask {
                whole,
                number: small(self.number()),
                state_vector: self.pick(|forger| &forger.vectors),
            },
            5 => SyncFrame::Have {
                answer: small(self.number()),
                whole,
                stand: self.stand(),
            },
            6 => {
                let mut bytes = Vec::new();
                for _ in 0..self.dice.random_range(1..4) {
                    let item = PresenceItem {
                        who: self.number(),
                        stamp: small(self.number()),
                        presence: own.then(|| Presence {
                            name: "forger".into(),
                            cursor: Some((i32::MIN, i32::MAX)),
                            ..Presence::default()
                        }),
                    };
                    item.encode(&mut bytes);
                }
                return (Lane::Presence, bytes);
            }
            _ => return (Lane::Presence, self.room_item().encode()),
        };
        (Lane::Sync, sync.encode().to_vec())
    }

    fn room_item(&mut self) -> RoomItem {
        match self.dice.random_range(0..3) {
            0 => RoomItem::Working {
                laptop: self.number(),
                working: Working {
                    stage: "phase gather".into(),
                    people: vec![(PersonId::from_bits(1), true)],
                },
            },
            1 => RoomItem::Timer {
                stamp: self.number(),
                timer: self.dice.random::<bool>().then_some(Timer {
                    total_ms: i64::MAX,
                    left_ms: i64::MIN,
                    running: true,
                }),
            },
            _ => RoomItem::Call {
                call: self.number(),
                view: (i32::MIN, 0, i32::MAX, -1),
                by: "forger".into(),
            },
        }
    }

    /// Three in four as they should be, the rest broken somewhere.
    fn frame(&mut self) -> (Lane, Vec<u8>) {
        let (mut lane, mut bytes) = self.well_formed();
        if self.dice.random_range(0..4) == 0 {
            for _ in 0..self.dice.random_range(1..4) {
                let at = self.dice.random_range(0..bytes.len().max(1));
                match self.dice.random_range(0..5) {
                    0 => bytes.truncate(at),
                    1 => bytes.insert(at.min(bytes.len()), self.dice.random()),
                    2 if at < bytes.len() => drop(bytes.remove(at)),
                    _ => {
                        if let Some(byte) = bytes.get_mut(at) {
                            *byte ^= 1 << self.dice.random_range(0..8);
                        }
                    }
                }
            }
            if self.dice.random_range(0..8) == 0 {
                lane = if lane == Lane::Sync {
                    Lane::Presence
                } else {
                    Lane::Sync
                };
            }
        }
        (lane, bytes)
    }
}

/// Two who take part and one who is to attack them, connected to each other.
fn attacked(attacker: Role) -> (Lab, [PeerId; 2]) {
    let mut lab = Lab::new(&[Role::Facilitate, Role::TakePart, attacker]);
    lab.connect(0, 1);
    for at in 0..2 {
        for n in 0..5 {
            lab.execute(at, vec![add_note(at as u128 * 100 + n, "honest")])
                .unwrap();
        }
    }
    lab.wait(1_000);
    let peers = [lab.connect(0, 2), lab.connect(1, 2)];
    lab.wait(6_000);
    lab.assert_same();
    (lab, peers)
}

fn believed(output: &Output) -> bool {
    matches!(
        output,
        Output::Append { .. }
            | Output::Snapshot { .. }
            | Output::MarkMerging { .. }
            | Output::Load { .. }
            | Output::Event {
                event: BoardEvent::Timer { .. } | BoardEvent::Summoned { .. },
                ..
            }
    )
}

fn still_works(lab: &mut Lab) {
    lab.execute(0, vec![add_note(9_000, "and on it goes")])
        .unwrap();
    lab.wait(2_000);
    assert!(lab.board(0) == lab.board(1));
    assert!(lab.board(1).notes.contains_key(&note(9_000)));
}

/// Nothing is stored, merged or shown of what one sends who looks on, nor of one who was let go.
#[test]
fn r4_of_ten_thousand_attempts_by_one_who_looks_on_none_is_applied() {
    for revoked in [false, true] {
        let (mut lab, mut peers) = attacked(Role::LookOn);
        if revoked {
            lab.disconnect(2);
        }
        let mut forger = Forger::new(&lab, env("UPSHOT_SEED", 4));
        let before = [0, 1].map(|at| lab.engines[at].content_hash(BOARD));
        let logs = lab.logs.clone();
        let mut dropped = 0;
        for n in 0..env("UPSHOT_ATTEMPTS", 10_000) {
            let to = (n % 2) as usize;
            if !revoked && !lab.wires.contains_key(&peers[to]) {
                dropped += 1;
                peers[to] = lab.connect(to, 2);
            }
            lab.told.iter_mut().for_each(Vec::clear);
            lab.now += 20;
            let (lane, bytes) = forger.frame();
            lab.frame(to, peers[to], lane, bytes.clone());
            lab.input(to, Input::Tick);
            let told: Vec<_> = lab.told[..2].iter().flatten().collect();
            let wrong = told.iter().find(|output| believed(output));
            assert!(wrong.is_none(), "{lane:?} {bytes:?} led to {wrong:?}");
            let answered = |output: &&&Output| {
                matches!(output, Output::SendFrame { peer, .. } | Output::ClosePeer { peer, .. }
                    if peers.contains(peer))
            };
            assert!(!revoked || told.iter().find(answered).is_none());
        }
        assert!(revoked || dropped > 100, "{dropped}");
        assert_eq!([0, 1].map(|at| lab.engines[at].content_hash(BOARD)), before);
        assert_eq!(lab.logs[..2], logs[..2]);
        still_works(&mut lab);
    }
}

/// One who takes part may write, and send what is none: no frame is stumbled over.
#[test]
fn r2_frames_of_one_who_takes_part_are_taken_or_refused_and_never_stumbled_over() {
    let (mut lab, mut peers) = attacked(Role::TakePart);
    let mut forger = Forger::new(&lab, env("UPSHOT_SEED", 2));
    for n in 0..env("UPSHOT_ATTEMPTS", 10_000) {
        let to = (n % 2) as usize;
        if !lab.wires.contains_key(&peers[to]) {
            peers[to] = lab.connect(to, 2);
        }
        lab.told.iter_mut().for_each(Vec::clear);
        lab.now += 20;
        let (lane, bytes) = forger.frame();
        lab.frame(to, peers[to], lane, bytes.clone());
        lab.input(to, Input::Tick);
        let stumbled = lab.told.iter().flatten().any(|output| {
            matches!(output, Output::Load { .. })
                || matches!(output, Output::Quarantine { reason, .. } if reason.contains("stumbled"))
        });
        assert!(!stumbled, "frame {n}: {lane:?} {bytes:?}");
    }
    // What is stored opens, and is the board that is shown.
    for at in 0..2 {
        let (upto, snapshot) = match &lab.snapshots[at] {
            Some((upto, bytes)) => (*upto, Some(bytes.as_slice())),
            None => (0, None),
        };
        let read = Replica::open(ClientId::new(77), snapshot, &lab.logs[at][upto..]).unwrap();
        assert!(read.board() == lab.board(at));
    }
    lab.disconnect(2);
    lab.wait(30_000);
    still_works(&mut lab);
}

/// A request is three notes and a word at the front of a text: all of it, or nothing.
fn whole_or_nothing(board: &Board, requests: u128) {
    let text = &board.notes[&note(0)].text;
    let words: BTreeSet<&str> = text.split(' ').collect();
    for n in 1..=requests {
        let there = (0..3).filter(|part| board.notes.contains_key(&note(n * 10 + part)));
        let there = there.count() + usize::from(words.contains(format!("w{n}").as_str()));
        assert!(there == 0 || there == 4, "request {n}: {there} of 4 parts");
    }
}

fn request(n: u128) -> Vec<Command> {
    let mut commands: Vec<_> = (0..3).map(|part| add_note(n * 10 + part, "new")).collect();
    commands.push(Command::EditText {
        key: Key::Note(note(0)),
        edit: insert(0, &format!("w{n} ")).edit.0,
    });
    commands
}

#[test]
fn r3_of_a_thousand_panics_none_leaves_a_half_applied_change_stored() {
    let panics = env("UPSHOT_PANICS", 1_000);
    let mut dice = ChaCha8Rng::seed_from_u64(env("UPSHOT_SEED", 3));
    let (mut own, mut foreign) = (0, 0);
    while own + foreign < panics {
        let mut lab = Lab::new(&[Role::TakePart, Role::TakePart]);
        lab.connect(0, 1);
        lab.execute(0, vec![add_note(0, "base")]).unwrap();
        lab.wait(500);
        lab.disconnect(1);
        let mut acknowledged = Vec::new();
        let requests = 60;
        for n in 1..=requests {
            let before = lab.engines[0].content_hash(BOARD);
            let steps = dice.random_range(0..50);
            if dice.random() {
                replica::panic_after(steps);
                let answer = lab.execute(0, request(n));
                let happened = replica::disarm();
                assert_eq!(happened, answer.is_err());
                if happened {
                    own += 1;
                    assert_eq!(lab.engines[0].content_hash(BOARD), before);
                } else {
                    acknowledged.push(n);
                }
            } else {
                // What a peer wrote, merged; set aside where that panics.
                lab.execute(1, request(n)).unwrap();
                acknowledged.push(n);
                lab.told.iter_mut().for_each(Vec::clear);
                replica::panic_after(dice.random_range(0..6));
                lab.connect(0, 1);
                if replica::disarm() {
                    foreign += 1;
                    let loaded = |output: &Output| matches!(output, Output::Load { .. });
                    assert!(lab.told.iter().flatten().any(loaded));
                }
                lab.disconnect(1);
            }
            whole_or_nothing(lab.board(0), requests);
        }
        for at in 0..2 {
            // Each state that was ever stored, not only the last.
            let upto = lab.snapshots[at].as_ref().map_or(0, |(upto, _)| *upto);
            let snapshot = lab.snapshots[at]
                .as_ref()
                .map(|(_, bytes)| bytes.as_slice());
            for end in upto..=lab.logs[at].len() {
                let stored = Replica::open(ClientId::new(5), snapshot, &lab.logs[at][upto..end]);
                let stored = stored.unwrap();
                if stored.board().notes.contains_key(&note(0)) {
                    whole_or_nothing(stored.board(), requests);
                }
            }
        }
        // What was set aside comes once more, and everything acknowledged is everywhere.
        lab.connect(0, 1);
        lab.wait(10_000);
        lab.assert_same();
        for n in acknowledged {
            assert!(lab.board(0).notes.contains_key(&note(n * 10)), "{n}");
        }
    }
    assert!(
        own > panics / 10 && foreign > panics / 10,
        "{own} {foreign}"
    );
}

#[test]
fn r12_a_thousand_anonymous_notes_share_nothing_that_singles_out_an_author() {
    let (mut lab, _) = gathering(&[Role::Facilitate; 5]);
    for at in 1..5 {
        anonymous_notes(&mut lab, at, 250);
    }
    let written = lab.logs[0].len();
    lab.now += 60_000;
    lab.execute(0, reveal()).unwrap();
    lab.wait(10_000);
    lab.assert_same();
    let notes = &lab.board(0).notes;
    assert_eq!(notes.len(), 1_000);
    for note in notes.values() {
        assert_eq!((note.author, note.made), (None, 0));
    }
    let beginnings = notes.keys().map(|id| id.to_string()[..6].to_owned());
    let beginnings: BTreeSet<String> = beginnings.collect();
    assert!(beginnings.len() > 990, "ids that begin alike");
    // In the document, each is by a writer of its own that wrote nothing else.
    let mut writers = BTreeSet::new();
    for update in &lab.logs[0][written..] {
        let mut stranger = Replica::new(ClientId::new(1));
        // What is no note of its own builds on what is not here.
        if stranger.merge(update).is_ok() && !stranger.board().notes.is_empty() {
            assert_eq!(stranger.board().notes.len(), 1);
            let vector = stranger.state_vector();
            assert_eq!(vector[0], 1, "one writer");
            assert!(writers.insert(vector), "a writer of two notes");
        }
    }
    assert_eq!(writers.len(), 1_000);
}
