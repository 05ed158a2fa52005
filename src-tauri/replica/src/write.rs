//! From changes to the document, inside one transaction. What is written is noted down for undo.

use crate::codec::{collaborative_text, registers};
use crate::faults;
use crate::layout::{GONE, Root, TEXT};
use crate::read::{Reader, Roots};
use crate::undo::{Made, MadePart, RegisterPart, Step, TextPart};
use board::{Board, Change, Key, Record, TextEdit};
use std::collections::HashMap;
use yrs::{Any, Map, MapPrelim, MapRef, Text, TextPrelim, TextRef, TransactionMut};

/// A transaction being written, and the step that takes it back.
pub(crate) struct Writer<'a, 'doc> {
    pub(crate) roots: &'a Roots,
    pub(crate) txn: &'a mut TransactionMut<'doc>,
    pub(crate) step: Step,
    /// When this is written, in the order of the history.
    pub(crate) seq: u64,
    /// What this transaction has made of the visible records so far.
    drafts: HashMap<Key, Option<Record>>,
}

impl<'a, 'doc> Writer<'a, 'doc> {
    pub(crate) fn new(
        roots: &'a Roots,
        txn: &'a mut TransactionMut<'doc>,
        label: &str,
        seq: u64,
    ) -> Self {
        Self {
            roots,
            txn,
            step: Step::new(label),
            seq,
            drafts: HashMap::new(),
        }
    }

    pub(crate) fn reader(&self) -> Reader<'_, TransactionMut<'doc>> {
        Reader {
            roots: self.roots,
            txn: &*self.txn,
        }
    }

    /// Writes a change that was planned on `board` and the changes before it.
    pub(crate) fn change(&mut self, board: &Board, change: &Change) {
        match change {
            Change::Put(record) => self.put(board, record),
            Change::Remove(key) => {
                if let Some(fingerprint) = self.reader().fingerprint(*key) {
                    self.set(*key, GONE, Some(Any::String(fingerprint.into())));
                }
                self.drafts.insert(*key, None);
            }
            Change::Edit(key, edit) => {
                self.edit(*key, edit);
            }
        }
    }

    /// The fields that differ from what is seen; what is seen may be resolved, so what the
    /// document says of the other fields stays (M9).
    fn put(&mut self, board: &Board, record: &Record) {
        let key = record.key();
        let seen = match self.drafts.get(&key) {
            Some(draft) => draft.clone(),
            None => board.get(key),
        };
        if let Some(seen) = seen {
            for (new, old) in registers(record).into_iter().zip(registers(&seen)) {
                if new.value != old.value {
                    self.set(key, new.field, Some(new.value));
                }
            }
        } else if self.reader().map(key).is_some() {
            self.revive(key, record);
        } else {
            self.make(key, record);
        }
        self.drafts.insert(key, Some(record.clone()));
    }

    fn make(&mut self, key: Key, record: &Record) {
        let root = Root::of(key);
        let Some(map) = self.roots.map(root) else {
            return;
        };
        // The map first and its registers one by one: a filled map would be written in the
        // random order of a hash map.
        let made: MapRef = map.insert(self.txn, key.to_string(), MapPrelim::default());
        for register in registers(record)
            .into_iter()
            .filter(|register| !register.default)
        {
            faults::step();
            made.insert(self.txn, register.field, register.value);
        }
        if root.has_text() {
            let text = collaborative_text(record).unwrap_or_default();
            made.insert(self.txn, TEXT, TextPrelim::new(text));
        }
        self.step.made.push(MadePart {
            key,
            state: Made::There,
            seq: self.seq,
        });
    }

    /// Puts a record that was there before and is gone.
    fn revive(&mut self, key: Key, record: &Record) {
        self.set(key, GONE, None);
        for register in registers(record) {
            let stands = self.reader().register(key, register.field);
            if stands.is_some() || !register.default {
                self.set(key, register.field, Some(register.value));
            }
        }
        if key != Key::Meta
            && let Some(text) = collaborative_text(record)
        {
            let edit = TextEdit::diff(&self.reader().text(key), text);
            self.edit(key, &edit);
        }
    }

    /// Writes a register, or takes it off; answers whether that changed anything.
    pub(crate) fn set(&mut self, key: Key, field: &'static str, value: Option<Any>) -> bool {
        let Some(map) = self.reader().map(key) else {
            return false;
        };
        let before = self.reader().register(key, field);
        if before == value {
            return false;
        }
        faults::step();
        match &value {
            Some(value) => {
                map.insert(self.txn, field, value.clone());
            }
            None => {
                map.remove(self.txn, field);
            }
        }
        if !self.step.makes(key) {
            self.step.registers.push(RegisterPart {
                key,
                field,
                before,
                after: value,
                seq: self.seq,
            });
        }
        true
    }

    /// Edits a collaborative text; answers whether the edit fitted.
    pub(crate) fn edit(&mut self, key: Key, edit: &TextEdit) -> bool {
        let before = self.reader().text(key);
        if edit.is_empty() || edit.apply(&before).is_err() {
            return edit.is_empty();
        }
        let Ok(inverse) = edit.invert(&before) else {
            return false;
        };
        let Some(text) = self.text(key) else {
            return false;
        };
        splice(&text, self.txn, edit);
        if !self.step.makes(key) {
            self.step.texts.push(TextPart {
                key,
                edit: inverse,
                cut: false,
            });
        }
        true
    }

    /// The text of a key, made where a record of another writer lacks it.
    fn text(&mut self, key: Key) -> Option<TextRef> {
        if let Some(text) = self.reader().text_ref(key) {
            return Some(text);
        }
        let map = self.reader().map(key)?;
        Root::of(key)
            .has_text()
            .then(|| map.insert(self.txn, TEXT, TextPrelim::new("")))
    }
}

/// Edits a text from its end, so that offsets stay those of the text before. The edit must fit.
fn splice(text: &TextRef, txn: &mut TransactionMut<'_>, edit: &TextEdit) {
    for splice in edit.0.iter().rev() {
        faults::step();
        if splice.to > splice.from {
            text.remove_range(txn, splice.from, splice.to - splice.from);
        }
        if !splice.insert.is_empty() {
            text.insert(txn, splice.from, &splice.insert);
        }
    }
}
