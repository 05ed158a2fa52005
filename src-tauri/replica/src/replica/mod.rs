//! The replica: one document, the board it shows, and the history of what was done here.

mod exchange;

use crate::error::{ExecuteError, OpenError};
use crate::faults;
use crate::hash::Hashes;
use crate::heard::Heard;
use crate::layout::LAYOUT;
use crate::project::View;
use crate::read::{Reader, Roots, place_of};
use crate::undo::{History, Joins, Writer as WriterId};
use crate::validate::{Index, MAX_SNAPSHOT, Parsed, Touch};
use crate::write::Writer;
use board::{Actor, Board, Command, Key, Patch, Record, TextEdit};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use yrs::{ClientID, Doc, OffsetKind, Options, Transact, TransactionMut};

/// What people are told of a document this version cannot write.
const NEWER: &str =
    "this board was made by a newer version of Upshot; update this one to change the board";

/// The number a replica writes under. It must be fresh and random each time a document is
/// opened: a number that is used twice makes replicas differ for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientId(u32);

impl ClientId {
    /// A client id from random bits; 0 counts as 1.
    pub const fn new(bits: u32) -> Self {
        Self(if bits == 0 { 1 } else { bits })
    }

    /// The number, as it stands in updates and state vectors.
    pub const fn get(self) -> u64 {
        self.0 as u64
    }
}

/// What a request came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Applied {
    /// For the store and the peers; empty where the document did not change.
    pub update: Vec<u8>,
    /// What changed on the board.
    pub patch: Patch,
    /// Text changes, in UTF-16 units of the text before.
    pub texts: Vec<(Key, TextEdit)>,
    /// The request in words: "Move 3 notes".
    pub label: String,
}

/// What undo or redo came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Undone {
    /// What changed; `None` where nothing is left to take back.
    pub applied: Option<Applied>,
    /// How many parts were kept as they are, because somebody else has changed them since.
    pub kept: u32,
}

/// What an update from elsewhere came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Merged {
    /// What changed on the board.
    pub patch: Patch,
    /// Text changes, in UTF-16 units of the text before.
    pub texts: Vec<(Key, TextEdit)>,
    /// Whether the update held anything new, seen or not: only then is it worth storing.
    pub changed: bool,
}

/// A board held as a Yrs document.
pub struct Replica {
    client: ClientId,
    doc: Doc,
    roots: Roots,
    index: Index,
    view: View,
    heard: Heard,
    history: History,
    /// Brought up to date when the content hash is asked for.
    hashes: RefCell<Hashes>,
    layout: i64,
    /// Lowered while a transaction runs: should it unwind, the document is not used again.
    usable: bool,
}

impl Replica {
    /// An empty document.
    pub fn new(client: ClientId) -> Self {
        let replica = Self::silent(client);
        replica.heard.listen(&replica.roots);
        replica
    }

    /// An empty document whose texts nobody listens to yet.
    fn silent(client: ClientId) -> Self {
        let mut options = Options::with_guid_and_client_id("".into(), ClientID::new(client.get()));
        options.offset_kind = OffsetKind::Utf16;
        let doc = Doc::with_options(options);
        let roots = Roots::new(&doc);
        Self {
            client,
            doc,
            roots,
            index: Index::default(),
            view: View::default(),
            heard: Heard::default(),
            history: History::default(),
            hashes: RefCell::default(),
            layout: LAYOUT,
            usable: true,
        }
    }

