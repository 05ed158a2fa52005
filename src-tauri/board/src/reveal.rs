//! What people wrote each for themselves, on its way onto the board.

use crate::layout::{self, Rect};
use crate::order::Order;
use crate::{
    Board, Key, Layout, Note, NoteId, NoteKind, Parent, PersonId, Place, Record, SectionId, Size,
};
use std::collections::BTreeMap;

/// A note somebody has written for themselves.
#[derive(Clone, PartialEq, Eq)]
pub struct Unveiled {
    /// The id it has on the board; it says nothing about its author or its time.
    pub id: NoteId,
    /// What it says.
    pub text: String,
    /// The question it answers.
    pub section: SectionId,
    /// Its kind; the section's where not said.
    pub kind: Option<NoteKind>,
    /// Who wrote it; `None` is anonymous.
    pub author: Option<PersonId>,
}

/// The notes as records, in this order, each on a free spot of its section; on the board where the
/// section is gone. Notes that are on the board already are left out. Everybody's are as old as the
/// reveal, `now_ms`; an anonymous one has no time at all.
pub fn reveal(board: &Board, notes: &[Unveiled], now_ms: i64) -> Vec<Record> {
    let mut rooms: BTreeMap<Parent, Room> = BTreeMap::new();
    let mut records = Vec::new();
    for note in notes {
        if board.notes.contains_key(&note.id) {
            continue;
        }
        let section = board.sections.get(&note.section);
        let parent = section.map_or(Parent::Board, |section| Parent::Section(section.id));
        let room = rooms
            .entry(parent)
            .or_insert_with(|| Room::of(board, parent));
        let (x, y) = room.spot(&note.text);
        room.last = Some(Order::between(room.last.as_ref(), None));
        records.push(Record::Note(Note {
            id: note.id,
            text: note.text.clone(),
            kind: note
                .kind
                .unwrap_or_else(|| section.map_or(NoteKind::Plain, |section| section.kind)),
            place: Place {
                parent,
                x,
                y,
                order: room.last.clone().unwrap_or_default(),
            },
            size: None,
            author: note
                .author
                .filter(|person| board.people.contains_key(person)),
            made: if note.author.is_none() { 0 } else { now_ms },
            when: None,
            source: String::new(),
            parked: false,
            locked: false,
        }));
    }
    records
}

/// What lies on a section, or on the board, already.
struct Room {
    taken: Vec<Rect>,
    width: i32,
    /// Things lie where people put them; otherwise only their order counts.
    free: bool,
    /// Spots above have been looked at: notes of a batch go on below them.
    from: i32,
    last: Option<Order>,
}

impl Room {
    fn of(board: &Board, parent: Parent) -> Self {
        let section = match parent {
            Parent::Section(id) => board.sections.get(&id),
            _ => None,
        };
        let free = section.is_none_or(|section| section.layout == Layout::Free);
        let (mut taken, mut last) = (Vec::new(), None::<&Order>);
        let mut lies = |place: &'_ Place, size: Size| {
            taken.push((place.x, place.y, size.w, size.h));
        };
        let theme = |id| {
            let notes: Vec<Size> = board
                .notes
                .values()
                .filter(|note| note.place.parent == Parent::Theme(id))
                .map(layout::note_size)
                .collect();
            layout::tray(&notes).1
        };
        for note in board.notes.values().filter(|n| n.place.parent == parent) {
            lies(&note.place, layout::note_size(note));
            last = last.max(Some(&note.place.order));
        }
        for found in board.themes.values().filter(|t| t.place.parent == parent) {
            lies(&found.place, theme(found.id));
            last = last.max(Some(&found.place.order));
        }
        for found in board
            .followups
            .values()
            .filter(|f| f.place.parent == parent)
        {
            let (w, h) = (
                layout::NOTE_W,
                layout::note_height(&found.text, layout::NOTE_W),
            );
            lies(&found.place, Size { w, h });
            last = last.max(Some(&found.place.order));
        }
        if parent == Parent::Board {
            for section in board.sections.values() {
                taken.push((section.x, section.y, section.size.w, section.size.h));
            }
        }
        // Beside the sections of a board there is no end to the right; a section's width is a row.
        let width = section.map_or(layout::SECTION_W, |section| section.size.w);
        let lowest = taken.iter().map(|(_, y, _, h)| y + h).max().unwrap_or(0);
        // The row of a theme's title stays free above the first notes: soon they are grouped.
        let from = if parent == Parent::Board {
            lowest
        } else {
            layout::HEADER + layout::TRAY_TITLE
        };
        Self {
            taken,
            width,
            free,
            from,
            last: last.cloned(),
        }
    }

    fn spot(&mut self, text: &str) -> (i32, i32) {
        if !self.free {
            return (0, 0);
        }
        let size = Size {
            w: layout::NOTE_W,
            h: layout::note_height(text, layout::NOTE_W),
        };
        let (x, y) = layout::free_spot(&self.taken, self.width, size, self.from);
        self.from = self.from.max(y);
        self.taken.push((x, y, size.w, size.h));
        let fits = |at: i32| at.min(crate::MAX_COORD);
        (fits(x), fits(y))
    }
}

