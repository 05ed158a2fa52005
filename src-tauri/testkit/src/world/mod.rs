//! The world of one seed: its parts, its phases, and its queue of what happens next.

mod checks;
mod engines;
mod people;
mod roads;

use crate::laptop::{Laptop, LaptopId};
use crate::network::{Connection, ConnectionId, Frame, Road, Sent, peer_id};
use crate::ui::{Asked, Safe, Ui, Word};
use board::testing::command;
use board::{Board, BoardId, Command, Key, NoteId, Record, Role, Splice, TextEdit};
use engine::protocol::{BoardEvent, BoardReply, BoardRequest, Presence};
use engine::{Engine, Input, Lane, Mark, Millis, Output, SessionId, SessionKind, Ticket};
use rand::{Rng, RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, BTreeSet};

/// The board of the world.
const BOARD: BoardId = BoardId::from_bits(0xb0a2d);
/// Virtual time begins here; any moment will do.
const BEGIN: i64 = 1_700_000_000_000;
/// How long people work.
const WORK_MS: i64 = 8_000;
/// Within this time after the last failure everybody must hold the same.
const HEAL_MS: i64 = 90_000;

/// One world in so many has laptops that are copies of one machine.
const TWINS_EVERY: u64 = 8;

/// What a run was like: that it tried what it claims to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Report {
    /// Requests that changed the board.
    pub changes: u32,
    /// Pushes of text that came too late and were rebased.
    pub stale_pushes: u32,
    /// Connections that broke.
    pub breaks: u32,
    /// Laptops that went down.
    pub crashes: u32,
    /// Writes the disk refused.
    pub failed_writes: u32,
    /// Frames that did not fit a queue.
    pub full: u32,
    /// Updates of laptops that look on, and were let go for them.
    pub turned_away: u32,
    /// Replicas that had come apart and were put together again.
    pub healed: u32,
    /// Notes on the final board.
    pub notes: u32,
}

/// Laptops, the roads between them, and a queue of what happens next.
pub struct World {
    seed: u64,
    rng: ChaCha8Rng,
    now: i64,
    order: u64,
    queue: BTreeMap<(i64, u64), Event>,
    laptops: Vec<Laptop>,
    roads: Vec<Road>,
    connections: BTreeMap<ConnectionId, Connection>,
    next_number: u64,
    /// People work, and things go wrong.
    working: bool,
    /// Notes and marks that sessions were told are safe.
    safe_notes: BTreeSet<NoteId>,
    safe_marks: BTreeSet<char>,
    /// Notes and marks that somebody took away on purpose.
    removed_notes: BTreeSet<NoteId>,
    removed_marks: BTreeSet<char>,
    next_mark: u32,
    intruders_notes: BTreeSet<NoteId>,
    /// The first two laptops are copies of one machine: they write under the same client ids.
    has_twins: bool,
    twins_seed: Option<u64>,
    report: Report,
}

enum Event {
    Wake {
        laptop: LaptopId,
        run: u32,
    },
    Act {
        laptop: LaptopId,
    },
    Arrive(Frame),
    Stored {
        laptop: LaptopId,
        run: u32,
        what: Output,
    },
    Marked {
        laptop: LaptopId,
        run: u32,
        mark: Mark,
    },
    Hear {
        laptop: LaptopId,
        run: u32,
        session: SessionId,
        word: Word,
    },
    Connect {
        road: usize,
    },
    Break {
        connection: ConnectionId,
    },
    Start {
        laptop: LaptopId,
    },
    Trouble,
}

impl World {
    /// Plays a seed to its end.
    ///
    /// # Panics
    /// When something does not hold.
    pub fn run(seed: u64) -> Report {
        let mut world = Self::new(seed);
        world.begin();
        world.work();
        world.heal();
        world.restart_everybody();
        world.report.notes = u32::try_from(world.reference().notes.len()).unwrap();
        world.report
    }

    fn new(seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let members = rng.random_range(2..=5usize);
        let mut laptops: Vec<Laptop> = (0..members)
            .map(|n| Laptop::new(LaptopId(n), Role::Facilitate, Role::Facilitate))
            .collect();
        let mut roads = Vec::new();
        let mut road = |a: usize, b: usize| {
            let ends = (LaptopId(a), LaptopId(b));
            roads.push(Road {
                ends,
                connection: None,
                parted_until: 0,
                dialling: false,
            });
        };
        // A tree holds everybody together; more roads make it a net.
        for b in 1..members {
            road(rng.random_range(0..b), b);
        }
        for a in 0..members {
            for b in a + 1..members {
                if rng.random_bool(0.3) {
                    road(a, b);
                }
            }
        }
        if rng.random_bool(0.5) {
            let looker = laptops.len();
            let believed = if rng.random_bool(0.5) {
                Role::Facilitate
            } else {
                Role::LookOn
            };
            laptops.push(Laptop::new(LaptopId(looker), Role::LookOn, believed));
            road(rng.random_range(0..members), looker);
        }
        roads.dedup_by_key(|road| road.ends);
        Self {
            seed,
            rng,
            now: BEGIN,
            order: 0,
            queue: BTreeMap::new(),
            laptops,
            roads,
            connections: BTreeMap::new(),
            next_number: 0,
            working: true,
            safe_notes: BTreeSet::new(),
            safe_marks: BTreeSet::new(),
            removed_notes: BTreeSet::new(),
            removed_marks: BTreeSet::new(),
            next_mark: 0,
            intruders_notes: BTreeSet::new(),
            has_twins: seed % TWINS_EVERY == 5,
            twins_seed: None,
            report: Report::default(),
        }
    }

