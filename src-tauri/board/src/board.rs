//! The board as everybody sees it.

use crate::{
    Connector, ConnectorId, FollowUp, FollowUpId, Key, Meta, Note, NoteId, Patch, Person, PersonId,
    Record, Section, SectionId, Snapshot, Stroke, StrokeId, Theme, ThemeId,
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
