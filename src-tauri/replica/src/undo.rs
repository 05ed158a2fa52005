//! Undo and redo: ours, not yrs'. Each request pushes a step of what it wrote and what was there
//! before; taking a step back writes only where it still holds what the step wrote, and never
//! where somebody else has written since. What cannot be taken back is kept, and counted.
//!
//! - A register goes back if nobody else has written it since.
//! - A record that was made is removed if nobody else has touched it since.
//! - A text edit goes back by its inverse, carried over what others have typed since; a
//!   replacement whose place others have changed is kept as it is.
//!
//! Steps live in memory only, by scope: an opaque name the caller gives a person in a session.

use board::{Key, Splice, TextEdit};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use yrs::Any;

/// The most steps of a scope. Older ones can no longer be taken back.
const MAX_STEPS: usize = 200;
/// The most scopes; the one that was used longest ago makes room.
const MAX_SCOPES: usize = 256;
/// Typing goes on in one step while the pauses are at most this long, in milliseconds. Editors
/// commonly use between half a second and a second.
const TYPING_PAUSE: i64 = 1_000;
/// The most edits of one step of typing.
const MAX_TYPED: usize = 200;

/// A register as a step wrote it. `None` is absent.
#[derive(Debug, Clone)]
pub(crate) struct RegisterPart {
    pub(crate) key: Key,
    pub(crate) field: &'static str,
    pub(crate) before: Option<Any>,
    pub(crate) after: Option<Any>,
    pub(crate) seq: u64,
}

/// What a step has done about a record's existence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Made {
    /// It made the record.
    There,
    /// It took the record it had made off again, with this fingerprint.
    Off(String),
}

/// A record a step made.
#[derive(Debug, Clone)]
pub(crate) struct MadePart {
    pub(crate) key: Key,
    pub(crate) state: Made,
    pub(crate) seq: u64,
}

/// The inverse of a text edit. Inverses of one text form a chain: the newest fits the text as it
/// is, each older one the text after the newer one was applied.
#[derive(Debug, Clone)]
pub(crate) struct TextPart {
    pub(crate) key: Key,
    pub(crate) edit: TextEdit,
    /// Whether somebody else has changed what it would have put back.
    pub(crate) cut: bool,
}

/// What one request wrote.
#[derive(Debug, Clone, Default)]
pub(crate) struct Step {
    pub(crate) label: String,
    pub(crate) registers: Vec<RegisterPart>,
    pub(crate) made: Vec<MadePart>,
    pub(crate) texts: Vec<TextPart>,
    /// The text it types in, and when it last did.
    typing: Option<(Key, i64)>,
}

impl Step {
    pub(crate) fn new(label: &str) -> Self {
        Self {
            label: label.to_owned(),
            ..Self::default()
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.registers.is_empty() && self.made.is_empty() && self.texts.is_empty()
    }

    /// Whether it makes the record: then what else it writes of it needs no noting.
    pub(crate) fn makes(&self, key: Key) -> bool {
        // New records are made just before they are written, so the search is short.
        self.made.iter().rev().any(|made| made.key == key)
    }

    fn keys(&self) -> impl Iterator<Item = Key> {
        let registers = self.registers.iter().map(|part| part.key);
        registers
            .chain(self.made.iter().map(|part| part.key))
            .chain(self.texts.iter().map(|part| part.key))
    }
}

/// How a step joins the ones before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Joins {
    /// It stands for itself.
    Nothing,
    /// It follows from the step before and is taken back with it.
    Before,
    /// It goes on typing in this text, at this time in milliseconds.
    Typing(Key, i64),
}

/// Who wrote: a scope by number, or somebody outside this replica.
pub(crate) type Writer = u32;
/// Somebody outside this replica.
pub(crate) const OUTSIDE: Writer = 0;

#[derive(Debug, Default)]
struct Scope {
    number: Writer,
    used: u64,
    undo: VecDeque<Step>,
    redo: Vec<Step>,
}

/// Who wrote last, and when somebody else last did.
#[derive(Debug, Clone, Copy, Default)]
struct Stamp {
    writer: Writer,
    at: u64,
    other: u64,
}

impl Stamp {
    fn note(&mut self, writer: Writer, at: u64) {
        if self.at > 0 && self.writer != writer {
            self.other = self.at;
        }
        self.writer = writer;
        self.at = at;
    }

