//! From the raw document to the board everybody sees. Deterministic: the same document gives the
//! same board on every replica, whatever the order its updates came in.
//!
//! - What lies on a section that is gone lies on the board, where it lay (M3).
//! - What lies on a theme that is gone lies where the theme lay, on what the theme lay on (M4).
//! - A connector with an end that is gone is not seen, and comes back with it (M5).
//!
//! The board is kept up to date by what was touched: for that, [`View`] remembers of each record
//! what others depend on, and who depends on it.

use crate::codec::coord;
use crate::read::{Raw, Reader};
use board::{Board, ConnectorId, End, Key, Parent, Patch, Place, Record};
use std::collections::{BTreeMap, BTreeSet};
use yrs::ReadTxn;

/// What others depend on of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Fact {
    gone: bool,
    /// What it lies on, and where there.
    lies: (Parent, i64, i64),
    /// A connector's ends.
    ends: Option<(End, End)>,
}

/// A text before and after a change.
pub(crate) struct TextChange {
    pub(crate) key: Key,
    pub(crate) before: String,
    pub(crate) after: String,
}

/// The board, and what it takes to keep it up to date.
#[derive(Default)]
pub(crate) struct View {
    pub(crate) board: Board,
    facts: BTreeMap<Key, Fact>,
    /// Who lies on a section or theme, whether that is on the board or not.
    members: BTreeMap<Key, BTreeSet<Key>>,
    /// Which connectors hold on to something.
    links: BTreeMap<Key, BTreeSet<ConnectorId>>,
}

impl View {
    /// The board of a whole document.
    pub(crate) fn of<T: ReadTxn>(reader: &Reader<'_, T>) -> Self {
        let mut view = Self::default();
        // Everything is looked at after everything is known, so nothing is stale.
        let mut stale = BTreeSet::new();
        let mut records = Vec::new();
        for (key, map) in reader.maps() {
            let raw = reader.raw_in(key, &map);
            view.learn(key, Some(&raw), &mut stale);
            if !raw.gone {
                records.push(raw.record);
            }
        }
        records.extend(reader.raw(Key::Meta).map(|raw| raw.record));
        for record in records {
            if let Some(record) = view.resolve(record) {
                view.board.put(record);
            }
        }
        view
    }

    /// Reads what was touched again and answers what that changes on the board.
    pub(crate) fn absorb<T: ReadTxn>(
        &mut self,
        reader: &Reader<'_, T>,
        touched: &BTreeSet<Key>,
    ) -> (Patch, Vec<TextChange>) {
        let mut stale = touched.clone();
        let mut raws = BTreeMap::new();
        for key in touched {
            let raw = reader.raw(*key);
            if *key != Key::Meta {
                self.learn(*key, raw.as_ref(), &mut stale);
            }
            raws.insert(*key, raw);
        }
        let mut patch = Patch::default();
        let mut texts = Vec::new();
        for key in stale {
            let raw = raws.remove(&key).unwrap_or_else(|| reader.raw(key));
            let new = raw
                .filter(|raw| !raw.gone)
                .and_then(|raw| self.resolve(raw.record));
            match (self.board.get(key), new) {
                (None, None) => {}
                (Some(_), None) => {
                    self.board.remove(key);
                    patch.removed.push(key);
                }
                (None, Some(new)) => {
                    self.board.put(new.clone());
                    patch.added.push(new);
                }
                (Some(old), Some(new)) if old == new => {}
                (Some(old), Some(new)) => {
                    use crate::codec::collaborative_text as text;
                    if let (Some(before), Some(after)) = (text(&old), text(&new))
                        && before != after
                    {
                        let (before, after) = (before.to_owned(), after.to_owned());
                        texts.push(TextChange { key, before, after });
                    }
                    self.board.put(new.clone());
                    patch.updated.push(new);
                }
            }
        }
        (patch, texts)
    }

