//! What the document holds, by block: for each client how far its clock has come, to which place
//! of the layout each of its units belongs, and which are deleted. yrs keeps all this to itself;
//! it is kept here once more (12 bytes for a stretch of one place) to check updates against, and
//! to know without searching which records an update touches.

use super::ranges::{contains, insert, missing};
use super::update::{Block, Content, Id, Item, Parent, Parsed};
use super::words::Words;
use super::{Flaw, Refusal};
use crate::diff::number;
use crate::layout::{Root, TEXT};
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

/// A place of the layout. Items of one place are neighbours in yrs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Place {
    /// Inside something that has been deleted and collected: nobody knows where.
    Nowhere,
    /// A register of `meta`.
    Register(u32),
    /// The summary's characters.
    Summary,
    /// An entry of a root that holds records.
    Entry(Root, u32),
    /// A field of the record that this nested map is.
    Field(u32, u32),
    /// The characters of this nested text.
    Chars(u32),
}

/// A nested type.
#[derive(Debug, Clone, Copy)]
struct Branch {
    /// The item that made it.
    made: Id,
    root: Root,
    /// The record's key, as a word.
    key: u32,
    /// A text, else a record.
    text: bool,
}

#[derive(Debug, Default)]
struct Client {
    end: u32,
    /// Where stretches of one place begin.
    stretches: Vec<(u32, Place)>,
    deleted: Vec<Range<u32>>,
}

/// What the document holds.
#[derive(Debug, Default)]
pub(crate) struct Index {
    clients: HashMap<u64, Client>,
    branches: Vec<Branch>,
    by_item: HashMap<Id, u32>,
    words: Words,
}

/// Something an update touches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Touch {
    pub(crate) root: Root,
    /// The record's key; empty for the board's own data.
    pub(crate) key: Arc<str>,
    /// The register or text; the whole record where `None`.
    pub(crate) field: Option<Arc<str>>,
}

/// An update that fits the document.
#[derive(Debug, Default)]
pub(crate) struct Admitted {
    /// Whether it brings anything the document has not got.
    pub(crate) new: bool,
    /// Where it touches the document, in no order, and maybe more than once.
    places: Vec<Place>,
    /// How far the clients of the update have come with it.
    pub(crate) clocks: Vec<(u64, u32)>,
}

/// What to take back when an update is refused half way.
struct Journal {
    words: usize,
    branches: usize,
    clients: Vec<(u64, u32, usize)>,
}

impl Index {
    /// How far a client's clock has come.
    pub(crate) fn clock(&self, client: u64) -> u32 {
        self.clients.get(&client).map_or(0, |client| client.end)
    }

    /// Whether the client has written anything.
    pub(crate) fn knows(&self, client: u64) -> bool {
        self.clients.contains_key(&client)
    }

    /// How far all clients have come, as Yjs encodes it, higher clients first.
    pub(crate) fn state_vector(&self) -> Vec<u8> {
        let mut clocks: Vec<(u64, u32)> = self
            .clients
            .iter()
            .map(|(id, client)| (*id, client.end))
            .collect();
        clocks.sort_unstable_by(|a, b| b.cmp(a));
        let mut out = Vec::with_capacity(2 + clocks.len() * 8);
        number(&mut out, clocks.len());
        for (client, clock) in clocks {
            number(&mut out, client);
            number(&mut out, clock);
        }
        out
    }

    /// Checks an update against the document and takes note of what it brings; what it deletes
    /// is noted by [`Index::delete`], once yrs has said what went with it. `own` is the live
    /// client of this replica, which nobody else may continue.
    pub(crate) fn admit(
        &mut self,
        update: &Parsed<'_>,
        own: Option<u64>,
    ) -> Result<Admitted, Flaw> {
        let forged = update
            .runs
            .iter()
            .any(|run| Some(run.client) == own && run.end > self.clock(run.client));
        if forged {
            return Err(Refusal::ForgedOwnClient.into());
        }
        let order = update.order(|client| self.clock(client))?;
        let mut journal = Journal {
            words: self.words.len(),
            branches: self.branches.len(),
            clients: Vec::new(),
        };
        let admitted = self.take(update, &order, &mut journal);
        if admitted.is_err() {
            self.take_back(&journal);
        }
        admitted
    }

