//! What a session has seen of a board, and what it is still to be told.

use crate::input::SessionKind;
use crate::protocol::{BoardEvent, UndoState};
use board::{Board, BoardId, Key, Patch, PersonId, Role};
use std::collections::BTreeMap;

/// A session on an open board.
#[derive(Debug)]
pub(crate) struct Subscription {
    pub(crate) kind: SessionKind,
    /// The number of the last batch.
    seq: u32,
    /// Records that changed since, and whether the session knows them: what they are now is looked
    /// up when the batch is sent, so that any number of changes is one.
    touched: BTreeMap<Key, bool>,
    by: By,
    /// Who acted last in this session: whose undo it is told.
    pub(crate) person: Option<PersonId>,
    /// What it was told last.
    pub(crate) undo: UndoState,
    /// Its newest change that it was not told is safe.
    pub(crate) unsaved: Option<u32>,
    /// It was told that saving fails.
    pub(crate) told_failing: bool,
    /// Its presence, as the others know it.
    pub(crate) who: u64,
}

/// Who made the changes of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
enum By {
    #[default]
    Nobody,
    One(String),
    Several,
}

impl Subscription {
    pub(crate) fn new(kind: SessionKind, who: u64) -> Self {
        Self {
            kind,
            seq: 0,
            touched: BTreeMap::new(),
            by: By::Nobody,
            person: None,
            undo: UndoState::default(),
            unsaved: None,
            told_failing: false,
            who,
        }
    }

    /// What the session may do, on a board where this laptop may do `own`.
    pub(crate) fn role(&self, own: Role) -> Role {
        match self.kind {
            SessionKind::Own => own,
            SessionKind::Guest { role, .. } => role.min(own),
        }
    }

    /// Notes a change that the session is to be told.
    pub(crate) fn touch(&mut self, patch: &Patch, by: &str) {
        for record in &patch.added {
            self.touched.entry(record.key()).or_insert(false);
        }
        for key in patch
            .updated
            .iter()
            .map(board::Record::key)
            .chain(patch.removed.iter().copied())
        {
            self.touched.entry(key).or_insert(true);
        }
        self.by = match std::mem::take(&mut self.by) {
            By::Nobody => By::One(by.to_owned()),
            By::One(before) if before == by => By::One(before),
            By::One(_) | By::Several => By::Several,
        };
    }

    /// The batch of everything noted, if that comes to anything.
    pub(crate) fn batch(&mut self, id: BoardId, board: &Board) -> Option<BoardEvent> {
        let mut patch = Patch::default();
        for (key, known) in std::mem::take(&mut self.touched) {
            match (known, board.get(key)) {
                (false, Some(record)) => patch.added.push(record),
                (true, Some(record)) => patch.updated.push(record),
                (true, None) => patch.removed.push(key),
                (false, None) => {}
            }
        }
        let by = match std::mem::take(&mut self.by) {
            By::One(by) => by,
            By::Nobody | By::Several => String::new(),
        };
        if patch.is_empty() {
            return None;
        }
        self.seq += 1;
        Some(BoardEvent::Batch {
            board: id,
            seq: self.seq,
            patch,
            by,
        })
    }

    /// A batch that does not follow the last one, which makes the session open the board again.
    pub(crate) fn gap(&mut self, id: BoardId) -> BoardEvent {
        self.touched.clear();
        self.seq += 2;
        BoardEvent::Batch {
            board: id,
            seq: self.seq,
            patch: Patch::default(),
            by: String::new(),
        }
    }

    /// A fresh snapshot includes everything noted; answers the number it stands at.
    pub(crate) fn restart(&mut self) -> u32 {
        self.touched.clear();
        self.by = By::Nobody;
        self.seq
    }
}
