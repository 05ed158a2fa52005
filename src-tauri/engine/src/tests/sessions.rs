//! What a session asks and is told.

use super::*;

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
fn w3_a_guest_s_session_changes_nothing_that_is_somebody_else_s() {
    let mut lab = Lab::new(&[Role::Facilitate]);
    let guest = SessionId(2);
    let kind = SessionKind::Guest {
        board: BOARD,
        role: Role::TakePart,
    };
    lab.input(
        0,
        Input::SessionOpened {
            session: guest,
            kind,
        },
    );
    lab.ask_as(0, guest, BoardRequest::Open { board: BOARD })
        .unwrap();
    lab.execute(0, vec![add_note(1, "the room's")]).unwrap();
    let words = |text: &str| Command::SetText {
        key: Key::Note(note(1)),
        text: text.into(),
    };
    let gone = Command::Remove {
        keys: vec![Key::Note(note(1))],
    };
    let phases = Command::SetPhases { phases: Vec::new() };
    let before = lab.board(0).clone();
    // One that is theirs to do does not carry the others along.
    for commands in [
        vec![words("x")],
        vec![gone],
        vec![phases],
        vec![add_note(2, "b"), words("x")],
    ] {
        let execute = BoardRequest::Execute {
            board: BOARD,
            person: None,
            commands,
        };
        let refused = lab.ask_as(0, guest, execute).unwrap_err();
        assert_eq!(refused.code, FaultCode::NotAllowed);
    }
    let key = Key::Note(note(1));
    lab.ask_as(0, guest, BoardRequest::OpenText { board: BOARD, key })
        .unwrap();
    let push = BoardRequest::PushText {
        board: BOARD,
        key,
        person: None,
        version: 0,
        edits: vec![insert(0, "x")],
    };
    assert_eq!(
        lab.ask_as(0, guest, push).unwrap_err().code,
        FaultCode::NotAllowed
    );
    let undone = BoardRequest::Undo {
        board: BOARD,
        person: None,
    };
    lab.ask_as(0, guest, undone).unwrap();
    assert_eq!(*lab.board(0), before);
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
fn an_unused_board_leaves_memory_and_comes_back() {
    let mut lab = Lab::new(&[Role::TakePart]);
    lab.execute(0, vec![add_note(1, "a")]).unwrap();
    lab.ask(0, BoardRequest::Close { board: BOARD }).unwrap();
    lab.wait(6_000);
    assert!(lab.engines[0].board(BOARD).is_none());
    lab.ask(0, BoardRequest::Open { board: BOARD }).unwrap();
    assert_eq!(lab.board(0).notes.len(), 1);
}

#[test]
fn after_a_defect_the_board_is_loaded_again_with_what_was_not_saved() {
    let mut lab = Lab::new(&[Role::TakePart, Role::TakePart]);
    lab.connect(0, 1);
    lab.execute(0, vec![add_note(1, "saved")]).unwrap();
    lab.full[0] = true;
    lab.execute(0, vec![add_note(2, "not saved")]).unwrap();
    let before = lab.board(0).clone();
    lab.told[0].clear();
    lab.stumble(0);
    assert!(*lab.board(0) == before);
    assert!(lab.wires.is_empty(), "what peers are owed is not known");
    let batches = lab
        .events(0, OWN)
        .into_iter()
        .filter_map(|event| match event {
            BoardEvent::Batch { seq, .. } => Some(*seq),
            _ => None,
        });
    assert_eq!(batches.collect::<Vec<_>>(), [4], "a gap after the second");
    let opened = lab.ask(0, BoardRequest::Open { board: BOARD });
    assert!(matches!(opened, Ok(BoardReply::Opened { seq: 4, .. })));

    lab.full[0] = false;
    lab.execute(0, vec![add_note(3, "afterwards")]).unwrap();
    lab.connect(0, 1);
    lab.wait(11_000);
    lab.assert_same();
    lab.crash(0);
    assert_eq!(lab.board(0).notes.len(), 3, "all of it is on disk");
}
