//! What the tests share: people who act, and laptops whose mirrors prove the patches.

use crate::{Applied, ClientId, Merged, Replica};
use board::testing::{bits, check_invariants, command};
use board::{
    Actor, Board, Command, Key, NewNote, NoteId, NoteKind, Parent, Place, Role, SectionId, Size,
    Splice, TextEdit,
};

pub(super) const FACILITATOR: Actor = Actor {
    person: None,
    role: Role::Facilitate,
    now_ms: 1_521_700_000_000,
};

/// Random numbers of a seed.
pub(super) struct Dice(Box<dyn FnMut() -> u64>);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(Box::new(bits(seed)))
    }
    pub(super) fn bits(&mut self) -> u64 {
        (self.0)()
    }
    pub(super) fn below(&mut self, n: usize) -> usize {
        (self.bits() % n.max(1) as u64) as usize
    }
    pub(super) fn command(&mut self, board: &Board) -> Command {
        command(&mut *self.0, board)
    }
    pub(super) fn client(&mut self) -> ClientId {
        ClientId::new(self.bits() as u32)
    }
}

/// A replica, the board its patches add up to, and the log a store would keep.
pub(super) struct Laptop {
    pub(super) replica: Replica,
    pub(super) mirror: Board,
    pub(super) snapshot: Option<Vec<u8>>,
    pub(super) log: Vec<Vec<u8>>,
}

impl Laptop {
    pub(super) fn new(client: u32) -> Self {
        Self {
            replica: Replica::new(ClientId::new(client)),
            mirror: Board::default(),
            snapshot: None,
            log: Vec::new(),
        }
    }

    /// Carries out commands; `None` where the rules refuse them.
    pub(super) fn act(&mut self, commands: &[Command]) -> Option<Vec<u8>> {
        self.act_as("a", commands)
    }

    pub(super) fn act_as(&mut self, scope: &str, commands: &[Command]) -> Option<Vec<u8>> {
        let before = self.replica.board().clone();
        match self.replica.execute(scope, &FACILITATOR, commands) {
            Ok(applied) => Some(self.applied(&applied)),
            Err(crate::ExecuteError::Rejected(_)) => {
                assert_eq!(
                    *self.replica.board(),
                    before,
                    "a refused request changed the board"
                );
                None
            }
            Err(error) => panic!("{error}"),
        }
    }

    pub(super) fn undo(&mut self, scope: &str, redo: bool) -> Option<Vec<u8>> {
        let undone = if redo {
            self.replica.redo(scope)
        } else {
            self.replica.undo(scope)
        }
        .unwrap();
        undone.applied.map(|applied| self.applied(&applied))
    }

    pub(super) fn applied(&mut self, applied: &Applied) -> Vec<u8> {
        self.watch(&applied.patch, &applied.texts);
        if applied.update.is_empty() {
            assert!(applied.patch.is_empty());
        } else {
            self.log.push(applied.update.clone());
        }
        applied.update.clone()
    }

    /// Merges, which must not be refused; `false` where something is missing before it.
    pub(super) fn merge(&mut self, update: &[u8]) -> bool {
        match self.replica.merge(update) {
            Ok(merged) => {
                self.merged(&merged, update);
                true
            }
            Err(crate::MergeError::Gap) => false,
            Err(error) => panic!("{error}"),
        }
    }

    fn merged(&mut self, merged: &Merged, update: &[u8]) {
        self.watch(&merged.patch, &merged.texts);
        if merged.changed {
            self.log.push(update.to_vec());
        } else {
            assert!(merged.patch.is_empty());
        }
    }

    fn watch(&mut self, patch: &board::Patch, texts: &[(Key, TextEdit)]) {
        self.check_hash();
        let before = self.mirror.clone();
        self.mirror.apply(patch);
        assert!(
            self.mirror == *self.replica.board(),
            "patches do not add up to the board: {patch:?}"
        );
        for record in &patch.added {
            assert!(!before.contains(record.key()), "{} was there", record.key());
        }
        for record in &patch.updated {
            assert_ne!(
                before.get(record.key()).as_ref(),
                Some(record),
                "nothing was updated"
            );
        }
        for (key, edit) in texts {
            let old = text_of(&before, *key).unwrap();
            assert_eq!(
                edit.apply(&old).as_deref(),
                Ok(&*text_of(&self.mirror, *key).unwrap())
            );
        }
    }

    /// The content hash that is kept up to date, against one of the document alone.
    pub(super) fn check_hash(&self) {
        assert_eq!(
            self.replica.content_hash(),
            self.replica.content_hash_from_scratch(),
            "something changed that was not told of"
        );
    }

    /// Sends the other what it lacks.
    pub(super) fn send(&self, other: &mut Self) {
        for update in self.replica.diff(&other.replica.state_vector()).unwrap() {
            assert!(update.len() <= crate::MAX_UPDATE);
            assert!(other.merge(&update), "a difference has a gap");
        }
    }

