//! The whole of what a UI session and this laptop say to each other: requests about one board
//! go to the engine ([`BoardRequest`]), all others ([`HomeRequest`]) are answered here.

use board::library::{BrightSpot, Trial};
use board::wording::Hint;
use board::{BoardId, FollowUp, Key, NoteKind, Role, Tint};
use engine::protocol::{BoardEvent, BoardReply, BoardRequest, Fault};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A message from a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "home.ts")]
pub struct ClientMessage {
    /// The session's number for this request; the answer bears it.
    pub id: u32,
    /// What it asks.
    pub request: Request,
}

/// What a session asks, told apart by `ask`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(untagged)]
#[ts(export, export_to = "home.ts")]
pub enum Request {
    /// About one board.
    Board(BoardRequest),
    /// About this laptop.
    Home(HomeRequest),
}

/// A message to a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(untagged)]
#[ts(export, export_to = "home.ts")]
pub enum ServerMessage {
    /// The answer to the request of this number.
    Answer {
        /// The request's number.
        id: u32,
        /// What came of it.
        answer: Answer,
    },
    /// Something of a board.
    Board(BoardEvent),
    /// Something of this laptop.
    Home(HomeEvent),
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "home.ts")]
pub enum Answer {
    /// It was done.
    Ok(Reply),
    /// It was not, and nothing changed.
    Fault(Fault),
}

/// The answer to a request that was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(untagged)]
#[ts(export, export_to = "home.ts")]
pub enum Reply {
    /// From the engine.
    Board(BoardReply),
    /// From this laptop.
    Home(HomeReply),
}

/// What a session asks of this laptop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(
    tag = "ask",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
