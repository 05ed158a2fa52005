//! The laying out: everything a draft says gets an id and a place.

use super::Import;
use super::draft::{
    Draft, FollowUpDraft, Group, NoteDraft, SectionDraft, ThemeDraft, parents_first,
};
use crate::export::words::excerpt;
use crate::layout::{self, SECTION_GAP, SECTION_W};
use crate::{
    Board, Connector, ConnectorId, End, FollowUp, FollowUpId, Key, Layout, Note, NoteId, NoteKind,
    Order, Parent, Person, PersonId, Place, Record, Section, SectionId, Size, Theme, ThemeId, Tint,
};
use std::collections::HashMap;

/// Where a group goes.
enum Spot {
    Section(SectionId),
    Board,
}

impl Draft {
    /// Gives everything an id and a place: the timeline on top, then the sections in columns,
    /// then what lies on the board itself.
    pub(super) fn lay_out(self, ids: &mut dyn FnMut() -> u128) -> Import {
        let mut builder = Builder {
            board: Board {
                meta: self.meta,
                ..Board::default()
            },
            names: HashMap::new(),
            notes: HashMap::new(),
            themes: HashMap::new(),
            ids,
            people: HashMap::new(),
            links: Vec::new(),
            next: Orders::default(),
        };
        for (name, facilitator) in self.people {
            builder.person(name, facilitator);
        }
        builder.sections(self.sections);
        let mut bottom = builder.bottom();
        bottom = builder.loose(self.loose, bottom);
        bottom = builder.followups(self.followups, bottom);
        builder.parked(self.parked, bottom);
        builder.resolve(self.links);
        Import {
            records: parents_first(builder.board),
        }
    }
}

/// Ascending orders, as many as are asked for.
#[derive(Default)]
struct Orders(Option<Order>);

impl Orders {
    fn next(&mut self) -> Order {
        let order = Order::between(self.0.as_ref(), None);
        self.0 = Some(order.clone());
        order
    }
}

struct Builder<'a> {
    board: Board,
    ids: &'a mut dyn FnMut() -> u128,
    people: HashMap<String, PersonId>,
    /// Things by the words that name them, the first of each.
    notes: HashMap<String, NoteId>,
    themes: HashMap<String, ThemeId>,
    names: HashMap<String, Key>,
    /// Follow-ups whose origin is still to be found.
    links: Vec<(FollowUpId, bool, String)>,
    next: Orders,
}

