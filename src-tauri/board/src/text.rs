//! Edits of a collaborative text, in UTF-16 code units as editors and Yjs count them.

mod components;

use crate::MAX_TEXT;
use components::Components;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// One replacement: delete `from..to`, insert `insert` there. UTF-16 offsets into the text
/// as it was before the whole edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "board.ts")]
pub struct Splice {
    /// First unit replaced.
    pub from: u32,
    /// One past the last unit replaced.
    pub to: u32,
    /// What stands there instead.
    pub insert: String,
}

/// An edit: splices in ascending order that do not overlap, all in coordinates of the text
/// before the edit (the form of CodeMirror's `ChangeSpec[]`).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[ts(export, export_to = "board.ts")]
pub struct TextEdit(pub Vec<Splice>);

/// Why an edit does not fit a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Splices overlap, run backwards, or reach past the end.
    #[error("the edit does not fit the text")]
    OutOfRange,
    /// A splice would cut a character in two.
    #[error("the edit cuts a character in two")]
    SplitsCharacter,
    /// The text would grow beyond [`MAX_TEXT`](crate::MAX_TEXT).
    #[error("the text is too long for one note")]
    TooLong,
}

/// Beyond this many bytes on both sides together, what differs is replaced as a whole: the
/// search for a smaller difference takes time that grows with the square of it.
const DIFF_LIMIT: usize = 4_000;

/// The length of a text in UTF-16 code units.
pub fn utf16_len(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

impl TextEdit {
    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.0
            .iter()
            .all(|splice| splice.from == splice.to && splice.insert.is_empty())
    }

    /// The text after the edit.
    ///
    /// # Errors
    /// See [`TextError`]; a text that is longer than [`MAX_TEXT`](crate::MAX_TEXT) already may shrink.
    pub fn apply(&self, text: &str) -> Result<String, TextError> {
        let mut cursor = Cursor::new(text);
        let mut out = String::with_capacity(text.len());
        for splice in &self.0 {
            out.push_str(cursor.advance(splice.from)?);
            cursor.advance(splice.to)?;
            out.push_str(&splice.insert);
        }
        out.push_str(cursor.rest());
        // Bytes are at least code units, so most texts need no counting.
        if out.len() > MAX_TEXT {
            let len = utf16_len(&out);
            if len > MAX_TEXT && len > utf16_len(text) {
                return Err(TextError::TooLong);
            }
        }
        Ok(out)
    }

    /// The edit that takes this one back; `text` is the text before this edit.
    ///
    /// # Errors
    /// See [`TextError`].
    pub fn invert(&self, text: &str) -> Result<Self, TextError> {
        let mut cursor = Cursor::new(text);
        let mut shift = 0i64;
        let mut inverse = Vec::with_capacity(self.0.len());
        for splice in &self.0 {
            cursor.advance(splice.from)?;
            let removed = cursor.advance(splice.to)?;
            let inserted = i64::try_from(utf16_len(&splice.insert)).unwrap_or(i64::MAX);
            let from = i64::from(splice.from).saturating_add(shift);
            inverse.push(Splice {
                from: offset(from)?,
                to: offset(from.saturating_add(inserted))?,
                insert: removed.to_owned(),
            });
            shift = shift
                .saturating_add(inserted)
                .saturating_sub(i64::from(splice.to) - i64::from(splice.from));
        }
        Ok(Self(inverse))
    }

    /// This edit as it is to be applied after `over`, where both were made on the same text.
    /// What `over` has deleted is not deleted again; what it has inserted stays. Where both
    /// insert at one spot, this one's text comes first if `before`.
    ///
    /// For every text and any `a`, `b` that fit it: `a` then `b.map(a, !side)` gives the same as
    /// `b` then `a.map(b, side)` (the diamond of operational transformation, TP1; the interface
    /// is that of CodeMirror's `ChangeSet.map`).
    #[must_use]
    pub fn map(&self, over: &Self, before: bool) -> Self {
        Components::of(self)
            .map(&Components::of(over), before)
            .edit()
    }

    /// One edit that does what this one and then `next` do.
    ///
    /// # Errors
    /// [`TextError::SplitsCharacter`] or [`TextError::OutOfRange`] where `next` cannot follow.
    pub fn compose(&self, next: &Self) -> Result<Self, TextError> {
        Ok(Components::of(self).compose(&Components::of(next))?.edit())
    }

    /// An edit that makes `new` of `old`, keeping what both have in common, so that it merges
    /// with what others write meanwhile.
    pub fn diff(old: &str, new: &str) -> Self {
        let start = old
            .char_indices()
            .zip(new.chars())
            .find(|((_, a), b)| a != b)
            .map_or(old.len().min(new.len()), |((at, _), _)| at);
        let (head, old) = old.split_at(start);
        let new = new.get(start..).unwrap_or_default();
        let same: usize = old
            .chars()
            .rev()
            .zip(new.chars().rev())
            .take_while(|(a, b)| a == b)
            .map(|(a, _)| a.len_utf8())
            .sum();
        let old = old.get(..old.len() - same).unwrap_or_default();
        let new = new.get(..new.len() - same).unwrap_or_default();
        let mut edit = Components::default();
        edit.keep(units(head));
        if old.len() + new.len() > DIFF_LIMIT {
            edit.insert(new);
            edit.delete(units(old));
        } else {
            for chunk in dissimilar::diff(old, new) {
                match chunk {
                    dissimilar::Chunk::Equal(text) => edit.keep(units(text)),
                    dissimilar::Chunk::Delete(text) => edit.delete(units(text)),
                    dissimilar::Chunk::Insert(text) => edit.insert(text),
                }
            }
        }
        edit.edit()
    }
}

fn units(text: &str) -> u64 {
    utf16_len(text) as u64
}

fn offset(value: i64) -> Result<u32, TextError> {
    u32::try_from(value).map_err(|_| TextError::OutOfRange)
}

/// Walks a text by UTF-16 offsets.
struct Cursor<'a> {
    rest: &'a str,
    at: u32,
}

impl<'a> Cursor<'a> {
    fn new(text: &'a str) -> Self {
        Self { rest: text, at: 0 }
    }

    /// Goes on to an offset; answers what lies between.
    fn advance(&mut self, to: u32) -> Result<&'a str, TextError> {
        let mut left = to.checked_sub(self.at).ok_or(TextError::OutOfRange)? as usize;
        let split = split_units(self.rest, &mut left)?;
        let (passed, rest) = self.rest.split_at(split);
        self.rest = rest;
        self.at = to;
        Ok(passed)
    }

    fn rest(&self) -> &'a str {
        self.rest
    }
}

/// The byte at which the first `left` code units of a text end.
fn split_units(text: &str, left: &mut usize) -> Result<usize, TextError> {
    for (byte, c) in text.char_indices() {
        if *left == 0 {
            return Ok(byte);
        }
        *left = left
            .checked_sub(c.len_utf16())
            .ok_or(TextError::SplitsCharacter)?;
    }
    if *left == 0 {
        Ok(text.len())
    } else {
        Err(TextError::OutOfRange)
    }
}

#[cfg(test)]
mod tests;
