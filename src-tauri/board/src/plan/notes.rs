//! Notes and collaborative texts.

use super::draft::{Draft, Row};
use super::squeeze::Spot;
use super::{Rejection, words};
use crate::{
    Actor, Key, NewNote, Note, NoteChange, NoteId, NoteKind, Parent, Place, Record, Size, Splice,
    TextEdit, When,
};

pub(super) fn add(
    draft: &mut Draft<'_>,
    actor: &Actor,
    notes: &[NewNote],
) -> Result<(), Rejection> {
    words::count(notes.len())?;
    for new in notes {
        draft.fresh(new.id)?;
        draft.parent(new.parent)?;
        words::point(new.x, new.y)?;
        let size = new
            .size
            .map(|size| words::size(size, Size::NOTE))
            .transpose()?;
        let text = words::text(&new.text)?;
        let label = words::line(new.when.as_deref().unwrap_or_default())?;
        let when = when(draft, &label, new.parent, new.after);
        let spot = new.after.map_or(Spot::Last, Spot::After);
        let order = draft.slot(Row::On(new.parent), spot, None);
        // Somebody who has been taken off the people meanwhile writes without a name.
        let author = actor
            .person
            .filter(|id| !new.anonymous && draft.person(*id).is_some());
        draft.put(Record::Note(Note {
            id: new.id,
            text,
            kind: new.kind.unwrap_or_else(|| kind(draft, new.parent)),
            place: Place {
                parent: new.parent,
                x: new.x,
                y: new.y,
                order,
            },
            size,
            author,
            made: if new.anonymous { 0 } else { actor.now_ms },
            when,
            source: String::new(),
            parked: false,
            locked: false,
        }));
    }
    Ok(())
}

/// The kind of notes on a parent: the section's, through a theme too.
fn kind(draft: &Draft<'_>, parent: Parent) -> NoteKind {
    let section = match parent {
        Parent::Board => None,
        Parent::Section(id) => Some(id),
        Parent::Theme(id) => draft.theme(id).and_then(|theme| match theme.place.parent {
            Parent::Section(id) => Some(id),
            Parent::Board | Parent::Theme(_) => None,
        }),
    };
    section
        .and_then(|id| draft.section(id))
        .map_or(NoteKind::Plain, |section| section.kind)
}

/// What a label means. A time alone is of the day of the last moment up to the note `upto`; a day
/// without a year is the last such day before the workshop or, where that has no date, the one
/// nearest to that moment.
fn when(draft: &mut Draft<'_>, label: &str, parent: Parent, upto: Option<Key>) -> Option<When> {
    if label.is_empty() {
        return None;
    }
    let held_on = draft.meta().held_on.clone();
    Some(When::parse_among(
        label,
        || draft.moment(parent, upto),
        &held_on,
    ))
}

pub(super) fn set(
    draft: &mut Draft<'_>,
    ids: &[NoteId],
    set: &[NoteChange],
) -> Result<(), Rejection> {
    words::count(ids.len())?;
    words::count(set.len())?;
    for &id in ids {
        let mut note = draft.note(id).ok_or(Rejection::Gone(id.into()))?.clone();
        for change in set {
            match change {
                NoteChange::Kind(kind) => note.kind = *kind,
                NoteChange::When(label) => {
                    note.when = when(
                        draft,
                        &words::line(label)?,
                        note.place.parent,
                        Some(id.into()),
                    );
                }
                NoteChange::Source(source) => note.source = words::line(source)?,
                NoteChange::Parked(parked) => note.parked = *parked,
                NoteChange::Anonymous => {
                    note.author = None;
                    note.made = 0;
                }
            }
        }
        draft.put(Record::Note(note));
    }
    Ok(())
}

pub(super) fn edit_text(draft: &mut Draft<'_>, key: Key, edit: &[Splice]) -> Result<(), Rejection> {
    words::count(edit.len())?;
    let edit = edit
        .iter()
        .map(|splice| Splice {
            insert: words::clean_text(&splice.insert),
            ..splice.clone()
        })
        .collect();
    draft.edit(key, TextEdit(edit))
}

pub(super) fn set_text(draft: &mut Draft<'_>, key: Key, text: &str) -> Result<(), Rejection> {
    let new = words::text(text)?;
    let old = match key {
        Key::Meta => &draft.meta().summary,
        Key::Note(id) => &draft.note(id).ok_or(Rejection::Gone(key))?.text,
        Key::FollowUp(id) => &draft.followup(id).ok_or(Rejection::Gone(key))?.text,
        _ => return Err(Rejection::Malformed("this has no text of its own")),
    };
    let edit = TextEdit::diff(old, &new);
    draft.edit(key, edit)
}