    /// A document from the store: a snapshot and the updates after it, in their order.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(
        client: ClientId,
        snapshot: Option<&[u8]>,
        updates: &[impl AsRef<[u8]>],
    ) -> Result<Self, OpenError> {
        let mut replica = Self::silent(client);
        for update in snapshot
            .into_iter()
            .chain(updates.iter().map(AsRef::as_ref))
        {
            let parsed = Parsed::read(update, MAX_SNAPSHOT)?;
            let admitted = replica.index.admit(&parsed, None)?;
            if admitted.new {
                replica
                    .apply(update, &admitted)
                    .map_err(|Broken| OpenError::Damaged)?;
            }
        }
        if replica.index.knows(client.get()) {
            return Err(OpenError::ClientTaken);
        }
        replica.heard.listen(&replica.roots);
        let txn = replica.doc.try_transact().map_err(|_| OpenError::Damaged)?;
        let reader = Reader {
            roots: &replica.roots,
            txn: &txn,
        };
        replica.view = View::of(&reader);
        replica.hashes = RefCell::new(Hashes::of(&replica.roots, &txn));
        replica.layout = reader.layout();
        drop(txn);
        Ok(replica)
    }

    /// The board as everybody sees it.
    pub fn board(&self) -> &Board {
        &self.view.board
    }

    /// Why the board cannot be changed, if it cannot: its layout is newer than this version.
    /// Merging goes on, and leaves what it does not know as it is.
    pub fn read_only(&self) -> Option<&str> {
        (self.layout > LAYOUT).then_some(NEWER)
    }

    /// The client id this replica writes under.
    pub fn client(&self) -> ClientId {
        self.client
    }

    /// Carries out a request, all of it or nothing: one step for undo in its scope.
    ///
    /// # Errors
    /// See [`ExecuteError`].
    pub fn execute(
        &mut self,
        scope: &str,
        actor: &Actor,
        commands: &[Command],
    ) -> Result<Applied, ExecuteError> {
        let follows = |command: &Command| matches!(command, Command::MakeRoom { .. });
        let joins = if !commands.is_empty() && commands.iter().all(follows) {
            Joins::Before
        } else {
            Joins::Nothing
        };
        self.request(scope, actor, commands, joins)
    }

    /// Edits a text, each edit on top of the one before. Typing without a pause is one step for
    /// undo.
    ///
    /// # Errors
    /// See [`ExecuteError`].
    pub fn push_text(
        &mut self,
        scope: &str,
        actor: &Actor,
        key: Key,
        edits: &[TextEdit],
    ) -> Result<Applied, ExecuteError> {
        let edit = |edit: &TextEdit| Command::EditText {
            key,
            edit: edit.0.clone(),
        };
        let commands: Vec<Command> = edits.iter().map(edit).collect();
        self.request(scope, actor, &commands, Joins::Typing(key, actor.now_ms))
    }

    fn request(
        &mut self,
        scope: &str,
        actor: &Actor,
        commands: &[Command],
        joins: Joins,
    ) -> Result<Applied, ExecuteError> {
        self.writable()?;
        let plan = board::plan_all(&self.view.board, actor, commands)?;
        let label = board::label(commands);
        let seq = self.history.tick();
        let number = self.history.writer(scope);
        let (written, step) = self.write(&label, seq, |writer, view| {
            for change in &plan.changes {
                writer.change(&view.board, change);
            }
            std::mem::take(&mut writer.step)
        })?;
        self.history.push(scope, step, joins);
        self.publish(written, label, number, seq)
    }

    /// Puts records onto the board under a client id that is used this once, so that the document
    /// does not tell which other records the same laptop wrote. Not a step of anybody's undo.
    ///
    /// # Errors
    /// See [`ExecuteError`]; [`ExecuteError::Rejected`] also where the records together are larger
    /// than one update may be.
    pub fn insert_as(
        &mut self,
        client: ClientId,
        actor: &Actor,
        records: Vec<Record>,
    ) -> Result<Applied, ExecuteError> {
        self.writable()?;
        let commands = board::insert_commands(records);
        let plan = board::plan_all(&self.view.board, actor, &commands)?;
        let label = board::label(&commands);
        // Fresh records need nothing that is there: they are written in an empty document, and
        // merged like anybody's.
        let mut apart = Self::silent(client);
        let (written, ()) = apart.write(&label, 0, |writer, view| {
            for change in &plan.changes {
                writer.change(&view.board, change);
            }
        })?;
        let Some(Written { update, .. }) = written else {
            return Ok(Applied::default());
        };
        match self.merge(&update) {
            Ok(merged) => Ok(Applied {
                update,
                patch: merged.patch,
                texts: merged.texts,
                label,
            }),
            Err(crate::MergeError::Unusable) => Err(ExecuteError::Unusable),
            Err(_) => Err(board::Rejection::TooLong("this is more than fits at once").into()),
        }
    }

    /// Takes back the newest step of a scope that is still its own to take back.
    ///
    /// # Errors
    /// See [`ExecuteError`].
    pub fn undo(&mut self, scope: &str) -> Result<Undone, ExecuteError> {
        self.take_back(scope, false)
    }

    /// Does again what was undone last.
    ///
    /// # Errors
    /// See [`ExecuteError`].
    pub fn redo(&mut self, scope: &str) -> Result<Undone, ExecuteError> {
        self.take_back(scope, true)
    }

    fn take_back(&mut self, scope: &str, redo: bool) -> Result<Undone, ExecuteError> {
        self.writable()?;
        let mut kept = 0;
        let number = self.history.writer(scope);
        while let Some(step) = self.history.pop(scope, redo) {
            let seq = self.history.tick();
            let label = step.label.clone();
            let history = std::mem::take(&mut self.history);
            let outcome = self.write(&label, seq, |writer, _| {
                let kept = writer.take_back(&step, |key, field, since| {
                    history.is_foreign(number, key, field, since)
                });
                (kept, std::mem::take(&mut writer.step))
            });
            self.history = history;
            let (written, (left, inverse)) = outcome?;
            kept += left;
            if inverse.is_empty() {
                continue;
            }
            self.history.push_inverse(scope, inverse, redo);
            let applied = Some(self.publish(written, label, number, seq)?);
            return Ok(Undone { applied, kept });
        }
        Ok(Undone {
            applied: None,
            kept,
        })
    }

    /// What undo and redo would do in a scope, in words.
    pub fn undo_labels(&self, scope: &str) -> (Option<&str>, Option<&str>) {
        self.history.labels(scope)
    }

    /// All registers, for tests: by the record's key and the field.
    #[cfg(test)]
    pub(crate) fn registers(&self) -> BTreeMap<(String, String), yrs::Any> {
        use yrs::Map;
        let Ok(txn) = self.doc.try_transact() else {
            return BTreeMap::new();
        };
        let reader = Reader {
            roots: &self.roots,
            txn: &txn,
        };
        let mut out = BTreeMap::new();
        for key in reader.keys().into_iter().chain([Key::Meta]) {
            for (field, value) in reader.map(key).iter().flat_map(|map| map.iter(&txn)) {
                if let yrs::Out::Any(value) = value {
                    out.insert((key.to_string(), field.to_owned()), value);
                }
            }
        }
        out
    }

    fn writable(&self) -> Result<(), ExecuteError> {
        if !self.usable {
            Err(ExecuteError::Unusable)
        } else if self.layout > LAYOUT {
            Err(ExecuteError::ReadOnly(NEWER))
        } else {
            Ok(())
        }
    }

    /// Writes in one transaction; the update is read back by the same checks as anybody's.
    fn write<R>(
        &mut self,
        label: &str,
        seq: u64,
        body: impl FnOnce(&mut Writer<'_, '_>, &View) -> R,
    ) -> Result<(Option<Written>, R), ExecuteError> {
        self.usable = false;
        let mut txn = self
            .doc
            .try_transact_mut()
            .map_err(|_| ExecuteError::Unusable)?;
        let mut writer = Writer::new(&self.roots, &mut txn, label, seq);
        let out = body(&mut writer, &self.view);
        faults::step();
        txn.commit();
        faults::step();
        if !txn.has_changes() {
            drop(txn);
            self.usable = true;
            return Ok((None, out));
        }
        let update = txn.encode_update_v1();
        let deleted = deleted(&txn);
        drop(txn);
        let parsed = Parsed::read(&update, MAX_SNAPSHOT).map_err(|_| ExecuteError::Unusable)?;
        let admitted = self
            .index
            .admit(&parsed, None)
            .map_err(|_| ExecuteError::Unusable)?;
        for (client, range) in deleted {
            self.index.delete(client, range);
        }
        let touches = self.index.touches(&admitted);
        self.usable = true;
        Ok((Some(Written { update, touches }), out))
    }

    fn publish(
        &mut self,
        written: Option<Written>,
        label: String,
        writer: WriterId,
        seq: u64,
    ) -> Result<Applied, ExecuteError> {
        let Some(Written { update, touches }) = written else {
            return Ok(Applied {
                label,
                ..Applied::default()
            });
        };
        let (patch, texts) = self
            .settle(&touches, writer, seq)
            .map_err(|Broken| ExecuteError::Unusable)?;
        Ok(Applied {
            update,
            patch,
            texts,
            label,
        })
    }

    /// Reads back what was touched, and tells the board and the history.
    fn settle(
        &mut self,
        touches: &[Touch],
        writer: WriterId,
        seq: u64,
    ) -> Result<(Patch, Vec<(Key, TextEdit)>), Broken> {
        self.hashes.get_mut().touched(touches);
        let fields: Vec<_> = touches.iter().filter_map(place_of).collect();
        let keys: BTreeSet<Key> = fields.iter().map(|(key, _)| *key).collect();
        let heard: BTreeMap<Key, TextEdit> = self.heard.take().into_iter().collect();
        self.usable = false;
        let txn = self.doc.try_transact().map_err(|_| Broken)?;
        let reader = Reader {
            roots: &self.roots,
            txn: &txn,
        };
        faults::step();
        let (patch, changes) = self.view.absorb(&reader, &keys);
        faults::step();
        if keys.contains(&Key::Meta) {
            self.layout = reader.layout();
        }
        drop(txn);
        self.usable = true;
        let mut texts = Vec::with_capacity(changes.len());
        for change in changes {
            // What yrs tells counts where it leads from the one text to the other, which it
            // does not where a text is cut for display, or a character was torn in two.
            let told = heard.get(&change.key).filter(|edit| {
                edit.apply(&change.before)
                    .is_ok_and(|after| after == change.after)
            });
            let edit = told
                .cloned()
                .unwrap_or_else(|| TextEdit::diff(&change.before, &change.after));
            texts.push((change.key, edit));
        }
        let mut edits: BTreeMap<Key, TextEdit> = texts.iter().cloned().collect();
        edits.extend(heard);
        let edits: Vec<(Key, TextEdit)> = edits.into_iter().collect();
        self.history.note(writer, seq, &fields, &edits);
        Ok((patch, texts))
    }
}

/// A transaction's update.
struct Written {
    update: Vec<u8>,
    touches: Vec<Touch>,
}

/// The document did something that was not foreseen.
struct Broken;

/// What a transaction has deleted, with all that went with it.
fn deleted(txn: &TransactionMut<'_>) -> Vec<(u64, Range<u32>)> {
    let mut out = Vec::new();
    for (client, ranges) in txn.delete_set().iter() {
        out.extend(ranges.iter().map(|range| (client.get(), range.clone())));
    }
    out
}
