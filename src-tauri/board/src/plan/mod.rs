//! From a command to changes: the rules of the board.
//!
//! A request is planned on a [`Draft`]: the board under a thin overlay of what the request has
//! changed so far. Each command sees what the ones before it did, the board is never copied,
//! and a rejection leaves nothing behind.

mod connectors;
mod draft;
mod followups;
mod insert;
mod lock;
mod meta;
mod notes;
mod people;
mod places;
mod rules;
mod sections;
mod squeeze;
mod strokes;
mod themes;
mod words;
mod workshop;

#[cfg(test)]
mod tests;

use crate::{Actor, Board, Command, Key, PersonChange, Record, Role, TextEdit, TextError};
use draft::Draft;
pub use insert::insert_commands;
pub(crate) use meta::{checked as checked_phases, first as first_phase};
pub use rules::guest_may;
pub(crate) use words::{clean_line, clean_text};

/// The most things one command names: a board's worth of selecting, not a flood.
pub const MAX_ITEMS: usize = 2_000;

/// One change of the document. Applied in order.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::large_enum_variant,
    reason = "a plan lives for a moment, and most of it is the large variant"
)]
pub enum Change {
    /// The record is to be as given: made if it is not there, else the fields that differ are
    /// written. Collaborative texts of existing records are not touched by this.
    Put(Record),
    /// The record is to go.
    Remove(Key),
    /// The collaborative text of a note, follow-up or (for [`Key::Meta`]) the summary changes.
    Edit(Key, TextEdit),
}

/// What a command comes to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// The changes, in order.
    pub changes: Vec<Change>,
}