    /// When somebody other than `writer` last wrote.
    fn foreign(self, writer: Writer) -> u64 {
        if self.writer == writer {
            self.other
        } else {
            self.at
        }
    }
}

/// When a record that occurs in a step was written, by field; the record itself under "".
type Stamps = HashMap<Arc<str>, Stamp>;

/// All steps of a replica.
#[derive(Debug, Default)]
pub(crate) struct History {
    scopes: HashMap<String, Scope>,
    stamps: HashMap<Key, Stamps>,
    seq: u64,
    numbers: Writer,
}

impl History {
    /// The next moment: everything written in one transaction bears one number.
    pub(crate) fn tick(&mut self) -> u64 {
        self.seq += 1;
        self.seq
    }

    /// The number of a scope.
    pub(crate) fn writer(&mut self, scope: &str) -> Writer {
        if !self.scopes.contains_key(scope) && self.scopes.len() >= MAX_SCOPES {
            let oldest = self
                .scopes
                .iter()
                .min_by_key(|(name, scope)| (scope.used, *name));
            if let Some(name) = oldest.map(|(name, _)| name.clone()) {
                self.scopes.remove(&name);
            }
        }
        let seq = self.seq;
        let numbers = &mut self.numbers;
        let scope = self.scopes.entry(scope.to_owned()).or_insert_with(|| {
            *numbers += 1;
            Scope {
                number: *numbers,
                ..Scope::default()
            }
        });
        scope.used = seq;
        scope.number
    }

    /// Labels of what undo and redo would do.
    pub(crate) fn labels(&self, scope: &str) -> (Option<&str>, Option<&str>) {
        let Some(scope) = self.scopes.get(scope) else {
            return (None, None);
        };
        (
            scope.undo.back().map(|step| step.label.as_str()),
            scope.redo.last().map(|step| step.label.as_str()),
        )
    }

    /// Takes note of what was written: `fields` by record (`None` is the record as a whole),
    /// and text edits as they happened.
    pub(crate) fn note(
        &mut self,
        writer: Writer,
        at: u64,
        fields: &[(Key, Option<Arc<str>>)],
        texts: &[(Key, TextEdit)],
    ) {
        if self.stamps.is_empty() {
            return;
        }
        for (key, field) in fields {
            if let Some(stamps) = self.stamps.get_mut(key) {
                stamps.entry("".into()).or_default().note(writer, at);
                if let Some(field) = field {
                    stamps
                        .entry(Arc::clone(field))
                        .or_default()
                        .note(writer, at);
                }
            }
        }
        for (key, edit) in texts {
            if !self.stamps.contains_key(key) {
                continue;
            }
            for scope in self
                .scopes
                .values_mut()
                .filter(|scope| scope.number != writer)
            {
                carry(scope.undo.iter_mut().rev(), *key, edit);
                carry(scope.redo.iter_mut().rev(), *key, edit);
            }
        }
    }

    /// Whether somebody other than `writer` has written the field (any field of the record where
    /// `None`) after `since`.
    pub(crate) fn is_foreign(
        &self,
        writer: Writer,
        key: Key,
        field: Option<&str>,
        since: u64,
    ) -> bool {
        let Some(stamps) = self.stamps.get(&key) else {
            return false;
        };
        let stamp = stamps.get(field.unwrap_or_default());
        stamp.is_some_and(|stamp| stamp.foreign(writer) > since)
    }

    /// Pushes the step of a request.
    pub(crate) fn push(&mut self, scope: &str, mut step: Step, joins: Joins) {
        if step.is_empty() {
            return;
        }
        self.track(&step);
        let Some(scope) = self.scopes.get_mut(scope) else {
            return;
        };
        match joins {
            Joins::Before => {
                // What follows from an undo neither undoes nor ends it.
                if let Some(before) = scope.undo.back_mut() {
                    before.absorb(step);
                }
                return;
            }
            Joins::Typing(key, now) => {
                step.typing = Some((key, now));
                if let Some(before) = scope.undo.back_mut()
                    && let Some((text, last)) = before.typing
                    && text == key
                    && (0..=TYPING_PAUSE).contains(&(now.saturating_sub(last)))
                    && before.texts.len() < MAX_TYPED
                    && scope.redo.is_empty()
                {
                    before.texts.append(&mut step.texts);
                    before.registers.append(&mut step.registers);
                    before.typing = step.typing;
                    return;
                }
            }
            Joins::Nothing => {}
        }
        scope.redo.clear();
        scope.undo.push_back(step);
        if scope.undo.len() > MAX_STEPS {
            scope.undo.pop_front();
        }
    }

