//! The engine as a whole: laptops joined by a wire that delivers at once. (Bad networks, bad disks
//! and many seeds are the simulation's.)
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::type_complexity
)]

use crate::protocol::*;
use crate::wire::{PresenceItem, SyncFrame};
use crate::*;
use board::{Board, BoardId, Command, Key, NewNote, NoteId, Parent, Role, Splice, TextEdit};
use bytes::Bytes;
use replica::{ClientId, Replica};
use std::collections::{BTreeMap, VecDeque};

mod healing;
mod hostile;
mod peers;
mod sessions;
mod workshop;

const BOARD: BoardId = BoardId::from_bits(1);
const OWN: SessionId = SessionId(1);

/// Laptops and the wires between them.
struct Lab {
    now: i64,
    engines: Vec<Engine>,
    logs: Vec<Vec<Vec<u8>>>,
    snapshots: Vec<Option<(usize, Vec<u8>)>>,
    /// Writes fail.
    full: Vec<bool>,
    roles: Vec<Role>,
    /// What each laptop keeps for itself.
    secrets: Vec<Vec<Secret>>,
    /// How far each laptop's clock is off, milliseconds.
    skew: Vec<i64>,
    wires: BTreeMap<PeerId, (usize, usize)>,
    /// Frames of the sync lane that get lost on the way.
    lost: Option<fn(&SyncFrame) -> bool>,
    inputs: VecDeque<(usize, Input)>,
    told: Vec<Vec<Output>>,
    next: u32,
}

impl Lab {
    fn new(roles: &[Role]) -> Self {
        let count = roles.len();
        let mut lab = Self {
            now: 1_000,
            engines: (0..count).map(|n| Engine::new(n as u64 + 7)).collect(),
            logs: vec![Vec::new(); count],
            snapshots: vec![None; count],
            full: vec![false; count],
            roles: roles.to_vec(),
            secrets: vec![Vec::new(); count],
            skew: vec![0; count],
            wires: BTreeMap::new(),
            lost: None,
            inputs: VecDeque::new(),
            told: vec![Vec::new(); count],
            next: 0,
        };
        for n in 0..count {
            lab.open(n);
        }
        lab
    }

    fn open(&mut self, at: usize) {
        let name = format!("user {at}");
        self.input(at, Input::Me { name, tint: None });
        let (session, kind) = (OWN, SessionKind::Own);
        self.input(at, Input::SessionOpened { session, kind });
        self.ask(at, BoardRequest::Open { board: BOARD }).unwrap();
    }

    /// Something of the laptop's engine panics.
    fn stumble(&mut self, at: usize) {
        for output in self.engines[at].stumble(BOARD) {
            self.carry_out(at, output);
        }
        self.input(at, Input::Tick);
    }

    /// The laptop goes down, and comes up again with what its disk has.
    fn crash(&mut self, at: usize) {
        self.next += 1;
        self.engines[at] = Engine::new(u64::from(self.next) + 1_000);
        self.inputs.retain(|(to, _)| *to != at);
        self.disconnect(at);
        self.open(at);
    }

    /// All connections of a laptop break.
    fn disconnect(&mut self, at: usize) {
        for (peer, (a, b)) in self.wires.clone() {
            if a == at || b == at {
                self.wires.remove(&peer);
                self.input(a, Input::PeerClosed { peer });
                self.input(b, Input::PeerClosed { peer });
            }
        }
    }

    fn input(&mut self, to: usize, input: Input) {
        self.inputs.push_back((to, input));
        while let Some((to, input)) = self.inputs.pop_front() {
            let now = Millis(self.now + self.skew[to]);
            for output in self.engines[to].handle(now, input) {
                self.carry_out(to, output);
            }
        }
    }

    fn carry_out(&mut self, at: usize, output: Output) {
        let reply = match &output {
            Output::Load { board } => {
                let from = self.snapshots[at].as_ref().map_or(0, |(upto, _)| *upto);
                let stored = Stored {
                    snapshot: self.snapshots[at].as_ref().map(|(_, bytes)| bytes.clone()),
                    updates: self.logs[at][from..].to_vec(),
                    last_seq: self.logs[at].len() as i64,
                };
                Some(Input::Loaded {
                    board: *board,
                    role: self.roles[at],
                    stored: Ok(stored),
                    secrets: self.secrets[at].clone(),
                })
            }
            Output::Append { board, .. } if self.full[at] => Some(Input::AppendFailed {
                board: *board,
                message: "no space".into(),
            }),
            Output::Append { board, entries, .. } => {
                for entry in entries {
                    if let Some(base) = &entry.base {
                        assert_eq!(base.upto as usize, self.logs[at].len());
                        self.snapshots[at] = Some((base.upto as usize, base.bytes.to_vec()));
                    }
                    self.logs[at].push(entry.update.to_vec());
                    keep(&mut self.secrets[at], &entry.gone);
                }
                let (token, seq) = (entries.last().unwrap().token, self.logs[at].len() as i64);
                Some(Input::Appended {
                    board: *board,
                    token,
                    seq,
                })
            }
            Output::Keep { board, token, .. } if self.full[at] => Some(Input::Kept {
                board: *board,
                token: *token,
                result: Err("no space".into()),
            }),
            Output::Keep {
                board,
                token,
                secrets,
            } => {
                keep(&mut self.secrets[at], secrets);
                Some(Input::Kept {
                    board: *board,
                    token: *token,
                    result: Ok(()),
                })
            }
            Output::Snapshot { upto, bytes, .. } if !self.full[at] => {
                self.snapshots[at] = Some((*upto as usize, bytes.clone()));
                None
            }
            Output::MarkMerging { board, mark, .. } => Some(Input::Marked {
                board: *board,
                mark: *mark,
            }),
            Output::SendFrame { peer, lane, bytes } => {
                let lost = |lost: fn(&SyncFrame) -> bool| {
                    *lane == Lane::Sync && lost(&SyncFrame::decode(bytes).unwrap())
                };
                if let Some((a, b)) = self.wires.get(peer)
                    && !self.lost.is_some_and(lost)
                {
                    let to = if *a == at { *b } else { *a };
                    let frame = Input::Frame {
                        peer: *peer,
                        lane: *lane,
                        bytes: bytes.clone(),
                    };
                    self.inputs.push_back((to, frame));
                }
                None
            }
            Output::ClosePeer { peer, .. } => {
                if let Some((a, b)) = self.wires.remove(peer) {
                    let to = if a == at { b } else { a };
                    self.inputs
                        .push_back((to, Input::PeerClosed { peer: *peer }));
                }
                None
            }
            _ => None,
        };
        self.inputs.extend(reply.map(|input| (at, input)));
        self.told[at].push(output);
    }

