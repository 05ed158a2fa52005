//! The sample review: a filled board to look at, in the flagship template. The team, the
//! delivery and the people are made up.

mod story;

use crate::template::template;
use crate::{
    Connector, ConnectorId, End, FollowUp, FollowUpId, FollowUpStatus, Key, Note, NoteId, NoteKind,
    Order, Parent, Person, PersonId, Place, Record, SectionId, Size, Theme, ThemeId, Tint, When,
};
use std::collections::BTreeMap;
use story::{Card, Fact, Link, Words};

/// 18 December 2025, 13:20 UTC: the first note was written.
const BEGAN: i64 = 1_766_064_000_000;
/// A note every 40 seconds.
const PACE: i64 = 40_000;
/// Where a section's notes begin: below the header and the room for a theme's title.
const TOP: i32 = 68;
/// A section's padding.
const PADDING: i32 = 12;
/// The first column right of a theme of two columns, which is 276 wide and keeps 14 clear.
const BESIDE_THEME: i32 = PADDING + 276 + 14;

/// The sample review as the records of a new board. `ids` gives random bits, 80 of which count.
/// Meant for [`insert_commands`](crate::insert_commands).
pub fn sample(ids: &mut dyn FnMut() -> u128) -> Vec<Record> {
    let Some(template) = template("delivery-review") else {
        return Vec::new();
    };
    let mut records = template.records(ids, story::TITLE, story::TEAM);
    let mut sections = BTreeMap::new();
    for record in &mut records {
        match record {
            Record::Meta(meta) => {
                story::HELD_ON.clone_into(&mut meta.held_on);
                meta.promised = Some(When::parse(story::PROMISED, Some(story::HELD_ON)));
                story::SUMMARY.clone_into(&mut meta.summary);
                "commit".clone_into(&mut meta.phase);
            }
            Record::Section(section) => {
                sections.insert(section.kind, section.id);
            }
            _ => {}
        }
    }
    let people: Vec<PersonId> = story::PEOPLE
        .iter()
        .map(|_| PersonId::from_bits(ids()))
        .collect();
    for (i, (name, id)) in story::PEOPLE.iter().zip(&people).enumerate() {
        let tint = Tint::ALL
            .get(i % Tint::ALL.len())
            .copied()
            .unwrap_or(Tint::T1);
        let name = (*name).to_owned();
        records.push(Record::Person(Person {
            id: *id,
            name,
            tint,
            facilitator: i == 0,
        }));
    }
    Writer {
        ids,
        sections,
        people,
        known: BTreeMap::new(),
        written: 0,
        records,
    }
    .write()
}

/// Puts the story onto the board. What is linked later is remembered by its words.
struct Writer<'a> {
    ids: &'a mut dyn FnMut() -> u128,
    sections: BTreeMap<NoteKind, SectionId>,
    people: Vec<PersonId>,
    known: BTreeMap<&'static str, Key>,
    written: usize,
    records: Vec<Record>,
}

