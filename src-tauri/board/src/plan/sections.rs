//! Sections.

use super::draft::{Draft, Row};
use super::squeeze::Spot;
use super::{Rejection, words};
use crate::{Command, MAX_COORD, Record, Section, SectionChange, SectionId, Size};

pub(super) fn add(draft: &mut Draft<'_>, command: &Command) -> Result<(), Rejection> {
    let Command::AddSection {
        id,
        title,
        kind,
        layout,
        x,
        y,
        size,
    } = command
    else {
        return Ok(());
    };
    draft.fresh(*id)?;
    words::point(*x, *y)?;
    let size = words::size(*size, Size::SECTION)?;
    let title = words::line(title)?;
    let order = draft.slot(Row::Agenda, Spot::Last, None);
    draft.put(Record::Section(Section {
        id: *id,
        title,
        prompt: String::new(),
        kind: *kind,
        layout: *layout,
        x: *x,
        y: *y,
        size,
        order,
        collapsed: false,
        locked: false,
    }));
    Ok(())
}

pub(super) fn set(
    draft: &mut Draft<'_>,
    id: SectionId,
    set: &[SectionChange],
) -> Result<(), Rejection> {
    words::count(set.len())?;
    let mut section = draft.section(id).ok_or(Rejection::Gone(id.into()))?.clone();
    for change in set {
        match change {
            SectionChange::Title(title) => section.title = words::line(title)?,
            SectionChange::Prompt(prompt) => section.prompt = words::line(prompt)?,
            SectionChange::Kind(kind) => section.kind = *kind,
            SectionChange::Layout(layout) => section.layout = *layout,
            SectionChange::Collapsed(collapsed) => section.collapsed = *collapsed,
        }
    }
    draft.put(Record::Section(section));
    Ok(())
}

/// Sections below move down by what this one grows, and so do those below them: none comes to
/// lie on another that it did not lie on before.
pub(super) fn make_room(draft: &mut Draft<'_>, id: SectionId, h: i32) -> Result<(), Rejection> {
    let mut grown = draft.section(id).ok_or(Rejection::Gone(id.into()))?.clone();
    if !(1..=MAX_COORD).contains(&h) {
        return Err(Rejection::Malformed(
            "this is larger than the board, or smaller than nothing",
        ));
    }
    let by = h - grown.size.h;
    if by <= 0 {
        return Ok(());
    }
    let mut others: Vec<Section> = draft
        .sections()
        .filter(|section| section.id != id)
        .cloned()
        .collect();
    let mut pushing = vec![grown.clone()];
    let mut pushed = Vec::new();
    while let Some(above) = pushing.pop() {
        let (below, rest) = others
            .into_iter()
            .partition(|section| is_below(section, &above));
        others = rest;
        pushing.extend_from_slice(&below);
        pushed.extend(below);
    }
    grown.size.h = h;
    draft.put(Record::Section(grown));
    pushed.sort_by_key(|section| section.id);
    for mut section in pushed {
        section.y = section.y.saturating_add(by);
        words::point(section.x, section.y)?;
        draft.put(Record::Section(section));
    }
    Ok(())
}

/// Whether a section lies below another, at least in part.
fn is_below(section: &Section, above: &Section) -> bool {
    section.y >= above.y.saturating_add(above.size.h)
        && section.x < above.x.saturating_add(above.size.w)
        && above.x < section.x.saturating_add(section.size.w)
}
