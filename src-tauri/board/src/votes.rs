//! What a vote came to.
//!
//! A dot on the board says what it is on and nothing else: not whose it is, nor which other dots
//! are theirs. So a budget is kept where a ballot is cast ([`check`]), and what comes onto the
//! board is bounded as a whole ([`tally`]).

use crate::{Board, Dot, Key, Parent, Vote, VoteOn};
use std::collections::BTreeMap;

/// How many dots somebody puts on what.
pub type Ballot = BTreeMap<Key, u32>;

/// Why a ballot cannot be cast as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BallotError {
    /// More dots than there are.
    #[error("these are more dots than there are; take one back first")]
    Budget,
    /// More dots on one thing than may be.
    #[error("no more dots fit on this one; put the others elsewhere")]
    Cap,
    /// Not something people vote on now.
    #[error("dots do not go on this in this vote")]
    Target,
}

/// What dots can be put on in a vote: notes, or themes and the notes that stand alone. Parked notes
/// are for another time, and what happened is not put to a vote.
pub fn targets(board: &Board, on: VoteOn) -> impl Iterator<Item = Key> + '_ {
    let themes = board.themes.keys().copied().map(Key::Theme);
    let notes = board.notes.values().filter(move |note| {
        let alone = !matches!(note.place.parent, Parent::Theme(_));
        !note.parked && (on == VoteOn::Notes || alone) && !in_lane(board, note.place.parent)
    });
    themes
        .filter(move |_| on == VoteOn::Themes)
        .chain(notes.map(|note| Key::Note(note.id)))
}

fn in_lane(board: &Board, parent: Parent) -> bool {
    match parent {
        Parent::Section(id) => board
            .sections
            .get(&id)
            .is_some_and(|section| section.layout == crate::Layout::Timeline),
        _ => false,
    }
}

/// Whether a ballot keeps within a vote's budget and cap, and is on what people vote on.
///
/// # Errors
/// See [`BallotError`].
pub fn check(board: &Board, vote: &Vote, ballot: &Ballot) -> Result<(), BallotError> {
    if ballot.values().map(|dots| u64::from(*dots)).sum::<u64>() > u64::from(vote.budget) {
        return Err(BallotError::Budget);
    }
    if ballot.values().any(|dots| *dots > vote.cap) {
        return Err(BallotError::Cap);
    }
    let on: std::collections::BTreeSet<Key> = targets(board, vote.on).collect();
    if ballot
        .iter()
        .any(|(key, dots)| *dots > 0 && !on.contains(key))
    {
        return Err(BallotError::Target);
    }
    Ok(())
}

/// The dots of the vote that was shown, by what they are on; empty while one is open. Not more
/// than everybody's budget together: what a broken laptop puts on beyond that does not count, the
/// same dots everywhere (M13).
pub fn tally(board: &Board) -> BTreeMap<Key, u32> {
    let mut tally = BTreeMap::new();
    let Some(vote) = board.meta.vote.as_ref().filter(|vote| !vote.open) else {
        return tally;
    };
    let people = board.people.len().max(1);
    let budget = usize::try_from(vote.budget).unwrap_or(usize::MAX);
    for dot in dots_of(board, vote).take(budget.saturating_mul(people)) {
        // A note that went into a theme since brings its dots with it.
        let on = match dot.on {
            Key::Note(id) if vote.on == VoteOn::Themes => match board.notes.get(&id) {
                Some(note) => match note.place.parent {
                    Parent::Theme(theme) => Key::Theme(theme),
                    _ => dot.on,
                },
                None => continue,
            },
            on if board.contains(on) => on,
            _ => continue,
        };
        *tally.entry(on).or_insert(0) += 1;
    }
    tally
}

fn dots_of<'a>(board: &'a Board, vote: &'a Vote) -> impl Iterator<Item = &'a Dot> {
    board.dots.values().filter(move |dot| dot.vote == vote.id)
}

/// What was voted on, most dots first, then in the order of the board's ids: what is discussed
/// first.
pub fn ranking(board: &Board) -> Vec<(Key, u32)> {
    let mut ranked: Vec<(Key, u32)> = tally(board).into_iter().collect();
    ranked.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    ranked
}
