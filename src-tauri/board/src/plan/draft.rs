//! The board under an overlay of what a request has changed so far.

use super::squeeze::{Sorted, Spot, squeeze};
use super::{Change, Rejection};
use crate::{
    Board, Connector, ConnectorId, Dot, End, FollowUp, FollowUpId, Key, Meta, Note, NoteId, Order,
    Parent, Person, PersonId, Place, Record, Section, SectionId, Stroke, StrokeId, TextEdit, Theme,
    ThemeId,
};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Things in one order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Row {
    /// What lies on a parent.
    On(Parent),
    /// The sections, in the order of the agenda.
    Agenda,
}

/// See the [module](super).
pub(super) struct Draft<'a> {
    board: &'a Board,
    /// What differs from the board; `None` is gone.
    over: BTreeMap<Key, Option<Record>>,
    /// What lies on the parents asked for so far, in order.
    rows: BTreeMap<Parent, Sorted<'a>>,
    /// The rows are those of all parents that anything lies on.
    complete: bool,
    /// One walk over the board for the last of a row is cheaper than sorting the row, a second is not.
    walked: bool,
    changes: Vec<Change>,
}

macro_rules! getters {
    ($($one:ident, $all:ident: $id:ident, $variant:ident);* $(;)?) => {$(
        pub(super) fn $one(&self, id: $id) -> Option<&$variant> {
            match self.over.get(&Key::$variant(id)) {
                None => self.board.$all.get(&id),
                Some(Some(Record::$variant(record))) => Some(record),
                Some(_) => None,
            }
        }
        pub(super) fn $all(&self) -> impl Iterator<Item = &$variant> {
            self.board
                .$all
                .values()
                .filter(|record| !self.over.contains_key(&Key::$variant(record.id)))
                .chain(self.over.values().filter_map(|record| match record {
                    Some(Record::$variant(record)) => Some(record),
                    _ => None,
                }))
        }
    )*};
}

impl<'a> Draft<'a> {
    pub(super) fn new(board: &'a Board) -> Self {
        Self {
            board,
            over: BTreeMap::new(),
            rows: BTreeMap::new(),
            complete: false,
            walked: false,
            changes: Vec::new(),
        }
    }

    pub(super) fn into_changes(self) -> Vec<Change> {
        self.changes
    }

    pub(super) fn meta(&self) -> &Meta {
        match self.over.get(&Key::Meta) {
            Some(Some(Record::Meta(meta))) => meta,
            _ => &self.board.meta,
        }
    }

    getters! {
        section, sections: SectionId, Section;
        note, notes: NoteId, Note;
        theme, themes: ThemeId, Theme;
        connector, connectors: ConnectorId, Connector;
        stroke, strokes: StrokeId, Stroke;
        followup, followups: FollowUpId, FollowUp;
        person, people: PersonId, Person;
    }

    pub(super) fn dots(&self) -> impl Iterator<Item = &Dot> {
        let over = self.over.values().filter_map(|record| match record {
            Some(Record::Dot(dot)) => Some(dot),
            _ => None,
        });
        self.board.dots.values().chain(over)
    }

    pub(super) fn contains(&self, key: Key) -> bool {
        self.over
            .get(&key)
            .map_or_else(|| self.board.contains(key), Option::is_some)
    }

    /// Refuses a key that is taken, or was until a moment ago in this request.
    pub(super) fn fresh(&self, key: impl Into<Key>) -> Result<(), Rejection> {
        let key = key.into();
        if self.over.contains_key(&key) || self.board.contains(key) {
            return Err(Rejection::Taken(key));
        }
        Ok(())
    }

    pub(super) fn get(&self, key: Key) -> Option<Record> {
        match self.over.get(&key) {
            Some(record) => record.clone(),
            None => self.board.get(key),
        }
    }

    pub(super) fn place(&self, key: Key) -> Option<&Place> {
        match key {
            Key::Note(id) => self.note(id).map(|record| &record.place),
            Key::Theme(id) => self.theme(id).map(|record| &record.place),
            Key::Stroke(id) => self.stroke(id).map(|record| &record.place),
            Key::FollowUp(id) => self.followup(id).map(|record| &record.place),
            Key::Meta | Key::Section(_) | Key::Connector(_) | Key::Person(_) | Key::Dot(_) => None,
        }
    }

    /// Refuses a parent that is gone.
    pub(super) fn parent(&self, parent: Parent) -> Result<(), Rejection> {
        let key = match parent {
            Parent::Board => return Ok(()),
            Parent::Section(id) => Key::Section(id),
            Parent::Theme(id) => Key::Theme(id),
        };
        if self.contains(key) {
            Ok(())
        } else {
            Err(Rejection::Gone(key))
        }
    }

