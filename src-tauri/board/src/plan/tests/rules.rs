//! A rule each: what commands come to beyond what they say.

use super::*;

fn columns() -> Vec<Command> {
    vec![
        add_section(1, NoteKind::Well, Layout::Free, (0, 0, 400, 300)),
        add_section(2, NoteKind::Lucky, Layout::Column, (416, 0, 400, 300)),
        add(1, "a", in_section(1)),
        add(2, "b", in_section(1)),
        add(3, "c", in_section(1)),
    ]
}

fn grouped(name: &str) -> Board {
    let mut commands = columns();
    let notes = vec![note(1), note(2)];
    commands.push(Command::Group {
        id: theme(1),
        notes,
        name: name.into(),
    });
    board(&commands)
}

#[test]
fn what_is_put_on_a_theme_goes_into_it_or_beside_its_notes() {
    let board = grouped("");
    let into = Parent::Theme(theme(1));
    check(
        &board,
        &Command::Move {
            moves: vec![to(note(3), into, 10, 20)],
        },
        expect![[r#"
        put n3 "c" well on t1 at 10,20 order X by Some("p1") 1522000000000
    "#]],
    );
    let card = Command::AddFollowUp {
        id: FollowUpId::from_bits(1),
        text: "Ask Maps".into(),
        kind: FollowUpKind::Spread,
        from: Some(theme(1).into()),
        parent: into,
        x: 5,
        y: 5,
    };
    check(
        &board,
        &card,
        expect![[r#"
        put f1 "Ask Maps" on s1 at 11,49 order Y
    "#]],
    );
    let mut two = board.clone();
    run(
        &mut two,
        &[Command::Group {
            id: theme(2),
            notes: vec![note(3)],
            name: String::new(),
        }],
    );
    check(
        &two,
        &Command::Move {
            moves: vec![to(theme(2), into, 0, 0)],
        },
        expect![[r#"
        Malformed("a theme does not lie in a theme; merge the two instead")
    "#]],
    );
}

#[test]
fn a_theme_without_notes_and_name_goes_and_one_with_a_name_stays() {
    let away = Command::Move {
        moves: vec![
            to(note(1), in_section(1), 12, 68),
            to(note(2), Parent::Board, 9, 9),
        ],
    };
    check(
        &grouped(""),
        &away,
        expect![[r#"
        put n1 "a" well on s1 at 12,68 order Y by Some("p1") 1522000000000
        put n2 "b" well on board at 9,9 order V by Some("p1") 1522000000000
        remove t1
    "#]],
    );
    check(
        &grouped("Named"),
        &away,
        expect![[r#"
        put n1 "a" well on s1 at 12,68 order Y by Some("p1") 1522000000000
        put n2 "b" well on board at 9,9 order V by Some("p1") 1522000000000
    "#]],
    );
    check(
        &grouped(""),
        &Command::Remove {
            keys: vec![note(1).into(), note(2).into()],
        },
        expect![[r#"
        remove n1
        remove n2
        remove t1
    "#]],
    );
}

#[test]
fn a_new_theme_of_grouped_notes_lies_beside_their_old_one_or_in_its_place() {
    let some = Command::Group {
        id: theme(2),
        notes: vec![note(2)],
        name: String::new(),
    };
    check(
        &grouped(""),
        &some,
        expect![[r#"
        put t2 "" on s1 at 22,60 order WF
        put n2 "b" well on t2 at 6,24 order V by Some("p1") 1522000000000
    "#]],
    );
    let all = Command::Group {
        id: theme(2),
        notes: vec![note(2), note(1)],
        name: String::new(),
    };
    check(
        &grouped(""),
        &all,
        expect![[r#"
        put t2 "" on s1 at 6,44 order WF
        put n2 "b" well on t2 at 6,24 order V by Some("p1") 1522000000000
        put n1 "a" well on t2 at 142,24 order W by Some("p1") 1522000000000
        remove t1
    "#]],
    );
}

#[test]
fn merged_themes_keep_all_notes_and_one_name() {
    let mut board = grouped("");
    run(
        &mut board,
        &[Command::Group {
            id: theme(2),
            notes: vec![note(3)],
            name: "We heard".into(),
        }],
    );
    check(
        &board,
        &Command::MergeThemes {
            into: theme(1),
            from: vec![theme(2)],
        },
        expect![[r#"
        put t1 "We heard" on s1 at 6,44 order VV
        put n3 "c" well on t1 at 6,120 order X by Some("p1") 1522000000000
        remove t2
    "#]],
    );
    check(
        &board,
        &Command::MergeThemes {
            into: theme(1),
            from: vec![theme(1)],
        },
        expect![[r#"
        Malformed("a theme does not merge into itself")
    "#]],
    );
}

#[test]
fn notes_of_a_removed_section_stay_where_they_are_to_be_seen() {
    let mut board = grouped("Named");
    run(
        &mut board,
        &[Command::SetSection {
            id: section(1),
            set: vec![SectionChange::Collapsed(true)],
        }],
    );
    run(
        &mut board,
        &[Command::Resize {
            key: section(1).into(),
            x: 100,
            y: 1_000,
            size: Some(Size { w: 1, h: 1 }),
        }],
    );
    assert_eq!(board.sections[&section(1)].size, Size::SECTION);
    let plan = plan(
        &board,
        &actor(Role::TakePart),
        &Command::Remove {
            keys: vec![section(1).into(), theme(1).into()],
        },
    )
    .unwrap();
    assert_eq!(plan.changes.len(), 2);
    apply(&mut board, &plan);
    let place = |n| board.notes[&note(n)].place.clone();
    assert_eq!(
        (place(3).parent, place(3).x, place(3).y),
        (Parent::Board, 112, 1_068)
    );
    assert_eq!(
        (place(1).parent, place(1).x, place(1).y),
        (Parent::Board, 112, 1_068)
    );
}

#[test]
fn a_request_sees_its_own_changes() {
    let mut board = grouped("");
    let commands = [
        Command::Remove {
            keys: vec![section(1).into()],
        },
        Command::Move {
            moves: vec![to(note(3), Parent::Theme(theme(1)), 0, 0)],
        },
        add(9, "new", Parent::Theme(theme(1))),
        Command::SetText {
            key: note(9).into(),
            text: "newer".into(),
        },
        Command::AddConnector {
            id: ConnectorId::from_bits(1),
            from: End::On(note(9).into()),
            to: End::On(theme(1).into()),
            label: String::new(),
        },
    ];
    run(&mut board, &commands);
    assert_eq!(board.notes[&note(9)].text, "newer");
    assert_eq!(board.notes[&note(9)].kind, NoteKind::Plain);
    assert_eq!(board.connectors.len(), 1);
    run(
        &mut board,
        &[Command::Remove {
            keys: vec![note(9).into()],
        }],
    );
    assert_eq!(board.connectors.len(), 0);

    let gone = [
        Command::Remove {
            keys: vec![note(1).into()],
        },
        Command::SetText {
            key: note(1).into(),
            text: "late".into(),
        },
    ];
    let answer = plan_all(&board, &actor(Role::Facilitate), &gone);
    assert_eq!(answer, Err(Rejection::Gone(note(1).into())));
}

#[test]
fn sections_below_make_room_and_none_comes_to_lie_on_another() {
    let kind = NoteKind::Plain;
    let at = |n, rect| add_section(n, kind, Layout::Free, rect);
    let board = board(&[
        at(1, (0, 0, 400, 200)),
        at(2, (416, 0, 400, 200)),
        at(3, (0, 216, 600, 200)),
        at(4, (416, 432, 400, 200)),
        at(5, (900, 216, 200, 200)),
    ]);
    check(
        &board,
        &Command::MakeRoom {
            id: section(1),
            h: 230,
        },
        expect![[r#"
        put s1 "Question 1" 0,0 400x230 order V
        put s3 "Question 3" 0,246 600x200 order X
        put s4 "Question 4" 416,462 400x200 order Y
    "#]],
    );
    check(
        &board,
        &Command::MakeRoom {
            id: section(1),
            h: 150,
        },
        expect![""],
    );
}

#[test]
fn restacking_is_for_what_lies_freely() {
    let mut board = board(&columns());
    run(
        &mut board,
        &[add(4, "d", in_section(2)), add(5, "e", in_section(2))],
    );
    let keys = vec![note(2).into(), note(1).into(), note(4).into()];
    check(
        &board,
        &Command::Restack {
            keys: keys.clone(),
            front: true,
        },
        expect![[r#"
        put n1 "a" well on s1 at 12,68 order Y by Some("p1") 1522000000000
        put n2 "b" well on s1 at 12,68 order Z by Some("p1") 1522000000000
    "#]],
    );
    check(
        &board,
        &Command::Restack { keys, front: false },
        expect![[r#"
        put n2 "b" well on s1 at 12,68 order U by Some("p1") 1522000000000
        put n1 "a" well on s1 at 12,68 order T by Some("p1") 1522000000000
    "#]],
    );
}

#[test]
fn w12_what_is_locked_stays_until_it_is_unlocked() {
    let mut board = board(&columns());
    let key: Key = note(1).into();
    run(
        &mut board,
        &[
            add(4, "d", in_section(2)),
            Command::Lock {
                keys: vec![key, section(2).into()],
                locked: true,
            },
        ],
    );
    let someone = actor(Role::Facilitate);
    for (command, locked) in [
        (
            Command::Move {
                moves: vec![
                    to(note(4), Parent::Board, 0, 0),
                    to(note(1), Parent::Board, 0, 0),
                ],
            },
            key,
        ),
        (
            Command::Resize {
                key,
                x: 0,
                y: 0,
                size: None,
            },
            key,
        ),
        (
            Command::Restack {
                keys: vec![key],
                front: true,
            },
            key,
        ),
        (
            Command::Remove {
                keys: vec![section(2).into()],
            },
            section(2).into(),
        ),
        (
            Command::Group {
                id: theme(9),
                notes: vec![note(4), note(1)],
                name: String::new(),
            },
            key,
        ),
    ] {
        assert_eq!(
            plan(&board, &someone, &command),
            Err(Rejection::Locked(locked)),
            "{command:?}"
        );
    }
    // Its words are free, and so is what lies in it.
    let words = Command::SetText {
        key,
        text: "other words".into(),
    };
    let inside = Command::Move {
        moves: vec![to(note(4), in_section(2), 200, 100)],
    };
    run(&mut board, &[words, inside]);
    let unlock = Command::Lock {
        keys: vec![key],
        locked: false,
    };
    run(&mut board, &[unlock, Command::Remove { keys: vec![key] }]);
    assert!(!board.notes.contains_key(&note(1)));
    let person = Command::Lock {
        keys: vec![Key::Meta],
        locked: true,
    };
    assert!(matches!(
        plan(&board, &someone, &person),
        Err(Rejection::Malformed(_))
    ));
}

#[test]
fn texts_and_lines_are_cleaned_and_bounded() {
    let board = board(&columns());
    let edit = vec![Splice {
        from: 1,
        to: 1,
        insert: "\r\nmore\u{0}".into(),
    }];
    check(
        &board,
        &Command::EditText {
            key: note(1).into(),
            edit,
        },
        expect![[r#"
        edit n1 [Splice { from: 1, to: 1, insert: "\nmore" }]
    "#]],
    );
    let edit = vec![Splice {
        from: 5,
        to: 9,
        insert: String::new(),
    }];
    check(
        &board,
        &Command::EditText {
            key: note(1).into(),
            edit,
        },
        expect![[r#"
        Malformed("the edit is not of the text as it is now")
    "#]],
    );
    let text = "é".repeat(MAX_TEXT + 1);
    check(
        &board,
        &Command::SetText {
            key: Key::Meta,
            text,
        },
        expect![[r#"
        TooLong("a text holds 20,000 characters")
    "#]],
    );
    let set = vec![MetaChange::Title("x".repeat(MAX_LINE + 1))];
    check(
        &board,
        &Command::SetMeta { set },
        expect![[r#"
        TooLong("a line holds 400 characters")
    "#]],
    );
    let set = vec![MetaChange::HeldOn("18 March".into())];
    check(
        &board,
        &Command::SetMeta { set },
        expect![[r#"
        Malformed("a date is written like 2026-03-18")
    "#]],
    );
    let far = Command::Move {
        moves: vec![to(note(1), Parent::Board, MAX_COORD + 1, 0)],
    };
    check(
        &board,
        &far,
        expect![[r#"
        Malformed("this lies beyond the edge of the board")
    "#]],
    );
}

#[test]
fn roles_are_kept() {
    let mut board = board(&[]);
    let take_part = actor(Role::TakePart);
    let phases = template("delivery-review").unwrap().phases.clone();
    let person = PersonId::from_bits(1);
    for command in [
        Command::SetPhases {
            phases: phases.clone(),
        },
        Command::GoToPhase {
            phase: "vote".into(),
        },
        Command::SetPerson {
            id: person,
            set: vec![PersonChange::Facilitator(true)],
        },
        Command::Insert {
            records: vec![Record::Meta(Meta::default())],
        },
    ] {
        assert_eq!(
            plan(&board, &take_part, &command),
            Err(Rejection::FacilitatorOnly)
        );
    }
    let name = Command::SetPerson {
        id: person,
        set: vec![PersonChange::Name("Ama B.".into())],
    };
    assert_eq!(plan(&board, &take_part, &name).unwrap().changes.len(), 1);
    run(
        &mut board,
        &[Command::SetPhases {
            phases: phases.clone(),
        }],
    );
    assert_eq!(board.meta.phase, "scene");
    run(
        &mut board,
        &[Command::GoToPhase {
            phase: "vote".into(),
        }],
    );
    run(
        &mut board,
        &[Command::SetPhases {
            phases: phases[2..4].to_vec(),
        }],
    );
    assert_eq!(board.meta.phase, "gather");
    let nowhere = Command::GoToPhase {
        phase: "vote".into(),
    };
    assert!(matches!(
        plan(&board, &actor(Role::Facilitate), &nowhere),
        Err(Rejection::Malformed(_))
    ));
}

#[test]
fn people_get_the_least_used_colour_and_stay_while_they_have_written() {
    let mut board = board(&[add(1, "a", Parent::Board)]);
    for n in 2..=9 {
        run(
            &mut board,
            &[Command::AddPerson {
                id: PersonId::from_bits(n),
                name: format!("P{n}"),
                tint: None,
            }],
        );
    }
    let tints: Vec<_> = board.people.values().map(|person| person.tint).collect();
    assert_eq!(tints[..8], *Tint::ALL);
    assert_eq!(tints[8], Tint::T1);
    let remove = |n| Command::Remove {
        keys: vec![PersonId::from_bits(n).into()],
    };
    assert!(matches!(
        plan(&board, &actor(Role::TakePart), &remove(1)),
        Err(Rejection::Malformed(_))
    ));
    assert!(plan(&board, &actor(Role::TakePart), &remove(2)).is_ok());
}

#[test]
fn moments_are_completed_from_the_day_and_the_note_before() {
    let mut board = board(&[add_section(
        1,
        NoteKind::Happened,
        Layout::Timeline,
        (0, 0, 400, 196),
    )]);
    run(
        &mut board,
        &[Command::SetMeta {
            set: vec![MetaChange::HeldOn("2018-03-22".into())],
        }],
    );
    for (n, when) in [(1, "20 Feb"), (2, "14:55"), (3, "the Friday before")] {
        let new = NewNote {
            when: Some(when.into()),
            ..new_note(n, "", in_section(1))
        };
        run(&mut board, &[Command::AddNotes { notes: vec![new] }]);
    }
    let set = vec![NoteChange::When("15:10".into())];
    run(
        &mut board,
        &[Command::SetNotes {
            ids: vec![note(3)],
            set,
        }],
    );
    let at = |n| board.notes[&note(n)].when.clone().unwrap().at;
    assert_eq!(at(3), "2018-02-20T15:10");
    assert_eq!(
        (at(1).as_str(), at(2).as_str()),
        ("2018-02-20", "2018-02-20T14:55")
    );
}

#[test]
fn inserted_records_are_checked_like_everything_else() {
    let board = board(&columns());
    let facilitator = actor(Role::Facilitate);
    let mut copy = board.notes[&note(1)].clone();
    copy.id = note(20);
    copy.author = Some(PersonId::from_bits(99));
    copy.place.order = Order("é".into());
    let insert = |record: Note| Command::Insert {
        records: vec![Record::Note(record)],
    };
    check(
        &board,
        &insert(copy.clone()),
        expect![[r#"
        put nm "a" well on s1 at 12,68 order Y by None 1522000000000
    "#]],
    );
    let lost = Note {
        place: Place {
            parent: in_section(7),
            ..copy.place.clone()
        },
        ..copy.clone()
    };
    check(
        &board,
        &insert(lost),
        expect![[r#"
        Gone(s0000000000000007)
    "#]],
    );
    check(
        &board,
        &insert(board.notes[&note(1)].clone()),
        expect![[r#"
        Taken(n0000000000000001)
    "#]],
    );
    let twice = Command::Insert {
        records: vec![Record::Note(copy.clone()), Record::Note(copy)],
    };
    check(
        &board,
        &twice,
        expect![[r#"
        Taken(n000000000000000m)
    "#]],
    );
    let meta = Meta {
        title: "Review".into(),
        summary: "Good.\r\n".into(),
        ..Meta::default()
    };
    let meta = Command::Insert {
        records: vec![Record::Meta(meta)],
    };
    let mut named = board.clone();
    apply(&mut named, &plan(&board, &facilitator, &meta).unwrap());
    assert_eq!(named.meta.summary, "Good.\n");
    assert_eq!(
        plan(&named, &facilitator, &meta),
        Err(Rejection::Taken(Key::Meta))
    );
}

#[test]
fn many_notes_at_one_spot_keep_short_orders() {
    let mut board = board(&[add(1, "a", Parent::Board), add(2, "b", Parent::Board)]);
    for n in 3..603 {
        // Between the two newest, again and again: what makes orders grow fastest.
        let after = Some(note(if n % 2 == 0 { n - 1 } else { n - 2 }).into());
        let new = NewNote {
            after,
            ..new_note(n, "", Parent::Board)
        };
        run(&mut board, &[Command::AddNotes { notes: vec![new] }]);
    }
    assert!(
        board
            .notes
            .values()
            .all(|note| note.place.order.0.len() <= Order::LONG)
    );
    let mut by_hand = (Order::between(None, None), Order("W".into()));
    for n in 0..600 {
        let order = Order::between(Some(&by_hand.0), Some(&by_hand.1));
        if n % 2 == 0 {
            by_hand.0 = order
        } else {
            by_hand.1 = order
        }
    }
    assert!(
        by_hand.0.0.len() > Order::LONG,
        "this is a case in which orders grow"
    );
}

#[test]
fn lists_are_bounded() {
    let notes = (0..2_001).map(|n| new_note(n, "", Parent::Board)).collect();
    check(
        &board(&[]),
        &Command::AddNotes { notes },
        expect![[r#"
        TooLong("one step takes 2,000 things")
    "#]],
    );
}
