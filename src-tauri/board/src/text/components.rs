//! An edit as a walk over the whole text: keep, insert, delete. The form in which edits are
//! mapped and composed (the algorithms of operational transformation as in Google Wave).

use super::{Splice, TextEdit, TextError, split_units, utf16_len};
use std::collections::VecDeque;

/// A step of the walk. Lengths are UTF-16 code units and never 0.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Keep(u64),
    Insert(String),
    Delete(u64),
}

/// The whole walk; the rest of the text is kept.
#[derive(Debug, Clone, Default)]
pub(super) struct Components(VecDeque<Step>);

impl Components {
    /// The walk of an edit. Splices that run backwards count for what is left of them.
    pub(super) fn of(edit: &TextEdit) -> Self {
        let mut walk = Self::default();
        let mut at = 0u64;
        for splice in &edit.0 {
            let from = u64::from(splice.from).max(at);
            let to = u64::from(splice.to).max(from);
            walk.keep(from - at);
            walk.insert(&splice.insert);
            walk.delete(to - from);
            at = to;
        }
        walk
    }

    pub(super) fn keep(&mut self, n: u64) {
        match self.0.back_mut() {
            _ if n == 0 => {}
            Some(Step::Keep(kept)) => *kept += n,
            _ => self.0.push_back(Step::Keep(n)),
        }
    }

    pub(super) fn insert(&mut self, text: &str) {
        match self.0.back_mut() {
            _ if text.is_empty() => {}
            Some(Step::Insert(inserted)) => inserted.push_str(text),
            _ => self.0.push_back(Step::Insert(text.to_owned())),
        }
    }

    pub(super) fn delete(&mut self, n: u64) {
        match self.0.back_mut() {
            _ if n == 0 => {}
            Some(Step::Delete(deleted)) => *deleted += n,
            _ => self.0.push_back(Step::Delete(n)),
        }
    }

    /// As splices: what stands between two kept stretches is one splice.
    pub(super) fn edit(self) -> TextEdit {
        let mut splices: Vec<Splice> = Vec::new();
        let mut at = 0u64;
        let mut open = false;
        for step in self.0 {
            if let Step::Keep(n) = step {
                at += n;
                open = false;
                continue;
            }
            if !open {
                let from = u32::try_from(at).unwrap_or(u32::MAX);
                splices.push(Splice {
                    from,
                    to: from,
                    insert: String::new(),
                });
                open = true;
            }
            if let Some(splice) = splices.last_mut() {
                match step {
                    Step::Insert(text) => splice.insert.push_str(&text),
                    Step::Delete(n) => {
                        at += n;
                        splice.to = u32::try_from(at).unwrap_or(u32::MAX);
                    }
                    Step::Keep(_) => {}
                }
            }
        }
        TextEdit(splices)
    }

    /// See [`TextEdit::map`].
    pub(super) fn map(&self, over: &Self, before: bool) -> Self {
        let (mut mine, mut theirs) = (self.0.clone(), over.0.clone());
        let mut out = Self::default();
        while let Some(step) = mine.pop_front() {
            let their_insert = match theirs.front() {
                Some(Step::Insert(text)) => Some(utf16_len(text) as u64),
                _ => None,
            };
            match (step, their_insert) {
                (Step::Insert(text), None) => out.insert(&text),
                (Step::Insert(text), Some(_)) if before => out.insert(&text),
                (step, Some(n)) => {
                    out.keep(n);
                    theirs.pop_front();
                    mine.push_front(step);
                }
                (step @ (Step::Keep(_) | Step::Delete(_)), None) => {
                    let n = length(&step);
                    let (m, deleted) = match theirs.pop_front() {
                        Some(Step::Delete(m)) => (m, true),
                        Some(Step::Keep(m)) => (m, false),
                        _ => (n, false),
                    };
                    let both = n.min(m);
                    let kept = matches!(step, Step::Keep(_));
                    match (kept, deleted) {
                        (_, true) => {}
                        (true, false) => out.keep(both),
                        (false, false) => out.delete(both),
                    }
                    if n > both {
                        mine.push_front(resized(kept, n - both));
                    }
                    if m > both {
                        theirs.push_front(resized(!deleted, m - both));
                    }
                }
            }
        }
        out
    }

    /// See [`TextEdit::compose`].
    pub(super) fn compose(&self, next: &Self) -> Result<Self, TextError> {
        let (mut first, mut second) = (self.0.clone(), next.0.clone());
        let mut out = Self::default();
        loop {
            // Deletions of the first do not exist for the second, insertions of the second not
            // for the first.
            if let Some(Step::Delete(n)) = first.front() {
                out.delete(*n);
                first.pop_front();
                continue;
            }
            let Some(step) = second.pop_front() else {
                break;
            };
            let n = match step {
                Step::Insert(text) => {
                    out.insert(&text);
                    continue;
                }
                Step::Keep(n) | Step::Delete(n) => n,
            };
            let kept = matches!(step, Step::Keep(_));
            let passed = match first.pop_front() {
                Some(Step::Insert(text)) => {
                    let len = utf16_len(&text) as u64;
                    let both = n.min(len);
                    let mut left = usize::try_from(both).map_err(|_| TextError::OutOfRange)?;
                    let (head, tail) = text.split_at(split_units(&text, &mut left)?);
                    if kept {
                        out.insert(head);
                    }
                    if !tail.is_empty() {
                        first.push_front(Step::Insert(tail.to_owned()));
                    }
                    both
                }
                Some(Step::Keep(m)) => {
                    let both = n.min(m);
                    if kept {
                        out.keep(both)
                    } else {
                        out.delete(both)
                    }
                    if m > both {
                        first.push_front(Step::Keep(m - both));
                    }
                    both
                }
                Some(Step::Delete(_)) | None => {
                    if kept {
                        out.keep(n)
                    } else {
                        out.delete(n)
                    }
                    n
                }
            };
            if n > passed {
                second.push_front(resized(kept, n - passed));
            }
        }
        for step in first {
            match step {
                Step::Keep(n) => out.keep(n),
                Step::Insert(text) => out.insert(&text),
                Step::Delete(n) => out.delete(n),
            }
        }
        Ok(out)
    }
}

fn length(step: &Step) -> u64 {
    match step {
        Step::Keep(n) | Step::Delete(n) => *n,
        Step::Insert(text) => utf16_len(text) as u64,
    }
}

fn resized(kept: bool, n: u64) -> Step {
    if kept { Step::Keep(n) } else { Step::Delete(n) }
}
