//! A board as Home and the search see it.

use crate::input::{Millis, Stored};
use board::layout::{self, NOTE_H, NOTE_W};
use board::{
    Board, FollowUp, FollowUpStatus, Key, Layout, Note, NoteKind, Parent, Record, Section,
    SectionId, Size, Theme, votes,
};
use replica::{ClientId, Replica};
use std::collections::BTreeMap;

/// Rectangles in a small picture, of notes and follow-ups: beyond that they are dust.
const MOST: usize = 1_000;

/// A follow-up as lists across boards show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreed {
    /// The follow-up, without the place of its card.
    pub followup: FollowUp,
    /// The words of the note or theme it came from; empty where that is gone.
    pub from: String,
}

/// Follow-ups and themes in a summary: a board has some ten.
const MOST_AGREED: usize = 200;

/// A board at a glance.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// Its title.
    pub title: String,
    /// The team.
    pub team: String,
    /// The current phase's title; empty for none.
    pub phase: String,
    /// Follow-ups agreed, and not dropped.
    pub followups: u32,
    /// Follow-ups done.
    pub followups_done: u32,
    /// The follow-ups, in the order of their ids.
    pub agreed: Vec<Agreed>,
    /// The themes' names and dots, most dots first.
    pub themes: Vec<(String, u32)>,
    /// Notes on what went well, and on what made it hard: of the board, of nobody in particular.
    pub balance: (u32, u32),
    /// When it was last changed.
    pub changed: Millis,
    /// Sections for a small picture: title, kind, left, top, width, height, in board units.
    pub sections: Vec<(String, NoteKind, i32, i32, i32, i32)>,
    /// Notes and follow-ups (without a kind) for a small picture, likewise.
    pub notes: Vec<(Option<NoteKind>, i32, i32, i32, i32)>,
    /// The number in the log of the newest update that is in here.
    pub upto: i64,
    /// Words for the search that are new: of records that changed since the last summary. `None`
    /// where there are none any more.
    pub texts: Vec<(Key, Option<String>)>,
}

impl Summary {
    /// A board's summary, without its words.
    pub fn of(board: &Board, changed: Millis) -> Self {
        let (sections, notes) = picture(board);
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let kept = board
            .followups
            .values()
            .filter(|f| f.status != FollowUpStatus::Dropped);
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
            followups: count(kept.count()),
            followups_done: count(done.count()),
            agreed: agreed(board),
            themes: themes(board),
            balance: (kinds(board, NoteKind::Well), kinds(board, NoteKind::Puzzle)),
            changed,
            sections,
            notes,
            upto: 0,
            texts: Vec::new(),
        }
    }

    /// The summary of a board from the store, with all its words. `client` is a number that has
    /// never written to it; nothing is written here either.
    ///
    /// # Errors
    /// See [`replica::OpenError`].
    pub fn stored(
        stored: &Stored,
        client: u32,
        changed: Millis,
    ) -> Result<Self, replica::OpenError> {
        let client = ClientId::new(client);
        let replica = Replica::open(client, stored.snapshot.as_deref(), &stored.updates)?;
        Ok(Self {
            upto: stored.last_seq,
            ..Self::whole(replica.board(), changed)
        })
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

fn agreed(board: &Board) -> Vec<Agreed> {
    let from = |followup: &FollowUp| match followup.from {
        Some(Key::Note(id)) => board.notes.get(&id).map(|note| note.text.clone()),
        Some(Key::Theme(id)) => board.themes.get(&id).map(|theme| theme.name.clone()),
        _ => None,
    };
    let followups = board.followups.values().take(MOST_AGREED);
    followups
        .map(|followup| Agreed {
            from: from(followup).unwrap_or_default(),
            followup: followup.clone(),
        })
        .collect()
}

fn themes(board: &Board) -> Vec<(String, u32)> {
    let tally = votes::tally(board);
    let dots = |theme: &Theme| tally.get(&Key::Theme(theme.id)).copied().unwrap_or(0);
    let mut themes: Vec<(String, u32)> = board
        .themes
        .values()
        .filter(|theme| !theme.name.trim().is_empty())
        .map(|theme| (theme.name.clone(), dots(theme)))
        .collect();
    themes.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    themes.truncate(MOST_AGREED);
    themes
}

fn kinds(board: &Board, kind: NoteKind) -> u32 {
    let notes = board.notes.values().filter(|note| note.kind == kind);
    u32::try_from(notes.count()).unwrap_or(u32::MAX)
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
        Record::Stroke(_) | Record::Person(_) | Record::Dot(_) => return None,
    };
    let words = parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("\n");
    (!words.is_empty()).then_some(words)
}

