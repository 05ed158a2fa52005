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
    wires: BTreeMap<PeerId, (usize, usize)>,
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
            wires: BTreeMap::new(),
            inputs: VecDeque::new(),
            told: vec![Vec::new(); count],
            next: 0,
        };
        for n in 0..count {
            lab.input(
                n,
                Input::Me {
                    name: format!("user {n}"),
                    tint: None,
                },
            );
            lab.input(
                n,
                Input::SessionOpened {
                    session: OWN,
                    kind: SessionKind::Own,
                },
            );
            lab.ask(n, BoardRequest::Open { board: BOARD }).unwrap();
        }
        lab
    }

    fn input(&mut self, to: usize, input: Input) {
        self.inputs.push_back((to, input));
        while let Some((to, input)) = self.inputs.pop_front() {
            for output in self.engines[to].handle(Millis(self.now), input) {
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
                })
            }
            Output::Append { board, .. } if self.full[at] => Some(Input::AppendFailed {
                board: *board,
                message: "no space".into(),
            }),
            Output::Append { board, entries, .. } => {
                self.logs[at].extend(entries.iter().map(|entry| entry.update.to_vec()));
                let (token, seq) = (entries.last().unwrap().token, self.logs[at].len() as i64);
                Some(Input::Appended {
                    board: *board,
                    token,
                    seq,
                })
            }
            Output::Snapshot { upto, bytes, .. } => {
                self.snapshots[at] = Some((*upto as usize, bytes.clone()));
                None
            }
            Output::MarkMerging { board, mark, .. } => Some(Input::Marked {
                board: *board,
                mark: *mark,
            }),
            Output::SendFrame { peer, lane, bytes } => {
                if let Some((a, b)) = self.wires.get(peer) {
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

#[test]
fn s2_the_own_batch_comes_before_the_answer_and_saved_after_the_commit() {
    let mut lab = Lab::new(&[Role::Facilitate]);
    lab.told[0].clear();
    lab.execute(0, vec![add_note(1, "a")]).unwrap();
    let order: Vec<&str> = lab.told[0]
        .iter()
        .filter_map(|output| match output {
            Output::Append { .. } => Some("append"),
            Output::Event {
                event: BoardEvent::Batch { seq: 1, .. },
                ..
            } => Some("batch 1"),
            Output::Event {
                event: BoardEvent::Undo { .. },
                ..
            } => Some("undo"),
            Output::Event {
                event: BoardEvent::Saved { change: 1, .. },
                ..
            } => Some("saved 1"),
            Output::Answer {
                answer: Ok(BoardReply::Accepted { change: 1 }),
                ..
            } => Some("accepted 1"),
            _ => None,
        })
        .collect();
    assert_eq!(
        order,
        ["append", "batch 1", "accepted 1", "undo", "saved 1"]
    );
}

#[test]
fn s3_what_the_disk_refuses_is_kept_and_offered_again_in_order() {
    let mut lab = Lab::new(&[Role::Facilitate]);
    lab.full[0] = true;
    for n in 1..=3 {
        lab.execute(0, vec![add_note(n, "a")]).unwrap();
    }
    lab.wait(3_000);
    let failed = |event: &&&BoardEvent| matches!(event, BoardEvent::SaveFailed { .. });
    assert_eq!(
        lab.events(0, OWN).iter().filter(failed).count(),
        1,
        "told once"
    );
    lab.full[0] = false;
    lab.wait(11_000);
    assert_eq!(
        lab.events(0, OWN).last(),
        Some(&&BoardEvent::Saved {
            board: BOARD,
            change: 3
        })
    );
    let again = lab.told[0].iter().rev().find_map(|output| match output {
        Output::Append {
            entries,
            again: true,
            ..
        } => Some(entries.len()),
        _ => None,
    });
    assert_eq!(again, Some(3), "all of them in one");
    let log = &lab.logs[0];
    let read = Replica::open(ClientId::new(99), None, log).unwrap();
    assert!(read.board() == lab.board(0));
}

#[test]
fn a_guest_reaches_one_board_and_no_further_than_the_laptop() {
    let mut lab = Lab::new(&[Role::TakePart]);
    let (guest, looker) = (SessionId(2), SessionId(3));
    let kind = |role| SessionKind::Guest { board: BOARD, role };
    lab.input(
        0,
        Input::SessionOpened {
            session: guest,
            kind: kind(Role::Facilitate),
        },
    );
    lab.input(
        0,
        Input::SessionOpened {
            session: looker,
            kind: kind(Role::LookOn),
        },
    );
    let other = BoardRequest::Open {
        board: BoardId::from_bits(2),
    };
    assert_eq!(
        lab.ask_as(0, guest, other).unwrap_err().code,
        FaultCode::NotAllowed
    );
    let open = BoardRequest::Open { board: BOARD };
    let opened = lab.ask_as(0, guest, open.clone()).unwrap();
    assert!(matches!(
        opened,
        BoardReply::Opened {
            role: Role::TakePart,
            ..
        }
    ));
    lab.ask_as(0, looker, open).unwrap();
    let execute = BoardRequest::Execute {
        board: BOARD,
        person: None,
        commands: vec![add_note(1, "a")],
    };
    assert_eq!(
        lab.ask_as(0, looker, execute.clone()).unwrap_err().code,
        FaultCode::NotAllowed
    );
    assert!(lab.board(0).notes.is_empty());
    lab.ask_as(0, guest, execute).unwrap();
    let batch = |event: &&BoardEvent| matches!(event, BoardEvent::Batch { seq: 1, .. });
    assert!(
        lab.events(0, looker).iter().any(batch),
        "who looks on sees it"
    );
}

#[test]
fn an_editor_that_is_behind_gets_what_it_missed_and_one_that_is_lost_starts_over() {
    let mut lab = Lab::new(&[Role::TakePart]);
    let key = Key::Meta;
    let push = |version, edits| BoardRequest::PushText {
        board: BOARD,
        key,
        person: None,
        version,
        edits,
    };
    assert_eq!(
        lab.ask(0, push(0, vec![insert(0, "a")])).unwrap_err().code,
        FaultCode::Malformed
    );
    lab.ask(0, BoardRequest::OpenText { board: BOARD, key })
        .unwrap();
    let taken = lab
        .ask(0, push(0, vec![insert(0, "a"), insert(1, "b")]))
        .unwrap();
    assert_eq!(
        taken,
        BoardReply::Pushed {
            taken: true,
            change: Some(1)
        }
    );
    lab.told[0].clear();
    let late = lab.ask(0, push(1, vec![insert(1, "x")])).unwrap();
    assert_eq!(
        late,
        BoardReply::Pushed {
            taken: false,
            change: None
        }
    );
    let missed = BoardEvent::Text {
        board: BOARD,
        key,
        version: 1,
        edits: vec![insert(1, "b")],
    };
    assert_eq!(lab.events(0, OWN), [&missed]);
    lab.told[0].clear();
    lab.ask(0, push(9, vec![insert(1, "x")])).unwrap();
    let reset = BoardEvent::TextReset {
        board: BOARD,
        key,
        version: 2,
        text: "ab".into(),
    };
    assert_eq!(lab.events(0, OWN), [&reset]);
    assert_eq!(lab.board(0).meta.summary, "ab");
}

#[test]
fn a_text_goes_with_its_note() {
    let mut lab = Lab::new(&[Role::TakePart]);
    lab.execute(0, vec![add_note(1, "a")]).unwrap();
    let key = Key::Note(note(1));
    lab.ask(0, BoardRequest::OpenText { board: BOARD, key })
        .unwrap();
    lab.execute(0, vec![Command::Remove { keys: vec![key] }])
        .unwrap();
    assert!(
        lab.events(0, OWN)
            .contains(&&BoardEvent::TextGone { board: BOARD, key })
    );
    let gone = lab
        .ask(0, BoardRequest::OpenText { board: BOARD, key })
        .unwrap_err();
    assert_eq!(gone.code, FaultCode::Gone);
}

#[test]
fn a_chain_of_laptops_converges_and_knows_it() {
    let mut lab = Lab::new(&[
        Role::Facilitate,
        Role::TakePart,
        Role::TakePart,
        Role::LookOn,
    ]);
    for n in 0..3 {
        lab.execute(n, vec![add_note(n as u128, "a")]).unwrap();
    }
    lab.connect(0, 1);
    lab.connect(2, 1);
    lab.connect(2, 3);
    lab.execute(0, vec![add_note(7, "live")]).unwrap();
    lab.wait(1_000);
    lab.assert_same();
    assert_eq!(lab.board(3).notes.len(), 4);
    for n in 0..4 {
        let peers = lab
            .events(n, OWN)
            .into_iter()
            .rev()
            .find_map(|event| match event {
                BoardEvent::Peers { peers, .. } => Some(peers),
                _ => None,
            });
        assert!(
            peers
                .unwrap()
                .iter()
                .all(|peer| peer.synced && !peer.name.is_empty()),
            "laptop {n}"
        );
    }
    let logs: Vec<_> = lab
        .logs
        .iter()
        .map(|log| Replica::open(ClientId::new(99), None, log).unwrap())
        .collect();
    assert!(
        logs.iter().all(|read| read.board() == lab.board(0)),
        "all of it is on every disk"
    );
}

#[test]
fn presence_reaches_everybody_once_and_ends_with_the_session() {
    let mut lab = Lab::new(&[Role::TakePart, Role::LookOn, Role::TakePart]);
    lab.connect(0, 1);
    lab.connect(0, 2);
    let presence = Presence {
        cursor: Some((3, 4)),
        ..Presence::default()
    };
    lab.ask(
        2,
        BoardRequest::Present {
            board: BOARD,
            presence,
        },
    )
    .unwrap();
    lab.wait(200);
    let seen = |lab: &Lab, at: usize| -> Vec<Option<(String, Option<(i32, i32)>)>> {
        lab.events(at, OWN)
            .into_iter()
            .filter_map(|event| match event {
                BoardEvent::Presence { presence, .. } => Some(
                    presence
                        .as_ref()
                        .map(|presence| (presence.name.clone(), presence.cursor)),
                ),
                _ => None,
            })
            .collect()
    };
    let there = Some(("user 2".to_owned(), Some((3, 4))));
    assert_eq!(
        seen(&lab, 1),
        std::slice::from_ref(&there),
        "also over another laptop"
    );
    assert_eq!(seen(&lab, 2), [], "not oneself");
    lab.input(2, Input::SessionClosed { session: OWN });
    lab.wait(200);
    assert_eq!(seen(&lab, 1), [there, None]);
}

/// Every kind of frame, from one who looks on and from one who is not let in at all.
#[test]
fn p1_what_one_who_looks_on_sends_is_never_applied() {
    let mut lab = Lab::new(&[Role::TakePart, Role::LookOn]);
    let mut intruder = Replica::new(ClientId::new(5));
    let actor = board::Actor {
        person: None,
        role: Role::Facilitate,
        now_ms: 0,
    };
    let update: Bytes = intruder
        .execute("", &actor, &[add_note(666, "x")])
        .unwrap()
        .update
        .into();
    for (own, whole) in [(false, false), (true, false), (false, true), (true, true)] {
        let peer = lab.connect(0, 1);
        lab.frame(
            0,
            peer,
            Lane::Sync,
            SyncFrame::Update {
                own,
                whole,
                update: update.clone(),
            }
            .encode(),
        );
        let closed = lab.told[0].iter().any(|output| {
            matches!(output, Output::ClosePeer { peer: of, end: PeerEnd::NotAllowed, .. } if *of == peer)
        });
        assert!(closed, "and the connection is over");
    }
    let peer = lab.connect(0, 1);
    let mut presence = Vec::new();
    PresenceItem {
        who: 1,
        stamp: 1,
        presence: None,
    }
    .encode(&mut presence);
    lab.frame(0, peer, Lane::Presence, presence);
    lab.frame(0, peer, Lane::Presence, update.clone());
    let peer = lab.connect(0, 1);
    lab.frame(0, peer, Lane::Sync, update);
    lab.wait(6_000);
    assert!(lab.board(0).notes.is_empty() && lab.logs[0].is_empty());
}

#[test]
fn p2_a_peer_that_breaks_the_protocol_is_let_go_and_nothing_changes() {
    let mut lab = Lab::new(&[Role::TakePart, Role::TakePart]);
    lab.execute(0, vec![add_note(1, "a")]).unwrap();
    lab.connect(0, 1);
    let before = lab.engines[0].content_hash(BOARD);
    for bytes in [
        &b""[..],
        b"\x09",
        b"\x01\x00\x02",
        b"\x02\x00\xff\xff\xff",
        b"\x03\x00\x05",
        b"\x04\x07",
    ] {
        let peer = lab.connect(0, 1);
        lab.frame(0, peer, Lane::Sync, bytes.to_vec());
        assert!(!lab.wires.contains_key(&peer), "{bytes:?}");
    }
    assert_eq!(before, lab.engines[0].content_hash(BOARD));
    let set_aside = |output: &Output| matches!(output, Output::Quarantine { device, .. } if device == "device 1");
    assert_eq!(
        lab.told[0]
            .iter()
            .filter(|output| set_aside(output))
            .count(),
        1,
        "what was no update"
    );
    assert_eq!(lab.notices(0), ["updateRefused"]);
}

#[test]
fn markers_are_cleared_whatever_comes_of_the_merge() {
    let mut lab = Lab::new(&[Role::TakePart, Role::TakePart]);
    lab.execute(1, vec![add_note(1, "a")]).unwrap();
    let peer = lab.connect(0, 1);
    lab.execute(1, vec![add_note(2, "a")]).unwrap();
    lab.frame(
        0,
        peer,
        Lane::Sync,
        SyncFrame::Update {
            own: false,
            whole: false,
            update: Bytes::from_static(b"x"),
        }
        .encode(),
    );
    let marks = |clear: bool| {
        lab.told[0].iter().filter_map(move |output| match output {
            Output::MarkMerging { mark, hash, .. } if !clear => Some((*mark, *hash)),
            Output::ClearMerging { mark, hash, .. } if clear => Some((*mark, *hash)),
            _ => None,
        })
    };
    assert!(marks(false).count() >= 3);
    assert_eq!(
        marks(false).collect::<Vec<_>>(),
        marks(true).collect::<Vec<_>>()
    );
}

#[test]
fn a_board_file_merges_and_says_whether_it_brought_news() {
    let mut lab = Lab::new(&[Role::TakePart, Role::TakePart]);
    lab.execute(0, vec![add_note(1, "a")]).unwrap();
    lab.execute(1, vec![add_note(2, "b")]).unwrap();
    let stored = Stored {
        snapshot: None,
        updates: lab.logs[1].clone(),
        last_seq: 1,
    };
    for (ticket, news) in [(Ticket(1), true), (Ticket(2), false)] {
        lab.input(
            0,
            Input::Merge {
                ticket,
                board: BOARD,
                stored: stored.clone(),
            },
        );
        let answer = Output::Merged {
            ticket,
            result: Ok(news),
        };
        assert!(lab.told[0].contains(&answer));
    }
    assert_eq!(lab.board(0).notes.len(), 2);
    let rubbish = Stored {
        snapshot: Some(b"rubbish".to_vec()),
        ..Stored::default()
    };
    lab.input(
        0,
        Input::Merge {
            ticket: Ticket(3),
            board: BOARD,
            stored: rubbish,
        },
    );
    let refused = Output::Merged {
        ticket: Ticket(3),
        result: Err(TicketFailure::Unreadable(String::new())),
    };
    let same_kind =
        |output: &&Output| std::mem::discriminant(*output) == std::mem::discriminant(&refused);
    let last = lab.told[0].iter().rev().find(same_kind);
    assert!(matches!(
        last,
        Some(Output::Merged {
            ticket: Ticket(3),
            result: Err(TicketFailure::Unreadable(_))
        })
    ));
}

#[test]
fn an_unused_board_leaves_memory_and_comes_back() {
    let mut lab = Lab::new(&[Role::TakePart]);
    lab.execute(0, vec![add_note(1, "a")]).unwrap();
    lab.ask(0, BoardRequest::Close { board: BOARD }).unwrap();
    lab.wait(6_000);
    assert!(lab.engines[0].board(BOARD).is_none());
    lab.ask(0, BoardRequest::Open { board: BOARD }).unwrap();
    assert_eq!(lab.board(0).notes.len(), 1);
}

/// R4: somebody writes under the victim's client id; others hold the forged edit for the real one.
fn forged(victims_text: &str, forged_text: &str) -> Lab {
    let mut lab = Lab::new(&[Role::TakePart, Role::TakePart, Role::TakePart]);
    lab.connect(0, 1);
    lab.execute(1, vec![add_note(100, "before")]).unwrap();
    lab.wait(1_000);
    lab.assert_same_pair(0, 1);
    let victims_client = lab.engines[0].client_of(BOARD);
    let mut forger = Replica::open(victims_client, None, &lab.logs[1]).unwrap();
    let actor = board::Actor {
        person: None,
        role: Role::Facilitate,
        now_ms: 0,
    };
    let update = forger
        .execute("", &actor, &[add_note(200, forged_text)])
        .unwrap()
        .update;
    let wires: Vec<PeerId> = lab.wires.keys().copied().collect();
    for peer in wires {
        lab.wires.remove(&peer);
        lab.input(0, Input::PeerClosed { peer });
        lab.input(1, Input::PeerClosed { peer });
    }
    // The victim writes while the forged edit reaches the others.
    lab.execute(0, vec![add_note(300, victims_text)]).unwrap();
    let peer = lab.connect(2, 1);
    lab.frame(
        1,
        peer,
        Lane::Sync,
        SyncFrame::Update {
            own: true,
            whole: false,
            update: update.into(),
        }
        .encode(),
    );
    lab.wait(1_000);
    assert!(lab.board(2).notes.contains_key(&note(200)));
    lab.connect(0, 1);
    lab.wait(30_000);
    lab
}

impl Lab {
    fn assert_same_pair(&self, a: usize, b: usize) {
        assert!(self.board(a) == self.board(b));
    }
}

#[test]
fn p5_replicas_that_came_apart_notice_and_heal_and_the_victims_edit_arrives() {
    for (victims, forged_text) in [
        ("real", "fake"),
        ("a longer real edit", "f"),
        ("r", "a longer forged edit"),
    ] {
        let lab = forged(victims, forged_text);
        lab.assert_same();
        for at in 0..3 {
            let texts: Vec<&str> = lab
                .board(at)
                .notes
                .values()
                .map(|note| note.text.as_str())
                .collect();
            assert!(
                texts.contains(&victims),
                "laptop {at} lacks the victim's edit, of {texts:?}"
            );
        }
        let reread = Replica::open(
            ClientId::new(4711),
            lab.snapshots[0].as_ref().map(|(_, bytes)| bytes.as_slice()),
            &lab.logs[0][lab.snapshots[0].as_ref().map_or(0, |(upto, _)| *upto)..],
        );
        assert!(
            reread.unwrap().board() == lab.board(0),
            "the healed board is what is on disk"
        );
        assert!(
            lab.notices(0).contains(&"replicasHealed")
                || lab.notices(1).contains(&"replicasHealed")
        );
    }
}

#[test]
fn s1_batches_are_numbered_without_gaps() {
    let mut lab = Lab::new(&[Role::TakePart, Role::TakePart]);
    lab.connect(0, 1);
    for n in 1..=5 {
        lab.execute(n % 2, vec![add_note(n as u128, "a")]).unwrap();
        lab.wait(100);
    }
    for at in 0..2 {
        let seqs = lab
            .events(at, OWN)
            .into_iter()
            .filter_map(|event| match event {
                BoardEvent::Batch { seq, .. } => Some(*seq),
                _ => None,
            });
        assert_eq!(seqs.collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    }
}

#[test]
fn s4_a_request_is_carried_out_whole_or_not_at_all() {
    let mut lab = Lab::new(&[Role::TakePart]);
    let gone = Command::Remove {
        keys: vec![Key::Note(note(9))],
    };
    let naming = Command::NameTheme {
        id: board::ThemeId::from_bits(9),
        name: "x".into(),
    };
    lab.told[0].clear();
    assert!(
        lab.execute(0, vec![add_note(1, "a"), gone, naming])
            .is_err()
    );
    assert!(lab.board(0).notes.is_empty() && lab.logs[0].is_empty());
    assert!(lab.events(0, OWN).is_empty());
}