impl Builder<'_> {
    fn bits(&mut self) -> u128 {
        (self.ids)()
    }

    fn person(&mut self, name: String, facilitator: bool) -> PersonId {
        let id = PersonId::from_bits(self.bits());
        let tint = Tint::ALL
            .get(self.board.people.len() % Tint::ALL.len())
            .copied()
            .unwrap_or(Tint::T1);
        self.people.entry(name.clone()).or_insert(id);
        self.board.put(Record::Person(Person {
            id,
            name,
            tint,
            facilitator,
        }));
        id
    }

    fn sections(&mut self, sections: Vec<SectionDraft>) {
        let columns = match sections
            .iter()
            .filter(|section| section.layout != Layout::Timeline)
            .count()
        {
            0..=8 => 3,
            9..=16 => 4,
            _ => 5,
        };
        let width = column_width(columns);
        let mut made: Vec<(SectionId, Layout, Size)> = Vec::new();
        for section in sections {
            let id = SectionId::from_bits(self.bits());
            let layout = section.layout;
            let size = self.contents(
                &section,
                id,
                if layout == Layout::Timeline {
                    width
                } else {
                    SECTION_W
                },
            );
            self.name(&section.title, id.into());
            let order = self.next.next();
            made.push((id, layout, size));
            self.board.put(Record::Section(Section {
                id,
                title: section.title,
                prompt: section.prompt,
                kind: section.kind,
                layout,
                x: 0,
                y: 0,
                size,
                order,
                collapsed: false,
                locked: false,
            }));
        }
        let mut top = 0;
        for (id, _, size) in made.iter().filter(|made| made.1 == Layout::Timeline) {
            if let Some(section) = self.board.sections.get_mut(id) {
                section.y = top;
            }
            top += size.h + SECTION_GAP;
        }
        let others: Vec<_> = made
            .iter()
            .filter(|made| made.1 != Layout::Timeline)
            .collect();
        let heights: Vec<i32> = others.iter().map(|made| made.2.h).collect();
        let (places, _) = layout::masonry(&heights, SECTION_W, columns, top);
        for (made, (x, y)) in others.iter().zip(places) {
            if let Some(section) = self.board.sections.get_mut(&made.0) {
                section.x = x;
                section.y = y;
            }
        }
    }

    fn bottom(&self) -> i32 {
        let ends = self
            .board
            .sections
            .values()
            .map(|section| section.y + section.size.h + SECTION_GAP);
        ends.max().unwrap_or(0)
    }

    /// Puts what is in a section, and says how large the section is.
    fn contents(&mut self, section: &SectionDraft, id: SectionId, width: i32) -> Size {
        let (group, kind) = (&section.group, section.kind);
        let trays: Vec<(Vec<(i32, i32)>, Size)> = group.themes.iter().map(tray).collect();
        let sizes: Vec<Size> = trays.iter().map(|tray| tray.1).collect();
        let mut notes: Vec<Size> = group.notes.iter().map(note_size).collect();
        notes.extend(section.cards.iter().map(|card| card_size(&card.text)));
        if section.layout == Layout::Timeline {
            let (places, lane) = layout::lane(&notes, width);
            let (below, all) =
                layout::rows(&sizes, lane.w - 2 * layout::PADDING, layout::THEME_GAP);
            let below: Vec<_> = below
                .into_iter()
                .map(|(x, y)| (x + layout::PADDING, y + lane.h))
                .collect();
            self.group(group, &Spot::Section(id), kind, &below, &trays, &places);
            self.cards(
                &section.cards,
                id,
                places.get(group.notes.len()..).unwrap_or(&[]),
            );
            let h = lane.h
                + if all.h > 0 {
                    all.h + layout::PADDING
                } else {
                    0
                };
            return Size { w: lane.w, h };
        }
        let (themes, places, h) = layout::section(&sizes, &notes, width);
        self.group(group, &Spot::Section(id), kind, &themes, &trays, &places);
        self.cards(
            &section.cards,
            id,
            places.get(group.notes.len()..).unwrap_or(&[]),
        );
        Size { w: width, h }
    }

    fn cards(&mut self, cards: &[FollowUpDraft], id: SectionId, places: &[(i32, i32)]) {
        for (card, (x, y)) in cards.iter().zip(places) {
            self.followup(card, Parent::Section(id), *x, *y);
        }
    }

    fn group(
        &mut self,
        group: &Group,
        spot: &Spot,
        kind: NoteKind,
        themes: &[(i32, i32)],
        trays: &[(Vec<(i32, i32)>, Size)],
        notes: &[(i32, i32)],
    ) {
        let parent = match spot {
            Spot::Section(id) => Parent::Section(*id),
            Spot::Board => Parent::Board,
        };
        for ((theme, (x, y)), (places, _)) in group.themes.iter().zip(themes).zip(trays) {
            let id = ThemeId::from_bits(self.bits());
            let place = Place {
                parent,
                x: *x,
                y: *y,
                order: self.next.next(),
            };
            self.themes.entry(excerpt(&theme.name)).or_insert(id);
            self.name(&theme.name, id.into());
            self.board.put(Record::Theme(Theme {
                id,
                name: theme.name.clone(),
                place,
                collapsed: false,
                locked: false,
            }));
            for (note, (x, y)) in theme.notes.iter().zip(places) {
                self.note(note, kind, Parent::Theme(id), *x, *y, false);
            }
        }
        for (note, (x, y)) in group.notes.iter().zip(notes) {
            self.note(note, kind, parent, *x, *y, false);
        }
    }

    fn note(
        &mut self,
        note: &NoteDraft,
        kind: NoteKind,
        parent: Parent,
        x: i32,
        y: i32,
        parked: bool,
    ) {
        let id = NoteId::from_bits(self.bits());
        let author =
            (!note.author.trim().is_empty()).then(|| match self.people.get(&note.author) {
                Some(id) => *id,
                None => self.person(note.author.clone(), false),
            });
        let size = note_size(note);
        self.notes.entry(excerpt(&note.text)).or_insert(id);
        self.name(&note.text, id.into());
        let place = Place {
            parent,
            x,
            y,
            order: self.next.next(),
        };
        self.board.put(Record::Note(Note {
            id,
            text: note.text.clone(),
            kind,
            place,
            size: (size.w > layout::NOTE_W).then_some(Size {
                w: size.w,
                h: layout::NOTE_H,
            }),
            author,
            made: 0,
            when: note.when.clone(),
            source: note.source.clone(),
            parked,
            locked: false,
        }));
    }

    fn followup(&mut self, draft: &FollowUpDraft, parent: Parent, x: i32, y: i32) {
        let id = FollowUpId::from_bits(self.bits());
        self.name(&draft.text, id.into());
        if let Some((theme, words)) = &draft.from {
            self.links.push((id, *theme, words.clone()));
        }
        let place = Place {
            parent,
            x,
            y,
            order: self.next.next(),
        };
        self.board.put(Record::FollowUp(FollowUp {
            id,
            text: draft.text.clone(),
            owner: draft.owner.clone(),
            due: draft.due.clone(),
            kind: draft.kind,
            reach: draft.reach.clone(),
            status: draft.status,
            from: None,
            outcome: draft.outcome.clone(),
            spot: String::new(),
            locked: false,
            place,
        }));
    }

    fn name(&mut self, text: &str, key: Key) {
        self.names.entry(excerpt(text)).or_insert(key);
    }

    fn loose(&mut self, group: Group, top: i32) -> i32 {
        if group.is_empty() {
            return top;
        }
        let trays: Vec<_> = group.themes.iter().map(tray).collect();
        let sizes: Vec<Size> = trays.iter().map(|tray| tray.1).collect();
        let notes: Vec<Size> = group.notes.iter().map(note_size).collect();
        let (mut themes, mut places, h) = layout::section(&sizes, &notes, column_width(4));
        for (_, y) in themes.iter_mut().chain(&mut places) {
            *y += top;
        }
        self.group(
            &group,
            &Spot::Board,
            NoteKind::Plain,
            &themes,
            &trays,
            &places,
        );
        top + h
    }

    fn followups(&mut self, drafts: Vec<FollowUpDraft>, top: i32) -> i32 {
        let sizes: Vec<Size> = drafts.iter().map(|draft| card_size(&draft.text)).collect();
        let (places, all) = layout::rows(&sizes, column_width(4), layout::GAP);
        for (draft, (x, y)) in drafts.iter().zip(places) {
            self.followup(draft, Parent::Board, x, y + top);
        }
        if drafts.is_empty() {
            top
        } else {
            top + all.h + SECTION_GAP
        }
    }

    fn parked(&mut self, notes: Vec<NoteDraft>, top: i32) {
        let sizes: Vec<Size> = notes.iter().map(note_size).collect();
        let (places, _) = layout::rows(&sizes, column_width(4), layout::GAP);
        for (note, (x, y)) in notes.iter().zip(places) {
            self.note(note, NoteKind::Plain, Parent::Board, x, y + top, true);
        }
    }

    /// Links and origins, now that everything has an id.
    fn resolve(&mut self, links: Vec<(String, String, String)>) {
        for (id, theme, words) in std::mem::take(&mut self.links) {
            let from = if theme {
                self.themes.get(&words).map(|id| Key::Theme(*id))
            } else {
                self.notes.get(&words).map(|id| Key::Note(*id))
            };
            if let Some(followup) = self.board.followups.get_mut(&id) {
                followup.from = from;
            }
        }
        for (from, to, label) in links {
            if let (Some(from), Some(to)) = (self.names.get(&from), self.names.get(&to)) {
                let (from, to) = (End::On(*from), End::On(*to));
                let id = ConnectorId::from_bits(self.bits());
                self.board.put(Record::Connector(Connector {
                    id,
                    from,
                    to,
                    label,
                }));
            }
        }
    }
}

fn column_width(columns: usize) -> i32 {
    let columns = i32::try_from(columns).unwrap_or(1);
    columns * (SECTION_W + SECTION_GAP) - SECTION_GAP
}

fn text_size(text: &str) -> Size {
    let w = layout::note_width(text);
    Size {
        w,
        h: layout::note_height(text, w),
    }
}

/// A follow-up's card has one width.
fn card_size(text: &str) -> Size {
    Size {
        w: layout::NOTE_W,
        h: layout::note_height(text, layout::NOTE_W),
    }
}

fn note_size(note: &NoteDraft) -> Size {
    text_size(&note.text)
}

fn tray(theme: &ThemeDraft) -> (Vec<(i32, i32)>, Size) {
    let sizes: Vec<Size> = theme.notes.iter().map(note_size).collect();
    layout::tray(&sizes)
}