#[ts(export, export_to = "home.ts")]
pub enum HomeRequest {
    /// Who uses this laptop, and its settings. Answer: [`HomeReply::Me`].
    Me,
    /// Changes who uses this laptop. Answer: [`HomeReply::Me`].
    SetMe {
        /// Their name.
        name: String,
        /// Their colour.
        tint: Tint,
    },
    /// Changes a setting. Answer: [`HomeReply::Me`].
    SetSetting {
        /// Which.
        setting: Setting,
    },
    /// Which of a text's words may be asked about better. Answer: [`HomeReply::Hints`]; rules that
    /// this laptop's user has dismissed say nothing.
    Wording {
        /// What somebody is writing. It is looked at and forgotten.
        text: String,
    },
    /// The boards of this laptop, newest first. Answer: [`HomeReply::Boards`];
    /// [`HomeEvent::Boards`] follow when they change.
    Boards,
    /// The templates. Answer: [`HomeReply::Templates`].
    Templates,
    /// Keeps a board's questions and phases, without what people wrote, as a template of this
    /// laptop. Answer: [`HomeReply::Templates`].
    SaveTemplate {
        /// Which board.
        board: BoardId,
        /// The template's name; one of the same name is replaced.
        name: String,
        /// Its question; may be empty.
        question: String,
    },
    /// Takes a template of this laptop away. Answer: [`HomeReply::Templates`].
    RemoveTemplate {
        /// Its id.
        template: String,
    },
    /// A template as a file that [`HomeRequest::Import`] reads. Answer: [`HomeReply::File`].
    TemplateFile {
        /// Its id.
        template: String,
    },
    /// Follow-ups of all boards, those due first. Answer: [`HomeReply::FollowUps`].
    FollowUps,
    /// What teams' boards have in common. Answer: [`HomeReply::Teams`].
    Teams,
    /// The bright spots that hold these words, best first; all, the last changed first, where there
    /// are none. Answer: [`HomeReply::BrightSpots`].
    BrightSpots {
        /// The words, as you type.
        #[serde(default)]
        query: String,
        /// Any of the words will do: for finding what fits the themes under discussion.
        #[serde(default)]
        any: bool,
    },
    /// Keeps a bright spot, new or changed. Answer: [`HomeReply::BrightSpots`] with it alone.
    KeepBrightSpot {
        /// The bright spot; its time of change and its trials are kept by this laptop.
        spot: BrightSpot,
    },
    /// Tells what came of trying a bright spot. Answer: [`HomeReply::BrightSpots`] with it alone.
    TellTrial {
        /// Which.
        id: String,
        /// What came of it.
        trial: Trial,
    },
    /// Takes a bright spot out of the library. Answer: [`HomeReply::Done`].
    ForgetBrightSpot {
        /// Which.
        id: String,
    },
    /// A bright spot as a file that [`HomeRequest::Import`] reads. Answer: [`HomeReply::File`].
    BrightSpotFile {
        /// Which.
        id: String,
    },
    /// Makes a board. Answer: [`HomeReply::Made`].
    NewBoard {
        /// A template's id; empty for an empty board; `sample` for the sample review.
        template: String,
        /// Its title; the template's where empty.
        title: String,
        /// The team; may be empty.
        team: String,
    },
    /// Makes a board of a file: a board file (merged where this laptop has the board), our JSON, or
    /// any Markdown. Answer: [`HomeReply::Made`].
    Import {
        /// The file's name.
        name: String,
        /// Its bytes, base64.
        bytes: String,
    },
    /// A board as a file that merges into another laptop's copy. Answer: [`HomeReply::File`].
    BoardFile {
        /// Which.
        board: BoardId,
    },
    /// The folder a board is kept in step through. Answer: [`HomeReply::Folder`];
    /// [`HomeEvent::Folder`] follow when it changes.
    Folder {
        /// Which board.
        board: BoardId,
    },
    /// Keeps a board in step through a folder: a USB stick, or a folder that another program syncs.
    /// Answer: [`HomeReply::Folder`].
    SetFolder {
        /// Which board.
        board: BoardId,
        /// The whole path of the folder; `None` to leave it. Files stay where they are.
        path: Option<String>,
    },
    /// Opens all boards in a folder and keeps them in step through it. Answer:
    /// [`HomeReply::FolderOpened`].
    OpenFolder {
        /// The whole path of the folder.
        path: String,
    },
    /// Takes a board off this laptop's list; [`HomeRequest::Restore`] brings it back.
    /// Answer: [`HomeReply::Done`].
    Remove {
        /// Which.
        board: BoardId,
    },
    /// Brings a removed board back. Answer: [`HomeReply::Done`].
    Restore {
        /// Which.
        board: BoardId,
    },
    /// Finds boards and notes by their words, as you type. Answer: [`HomeReply::Found`].
    Search {
        /// The words.
        query: String,
    },
    /// A ticket to a board. Answer: [`HomeReply::Ticket`].
    Invite {
        /// Which board.
        board: BoardId,
        /// What it lets people do.
        role: Role,
        /// How long it can be used, in hours.
        hours: u32,
    },
    /// Offers the board to this network under a short code to be spoken. Answer: [`HomeReply::Code`].
    Offer {
        /// Which board.
        board: BoardId,
        /// What it lets people do.
        role: Role,
        /// Whether the title is told to everybody on this network.
        show_title: bool,
    },
    /// Stops offering. Answer: [`HomeReply::Done`].
    StopOffer {
        /// Which board.
        board: BoardId,
    },
    /// Makes all tickets given so far useless for people not yet here. Answer: [`HomeReply::Done`].
    Revoke {
        /// Which board.
        board: BoardId,
    },
    /// Closes the connection to a peer and does not let it back. Answer: [`HomeReply::Done`].
    Dismiss {
        /// Which board.
        board: BoardId,
        /// [`engine::protocol::PeerState::id`].
        peer: String,
    },
    /// Joins a board by its ticket. Answer: [`HomeReply::Made`].
    Join {
        /// The ticket, as pasted.
        ticket: String,
    },
    /// Looks for boards offered on this network: [`HomeEvent::Nearby`] follow until it is turned off.
    /// Answer: [`HomeReply::Done`].
    Look {
        /// On or off.
        on: bool,
    },
    /// Joins a board offered on this network. Answer: [`HomeReply::Made`].
    JoinNearby {
        /// [`NearbyOffer::id`].
        offer: String,
        /// The code as spoken: a word and four digits.
        code: String,
    },
}