    /// Makes the record be as given. Nothing happens if it is that already.
    pub(super) fn put(&mut self, record: Record) {
        let key = record.key();
        let same = match (self.over.get(&key), &record) {
            (Some(now), record) => now.as_ref() == Some(record),
            (None, Record::Meta(record)) => &self.board.meta == record,
            (None, Record::Section(r)) => self.board.sections.get(&r.id) == Some(r),
            (None, Record::Note(r)) => self.board.notes.get(&r.id) == Some(r),
            (None, Record::Theme(r)) => self.board.themes.get(&r.id) == Some(r),
            (None, Record::Connector(r)) => self.board.connectors.get(&r.id) == Some(r),
            (None, Record::Stroke(r)) => self.board.strokes.get(&r.id) == Some(r),
            (None, Record::FollowUp(r)) => self.board.followups.get(&r.id) == Some(r),
            (None, Record::Person(r)) => self.board.people.get(&r.id) == Some(r),
            (None, Record::Dot(r)) => self.board.dots.get(&r.id) == Some(r),
        };
        if !same {
            self.lay(record.clone());
            self.changes.push(Change::Put(record));
        }
    }

    /// Puts a placed record somewhere else.
    pub(super) fn put_place(&mut self, key: Key, place: Place) {
        if let Some(mut record) = self.get(key) {
            record.set_place(place);
            self.put(record);
        }
    }

    /// Edits a collaborative text.
    pub(super) fn edit(&mut self, key: Key, edit: TextEdit) -> Result<(), Rejection> {
        let mut record = self.get(key).ok_or(Rejection::Gone(key))?;
        let text = match &mut record {
            Record::Meta(record) => &mut record.summary,
            Record::Note(record) => &mut record.text,
            Record::FollowUp(record) => &mut record.text,
            _ => return Err(Rejection::Malformed("this has no text of its own")),
        };
        *text = edit.apply(text)?;
        if !edit.is_empty() {
            self.lay(record);
            self.changes.push(Change::Edit(key, edit));
        }
        Ok(())
    }

    /// Takes records off the board. What lay on them and what was tied to them is in the draft
    /// as it will be seen; no changes are written for it, because it follows from the removal.
    pub(super) fn remove(&mut self, keys: &BTreeSet<Key>) {
        for &key in keys {
            let origin = match key {
                Key::Section(id) => self
                    .section(id)
                    .map(|s| (Parent::Section(id), Parent::Board, s.x, s.y)),
                Key::Theme(id) => self
                    .theme(id)
                    .map(|t| (Parent::Theme(id), t.place.parent, t.place.x, t.place.y)),
                _ => None,
            };
            if let Some((from, to, x, y)) = origin {
                for child in self.children(from) {
                    if let Some(mut record) = self.get(child) {
                        if let Some(place) = record.place() {
                            let place = place.seen_from(to, x, y);
                            record.set_place(place);
                        }
                        self.lay(record);
                    }
                }
            }
            self.unindex(key);
            self.over.insert(key, None);
            self.changes.push(Change::Remove(key));
        }
        let untied: Vec<Key> = self
            .connectors()
            .filter(|c| {
                [c.from, c.to]
                    .iter()
                    .any(|e| matches!(e, End::On(k) if keys.contains(k)))
            })
            .map(|connector| Key::Connector(connector.id))
            .collect();
        self.over.extend(untied.into_iter().map(|key| (key, None)));
    }

    /// What lies on a parent, in order.
    pub(super) fn children(&mut self, parent: Parent) -> Vec<Key> {
        self.row(parent).iter().map(|(_, key)| *key).collect()
    }

    /// Whether notes lie on a theme.
    pub(super) fn has_notes(&mut self, theme: ThemeId) -> bool {
        let row = self.row(Parent::Theme(theme));
        row.iter().any(|(_, key)| matches!(key, Key::Note(_)))
    }

    /// The last moment among the notes on a parent, up to and with `upto` where that is one of them.
    pub(super) fn moment(&mut self, parent: Parent, upto: Option<Key>) -> Option<String> {
        self.row(parent);
        let row = self.rows.get(&parent)?;
        let end = upto.and_then(|upto| row.iter().position(|(_, key)| *key == upto));
        row.get(..end.map_or(row.len(), |at| at + 1))?
            .iter()
            .rev()
            .find_map(|(_, key)| {
                let Key::Note(id) = key else { return None };
                let at = &self.note(*id)?.when.as_ref()?.at;
                (!at.is_empty()).then(|| at.clone())
            })
    }

