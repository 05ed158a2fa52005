//! Texts are counted in UTF-16 units, as editors and Yjs count them.

use super::merge_rules::{foreign, type_into, whole};
use super::world::{
    FACILITATOR, Laptop, add_note, assert_same, meet, note, two_with_a_note, type_in,
};
use board::{Key, Parent, Splice, TextEdit};
use yrs::{Map, MapPrelim, MapRef, Text, TextPrelim, TextRef, Transact};

#[test]
fn emoji_count_as_two_units_each() {
    let mut laptops = two_with_a_note("👋🏽 hi");
    laptops[0].act(&[type_in(note(1), 7, 7, "🚀")]);
    laptops[1].act(&[type_in(note(1), 0, 4, "🙂")]);
    meet(&mut laptops);
    assert_same(&laptops);
    assert_eq!(laptops[0].replica.board().notes[&note(1)].text, "🙂 hi🚀");
}

#[test]
fn an_edit_that_cuts_a_character_in_two_is_refused() {
    let mut laptop = Laptop::new(1);
    laptop.act(&[add_note(note(1), Parent::Board, "🚀")]);
    assert_eq!(laptop.act(&[type_in(note(1), 1, 1, "x")]), None);
    assert_eq!(laptop.act(&[type_in(note(1), 0, 1, "")]), None);
    assert_eq!(laptop.act(&[type_in(note(1), 0, 9, "")]), None);
    assert_eq!(laptop.replica.board().notes[&note(1)].text, "🚀");
}

#[test]
fn remote_typing_arrives_as_the_edit_it_was() {
    let mut laptops = two_with_a_note("one two three");
    let first = laptops[1].act(&[type_in(note(1), 0, 3, "1")]).unwrap();
    let second = laptops[1].act(&[type_in(note(1), 6, 11, "3")]).unwrap();
    let both = laptops[1]
        .replica
        .diff(&laptops[0].replica.state_vector())
        .unwrap();
    assert_eq!(both.len(), 1);
    let merged = laptops[0].replica.merge(&both[0]).unwrap();
    let splice = |from, to, insert: &str| Splice {
        from,
        to,
        insert: insert.into(),
    };
    let edit = TextEdit(vec![splice(0, 3, "1"), splice(8, 13, "3")]);
    assert_eq!(merged.texts, vec![(Key::Note(note(1)), edit)]);
    for late in [first, second] {
        assert!(!laptops[0].replica.merge(&late).unwrap().changed);
    }
}

#[test]
fn pushed_edits_build_on_one_another() {
    let mut laptop = Laptop::new(1);
    let insert = |at: u32, text: &str| {
        TextEdit(vec![Splice {
            from: at,
            to: at,
            insert: text.into(),
        }])
    };
    let edits = [insert(0, "ab"), insert(1, "🚀"), insert(3, "c")];
    let applied = laptop
        .replica
        .push_text("a", &FACILITATOR, Key::Meta, &edits)
        .unwrap();
    laptop.applied(&applied);
    assert_eq!(laptop.replica.board().meta.summary, "a🚀cb");
    assert_eq!(applied.texts.len(), 1);
    laptop.check();
}

#[test]
fn a_character_that_another_client_tears_in_two_stays_the_same_everywhere() {
    let doc = foreign(9);
    let map = doc.get_or_insert_map("notes");
    let key = note(1).to_string();
    let body: TextRef = {
        let mut txn = doc.transact_mut();
        let record: MapRef = map.insert(&mut txn, key.as_str(), MapPrelim::default());
        record.insert(&mut txn, "text", TextPrelim::new("a🚀b"))
    };
    let mut laptops = [Laptop::new(1), Laptop::new(2)];
    assert!(laptops[0].merge(&whole(&doc)));
    assert_eq!(laptops[0].replica.board().notes[&note(1)].text, "a🚀b");
    body.remove_range(&mut doc.transact_mut(), 1, 1);
    assert!(laptops[0].merge(&whole(&doc)));
    assert!(laptops[1].merge(&whole(&doc)));
    assert_eq!(
        laptops[0].replica.board().notes[&note(1)].text,
        "a\u{fffd}b"
    );
    type_into(&doc, &key, 2, "!");
    assert!(laptops[0].merge(&whole(&doc)));
    meet(&mut laptops);
    assert_same(&laptops);
    laptops[0].check();
}

#[test]
fn a_text_beyond_the_bound_is_cut_for_display_only() {
    let doc = foreign(9);
    let map = doc.get_or_insert_map("notes");
    let long = "🚀".repeat(board::MAX_TEXT);
    {
        let mut txn = doc.transact_mut();
        let record: MapRef = map.insert(&mut txn, note(1).to_string(), MapPrelim::default());
        let _: TextRef = record.insert(&mut txn, "text", TextPrelim::new(long));
    }
    let mut laptops = [Laptop::new(1), Laptop::new(2)];
    assert!(laptops[0].merge(&whole(&doc)));
    let shown = &laptops[0].replica.board().notes[&note(1)].text;
    assert_eq!(board::utf16_len(shown), board::MAX_TEXT);
    laptops[0].act(&[type_in(note(1), 0, 2, "")]);
    laptops[0].check();
    meet(&mut laptops);
    assert_same(&laptops);
}

#[test]
fn a_note_that_another_client_gave_no_text_gets_one_when_somebody_writes() {
    let doc = foreign(9);
    let map = doc.get_or_insert_map("notes");
    let _: MapRef = map.insert(
        &mut doc.transact_mut(),
        note(1).to_string(),
        MapPrelim::default(),
    );
    let mut laptop = Laptop::new(1);
    assert!(laptop.merge(&whole(&doc)));
    laptop.act(&[type_in(note(1), 0, 0, "words")]);
    assert_eq!(laptop.replica.board().notes[&note(1)].text, "words");
    laptop.check();
}
