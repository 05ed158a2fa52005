//! Undo and redo.

use super::world::{
    Dice, FACILITATOR, Laptop, add_note, add_section, assert_same, meet, move_note, note, place_of,
    remove, section, text_of, two_with_a_note, type_in,
};
use board::{Actor, Board, Command, Key, Parent, Splice, TextEdit};
use std::collections::BTreeMap;

#[test]
fn undoing_all_and_redoing_all_goes_there_and_back() {
    for seed in 0..120 {
        let mut dice = Dice::new(1_000 + seed);
        let mut laptop = Laptop::new(1);
        let mut boards = vec![Board::default()];
        while boards.len() < 60 && dice.below(300) > 0 {
            let commands: Vec<Command> = (0..=dice.below(2))
                .map(|_| dice.command(laptop.replica.board()))
                .collect();
            let room = |command: &Command| matches!(command, Command::MakeRoom { .. });
            match laptop.act(&commands) {
                Some(update) if !update.is_empty() => {
                    if commands.iter().all(room) && boards.len() > 1 {
                        boards.pop();
                    }
                    boards.push(laptop.replica.board().clone());
                }
                _ => {}
            }
        }
        for expected in boards.iter().rev().skip(1) {
            let undone = laptop.replica.undo("a").unwrap();
            assert_eq!(undone.kept, 0);
            laptop.applied(&undone.applied.unwrap());
            assert!(laptop.replica.board() == expected, "undo, seed {seed}");
        }
        assert_eq!(laptop.replica.undo("a").unwrap().applied, None);
        for expected in boards.iter().skip(1) {
            let undone = laptop.replica.redo("a").unwrap();
            assert_eq!(undone.kept, 0);
            laptop.applied(&undone.applied.unwrap());
            assert!(laptop.replica.board() == expected, "redo, seed {seed}");
        }
        assert_eq!(laptop.replica.redo("a").unwrap().applied, None);
        laptop.check();
    }
}

type Registers = BTreeMap<(String, String), yrs::Any>;

/// Who wrote each register last, by looking at the registers from outside.
#[derive(Default)]
struct Witness {
    seen: Registers,
    writers: BTreeMap<(String, String), &'static str>,
}

impl Witness {
    fn look(&mut self, now: Registers, writer: &'static str) -> Vec<(String, String)> {
        let places = self.seen.keys().chain(now.keys()).cloned();
        let changed: Vec<_> = places
            .filter(|place| self.seen.get(place) != now.get(place))
            .collect();
        for place in &changed {
            self.writers.insert(place.clone(), writer);
        }
        self.seen = now;
        changed
    }
}

/// Letters of others in all texts; those of "a" are written in digits and need no counting.
fn others_letters(board: &Board) -> BTreeMap<Key, usize> {
    let keys = board
        .notes
        .keys()
        .copied()
        .map(Key::Note)
        .chain([Key::Meta]);
    keys.map(|key| {
        let text = text_of(board, key).unwrap_or_default();
        (
            key,
            text.chars().filter(|c| c.is_ascii_alphabetic()).count(),
        )
    })
    .collect()
}

