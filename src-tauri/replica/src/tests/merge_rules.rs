//! What it means when two people do something at once, rule by rule.

use super::world::{
    Laptop, add_note, add_section, assert_same, meet, move_note, note, place_of, remove, section,
    two_with_a_note, type_in,
};
use crate::layout::Root;
use board::{
    Command, Connector, ConnectorId, End, Key, NoteChange, NoteKind, Parent, Phase, PhaseKind,
    Record, SectionChange, Theme, ThemeId,
};
use yrs::{
    Any, Doc, Map, MapPrelim, MapRef, OffsetKind, Options, ReadTxn, StateVector, Text, Transact,
};

/// A writer that is no replica of ours, as any Yjs client could be.
pub(super) fn foreign(client: u64) -> Doc {
    let mut options = Options::with_client_id(yrs::ClientID::new(client));
    options.offset_kind = OffsetKind::Utf16;
    Doc::with_options(options)
}

pub(super) fn whole(doc: &Doc) -> Vec<u8> {
    doc.transact()
        .encode_state_as_update_v1(&StateVector::default())
}

/// A record of a foreign writer.
fn strange(root: Root, key: &str, fields: &[(&str, Any)]) -> Vec<u8> {
    let doc = foreign(99);
    let map = doc.get_or_insert_map(root.name());
    let mut txn = doc.transact_mut();
    let record: MapRef = map.insert(&mut txn, key, MapPrelim::default());
    for (field, value) in fields {
        record.insert(&mut txn, *field, value.clone());
    }
    drop(txn);
    whole(&doc)
}

fn theme(n: u128) -> ThemeId {
    ThemeId::from_bits(n)
}

#[test]
fn m1_a_removal_never_destroys_words_that_are_being_written() {
    let mut laptops = two_with_a_note("Slow builds");
    laptops[0].act(&[remove(note(1))]);
    assert!(laptops[0].replica.board().notes.is_empty());
    laptops[1].act(&[type_in(note(1), 0, 4, "Very slow")]);
    meet(&mut laptops);
    assert_same(&laptops);
    assert_eq!(
        laptops[0].replica.board().notes[&note(1)].text,
        "Very slow builds"
    );
}

#[test]
fn m1_a_removal_holds_against_changes_that_are_no_words() {
    let mut laptops = two_with_a_note("Slow builds");
    laptops[0].act(&[remove(note(1))]);
    laptops[1].act(&[move_note(note(1), Parent::Board, 5, 5)]);
    meet(&mut laptops);
    assert_same(&laptops);
    assert!(laptops[0].replica.board().notes.is_empty());
}

#[test]
fn m1_a_section_renamed_while_it_is_removed_stays() {
    let mut laptops = two_with_a_note("x");
    laptops[0].act(&[remove(section(1))]);
    let set = vec![SectionChange::Title("What went well?".into())];
    laptops[1].act(&[Command::SetSection {
        id: section(1),
        set,
    }]);
    meet(&mut laptops);
    assert_same(&laptops);
    assert_eq!(
        laptops[0].replica.board().sections[&section(1)].title,
        "What went well?"
    );
}

#[test]
fn m2_of_two_moves_one_wins_whole() {
    let mut laptops = two_with_a_note("x");
    laptops[0].act(&[move_note(note(1), Parent::Board, 1_000, 2_000)]);
    laptops[1].act(&[move_note(note(1), Parent::Section(section(1)), 30, 40)]);
    meet(&mut laptops);
    assert_same(&laptops);
    let place = place_of(laptops[0].replica.board(), note(1));
    assert!(matches!(
        (place.parent, place.x, place.y),
        (Parent::Board, 1_000, 2_000) | (Parent::Section(_), 30, 40)
    ));
}

#[test]
fn m2_a_note_grouped_twice_is_in_one_theme() {
    let mut laptops = two_with_a_note("x");
    for (n, laptop) in laptops.iter_mut().enumerate() {
        let id = theme(n as u128);
        laptop.act(&[Command::Group {
            id,
            notes: vec![note(1)],
            name: "Story".into(),
        }]);
    }
    meet(&mut laptops);
    assert_same(&laptops);
    let board = laptops[0].replica.board();
    assert_eq!(board.themes.len(), 2);
    assert!(matches!(place_of(board, note(1)).parent, Parent::Theme(_)));
}