type Sections = Vec<(String, NoteKind, i32, i32, i32, i32)>;
type Notes = Vec<(Option<NoteKind>, i32, i32, i32, i32)>;

/// Where everything lies on the board, as far as that can be told without a screen.
fn picture(board: &Board) -> (Sections, Notes) {
    let mut inside: BTreeMap<Parent, Vec<&Note>> = BTreeMap::new();
    for note in board.notes.values() {
        inside.entry(note.place.parent).or_default().push(note);
    }
    for notes in inside.values_mut() {
        notes.sort_by(|a, b| (&a.place.order, a.id).cmp(&(&b.place.order, b.id)));
    }
    let notes_in = |parent| inside.get(&parent).cloned().unwrap_or_default();
    let mut notes: Notes = Vec::new();
    let mut put = |note: &Note, x: i32, y: i32| {
        let Size { w, h } = layout::note_size(note);
        notes.push((Some(note.kind), x, y, w, h));
    };
    let mut corners: BTreeMap<SectionId, (i32, i32)> = BTreeMap::new();
    let mut trays: Vec<(&Theme, i32, i32)> = Vec::new();
    for section in board.sections.values() {
        corners.insert(section.id, (section.x, section.y));
        let mut members = notes_in(Parent::Section(section.id));
        let places = match section.layout {
            Layout::Free => members
                .iter()
                .map(|note| (note.place.x, note.place.y))
                .collect(),
            Layout::Timeline => {
                layout::lane_order(&mut members);
                layout::lane(&sizes(&members), section.size.w).0
            }
            Layout::Column => {
                let themes = themes_in(board, section);
                let tray =
                    |theme: &&Theme| layout::tray(&sizes(&notes_in(Parent::Theme(theme.id)))).1;
                let trays_sizes: Vec<Size> = themes.iter().map(tray).collect();
                let (above, below, _) =
                    layout::section(&trays_sizes, &sizes(&members), section.size.w);
                for (theme, (x, y)) in themes.into_iter().zip(above) {
                    trays.push((theme, section.x + x, section.y + y));
                }
                below
            }
        };
        for (note, (x, y)) in members.into_iter().zip(places) {
            put(note, section.x + x, section.y + y);
        }
    }
    for theme in board.themes.values() {
        let (left, top) = match theme.place.parent {
            Parent::Section(id) => match board.sections.get(&id) {
                Some(section) if section.layout == Layout::Column => continue,
                Some(section) => (section.x, section.y),
                None => (0, 0),
            },
            _ => (0, 0),
        };
        trays.push((theme, left + theme.place.x, top + theme.place.y));
    }
    for (theme, left, top) in trays {
        let members = notes_in(Parent::Theme(theme.id));
        let (places, _) = layout::tray(&sizes(&members));
        for (note, (x, y)) in members.into_iter().zip(places) {
            put(note, left + x, top + y);
        }
    }
    for note in notes_in(Parent::Board) {
        put(note, note.place.x, note.place.y);
    }
    for card in board.followups.values() {
        let (x, y) = match card.place.parent {
            Parent::Section(id) => corners.get(&id).copied().unwrap_or_default(),
            _ => (0, 0),
        };
        notes.push((None, x + card.place.x, y + card.place.y, NOTE_W, NOTE_H));
    }
    notes.truncate(MOST);
    let rectangle = |s: &Section| (s.title.clone(), s.kind, s.x, s.y, s.size.w, s.size.h);
    (board.sections.values().map(rectangle).collect(), notes)
}

fn sizes(notes: &[&Note]) -> Vec<Size> {
    notes.iter().map(|note| layout::note_size(note)).collect()
}

fn themes_in<'a>(board: &'a Board, section: &Section) -> Vec<&'a Theme> {
    let here = |theme: &&Theme| theme.place.parent == Parent::Section(section.id);
    let mut themes: Vec<&Theme> = board.themes.values().filter(here).collect();
    themes.sort_by(|a, b| (&a.place.order, a.id).cmp(&(&b.place.order, b.id)));
    themes
}