#[test]
fn m12_undo_never_touches_what_somebody_else_wrote_last() {
    let mut kept = 0;
    for seed in 0..150 {
        let mut dice = Dice::new(2_000 + seed);
        let mut laptops = two_with_a_note("");
        laptops[0].act_as(
            "setup",
            &[
                add_note(note(2), Parent::Board, ""),
                add_note(note(3), Parent::Section(section(1)), ""),
            ],
        );
        let mut witness = Witness::default();
        witness.look(laptops[0].replica.registers(), "setup");
        for _ in 0..60 {
            let who = dice.below(4);
            let (laptop, scope, letters) = match who {
                0 | 1 => (0, "a", "0123456789"),
                2 => (0, "b", "bcdfghbcdf"),
                _ => (1, "c", "uvwxyzuvwx"),
            };
            if who == 3 && dice.below(2) == 0 {
                meet(&mut laptops);
                witness.look(laptops[0].replica.registers(), "c");
                continue;
            }
            if dice.below(3) == 0 {
                if scope != "a" {
                    continue;
                }
                let before = laptops[0].replica.board().clone();
                let redo = dice.below(3) == 0;
                let replica = &mut laptops[0].replica;
                let undone = if redo {
                    replica.redo("a")
                } else {
                    replica.undo("a")
                }
                .unwrap();
                kept += undone.kept;
                if let Some(applied) = undone.applied {
                    laptops[0].applied(&applied);
                }
                let writers = witness.writers.clone();
                let after = laptops[0].replica.board().clone();
                for place in witness.look(laptops[0].replica.registers(), "a") {
                    if let Some(writer) = writers.get(&place) {
                        assert_eq!(*writer, "a", "seed {seed}: undo changed {place:?}");
                    }
                }
                if !redo {
                    let now = others_letters(&after);
                    for (key, count) in others_letters(&before) {
                        if text_of(&after, key).is_some() {
                            assert!(
                                now[&key] >= count,
                                "seed {seed}: undo took letters of others"
                            );
                        }
                    }
                }
                continue;
            }
            let key = note(1 + dice.below(3) as u128);
            let board = laptops[laptop].replica.board();
            let len = text_of(board, key.into()).map_or(0, |text| text.len());
            let from = dice.below(len + 1) as u32;
            let command = match dice.below(6) {
                0..3 => {
                    let at = dice.below(8);
                    type_in(key, from, from, &letters[at..at + 2])
                }
                3 => type_in(key, from, (from + dice.below(3) as u32).min(len as u32), ""),
                4 => move_note(key, Parent::Board, dice.below(3) as i32, 0),
                _ => remove(key),
            };
            laptops[laptop].act_as(scope, &[command]);
            if laptop == 0 {
                witness.look(laptops[0].replica.registers(), scope);
            }
        }
        meet(&mut laptops);
        assert_same(&laptops);
    }
    assert!(kept > 50, "nobody was ever in the way: {kept}");
}

fn at(now_ms: i64) -> Actor {
    Actor {
        now_ms,
        ..FACILITATOR
    }
}

fn insertion(at: u32, text: &str) -> TextEdit {
    TextEdit(vec![Splice {
        from: at,
        to: at,
        insert: text.into(),
    }])
}

#[test]
fn typing_is_one_step_until_there_is_a_pause() {
    let mut laptop = Laptop::new(1);
    laptop.act(&[add_note(note(1), Parent::Board, "")]);
    for (n, letter) in ["a", "b", "c"].into_iter().enumerate() {
        let edits = [insertion(n as u32, letter)];
        laptop
            .replica
            .push_text("a", &at(n as i64 * 100), note(1).into(), &edits)
            .unwrap();
    }
    laptop
        .replica
        .push_text(
            "a",
            &at(5_000),
            note(1).into(),
            &[insertion(3, "d"), insertion(4, "e")],
        )
        .unwrap();
    let text = |laptop: &Laptop| laptop.replica.board().notes[&note(1)].text.clone();
    assert_eq!(text(&laptop), "abcde");
    laptop.replica.undo("a").unwrap();
    assert_eq!(text(&laptop), "abc");
    laptop.replica.undo("a").unwrap();
    assert_eq!(text(&laptop), "");
    laptop.replica.redo("a").unwrap();
    assert_eq!(text(&laptop), "abc");
    laptop.replica.redo("a").unwrap();
    assert_eq!(text(&laptop), "abcde");
}

#[test]
fn a_replacement_that_somebody_replaced_again_is_kept() {
    let mut laptop = Laptop::new(1);
    laptop.act_as("b", &[add_note(note(1), Parent::Board, "the cat")]);
    laptop.act_as("a", &[type_in(note(1), 0, 0, ">> ")]);
    laptop.act_as("a", &[type_in(note(1), 7, 10, "dog")]);
    laptop.act_as("b", &[type_in(note(1), 7, 10, "fox")]);
    let text = |laptop: &Laptop| laptop.replica.board().notes[&note(1)].text.clone();
    assert_eq!(text(&laptop), ">> the fox");
    let undone = laptop.replica.undo("a").unwrap();
    assert_eq!(undone.kept, 1);
    // That step could not be taken back at all, so the one before it was.
    assert_eq!(text(&laptop), "the fox");
    assert_eq!(laptop.replica.undo("a").unwrap().applied, None);
}

