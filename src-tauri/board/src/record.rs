//! The records of a board, as everybody sees them: resolved, nothing points at something gone
//! (a follow-up's `from` excepted, which is a memory, not a link that must hold).

use crate::{
    ConnectorId, DotId, FollowUpId, FollowUpKind, FollowUpStatus, Key, Layout, MAX_COORD, Meta,
    NoteId, NoteKind, Order, PersonId, Reach, SectionId, StrokeId, ThemeId, Tint,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a thing lies on. Positions are relative to it, so moving a section is one edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Parent {
    /// The board itself.
    Board,
    /// A section.
    Section(SectionId),
    /// A theme.
    Theme(ThemeId),
}

/// Where a thing lies: its parent, its top-left corner relative to the parent's, and its order
/// among its siblings (which is what counts in columns, lanes and themes). Board units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "board.ts")]
pub struct Place {
    /// `board`, or the id of a section or theme.
    #[ts(type = "string")]
    pub parent: Parent,
    /// Left edge.
    pub x: i32,
    /// Top edge.
    pub y: i32,
    /// Order among siblings: reading order where the parent lays things out, stacking elsewhere.
    pub order: Order,
}

impl Place {
    /// This place as seen from another parent on which the present one lies at `x`, `y`: what
    /// lies there stays where it is to be seen. Kept within the bounds of the board.
    #[must_use]
    pub fn seen_from(&self, parent: Parent, x: i32, y: i32) -> Self {
        let sum = |a: i32, b: i32| a.saturating_add(b).clamp(-MAX_COORD, MAX_COORD);
        Self {
            parent,
            x: sum(self.x, x),
            y: sum(self.y, y),
            order: self.order.clone(),
        }
    }
}

/// Width and height in board units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "board.ts")]
pub struct Size {
    /// Width.
    pub w: i32,
    /// Height; for notes the least height, they grow with their text.
    pub h: i32,
}

impl Size {
    /// The least size of a note.
    pub const NOTE: Self = Self { w: 128, h: 88 };
    /// The least size of a section: its header, and as wide as a note with padding of 12.
    pub const SECTION: Self = Self { w: 152, h: 44 };
}

/// When something happened: the words people used, and the moment they mean as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[ts(export, export_to = "board.ts")]
pub struct When {
    /// As typed: "8 Jan", "14:55", "the Friday before".
    pub label: String,
    /// `YYYY-MM-DDTHH:MM` or `YYYY-MM-DD`, local to the team; empty if the words do not say.
    pub at: String,
}

/// A region of the board with a question as its title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "board.ts")]
pub struct Section {
    /// Its id.
    pub id: SectionId,
    /// The question.
    pub title: String,
    /// A sentence of help under the question; may be empty.
    pub prompt: String,
    /// The kind its new notes get.
    pub kind: NoteKind,
    /// How it places what is in it.
    pub layout: Layout,
    /// Left edge on the board.
    pub x: i32,
    /// Top edge on the board.
    pub y: i32,
    /// Size; it draws larger when its contents need it.
    pub size: Size,
    /// The order of questions in the agenda and the document.
    pub order: Order,
    /// Shown as its header only.
    pub collapsed: bool,
    /// Locked: it is neither moved, resized nor taken off until somebody unlocks it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub locked: bool,
}

/// A note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "board.ts")]
pub struct Note {
    /// Its id.
    pub id: NoteId,
    /// What it says: plain text, a collaborative text.
    pub text: String,
    /// The prompt it answers.
    pub kind: NoteKind,
    /// Where it lies.
    pub place: Place,
    /// Its size where somebody chose one.
    pub size: Option<Size>,
    /// Who wrote it; `None` is anonymous.
    pub author: Option<PersonId>,
    /// When it was written, unix milliseconds; 0 where that would tell who wrote it.
    #[ts(type = "number")]
    pub made: i64,
    /// When what it tells happened.
    pub when: Option<When>,
    /// Where the fact comes from; may be empty.
    pub source: String,
    /// Parked: kept for later, out of the way.
    pub parked: bool,
    /// Locked: it is neither moved, resized nor taken off until somebody unlocks it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub locked: bool,
}

/// A theme: a named group of notes that tell the same story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "board.ts")]
pub struct Theme {
    /// Its id.
    pub id: ThemeId,
    /// A sentence; empty until somebody names it.
    pub name: String,
    /// Where it lies: on the board or in a section, never in a theme.
    pub place: Place,
    /// Shown as a stack.
    pub collapsed: bool,
    /// Locked: it is neither moved, resized nor taken off until somebody unlocks it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub locked: bool,
}

impl Theme {
    /// Left edge of a theme's first note: its padding.
    pub const TRAY_X: i32 = 6;
    /// Top edge of a theme's first note: below the title row.
    pub const TRAY_Y: i32 = 24;
    /// Between a theme's notes.
    pub const GAP: i32 = 8;
}

/// What a connector holds on to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "board.ts")]
pub enum End {
    /// A section, note, theme or follow-up.
    On(Key),
    /// A point of the board, in board units.
    At(i32, i32),
}

/// A line with an arrowhead between two things.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "board.ts")]
pub struct Connector {
    /// Its id.
    pub id: ConnectorId,
    /// Where it starts.
    pub from: End,
    /// Where its arrowhead is.
    pub to: End,
    /// What the link says; may be empty.
    pub label: String,
}

/// A stroke of freehand ink.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "board.ts")]
pub struct Stroke {
    /// Its id.
    pub id: StrokeId,
    /// Where its first point lies.
    pub place: Place,
    /// Triples `dx, dy, pressure` from the place: tenths of a board unit, pressure 0–255.
    pub points: Vec<i32>,
    /// Width in board units.
    pub width: i32,
    /// Whose pen.
    pub tint: Tint,
}

/// A follow-up: what somebody will do, where it came from, whom it reaches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "board.ts")]
pub struct FollowUp {
    /// Its id.
    pub id: FollowUpId,
    /// A sentence with a verb first and a visible finish. A collaborative text.
    pub text: String,
    /// Who does it: a name, not an account; may be empty.
    pub owner: String,
    /// By when, `YYYY-MM-DD`; empty if not said.
    pub due: String,
    /// What it does to the system.
    pub kind: FollowUpKind,
    /// Whom it reaches.
    pub reach: Reach,
    /// Where it stands.
    pub status: FollowUpStatus,
    /// The note or theme it came from, even if that is gone now.
    pub from: Option<Key>,
    /// What changed when it was tried; may be empty.
    pub outcome: String,
    /// The id of the bright spot it emulates; empty for none.
    #[serde(default)]
    pub spot: String,
    /// Where its card lies on the board.
    pub place: Place,
    /// Locked: it is neither moved, resized nor taken off until somebody unlocks it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[ts(optional, as = "Option<bool>")]
    pub locked: bool,
}

/// Somebody who takes part: a name and a colour, nothing that counts them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "board.ts")]
pub struct Person {
    /// Their id on this board.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// Their colour.
    pub tint: Tint,
    /// Named as a facilitator in the document.
    pub facilitator: bool,
}

/// A dot of a vote that was shown. It does not say whose it is, nor which other dots are theirs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "board.ts")]
pub struct Dot {
    /// Its id.
    pub id: DotId,
    /// Of which [`Vote`](crate::Vote).
    pub vote: String,
    /// The theme or note it was put on, even if that is gone now.
    pub on: Key,
}

/// Any record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "type", rename_all = "camelCase")]
#[ts(export, export_to = "board.ts")]
pub enum Record {
    /// The board's own data.
    Meta(Meta),
    /// A section.
    Section(Section),
    /// A note.
    Note(Note),
    /// A theme.
    Theme(Theme),
    /// A connector.
    Connector(Connector),
    /// A stroke.
    Stroke(Stroke),
    /// A follow-up.
    FollowUp(FollowUp),
    /// A person.
    Person(Person),
    /// A dot of a vote.
    Dot(Dot),
}

impl Record {
    /// The record's key.
    pub fn key(&self) -> Key {
        match self {
            Self::Meta(_) => Key::Meta,
            Self::Section(record) => Key::Section(record.id),
            Self::Note(record) => Key::Note(record.id),
            Self::Theme(record) => Key::Theme(record.id),
            Self::Connector(record) => Key::Connector(record.id),
            Self::Stroke(record) => Key::Stroke(record.id),
            Self::FollowUp(record) => Key::FollowUp(record.id),
            Self::Person(record) => Key::Person(record.id),
            Self::Dot(record) => Key::Dot(record.id),
        }
    }

    /// Whether it is locked. Connectors follow what they join, and strokes are drawn over: neither
    /// is locked by itself.
    pub fn locked(&self) -> bool {
        match self {
            Self::Section(record) => record.locked,
            Self::Note(record) => record.locked,
            Self::Theme(record) => record.locked,
            Self::FollowUp(record) => record.locked,
            _ => false,
        }
    }

    /// Locks or unlocks it. Answers whether it is one of those that can be locked.
    pub(crate) fn lock(&mut self, locked: bool) -> bool {
        match self {
            Self::Section(record) => record.locked = locked,
            Self::Note(record) => record.locked = locked,
            Self::Theme(record) => record.locked = locked,
            Self::FollowUp(record) => record.locked = locked,
            _ => return false,
        }
        true
    }

    /// Puts it somewhere else, if it is one of those that have a parent.
    pub(crate) fn set_place(&mut self, place: Place) {
        match self {
            Self::Note(record) => record.place = place,
            Self::Theme(record) => record.place = place,
            Self::Stroke(record) => record.place = place,
            Self::FollowUp(record) => record.place = place,
            Self::Meta(_)
            | Self::Section(_)
            | Self::Connector(_)
            | Self::Person(_)
            | Self::Dot(_) => {}
        }
    }

    /// Where it lies, if it is one of those that have a parent.
    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::Note(record) => Some(&record.place),
            Self::Theme(record) => Some(&record.place),
            Self::Stroke(record) => Some(&record.place),
            Self::FollowUp(record) => Some(&record.place),
            Self::Meta(_)
            | Self::Section(_)
            | Self::Connector(_)
            | Self::Person(_)
            | Self::Dot(_) => None,
        }
    }
}

impl std::fmt::Display for Parent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Board => f.write_str("board"),
            Self::Section(id) => id.fmt(f),
            Self::Theme(id) => id.fmt(f),
        }
    }
}
impl std::str::FromStr for Parent {
    type Err = crate::IdError;
    fn from_str(text: &str) -> Result<Self, crate::IdError> {
        match text.as_bytes().first() {
            Some(b's') => text.parse().map(Self::Section),
            Some(b't') => text.parse().map(Self::Theme),
            _ if text == "board" => Ok(Self::Board),
            _ => Err(crate::IdError),
        }
    }
}
impl Serialize for Parent {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Parent {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