    /// An order for a spot in a row, `mover` (if it is there) not counting. Where the neighbours leave no
    /// room (two people placed something at one spot at once, or orders came from elsewhere) as
    /// few neighbours as possible get a new order too.
    pub(super) fn slot(&mut self, row: Row, spot: Spot, mover: Option<Key>) -> Order {
        let parent = match row {
            Row::On(parent) => parent,
            Row::Agenda => return self.agenda_slot(spot, mover),
        };
        if spot == Spot::Last && !self.walked && !self.complete && !self.rows.contains_key(&parent)
        {
            self.walked = true;
            let last = self
                .placed()
                .filter(|(key, place)| place.parent == parent && Some(*key) != mover)
                .map(|(_, place)| &place.order)
                .max();
            if last.is_none_or(|last| last.is_valid() && last.0.len() < Order::LONG) {
                return Order::between(last, None);
            }
        }
        let (order, spread) = squeeze(self.row(parent), spot, mover);
        for (key, order) in spread {
            if let Some(place) = self.place(key).cloned() {
                self.put_place(key, Place { order, ..place });
            }
        }
        order
    }

    fn agenda_slot(&mut self, spot: Spot, mover: Option<Key>) -> Order {
        let mut sorted: Sorted<'_> = self
            .sections()
            .map(|section| (Cow::Owned(section.order.clone()), Key::Section(section.id)))
            .collect();
        sorted.sort_unstable();
        let (order, spread) = squeeze(&sorted, spot, mover);
        for (key, order) in spread {
            if let Some(Record::Section(mut section)) = self.get(key) {
                section.order = order;
                self.put(Record::Section(section));
            }
        }
        order
    }

    /// Whether a key is in a row.
    pub(super) fn in_row(&self, row: Row, key: Key) -> bool {
        match row {
            Row::On(parent) => self.place(key).is_some_and(|place| place.parent == parent),
            Row::Agenda => matches!(key, Key::Section(_)) && self.contains(key),
        }
    }

    /// All placed things.
    fn placed(&self) -> impl Iterator<Item = (Key, &Place)> {
        self.notes()
            .map(|r| (Key::Note(r.id), &r.place))
            .chain(self.themes().map(|r| (Key::Theme(r.id), &r.place)))
            .chain(self.strokes().map(|r| (Key::Stroke(r.id), &r.place)))
            .chain(self.followups().map(|r| (Key::FollowUp(r.id), &r.place)))
    }

    /// What lies on a parent, sorted. It takes a walk over the board for each parent asked for, so
    /// after a few of them one walk sorts all rows.
    fn row(&mut self, parent: Parent) -> &mut Sorted<'a> {
        const FEW: usize = 4;
        if !self.complete && !self.rows.contains_key(&parent) {
            self.complete = self.rows.len() >= FEW;
            let complete = self.complete;
            let wanted = |place: &Place| complete || place.parent == parent;
            let mut rows: BTreeMap<Parent, Sorted<'a>> = BTreeMap::new();
            rows.entry(parent).or_default();
            let board = self.board;
            let unchanged = (board.notes.values().map(|r| (Key::Note(r.id), &r.place)))
                .chain(board.themes.values().map(|r| (Key::Theme(r.id), &r.place)))
                .chain(
                    board
                        .strokes
                        .values()
                        .map(|r| (Key::Stroke(r.id), &r.place)),
                )
                .chain(
                    board
                        .followups
                        .values()
                        .map(|r| (Key::FollowUp(r.id), &r.place)),
                )
                .filter(|(key, place)| wanted(place) && !self.over.contains_key(key));
            for (key, place) in unchanged {
                rows.entry(place.parent)
                    .or_default()
                    .push((Cow::Borrowed(&place.order), key));
            }
            let changed = self.over.iter().filter_map(|(key, record)| {
                record
                    .as_ref()
                    .and_then(Record::place)
                    .map(|place| (*key, place))
            });
            for (key, place) in changed.filter(|(_, place)| wanted(place)) {
                rows.entry(place.parent)
                    .or_default()
                    .push((Cow::Owned(place.order.clone()), key));
            }
            for row in rows.values_mut() {
                row.sort_unstable();
            }
            self.rows.extend(rows);
        }
        self.rows.entry(parent).or_default()
    }

    /// Takes a key out of its row, if that is known.
    fn unindex(&mut self, key: Key) {
        if let Some(place) = self.place(key).cloned()
            && let Some(row) = self.rows.get_mut(&place.parent)
            && let Ok(at) = row.binary_search(&(Cow::Borrowed(&place.order), key))
        {
            row.remove(at);
        }
    }

    /// Puts a record into the overlay and its row.
    fn lay(&mut self, record: Record) {
        let key = record.key();
        self.unindex(key);
        if let Some(place) = record.place()
            && (self.complete || self.rows.contains_key(&place.parent))
        {
            let entry = (Cow::Owned(place.order.clone()), key);
            let row = self.rows.entry(place.parent).or_default();
            if let Err(at) = row.binary_search(&entry) {
                row.insert(at, entry);
            }
        }
        self.over.insert(key, Some(record));
    }
}