#[test]
fn what_others_have_typed_inside_stays_when_the_rest_is_undone() {
    let mut laptops = two_with_a_note("");
    laptops[0].act(&[type_in(note(1), 0, 0, "1234")]);
    meet(&mut laptops);
    laptops[1].act(&[type_in(note(1), 2, 2, "mine")]);
    meet(&mut laptops);
    laptops[0].undo("a", false);
    assert_eq!(laptops[0].replica.board().notes[&note(1)].text, "mine");
    laptops[0].undo("a", true);
    assert_eq!(laptops[0].replica.board().notes[&note(1)].text.len(), 8);
}

#[test]
fn a_note_that_somebody_else_has_edited_is_not_taken_off_by_undo() {
    let mut laptops = [Laptop::new(1), Laptop::new(2)];
    laptops[0].act(&[add_note(note(1), Parent::Board, "mine")]);
    meet(&mut laptops);
    laptops[1].act(&[type_in(note(1), 4, 4, " and yours")]);
    meet(&mut laptops);
    let undone = laptops[0].replica.undo("a").unwrap();
    assert_eq!((undone.applied, undone.kept), (None, 1));
    assert_eq!(
        laptops[0].replica.board().notes[&note(1)].text,
        "mine and yours"
    );
}

#[test]
fn m12_undo_does_not_bring_back_what_somebody_else_removed() {
    let mut laptops = two_with_a_note("x");
    laptops[0].act(&[type_in(note(1), 1, 1, "yz")]);
    meet(&mut laptops);
    laptops[1].act(&[remove(note(1))]);
    meet(&mut laptops);
    let undone = laptops[0].replica.undo("a").unwrap();
    assert!(undone.kept > 0);
    assert!(laptops[0].replica.board().notes.is_empty());
}

#[test]
fn a_value_somebody_else_has_written_too_is_theirs_now() {
    let mut laptops = two_with_a_note("x");
    laptops[0].act(&[move_note(note(1), Parent::Board, 50, 60)]);
    meet(&mut laptops);
    laptops[1].act(&[move_note(note(1), Parent::Board, 0, 0)]);
    laptops[1].act(&[move_note(note(1), Parent::Board, 50, 60)]);
    meet(&mut laptops);
    let undone = laptops[0].replica.undo("a").unwrap();
    assert!(undone.kept > 0);
    assert_eq!(place_of(laptops[0].replica.board(), note(1)).x, 50);
}

#[test]
fn making_room_is_taken_back_with_the_step_it_follows_from() {
    let mut laptop = Laptop::new(1);
    laptop.act(&[add_section(section(1))]);
    let before = laptop.replica.board().clone();
    laptop.act(&[add_note(note(1), Parent::Section(section(1)), "long")]);
    laptop.act(&[Command::MakeRoom {
        id: section(1),
        h: 900,
    }]);
    assert_eq!(laptop.replica.board().sections[&section(1)].size.h, 900);
    assert_eq!(laptop.replica.undo_labels("a").0, Some("Add note"));
    laptop.undo("a", false);
    assert!(*laptop.replica.board() == before);
    laptop.undo("a", true);
    assert_eq!(laptop.replica.board().sections[&section(1)].size.h, 900);
}

#[test]
fn scopes_are_apart_and_steps_are_bounded() {
    let mut laptop = Laptop::new(1);
    laptop.act_as("b", &[add_note(note(1), Parent::Board, "x")]);
    for n in 0..250 {
        laptop.act_as("a", &[move_note(note(1), Parent::Board, n + 100, 0)]);
    }
    let mut steps = 0;
    while laptop.undo("a", false).is_some() {
        steps += 1;
    }
    assert_eq!(steps, 200);
    assert_eq!(place_of(laptop.replica.board(), note(1)).x, 149);
    assert_eq!(laptop.replica.undo_labels("a"), (None, Some("Move note")));
    // "b" made the note and "a" has moved it since.
    let undone = laptop.replica.undo("b").unwrap();
    assert_eq!((undone.applied, undone.kept), (None, 1));
}