impl Writer<'_> {
    fn write(mut self) -> Vec<Record> {
        for (fact, order) in story::FACTS.iter().zip(orders(story::FACTS.len())) {
            let parent = self.section(NoteKind::Happened);
            let place = Place {
                parent,
                x: PADDING,
                y: 96,
                order,
            };
            self.note(&Words::of(fact.text), NoteKind::Happened, place, Some(fact));
        }
        for topic in story::TOPICS {
            self.topic(topic);
        }
        for (i, (card, order)) in (0..).zip(
            story::FOLLOW_UPS
                .iter()
                .zip(orders(story::FOLLOW_UPS.len())),
        ) {
            self.follow_up(
                card,
                Place {
                    parent: Parent::Board,
                    x: 920,
                    y: 492 + 112 * i,
                    order,
                },
            );
        }
        for link in story::LINKS {
            self.link(link);
        }
        self.records
    }

    fn section(&self, kind: NoteKind) -> Parent {
        self.sections
            .get(&kind)
            .map_or(Parent::Board, |id| Parent::Section(*id))
    }

    fn topic(&mut self, topic: &story::Topic) {
        let parent = self.section(topic.kind);
        let mut order = orders(topic.loose.len() + 1).into_iter();
        let (theme_x, loose_x, columns) = match topic.theme {
            Some(_) if topic.theme_first => (PADDING, BESIDE_THEME, 1),
            // One column of loose notes, and 14 clear.
            Some(_) => (PADDING + Size::NOTE.w + 14, PADDING, 1),
            None => (PADDING, PADDING, 2),
        };
        if let (Some((name, notes)), Some(order)) = (topic.theme, order.next()) {
            let id = ThemeId::from_bits((self.ids)());
            self.known.insert(name, id.into());
            // The title row begins under the section's header.
            let place = Place {
                parent,
                x: theme_x,
                y: TOP - Theme::TRAY_Y,
                order,
            };
            let name = name.to_owned();
            self.records.push(Record::Theme(Theme {
                id,
                name,
                place,
                collapsed: false,
                locked: false,
            }));
            for ((i, words), order) in (0..).zip(notes).zip(orders(notes.len())) {
                let (x, y) = cell(i, 2);
                let (x, y) = (Theme::TRAY_X + x, Theme::TRAY_Y + y);
                let place = Place {
                    parent: Parent::Theme(id),
                    x,
                    y,
                    order,
                };
                self.note(words, topic.kind, place, None);
            }
        }
        for ((i, words), order) in (0..).zip(topic.loose).zip(order) {
            let (x, y) = cell(i, columns);
            let place = Place {
                parent,
                x: loose_x + x,
                y: TOP + y,
                order,
            };
            self.note(words, topic.kind, place, None);
        }
    }

    fn note(&mut self, words: &Words, kind: NoteKind, place: Place, fact: Option<&Fact>) {
        let id = NoteId::from_bits((self.ids)());
        self.known.insert(words.text, id.into());
        let written = self.written;
        self.written += 1;
        // Three steps round the table, so that nobody's notes stand in a row.
        let author = self.people.get(written * 3 % self.people.len().max(1));
        let author = author.copied().filter(|_| !words.anonymous);
        let made = BEGAN + PACE * i64::try_from(written).unwrap_or(0);
        self.records.push(Record::Note(Note {
            id,
            text: words.text.to_owned(),
            kind: words.kind.unwrap_or(kind),
            place,
            size: None,
            author,
            made: if words.anonymous { 0 } else { made },
            when: fact.map(|fact| When::parse(fact.when, Some(story::HELD_ON))),
            source: fact.map(|fact| fact.source.to_owned()).unwrap_or_default(),
            parked: false,
            locked: false,
        }));
    }

    fn follow_up(&mut self, card: &Card, place: Place) {
        let id = FollowUpId::from_bits((self.ids)());
        self.known.insert(card.text, id.into());
        self.records.push(Record::FollowUp(FollowUp {
            id,
            text: card.text.to_owned(),
            owner: card.owner.to_owned(),
            due: card.due.to_owned(),
            kind: card.kind,
            reach: card.reach(),
            status: FollowUpStatus::Open,
            from: self.known.get(card.from).copied(),
            outcome: String::new(),
            spot: String::new(),
            locked: false,
            place,
        }));
    }

    fn link(&mut self, link: &Link) {
        if let (Some(from), Some(to)) = (self.known.get(link.from), self.known.get(link.to)) {
            self.records.push(Record::Connector(Connector {
                id: ConnectorId::from_bits((self.ids)()),
                from: End::On(*from),
                to: End::On(*to),
                label: link.label.to_owned(),
            }));
        }
    }
}

fn orders(n: usize) -> Vec<Order> {
    Order::n_between(None, None, n)
}

