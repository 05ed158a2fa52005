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
    /// Replicas in this world may come apart, and say so.
    pub(crate) may_come_apart: bool,
    pub(crate) id: SessionId,
    pub(crate) person: Option<PersonId>,
    pub(crate) mirror: Option<Board>,
    seq: u32,
    next_request: u32,
    pub(crate) asked: BTreeMap<u32, Asked>,
    pub(crate) editors: BTreeMap<Key, Editor>,
    /// What goes to the editors takes a moment, and keeps its order: until when.
    pub(crate) editors_hear: i64,
    /// The newest change that is safe.
    saved: u32,
    /// Accepted and not known to be safe: by change, the notes and marks.
    unsaved: Vec<(u32, Vec<NoteId>, BTreeSet<char>)>,
    pub(crate) peers: Vec<PeerState>,
    undo: UndoState,
}

/// What a session is told.
#[derive(Debug)]
pub(crate) enum Word {
    Answer(u32, Result<BoardReply, Fault>),
    Event(BoardEvent),
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
            may_come_apart: false,
            mirror: None,
            seq: 0,
            next_request: 0,
            asked: BTreeMap::new(),
            editors: BTreeMap::new(),
            editors_hear: 0,
            saved: 0,
            unsaved: Vec::new(),
            peers: Vec::new(),
            undo: UndoState::default(),
        }
    }

    /// Notes a request; answers its number.
    pub(crate) fn ask(&mut self, asked: Asked) -> u32 {
        self.next_request += 1;
        self.asked.insert(self.next_request, asked);
        self.next_request
    }

    /// Whether a request is an editor's, so that its answer takes a moment.
    pub(crate) fn is_of_editor(&self, id: u32) -> bool {
        matches!(
            self.asked.get(&id),
            Some(Asked::OpenText(_) | Asked::Push(..))
        )
    }

    /// An answer came; answers what is safe now. `board` is the engine's, right after.
    pub(crate) fn answered(
        &mut self,
        id: u32,
        answer: Result<BoardReply, Fault>,
        board: Option<&Board>,
    ) -> Safe {
        let asked = self.asked.remove(&id).expect("an answer to a request");
        match (asked, answer) {
            (
                Asked::Open,
                Ok(BoardReply::Opened {
                    snapshot,
                    seq,
                    peers,
                    undo,
                    ..
                }),
            ) => {
                self.mirror = Some(Board::from_snapshot(snapshot));
                self.seq = seq;
                self.peers = peers;
                self.undo = undo;
            }
            (Asked::Open, answer) => panic!("the board did not open: {answer:?}"),
            (Asked::Change(notes), Ok(BoardReply::Accepted { change })) => {
                assert!(
                    self.mirror.as_ref() == board,
                    "the own change is seen before it is accepted"
                );
                self.unsaved.push((change, notes, BTreeSet::new()));
            }
            (Asked::Change(_), Ok(BoardReply::Undone { change, label, .. })) => {
                assert!(
                    self.mirror.as_ref() == board,
                    "what was undone is seen before the answer"
                );
                assert_eq!(
                    change.is_some(),
                    !label.is_empty(),
                    "what was undone has a name"
                );
                self.unsaved
                    .extend(change.map(|change| (change, Vec::new(), BTreeSet::new())));
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
        self.safe()
    }

    /// What was accepted and is safe by now.
    fn safe(&mut self) -> Safe {
        let (mut safe, saved) = (Safe::default(), self.saved);
        self.unsaved.retain(|(of, notes, marks)| {
            if *of <= saved {
                safe.notes.extend(notes);
                safe.marks.extend(marks);
            }
            *of > saved
        });
        safe
    }

    /// An event came; answers what is safe now.
    pub(crate) fn told(&mut self, event: BoardEvent) -> Safe {
        match event {
            BoardEvent::Batch { seq, patch, .. } => {
                assert_eq!(seq, self.seq + 1, "batches are numbered without gaps");
                self.seq = seq;
                let mirror = self.mirror.as_mut().expect("batches follow the snapshot");
                for record in &patch.added {
                    assert!(
                        !mirror.contains(record.key()) || record.key() == Key::Meta,
                        "added twice"
                    );
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
                assert!(change >= self.saved, "what is safe stays safe");
                self.saved = change;
            }
            BoardEvent::Text {
                key,
                version,
                edits,
                ..
            } => {
                if let Some(editor) = self.editors.get_mut(&key) {
                    editor.receive(version, &edits);
                }
            }
            BoardEvent::TextReset {
                key, version, text, ..
            } => {
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
            BoardEvent::Closed { message, .. } => panic!("the board was closed: {message}"),
            BoardEvent::SaveFailed { .. }
            | BoardEvent::Presence { .. }
            | BoardEvent::Roster { .. }
            | BoardEvent::Timer { .. }
            | BoardEvent::Progress { .. }
            | BoardEvent::Summoned { .. }
            | BoardEvent::Role { .. } => {}
            BoardEvent::Notice { code, .. }
                if self.may_come_apart
                    && matches!(
                        code.as_str(),
                        "replicasDiffer" | "replicasHealed" | "updateRefused"
                    ) => {}
            BoardEvent::Notice { code, .. } => panic!("{code}, though nobody forged anything"),
        }
        self.safe()
    }

    /// How many changes are accepted and not known to be safe.
    pub(crate) fn unsaved(&self) -> usize {
        self.unsaved.len()
    }
}
