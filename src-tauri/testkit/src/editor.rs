//! A text editor in a session: the client side of `@codemirror/collab`, as the UI has it.

use board::TextEdit;
use engine::protocol::AuthoredEdit;

/// An editor of one text.
#[derive(Debug)]
pub(crate) struct Editor {
    name: String,
    version: u32,
    /// The text at `version`.
    synced: String,
    /// Edits the engine has not taken yet, each on top of the one before.
    unconfirmed: Vec<TextEdit>,
    pub(crate) in_flight: bool,
}

impl Editor {
    pub(crate) fn new(name: String, version: u32, text: String) -> Self {
        Self {
            name,
            version,
            synced: text,
            unconfirmed: Vec::new(),
            in_flight: false,
        }
    }

    /// What the person sees.
    pub(crate) fn text(&self) -> String {
        self.unconfirmed
            .iter()
            .fold(self.synced.clone(), |text, edit| edit.apply(&text).unwrap())
    }

    /// The text without what the engine has not taken.
    pub(crate) fn synced(&self) -> &str {
        &self.synced
    }

    pub(crate) fn version(&self) -> u32 {
        self.version
    }

    pub(crate) fn write(&mut self, edit: TextEdit) {
        self.unconfirmed.push(edit);
    }

    /// What to push, if anything.
    pub(crate) fn pushable(&self) -> Option<Vec<AuthoredEdit>> {
        let edits = self.unconfirmed.iter().cloned();
        let edits: Vec<_> = edits
            .map(|edit| AuthoredEdit {
                editor: self.name.clone(),
                edit,
            })
            .collect();
        (!edits.is_empty() && !self.in_flight).then_some(edits)
    }

    /// Edits come from the engine.
    pub(crate) fn receive(&mut self, version: u32, edits: &[AuthoredEdit]) {
        for (number, edit) in (version..).zip(edits) {
            if number < self.version {
                continue;
            }
            assert_eq!(number, self.version, "an editor was told edits with a gap");
            self.version += 1;
            self.synced = edit
                .edit
                .apply(&self.synced)
                .expect("an edit that fits the text");
            if edit.editor == self.name && !self.unconfirmed.is_empty() {
                self.unconfirmed.remove(0);
                continue;
            }
            let mut over = edit.edit.clone();
            for own in &mut self.unconfirmed {
                let mapped = own.map(&over, false);
                over = over.map(own, true);
                *own = mapped;
            }
        }
    }

    /// The engine has the editor start over.
    pub(crate) fn reset(&mut self, version: u32, text: String) {
        *self = Self {
            in_flight: self.in_flight,
            ..Self::new(self.name.clone(), version, text)
        };
    }

    /// The text cannot take the edits: what was not taken is given up.
    pub(crate) fn give_up(&mut self) {
        self.unconfirmed.clear();
    }
}