/// Why a command cannot be carried out. The board is as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The session's role does not include this.
    #[error("your ticket lets you look on; ask the facilitator for one that lets you take part")]
    NotAllowed,
    /// Only a facilitator does this.
    #[error("only a facilitator can do this")]
    FacilitatorOnly,
    /// Something the command names is not on the board (any more).
    #[error("somebody has taken this off the board meanwhile")]
    Gone(Key),
    /// An id that should be fresh is taken.
    #[error("this is on the board already")]
    Taken(Key),
    /// A text, name or list is longer than a board holds.
    #[error("this is longer than fits: {0}")]
    TooLong(&'static str),
    /// A number, date or combination that makes no sense.
    #[error("this does not fit together: {0}")]
    Malformed(&'static str),
    /// People write each for themselves now.
    #[error("everybody writes for themselves until the reveal; write it among your own notes")]
    Private,
    /// It is locked.
    #[error("this is locked; unlock it first, with its menu")]
    Locked(Key),
    /// A vote is open, and this would change what people vote on.
    #[error("people are voting on this; show the votes first")]
    Voting,
}

impl From<TextError> for Rejection {
    fn from(error: TextError) -> Self {
        match error {
            TextError::OutOfRange => Self::Malformed("the edit is not of the text as it is now"),
            TextError::SplitsCharacter => Self::Malformed("the edit cuts a character in two"),
            TextError::TooLong => Self::TooLong("a text holds 20,000 characters"),
        }
    }
}

/// Checks a command against the board and the actor's role, and says what it changes.
/// Nothing is applied.
///
/// # Errors
/// See [`Rejection`]; a rejected command changes nothing.
pub fn plan(board: &Board, actor: &Actor, command: &Command) -> Result<Plan, Rejection> {
    plan_all(board, actor, std::slice::from_ref(command))
}

/// Plans a request: its commands one after the other, each on what the ones before it came to.
/// All of them, or none.
///
/// # Errors
/// The first command's [`Rejection`]; a rejected request changes nothing.
pub fn plan_all(board: &Board, actor: &Actor, commands: &[Command]) -> Result<Plan, Rejection> {
    let mut draft = Draft::new(board);
    for command in commands {
        allow(actor.role, command)?;
        rules::check(&draft, actor, command)?;
        lock::check(&draft, command)?;
        step(&mut draft, actor, command)?;
    }
    Ok(Plan {
        changes: draft.into_changes(),
    })
}

/// Whether a role includes a command.
fn allow(role: Role, command: &Command) -> Result<(), Rejection> {
    let needs_facilitator = match command {
        Command::GoToPhase { .. }
        | Command::SetPhases { .. }
        | Command::Reveal { .. }
        | Command::Conceal { .. }
        | Command::StartVote { .. }
        | Command::ShowVotes
        | Command::CancelVote
        | Command::Discuss { .. } => true,
        Command::SetPerson { set, .. } => set
            .iter()
            .any(|change| matches!(change, PersonChange::Facilitator(_))),
        Command::Insert { records } => records.iter().any(|record| match record {
            Record::Meta(_) | Record::Dot(_) => true,
            Record::Person(person) => person.facilitator,
            _ => false,
        }),
        _ => false,
    };
    match role {
        Role::LookOn => Err(Rejection::NotAllowed),
        Role::TakePart if needs_facilitator => Err(Rejection::FacilitatorOnly),
        Role::TakePart | Role::Facilitate => Ok(()),
    }
}

fn step(draft: &mut Draft<'_>, actor: &Actor, command: &Command) -> Result<(), Rejection> {
    match command {
        Command::SetMeta { set } => meta::set(draft, set),
        Command::GoToPhase { phase } => meta::go_to_phase(draft, phase),
        Command::SetPhases { phases } => meta::set_phases(draft, phases),
        Command::Reveal { phase } => workshop::reveal(draft, phase),
        Command::Conceal { phase } => workshop::conceal(draft, phase),
        Command::StartVote {
            id,
            budget,
            cap,
            on,
        } => workshop::start_vote(draft, id, *budget, *cap, *on),
        Command::ShowVotes => workshop::show_votes(draft),
        Command::CancelVote => workshop::cancel_vote(draft),
        Command::Discuss { on } => workshop::discuss(draft, *on),
        Command::AddSection { .. } => sections::add(draft, command),
        Command::SetSection { id, set } => sections::set(draft, *id, set),
        Command::MakeRoom { id, h } => sections::make_room(draft, *id, *h),
        Command::AddNotes { notes } => notes::add(draft, actor, notes),
        Command::SetNotes { ids, set } => notes::set(draft, ids, set),
        Command::EditText { key, edit } => notes::edit_text(draft, *key, edit),
        Command::SetText { key, text } => notes::set_text(draft, *key, text),
        Command::Move { moves } => places::shift(draft, moves),
        Command::Resize { key, x, y, size } => places::resize(draft, *key, (*x, *y), *size),
        Command::Restack { keys, front } => places::restack(draft, keys, *front),
        Command::Lock { keys, locked } => lock::set(draft, keys, *locked),
        Command::Remove { keys } => places::remove(draft, keys),
        Command::Group { id, notes, name } => themes::group(draft, *id, notes, name),
        Command::NameTheme { id, name } => themes::name(draft, *id, name),
        Command::CollapseTheme { id, collapsed } => themes::collapse(draft, *id, *collapsed),
        Command::MergeThemes { into, from } => themes::merge(draft, *into, from),
        Command::AddConnector {
            id,
            from,
            to,
            label,
        } => connectors::add(draft, *id, (*from, *to), label),
        Command::SetConnector { id, set } => connectors::set(draft, *id, set),
        Command::AddStroke { stroke } => strokes::add(draft, stroke),
        Command::AddFollowUp { .. } => followups::add(draft, command),
        Command::SetFollowUp { id, set } => followups::set(draft, *id, set),
        Command::AddPerson { id, name, tint } => people::add(draft, *id, name, *tint),
        Command::SetPerson { id, set } => people::set(draft, *id, set),
        Command::Insert { records } => insert::insert(draft, records),
    }
}