    /// Opens the board again from what was stored.
    pub(super) fn reopen(&mut self, client: ClientId) {
        let hash = self.replica.content_hash();
        let again = Replica::open(client, self.snapshot.as_deref(), &self.log).unwrap();
        assert_eq!(again.content_hash(), hash, "the log is not the document");
        assert!(
            again.board() == self.replica.board(),
            "the log shows another board"
        );
        assert_eq!(again.state_vector(), self.replica.state_vector());
        self.replica = again;
    }

    /// Replaces the log by a snapshot, as the store does now and then.
    pub(super) fn compact(&mut self) {
        self.snapshot = Some(self.replica.snapshot());
        self.log.clear();
    }

    /// The board as it is, against one projected anew from the document alone.
    pub(super) fn check(&self) {
        let snapshot = self.replica.snapshot();
        let none: &[&[u8]] = &[];
        let fresh = Replica::open(ClientId::new(u32::MAX), Some(&snapshot), none).unwrap();
        assert!(
            fresh.board() == self.replica.board(),
            "the board is not what the document says"
        );
        assert_eq!(fresh.content_hash(), self.replica.content_hash());
        check_invariants(self.replica.board()).unwrap();
    }
}

/// Everybody sends everybody everything.
pub(super) fn meet(laptops: &mut [Laptop]) {
    for _ in 0..2 {
        for from in 0..laptops.len() {
            for to in 0..laptops.len() {
                if from != to {
                    let (sender, receiver) = pair(laptops, from, to);
                    sender.send(receiver);
                }
            }
        }
    }
}

pub(super) fn pair(laptops: &mut [Laptop], a: usize, b: usize) -> (&mut Laptop, &mut Laptop) {
    let [a, b] = laptops.get_disjoint_mut([a, b]).unwrap();
    (a, b)
}

pub(super) fn assert_same(laptops: &[Laptop]) {
    for other in laptops.iter().skip(1) {
        assert_eq!(
            laptops[0].replica.state_vector(),
            other.replica.state_vector()
        );
        assert!(
            laptops[0].replica.board() == other.replica.board(),
            "boards differ:\n{:#?}\n{:#?}",
            laptops[0].replica.board(),
            other.replica.board()
        );
        assert_eq!(
            laptops[0].replica.content_hash(),
            other.replica.content_hash()
        );
    }
}

/// Two laptops with the same board: a section with a note on it.
pub(super) fn two_with_a_note(text: &str) -> [Laptop; 2] {
    let mut laptops = [Laptop::new(1), Laptop::new(2)];
    laptops[0].act(&[
        add_section(section(1)),
        add_note(note(1), Parent::Section(section(1)), text),
    ]);
    meet(&mut laptops);
    laptops
}

pub(super) fn note(n: u128) -> NoteId {
    NoteId::from_bits(n)
}

pub(super) fn section(n: u128) -> SectionId {
    SectionId::from_bits(n)
}

pub(super) fn add_section(id: SectionId) -> Command {
    Command::AddSection {
        id,
        title: "What happened?".into(),
        kind: NoteKind::Happened,
        layout: board::Layout::Free,
        x: 100,
        y: 200,
        size: Size { w: 600, h: 400 },
    }
}

pub(super) fn add_note(id: NoteId, parent: Parent, text: &str) -> Command {
    Command::AddNotes {
        notes: vec![NewNote {
            id,
            text: text.into(),
            kind: None,
            parent,
            x: 10,
            y: 20,
            after: None,
            size: None,
            anonymous: false,
            when: None,
        }],
    }
}

pub(super) fn move_note(id: NoteId, parent: Parent, x: i32, y: i32) -> Command {
    Command::Move {
        moves: vec![board::Move {
            key: id.into(),
            parent,
            x,
            y,
            after: None,
            first: false,
        }],
    }
}

pub(super) fn type_in(key: impl Into<Key>, from: u32, to: u32, insert: &str) -> Command {
    Command::EditText {
        key: key.into(),
        edit: vec![Splice {
            from,
            to,
            insert: insert.into(),
        }],
    }
}

pub(super) fn remove(key: impl Into<Key>) -> Command {
    Command::Remove {
        keys: vec![key.into()],
    }
}

pub(super) fn place_of(board: &Board, id: NoteId) -> &Place {
    &board.notes[&id].place
}

pub(super) fn text_of(board: &Board, key: Key) -> Option<String> {
    match key {
        Key::Meta => Some(board.meta.summary.clone()),
        Key::Note(id) => board.notes.get(&id).map(|note| note.text.clone()),
        Key::FollowUp(id) => board.followups.get(&id).map(|card| card.text.clone()),
        _ => None,
    }
}
