//! What a peer lacks, in pieces it can take.

use super::merge_rules::{foreign, whole};
use super::world::{
    Dice, FACILITATOR, Laptop, add_note, add_section, assert_same, meet, note, remove, section,
    type_in,
};
use crate::{ClientId, DiffError, MAX_UPDATE, MergeError, Refusal, Replica};
use board::{Command, Parent};
use yrs::{Map, MapPrelim, MapRef, Text, TextPrelim, TextRef, Transact};

/// A board of many notes, written on a few laptops.
fn big(notes: usize) -> Laptop {
    let mut laptop = Laptop::new(1);
    laptop.act(&[add_section(section(1))]);
    for first in (0..notes).step_by(50) {
        let one = |n: usize| {
            let parent = if n.is_multiple_of(2) {
                Parent::Board
            } else {
                Parent::Section(section(1))
            };
            let text =
                format!("Note {n}: the build took long again, and we waited for it {n} times");
            add_note(note(n as u128), parent, &text)
        };
        let commands: Vec<Command> = (first..notes.min(first + 50)).map(one).collect();
        laptop
            .replica
            .execute("a", &FACILITATOR, &commands)
            .unwrap();
        laptop
            .replica
            .execute("a", &FACILITATOR, &[remove(note(first as u128 + 3))])
            .unwrap();
        let typed = type_in(note(first as u128 + 9), 0, 4, "Remark");
        laptop.replica.execute("a", &FACILITATOR, &[typed]).unwrap();
        if first % 2_500 == 0 {
            laptop.compact();
            laptop.reopen(ClientId::new(first as u32 + 5));
        }
    }
    laptop.mirror = laptop.replica.board().clone();
    laptop
}

#[test]
fn a_large_board_comes_in_pieces_that_build_on_one_another() {
    let mut all = [big(10_000), Laptop::new(2)];
    let pieces = all[0].replica.diff(&all[1].replica.state_vector()).unwrap();
    assert!(pieces.len() > 1);
    assert!(pieces.iter().all(|piece| piece.len() <= MAX_UPDATE));
    for piece in &pieces {
        assert!(all[1].merge(piece));
    }
    assert_same(&all);
    all[1].check();
    assert!(
        all[0]
            .replica
            .diff(&all[1].replica.state_vector())
            .unwrap()
            .iter()
            .all(|rest| { !all[1].replica.merge(rest).unwrap().changed })
    );
}

#[test]
fn long_texts_are_cut_between_characters() {
    let doc = foreign(9);
    let map = doc.get_or_insert_map("notes");
    let body: TextRef = {
        let mut txn = doc.transact_mut();
        let record: MapRef = map.insert(&mut txn, note(1).to_string(), MapPrelim::default());
        record.insert(&mut txn, "text", TextPrelim::new("end"))
    };
    let mut laptops = [Laptop::new(1), Laptop::new(2)];
    assert!(laptops[0].merge(&whole(&doc)));
    // Half a million astral characters in a row, before something: yrs keeps them as one block.
    let mut seen = doc_state(&doc);
    for n in 0..9 {
        let text = "🚀é".repeat(30_000);
        body.insert(&mut doc.transact_mut(), n * 90_000, &text);
        let update = since(&doc, &seen);
        seen = doc_state(&doc);
        assert!(laptops[0].merge(&update));
    }
    let pieces = laptops[0]
        .replica
        .diff(&laptops[1].replica.state_vector())
        .unwrap();
    assert!(pieces.len() > 1);
    for piece in pieces {
        assert!(piece.len() <= MAX_UPDATE);
        assert!(laptops[1].merge(&piece));
    }
    assert_same(&laptops);
}

fn doc_state(doc: &yrs::Doc) -> yrs::StateVector {
    yrs::ReadTxn::state_vector(&doc.transact())
}

fn since(doc: &yrs::Doc, seen: &yrs::StateVector) -> Vec<u8> {
    yrs::ReadTxn::encode_diff_v1(&doc.transact(), seen)
}

#[test]
fn a_board_of_many_writers_comes_over() {
    let mut laptops = [Laptop::new(1), Laptop::new(2)];
    for n in 0..9_000u32 {
        let doc = foreign(u64::from(n) + 10);
        let meta = doc.get_or_insert_map("meta");
        meta.insert(&mut doc.transact_mut(), format!("f{}", n % 7), n);
        assert!(laptops[0].replica.merge(&whole(&doc)).unwrap().changed);
    }
    let pieces = laptops[0]
        .replica
        .diff(&laptops[1].replica.state_vector())
        .unwrap();
    assert!(pieces.len() > 1);
    for piece in pieces {
        assert!(laptops[1].merge(&piece));
    }
    assert_eq!(
        laptops[0].replica.content_hash(),
        laptops[1].replica.content_hash()
    );
    assert_eq!(
        laptops[0].replica.state_vector(),
        laptops[1].replica.state_vector()
    );
}