/// The records of dots, to be put on the board when a vote is shown; dots that are there already
/// are left out.
pub fn show(board: &Board, vote: &str, dots: &[(Key, crate::DotId)]) -> Vec<Record> {
    dots.iter()
        .filter(|(_, id)| !board.dots.contains_key(id))
        .map(|(on, id)| {
            Record::Dot(crate::Dot {
                id: *id,
                vote: vote.to_owned(),
                on: *on,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{GAP, HEADER, NOTE_H, NOTE_W, PADDING, TRAY_TITLE};
    use crate::{NoteId, Person, Section, Tint};

    fn question(layout: Layout) -> Board {
        let mut board = Board::default();
        board.put(Record::Section(Section {
            id: SectionId::from_bits(1),
            title: "What went well?".into(),
            prompt: String::new(),
            kind: NoteKind::Well,
            layout,
            x: 0,
            y: 0,
            size: Size {
                w: 2 * PADDING + 3 * NOTE_W + 2 * GAP,
                h: 264,
            },
            order: Order("V".into()),
            collapsed: false,
            locked: false,
        }));
        board.put(Record::Person(Person {
            id: PersonId::from_bits(9),
            name: "Mei".into(),
            tint: Tint::T1,
            facilitator: false,
        }));
        board
    }

    fn written(n: u128, author: Option<PersonId>) -> Unveiled {
        Unveiled {
            id: NoteId::from_bits(n),
            text: format!("note {n}"),
            section: SectionId::from_bits(1),
            kind: None,
            author,
        }
    }

    fn notes(records: &[Record]) -> Vec<&Note> {
        records
            .iter()
            .map(|record| match record {
                Record::Note(note) => note,
                other => panic!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn revealed_notes_lie_beside_what_is_there_and_not_on_it() {
        let mut board = question(Layout::Free);
        for record in reveal(&board.clone(), &[written(1, None)], 5) {
            board.put(record);
        }
        let records = reveal(
            &board,
            &[written(2, None), written(3, None), written(4, None)],
            5,
        );
        let places: Vec<_> = notes(&records)
            .iter()
            .map(|note| (note.place.x, note.place.y))
            .collect();
        let (step, top) = (NOTE_W + GAP, HEADER + TRAY_TITLE);
        assert_eq!(
            places,
            [
                (PADDING + step, top),
                (PADDING + 2 * step, top),
                (PADDING, top + NOTE_H + GAP)
            ]
        );
        let orders: Vec<_> = notes(&records).iter().map(|n| &n.place.order).collect();
        assert!(orders.is_sorted() && orders.iter().all(|order| order.is_valid()));
    }

    #[test]
    fn an_anonymous_note_has_neither_author_nor_time_and_takes_its_sections_kind() {
        let board = question(Layout::Column);
        let mei = PersonId::from_bits(9);
        let stranger = PersonId::from_bits(8);
        let all = [
            written(1, None),
            written(2, Some(mei)),
            written(3, Some(stranger)),
        ];
        let records = reveal(&board, &all, 5);
        let told: Vec<_> = notes(&records)
            .iter()
            .map(|note| (note.author, note.made, note.kind))
            .collect();
        assert_eq!(
            told,
            [
                (None, 0, NoteKind::Well),
                (Some(mei), 5, NoteKind::Well),
                (None, 5, NoteKind::Well)
            ]
        );
    }

    #[test]
    fn a_note_whose_question_is_gone_lies_on_the_board_below_everything() {
        let mut board = question(Layout::Free);
        let mut note = written(1, None);
        note.section = SectionId::from_bits(7);
        let records = reveal(&board, &[note.clone()], 5);
        let place = &notes(&records)[0].place;
        assert_eq!((place.parent, place.y >= 264), (Parent::Board, true));
        board.put(records[0].clone());
        assert!(reveal(&board, &[note], 5).is_empty(), "it is there already");
    }
}
