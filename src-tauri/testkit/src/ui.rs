//! A UI session: a mirror of the board made of a snapshot and patches, and its text editors.

use crate::editor::Editor;
use board::{Board, Key, NoteId, PersonId};
use engine::SessionId;
use engine::protocol::{BoardEvent, BoardReply, Fault, PeerState, UndoState};
use std::collections::{BTreeMap, BTreeSet};

/// What a request is about, until it is answered.
#[derive(Debug)]
pub(crate) enum Asked {
    Open,
    /// A change: the notes it makes.
    Change(Vec<NoteId>),
    OpenText(Key),
    /// Pushed edits: the marks they write.
    Push(Key, BTreeSet<char>),
    Other,
}

/// A session.
#[derive(Debug)]
pub(crate) struct Ui {
    pub(crate) id: SessionId,
    pub(crate) person: Option<PersonId>,
    pub(crate) mirror: Option<Board>,
    seq: u32,
    next_request: u32,
    pub(crate) asked: BTreeMap<u32, Asked>,
    pub(crate) editors: BTreeMap<Key, Editor>,
    /// Accepted and not known to be safe: by change, the notes and marks.
    unsaved: Vec<(u32, Vec<NoteId>, BTreeSet<char>)>,
    pub(crate) peers: Vec<PeerState>,
    undo: UndoState,
    present: BTreeSet<String>,
}

/// What a session learnt was safe.
#[derive(Debug, Default)]
pub(crate) struct Safe {
    pub(crate) notes: Vec<NoteId>,
    pub(crate) marks: BTreeSet<char>,
}

impl Ui {
    pub(crate) fn new(id: SessionId, person: Option<PersonId>) -> Self {
        Self {
            id,
            person,
            mirror: None,
            seq: 0,
            next_request: 0,
            asked: BTreeMap::new(),
            editors: BTreeMap::new(),
            unsaved: Vec::new(),
            peers: Vec::new(),
            undo: UndoState::default(),
            present: BTreeSet::new(),
        }
    }

    /// Notes a request; answers its number.
    pub(crate) fn ask(&mut self, asked: Asked) -> u32 {
        self.next_request += 1;
        self.asked.insert(self.next_request, asked);
        self.next_request
    }

    /// An answer came. `board` is the engine's, right after.
    pub(crate) fn answered(&mut self, id: u32, answer: Result<BoardReply, Fault>, board: Option<&Board>) {
        let asked = self.asked.remove(&id).expect("an answer to a request");
        match (asked, answer) {
            (Asked::Open, Ok(BoardReply::Opened { snapshot, seq, peers, undo, present, .. })) => {
                self.mirror = Some(Board::from_snapshot(snapshot));
                self.seq = seq;
                self.peers = peers;
                self.undo = undo;
                self.present = present.into_iter().map(|present| present.who).collect();
            }
            (Asked::Open, answer) => panic!("the board did not open: {answer:?}"),
            (Asked::Change(notes), Ok(BoardReply::Accepted { change })) => {
                assert!(self.mirror.as_ref() == board, "the own change is seen before it is accepted");
                self.unsaved.push((change, notes, BTreeSet::new()));
            }
            (Asked::Change(_), Ok(BoardReply::Undone { change, label, .. })) => {
                assert!(self.mirror.as_ref() == board, "what was undone is seen before the answer");
                assert_eq!(change.is_some(), !label.is_empty(), "what was undone has a name");
                self.unsaved.extend(change.map(|change| (change, Vec::new(), BTreeSet::new())));
            }
            (Asked::OpenText(key), Ok(BoardReply::Text { version, text })) => {
                let name = format!("{}:{key}", self.id.0);
                self.editors.insert(key, Editor::new(name, version, text));
            }
            (Asked::Push(key, marks), answer) => {
                let editor = self.editors.get_mut(&key);
                match answer {
                    Ok(BoardReply::Pushed { taken, change }) => {
                        assert_eq!(taken, change.is_some());
                        if let Some(change) = change {
                            self.unsaved.push((change, Vec::new(), marks));
                        }
                        if let Some(editor) = editor {
                            editor.in_flight = false;
                        }
                    }
                    Ok(other) => panic!("pushed, and was answered {other:?}"),
                    Err(_) => {
                        if let Some(editor) = editor {
                            editor.in_flight = false;
                            editor.give_up();
                        }
                    }
                }
            }
            (_, Err(_)) | (Asked::Other, _) => {}
            (asked, answer) => panic!("asked {asked:?}, was answered {answer:?}"),
        }
    }

    /// An event came; answers what is safe now.
    pub(crate) fn told(&mut self, event: BoardEvent) -> Safe {
        let mut safe = Safe::default();
        match event {
            BoardEvent::Batch { seq, patch, .. } => {
                assert_eq!(seq, self.seq + 1, "batches are numbered without gaps");
                self.seq = seq;
                let mirror = self.mirror.as_mut().expect("batches follow the snapshot");
                for record in &patch.added {
                    assert!(!mirror.contains(record.key()) || record.key() == Key::Meta, "added twice");
                }
                for record in &patch.updated {
                    assert!(mirror.contains(record.key()), "updated before it was added");
                }
                for key in &patch.removed {
                    assert!(mirror.contains(*key), "removed before it was added");
                }
                mirror.apply(&patch);
            }
            BoardEvent::Saved { change, .. } => {
                self.unsaved.retain(|(of, notes, marks)| {
                    if *of <= change {
                        safe.notes.extend(notes);
                        safe.marks.extend(marks);
                    }
                    *of > change
                });
            }
            BoardEvent::Text { key, version, edits, .. } => {
                if let Some(editor) = self.editors.get_mut(&key) {
                    editor.receive(version, &edits);
                }
            }
            BoardEvent::TextReset { key, version, text, .. } => {
                if let Some(editor) = self.editors.get_mut(&key) {
                    editor.reset(version, text);
                }
            }
            BoardEvent::TextGone { key, .. } => {
                self.editors.remove(&key);
            }
            BoardEvent::Peers { peers, .. } => self.peers = peers,
            BoardEvent::Undo { undo, .. } => {
                assert_ne!(undo, self.undo, "told twice the same");
                self.undo = undo;
            }
            BoardEvent::Presence { who, presence, .. } => {
                if presence.is_some() {
                    self.present.insert(who);
                } else {
                    self.present.remove(&who);
                }
            }
            BoardEvent::Closed { message, .. } => panic!("the board was closed: {message}"),
            BoardEvent::SaveFailed { .. } | BoardEvent::Role { .. } | BoardEvent::Notice { .. } => {}
        }
        safe
    }

    /// How many changes are accepted and not known to be safe.
    pub(crate) fn unsaved(&self) -> usize {
        self.unsaved.len()
    }

    /// How many others are seen.
    pub(crate) fn present(&self) -> usize {
        self.present.len()
    }
}
