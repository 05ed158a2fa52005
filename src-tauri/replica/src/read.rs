//! Reading records out of the document.

use crate::codec::Registry;
use crate::layout::{GONE, LAYOUT_FIELD, Root, TEXT, fingerprint};
use board::{Key, Record};
use std::sync::Arc;
use yrs::{Any, Doc, GetString, Map, MapRef, Out, ReadTxn, TextRef};

/// The document's roots. They live as long as the document does; nested types do not, and are
/// looked up each time.
pub(crate) struct Roots {
    maps: Vec<(Root, MapRef)>,
    pub(crate) summary: TextRef,
}

impl Roots {
    /// Makes the roots of a new document. No transaction may be live.
    pub(crate) fn new(doc: &Doc) -> Self {
        let maps = Root::ALL
            .into_iter()
            .filter(|root| *root != Root::Summary)
            .map(|root| (root, doc.get_or_insert_map(root.name())))
            .collect();
        Self {
            maps,
            summary: doc.get_or_insert_text(Root::Summary.name()),
        }
    }

    /// The map of a root; `None` for the summary.
    pub(crate) fn map(&self, root: Root) -> Option<&MapRef> {
        self.maps
            .iter()
            .find(|(of, _)| *of == root)
            .map(|(_, map)| map)
    }
}

/// A record as the document has it, before anything is resolved.
pub(crate) struct Raw {
    pub(crate) record: Record,
    /// Whether it has been removed, and its words are still those of then (M1).
    pub(crate) gone: bool,
}

/// The document inside a transaction.
pub(crate) struct Reader<'a, T> {
    pub(crate) roots: &'a Roots,
    pub(crate) txn: &'a T,
}

impl<T: ReadTxn> Reader<'_, T> {
    /// The map that holds a key's registers.
    pub(crate) fn map(&self, key: Key) -> Option<MapRef> {
        let root = self.roots.map(Root::of(key))?;
        if key == Key::Meta {
            return Some(root.clone());
        }
        match root.get(self.txn, &key.to_string()) {
            Some(Out::YMap(map)) => Some(map),
            _ => None,
        }
    }

    /// A register's value.
    pub(crate) fn register(&self, key: Key, field: &str) -> Option<Any> {
        any(self.map(key)?.get(self.txn, field))
    }

    /// The collaborative text of a key.
    pub(crate) fn text_ref(&self, key: Key) -> Option<TextRef> {
        self.text_in(key, &self.map(key)?)
    }

    /// The collaborative text of a key whose registers are in `map`.
    fn text_in(&self, key: Key, map: &MapRef) -> Option<TextRef> {
        match key {
            Key::Meta => Some(self.roots.summary.clone()),
            Key::Note(_) | Key::FollowUp(_) => match map.get(self.txn, TEXT) {
                Some(Out::YText(text)) => Some(text),
                _ => None,
            },
            _ => None,
        }
    }

    /// What the collaborative text of a key says; empty where there is none.
    pub(crate) fn text(&self, key: Key) -> String {
        self.text_ref(key)
            .map(|text| text.get_string(self.txn))
            .unwrap_or_default()
    }

    /// A record, or the board's own data.
    pub(crate) fn raw(&self, key: Key) -> Option<Raw> {
        Some(self.raw_in(key, &self.map(key)?))
    }

    /// The record of a key whose registers are in `map`.
    pub(crate) fn raw_in(&self, key: Key, map: &MapRef) -> Raw {
        let registry = Registry(|field: &str| any(map.get(self.txn, field)));
        let text = self
            .text_in(key, map)
            .map(|text| text.get_string(self.txn))
            .unwrap_or_default();
        let gone = registry.string(GONE).is_some_and(|gone| {
            key != Key::Meta && gone.as_ref() == fingerprint(&registry.words(key, &text))
        });
        Raw {
            record: registry.record(key, &text),
            gone,
        }
    }

    /// The fingerprint of a record's present words.
    pub(crate) fn fingerprint(&self, key: Key) -> Option<String> {
        let map = self.map(key)?;
        let registry = Registry(|field: &str| any(map.get(self.txn, field)));
        Some(fingerprint(&registry.words(key, &self.text(key))))
    }

    /// The layout version the document says it has.
    pub(crate) fn layout(&self) -> i64 {
        let Some(map) = self.map(Key::Meta) else {
            return 1;
        };
        Registry(|field: &str| any(map.get(self.txn, field)))
            .integer(LAYOUT_FIELD)
            .unwrap_or(1)
    }

    /// All records' keys, in no particular order. Keys that are no valid id are ignored.
    #[cfg(test)]
    pub(crate) fn keys(&self) -> Vec<Key> {
        self.maps().map(|(key, _)| key).collect()
    }

    /// All records' keys and registers, in no particular order. Keys that are no valid id are
    /// ignored, as is what is no record.
    pub(crate) fn maps(&self) -> impl Iterator<Item = (Key, MapRef)> {
        let roots = Root::RECORDS
            .into_iter()
            .filter_map(|root| Some((root, self.roots.map(root)?)));
        roots.flat_map(|(root, map)| {
            map.iter(self.txn)
                .filter_map(move |(key, value)| match value {
                    Out::YMap(map) => Some((root.key(key)?, map)),
                    _ => None,
                })
        })
    }
}

/// A register's value; `None` where something else stands there.
fn any(out: Option<Out>) -> Option<Any> {
    match out {
        Some(Out::Any(any)) => Some(any),
        _ => None,
    }
}

/// The record a touched part of the document belongs to, and the field.
pub(crate) fn place_of(touch: &crate::validate::Touch) -> Option<(Key, Option<Arc<str>>)> {
    match touch.root {
        Root::Meta => Some((Key::Meta, touch.field.clone())),
        Root::Summary => Some((Key::Meta, Some("summary".into()))),
        root => Some((root.key(&touch.key)?, touch.field.clone())),
    }
}