    /// Takes note of what a record has become, and marks those stale who depend on it.
    fn learn(&mut self, key: Key, raw: Option<&Raw>, stale: &mut BTreeSet<Key>) {
        let new = raw.map(|raw| Fact {
            gone: raw.gone,
            lies: lies(&raw.record),
            ends: match &raw.record {
                Record::Connector(connector) => Some((connector.from, connector.to)),
                _ => None,
            },
        });
        let old = match new {
            Some(fact) => self.facts.insert(key, fact),
            None => self.facts.remove(&key),
        };
        if old == new {
            return;
        }
        if let Some(on) = old.and_then(|fact| container(fact.lies.0))
            && let Some(members) = self.members.get_mut(&on)
        {
            members.remove(&key);
            if members.is_empty() {
                self.members.remove(&on);
            }
        }
        if let Some(on) = new.and_then(|fact| container(fact.lies.0)) {
            self.members.entry(on).or_default().insert(key);
        }
        if let Key::Connector(id) = key {
            for end in held(old) {
                if let Some(links) = self.links.get_mut(&end) {
                    links.remove(&id);
                    if links.is_empty() {
                        self.links.remove(&end);
                    }
                }
            }
            for end in held(new) {
                self.links.entry(end).or_default().insert(id);
            }
        }
        // Where a thing lies matters to its members only while it is gone.
        let standing = |fact: Option<Fact>| fact.map(|fact| fact.gone.then_some(fact.lies));
        if standing(old) != standing(new) {
            self.mark_members(key, stale, &mut BTreeSet::new());
        }
        let seen = |fact: Option<Fact>| fact.is_some_and(|fact| !fact.gone);
        if seen(old) != seen(new)
            && let Some(links) = self.links.get(&key)
        {
            stale.extend(links.iter().copied().map(Key::Connector));
        }
    }

    fn mark_members(&self, key: Key, stale: &mut BTreeSet<Key>, walked: &mut BTreeSet<Key>) {
        if !walked.insert(key) {
            return;
        }
        for member in self.members.get(&key).into_iter().flatten() {
            stale.insert(*member);
            if matches!(member, Key::Theme(_)) {
                self.mark_members(*member, stale, walked);
            }
        }
    }

    /// A record that is not gone, as it is seen.
    fn resolve(&self, mut record: Record) -> Option<Record> {
        match &mut record {
            Record::Note(r) => self.settle(&mut r.place),
            Record::Stroke(r) => self.settle_outside_themes(&mut r.place),
            Record::FollowUp(r) => self.settle_outside_themes(&mut r.place),
            Record::Theme(r) => self.settle_outside_themes(&mut r.place),
            Record::Connector(r) => {
                if !self.holds(r.from) || !self.holds(r.to) || r.from == r.to {
                    return None;
                }
            }
            Record::Meta(_) | Record::Section(_) | Record::Person(_) | Record::Dot(_) => {}
        }
        Some(record)
    }

    /// Resolves a place to what is there.
    fn settle(&self, place: &mut Place) {
        let lies = self.where_seen((place.parent, place.x.into(), place.y.into()));
        place.parent = lies.0;
        place.x = coord(lies.1);
        place.y = coord(lies.2);
    }

    /// Only notes lie in themes.
    fn settle_outside_themes(&self, place: &mut Place) {
        if matches!(place.parent, Parent::Theme(_)) {
            place.parent = Parent::Board;
        }
        self.settle(place);
    }

    fn where_seen(&self, (parent, x, y): (Parent, i64, i64)) -> (Parent, i64, i64) {
        let Some(on) = container(parent) else {
            return (Parent::Board, x, y);
        };
        match self.facts.get(&on) {
            Some(fact) if !fact.gone => (parent, x, y),
            // Unknown: it may not have arrived yet.
            None => (Parent::Board, x, y),
            Some(fact) => {
                let (under, left, top) = match fact.lies.0 {
                    // A theme never lies in a theme, so this goes one step deep.
                    Parent::Theme(_) => (Parent::Board, fact.lies.1, fact.lies.2),
                    _ => self.where_seen(fact.lies),
                };
                (under, left.saturating_add(x), top.saturating_add(y))
            }
        }
    }

    /// Whether what a connector's end holds on to is there.
    fn holds(&self, end: End) -> bool {
        match end {
            End::At(..) => true,
            End::On(key @ (Key::Section(_) | Key::Note(_) | Key::Theme(_) | Key::FollowUp(_))) => {
                self.facts.get(&key).is_some_and(|fact| !fact.gone)
            }
            End::On(_) => false,
        }
    }
}

fn lies(record: &Record) -> (Parent, i64, i64) {
    match (record, record.place()) {
        (Record::Section(section), _) => (Parent::Board, section.x.into(), section.y.into()),
        (_, Some(place)) => (place.parent, place.x.into(), place.y.into()),
        (_, None) => (Parent::Board, 0, 0),
    }
}

fn container(parent: Parent) -> Option<Key> {
    match parent {
        Parent::Board => None,
        Parent::Section(id) => Some(Key::Section(id)),
        Parent::Theme(id) => Some(Key::Theme(id)),
    }
}

/// The keys a connector holds on to.
fn held(fact: Option<Fact>) -> impl Iterator<Item = Key> {
    let ends = fact.and_then(|fact| fact.ends);
    ends.into_iter()
        .flat_map(|(from, to)| [from, to])
        .filter_map(|end| match end {
            End::On(key) => Some(key),
            End::At(..) => None,
        })
}
