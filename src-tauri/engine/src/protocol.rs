//! What a UI session and the engine say to each other, the same over Tauri's IPC and over a
//! WebSocket. A session sends [`BoardRequest`]s with an id of its own choosing; the engine
//! answers each once, and sends [`BoardEvent`]s on its own.

pub use crate::workshop::{Dots, PrivateNote, Progress, Suggestion, Timer, TimerChange};
use board::{BoardId, Command, Key, NoteId, Patch, PersonId, Role, Snapshot, TextEdit, Tint};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a session asks of a board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(
    tag = "ask",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
#[ts(export, export_to = "protocol.ts")]
pub enum BoardRequest {
    /// Opens a board, or takes a fresh snapshot of an open one (after a gap in `seq`).
    /// Answer: [`BoardReply::Opened`]; from then on [`BoardEvent`]s of this board follow.
    Open {
        /// Which.
        board: BoardId,
    },
    /// Closes a board for this session. Answer: [`BoardReply::Done`].
    Close {
        /// Which.
        board: BoardId,
    },
    /// Carries out commands, all or none, one step for undo. Answer: [`BoardReply::Accepted`].
    Execute {
        /// Which board.
        board: BoardId,
        /// Who acts, of the people of the board.
        person: Option<PersonId>,
        /// In order.
        commands: Vec<Command>,
    },
    /// Takes back the person's newest step that is still theirs to take back.
    /// Answer: [`BoardReply::Undone`].
    Undo {
        /// Which board.
        board: BoardId,
        /// Whose step.
        person: Option<PersonId>,
    },
    /// Does again what was undone last. Answer: [`BoardReply::Undone`].
    Redo {
        /// Which board.
        board: BoardId,
        /// Whose step.
        person: Option<PersonId>,
    },
    /// Follows a text for editing together. Answer: [`BoardReply::Text`]; then [`BoardEvent::Text`]s.
    OpenText {
        /// Which board.
        board: BoardId,
        /// Whose text: a note, a follow-up, or `meta` for the summary.
        key: Key,
    },
    /// Offers edits made on top of a version of the text (the protocol of `@codemirror/collab`).
    /// Answer: [`BoardReply::Pushed`].
    PushText {
        /// Which board.
        board: BoardId,
        /// Whose text.
        key: Key,
        /// Who writes.
        person: Option<PersonId>,
        /// The version the edits are made on.
        version: u32,
        /// The edits, each on top of the one before.
        edits: Vec<AuthoredEdit>,
    },
    /// Stops following a text. Answer: [`BoardReply::Done`].
    CloseText {
        /// Which board.
        board: BoardId,
        /// Whose text.
        key: Key,
    },
    /// Tells the others where this session is. Not stored; the newest counts. No answer is needed,
    /// [`BoardReply::Done`] comes.
    Present {
        /// Which board.
        board: BoardId,
        /// What to tell.
        presence: Presence,
    },
    /// The board as a document. Answer: [`BoardReply::Document`].
    Export {
        /// Which board.
        board: BoardId,
        /// Which form.
        format: ExportFormat,
        /// What to include.
        #[serde(default)]
        options: board::ExportOptions,
    },
    /// Who is at this laptop, of the people of the board; kept with the board, on this laptop only.
    /// Answer: [`BoardReply::Done`], and [`BoardEvent::Roster`] for the other sessions.
    SetRoster {
        /// Which board.
        board: BoardId,
        /// In the order of their number keys.
        people: Vec<PersonId>,
    },
    /// What a person at this laptop has written for themselves. Answer: [`BoardReply::Private`].
    PrivateNotes {
        /// Which board.
        board: BoardId,
        /// Whose.
        person: PersonId,
    },
    /// Keeps a private note, new or changed. Answer: [`BoardReply::Done`] when it is on disk.
    PutPrivate {
        /// Which board.
        board: BoardId,
        /// Whose.
        person: PersonId,
        /// The note.
        note: PrivateNote,
    },
    /// Throws a private note away. Answer: [`BoardReply::Done`].
    DropPrivate {
        /// Which board.
        board: BoardId,
        /// Whose.
        person: PersonId,
        /// Which.
        note: NoteId,
    },
    /// Puts a person's private notes of phases that were revealed without them onto the board.
    /// Answer: [`BoardReply::Done`].
    PublishLate {
        /// Which board.
        board: BoardId,
        /// Whose.
        person: PersonId,
    },
    /// A person's dots in the vote that is open. Answer: [`BoardReply::Ballot`].
    Ballot {
        /// Which board.
        board: BoardId,
        /// Whose.
        person: PersonId,
    },
    /// Puts dots: how many are on this thing now. Answer: [`BoardReply::Ballot`] when it is on disk.
    PutDots {
        /// Which board.
        board: BoardId,
        /// Whose.
        person: PersonId,
        /// On what, and how many.
        dots: Dots,
    },
    /// What the vote that was shown came to. Answer: [`BoardReply::Ranked`].
    Ranking {
        /// Which board.
        board: BoardId,
    },
    /// A person is done in this phase, or not yet after all. Answer: [`BoardReply::Done`].
    SayDone {
        /// Which board.
        board: BoardId,
        /// Who.
        person: PersonId,
        /// Done.
        done: bool,
    },
    /// Changes the timer. Facilitators only. Answer: [`BoardReply::Done`].
    SetTimer {
        /// Which board.
        board: BoardId,
        /// How.
        change: TimerChange,
    },
    /// Asks everybody to look at a part of the board. Facilitators only. Answer: [`BoardReply::Done`].
    Summon {
        /// Which board.
        board: BoardId,
        /// Left, top, width, height in board units.
        view: (i32, i32, i32, i32),
    },
    /// Which of these notes may tell the same story; all that are in no theme where none is named.
    /// Answer: [`BoardReply::Suggested`].
    Suggest {
        /// Which board.
        board: BoardId,
        /// The notes.
        #[serde(default)]
        notes: Vec<NoteId>,
    },
}

impl BoardRequest {
    /// The board it is about.
    pub const fn board(&self) -> BoardId {
        match self {
            Self::Open { board }
            | Self::Close { board }
            | Self::Execute { board, .. }
            | Self::Undo { board, .. }
            | Self::Redo { board, .. }
            | Self::OpenText { board, .. }
            | Self::PushText { board, .. }
            | Self::CloseText { board, .. }
            | Self::Present { board, .. }
            | Self::Export { board, .. }
            | Self::SetRoster { board, .. }
            | Self::PrivateNotes { board, .. }
            | Self::PutPrivate { board, .. }
            | Self::DropPrivate { board, .. }
            | Self::PublishLate { board, .. }
            | Self::Ballot { board, .. }
            | Self::PutDots { board, .. }
            | Self::Ranking { board }
            | Self::SayDone { board, .. }
            | Self::SetTimer { board, .. }
            | Self::Summon { board, .. }
            | Self::Suggest { board, .. } => *board,
        }
    }
}

/// A form a board can be exported in as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "protocol.ts")]
pub enum ExportFormat {
    /// The Markdown document.
    Markdown,
    /// Everything, re-importable.
    Json,
}

/// An edit and the editor that made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "protocol.ts")]
pub struct AuthoredEdit {
    /// The editor's id (`clientID` of `@codemirror/collab`); empty for edits that came from elsewhere.
    pub editor: String,
    /// The edit, in coordinates of the text before it.
    pub edit: TextEdit,
}

/// Where somebody is and what they are doing, told to the others and never stored.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[ts(export, export_to = "protocol.ts")]
pub struct Presence {
    /// Their name.
    pub name: String,
    /// Their colour.
    pub tint: Option<Tint>,
    /// Who they are on this board.
    pub person: Option<PersonId>,
    /// The pointer, in board units.
    pub cursor: Option<(i32, i32)>,
    /// What is selected (at most 200 keys are told).
    pub selected: Vec<Key>,
    /// What is being dragged, and how far from where it lies, in board units.
    pub dragging: Option<Drag>,
    /// The text being edited.
    pub editing: Option<Key>,
    /// The caret and the other end of its selection in that text, UTF-16.
    pub caret: Option<(u32, u32)>,
    /// What they see: left, top, width, height in board units.
    pub view: Option<(i32, i32, i32, i32)>,
}

/// A drag in progress.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "protocol.ts")]
pub struct Drag {
    /// What is dragged.
    pub keys: Vec<Key>,
    /// To the right of where it lies, board units.
    pub dx: i32,
    /// Below where it lies, board units.
    pub dy: i32,
}

/// The answer to a [`BoardRequest`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(
    tag = "reply",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
#[ts(export, export_to = "protocol.ts")]
pub enum BoardReply {
    /// Done.
    Done,
    /// The board is open.
    Opened {
        /// The whole board.
        snapshot: Snapshot,
        /// The number of the newest batch the snapshot includes.
        seq: u32,
        /// What this session may do.
        role: Role,
        /// Why nothing can be changed, where that is so (a newer version's board).
        read_only: Option<String>,
        /// Who else is there.
        peers: Vec<PeerState>,
        /// Their presence.
        present: Vec<Present>,
        /// What can be undone and redone.
        undo: UndoState,
        /// Who is at this laptop; empty for guests.
        roster: Vec<PersonId>,
        /// Whose private notes missed their reveal, of the people at this laptop.
        late: Vec<PersonId>,
        /// The timer, if one is set.
        timer: Option<Timer>,
    },
    /// A person's own private notes.
    Private {
        /// The notes, oldest first.
        notes: Vec<PrivateNote>,
    },
    /// A person's own ballot.
    Ballot {
        /// Everything people vote on now, with their dots on it.
        dots: Vec<Dots>,
        /// How many are left.
        left: u32,
    },
    /// What was voted on, most dots first; empty while a vote is open.
    Ranked {
        /// Things and their dots.
        ranked: Vec<Dots>,
    },
    /// What may belong together.
    Suggested {
        /// Best first.
        groups: Vec<Suggestion>,
    },
    /// The commands were carried out. They are safe on disk when [`BoardEvent::Saved`] names this
    /// change or a later one.
    Accepted {
        /// The change's number, counted from 1 since the board was opened by this engine.
        change: u32,
    },
    /// A step was undone or redone; `change` is `None` where there was nothing to do.
    Undone {
        /// The change's number.
        change: Option<u32>,
        /// What was undone or redone, for a toast: "Move 3 notes". Empty where nothing was.
        label: String,
        /// Parts that stay because somebody else has changed them since.
        kept: u32,
    },
    /// The text as it is.
    Text {
        /// Its version.
        version: u32,
        /// The text.
        text: String,
    },
    /// Whether pushed edits were taken. If not, the ones missed have come as [`BoardEvent::Text`]
    /// (some of them possibly for the second time: skip those below the editor's version), or the
    /// text as [`BoardEvent::TextReset`]; rebase and push again.
    Pushed {
        /// Taken.
        taken: bool,
        /// The change's number, if taken.
        change: Option<u32>,
    },
    /// A document.
    Document {
        /// Its text.
        text: String,
        /// A file name for it.
        name: String,
    },
}

/// What the engine tells a session on its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(
    tag = "event",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
#[ts(export, export_to = "protocol.ts")]
pub enum BoardEvent {
    /// The board changed. Batches are numbered without gaps; after a gap, open again.
    Batch {
        /// Which board.
        board: BoardId,
        /// The batch's number.
        seq: u32,
        /// What changed.
        patch: Patch,
        /// Who did it, for announcements: empty for this session's own and for unknown.
        by: String,
    },
    /// All changes up to this one are safe on disk.
    Saved {
        /// Which board.
        board: BoardId,
        /// The newest safe change.
        change: u32,
    },
    /// Changes could not be written to disk; they are kept in memory and tried again.
    SaveFailed {
        /// Which board.
        board: BoardId,
        /// What happened and what to do.
        message: String,
    },
    /// A followed text changed, through this or any other editor (an editor knows its own edits by
    /// `editor`).
    Text {
        /// Which board.
        board: BoardId,
        /// Whose text.
        key: Key,
        /// The version the first of the edits applies to.
        version: u32,
        /// The edits, each on top of the one before.
        edits: Vec<AuthoredEdit>,
    },
    /// A followed text is to be started over from: the editor was too far behind, or the board was
    /// put together again with another laptop's copy. Edits that were not taken are lost to the
    /// editor's history; its text becomes this one.
    TextReset {
        /// Which board.
        board: BoardId,
        /// Whose text.
        key: Key,
        /// Its version.
        version: u32,
        /// The text.
        text: String,
    },
    /// A followed text is gone with its note. It is not followed any more.
    TextGone {
        /// Which board.
        board: BoardId,
        /// Whose text.
        key: Key,
    },
    /// Somebody's presence is new; `None` when they left.
    Presence {
        /// Which board.
        board: BoardId,
        /// Whose: as in [`Present::who`].
        who: String,
        /// Where they are now.
        presence: Option<Presence>,
    },
    /// Connections changed.
    Peers {
        /// Which board.
        board: BoardId,
        /// All of them.
        peers: Vec<PeerState>,
    },
    /// What can be undone and redone by this session's person changed.
    Undo {
        /// Which board.
        board: BoardId,
        /// Now.
        undo: UndoState,
    },
    /// What this session may do changed.
    Role {
        /// Which board.
        board: BoardId,
        /// Now.
        role: Role,
    },
    /// Who is at this laptop changed.
    Roster {
        /// Which board.
        board: BoardId,
        /// Now.
        people: Vec<PersonId>,
        /// Whose private notes missed their reveal.
        late: Vec<PersonId>,
    },
    /// The timer changed. Told on changes only: it runs on by itself.
    Timer {
        /// Which board.
        board: BoardId,
        /// Now; `None`: there is none any more.
        timer: Option<Timer>,
    },
    /// Who is still writing, or voting. To those who facilitate only, and not for the projector.
    Progress {
        /// Which board.
        board: BoardId,
        /// Now.
        progress: Progress,
    },
    /// A facilitator asks everybody to look here.
    Summoned {
        /// Which board.
        board: BoardId,
        /// Left, top, width, height in board units.
        view: (i32, i32, i32, i32),
        /// Who asks.
        by: String,
    },
    /// Something people should know: a peer's update was set aside, replicas were healed.
    Notice {
        /// Which board.
        board: BoardId,
        /// A stable code.
        code: String,
        /// What happened and what to do.
        message: String,
    },
    /// The board is closed: removed, or it could not be read.
    Closed {
        /// Which board.
        board: BoardId,
        /// Why.
        message: String,
    },
}

/// Somebody present and where they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "protocol.ts")]
pub struct Present {
    /// An id of the session, meaningless beyond this run.
    pub who: String,
    /// Where they are.
    pub presence: Presence,
}

/// A connected laptop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "protocol.ts")]
pub struct PeerState {
    /// An id of the connection, meaningless beyond this run.
    pub id: String,
    /// The name its user goes by; empty until told.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Both sides hold the same board.
    pub synced: bool,
}

/// What undo and redo would do, in words: "Move 3 notes". `None` where there is nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[ts(export, export_to = "protocol.ts")]
pub struct UndoState {
    /// What undo would take back.
    pub undo: Option<String>,
    /// What redo would do again.
    pub redo: Option<String>,
}

/// An error as the UI gets it: it branches on the code and shows the message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "protocol.ts")]
pub struct Fault {
    /// A stable code.
    pub code: FaultCode,
    /// What happened and what to do next.
    pub message: String,
}

/// The codes somebody branches on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "protocol.ts")]
pub enum FaultCode {
    /// The role or the phase does not include this.
    NotAllowed,
    /// It is not there (any more).
    Gone,
    /// The request makes no sense.
    Malformed,
    /// Something does not fit: too long, too many.
    TooLarge,
    /// The board is open read-only.
    ReadOnly,
    /// A file could not be read as what it should be.
    Unreadable,
    /// The disk said no.
    Storage,
    /// Nobody answered, or the ticket or code does not open this board.
    Unreachable,
}
