use super::*;
use crate::testing::{bits, check_invariants, command};
use crate::*;
use expect_test::{Expect, expect};
use proptest::prelude::*;

mod rules;
mod workshop;

const NOW: i64 = 1_522_000_000_000;

fn actor(role: Role) -> Actor {
    Actor {
        person: Some(PersonId::from_bits(1)),
        role,
        now_ms: NOW,
    }
}

fn note(n: u128) -> NoteId {
    NoteId::from_bits(n)
}
fn theme(n: u128) -> ThemeId {
    ThemeId::from_bits(n)
}
fn section(n: u128) -> SectionId {
    SectionId::from_bits(n)
}
fn in_section(n: u128) -> Parent {
    Parent::Section(section(n))
}

fn new_note(n: u128, text: &str, parent: Parent) -> NewNote {
    NewNote {
        id: note(n),
        text: text.to_owned(),
        kind: None,
        parent,
        x: 12,
        y: 68,
        after: None,
        size: None,
        anonymous: false,
        when: None,
    }
}

fn add(n: u128, text: &str, parent: Parent) -> Command {
    Command::AddNotes {
        notes: vec![new_note(n, text, parent)],
    }
}

fn add_section(
    n: u128,
    kind: NoteKind,
    layout: Layout,
    (x, y, w, h): (i32, i32, i32, i32),
) -> Command {
    let title = format!("Question {n}");
    Command::AddSection {
        id: section(n),
        title,
        kind,
        layout,
        x,
        y,
        size: Size { w, h },
    }
}

fn to(key: impl Into<Key>, parent: Parent, x: i32, y: i32) -> Move {
    Move {
        key: key.into(),
        parent,
        x,
        y,
        after: None,
        first: false,
    }
}

/// A board on which these have been carried out by a facilitator.
fn board(commands: &[Command]) -> Board {
    let person = Command::AddPerson {
        id: PersonId::from_bits(1),
        name: "Ama".into(),
        tint: None,
    };
    let mut board = Board::default();
    run(&mut board, &[person]);
    run(&mut board, commands);
    board
}

fn run(board: &mut Board, commands: &[Command]) {
    let plan = plan_all(board, &actor(Role::Facilitate), commands).unwrap();
    apply(board, &plan);
}

fn apply(board: &mut Board, plan: &Plan) {
    for change in &plan.changes {
        board.apply_change(change).unwrap();
    }
    check_invariants(board).unwrap();
}

/// Changes in short: what is put with its place and words, one a line.
fn short(changes: &[Change]) -> String {
    let mut out = String::new();
    for change in changes {
        out += &match change {
            Change::Remove(key) => format!("remove {}", name(*key)),
            Change::Edit(key, edit) => format!("edit {} {:?}", name(*key), edit.0),
            Change::Put(record) => format!("put {}", words(record)),
        };
        out.push('\n');
    }
    out
}

/// `n1` for the id of one.
fn name(key: Key) -> String {
    let text = key.to_string();
    let (letter, digits) = text.split_at(1);
    format!("{letter}{}", digits.trim_start_matches('0'))
}

fn words(record: &Record) -> String {
    let place = |p: &Place| {
        let parent = match p.parent {
            Parent::Board => "board".to_owned(),
            Parent::Section(id) => name(id.into()),
            Parent::Theme(id) => name(id.into()),
        };
        format!("on {parent} at {},{} order {}", p.x, p.y, p.order.0)
    };
    let key = name(record.key());
    match record {
        Record::Section(s) => format!(
            "{key} {:?} {},{} {}x{} order {}",
            s.title, s.x, s.y, s.size.w, s.size.h, s.order.0
        ),
        Record::Note(n) => format!(
            "{key} {:?} {} {} by {:?} {}",
            n.text,
            n.kind.word(),
            place(&n.place),
            n.author.map(|id| name(id.into())),
            n.made
        ),
        Record::Theme(t) => format!("{key} {:?} {}", t.name, place(&t.place)),
        Record::FollowUp(f) => format!("{key} {:?} {}", f.text, place(&f.place)),
        other => format!("{other:?}"),
    }
}

fn check(board: &Board, command: &Command, expected: Expect) {
    let answer = match plan(board, &actor(Role::TakePart), command) {
        Ok(plan) => {
            apply(&mut board.clone(), &plan);
            short(&plan.changes)
        }
        Err(rejection) => format!("{rejection:?}\n"),
    };
    expected.assert_eq(&answer);
}

