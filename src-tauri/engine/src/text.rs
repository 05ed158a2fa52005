//! Editing a text together: the authority of `@codemirror/collab` for the texts that sessions
//! follow. A text has a version that counts its edits; an editor's edits are taken only on top of
//! the newest, otherwise the editor receives what it missed and rebases.
//!
//! The protocol is that of CodeMirror's collaborative editing example (Marijn Haverbeke).

use crate::input::SessionId;
use crate::protocol::AuthoredEdit;
use board::{Board, Key, TextEdit};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Edits kept for editors that are behind. An editor pushes within a second or so of typing;
/// one that is further behind starts over from the text.
const HISTORY: usize = 1_000;

/// The texts of a board that sessions follow.
#[derive(Debug, Default)]
pub(crate) struct Texts(BTreeMap<Key, Shared>);

#[derive(Debug, Default)]
struct Shared {
    version: u32,
    /// The newest edits; the last of them led to `version`.
    history: VecDeque<AuthoredEdit>,
    followers: BTreeSet<SessionId>,
}

/// How an editor's version compares with the text's.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It does not follow the text.
    Stranger,
    /// It is at the newest version.
    Current,
    /// It missed these.
    Behind(Vec<AuthoredEdit>),
    /// It missed more than is kept, or claims a version that never was.
    Lost,
}

impl Texts {
    /// Follows a text; answers its version.
    pub(crate) fn follow(&mut self, key: Key, session: SessionId) -> u32 {
        let shared = self.0.entry(key).or_default();
        shared.followers.insert(session);
        shared.version
    }

    pub(crate) fn unfollow(&mut self, key: Key, session: SessionId) {
        if let Some(shared) = self.0.get_mut(&key) {
            shared.followers.remove(&session);
            if shared.followers.is_empty() {
                self.0.remove(&key);
            }
        }
    }

    pub(crate) fn leave(&mut self, session: SessionId) {
        self.0.retain(|_, shared| {
            shared.followers.remove(&session);
            !shared.followers.is_empty()
        });
    }

    pub(crate) fn standing(&self, key: Key, session: SessionId, version: u32) -> Standing {
        let Some(shared) = self
            .0
            .get(&key)
            .filter(|shared| shared.followers.contains(&session))
        else {
            return Standing::Stranger;
        };
        match shared.version.checked_sub(version).map(usize::try_from) {
            Some(Ok(0)) => Standing::Current,
            Some(Ok(missed)) if missed <= shared.history.len() => {
                let from = shared.history.len() - missed;
                Standing::Behind(shared.history.range(from..).cloned().collect())
            }
            _ => Standing::Lost,
        }
    }

    /// Notes edits of a followed text; answers the version they start at and who follows.
    pub(crate) fn record(
        &mut self,
        key: Key,
        edits: &[AuthoredEdit],
    ) -> Option<(u32, Vec<SessionId>)> {
        let shared = self.0.get_mut(&key)?;
        let from = shared.version;
        for edit in edits {
            shared.version += 1;
            shared.history.push_back(edit.clone());
        }
        while shared.history.len() > HISTORY {
            shared.history.pop_front();
        }
        Some((from, shared.followers.iter().copied().collect()))
    }

    /// Everybody starts over from the text as it is now: no earlier version can be built on.
    pub(crate) fn reset(&mut self) -> Vec<(Key, u32, Vec<SessionId>)> {
        self.0
            .iter_mut()
            .map(|(key, shared)| {
                shared.version += 1;
                shared.history.clear();
                (
                    *key,
                    shared.version,
                    shared.followers.iter().copied().collect(),
                )
            })
            .collect()
    }

    pub(crate) fn version(&self, key: Key) -> u32 {
        self.0.get(&key).map_or(0, |shared| shared.version)
    }

    /// The text is gone; answers who followed it.
    pub(crate) fn gone(&mut self, key: Key) -> Vec<SessionId> {
        self.0
            .remove(&key)
            .map(|shared| shared.followers.into_iter().collect())
            .unwrap_or_default()
    }
}

/// An edit that came from elsewhere than an editor.
pub(crate) fn elsewhere(edit: TextEdit) -> AuthoredEdit {
    AuthoredEdit {
        editor: String::new(),
        edit,
    }
}

/// The collaborative text of a key, if it has one.
pub(crate) fn text_of(board: &Board, key: Key) -> Option<&str> {
    match key {
        Key::Meta => Some(&board.meta.summary),
        Key::Note(id) => board.notes.get(&id).map(|note| note.text.as_str()),
        Key::FollowUp(id) => board
            .followups
            .get(&id)
            .map(|followup| followup.text.as_str()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(editor: &str) -> AuthoredEdit {
        AuthoredEdit {
            editor: editor.to_owned(),
            edit: TextEdit::default(),
        }
    }

    #[test]
    fn an_editor_is_current_behind_or_lost() {
        let (mut texts, ann, ben) = (Texts::default(), SessionId(1), SessionId(2));
        assert_eq!(texts.standing(Key::Meta, ann, 0), Standing::Stranger);
        assert_eq!(texts.follow(Key::Meta, ann), 0);
        assert_eq!(texts.standing(Key::Meta, ben, 0), Standing::Stranger);
        assert_eq!(
            texts.record(Key::Meta, &[edit("a"), edit("b")]),
            Some((0, vec![ann]))
        );
        assert_eq!(texts.standing(Key::Meta, ann, 2), Standing::Current);
        assert_eq!(
            texts.standing(Key::Meta, ann, 1),
            Standing::Behind(vec![edit("b")])
        );
        assert_eq!(texts.standing(Key::Meta, ann, 3), Standing::Lost);
        for _ in 0..HISTORY {
            texts.record(Key::Meta, &[edit("c")]);
        }
        assert_eq!(texts.standing(Key::Meta, ann, 1), Standing::Lost);
    }

    #[test]
    fn a_text_nobody_follows_costs_nothing() {
        let mut texts = Texts::default();
        texts.follow(Key::Meta, SessionId(1));
        texts.leave(SessionId(1));
        assert_eq!(texts.record(Key::Meta, &[edit("a")]), None);
    }
}