/// A setting of this laptop.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "name", content = "value", rename_all = "camelCase")]
#[ts(export, export_to = "home.ts")]
pub enum Setting {
    /// Light, dark, or as the system.
    Theme(Theme),
    /// Larger chrome and notes, for a projector.
    Projector(bool),
    /// Offers better questions while somebody writes.
    Hints(bool),
    /// A kind of hint that is not to come again.
    NoHint(String),
}

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "home.ts")]
pub enum Theme {
    /// As the system.
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// The answer to a [`HomeRequest`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(
    tag = "reply",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
#[ts(export, export_to = "home.ts")]
pub enum HomeReply {
    /// Done.
    Done,
    /// Who uses this laptop.
    Me {
        /// Their name; empty until told.
        name: String,
        /// Their colour.
        tint: Tint,
        /// Light or dark.
        theme: Theme,
        /// Projector size.
        projector: bool,
        /// Better questions are offered while somebody writes.
        hints: bool,
        /// Upshot's version.
        version: String,
    },
    /// Better questions on offer.
    Hints {
        /// By where their words begin.
        hints: Vec<Hint>,
    },
    /// The boards.
    Boards {
        /// Newest first.
        boards: Vec<BoardCard>,
    },
    /// The templates.
    Templates {
        /// As Home shows them.
        templates: Vec<TemplateCard>,
    },
    /// Follow-ups across boards.
    FollowUps {
        /// Open ones by their date first, then done and dropped ones.
        followups: Vec<FollowUpCard>,
    },
    /// Teams with their boards.
    Teams {
        /// By name.
        teams: Vec<TeamCard>,
    },
    /// Bright spots.
    BrightSpots {
        /// Best first.
        spots: Vec<BrightSpot>,
    },
    /// A template was imported.
    TemplateKept {
        /// Its id.
        template: String,
    },
    /// A board was made, joined or imported.
    Made {
        /// Which.
        board: BoardId,
        /// It was on this laptop already; what was new was merged into it.
        merged: bool,
    },
    /// A file.
    File {
        /// A name for it.
        name: String,
        /// Its bytes, base64.
        bytes: String,
    },
    /// The folder a board is kept in step through.
    Folder {
        /// `None` where there is none.
        folder: Option<FolderState>,
    },
    /// The boards of a folder are here.
    FolderOpened {
        /// Which.
        boards: Vec<BoardId>,
    },
    /// What was found.
    Found {
        /// Best first.
        hits: Vec<Hit>,
    },
    /// A ticket.
    Ticket {
        /// Its text.
        ticket: String,
        /// The same as a QR code: an SVG document, black on white.
        qr: String,
        /// Until when it can be used, unix milliseconds.
        #[ts(type = "number")]
        expires_ms: i64,
    },
    /// A code to be spoken.
    Code {
        /// A word and four digits: `maple 4071`.
        code: String,
    },
}

/// What this laptop tells a session on its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(
    tag = "event",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
#[ts(export, export_to = "home.ts")]
pub enum HomeEvent {
    /// The list of boards changed.
    Boards {
        /// Newest first.
        boards: Vec<BoardCard>,
    },
    /// Boards offered on this network.
    Nearby {
        /// All of them now.
        offers: Vec<NearbyOffer>,
    },
    /// A board's folder, or how things stand with it, changed.
    Folder {
        /// Which board.
        board: BoardId,
        /// `None` where it has none any more.
        folder: Option<FolderState>,
    },
    /// The offer of a board ended by itself (three wrong codes, or its time was up).
    OfferEnded {
        /// Which board.
        board: BoardId,
        /// What happened and what to do.
        message: String,
    },
}

/// How things stand with a board's folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "home.ts")]
pub struct FolderState {
    /// The whole path of the folder.
    pub path: String,
    /// Everything of this laptop is in the folder, and everything readable there is on the board.
    pub in_step: bool,
    /// How many files of other laptops were read.
    pub others: u32,
    /// What stands in the way and what to do; empty for nothing.
    pub problem: String,
}

/// A board as Home shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "home.ts")]
pub struct BoardCard {
    /// Its id.
    pub id: BoardId,
    /// Its title.
    pub title: String,
    /// The team.
    pub team: String,
    /// When it was last changed, unix milliseconds.
    #[ts(type = "number")]
    pub changed_ms: i64,
    /// The current phase's title; empty for none.
    pub phase: String,
    /// Follow-ups agreed.
    pub followups: u32,
    /// Follow-ups done.
    pub followups_done: u32,
    /// A small picture.
    pub miniature: Miniature,
    /// How many peers are connected now.
    pub peers: u32,
}

/// A small picture of a board: its rectangles, in board units.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[ts(export, export_to = "home.ts")]
pub struct Miniature {
    /// Sections: title, kind, left, top, width, height.
    pub sections: Vec<(String, NoteKind, i32, i32, i32, i32)>,
    /// Notes: kind, left, top, width, height; follow-ups have no kind.
    pub notes: Vec<(Option<NoteKind>, i32, i32, i32, i32)>,
}

/// A follow-up in the list across boards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "home.ts")]
pub struct FollowUpCard {
    /// On which board.
    pub board: BoardId,
    /// The board's title.
    pub title: String,
    /// The board's team.
    pub team: String,
    /// The follow-up.
    pub followup: FollowUp,
    /// The words of the note or theme it came from; empty where that is gone.
    pub from: String,
}

/// A team and what its boards have in common: of the work, never of persons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "home.ts")]
pub struct TeamCard {
    /// Its name.
    pub name: String,
    /// Its boards, newest first.
    pub boards: Vec<TeamBoard>,
    /// Themes that came up on more than one board, the most often first.
    pub returning: Vec<ReturningTheme>,
}

/// A board of a team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "home.ts")]
pub struct TeamBoard {
    /// Which.
    pub id: BoardId,
    /// Its title.
    pub title: String,
    /// When it was last changed, unix milliseconds.
    #[ts(type = "number")]
    pub changed_ms: i64,
    /// Notes on what went well.
    pub well: u32,
    /// Notes on what made it hard.
    pub hard: u32,
}

/// A theme that came up on more than one board of a team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "home.ts")]
pub struct ReturningTheme {
    /// Its name, as it was put last.
    pub name: String,
    /// On which boards, newest first.
    pub boards: Vec<BoardId>,
}

/// A template as Home shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "home.ts")]
pub struct TemplateCard {
    /// Its id.
    pub id: String,
    /// Its name: "Delivery review".
    pub name: String,
    /// Its question: "What happened, and what helped?".
    pub question: String,
    /// The kinds of its sections, for the glyphs.
    pub kinds: Vec<NoteKind>,
    /// The sum of its phases.
    pub minutes: u32,
    /// It was made on this laptop, or imported: it can be removed.
    pub own: bool,
}

/// Something found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "home.ts")]
pub struct Hit {
    /// On which board.
    pub board: BoardId,
    /// The board's title.
    pub title: String,
    /// Which record; `None` where the board's title or team was found.
    pub key: Option<Key>,
    /// The words around what was found.
    pub text: String,
}

/// A board offered on this network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "home.ts")]
pub struct NearbyOffer {
    /// An id made for the occasion.
    pub id: String,
    /// The title, where its facilitator shows it.
    pub title: String,
}
