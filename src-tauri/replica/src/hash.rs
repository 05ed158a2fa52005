//! The content hash: what the document says, whoever wrote it in whatever order. Replicas that
//! have seen the same updates have the same hash; equal state vectors with unequal hashes tell
//! of a client id that was used twice.
//!
//! It is a hash of hashes, so that after an edit only the records it touched are read again:
//!
//! ```text
//! entry   = blake3(key, value)             a record; all registers of `meta`; the summary
//! content = blake3(for each root: its name, the count of its entries, their hashes by key)
//! ```
//!
//! Strings and lists stand after their length, values after a letter for their kind. `meta` and
//! the summary are one entry each, under an empty key.

use crate::layout::Root;
use crate::read::Roots;
use crate::validate::Touch;
use blake3::Hasher;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use yrs::{Any, GetString, Map, MapRef, Number, Out, ReadTxn};

/// The hashes of a document's entries, and which of them are to be made anew: some 80 bytes a
/// record. A document of ten thousand notes is hashed in milliseconds, one that was edited in a
/// tenth of one.
#[derive(Debug)]
pub(crate) struct Hashes {
    entries: BTreeMap<Root, BTreeMap<Arc<str>, [u8; 32]>>,
    stale: BTreeSet<(Root, Arc<str>)>,
}

impl Default for Hashes {
    /// Of an empty document.
    fn default() -> Self {
        let own = [Root::Meta, Root::Summary];
        Self {
            entries: BTreeMap::new(),
            stale: own.into_iter().map(|root| (root, "".into())).collect(),
        }
    }
}

impl Hashes {
    /// Of a document of which nothing is known yet.
    pub(crate) fn of<T: ReadTxn>(roots: &Roots, txn: &T) -> Self {
        let mut hashes = Self::default();
        for root in Root::RECORDS {
            let keys = roots.map(root).into_iter().flat_map(|map| map.keys(txn));
            hashes.stale.extend(keys.map(|key| (root, Arc::from(key))));
        }
        hashes
    }

    /// Takes note of what a transaction has touched.
    pub(crate) fn touched(&mut self, touches: &[Touch]) {
        let places = touches.iter().map(|touch| (touch.root, touch.key.clone()));
        self.stale.extend(places);
    }

    /// The content hash of the document, of which everything that was touched has been told.
    pub(crate) fn content<T: ReadTxn>(&mut self, roots: &Roots, txn: &T) -> [u8; 32] {
        for (root, key) in std::mem::take(&mut self.stale) {
            let entries = self.entries.entry(root).or_default();
            match entry(roots, root, &key, txn) {
                Some(hash) => entries.insert(key, hash),
                None => entries.remove(&key),
            };
        }
        let count_all: usize = self.entries.values().map(BTreeMap::len).sum();
        // In one piece: blake3 hashes several kilobytes at a time much faster than small ones.
        let mut bytes = Vec::with_capacity(count_all * 32 + Root::ALL.len() * 32);
        for root in Root::ALL {
            let entries = self.entries.get(&root);
            let count = entries.map_or(0, BTreeMap::len);
            for number in [root.name().len(), count] {
                bytes.extend_from_slice(&length(number));
            }
            bytes.extend_from_slice(root.name().as_bytes());
            for hash in entries.into_iter().flat_map(BTreeMap::values) {
                bytes.extend_from_slice(hash);
            }
        }
        *blake3::hash(&bytes).as_bytes()
    }
}

/// The content hash without anything known before.
#[cfg(test)]
pub(crate) fn from_scratch<T: ReadTxn>(roots: &Roots, txn: &T) -> [u8; 32] {
    Hashes::of(roots, txn).content(roots, txn)
}

/// The hash of one entry; `None` where there is none.
fn entry<T: ReadTxn>(roots: &Roots, root: Root, key: &str, txn: &T) -> Option<[u8; 32]> {
    let mut hasher = Hasher::new();
    string(&mut hasher, key);
    match (root, roots.map(root)) {
        (_, None) => value(&mut hasher, &Out::YText(roots.summary.clone()), txn),
        (Root::Meta, Some(registers)) => map(&mut hasher, registers, txn),
        (_, Some(records)) => value(&mut hasher, &records.get(txn, key)?, txn),
    }
    Some(*hasher.finalize().as_bytes())
}

fn map<T: ReadTxn>(hasher: &mut Hasher, of: &MapRef, txn: &T) {
    let mut entries: Vec<(&str, Out)> = of.iter(txn).collect();
    entries.sort_by_key(|(key, _)| *key);
    count(hasher, entries.len());
    for (key, value) in entries {
        string(hasher, key);
        self::value(hasher, &value, txn);
    }
}

fn value<T: ReadTxn>(hasher: &mut Hasher, of: &Out, txn: &T) {
    match of {
        Out::Any(value) => any(hasher, value),
        Out::YText(text) => {
            hasher.update(b"t");
            string(hasher, &text.get_string(txn));
        }
        Out::YMap(nested) => {
            hasher.update(b"m");
            map(hasher, nested, txn);
        }
        // The validator lets nothing else in.
        _ => {
            hasher.update(b"?");
        }
    }
}

fn any(hasher: &mut Hasher, value: &Any) {
    match value {
        Any::Null => {
            hasher.update(b"0");
        }
        Any::Undefined => {
            hasher.update(b"u");
        }
        Any::Bool(false) => {
            hasher.update(b"f");
        }
        Any::Bool(true) => {
            hasher.update(b"T");
        }
        Any::Number(number) => match number.as_i64() {
            // A whole number is one number, however it is encoded.
            Some(whole) => {
                hasher.update(b"i").update(&whole.to_le_bytes());
            }
            None => {
                hasher
                    .update(b"d")
                    .update(&float(*number).to_bits().to_le_bytes());
            }
        },
        Any::String(text) => {
            hasher.update(b"s");
            string(hasher, text);
        }
        Any::Buffer(bytes) => {
            hasher.update(b"b");
            count(hasher, bytes.len());
            hasher.update(bytes);
        }
        Any::Array(values) => {
            hasher.update(b"a");
            count(hasher, values.len());
            values.iter().for_each(|value| any(hasher, value));
        }
        Any::Map(entries) => {
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_by_key(|(key, _)| key.as_str());
            hasher.update(b"o");
            count(hasher, entries.len());
            for (key, value) in entries {
                string(hasher, key);
                any(hasher, value);
            }
        }
    }
}

/// Not-a-number has many bit patterns and counts as one.
fn float(number: Number) -> f64 {
    number
        .as_f64()
        .filter(|value| !value.is_nan())
        .unwrap_or(f64::NAN)
}

fn string(hasher: &mut Hasher, text: &str) {
    count(hasher, text.len());
    hasher.update(text.as_bytes());
}

fn count(hasher: &mut Hasher, count: usize) {
    hasher.update(&length(count));
}

fn length(count: usize) -> [u8; 8] {
    u64::try_from(count).unwrap_or(u64::MAX).to_le_bytes()
}
