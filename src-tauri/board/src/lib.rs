//! The domain of Upshot, pure: what a board is, what people may do to it, and what comes of it.
//!
//! - [`Board`] is what everybody sees: records by id, already resolved (nothing points at something gone).
//! - [`Command`] is what somebody wants; [`plan`] checks it against the board and the actor's role
//!   and answers with [`Change`]s, without applying them.
//! - [`Patch`] is the difference between two boards: `patches applied to a snapshot == the next snapshot`.
//!
//! There is no CRDT, no clock, no randomness and no I/O here: ids come with the commands,
//! times come as data, and `replica` decides how a change is stored and merged.

mod board;
mod command;
pub mod export;
mod id;
pub mod import;
mod kind;
mod label;
pub mod layout;
pub mod library;
mod meta;
mod order;
mod patch;
mod plan;
mod record;
mod reveal;
mod sample;
mod similar;
mod template;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod text;
pub mod votes;
mod when;
pub mod wording;

pub use board::Board;
pub use command::{
    Actor, Command, ConnectorChange, FollowUpChange, MetaChange, Move, NewNote, NoteChange,
    PersonChange, Role, SectionChange,
};
pub use export::ExportOptions;
pub use id::{
    BoardId, ConnectorId, DotId, FollowUpId, IdError, Key, NoteId, PersonId, SectionId, StrokeId,
    ThemeId,
};
pub use kind::{
    FollowUpKind, FollowUpStatus, Layout, NoteKind, PhaseKind, Reach, Tint, VoteOn, Writing,
};
pub use label::label;
pub use meta::{Meta, Phase, Vote};
pub use order::Order;
pub use patch::{Patch, Snapshot};
pub use plan::{Change, MAX_ITEMS, Plan, Rejection, guest_may, insert_commands, plan, plan_all};
pub use record::{
    Connector, Dot, End, FollowUp, Note, Parent, Person, Place, Record, Section, Size, Stroke,
    Theme, When,
};
pub use reveal::{Unveiled, reveal, show};
pub use sample::sample;
pub use similar::{Alike, similar};
pub use template::{Template, TemplateCard, TemplateError, TemplateSection, template, templates};
pub use text::{Splice, TextEdit, TextError, utf16_len};

/// Positions and sizes of a board are whole board units: one CSS pixel at zoom 1.
/// Bounded so that sums of nested positions stay far from the edges of `i32` and `f32`.
pub const MAX_COORD: i32 = 1_000_000;
/// The longest text of a note, follow-up or summary, in UTF-16 code units.
/// A page of prose is about 3,000; the bound keeps one note from being a document.
pub const MAX_TEXT: usize = 20_000;
/// The longest name, title or label, in UTF-16 code units.
pub const MAX_LINE: usize = 400;