    fn take(
        &mut self,
        update: &Parsed<'_>,
        order: &[usize],
        journal: &mut Journal,
    ) -> Result<Admitted, Flaw> {
        let mut places: Vec<Place> = Vec::new();
        let mut touch = |place| {
            if places.last() != Some(&place) {
                places.push(place);
            }
        };
        for run in &update.runs {
            if run.end > self.clock(run.client) {
                let client = self.clients.get(&run.client);
                journal.clients.push((
                    run.client,
                    client.map_or(0, |client| client.end),
                    client.map_or(0, |client| client.stretches.len()),
                ));
            }
        }
        for block in order.iter().filter_map(|at| update.blocks.get(*at)) {
            let place = match &block.item {
                None => Place::Nowhere,
                Some(item) => self.place_of(block, item)?,
            };
            if let Some(item) = &block.item {
                self.nest(block.id, place, &item.content);
            }
            self.extend(block, place);
            touch(place);
        }
        let mut new = !order.is_empty();
        for (client, ranges) in &update.deletes {
            let Some(known) = self.clients.get(client) else {
                return if ranges.is_empty() {
                    continue;
                } else {
                    Err(Flaw::Gap)
                };
            };
            for range in ranges {
                if range.end > known.end {
                    return Err(Flaw::Gap);
                }
                for fresh in missing(&known.deleted, range) {
                    new = true;
                    known.places(&fresh, &mut touch);
                }
            }
        }
        let clocks = journal
            .clients
            .iter()
            .map(|(id, ..)| (*id, self.clock(*id)))
            .collect();
        Ok(Admitted {
            new,
            places,
            clocks,
        })
    }

    /// Where a new item belongs, and whether its content may stand there.
    fn place_of(&mut self, block: &Block<'_>, item: &Item<'_>) -> Result<Place, Flaw> {
        let mut place = match (item.origin, item.right) {
            (Some(left), Some(right)) => {
                let place = self.place(left);
                if place != self.place(right) {
                    return Err(Refusal::Place.into());
                }
                place
            }
            (Some(id), None) | (None, Some(id)) => self.place(id),
            (None, None) => self.child_place(item)?,
        };
        if self.is_dead(place) {
            place = Place::Nowhere;
        }
        // The first part of a block we have in part must lie where ours does.
        let known = self.clock(block.id.client);
        if known > block.id.clock {
            let last = Id {
                client: block.id.client,
                clock: known - 1,
            };
            if self.place(last) != place {
                return Err(Refusal::Place.into());
            }
        }
        // Registers are written at the end of their history, never before something.
        if is_map(place) && item.right.is_some() {
            return Err(Refusal::Place.into());
        }
        let fits = match place {
            Place::Nowhere => true,
            Place::Register(_) => matches!(item.content, Content::Values | Content::Deleted),
            Place::Summary | Place::Chars(_) => {
                matches!(item.content, Content::Chars(_) | Content::Deleted)
            }
            Place::Entry(..) => matches!(item.content, Content::Map | Content::Deleted),
            Place::Field(branch, field) => {
                let has_text = self
                    .branch(branch)
                    .is_some_and(|branch| branch.root.has_text());
                if has_text && self.words.is(field, TEXT) {
                    matches!(item.content, Content::Text | Content::Deleted)
                } else {
                    matches!(item.content, Content::Values | Content::Deleted)
                }
            }
        };
        if fits {
            Ok(place)
        } else {
            Err(Refusal::Place.into())
        }
    }

    /// The place of an item that names its parent.
    fn child_place(&mut self, item: &Item<'_>) -> Result<Place, Flaw> {
        let misplaced = Err(Refusal::Place.into());
        match (item.parent, item.sub) {
            (Some(Parent::Root(Root::Summary)), None) => Ok(Place::Summary),
            (Some(Parent::Root(Root::Summary)), Some(_)) => misplaced,
            (Some(Parent::Root(Root::Meta)), Some(sub)) => {
                Ok(Place::Register(self.words.number(sub)))
            }
            (Some(Parent::Root(root)), Some(sub)) => Ok(Place::Entry(root, self.words.number(sub))),
            (Some(Parent::Item(id)), sub) => match self.by_item.get(&id).copied() {
                Some(at) => match (self.branch(at), sub) {
                    (Some(branch), None) if branch.text => Ok(Place::Chars(at)),
                    (Some(branch), Some(sub)) if !branch.text => {
                        Ok(Place::Field(at, self.words.number(sub)))
                    }
                    _ => misplaced,
                },
                // A parent that came deleted: no branch is known of it.
                None => match self.place(id) {
                    Place::Nowhere | Place::Entry(..) => Ok(Place::Nowhere),
                    Place::Field(_, field) if self.words.is(field, TEXT) => Ok(Place::Nowhere),
                    _ => misplaced,
                },
            },
            _ => misplaced,
        }
    }

