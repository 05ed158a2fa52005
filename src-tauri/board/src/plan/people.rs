//! The people of a board.

use super::draft::Draft;
use super::{Rejection, words};
use crate::{Person, PersonChange, PersonId, Record, Tint};

pub(super) fn add(
    draft: &mut Draft<'_>,
    id: PersonId,
    name: &str,
    tint: Option<Tint>,
) -> Result<(), Rejection> {
    draft.fresh(id)?;
    let name = named(name)?;
    let tint = tint.unwrap_or_else(|| least_used(draft));
    draft.put(Record::Person(Person {
        id,
        name,
        tint,
        facilitator: false,
    }));
    Ok(())
}

/// The colour that fewest people have, the first of these.
fn least_used(draft: &Draft<'_>) -> Tint {
    let used = |tint: Tint| draft.people().filter(|person| person.tint == tint).count();
    Tint::ALL
        .iter()
        .copied()
        .min_by_key(|tint| used(*tint))
        .unwrap_or(Tint::T1)
}

fn named(name: &str) -> Result<String, Rejection> {
    let name = words::line(name)?;
    if name.is_empty() {
        Err(Rejection::Malformed("a person has a name"))
    } else {
        Ok(name)
    }
}

pub(super) fn set(
    draft: &mut Draft<'_>,
    id: PersonId,
    set: &[PersonChange],
) -> Result<(), Rejection> {
    words::count(set.len())?;
    let mut person = draft.person(id).ok_or(Rejection::Gone(id.into()))?.clone();
    for change in set {
        match change {
            PersonChange::Name(name) => person.name = named(name)?,
            PersonChange::Tint(tint) => person.tint = *tint,
            PersonChange::Facilitator(facilitator) => person.facilitator = *facilitator,
        }
    }
    draft.put(Record::Person(person));
    Ok(())
}