    fn ask_as(
        &mut self,
        at: usize,
        session: SessionId,
        request: BoardRequest,
    ) -> Result<BoardReply, Fault> {
        self.next += 1;
        let id = self.next;
        self.input(
            at,
            Input::Request {
                session,
                id,
                request,
            },
        );
        let answers = self.told[at].iter().filter_map(|output| match output {
            Output::Answer { id: of, answer, .. } if *of == id => Some(answer.clone()),
            _ => None,
        });
        let answers: Vec<_> = answers.collect();
        assert_eq!(answers.len(), 1, "every request is answered once");
        answers.into_iter().next().unwrap()
    }

    fn ask(&mut self, at: usize, request: BoardRequest) -> Result<BoardReply, Fault> {
        self.ask_as(at, OWN, request)
    }

    fn execute(&mut self, at: usize, commands: Vec<Command>) -> Result<BoardReply, Fault> {
        self.ask(
            at,
            BoardRequest::Execute {
                board: BOARD,
                person: None,
                commands,
            },
        )
    }

    fn connect(&mut self, a: usize, b: usize) -> PeerId {
        self.next += 1;
        let peer = PeerId(u64::from(self.next));
        self.wires.insert(peer, (a, b));
        // Both are there before the first frame is.
        for (me, other, dialled) in [(a, b, true), (b, a, false)] {
            let (role, device) = (self.roles[other], format!("device {other}"));
            self.inputs.push_back((
                me,
                Input::PeerConnected {
                    peer,
                    board: BOARD,
                    role,
                    dialled,
                    device,
                },
            ));
        }
        self.input(a, Input::Tick);
        peer
    }

    fn frame(&mut self, to: usize, peer: PeerId, lane: Lane, bytes: impl Into<Bytes>) {
        self.input(
            to,
            Input::Frame {
                peer,
                lane,
                bytes: bytes.into(),
            },
        );
    }

    fn wait(&mut self, ms: i64) {
        for _ in 0..ms / 50 {
            self.now += 50;
            for n in 0..self.engines.len() {
                self.input(n, Input::Tick);
            }
        }
    }

    fn board(&self, at: usize) -> &Board {
        self.engines[at].board(BOARD).unwrap()
    }

    fn events(&self, at: usize, session: SessionId) -> Vec<&BoardEvent> {
        self.told[at]
            .iter()
            .filter_map(|output| match output {
                Output::Event { session: of, event } if *of == session => Some(event),
                _ => None,
            })
            .collect()
    }

    fn notices(&self, at: usize) -> Vec<&str> {
        let code = |event: &'_ &BoardEvent| matches!(event, BoardEvent::Notice { .. });
        let events = self.events(at, OWN).into_iter().filter(code);
        events
            .map(|event| {
                if let BoardEvent::Notice { code, .. } = event {
                    code.as_str()
                } else {
                    ""
                }
            })
            .collect()
    }

    fn assert_same(&self) {
        for n in 1..self.engines.len() {
            assert!(
                self.board(0) == self.board(n),
                "laptop {n} shows another board"
            );
            assert_eq!(
                self.engines[0].content_hash(BOARD),
                self.engines[n].content_hash(BOARD)
            );
        }
    }
}

/// Rows as the store keeps them.
fn keep(rows: &mut Vec<Secret>, secrets: &[Secret]) {
    for secret in secrets {
        rows.retain(|row| !row.same(secret));
        rows.push(secret.clone());
    }
    rows.retain(|row| !row.is_gone());
}

fn add_note(n: u128, text: &str) -> Command {
    let note = NewNote {
        id: NoteId::from_bits(n),
        text: text.into(),
        kind: None,
        parent: Parent::Board,
        x: 0,
        y: 0,
        after: None,
        size: None,
        anonymous: true,
        when: None,
    };
    Command::AddNotes { notes: vec![note] }
}

fn note(n: u128) -> NoteId {
    NoteId::from_bits(n)
}

fn insert(at: u32, text: &str) -> AuthoredEdit {
    let edit = TextEdit(vec![Splice {
        from: at,
        to: at,
        insert: text.into(),
    }]);
    AuthoredEdit {
        editor: "cm".into(),
        edit,
    }
}
