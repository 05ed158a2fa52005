//! Follow-ups.

use super::draft::{Draft, Row};
use super::squeeze::Spot;
use super::{Rejection, places, words};
use crate::{
    Command, FollowUp, FollowUpChange, FollowUpId, FollowUpStatus, Key, Order, Place, Reach, Record,
};

/// The most teams a follow-up names; beyond that it reaches everyone.
const MAX_TEAMS: usize = 50;

pub(super) fn add(draft: &mut Draft<'_>, command: &Command) -> Result<(), Rejection> {
    let Command::AddFollowUp {
        id,
        text,
        kind,
        from,
        parent,
        x,
        y,
    } = command
    else {
        return Ok(());
    };
    draft.fresh(*id)?;
    words::point(*x, *y)?;
    draft.parent(*parent)?;
    check_from(*from)?;
    let text = words::text(text)?;
    let place = Place {
        parent: *parent,
        x: *x,
        y: *y,
        order: Order::default(),
    };
    let place = places::welcome(draft, Key::FollowUp(*id), place)?;
    let order = draft.slot(Row::On(place.parent), Spot::Last, None);
    draft.put(Record::FollowUp(FollowUp {
        id: *id,
        text,
        owner: String::new(),
        due: String::new(),
        kind: *kind,
        reach: Reach::Team,
        status: FollowUpStatus::Open,
        from: *from,
        outcome: String::new(),
        spot: String::new(),
        locked: false,
        place: Place { order, ..place },
    }));
    Ok(())
}

/// A follow-up comes from a note or theme. It is a memory: that may be gone by now.
pub(super) fn check_from(from: Option<Key>) -> Result<(), Rejection> {
    match from {
        None | Some(Key::Note(_) | Key::Theme(_)) => Ok(()),
        Some(_) => Err(Rejection::Malformed(
            "a follow-up comes from a note or a theme",
        )),
    }
}

pub(super) fn set(
    draft: &mut Draft<'_>,
    id: FollowUpId,
    set: &[FollowUpChange],
) -> Result<(), Rejection> {
    words::count(set.len())?;
    let mut followup = draft
        .followup(id)
        .ok_or(Rejection::Gone(id.into()))?
        .clone();
    for change in set {
        match change {
            FollowUpChange::Owner(owner) => followup.owner = words::line(owner)?,
            FollowUpChange::Due(due) => followup.due = words::date(due)?,
            FollowUpChange::Kind(kind) => followup.kind = *kind,
            FollowUpChange::Reach(to) => followup.reach = reach(to)?,
            FollowUpChange::Status(status) => followup.status = *status,
            FollowUpChange::Outcome(outcome) => followup.outcome = words::line(outcome)?,
            FollowUpChange::Spot(spot) => followup.spot = words::line(spot)?,
        }
    }
    draft.put(Record::FollowUp(followup));
    Ok(())
}

pub(super) fn reach(reach: &Reach) -> Result<Reach, Rejection> {
    let Reach::Teams(names) = reach else {
        return Ok(reach.clone());
    };
    if names.len() > MAX_TEAMS {
        return Err(Rejection::TooLong("a follow-up names 50 teams"));
    }
    let mut teams = Vec::with_capacity(names.len());
    for name in names {
        let name = words::line(name)?;
        if !name.is_empty() && !teams.contains(&name) {
            teams.push(name);
        }
    }
    Ok(Reach::Teams(teams))
}
