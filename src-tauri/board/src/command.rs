//! What people can want of a board. The UI sends these; a gesture is one command, or a few
//! in one request, and undo takes the request back as a whole.

use crate::{
    ConnectorId, End, FollowUpId, FollowUpKind, FollowUpStatus, Key, Layout, NoteId, NoteKind,
    Parent, PersonId, Phase, Reach, Record, SectionId, Size, Splice, Stroke, ThemeId, Tint, VoteOn,
};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a session may do, granted by its ticket. Ordered: each includes the ones before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "board.ts")]
pub enum Role {
    /// Looks on.
    LookOn,
    /// Takes part: writes, moves, groups, votes.
    TakePart,
    /// Facilitates: phases, reveals, votes, and everything else.
    Facilitate,
}

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Actor {
    /// The person, where the session has said who is writing.
    pub person: Option<PersonId>,
    /// The session's role.
    pub role: Role,
    /// Now, unix milliseconds: becomes a new note's `made`.
    pub now_ms: i64,
}

/// A note to be added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(export, export_to = "board.ts")]
pub struct NewNote {
    /// A fresh id.
    pub id: NoteId,
    /// What it says; may be empty.
    #[serde(default)]
    pub text: String,
    /// Its kind; the section's where not said.
    #[serde(default)]
    #[ts(optional)]
    pub kind: Option<NoteKind>,
    /// What it lies on.
    #[ts(type = "string")]
    pub parent: Parent,
    /// Left edge, relative to the parent.
    pub x: i32,
    /// Top edge, relative to the parent.
    pub y: i32,
    /// The sibling it comes after; last where not said.
    #[serde(default)]
    #[ts(optional)]
    pub after: Option<Key>,
    /// Its size where somebody chose one.
    #[serde(default)]
    #[ts(optional)]
    pub size: Option<Size>,
    /// Without an author and a time of writing.
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub anonymous: bool,
    /// When what it tells happened, as typed.
    #[serde(default)]
    #[ts(optional)]
    pub when: Option<String>,
}

/// Where a thing goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(export, export_to = "board.ts")]
pub struct Move {
    /// A section, note, theme, stroke or follow-up.
    pub key: Key,
    /// What it will lie on (sections: always `board`).
    #[ts(type = "string")]
    pub parent: Parent,
    /// Left edge, relative to the new parent.
    pub x: i32,
    /// Top edge, relative to the new parent.
    pub y: i32,
    /// Its new place among the siblings: after this one. Not said: its order stays if the parent
    /// does, else it comes last.
    #[serde(default)]
    #[ts(optional)]
    pub after: Option<Key>,
    /// First among the siblings (`after` is ignored).
    #[serde(default)]
    #[ts(optional, as = "Option<bool>")]
    pub first: bool,
}

/// A change of the board's own data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "field", content = "value", rename_all = "camelCase")]
#[ts(export, export_to = "board.ts")]
pub enum MetaChange {
    /// Its title.
    Title(String),
    /// The team.
    Team(String),
    /// The day of the workshop, `YYYY-MM-DD` or empty.
    HeldOn(String),
    /// The promised date, as typed; empty for none.
    Promised(String),
}

/// A change of a section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "field", content = "value", rename_all = "camelCase")]
#[ts(export, export_to = "board.ts")]
pub enum SectionChange {
    /// The question.
    Title(String),
    /// The sentence of help.
    Prompt(String),
    /// The kind new notes get.
    Kind(NoteKind),
    /// How it places what is in it.
    Layout(Layout),
    /// Shown as its header only.
    Collapsed(bool),
}

/// A change of a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "field", content = "value", rename_all = "camelCase")]
#[ts(export, export_to = "board.ts")]
pub enum NoteChange {
    /// The prompt it answers.
    Kind(NoteKind),
    /// When it happened, as typed; empty for never said.
    When(String),
    /// Where the fact comes from.
    Source(String),
    /// Kept for later.
    Parked(bool),
    /// Takes the author and the time of writing off the note. There is no way to put one on.
    Anonymous,
}

