//! What a document says, before it has ids and places.

use crate::{
    Board, FollowUpKind, FollowUpStatus, Layout, MAX_LINE, MAX_TEXT, Meta, NoteKind, Reach, Record,
    When,
};

#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) meta: Meta,
    pub(super) sections: Vec<SectionDraft>,
    /// What lies on the board itself.
    pub(super) loose: Group,
    pub(super) followups: Vec<FollowUpDraft>,
    /// From, to, label: the ends by the words of a thing.
    pub(super) links: Vec<(String, String, String)>,
    /// Name, whether a facilitator.
    pub(super) people: Vec<(String, bool)>,
    pub(super) parked: Vec<NoteDraft>,
}

#[derive(Debug)]
pub(super) struct SectionDraft {
    pub(super) title: String,
    pub(super) prompt: String,
    pub(super) kind: NoteKind,
    pub(super) layout: Layout,
    pub(super) group: Group,
    /// Follow-ups whose cards lie here.
    pub(super) cards: Vec<FollowUpDraft>,
}

#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) themes: Vec<ThemeDraft>,
    pub(super) notes: Vec<NoteDraft>,
}

impl Group {
    pub(super) fn is_empty(&self) -> bool {
        self.themes.is_empty() && self.notes.is_empty()
    }
}

#[derive(Debug, Default)]
pub(super) struct ThemeDraft {
    pub(super) name: String,
    pub(super) notes: Vec<NoteDraft>,
}

#[derive(Debug, Default, Clone)]
pub(super) struct NoteDraft {
    pub(super) text: String,
    pub(super) when: Option<When>,
    pub(super) source: String,
    pub(super) author: String,
}

impl NoteDraft {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }
}

#[derive(Debug)]
pub(super) struct FollowUpDraft {
    pub(super) text: String,
    pub(super) owner: String,
    pub(super) due: String,
    pub(super) kind: FollowUpKind,
    pub(super) reach: Reach,
    pub(super) status: FollowUpStatus,
    /// Whether from a theme, and its words.
    pub(super) from: Option<(bool, String)>,
    pub(super) outcome: String,
}

impl FollowUpDraft {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            owner: String::new(),
            due: String::new(),
            kind: FollowUpKind::Change,
            reach: Reach::Team,
            status: FollowUpStatus::Open,
            from: None,
            outcome: String::new(),
        }
    }
}

/// All records of a board, parents before what lies on them.
pub(super) fn parents_first(board: Board) -> Vec<Record> {
    let mut records = vec![Record::Meta(board.meta)];
    records.extend(board.people.into_values().map(Record::Person));
    records.extend(board.sections.into_values().map(Record::Section));
    records.extend(board.themes.into_values().map(Record::Theme));
    records.extend(board.notes.into_values().map(Record::Note));
    records.extend(board.strokes.into_values().map(Record::Stroke));
    records.extend(board.followups.into_values().map(Record::FollowUp));
    records.extend(board.connectors.into_values().map(Record::Connector));
    records.extend(board.dots.into_values().map(Record::Dot));
    records
}

/// Cuts a text that is longer than a note holds, at the end of a paragraph, line, sentence or
/// word near the bound.
pub(super) fn pieces(text: &str, most: usize) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    loop {
        let mut units = 0;
        let Some(bound) = rest.char_indices().find_map(|(at, c)| {
            units += c.len_utf16();
            (units > most).then_some(at)
        }) else {
            pieces.push(rest);
            return pieces;
        };
        let head = rest.get(..bound).unwrap_or(rest);
        let near = head.len() / 2;
        let cut = ["\n\n", "\n", ". ", " "]
            .iter()
            .find_map(|end| {
                head.rfind(end)
                    .map(|at| at + end.len())
                    .filter(|at| *at > near)
            })
            .unwrap_or(bound.max(rest.chars().next().map_or(1, char::len_utf8)));
        pieces.push(rest.get(..cut).unwrap_or(rest));
        rest = rest.get(cut..).unwrap_or("");
    }
}

/// A line cut at the longest a name may be; what is cut off.
pub(super) fn line(text: &str) -> (String, Option<String>) {
    let pieces = pieces(text.trim(), MAX_LINE);
    match pieces.split_first() {
        Some((first, rest)) if !rest.is_empty() => {
            ((*first).trim().to_owned(), Some(rest.concat()))
        }
        Some((first, _)) => ((*first).to_owned(), None),
        None => (String::new(), None),
    }
}

/// A text as notes: one, unless it is longer than a note holds.
pub(super) fn notes(text: &str) -> impl Iterator<Item = &str> {
    pieces(text, MAX_TEXT).into_iter()
}
