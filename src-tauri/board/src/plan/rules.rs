//! The rules of the phases: what waits while people write each for themselves, or vote.
//!
//! They are checked where somebody acts, on that person's own laptop (or the laptop whose door a
//! guest came through). What comes from peers has been checked there; a replica merges it as it is,
//! or replicas would differ.

use super::Rejection;
use super::draft::Draft;
use crate::{Actor, Board, Command, Key, Layout, NoteChange, Parent, PersonId, Record, Role};

/// Whether the current phase includes a command.
pub(super) fn check(draft: &Draft<'_>, actor: &Actor, command: &Command) -> Result<(), Rejection> {
    let meta = draft.meta();
    if meta.private_phase().is_some() {
        // The timeline is facts, gathered together; it stays open.
        let open = |parent: Parent| match parent {
            Parent::Section(id) => draft
                .section(id)
                .is_some_and(|section| section.layout == Layout::Timeline),
            _ => false,
        };
        let private = match command {
            Command::AddNotes { notes } => notes.iter().any(|note| !open(note.parent)),
            Command::Insert { records } if actor.role < Role::Facilitate => records
                .iter()
                .any(|record| matches!(record, Record::Note(note) if !open(note.place.parent))),
            _ => false,
        };
        if private {
            return Err(Rejection::Private);
        }
    }
    if meta.open_vote().is_some() {
        let voting = match command {
            Command::Group { .. } | Command::MergeThemes { .. } => true,
            Command::Remove { keys } => keys
                .iter()
                .any(|key| matches!(key, Key::Theme(_) | Key::Note(_))),
            _ => false,
        };
        if voting {
            return Err(Rejection::Voting);
        }
    }
    Ok(())
}

/// Whether a guest at the door may do this, acting as `person`: add notes, and change or take back
/// their own. Everything else is the room's.
pub fn guest_may(board: &Board, person: Option<PersonId>, command: &Command) -> bool {
    let own = |key: &Key| match key {
        Key::Note(id) => {
            let note = board.notes.get(id);
            person.is_some() && note.is_some_and(|note| note.author == person)
        }
        _ => false,
    };
    match command {
        Command::AddNotes { .. } => true,
        Command::EditText { key, .. } | Command::SetText { key, .. } => own(key),
        Command::Remove { keys } => keys.iter().all(own),
        Command::SetNotes { ids, set } => {
            let theirs = ids.iter().all(|id| own(&Key::Note(*id)));
            let words = set.iter().all(|change| {
                matches!(
                    change,
                    NoteChange::When(_) | NoteChange::Source(_) | NoteChange::Anonymous
                )
            });
            theirs && words
        }
        _ => false,
    }
}
