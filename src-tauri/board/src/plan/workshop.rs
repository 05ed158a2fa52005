//! What a facilitator does with a phase: reveal, votes, what everybody looks at.

use super::draft::Draft;
use super::{Rejection, words};
use crate::{Key, Meta, Record, Vote, VoteOn};

pub(super) fn reveal(draft: &mut Draft<'_>, phase: &str) -> Result<(), Rejection> {
    let mut meta = known(draft, phase)?;
    if !meta.revealed.iter().any(|id| id == phase) {
        meta.revealed.push(phase.to_owned());
        // What is kept of phases that are no more does not pile up.
        let phases = &meta.phases;
        let revealed = &mut meta.revealed;
        revealed.retain(|id| phases.iter().any(|phase| phase.id == *id));
    }
    draft.put(Record::Meta(meta));
    Ok(())
}

pub(super) fn conceal(draft: &mut Draft<'_>, phase: &str) -> Result<(), Rejection> {
    let mut meta = known(draft, phase)?;
    meta.revealed.retain(|id| id != phase);
    draft.put(Record::Meta(meta));
    Ok(())
}

fn known(draft: &Draft<'_>, phase: &str) -> Result<Meta, Rejection> {
    let meta = draft.meta();
    if meta.phases.iter().any(|known| known.id == phase) {
        Ok(meta.clone())
    } else {
        Err(Rejection::Malformed("the workshop has no such phase"))
    }
}

pub(super) fn start_vote(
    draft: &mut Draft<'_>,
    id: &str,
    budget: u32,
    cap: u32,
    on: VoteOn,
) -> Result<(), Rejection> {
    let vote = checked_vote(Vote {
        id: id.to_owned(),
        budget,
        cap,
        on,
        open: true,
    })?;
    let mut meta = draft.meta().clone();
    let used = meta.vote.as_ref().is_some_and(|old| old.id == vote.id)
        || draft.dots().any(|dot| dot.vote == vote.id);
    if used {
        return Err(Rejection::Malformed("each vote has an id of its own"));
    }
    meta.vote = Some(vote);
    draft.put(Record::Meta(meta));
    Ok(())
}

pub(super) fn checked_vote(vote: Vote) -> Result<Vote, Rejection> {
    let id = words::line(&vote.id)?;
    let sound =
        (1..=Vote::MAX_BUDGET).contains(&vote.budget) && (1..=vote.budget).contains(&vote.cap);
    if id.is_empty() || !sound {
        return Err(Rejection::Malformed(
            "people have 1 to 50 dots, and may put at least one of them on a thing",
        ));
    }
    Ok(Vote { id, ..vote })
}

pub(super) fn show_votes(draft: &mut Draft<'_>) -> Result<(), Rejection> {
    let mut meta = draft.meta().clone();
    match &mut meta.vote {
        Some(vote) => vote.open = false,
        None => return Err(Rejection::Malformed("no vote is open")),
    }
    draft.put(Record::Meta(meta));
    Ok(())
}

pub(super) fn cancel_vote(draft: &mut Draft<'_>) -> Result<(), Rejection> {
    let mut meta = draft.meta().clone();
    if meta.open_vote().is_none() {
        return Err(Rejection::Malformed("no vote is open"));
    }
    meta.vote = None;
    draft.put(Record::Meta(meta));
    Ok(())
}

pub(super) fn discuss(draft: &mut Draft<'_>, on: Option<Key>) -> Result<(), Rejection> {
    match on {
        None => {}
        Some(key @ (Key::Theme(_) | Key::Note(_))) if draft.contains(key) => {}
        Some(key @ (Key::Theme(_) | Key::Note(_))) => return Err(Rejection::Gone(key)),
        Some(_) => return Err(Rejection::Malformed("people discuss a theme or a note")),
    }
    let mut meta = draft.meta().clone();
    meta.discussing = on;
    draft.put(Record::Meta(meta));
    Ok(())
}