/// The top-left corner of a note in a grid of so many columns.
fn cell(i: i32, columns: i32) -> (i32, i32) {
    (
        (i % columns) * (Size::NOTE.w + Theme::GAP),
        (i / columns) * (Size::NOTE.h + Theme::GAP),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::check_invariants;
    use crate::{Actor, Board, Role, insert_commands, layout, plan_all};

    fn board() -> Board {
        let mut bits = 0;
        let mut ids = || {
            bits += 1;
            bits
        };
        let actor = Actor {
            person: None,
            role: Role::Facilitate,
            now_ms: 0,
        };
        let mut board = Board::default();
        let commands = insert_commands(sample(&mut ids));
        for change in &plan_all(&board, &actor, &commands).unwrap().changes {
            board.apply_change(change).unwrap();
        }
        board
    }

    /// Left, top, right, bottom on the board.
    type Rect = (i32, i32, i32, i32);

    fn apart(a: Rect, b: Rect, gap: i32) -> bool {
        a.2 + gap <= b.0 || b.2 + gap <= a.0 || a.3 + gap <= b.1 || b.3 + gap <= a.1
    }

    #[test]
    fn the_sample_is_a_whole_review() {
        let board = board();
        check_invariants(&board).unwrap();
        let facts: Vec<_> = board
            .notes
            .values()
            .filter(|note| note.kind == NoteKind::Happened)
            .collect();
        assert!((7..=9).contains(&facts.len()));
        assert!(facts.iter().all(|note| {
            !note.source.is_empty() && note.when.as_ref().is_some_and(|when| !when.at.is_empty())
        }));
        assert!((18..=24).contains(&(board.notes.len() - facts.len())));
        assert_eq!((board.themes.len(), board.followups.len()), (3, 4));
        assert_eq!(board.connectors.len(), story::LINKS.len());
        assert!(board.followups.values().all(|card| {
            card.from.is_some_and(|key| board.contains(key)) && !card.due.is_empty()
        }));
        assert!(board.followups.values().all(|card| {
            board
                .people
                .values()
                .any(|person| person.name == card.owner)
        }));
        assert!(
            board
                .meta
                .promised
                .is_some_and(|when| when.at == "2025-12-14")
        );
    }

    #[test]
    fn nothing_lies_on_anything_else() {
        let board = board();
        let mut rects: Vec<(Key, Rect)> = Vec::new();
        let corner = |place: &Place| match place.parent {
            Parent::Board => (place.x, place.y),
            Parent::Section(id) => {
                let section = &board.sections[&id];
                (section.x + place.x, section.y + place.y)
            }
            Parent::Theme(id) => {
                let theme = &board.themes[&id];
                let Parent::Section(section) = theme.place.parent else {
                    panic!()
                };
                let section = &board.sections[&section];
                (
                    section.x + theme.place.x + place.x,
                    section.y + theme.place.y + place.y,
                )
            }
        };
        let rect = |(x, y): (i32, i32), h: i32| (x, y, x + Size::NOTE.w, y + h);
        for note in board
            .notes
            .values()
            .filter(|note| note.kind != NoteKind::Happened)
        {
            // Each text fits the least size, so the geometry is that of the grid.
            let h = layout::note_height(&note.text, Size::NOTE.w);
            assert_eq!(h, Size::NOTE.h, "{}", note.text);
            rects.push((note.id.into(), rect(corner(&note.place), h)));
        }
        for card in board.followups.values() {
            rects.push((card.id.into(), rect(corner(&card.place), 104)));
        }
        for (i, (a, one)) in rects.iter().enumerate() {
            for (b, other) in rects.iter().skip(i + 1) {
                assert!(
                    apart(*one, *other, Theme::GAP),
                    "{a} {one:?} and {b} {other:?}"
                );
            }
        }
        for section in board.sections.values() {
            for note in board.notes.values() {
                let inside = match note.place.parent {
                    Parent::Section(id) => id == section.id,
                    Parent::Theme(id) => {
                        board.themes[&id].place.parent == Parent::Section(section.id)
                    }
                    Parent::Board => false,
                };
                let (left, top) = corner(&note.place);
                if inside && note.kind != NoteKind::Happened {
                    assert!(left >= section.x + PADDING && top >= section.y + TOP);
                    assert!(left + Size::NOTE.w + PADDING <= section.x + section.size.w);
                    assert!(top + Size::NOTE.h + PADDING <= section.y + section.size.h);
                }
            }
        }
    }
}
