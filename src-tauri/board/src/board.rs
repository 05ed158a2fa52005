//! The board as everybody sees it.

use crate::{
    Change, Connector, ConnectorId, Dot, DotId, End, FollowUp, FollowUpId, Key, Meta, Note, NoteId,
    Parent, Patch, Person, PersonId, Record, Section, SectionId, Snapshot, Stroke, StrokeId,
    TextError, Theme, ThemeId,
};
use std::collections::BTreeMap;

/// A board: its own data and its records by id.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Board {
    /// Its own data.
    pub meta: Meta,
    /// Its sections.
    pub sections: BTreeMap<SectionId, Section>,
    /// Its notes.
    pub notes: BTreeMap<NoteId, Note>,
    /// Its themes.
    pub themes: BTreeMap<ThemeId, Theme>,
    /// Its connectors.
    pub connectors: BTreeMap<ConnectorId, Connector>,
    /// Its ink.
    pub strokes: BTreeMap<StrokeId, Stroke>,
    /// Its follow-ups.
    pub followups: BTreeMap<FollowUpId, FollowUp>,
    /// Who takes part.
    pub people: BTreeMap<PersonId, Person>,
    /// The dots of votes that were shown.
    pub dots: BTreeMap<DotId, Dot>,
}

impl Board {
    /// The record of a key.
    pub fn get(&self, key: Key) -> Option<Record> {
        match key {
            Key::Meta => Some(Record::Meta(self.meta.clone())),
            Key::Section(id) => self.sections.get(&id).cloned().map(Record::Section),
            Key::Note(id) => self.notes.get(&id).cloned().map(Record::Note),
            Key::Theme(id) => self.themes.get(&id).cloned().map(Record::Theme),
            Key::Connector(id) => self.connectors.get(&id).cloned().map(Record::Connector),
            Key::Stroke(id) => self.strokes.get(&id).cloned().map(Record::Stroke),
            Key::FollowUp(id) => self.followups.get(&id).cloned().map(Record::FollowUp),
            Key::Person(id) => self.people.get(&id).cloned().map(Record::Person),
            Key::Dot(id) => self.dots.get(&id).cloned().map(Record::Dot),
        }
    }

    /// Whether the key is on the board.
    pub fn contains(&self, key: Key) -> bool {
        match key {
            Key::Meta => true,
            Key::Section(id) => self.sections.contains_key(&id),
            Key::Note(id) => self.notes.contains_key(&id),
            Key::Theme(id) => self.themes.contains_key(&id),
            Key::Connector(id) => self.connectors.contains_key(&id),
            Key::Stroke(id) => self.strokes.contains_key(&id),
            Key::FollowUp(id) => self.followups.contains_key(&id),
            Key::Person(id) => self.people.contains_key(&id),
            Key::Dot(id) => self.dots.contains_key(&id),
        }
    }

    /// Puts a record, replacing what was there; answers what was there.
    pub fn put(&mut self, record: Record) -> Option<Record> {
        match record {
            Record::Meta(meta) => Some(Record::Meta(std::mem::replace(&mut self.meta, meta))),
            Record::Section(r) => self.sections.insert(r.id, r).map(Record::Section),
            Record::Note(r) => self.notes.insert(r.id, r).map(Record::Note),
            Record::Theme(r) => self.themes.insert(r.id, r).map(Record::Theme),
            Record::Connector(r) => self.connectors.insert(r.id, r).map(Record::Connector),
            Record::Stroke(r) => self.strokes.insert(r.id, r).map(Record::Stroke),
            Record::FollowUp(r) => self.followups.insert(r.id, r).map(Record::FollowUp),
            Record::Person(r) => self.people.insert(r.id, r).map(Record::Person),
            Record::Dot(r) => self.dots.insert(r.id, r).map(Record::Dot),
        }
    }

