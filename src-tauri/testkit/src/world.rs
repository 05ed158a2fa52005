//! The world of one seed.

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

    /// Nothing goes wrong any more: everybody comes to hold the same.
    fn heal(&mut self) {
        let until = self.now + HEAL_MS;
        while self.now < until && self.unsettled().is_some() {
            self.run_until(self.now + 500);
        }
        if let Some(why) = self.unsettled() {
            panic!("after {HEAL_MS} ms of peace: {why}");
        }
        let board = self.reference();
        board::testing::check_invariants(&board).expect("an orderly board");
        for note in &self.safe_notes {
            let there = board.notes.contains_key(note) || self.removed_notes.contains(note);
            assert!(there, "note {note} was said to be saved, and is gone");
        }
        for mark in &self.safe_marks {
            let there = board.meta.summary.contains(*mark) || self.removed_marks.contains(mark);
            assert!(there, "written words were said to be saved, and are gone");
        }
        for note in &self.intruders_notes {
            assert!(
                !board.notes.contains_key(note),
                "what one wrote who looks on is on the board"
            );
        }
    }

    /// Every disk holds what its engine held.
    fn restart_everybody(&mut self) {
        // A disk that failed is tried again after at most ten seconds.
        self.run_until(self.now + 11_000);
        let before = self.hashes();
        for laptop in self.ids() {
            self.crash(laptop);
            self.start(laptop);
        }
        self.run_until(self.now + 200);
        assert_eq!(
            before,
            self.hashes(),
            "a laptop started again holds what it held"
        );
    }

    /// Why the world is not at peace yet.
    fn unsettled(&self) -> Option<String> {
        let board = self.reference();
        let hash = self.laptops[0]
            .engine
            .as_ref()
            .and_then(|engine| engine.content_hash(BOARD));
        for laptop in self.laptops.iter().filter(|laptop| !laptop.is_intruder()) {
            let id = laptop.id.0;
            let Some(engine) = &laptop.engine else {
                return Some(format!("laptop {id} is down"));
            };
            if engine.content_hash(BOARD) != hash || engine.board(BOARD) != Some(&board) {
                return Some(format!("laptop {id} holds another board than laptop 0"));
            }
            for ui in &laptop.sessions {
                if ui.mirror.as_ref() != Some(&board) {
                    return Some(format!("a session of laptop {id} shows another board"));
                }
                if ui.unsaved() > 0 || !ui.asked.is_empty() {
                    return Some(format!("a session of laptop {id} waits"));
                }
                for (key, editor) in &ui.editors {
                    if editor.pushable().is_some() || Some(editor.synced()) != text(&board, *key) {
                        return Some(format!("an editor of laptop {id} shows another text"));
                    }
                }
                if let Some(peer) = ui
                    .peers
                    .iter()
                    .find(|peer| !peer.synced && peer.role > Role::LookOn)
                {
                    return Some(format!(
                        "laptop {id} does not know that it is in sync with {}",
                        peer.id
                    ));
                }
            }
        }
        None
    }

    fn reference(&self) -> Board {
        let engine = self.laptops[0].engine.as_ref();
        engine
            .and_then(|engine| engine.board(BOARD))
            .cloned()
            .unwrap_or_default()
    }

    fn hashes(&self) -> Vec<Option<[u8; 32]>> {
        let hash = |laptop: &Laptop| {
            laptop
                .engine
                .as_ref()
                .and_then(|engine| engine.content_hash(BOARD))
        };
        self.laptops.iter().map(hash).collect()
    }

    fn ids(&self) -> Vec<LaptopId> {
        self.laptops.iter().map(|laptop| laptop.id).collect()
    }

    // Time.

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

    // Engines.

    fn input(&mut self, id: LaptopId, input: Input) {
        let Some(engine) = self.laptops[id.0].engine.as_mut() else {
            return;
        };
        let outputs = engine.handle(Millis(self.now), input);
        for output in outputs {
            self.carry_out(id, output);
        }
    }

    fn carry_out(&mut self, id: LaptopId, output: Output) {
        let run = self.laptops[id.0].run;
        match output {
            Output::Answer {
                session,
                id: request,
                answer,
            } => {
                let Some(ui) = self.ui(id, session) else {
                    return;
                };
                if ui.is_of_editor(request) {
                    self.tell_editor(id, session, Word::Answer(request, answer));
                } else {
                    self.tell(id, session, Word::Answer(request, answer));
                }
            }
            Output::Event { session, event } => match event {
                BoardEvent::Text { .. }
                | BoardEvent::TextReset { .. }
                | BoardEvent::TextGone { .. } => {
                    self.tell_editor(id, session, Word::Event(event));
                }
                _ => self.tell(id, session, Word::Event(event)),
            },
            what @ (Output::Load { .. } | Output::Append { .. } | Output::Snapshot { .. }) => {
                let slow = if self.working && self.rng.random_bool(0.02) {
                    1_500
                } else {
                    12
                };
                let done = self.now + self.rng.random_range(1..=slow);
                let disk = &mut self.laptops[id.0].disk;
                disk.busy_until = disk.busy_until.max(done);
                let wait = disk.busy_until - self.now;
                self.after(
                    wait,
                    Event::Stored {
                        laptop: id,
                        run,
                        what,
                    },
                );
            }
            Output::SendFrame { peer, lane, bytes } => self.send(id, peer.0, lane, bytes),
            Output::ClosePeer { peer, end, reason } => {
                let lookers = self
                    .connections
                    .get(&peer.0)
                    .map(|connection| connection.other(id));
                let looks_on = lookers.is_some_and(|other| !self.laptops[other.0].is_member());
                assert!(
                    end == engine::PeerEnd::NotAllowed && looks_on,
                    "laptop {} let a peer go: {reason} ({end:?})",
                    id.0
                );
                self.report.turned_away += 1;
                self.break_off(peer.0);
            }
            Output::MarkMerging { mark, .. } => {
                let wait = self.rng.random_range(0..=4);
                self.after(
                    wait,
                    Event::Marked {
                        laptop: id,
                        run,
                        mark,
                    },
                );
            }
            Output::Quarantine { reason, .. } => {
                panic!("laptop {} set an update aside: {reason}", id.0)
            }
            Output::Created { result, .. } => result.expect("the board is made"),
            Output::Merged { result, .. } => {
                result.expect("the file is merged");
            }
            Output::WakeAt(at) => {
                let wait = (at.0 - self.now).max(0);
                self.after(wait, Event::Wake { laptop: id, run });
            }
            Output::ClearMerging { .. } | Output::Summary { .. } => {}
        }
    }

    fn tell(&mut self, id: LaptopId, session: SessionId, word: Word) {
        let laptop = &mut self.laptops[id.0];
        let board = laptop
            .engine
            .as_ref()
            .and_then(|engine| engine.board(BOARD));
        let Some(ui) = laptop.sessions.iter_mut().find(|ui| ui.id == session) else {
            return;
        };
        let Safe { notes, marks } = match word {
            Word::Answer(request, answer) => {
                let stale = matches!(answer, Ok(BoardReply::Pushed { taken: false, .. }));
                self.report.stale_pushes += u32::from(stale);
                ui.answered(request, answer, board)
            }
            Word::Event(event) => ui.told(event),
        };
        if laptop.is_member() {
            self.safe_notes.extend(notes);
            self.safe_marks.extend(marks);
        }
    }

    /// Between engine and editors lies a moment in which others write.
    fn tell_editor(&mut self, id: LaptopId, session: SessionId, word: Word) {
        let (now, delay) = (self.now, self.rng.random_range(0..60));
        let run = self.laptops[id.0].run;
        let Some(ui) = self.ui(id, session) else {
            return;
        };
        ui.editors_hear = ui.editors_hear.max(now + delay);
        let wait = ui.editors_hear - now;
        self.after(
            wait,
            Event::Hear {
                laptop: id,
                run,
                session,
                word,
            },
        );
    }

    fn stored(&mut self, id: LaptopId, what: Output) {
        let disk = &mut self.laptops[id.0].disk;
        match what {
            Output::Load { board } => {
                let stored = Ok(disk.read());
                let role = self.laptops[id.0].believed;
                self.input(
                    id,
                    Input::Loaded {
                        board,
                        role,
                        stored,
                    },
                );
            }
            Output::Append {
                board,
                entries,
                again,
            } => match disk.append(&entries, again) {
                Ok(seq) => {
                    let token = entries.last().unwrap().token;
                    self.input(id, Input::Appended { board, token, seq });
                }
                Err(message) => {
                    self.report.failed_writes += 1;
                    self.input(id, Input::AppendFailed { board, message });
                }
            },
            Output::Snapshot { upto, bytes, .. } => disk.snapshot(upto, bytes),
            _ => unreachable!("only the store's work is put off"),
        }
    }

    fn start(&mut self, id: LaptopId) {
        let seed = self.rng.next_u64();
        let sessions = self.rng.random_range(1..=2);
        let laptop = &mut self.laptops[id.0];
        laptop.run += 1;
        laptop.engine = Some(Engine::new(seed));
        laptop.disk.restarted();
        laptop.sessions.clear();
        let name = format!("laptop {}", id.0);
        self.input(id, Input::Me { name, tint: None });
        for _ in 0..sessions {
            self.open_session(id);
        }
        for road in 0..self.roads.len() {
            let (a, b) = self.roads[road].ends;
            if a == id || b == id {
                self.connect_after(road, 50);
            }
        }
    }

    fn open_session(&mut self, id: LaptopId) {
        self.next_number += 1;
        let session = SessionId(self.next_number);
        self.laptops[id.0].sessions.push(Ui::new(session, None));
        self.input(
            id,
            Input::SessionOpened {
                session,
                kind: SessionKind::Own,
            },
        );
        self.ask(
            id,
            session,
            Asked::Open,
            BoardRequest::Open { board: BOARD },
        );
    }

    fn crash(&mut self, id: LaptopId) {
        let laptop = &mut self.laptops[id.0];
        laptop.engine = None;
        laptop.sessions.clear();
        let on_it: Vec<ConnectionId> = self
            .connections
            .iter()
            .filter(|(_, connection)| connection.ends.0 == id || connection.ends.1 == id)
            .map(|(number, _)| *number)
            .collect();
        for connection in on_it {
            self.break_off(connection);
        }
    }

    // The network.

    fn connect_after(&mut self, road: usize, ms: i64) {
        if !std::mem::replace(&mut self.roads[road].dialling, true) {
            self.after(ms, Event::Connect { road });
        }
    }

    fn connect(&mut self, number: usize) {
        let road = &mut self.roads[number];
        road.dialling = false;
        let (a, b) = road.ends;
        let parted = road.parted_until > self.now;
        if road.connection.is_some() {
            return;
        }
        let up = |id: LaptopId| self.laptops[id.0].engine.is_some();
        if parted || !up(a) || !up(b) {
            self.connect_after(number, 400);
            return;
        }
        self.next_number += 1;
        let connection = self.next_number;
        let capacity = if self.rng.random_bool(0.3) { 4 } else { 1_000 };
        self.roads[number].connection = Some(connection);
        self.connections
            .insert(connection, Connection::new(number, (a, b), capacity));
        for (me, other, dialled) in [(a, b, true), (b, a, false)] {
            let role = self.laptops[other.0].granted;
            let device = format!("device-{}", other.0);
            let peer = peer_id(connection);
            self.input(
                me,
                Input::PeerConnected {
                    peer,
                    board: BOARD,
                    role,
                    dialled,
                    device,
                },
            );
        }
        if self.working && self.rng.random_bool(0.5) {
            let wait = self.rng.random_range(100..6_000);
            self.after(wait, Event::Break { connection });
        }
    }

    fn send(&mut self, from: LaptopId, connection: ConnectionId, lane: Lane, bytes: bytes::Bytes) {
        let Some(way) = self.connections.get_mut(&connection) else {
            return;
        };
        let delay = if self.rng.random_bool(0.05) { 400 } else { 25 };
        let arrival = self.now + self.rng.random_range(1..=delay);
        match way.send(from, lane, arrival) {
            Sent::At(at) => {
                let wait = at - self.now;
                self.after(
                    wait,
                    Event::Arrive(Frame {
                        connection,
                        from,
                        lane,
                        bytes,
                    }),
                );
            }
            Sent::Full if lane == Lane::Sync => {
                self.report.full += 1;
                self.input(
                    from,
                    Input::PeerFull {
                        peer: peer_id(connection),
                    },
                );
            }
            Sent::Full => {}
        }
    }

    fn arrive(&mut self, frame: Frame) {
        let Frame {
            connection,
            from,
            lane,
            bytes,
        } = frame;
        let Some(way) = self.connections.get_mut(&connection) else {
            return;
        };
        let drained = way.arrived(from, lane);
        let to = way.other(from);
        self.input(
            to,
            Input::Frame {
                peer: peer_id(connection),
                lane,
                bytes,
            },
        );
        if drained {
            self.input(
                from,
                Input::PeerWritable {
                    peer: peer_id(connection),
                },
            );
        }
    }

    fn break_off(&mut self, number: ConnectionId) {
        let Some(connection) = self.connections.remove(&number) else {
            return;
        };
        self.report.breaks += 1;
        self.roads[connection.road].connection = None;
        for end in [connection.ends.0, connection.ends.1] {
            self.input(
                end,
                Input::PeerClosed {
                    peer: peer_id(number),
                },
            );
        }
        let wait = self.rng.random_range(20..800);
        self.connect_after(connection.road, wait);
    }

    /// Something goes wrong.
    fn trouble(&mut self) {
        if !self.working {
            return;
        }
        let laptop = LaptopId(self.rng.random_range(0..self.laptops.len()));
        match self.rng.random_range(0..8) {
            0 | 1 => {
                let down = self.rng.random_range(100..3_000);
                if self.laptops[laptop.0].engine.is_some() && self.now - BEGIN > 1_500 {
                    self.report.crashes += 1;
                    self.crash(laptop);
                    self.after(down, Event::Start { laptop });
                }
            }
            2 | 3 => {
                let disk = &mut self.laptops[laptop.0].disk;
                disk.failing = !disk.failing;
            }
            4 | 5 => {
                let road = self.rng.random_range(0..self.roads.len());
                self.roads[road].parted_until = self.now + self.rng.random_range(500..5_000);
                if let Some(connection) = self.roads[road].connection {
                    self.break_off(connection);
                }
            }
            _ => {
                for laptop in &mut self.laptops {
                    laptop.disk.failing = false;
                }
            }
        }
        let wait = self.rng.random_range(200..1_500);
        self.after(wait, Event::Trouble);
    }

    // People.

    fn act(&mut self, id: LaptopId) {
        if !self.working {
            // What was written is still pushed.
            for session in self.laptops[id.0]
                .sessions
                .iter()
                .map(|ui| ui.id)
                .collect::<Vec<_>>()
            {
                self.push(id, session);
            }
            self.after(150, Event::Act { laptop: id });
            return;
        }
        let wait = self.rng.random_range(20..400);
        self.after(wait, Event::Act { laptop: id });
        let sessions = &self.laptops[id.0].sessions;
        if self.laptops[id.0].engine.is_none() || sessions.is_empty() {
            return;
        }
        let at = self.rng.random_range(0..sessions.len());
        let session = sessions[at].id;
        if sessions[at].mirror.is_none() {
            return;
        }
        match self.rng.random_range(0..100) {
            0..45 => self.execute(id, session),
            45..53 => self.take_back(id, session),
            53..60 => self.open_text(id, session),
            60..78 => self.write(id, session),
            78..90 => self.push(id, session),
            90..97 => {
                let presence = Presence {
                    cursor: Some((7, 7)),
                    ..Presence::default()
                };
                self.ask(
                    id,
                    session,
                    Asked::Other,
                    BoardRequest::Present {
                        board: BOARD,
                        presence,
                    },
                );
            }
            _ if self.laptops[id.0].sessions.len() > 1 => {
                self.laptops[id.0].sessions.retain(|ui| ui.id != session);
                self.input(id, Input::SessionClosed { session });
            }
            _ => self.open_session(id),
        }
    }

    fn ui(&mut self, id: LaptopId, session: SessionId) -> Option<&mut Ui> {
        self.laptops[id.0]
            .sessions
            .iter_mut()
            .find(|ui| ui.id == session)
    }

    fn ask(&mut self, id: LaptopId, session: SessionId, asked: Asked, request: BoardRequest) {
        let Some(ui) = self.ui(id, session) else {
            return;
        };
        let number = ui.ask(asked);
        let before = self.laptops[id.0]
            .engine
            .as_ref()
            .and_then(|engine| engine.board(BOARD))
            .cloned();
        self.input(
            id,
            Input::Request {
                session,
                id: number,
                request,
            },
        );
        let after = self.laptops[id.0]
            .engine
            .as_ref()
            .and_then(|engine| engine.board(BOARD));
        let (Some(before), Some(after)) = (before, after) else {
            return;
        };
        if before == *after {
            return;
        }
        self.report.changes += 1;
        let gone = before
            .notes
            .keys()
            .filter(|note| !after.notes.contains_key(note));
        self.removed_notes.extend(gone);
        let gone = before
            .meta
            .summary
            .chars()
            .filter(|mark| !after.meta.summary.contains(*mark));
        self.removed_marks.extend(gone);
    }

    fn execute(&mut self, id: LaptopId, session: SessionId) {
        let mut rng = ChaCha8Rng::seed_from_u64(self.rng.next_u64());
        let Some(ui) = self.ui(id, session) else {
            return;
        };
        let mirror = ui.mirror.clone().unwrap();
        let person = mirror.people.keys().next().copied();
        ui.person = person;
        let mut next = || rng.next_u64();
        let mut commands: Vec<Command> = vec![command(&mut next, &mirror)];
        while next() % 4 == 0 {
            commands.push(command(&mut next, &mirror));
        }
        commands.retain(|command| !writes_summary(command));
        let notes: Vec<NoteId> = commands.iter().flat_map(new_notes).collect();
        if self.laptops[id.0].is_intruder() {
            let fresh = notes.iter().filter(|note| !mirror.notes.contains_key(note));
            self.intruders_notes.extend(fresh);
        }
        let request = BoardRequest::Execute {
            board: BOARD,
            person,
            commands,
        };
        self.ask(id, session, Asked::Change(notes), request);
    }

    fn take_back(&mut self, id: LaptopId, session: SessionId) {
        let redo = self.rng.random_bool(0.4);
        let Some(ui) = self.ui(id, session) else {
            return;
        };
        let (board, person) = (BOARD, ui.person);
        let request = if redo {
            BoardRequest::Redo { board, person }
        } else {
            BoardRequest::Undo { board, person }
        };
        self.ask(id, session, Asked::Change(Vec::new()), request);
    }

    fn open_text(&mut self, id: LaptopId, session: SessionId) {
        let pick = self.rng.random_range(0..1_000usize);
        let Some(ui) = self.ui(id, session) else {
            return;
        };
        let notes: Vec<NoteId> = ui.mirror.as_ref().unwrap().notes.keys().copied().collect();
        let key = match notes.get(pick % notes.len().max(1)) {
            Some(note) if pick % 2 == 0 => Key::Note(*note),
            _ => Key::Meta,
        };
        let asked = ui
            .asked
            .values()
            .any(|asked| matches!(asked, Asked::OpenText(_)));
        if !asked && !ui.editors.contains_key(&key) {
            let request = BoardRequest::OpenText { board: BOARD, key };
            self.ask(id, session, Asked::OpenText(key), request);
        }
    }

    /// Types a mark, and sometimes deletes a character of a note.
    fn write(&mut self, id: LaptopId, session: SessionId) {
        let (pick, at, delete) = (
            self.rng.random::<u32>(),
            self.rng.random::<u32>(),
            self.rng.random_bool(0.3),
        );
        self.next_mark += 1;
        // Han characters: one UTF-16 unit each, and no command writes them.
        let mark = char::from_u32(0x4e00 + self.next_mark).unwrap();
        let Some(ui) = self.ui(id, session) else {
            return;
        };
        let keys: Vec<Key> = ui.editors.keys().copied().collect();
        let Some(key) = keys.get(pick as usize % keys.len().max(1)) else {
            return;
        };
        let editor = ui.editors.get_mut(key).unwrap();
        let text = editor.text();
        let places: Vec<usize> = text
            .char_indices()
            .map(|(at, _)| at)
            .chain([text.len()])
            .collect();
        let place = at as usize % places.len();
        let from = units(&text[..places[place]]);
        let to = match places.get(place + 1) {
            Some(next) if delete && *key != Key::Meta => units(&text[..*next]),
            _ => from,
        };
        editor.write(TextEdit(vec![Splice {
            from,
            to,
            insert: mark.to_string(),
        }]));
    }

    fn push(&mut self, id: LaptopId, session: SessionId) {
        let Some(ui) = self.ui(id, session) else {
            return;
        };
        let (person, mut found) = (ui.person, None);
        for (key, editor) in &mut ui.editors {
            if let Some(edits) = editor.pushable() {
                editor.in_flight = true;
                found = Some((*key, editor.version(), edits));
                break;
            }
        }
        let Some((key, version, edits)) = found else {
            return;
        };
        let written = edits
            .iter()
            .flat_map(|edit| &edit.edit.0)
            .flat_map(|splice| splice.insert.chars());
        let marks = if key == Key::Meta {
            written.collect()
        } else {
            BTreeSet::new()
        };
        let request = BoardRequest::PushText {
            board: BOARD,
            key,
            person,
            version,
            edits,
        };
        self.ask(id, session, Asked::Push(key, marks), request);
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

fn units(text: &str) -> u32 {
    u32::try_from(board::utf16_len(text)).unwrap()
}

/// The summary is written by editors only, so that every mark in it is accounted for.
fn writes_summary(command: &Command) -> bool {
    matches!(
        command,
        Command::EditText { key: Key::Meta, .. } | Command::SetText { key: Key::Meta, .. }
    ) || matches!(command, Command::Insert { records } if records.iter().any(|r| r.key() == Key::Meta))
}

fn new_notes(command: &Command) -> Vec<NoteId> {
    match command {
        Command::AddNotes { notes } => notes.iter().map(|note| note.id).collect(),
        Command::Insert { records } => records
            .iter()
            .filter_map(|r| {
                if let Record::Note(note) = r {
                    Some(note.id)
                } else {
                    None
                }
            })
            .collect(),
        _ => Vec::new(),
    }
}
