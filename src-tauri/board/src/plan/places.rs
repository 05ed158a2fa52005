//! Where things lie: moving, resizing, stacking, taking off the board.

use super::draft::{Draft, Row};
use super::squeeze::Spot;
use super::{Rejection, themes, words};
use crate::{Key, Layout, Move, Parent, Place, Record, Size};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn shift(draft: &mut Draft<'_>, moves: &[Move]) -> Result<(), Rejection> {
    words::count(moves.len())?;
    let mut left = BTreeSet::new();
    for to in moves {
        if !draft.contains(to.key) {
            return Err(Rejection::Gone(to.key));
        }
        words::point(to.x, to.y)?;
        if let Key::Section(_) = to.key {
            shift_section(draft, to)?;
            continue;
        }
        draft.parent(to.parent)?;
        let Some(old) = draft.place(to.key).cloned() else {
            return Err(Rejection::Malformed("this has no place of its own"));
        };
        let place = Place {
            parent: to.parent,
            x: to.x,
            y: to.y,
            order: old.order.clone(),
        };
        let place = welcome(draft, to.key, place)?;
        let row = Row::On(place.parent);
        let spot = spot(draft, to, row);
        // An order holds among its siblings; on a new parent it says nothing.
        let order = match spot {
            None if place.parent == old.parent => old.order,
            _ => draft.slot(row, spot.unwrap_or(Spot::Last), Some(to.key)),
        };
        if let Parent::Theme(id) = old.parent
            && place.parent != old.parent
        {
            left.insert(id);
        }
        draft.put_place(to.key, Place { order, ..place });
    }
    themes::dissolve(draft, left);
    Ok(())
}

fn shift_section(draft: &mut Draft<'_>, to: &Move) -> Result<(), Rejection> {
    if to.parent != Parent::Board {
        return Err(Rejection::Malformed("a section lies on the board itself"));
    }
    let order =
        spot(draft, to, Row::Agenda).map(|spot| draft.slot(Row::Agenda, spot, Some(to.key)));
    if let Some(Record::Section(mut section)) = draft.get(to.key) {
        section.x = to.x;
        section.y = to.y;
        section.order = order.unwrap_or(section.order);
        draft.put(Record::Section(section));
    }
    Ok(())
}

/// The spot a move asks for. A neighbour that has gone elsewhere meanwhile counts as not said.
fn spot(draft: &Draft<'_>, to: &Move, row: Row) -> Option<Spot> {
    if to.first {
        return Some(Spot::First);
    }
    to.after
        .filter(|after| *after != to.key && draft.in_row(row, *after))
        .map(Spot::After)
}

/// The place as its parent takes it: notes go into a theme, other things lie beside its notes,
/// on what the theme lies on; a theme never lies in a theme.
pub(super) fn welcome(draft: &Draft<'_>, key: Key, place: Place) -> Result<Place, Rejection> {
    match (place.parent, key) {
        (Parent::Theme(_), Key::Theme(_)) => Err(Rejection::Malformed(
            "a theme does not lie in a theme; merge the two instead",
        )),
        (Parent::Theme(id), Key::Stroke(_) | Key::FollowUp(_)) => {
            let theme = draft.theme(id).ok_or(Rejection::Gone(id.into()))?;
            Ok(place.seen_from(theme.place.parent, theme.place.x, theme.place.y))
        }
        _ => Ok(place),
    }
}

pub(super) fn resize(
    draft: &mut Draft<'_>,
    key: Key,
    (x, y): (i32, i32),
    size: Option<Size>,
) -> Result<(), Rejection> {
    words::point(x, y)?;
    match (draft.get(key).ok_or(Rejection::Gone(key))?, size) {
        (Record::Section(mut section), Some(size)) => {
            section.x = x;
            section.y = y;
            section.size = words::size(size, Size::SECTION)?;
            draft.put(Record::Section(section));
        }
        (Record::Note(mut note), size) => {
            note.place.x = x;
            note.place.y = y;
            note.size = size.map(|size| words::size(size, Size::NOTE)).transpose()?;
            draft.put(Record::Note(note));
        }
        _ => {
            return Err(Rejection::Malformed(
                "only notes and sections have a size of their own",
            ));
        }
    }
    Ok(())
}

/// On columns, lanes and themes order is reading order, not stacking: there nothing changes.
pub(super) fn restack(draft: &mut Draft<'_>, keys: &[Key], front: bool) -> Result<(), Rejection> {
    words::count(keys.len())?;
    let mut rows: BTreeMap<Parent, Vec<(crate::Order, Key)>> = BTreeMap::new();
    for &key in keys.iter().collect::<BTreeSet<_>>() {
        if !draft.contains(key) {
            return Err(Rejection::Gone(key));
        }
        let Some(place) = draft.place(key) else {
            return Err(Rejection::Malformed(
                "this lies neither before nor behind others",
            ));
        };
        let free = match place.parent {
            Parent::Board => true,
            Parent::Section(id) => draft.section(id).is_some_and(|s| s.layout == Layout::Free),
            Parent::Theme(_) => false,
        };
        if free {
            rows.entry(place.parent)
                .or_default()
                .push((place.order.clone(), key));
        }
    }
    for (parent, mut row) in rows {
        row.sort();
        if !front {
            row.reverse();
        }
        let spot = if front { Spot::Last } else { Spot::First };
        for (_, key) in row {
            let order = draft.slot(Row::On(parent), spot, Some(key));
            if let Some(place) = draft.place(key).cloned() {
                draft.put_place(key, Place { order, ..place });
            }
        }
    }
    Ok(())
}

/// What is gone already counts as taken off: that is what was wanted.
pub(super) fn remove(draft: &mut Draft<'_>, keys: &[Key]) -> Result<(), Rejection> {
    words::count(keys.len())?;
    let there: BTreeSet<Key> = keys
        .iter()
        .copied()
        .filter(|key| draft.contains(*key))
        .collect();
    if let (true, Some(first)) = (there.is_empty(), keys.first()) {
        return Err(Rejection::Gone(*first));
    }
    let mut left = BTreeSet::new();
    for &key in &there {
        match key {
            Key::Meta => return Err(Rejection::Malformed("a board's own data stays")),
            Key::Person(id) if draft.notes().any(|note| note.author == Some(id)) => {
                return Err(Rejection::Malformed(
                    "somebody who has written stays among the people",
                ));
            }
            _ => {}
        }
        if let Some(Parent::Theme(id)) = draft.place(key).map(|place| place.parent)
            && !there.contains(&Key::Theme(id))
        {
            left.insert(id);
        }
    }
    draft.remove(&there);
    themes::dissolve(draft, left);
    Ok(())
}