    /// The first laptop makes the board; the others join.
    fn begin(&mut self) {
        for laptop in self.ids() {
            self.start(laptop);
        }
        let records = first_records();
        self.input(
            LaptopId(0),
            Input::Create {
                ticket: Ticket(1),
                board: BOARD,
                records,
            },
        );
        for road in 0..self.roads.len() {
            let delay = self.rng.random_range(0..2_000);
            self.connect_after(road, delay);
        }
        for laptop in self.ids() {
            self.after(300, Event::Act { laptop });
        }
        self.after(1_000, Event::Trouble);
    }

    fn work(&mut self) {
        self.run_until(BEGIN + WORK_MS);
        self.working = false;
        for laptop in &mut self.laptops {
            laptop.disk.failing = false;
        }
        for laptop in self.ids() {
            if self.laptops[laptop.0].engine.is_none() {
                self.start(laptop);
            }
        }
        for road in 0..self.roads.len() {
            self.roads[road].parted_until = 0;
            self.connect_after(road, 10);
        }
    }

    fn ids(&self) -> Vec<LaptopId> {
        self.laptops.iter().map(|laptop| laptop.id).collect()
    }

    fn after(&mut self, ms: i64, event: Event) {
        self.order += 1;
        self.queue.insert((self.now + ms, self.order), event);
    }

    fn run_until(&mut self, until: i64) {
        while let Some(entry) = self.queue.first_entry() {
            if entry.key().0 > until {
                break;
            }
            self.now = entry.key().0.max(self.now);
            let event = entry.remove();
            self.happen(event);
        }
        self.now = until;
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Wake { laptop, run } => {
                if self.is_up(laptop, run) {
                    self.input(laptop, Input::Tick);
                }
            }
            Event::Act { laptop } => self.act(laptop),
            Event::Arrive(frame) => self.arrive(frame),
            Event::Stored { laptop, run, what } => {
                if self.is_up(laptop, run) {
                    self.stored(laptop, what);
                }
            }
            Event::Marked { laptop, run, mark } => {
                if self.is_up(laptop, run) {
                    self.input(laptop, Input::Marked { board: BOARD, mark });
                }
            }
            Event::Hear {
                laptop,
                run,
                session,
                word,
            } => {
                if self.is_up(laptop, run) {
                    self.tell(laptop, session, word);
                }
            }
            Event::Connect { road } => self.connect(road),
            Event::Break { connection } => self.break_off(connection),
            Event::Start { laptop } => {
                if self.laptops[laptop.0].engine.is_none() {
                    self.start(laptop);
                }
            }
            Event::Trouble => self.trouble(),
        }
    }

    fn is_up(&self, laptop: LaptopId, run: u32) -> bool {
        let laptop = &self.laptops[laptop.0];
        laptop.engine.is_some() && laptop.run == run
    }
}

impl Drop for World {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("seed {} failed at {} ms", self.seed, self.now - BEGIN);
        }
    }
}

fn first_records() -> Vec<Record> {
    let mut next = board::testing::bits(1);
    let mut board = Board::default();
    board.meta.title = "Review".to_owned();
    let mut records = vec![Record::Meta(board.meta.clone())];
    for n in 0..3u32 {
        records.push(Record::Section(board::Section {
            id: board::SectionId::from_bits(u128::from(next())),
            title: format!("Question {n}"),
            prompt: String::new(),
            kind: board::NoteKind::ALL[n as usize],
            layout: board::Layout::ALL[n as usize],
            x: i32::try_from(n).unwrap() * 500,
            y: 0,
            size: board::Size { w: 480, h: 600 },
            order: board::Order(format!("a{n}")),
            collapsed: false,
            locked: false,
        }));
    }
    records.push(Record::Person(board::Person {
        id: board::PersonId::from_bits(u128::from(next())),
        name: "Ann".to_owned(),
        tint: board::Tint::T1,
        facilitator: true,
    }));
    records
}

fn text(board: &Board, key: Key) -> Option<&str> {
    match key {
        Key::Meta => Some(&board.meta.summary),
        Key::Note(id) => board.notes.get(&id).map(|note| note.text.as_str()),
        Key::FollowUp(id) => board.followups.get(&id).map(|card| card.text.as_str()),
        _ => None,
    }
}
