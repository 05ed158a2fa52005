//! A board as Home and the search see it.

use crate::input::Millis;
use board::{Board, FollowUpStatus, Key, NoteKind, Record};

/// A board at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// Its title.
    pub title: String,
    /// The team.
    pub team: String,
    /// The current phase's title; empty for none.
    pub phase: String,
    /// Follow-ups agreed.
    pub followups: u32,
    /// Follow-ups done.
    pub followups_done: u32,
    /// When it was last changed.
    pub changed: Millis,
    /// Sections for a small picture: title, kind, left, top, width, height, in board units.
    pub sections: Vec<(String, NoteKind, i32, i32, i32, i32)>,
    /// Notes and follow-ups (without a kind) for a small picture, likewise.
    pub notes: Vec<(Option<NoteKind>, i32, i32, i32, i32)>,
    /// Words for the search that are new: of records that changed since the last summary. `None`
    /// where there are none any more.
    pub texts: Vec<(Key, Option<String>)>,
}

impl Summary {
    /// A board's summary, without its words.
    pub fn of(board: &Board, changed: Millis) -> Self {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let done = board
            .followups
            .values()
            .filter(|f| f.status == FollowUpStatus::Done);
        Self {
            title: board.meta.title.clone(),
            team: board.meta.team.clone(),
            phase: board
                .meta
                .current_phase()
                .map(|phase| phase.title.clone())
                .unwrap_or_default(),
            followups: count(board.followups.len()),
            followups_done: count(done.count()),
            changed,
            sections: Vec::new(),
            notes: Vec::new(),
            texts: Vec::new(),
        }
    }

    /// A board's summary with the words of all its records: to make the search index again.
    pub fn whole(board: &Board, changed: Millis) -> Self {
        let keys = board
            .snapshot()
            .records
            .into_iter()
            .map(|record| record.key());
        let texts = keys.map(|key| (key, words(board, key))).collect();
        Self {
            texts,
            ..Self::of(board, changed)
        }
    }
}

/// The words of a record that the search finds it by, if it is on the board and has any.
pub fn words(board: &Board, key: Key) -> Option<String> {
    let parts = match board.get(key)? {
        Record::Meta(meta) => vec![meta.title, meta.team, meta.summary],
        Record::Section(section) => vec![section.title],
        Record::Note(note) => vec![note.text, note.source],
        Record::Theme(theme) => vec![theme.name],
        Record::Connector(connector) => vec![connector.label],
        Record::FollowUp(followup) => vec![followup.text, followup.owner, followup.outcome],
        Record::Stroke(_) | Record::Person(_) => return None,
    };
    let words = parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("\n");
    (!words.is_empty()).then_some(words)
}