#[test]
fn notes_take_the_kind_of_their_section_and_come_last() {
    let board = board(&[
        add_section(1, NoteKind::Lucky, Layout::Free, (0, 0, 400, 300)),
        add(1, "first", in_section(1)),
    ]);
    check(
        &board,
        &add(2, "a\r\nb\0\u{7}\tc", in_section(1)),
        expect![[r#"
        put n2 "a\nb\tc" lucky on s1 at 12,68 order W by Some("p1") 1522000000000
    "#]],
    );
    let anonymous = NewNote {
        anonymous: true,
        ..new_note(2, "hush", Parent::Board)
    };
    check(
        &board,
        &Command::AddNotes {
            notes: vec![anonymous],
        },
        expect![[r#"
        put n2 "hush" plain on board at 12,68 order V by None 0
    "#]],
    );
    check(
        &board,
        &add(1, "again", Parent::Board),
        expect![[r#"
        Taken(n0000000000000001)
    "#]],
    );
    check(
        &board,
        &add(2, "lost", in_section(9)),
        expect![[r#"
        Gone(s0000000000000009)
    "#]],
    );
}

#[test]
fn a_note_comes_after_the_one_it_is_said_to() {
    let board = board(&[add(1, "a", Parent::Board), add(2, "b", Parent::Board)]);
    let after = NewNote {
        after: Some(note(1).into()),
        ..new_note(3, "between", Parent::Board)
    };
    check(
        &board,
        &Command::AddNotes { notes: vec![after] },
        expect![[r#"
        put n3 "between" plain on board at 12,68 order VV by Some("p1") 1522000000000
    "#]],
    );
}

#[test]
fn where_two_people_took_the_same_spot_one_of_them_gets_a_new_order() {
    let mut board = board(&[add(1, "a", Parent::Board), add(2, "b", Parent::Board)]);
    board.notes.get_mut(&note(2)).unwrap().place.order = Order("V".into());
    let after = NewNote {
        after: Some(note(1).into()),
        ..new_note(3, "between", Parent::Board)
    };
    check(
        &board,
        &Command::AddNotes { notes: vec![after] },
        expect![[r#"
        put n2 "b" plain on board at 12,68 order X by Some("p1") 1522000000000
        put n3 "between" plain on board at 12,68 order W by Some("p1") 1522000000000
    "#]],
    );
}

#[test]
fn a_theme_lies_where_its_first_note_lies() {
    let board = board(&[
        add_section(1, NoteKind::Well, Layout::Free, (0, 0, 400, 300)),
        add(1, "a", in_section(1)),
        add(2, "b", in_section(1)),
        add(3, "c", Parent::Board),
    ]);
    let group = Command::Group {
        id: theme(1),
        notes: vec![note(2), note(3)],
        name: " We\npractised ".into(),
    };
    check(
        &board,
        &group,
        expect![[r#"
            put t1 "We practised" on s1 at 6,44 order X
            put n2 "b" well on t1 at 6,24 order V by Some("p1") 1522000000000
            put n3 "c" plain on t1 at 142,24 order W by Some("p1") 1522000000000
        "#]],
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_commands_leave_a_sound_board(seed: u64) {
        let mut next = bits(seed);
        let mut board = Board::default();
        let mut accepted = 0;
        for i in 0..250u32 {
            let commands: Vec<Command> =
                (0..=next() % 3).map(|_| command(&mut next, &board)).collect();
            let role = if i % 7 == 0 { Role::TakePart } else { Role::Facilitate };
            let person = board.people.keys().next().copied();
            let actor = Actor { person, role, now_ms: NOW };
            let Ok(plan) = plan_all(&board, &actor, &commands) else { continue };
            accepted += 1;
            for change in &plan.changes {
                let before = match change {
                    Change::Put(record) => board.get(record.key()),
                    _ => None,
                };
                board.apply_change(change).unwrap();
                // A change is never empty, and a text is only ever changed by an edit.
                if let Change::Put(record) = change {
                    prop_assert!(before.as_ref() != Some(record), "{record:?}");
                    let after = board.get(record.key());
                    prop_assert_eq!(after.as_ref(), Some(record));
                }
            }
            let sound = check_invariants(&board);
            prop_assert!(sound.is_ok(), "{:?} after {:?}", sound, commands);
            let _ = label(&commands);
        }
        prop_assert!(accepted > 25, "only {accepted} requests were accepted");
    }

    #[test]
    fn who_looks_on_changes_nothing(seed: u64) {
        let mut next = bits(seed);
        let mut board = Board::default();
        for _ in 0..40 {
            let command = command(&mut next, &board);
            prop_assert_eq!(plan(&board, &actor(Role::LookOn), &command), Err(Rejection::NotAllowed));
            if let Ok(plan) = plan(&board, &actor(Role::Facilitate), &command) {
                apply(&mut board, &plan);
            }
        }
    }
}
