//! Strings that occur over and over, by number: keys of records and names of fields.

use std::collections::HashMap;
use std::sync::Arc;

/// Strings by number.
#[derive(Debug, Default)]
pub(super) struct Words {
    by_text: HashMap<Arc<str>, u32>,
    texts: Vec<Arc<str>>,
}

impl Words {
    /// The number of a string, a new one if it is new.
    pub(super) fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.by_text.get(text) {
            return *number;
        }
        let word: Arc<str> = text.into();
        let number = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.texts.push(Arc::clone(&word));
        self.by_text.insert(word, number);
        number
    }

    /// The string of a number.
    pub(super) fn text(&self, number: u32) -> Arc<str> {
        let at = usize::try_from(number).unwrap_or(usize::MAX);
        self.texts.get(at).map_or_else(|| "".into(), Arc::clone)
    }

    /// Whether the number is that of the string.
    pub(super) fn is(&self, number: u32, text: &str) -> bool {
        self.by_text.get(text) == Some(&number)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.texts.len()
    }

    /// Forgets all but the first ones.
    pub(super) fn truncate(&mut self, len: usize) {
        for word in self.texts.drain(len..) {
            self.by_text.remove(&word);
        }
    }
}
