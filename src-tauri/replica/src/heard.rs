//! Text changes as yrs tells of them while it commits, for editors that have the text open.

use crate::layout::{Root, TEXT};
use crate::read::Roots;
use board::{Key, Splice, TextEdit};
use std::sync::{Arc, Mutex, PoisonError};
use yrs::types::{Delta, Event, PathSegment};
use yrs::{Any, DeepObservable, Observable, Out};

/// Text changes since they were last taken, in the order of commits.
#[derive(Debug, Clone, Default)]
pub(crate) struct Heard(Arc<Mutex<Vec<(Key, TextEdit)>>>);

impl Heard {
    /// Listens to all texts of the document.
    pub(crate) fn listen(&self, roots: &Roots) {
        for root in [Root::Notes, Root::FollowUps] {
            let Some(map) = roots.map(root) else { continue };
            let heard = self.clone();
            map.observe_deep("texts", move |txn, events| {
                for event in events.iter() {
                    let Event::Text(event) = event else { continue };
                    let path = event.path();
                    let (Some(PathSegment::Key(key)), Some(PathSegment::Key(field)), None) =
                        (path.front(), path.get(1), path.get(2))
                    else {
                        continue;
                    };
                    if let (Some(key), TEXT) = (root.key(key), field.as_ref()) {
                        heard.add(key, event.delta(txn));
                    }
                }
            });
        }
        let heard = self.clone();
        roots.summary.observe("texts", move |txn, event| {
            heard.add(Key::Meta, event.delta(txn))
        });
    }

    /// What was heard.
    pub(crate) fn take(&self) -> Vec<(Key, TextEdit)> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn add(&self, key: Key, delta: &[Delta]) {
        if let Some(edit) = edit_of(delta) {
            self.0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push((key, edit));
        }
    }
}

/// A delta as an edit, in coordinates of the text before. `None` if it holds more than text.
fn edit_of(delta: &[Delta]) -> Option<TextEdit> {
    let mut splices: Vec<Splice> = Vec::new();
    let mut at = 0u32;
    let mut open = false;
    for step in delta {
        if let Delta::Retain(len, _) = step {
            at = at.checked_add(*len)?;
            open = false;
            continue;
        }
        if !open {
            splices.push(Splice {
                from: at,
                to: at,
                insert: String::new(),
            });
            open = true;
        }
        let splice = splices.last_mut()?;
        match step {
            Delta::Inserted(Out::Any(Any::String(text)), _) => splice.insert.push_str(text),
            Delta::Deleted(len) => {
                at = at.checked_add(*len)?;
                splice.to = at;
            }
            Delta::Inserted(..) | Delta::Retain(..) => return None,
        }
    }
    Some(TextEdit(splices))
}