#[test]
fn m3_a_note_survives_its_section_where_it_lay() {
    let mut laptops = two_with_a_note("x");
    laptops[0].act(&[remove(section(1))]);
    laptops[1].act(&[add_note(
        note(2),
        Parent::Section(section(1)),
        "added meanwhile",
    )]);
    meet(&mut laptops);
    assert_same(&laptops);
    let board = laptops[0].replica.board();
    assert!(board.sections.is_empty());
    for id in [note(1), note(2)] {
        let place = place_of(board, id);
        assert_eq!((place.parent, place.x, place.y), (Parent::Board, 110, 220));
    }
    // And they lie in it again when it comes back.
    laptops[0].undo("a", false);
    let place = place_of(laptops[0].replica.board(), note(2));
    assert_eq!(
        (place.parent, place.x, place.y),
        (Parent::Section(section(1)), 10, 20)
    );
}

#[test]
fn m4_a_note_survives_its_theme_and_the_themes_section() {
    let mut laptops = two_with_a_note("x");
    laptops[0].act(&[Command::Group {
        id: theme(1),
        notes: vec![note(1)],
        name: "Story".into(),
    }]);
    meet(&mut laptops);
    let lay = laptops[0].replica.board().themes[&theme(1)].place.clone();
    let inside = place_of(laptops[0].replica.board(), note(1)).clone();
    // The other removes the theme; what the rules of removing move with it is undone here, so
    // that the note lies on a theme that is gone.
    laptops[1].act(&[remove(theme(1))]);
    laptops[0].act(&[move_note(
        note(1),
        Parent::Theme(theme(1)),
        inside.x + 7,
        inside.y,
    )]);
    meet(&mut laptops);
    assert_same(&laptops);
    let place = place_of(laptops[0].replica.board(), note(1)).clone();
    assert_eq!(place.parent, lay.parent, "on what the theme lay on");
    laptops[0].act(&[remove(section(1))]);
    meet(&mut laptops);
    assert_same(&laptops);
    let place = place_of(laptops[1].replica.board(), note(1));
    assert_eq!(place.parent, Parent::Board);
}

#[test]
fn m4_a_theme_inside_a_theme_lies_on_the_board() {
    let mut laptop = Laptop::new(1);
    let place = |parent: &str| {
        Any::Array([parent.into(), Any::from(3.0), Any::from(4.0), "V".into()].into())
    };
    let (one, two) = (theme(1).to_string(), theme(2).to_string());
    assert!(laptop.merge(&strange(Root::Themes, &one, &[("place", place(&two))])));
    let themes = &laptop.replica.board().themes;
    assert_eq!(themes[&theme(1)].place.parent, Parent::Board);
    assert_eq!(
        (themes[&theme(1)].place.x, themes[&theme(1)].place.y),
        (3, 4)
    );
}

#[test]
fn m5_a_connector_goes_and_comes_with_its_ends() {
    let mut laptops = two_with_a_note("x");
    let id = ConnectorId::from_bits(1);
    let from = End::On(note(1).into());
    laptops[0].act(&[Command::AddConnector {
        id,
        from,
        to: End::At(5, 5),
        label: "why".into(),
    }]);
    meet(&mut laptops);
    laptops[1].act(&[remove(note(1))]);
    assert!(laptops[1].replica.board().connectors.is_empty());
    laptops[1].undo("a", false);
    assert_eq!(laptops[1].replica.board().connectors[&id].label, "why");
    meet(&mut laptops);
    assert_same(&laptops);
}

#[test]
fn m5_a_connector_may_come_before_what_it_holds_on_to() {
    let mut laptops = [Laptop::new(1), Laptop::new(2), Laptop::new(3)];
    let added = laptops[0]
        .act(&[add_note(note(1), Parent::Board, "x")])
        .unwrap();
    laptops[1].merge(&added);
    let id = ConnectorId::from_bits(1);
    let from = End::On(note(1).into());
    let drawn = laptops[1]
        .act(&[Command::AddConnector {
            id,
            from,
            to: End::At(5, 5),
            label: String::new(),
        }])
        .unwrap();
    assert!(laptops[2].merge(&drawn));
    assert!(laptops[2].replica.board().connectors.is_empty());
    assert!(laptops[2].merge(&added));
    assert!(laptops[2].replica.board().connectors.contains_key(&id));
}

