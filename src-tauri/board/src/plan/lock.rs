//! Locks: what is locked stays where it is, and on the board.
//!
//! They are looked at where somebody acts, like the rules of the phases: a move that was made on
//! one laptop while another locked the thing is merged as it is (M10 wants one outcome everywhere).

use super::draft::Draft;
use super::{Rejection, words};
use crate::{Command, Key};

/// Refuses what would move a locked thing or take it off.
pub(super) fn check(draft: &Draft<'_>, command: &Command) -> Result<(), Rejection> {
    let free = |key: Key| match draft.get(key) {
        Some(record) if record.locked() => Err(Rejection::Locked(key)),
        _ => Ok(()),
    };
    match command {
        Command::Move { moves } => moves.iter().try_for_each(|to| free(to.key)),
        Command::Resize { key, .. } => free(*key),
        Command::Restack { keys, .. } | Command::Remove { keys } => {
            keys.iter().try_for_each(|key| free(*key))
        }
        Command::Group { notes, .. } => notes.iter().try_for_each(|id| free((*id).into())),
        Command::MergeThemes { from, .. } => from.iter().try_for_each(|id| free((*id).into())),
        _ => Ok(()),
    }
}

pub(super) fn set(draft: &mut Draft<'_>, keys: &[Key], locked: bool) -> Result<(), Rejection> {
    words::count(keys.len())?;
    for &key in keys {
        let mut record = draft.get(key).ok_or(Rejection::Gone(key))?;
        if !record.lock(locked) {
            return Err(Rejection::Malformed(
                "only sections, notes, groups and follow-ups are locked",
            ));
        }
        draft.put(record);
    }
    Ok(())
}
