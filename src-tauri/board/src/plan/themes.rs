//! Themes: grouping, naming, merging.

use super::draft::{Draft, Row};
use super::squeeze::Spot;
use super::{Rejection, words};
use crate::{Key, MAX_COORD, NoteId, Parent, Place, Record, Size, Theme, ThemeId};
use std::collections::BTreeSet;

/// Beside a theme whose note starts a new one, the new one lies this far right and down.
const ASIDE: i32 = 16;

/// A theme lies where its first note lies, so that this note does not move. If the note lies in
/// a theme, the new theme lies on what that theme lies on: in its place if it goes, else beside it.
pub(super) fn group(
    draft: &mut Draft<'_>,
    id: ThemeId,
    notes: &[NoteId],
    name: &str,
) -> Result<(), Rejection> {
    words::count(notes.len())?;
    draft.fresh(id)?;
    let name = words::line(name)?;
    let mut seen = BTreeSet::new();
    let mut left = BTreeSet::new();
    for &note in notes {
        let place = &draft.note(note).ok_or(Rejection::Gone(note.into()))?.place;
        if let Parent::Theme(theme) = place.parent {
            left.insert(theme);
        }
        if !seen.insert(note) {
            return Err(Rejection::Malformed("a note is named twice"));
        }
    }
    let first = notes
        .first()
        .and_then(|first| draft.note(*first))
        .map(|note| note.place.clone());
    let Some(first) = first else {
        return Err(Rejection::Malformed("a theme is made of notes"));
    };
    let clamp = |v: i32| v.clamp(-MAX_COORD, MAX_COORD);
    let (parent, x, y, beside) = match first.parent {
        Parent::Theme(old) => {
            let theme = draft.theme(old).ok_or(Rejection::Gone(old.into()))?.clone();
            let others = draft
                .children(first.parent)
                .into_iter()
                .any(|key| match key {
                    Key::Note(note) => !seen.contains(&note),
                    _ => false,
                });
            let aside = if others || !theme.name.is_empty() {
                ASIDE
            } else {
                0
            };
            let place = theme.place;
            (
                place.parent,
                clamp(place.x + aside),
                clamp(place.y + aside),
                Key::Theme(old),
            )
        }
        parent => {
            let beside = notes.first().map_or(Key::Meta, |note| Key::Note(*note));
            (
                parent,
                clamp(first.x - Theme::TRAY_X),
                clamp(first.y - Theme::TRAY_Y),
                beside,
            )
        }
    };
    let order = draft.slot(Row::On(parent), Spot::After(beside), None);
    let place = Place {
        parent,
        x,
        y,
        order,
    };
    draft.put(Record::Theme(Theme {
        id,
        name,
        place,
        collapsed: false,
        locked: false,
    }));
    append(draft, id, notes);
    dissolve(draft, left);
    Ok(())
}

/// Puts notes last into a theme. The theme lays them out; their positions are those of its
/// tray, so that they lie where they are to be seen if the theme is taken away.
fn append(draft: &mut Draft<'_>, theme: ThemeId, notes: &[NoteId]) {
    let parent = Parent::Theme(theme);
    let already = draft.children(parent).len();
    let columns = match already + notes.len() {
        0..=4 => 2,
        5..=9 => 3,
        _ => 4,
    };
    for (i, &note) in (already..).zip(notes) {
        let order = draft.slot(Row::On(parent), Spot::Last, Some(Key::Note(note)));
        let step = |n: usize, size: i32| {
            i32::try_from(n)
                .unwrap_or(0)
                .saturating_mul(size + Theme::GAP)
        };
        let x = Theme::TRAY_X + step(i % columns, Size::NOTE.w);
        let y = Theme::TRAY_Y + step(i / columns, Size::NOTE.h);
        draft.put_place(
            Key::Note(note),
            Place {
                parent,
                x,
                y,
                order,
            },
        );
    }
}

/// Takes off the themes among these that have neither notes nor a name.
pub(super) fn dissolve(draft: &mut Draft<'_>, left: BTreeSet<ThemeId>) {
    let mut empty = BTreeSet::new();
    for id in left {
        if draft.theme(id).is_some_and(|theme| theme.name.is_empty()) && !draft.has_notes(id) {
            empty.insert(Key::Theme(id));
        }
    }
    if !empty.is_empty() {
        draft.remove(&empty);
    }
}

pub(super) fn name(draft: &mut Draft<'_>, id: ThemeId, name: &str) -> Result<(), Rejection> {
    let mut theme = draft.theme(id).ok_or(Rejection::Gone(id.into()))?.clone();
    theme.name = words::line(name)?;
    draft.put(Record::Theme(theme));
    Ok(())
}

pub(super) fn collapse(
    draft: &mut Draft<'_>,
    id: ThemeId,
    collapsed: bool,
) -> Result<(), Rejection> {
    let mut theme = draft.theme(id).ok_or(Rejection::Gone(id.into()))?.clone();
    theme.collapsed = collapsed;
    draft.put(Record::Theme(theme));
    Ok(())
}

/// The notes come after those that are there, in order. A theme without a name takes the first
/// name among those merged into it.
pub(super) fn merge(
    draft: &mut Draft<'_>,
    into: ThemeId,
    from: &[ThemeId],
) -> Result<(), Rejection> {
    words::count(from.len())?;
    let mut theme = draft
        .theme(into)
        .ok_or(Rejection::Gone(into.into()))?
        .clone();
    let mut away = BTreeSet::new();
    for &id in from {
        let other = draft.theme(id).ok_or(Rejection::Gone(id.into()))?;
        if id == into {
            return Err(Rejection::Malformed("a theme does not merge into itself"));
        }
        if theme.name.is_empty() {
            theme.name.clone_from(&other.name);
        }
        if !away.insert(Key::Theme(id)) {
            return Err(Rejection::Malformed("a theme is named twice"));
        }
    }
    draft.put(Record::Theme(theme));
    for &id in from {
        let notes: Vec<NoteId> = draft
            .children(Parent::Theme(id))
            .into_iter()
            .filter_map(|key| {
                if let Key::Note(note) = key {
                    Some(note)
                } else {
                    None
                }
            })
            .collect();
        append(draft, into, &notes);
    }
    if !away.is_empty() {
        draft.remove(&away);
    }
    Ok(())
}