#[test]
fn m6_different_fields_both_change_and_of_one_field_one_value_wins() {
    let mut laptops = two_with_a_note("x");
    let set = |change| Command::SetNotes {
        ids: vec![note(1)],
        set: vec![change],
    };
    laptops[0].act(&[
        set(NoteChange::Parked(true)),
        set(NoteChange::Kind(NoteKind::Idea)),
    ]);
    laptops[1].act(&[
        set(NoteChange::Source("log".into())),
        set(NoteChange::Kind(NoteKind::Well)),
    ]);
    meet(&mut laptops);
    assert_same(&laptops);
    let note = &laptops[0].replica.board().notes[&note(1)];
    assert!(note.parked && note.source == "log");
    assert!(matches!(note.kind, NoteKind::Idea | NoteKind::Well));
}

#[test]
fn m6_a_move_made_while_somebody_locked_the_note_is_kept_and_so_is_the_lock() {
    let mut laptops = two_with_a_note("x");
    let key = note(1).into();
    laptops[0].act(&[Command::Lock {
        keys: vec![key],
        locked: true,
    }]);
    laptops[1].act(&[move_note(note(1), Parent::Board, 400, 80)]);
    meet(&mut laptops);
    assert_same(&laptops);
    let note = &laptops[0].replica.board().notes[&note(1)];
    assert!(note.locked && note.place.x == 400);
}

#[test]
fn m6_a_phase_that_was_taken_off_the_list_gives_way_to_the_first() {
    let phase = |id: &str, skipped| Phase {
        id: id.into(),
        kind: PhaseKind::Open,
        title: id.into(),
        question: "What?".into(),
        purpose: String::new(),
        prompts: Vec::new(),
        tips: Vec::new(),
        swap: None,
        minutes: 5,
        skipped,
        writing: board::Writing::default(),
    };
    let list = |ids: &[&str]| Command::SetPhases {
        phases: ids.iter().map(|id| phase(id, *id == "scene")).collect(),
    };
    let mut laptops = two_with_a_note("x");
    laptops[0].act(&[list(&["scene", "gather", "vote"])]);
    meet(&mut laptops);
    laptops[0].act(&[Command::GoToPhase {
        phase: "vote".into(),
    }]);
    laptops[1].act(&[list(&["scene", "gather"])]);
    meet(&mut laptops);
    assert_same(&laptops);
    assert_eq!(laptops[0].replica.board().meta.phase, "gather");
}

#[test]
fn m7_words_typed_at_once_all_stay() {
    let mut laptops = two_with_a_note("build");
    laptops[0].act(&[type_in(note(1), 0, 0, "slow ")]);
    laptops[1].act(&[type_in(note(1), 5, 5, " again")]);
    meet(&mut laptops);
    assert_same(&laptops);
    assert_eq!(
        laptops[0].replica.board().notes[&note(1)].text,
        "slow build again"
    );
}

#[test]
fn m8_unknown_words_and_malformed_fields_read_as_their_defaults() {
    let mut laptop = Laptop::new(1);
    let key = note(7).to_string();
    let update = strange(
        Root::Notes,
        &key,
        &[
            ("kind", "rumour".into()),
            ("place", "left".into()),
            ("made", Any::from(f64::NAN)),
            ("parked", "yes".into()),
            ("size", Any::Array([Any::from(1e300), Any::Null].into())),
        ],
    );
    assert!(laptop.merge(&update));
    let note = &laptop.replica.board().notes[&note(7)];
    assert_eq!(note.kind, NoteKind::Plain);
    assert_eq!(
        (note.place.parent, note.place.x, note.made),
        (Parent::Board, 0, 0)
    );
    assert!(!note.parked && note.text.is_empty());
    laptop.check();
    // Something under a key that is no note's is kept and not seen.
    assert!(laptop.merge(&strange_second("someone's idea")));
    assert_eq!(laptop.replica.board().notes.len(), 1);
    laptop.check();
}

fn strange_second(key: &str) -> Vec<u8> {
    let doc = foreign(98);
    let map = doc.get_or_insert_map("notes");
    let _: MapRef = map.insert(&mut doc.transact_mut(), key, MapPrelim::default());
    whole(&doc)
}

