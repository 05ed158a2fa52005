//! Records that do not tell who brought them.

use crate::{ClientId, ExecuteError, Replica};
use board::{Actor, Note, NoteId, NoteKind, Order, Parent, Place, Record, Role};

const ACTOR: Actor = Actor {
    person: None,
    role: Role::Facilitate,
    now_ms: 5,
};

fn note(n: u128, text: &str) -> Record {
    Record::Note(Note {
        id: NoteId::from_bits(n),
        text: text.into(),
        kind: NoteKind::Well,
        place: Place {
            parent: Parent::Board,
            x: 1,
            y: 2,
            order: Order("V".into()),
        },
        size: None,
        author: None,
        made: 0,
        when: None,
        source: String::new(),
        parked: false,
        locked: false,
    })
}

#[test]
fn records_inserted_apart_are_written_by_a_client_of_their_own_and_by_nobodys_undo() {
    let mut here = Replica::new(ClientId::new(1));
    let own = here.client();
    let before = here.state_vector();
    let applied = here
        .insert_as(
            ClientId::new(9),
            &ACTOR,
            vec![note(1, "a"), note(2, "b 🎉")],
        )
        .unwrap();
    assert_eq!((here.client(), here.board().notes.len()), (own, 2));
    assert_eq!(applied.patch.added.len(), 2);
    assert_eq!(here.undo_labels(""), (None, None));

    let mut there = Replica::new(ClientId::new(3));
    there.merge(&applied.update).unwrap();
    assert_eq!(there.board(), here.board());
    assert_eq!(there.content_hash(), here.content_hash());
    assert_eq!(there.state_vector(), here.state_vector());
    assert_ne!(here.state_vector(), before);

    // It goes on as before, and an older state opens the same.
    let again = here.insert_as(ClientId::new(10), &ACTOR, vec![note(1, "twice")]);
    assert!(matches!(again, Err(ExecuteError::Rejected(_))));
    let none: &[&[u8]] = &[];
    let opened = Replica::open(ClientId::new(4), Some(&here.snapshot()), none).unwrap();
    assert_eq!(opened.board(), here.board());
}

#[test]
fn the_same_record_from_two_runs_of_one_laptop_is_one() {
    let (mut before, mut after) = (
        Replica::new(ClientId::new(1)),
        Replica::new(ClientId::new(2)),
    );
    let lost = before
        .insert_as(ClientId::new(8), &ACTOR, vec![note(1, "once")])
        .unwrap();
    after
        .insert_as(ClientId::new(9), &ACTOR, vec![note(1, "once")])
        .unwrap();
    after.merge(&lost.update).unwrap();
    for update in after.diff(&before.state_vector()).unwrap() {
        before.merge(&update).unwrap();
    }
    assert_eq!(before.board(), after.board());
    assert_eq!(before.content_hash(), after.content_hash());
    assert_eq!(after.board().notes.len(), 1);
}