/// A change of a connector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "field", content = "value", rename_all = "camelCase")]
#[ts(export, export_to = "board.ts")]
pub enum ConnectorChange {
    /// What the link says.
    Label(String),
    /// Where it starts.
    From(End),
    /// Where its arrowhead is.
    To(End),
}

/// A change of a follow-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "field", content = "value", rename_all = "camelCase")]
#[ts(export, export_to = "board.ts")]
pub enum FollowUpChange {
    /// Who does it.
    Owner(String),
    /// By when, `YYYY-MM-DD` or empty.
    Due(String),
    /// What it does to the system.
    Kind(FollowUpKind),
    /// Whom it reaches.
    Reach(Reach),
    /// Where it stands.
    Status(FollowUpStatus),
    /// What changed when it was tried.
    Outcome(String),
    /// The bright spot it emulates.
    Spot(String),
}

/// A change of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "field", content = "value", rename_all = "camelCase")]
#[ts(export, export_to = "board.ts")]
pub enum PersonChange {
    /// Their name.
    Name(String),
    /// Their colour.
    Tint(Tint),
    /// Named as a facilitator in the document.
    Facilitator(bool),
}

/// What somebody wants of a board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(
    tag = "do",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
#[ts(export, export_to = "board.ts")]
pub enum Command {
    /// Changes the board's own data.
    SetMeta {
        /// The changes.
        set: Vec<MetaChange>,
    },
    /// Adds a section.
    AddSection {
        /// A fresh id.
        id: SectionId,
        /// The question.
        title: String,
        /// The kind its notes get.
        kind: NoteKind,
        /// How it places what is in it.
        layout: Layout,
        /// Left edge.
        x: i32,
        /// Top edge.
        y: i32,
        /// Its size.
        size: Size,
    },
    /// Changes a section.
    SetSection {
        /// Which.
        id: SectionId,
        /// The changes.
        set: Vec<SectionChange>,
    },
    /// Adds notes.
    AddNotes {
        /// The notes, in order.
        notes: Vec<NewNote>,
    },
    /// Changes notes, all alike.
    SetNotes {
        /// Which.
        ids: Vec<NoteId>,
        /// The changes.
        set: Vec<NoteChange>,
    },
    /// Changes the text of a note, a follow-up, or (with `meta`) the summary.
    EditText {
        /// Whose text.
        key: Key,
        /// The edit, in coordinates of the text as it is now.
        edit: Vec<Splice>,
    },
    /// Replaces a whole text; what stays the same is found and kept, so that it merges.
    SetText {
        /// Whose text.
        key: Key,
        /// The new text.
        text: String,
    },
    /// Moves things. On a theme, notes go into it; strokes and follow-ups lie on what the theme
    /// lies on; themes are merged instead. Themes left with neither notes nor a name go.
    Move {
        /// Which, and where to.
        moves: Vec<Move>,
    },
    /// Changes position and size of a section or note (`None`: a note's own choice of size is taken off).
    Resize {
        /// A section or note.
        key: Key,
        /// Left edge, relative to its parent.
        x: i32,
        /// Top edge, relative to its parent.
        y: i32,
        /// The new size.
        size: Option<Size>,
    },
    /// Makes a section at least this high, because its contents need it, and moves the sections
    /// below it down by as much. Not a step of its own in undo.
    MakeRoom {
        /// Which section.
        id: SectionId,
        /// The height its contents need, in board units.
        h: i32,
    },
    /// Brings things to the front of their siblings, or sends them to the back. In columns, lanes
    /// and themes, where order is reading order, it changes nothing.
    Restack {
        /// Which.
        keys: Vec<Key>,
        /// To the front.
        front: bool,
    },
    /// Locks sections, notes, themes and follow-ups where they are, or unlocks them. What is
    /// locked is not moved, resized, restacked, grouped or taken off; its words can be edited, and
    /// what lies in it is free. It goes along with what it lies on.
    Lock {
        /// Which.
        keys: Vec<Key>,
        /// Locked from now on; else unlocked.
        locked: bool,
    },
    /// Takes things off the board. What lay on them stays: notes of a removed section lie on the
    /// board, notes of a removed theme where the theme lay. Themes that are left with neither notes
    /// nor a name go as well. What is gone already counts as taken off.
    Remove {
        /// Which.
        keys: Vec<Key>,
    },
    /// Makes a theme of notes where the first of them lies. If that lies in a theme, on what that
    /// theme lies on. Themes that are left with neither notes nor a name go.
    Group {
        /// A fresh id.
        id: ThemeId,
        /// The notes, in order.
        notes: Vec<NoteId>,
        /// Its name; may be empty.
        #[serde(default)]
        name: String,
    },
    /// Names a theme.
    NameTheme {
        /// Which.
        id: ThemeId,
        /// A sentence.
        name: String,
    },
    /// Shows a theme as a stack, or open.
    CollapseTheme {
        /// Which.
        id: ThemeId,
        /// As a stack.
        collapsed: bool,
    },
    /// Puts all notes of some themes into one, and takes the empty ones away. If the one has no
    /// name it takes the first name among the others.
    MergeThemes {
        /// The one that stays.
        into: ThemeId,
        /// The ones that are merged into it.
        from: Vec<ThemeId>,
    },
    /// Draws a connector.
    AddConnector {
        /// A fresh id.
        id: ConnectorId,
        /// Where it starts.
        from: End,
        /// Where its arrowhead is.
        to: End,
        /// What the link says; may be empty.
        #[serde(default)]
        label: String,
    },
    /// Changes a connector.
    SetConnector {
        /// Which.
        id: ConnectorId,
        /// The changes.
        set: Vec<ConnectorChange>,
    },
    /// Draws a stroke.
    AddStroke {
        /// The stroke, with a fresh id; its order is made here.
        stroke: Stroke,
    },
    /// Agrees a follow-up.
    AddFollowUp {
        /// A fresh id.
        id: FollowUpId,
        /// A sentence with a verb first.
        text: String,
        /// What it does to the system.
        kind: FollowUpKind,
        /// The note or theme it comes from.
        #[serde(default)]
        from: Option<Key>,
        /// What its card lies on.
        #[ts(type = "string")]
        parent: Parent,
        /// Left edge of its card.
        x: i32,
        /// Top edge of its card.
        y: i32,
    },
    /// Changes a follow-up.
    SetFollowUp {
        /// Which.
        id: FollowUpId,
        /// The changes.
        set: Vec<FollowUpChange>,
    },
    /// Adds somebody to the people of this board.
    AddPerson {
        /// A fresh id.
        id: PersonId,
        /// Their name.
        name: String,
        /// Their colour; the least used one where not said.
        #[serde(default)]
        tint: Option<Tint>,
    },
    /// Changes a person.
    SetPerson {
        /// Which.
        id: PersonId,
        /// The changes.
        set: Vec<PersonChange>,
    },
    /// Goes to a phase. Facilitators only.
    GoToPhase {
        /// The phase's id.
        phase: String,
    },
    /// Replaces the list of phases: renamed, reordered, skipped, extended. Facilitators only.
    SetPhases {
        /// All phases.
        phases: Vec<Phase>,
    },
    /// Reveals what people have written each for themselves in a phase. Facilitators only.
    Reveal {
        /// The phase's id.
        phase: String,
    },
    /// Lets people write each for themselves again in a phase. Facilitators only.
    Conceal {
        /// The phase's id.
        phase: String,
    },
    /// Opens a vote, blind until it is shown. Dots of the vote before it do not count any more.
    /// Facilitators only.
    StartVote {
        /// A fresh word for it.
        id: String,
        /// Dots a person has.
        budget: u32,
        /// Dots a person may put on one thing.
        cap: u32,
        /// What they may be put on.
        on: VoteOn,
    },
    /// Shows the dots of the open vote. Facilitators only.
    ShowVotes,
    /// Ends a vote without showing it. Facilitators only.
    CancelVote,
    /// Asks everybody to look at a theme or note. Facilitators only.
    Discuss {
        /// Which; `None`: the whole board again.
        #[serde(default)]
        on: Option<Key>,
    },
    /// Puts whole records: pasted from another board, imported, or from a template. Ids must be
    /// fresh. [`Record::Meta`] only on a board without a title, and by a facilitator.
    Insert {
        /// The records; their parents must be among them or on the board.
        records: Vec<Record>,
    },
}