#[test]
fn m8_positions_out_of_bounds_are_clamped() {
    let mut laptop = Laptop::new(1);
    let place = Any::Array(
        [
            "board".into(),
            Any::from(1e12),
            Any::from(-1e12),
            "??".into(),
        ]
        .into(),
    );
    assert!(laptop.merge(&strange(
        Root::Notes,
        &note(1).to_string(),
        &[("place", place)]
    )));
    let place = place_of(laptop.replica.board(), note(1));
    assert_eq!((place.x, place.y), (board::MAX_COORD, -board::MAX_COORD));
    laptop.check();
}

#[test]
fn m9_unknown_fields_survive_and_are_part_of_the_content() {
    let mut laptops = [Laptop::new(1), Laptop::new(2)];
    let key = note(3).to_string();
    let plain = strange(Root::Notes, &key, &[]);
    laptops[0].merge(&plain);
    let before = laptops[0].replica.content_hash();
    let doc = foreign(98);
    let meta = doc.get_or_insert_map("meta");
    meta.insert(&mut doc.transact_mut(), "mood", "sunny");
    laptops[0].merge(&whole(&doc));
    assert_ne!(laptops[0].replica.content_hash(), before);
    laptops[0].act(&[
        type_in(note(3), 0, 0, "a"),
        move_note(note(3), Parent::Board, 9, 9),
    ]);
    meet(&mut laptops);
    assert_same(&laptops);
    assert_eq!(
        laptops[1]
            .replica
            .registers()
            .get(&("meta".to_owned(), "mood".to_owned())),
        Some(&Any::from("sunny"))
    );
}

#[test]
fn m9_a_newer_layout_opens_read_only_and_goes_on_merging() {
    let mut laptop = Laptop::new(1);
    let doc = foreign(98);
    let meta = doc.get_or_insert_map("meta");
    meta.insert(&mut doc.transact_mut(), "layout", 2);
    assert!(laptop.merge(&whole(&doc)));
    assert!(laptop.replica.read_only().is_some());
    let refused =
        laptop
            .replica
            .execute("a", &super::world::FACILITATOR, &[add_section(section(1))]);
    assert!(matches!(refused, Err(crate::ExecuteError::ReadOnly(_))));
    assert!(laptop.merge(&strange(Root::Notes, &note(1).to_string(), &[])));
    assert_eq!(laptop.replica.board().notes.len(), 1);
    let again = crate::Replica::open(laptop.replica.client(), None, &laptop.log).unwrap();
    assert!(again.read_only().is_some());
}

#[test]
fn a_record_that_was_removed_can_be_put_again() {
    let mut laptop = Laptop::new(1);
    laptop.act(&[add_note(note(1), Parent::Board, "first")]);
    laptop.act(&[remove(note(1))]);
    laptop.act(&[add_note(note(1), Parent::Board, "second 👋🏽")]);
    assert_eq!(laptop.replica.board().notes[&note(1)].text, "second 👋🏽");
    laptop.check();
    laptop.undo("a", false);
    assert!(laptop.replica.board().notes.is_empty());
    laptop.check();
}

#[test]
fn records_of_every_kind_come_back_as_they_were_put() {
    let mut laptop = Laptop::new(1);
    let put = vec![
        Record::Theme(Theme {
            id: theme(1),
            name: "Waiting".into(),
            place: board::Place {
                parent: Parent::Board,
                x: -5,
                y: 6,
                order: board::Order::between(None, None),
            },
            collapsed: true,
            locked: false,
        }),
        Record::Connector(Connector {
            id: ConnectorId::from_bits(1),
            from: End::On(Key::Theme(theme(1))),
            to: End::At(-7, 8),
            label: "leads to".into(),
        }),
    ];
    laptop
        .act(&[Command::Insert {
            records: put.clone(),
        }])
        .unwrap();
    for record in put {
        assert_eq!(laptop.replica.board().get(record.key()), Some(record));
    }
    laptop.check();
}

/// Types into a note of a foreign writer.
pub(super) fn type_into(doc: &Doc, key: &str, at: u32, text: &str) {
    let map = doc.get_or_insert_map("notes");
    let mut txn = doc.transact_mut();
    let Some(yrs::Out::YMap(record)) = map.get(&txn, key) else {
        panic!("no record")
    };
    let Some(yrs::Out::YText(body)) = record.get(&txn, "text") else {
        panic!("no text")
    };
    body.insert(&mut txn, at, text);
}