    /// Takes the newest step to undo (or, with `redo`, to do again).
    pub(crate) fn pop(&mut self, scope: &str, redo: bool) -> Option<Step> {
        let scope = self.scopes.get_mut(scope)?;
        if redo {
            scope.redo.pop()
        } else {
            scope.undo.pop_back()
        }
    }

    /// Pushes what takes an undo (or, with `redo`, a redo) back.
    pub(crate) fn push_inverse(&mut self, scope: &str, step: Step, redo: bool) {
        self.track(&step);
        let Some(scope) = self.scopes.get_mut(scope) else {
            return;
        };
        if redo {
            scope.undo.push_back(step);
        } else {
            scope.redo.push(step);
        }
    }

    fn track(&mut self, step: &Step) {
        for key in step.keys() {
            self.stamps.entry(key).or_default();
        }
    }
}

impl Step {
    /// Takes in a step that follows from this one.
    fn absorb(&mut self, next: Self) {
        for part in next.registers {
            if self.makes(part.key) {
                continue;
            }
            let same = |own: &&mut RegisterPart| own.key == part.key && own.field == part.field;
            match self.registers.iter_mut().find(same) {
                Some(own) => {
                    own.after = part.after;
                    own.seq = part.seq;
                }
                None => self.registers.push(part),
            }
        }
        self.made.extend(next.made);
        self.texts.extend(next.texts);
    }
}

/// Carries a chain of inverses, newest first, over somebody else's edit of the text.
fn carry<'a>(steps: impl Iterator<Item = &'a mut Step>, key: Key, edit: &TextEdit) {
    let mut over = edit.clone();
    let parts = steps.flat_map(|step| step.texts.iter_mut().rev());
    for part in parts.filter(|part| part.key == key) {
        if over.is_empty() {
            return;
        }
        let (kept, dropped) = sort_out(&part.edit, &over);
        part.cut |= !dropped.is_empty();
        // Where a replacement is dropped, the older text differs from what the chain expected
        // by exactly that replacement: the older inverses are carried over that as well.
        let after = |edit: &TextEdit| edit.map(&kept, false);
        let rest = after(&over);
        let undone = undo_of(&dropped, &kept);
        part.edit = kept.map(&over, true);
        over = match undone.compose(&rest) {
            Ok(both) => both,
            Err(_) => rest,
        };
    }
}

/// The splices that can still be put back after `over`, and those that cannot: a replacement
/// whose place somebody else has changed stays as they left it.
fn sort_out(edit: &TextEdit, over: &TextEdit) -> (TextEdit, TextEdit) {
    let is_lost = |splice: &Splice| {
        !splice.insert.is_empty()
            && over.0.iter().filter(|o| o.to > o.from).any(|o| {
                if splice.from == splice.to {
                    o.from < splice.from && splice.from < o.to
                } else {
                    o.from < splice.to && splice.from < o.to
                }
            })
    };
    let (lost, kept): (Vec<_>, Vec<_>) = edit.0.iter().cloned().partition(|splice| is_lost(splice));
    (TextEdit(kept), TextEdit(lost))
}

/// The edit from the text after `kept` and `dropped` to the text after `kept` alone. What was
/// deleted is not known here; only its length matters, so something of that length stands for it.
fn undo_of(dropped: &TextEdit, kept: &TextEdit) -> TextEdit {
    let mut splices = Vec::with_capacity(dropped.0.len());
    let length = |text: &str| i64::try_from(board::utf16_len(text)).unwrap_or(i64::MAX);
    for splice in &dropped.0 {
        // Where the splice ends up, shifted by all splices before it.
        let before = kept
            .0
            .iter()
            .chain(&dropped.0)
            .filter(|other| (other.from, other.to) < (splice.from, splice.to));
        let shift: i64 = before
            .map(|other| length(&other.insert) - (i64::from(other.to) - i64::from(other.from)))
            .sum();
        let from = u32::try_from(i64::from(splice.from) + shift).unwrap_or(u32::MAX);
        let to = u32::try_from(i64::from(from) + length(&splice.insert)).unwrap_or(u32::MAX);
        let len = usize::try_from(splice.to - splice.from).unwrap_or_default();
        splices.push(Splice {
            from,
            to,
            insert: "x".repeat(len),
        });
    }
    TextEdit(splices)
}