    /// The place of a unit that is known.
    fn place(&self, id: Id) -> Place {
        let Some(client) = self.clients.get(&id.client) else {
            return Place::Nowhere;
        };
        let after = client
            .stretches
            .partition_point(|(start, _)| *start <= id.clock);
        let place = after.checked_sub(1).and_then(|at| client.stretches.get(at));
        place.map_or(Place::Nowhere, |(_, place)| {
            if self.is_dead(*place) {
                Place::Nowhere
            } else {
                *place
            }
        })
    }

    /// Whether the place lies inside a nested type that has been deleted.
    fn is_dead(&self, place: Place) -> bool {
        let (Place::Field(at, _) | Place::Chars(at)) = place else {
            return false;
        };
        self.branch(at).is_none_or(|branch| {
            let client = self.clients.get(&branch.made.client);
            client.is_some_and(|client| contains(&client.deleted, branch.made.clock))
        })
    }

    fn branch(&self, at: u32) -> Option<&Branch> {
        self.branches.get(usize::try_from(at).ok()?)
    }

    /// Takes note of a nested type.
    fn nest(&mut self, made: Id, place: Place, content: &Content) {
        let branch = match (place, content) {
            (Place::Entry(root, key), Content::Map) => Branch {
                made,
                root,
                key,
                text: false,
            },
            (Place::Field(at, _), Content::Text) => match self.branch(at) {
                Some(record) => Branch {
                    made,
                    text: true,
                    ..*record
                },
                None => return,
            },
            _ => return,
        };
        let Ok(at) = u32::try_from(self.branches.len()) else {
            return;
        };
        self.branches.push(branch);
        self.by_item.insert(made, at);
    }

    fn extend(&mut self, block: &Block<'_>, place: Place) {
        let client = self.clients.entry(block.id.client).or_default();
        if client
            .stretches
            .last()
            .is_none_or(|(_, last)| *last != place)
        {
            client.stretches.push((client.end, place));
        }
        client.end = block.end();
    }

    fn take_back(&mut self, journal: &Journal) {
        for (id, end, stretches) in &journal.clients {
            if *end == 0 {
                self.clients.remove(id);
            } else if let Some(client) = self.clients.get_mut(id) {
                client.end = *end;
                client.stretches.truncate(*stretches);
            }
        }
        for branch in self.branches.drain(journal.branches..) {
            self.by_item.remove(&branch.made);
        }
        self.words.truncate(journal.words);
    }

    /// Takes note of what yrs has deleted.
    pub(crate) fn delete(&mut self, client: u64, range: Range<u32>) {
        if let Some(client) = self.clients.get_mut(&client) {
            insert(&mut client.deleted, range);
        }
    }

    /// What an update that was just admitted touches, each once.
    pub(crate) fn touches(&self, admitted: &Admitted) -> Vec<Touch> {
        let touch = |root, key: Arc<str>, field| Touch { root, key, field };
        let of = |at: u32, field| {
            self.branch(at)
                .map(|branch| touch(branch.root, self.words.text(branch.key), field))
        };
        let mut out: Vec<Touch> = BTreeSet::from_iter(&admitted.places)
            .into_iter()
            .filter_map(|place| match *place {
                Place::Nowhere => None,
                Place::Register(field) => {
                    Some(touch(Root::Meta, "".into(), Some(self.words.text(field))))
                }
                Place::Summary => Some(touch(Root::Summary, "".into(), None)),
                Place::Entry(root, key) => Some(touch(root, self.words.text(key), None)),
                Place::Field(at, field) => of(at, Some(self.words.text(field))),
                Place::Chars(at) => of(at, Some(TEXT.into())),
            })
            .collect();
        out.sort();
        out.dedup();
        out
    }
}

impl Client {
    /// The places of a range of units, each stretch once.
    fn places(&self, range: &Range<u32>, mut tell: impl FnMut(Place)) {
        let first = self
            .stretches
            .partition_point(|(start, _)| *start <= range.start);
        let stretches = self.stretches.iter().skip(first.saturating_sub(1));
        for (_, place) in stretches.take_while(|(start, _)| *start < range.end) {
            tell(*place);
        }
    }
}

fn is_map(place: Place) -> bool {
    matches!(
        place,
        Place::Register(_) | Place::Entry(..) | Place::Field(..)
    )
}