    /// Takes a record off the board. [`Key::Meta`] stays.
    pub fn remove(&mut self, key: Key) -> Option<Record> {
        match key {
            Key::Meta => None,
            Key::Section(id) => self.sections.remove(&id).map(Record::Section),
            Key::Note(id) => self.notes.remove(&id).map(Record::Note),
            Key::Theme(id) => self.themes.remove(&id).map(Record::Theme),
            Key::Connector(id) => self.connectors.remove(&id).map(Record::Connector),
            Key::Stroke(id) => self.strokes.remove(&id).map(Record::Stroke),
            Key::FollowUp(id) => self.followups.remove(&id).map(Record::FollowUp),
            Key::Person(id) => self.people.remove(&id).map(Record::Person),
            Key::Dot(id) => self.dots.remove(&id).map(Record::Dot),
        }
    }

    /// All records, in key order.
    pub fn snapshot(&self) -> Snapshot {
        let mut records = vec![Record::Meta(self.meta.clone())];
        records.extend(self.sections.values().cloned().map(Record::Section));
        records.extend(self.notes.values().cloned().map(Record::Note));
        records.extend(self.themes.values().cloned().map(Record::Theme));
        records.extend(self.connectors.values().cloned().map(Record::Connector));
        records.extend(self.strokes.values().cloned().map(Record::Stroke));
        records.extend(self.followups.values().cloned().map(Record::FollowUp));
        records.extend(self.people.values().cloned().map(Record::Person));
        records.extend(self.dots.values().cloned().map(Record::Dot));
        Snapshot { records }
    }

    /// A board from its records.
    pub fn from_snapshot(snapshot: Snapshot) -> Self {
        let mut board = Self::default();
        for record in snapshot.records {
            board.put(record);
        }
        board
    }

    /// Applies one change of a [`Plan`](crate::Plan), with what follows from it: what lay on a
    /// removed section lies on the board, what lay on a removed theme on what the theme lay on,
    /// each where it was to be seen, and connectors that were tied to something removed go.
    ///
    /// # Errors
    /// [`TextError`] where an edit does not fit the text; the board is as it was.
    pub fn apply_change(&mut self, change: &Change) -> Result<(), TextError> {
        match change {
            Change::Put(record) => self.put_but_text(record.clone()),
            Change::Remove(key) => self.remove_with_ties(*key),
            Change::Edit(key, edit) => {
                let text = match key {
                    Key::Meta => Some(&mut self.meta.summary),
                    Key::Note(id) => self.notes.get_mut(id).map(|note| &mut note.text),
                    Key::FollowUp(id) => self.followups.get_mut(id).map(|card| &mut card.text),
                    _ => None,
                };
                if let Some(text) = text {
                    *text = edit.apply(text)?;
                }
            }
        }
        Ok(())
    }

    /// The collaborative text of a record that is there stays as it is.
    fn put_but_text(&mut self, mut record: Record) {
        match &mut record {
            Record::Note(new) => {
                if let Some(old) = self.notes.get(&new.id) {
                    new.text.clone_from(&old.text);
                }
            }
            Record::FollowUp(new) => {
                if let Some(old) = self.followups.get(&new.id) {
                    new.text.clone_from(&old.text);
                }
            }
            Record::Meta(new) => new.summary.clone_from(&self.meta.summary),
            _ => {}
        }
        self.put(record);
    }

    fn remove_with_ties(&mut self, key: Key) {
        let origin = match self.remove(key) {
            Some(Record::Section(s)) => Some((Parent::Section(s.id), Parent::Board, s.x, s.y)),
            Some(Record::Theme(t)) => {
                Some((Parent::Theme(t.id), t.place.parent, t.place.x, t.place.y))
            }
            _ => None,
        };
        if let Some((from, to, x, y)) = origin {
            let places = (self.notes.values_mut().map(|record| &mut record.place))
                .chain(self.themes.values_mut().map(|record| &mut record.place))
                .chain(self.strokes.values_mut().map(|record| &mut record.place))
                .chain(self.followups.values_mut().map(|record| &mut record.place));
            for place in places.filter(|place| place.parent == from) {
                *place = place.seen_from(to, x, y);
            }
        }
        self.connectors.retain(|_, connector| {
            [connector.from, connector.to]
                .iter()
                .all(|end| *end != End::On(key))
        });
    }

    /// Applies a patch.
    pub fn apply(&mut self, patch: &Patch) {
        for record in patch.added.iter().chain(&patch.updated) {
            self.put(record.clone());
        }
        for key in &patch.removed {
            self.remove(*key);
        }
    }
}