#[test]
fn an_update_before_its_turn_is_a_gap_and_changes_nothing() {
    let mut laptops = [Laptop::new(1), Laptop::new(2)];
    let first = laptops[0]
        .act(&[add_note(note(1), Parent::Board, "x")])
        .unwrap();
    let second = laptops[0].act(&[type_in(note(1), 1, 1, "y")]).unwrap();
    let removal = laptops[0].act(&[type_in(note(1), 0, 2, "")]).unwrap();
    for early in [&second, &removal] {
        assert_eq!(laptops[1].replica.merge(early), Err(MergeError::Gap));
    }
    assert_eq!(laptops[1].replica.state_vector(), [0]);
    for update in [first, second, removal] {
        assert!(laptops[1].merge(&update));
    }
    assert_same(&laptops);
}

#[test]
fn nothing_is_lacking_where_everything_is_there() {
    let laptop = Laptop::new(1);
    assert_eq!(laptop.replica.diff(&[0]), Ok(Vec::new()));
    assert_eq!(laptop.replica.state_vector(), [0]);
    let mut laptops = [big(20), Laptop::new(2)];
    meet(&mut laptops);
    for update in laptops[0]
        .replica
        .diff(&laptops[1].replica.state_vector())
        .unwrap()
    {
        assert!(!laptops[1].replica.merge(&update).unwrap().changed);
    }
}

#[test]
fn state_vectors_of_strangers_are_checked() {
    let laptop = big(20);
    let refused = |bytes: &[u8]| laptop.replica.diff(bytes).unwrap_err();
    assert_eq!(refused(&[]), DiffError::Refused(Refusal::Truncated));
    assert_eq!(
        refused(&[200, 200, 200, 200, 10]),
        DiffError::Refused(Refusal::Number)
    );
    assert_eq!(refused(&[9, 1, 1]), DiffError::Refused(Refusal::Truncated));
    assert_eq!(
        refused(&[2, 1, 1, 1, 1]),
        DiffError::Refused(Refusal::Repeated)
    );
    assert_eq!(refused(&[0, 0]), DiffError::Refused(Refusal::Trailing));
    let mut dice = Dice::new(5);
    for _ in 0..20_000 {
        let mut bytes = laptop.replica.state_vector();
        for _ in 0..=dice.below(3) {
            let at = dice.below(bytes.len());
            bytes[at] = dice.bits() as u8;
        }
        // A clock inside our own history is an answer like any other.
        let _ = laptop.replica.diff(&bytes);
    }
}

#[test]
fn a_client_id_is_never_used_twice() {
    let mut laptop = Laptop::new(7);
    laptop.act(&[add_note(note(1), Parent::Board, "x")]);
    let taken = Replica::open(ClientId::new(7), None, &laptop.log);
    assert_eq!(taken.err(), Some(crate::OpenError::ClientTaken));
}

#[test]
fn a_damaged_log_is_an_error() {
    let mut laptop = Laptop::new(7);
    laptop.act(&[add_note(note(1), Parent::Board, "x")]);
    laptop.act(&[type_in(note(1), 0, 0, "y")]);
    let id = ClientId::new(8);
    assert_eq!(
        Replica::open(id, None, &laptop.log[1..]).err(),
        Some(crate::OpenError::Gap)
    );
    let mut torn = laptop.log.clone();
    let len = torn[0].len();
    torn[0].truncate(len - 1);
    assert_eq!(
        Replica::open(id, None, &torn).err(),
        Some(crate::OpenError::Refused(Refusal::Truncated))
    );
    let none: &[&[u8]] = &[];
    assert!(Replica::open(id, None, none).unwrap().board() == &board::Board::default());
}

#[test]
fn requests_that_change_nothing_make_no_update() {
    let mut laptop = Laptop::new(1);
    laptop.act(&[add_section(section(1))]);
    let same = Command::SetSection {
        id: section(1),
        set: vec![board::SectionChange::Collapsed(false)],
    };
    assert_eq!(laptop.act(&[same]), Some(Vec::new()));
    assert_eq!(laptop.replica.undo_labels("a").0, Some("Add section"));
}
