//! What laptops tell each other, and what they refuse.

use super::*;

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

/// A peer that looks on can give nothing back: what it got and its giver lost would set it apart
/// from everybody for good.
#[test]
fn p8_one_who_looks_on_is_sent_what_is_on_disk_and_nothing_else() {
    let mut lab = Lab::new(&[Role::Facilitate, Role::LookOn, Role::TakePart]);
    lab.connect(0, 1);
    lab.connect(0, 2);
    lab.full[0] = true;
    lab.execute(0, vec![add_note(1, "not safe")]).unwrap();
    // Asked for as well as sent.
    lab.connect(1, 0);
    lab.wait(20_000);
    assert!(lab.board(1).notes.is_empty());
    assert_eq!(lab.board(2).notes.len(), 1, "who may write gives it back");
    lab.full[0] = false;
    lab.wait(11_000);
    lab.assert_same();
    assert_eq!(lab.board(1).notes.len(), 1);

    // Out of everybody else's reach it is lost with its laptop, and seen by nobody.
    lab.disconnect(2);
    lab.full[0] = true;
    lab.execute(0, vec![add_note(2, "never safe")]).unwrap();
    lab.wait(1_000);
    lab.crash(0);
    lab.full[0] = false;
    lab.connect(0, 1);
    lab.connect(2, 0);
    lab.wait(30_000);
    lab.assert_same();
    assert_eq!(lab.board(0).notes.len(), 1);
}

#[test]
fn what_waits_for_the_disk_is_bounded_and_asked_for_afterwards() {
    let mut lab = Lab::new(&[Role::Facilitate, Role::LookOn]);
    lab.connect(0, 1);
    lab.full[0] = true;
    let text = "0123456789".repeat(1_900);
    for n in 1..=300 {
        lab.execute(0, vec![add_note(n, &text)]).unwrap();
    }
    lab.full[0] = false;
    lab.wait(11_000);
    lab.wait(10_000);
    lab.assert_same();
    assert_eq!(lab.board(1).notes.len(), 300);
}

/// Frames do not get lost on a live connection, but a defect at the other end may swallow one.
#[test]
fn what_was_asked_for_and_did_not_come_is_asked_for_again() {
    let mut lab = Lab::new(&[Role::TakePart, Role::TakePart]);
    lab.connect(0, 1);
    lab.wait(1_000);
    lab.lost = Some(|frame| matches!(frame, SyncFrame::Update { .. } | SyncFrame::Ask { .. }));
    lab.execute(0, vec![add_note(1, "a")]).unwrap();
    lab.wait(1_000);
    lab.lost = None;
    lab.wait(3_000);
    assert!(lab.board(1).notes.is_empty(), "it waits for its answer");
    lab.wait(7_000);
    lab.assert_same();
}

/// An answer reads the whole document.
#[test]
fn who_asks_without_end_is_answered_now_and_then() {
    let mut lab = Lab::new(&[Role::TakePart, Role::TakePart]);
    lab.execute(0, vec![add_note(1, "a")]).unwrap();
    let peer = lab.connect(0, 1);
    lab.wait(1_000);
    lab.told[0].clear();
    let ask = |number, whole| {
        let state_vector = Bytes::from_static(&[0]);
        SyncFrame::Ask {
            whole,
            number,
            state_vector,
        }
        .encode()
    };
    let answers = |lab: &Lab| -> Vec<(u32, bool)> {
        let sent = lab.told[0].iter().filter_map(|output| match output {
            Output::SendFrame {
                lane: Lane::Sync,
                bytes,
                ..
            } => SyncFrame::decode(bytes).ok(),
            _ => None,
        });
        sent.filter_map(|frame| match frame {
            SyncFrame::Have { answer, whole, .. } if answer > 0 || whole => Some((answer, whole)),
            _ => None,
        })
        .collect()
    };
    for number in 10..60 {
        lab.frame(0, peer, Lane::Sync, ask(number, false));
        lab.frame(0, peer, Lane::Sync, ask(0, true));
    }
    assert_eq!(answers(&lab), [(10, false)]);
    lab.wait(1_000);
    assert_eq!(
        answers(&lab),
        [(10, false), (59, false), (0, true)],
        "the newest of each kind is not forgotten"
    );
    assert!(lab.wires.contains_key(&peer));
}

#[test]
fn who_is_not_heard_of_any_more_has_left() {
    let mut lab = Lab::new(&[Role::TakePart, Role::TakePart]);
    let peer = lab.connect(0, 1);
    let presence = Presence::default();
    lab.ask(
        1,
        BoardRequest::Present {
            board: BOARD,
            presence,
        },
    )
    .unwrap();
    let left = |lab: &Lab| {
        let events = lab.events(0, OWN).into_iter();
        events.fold(None, |left, event| match event {
            BoardEvent::Presence { presence, .. } => Some(presence.is_none()),
            _ => left,
        })
    };
    lab.wait(60_000);
    assert_eq!(left(&lab), Some(false), "who does not move is still there");
    // The cable is cut, and neither end has noticed.
    lab.wires.remove(&peer);
    lab.wait(15_000);
    assert_eq!(left(&lab), Some(false));
    lab.wait(16_000);
    assert_eq!(left(&lab), Some(true));
}
