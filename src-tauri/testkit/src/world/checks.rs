//! What must hold in the end.

use super::*;

impl World {
    /// Nothing goes wrong any more: everybody comes to hold the same.
    pub(super) fn heal(&mut self) {
        let until = self.now + HEAL_MS;
        while self.now < until && self.unsettled().is_some() {
            self.run_until(self.now + 500);
        }
        if let Some(why) = self.unsettled() {
            panic!("after {HEAL_MS} ms of peace: {why}");
        }
        let board = self.reference();
        board::testing::check_invariants(&board).expect("an orderly board");
        self.keeps_what_was_safe(&board);
        for note in &self.intruders_notes {
            assert!(
                !board.notes.contains_key(note),
                "what one wrote who looks on is on the board"
            );
        }
    }

    /// What sessions were told is safe is there. Not so with twins: what the one deletes counts for
    /// the other's edits of the same numbers too, whatever comes back of them.
    pub(super) fn keeps_what_was_safe(&self, board: &Board) {
        if self.has_twins {
            return;
        }
        for note in &self.safe_notes {
            let there = board.notes.contains_key(note) || self.removed_notes.contains(note);
            assert!(there, "note {note} was said to be saved, and is gone");
        }
        for mark in &self.safe_marks {
            let there = board.meta.summary.contains(*mark) || self.removed_marks.contains(mark);
            assert!(there, "written words were said to be saved, and are gone");
        }
    }

    /// Every disk holds what its engine held.
    pub(super) fn restart_everybody(&mut self) {
        // A disk that failed is tried again after at most ten seconds.
        self.run_until(self.now + 11_000);
        let before = self.hashes();
        for laptop in self.ids() {
            self.crash(laptop);
            self.start(laptop);
        }
        self.run_until(self.now + 200);
        assert_eq!(
            before,
            self.hashes(),
            "a laptop started again holds what it held"
        );
    }

    /// Why the world is not at peace yet.
    pub(super) fn unsettled(&self) -> Option<String> {
        let board = self.reference();
        let hash = self.laptops[0]
            .engine
            .as_ref()
            .and_then(|engine| engine.content_hash(BOARD));
        for laptop in self.laptops.iter().filter(|laptop| !laptop.is_intruder()) {
            let id = laptop.id.0;
            let Some(engine) = &laptop.engine else {
                return Some(format!("laptop {id} is down"));
            };
            if engine.content_hash(BOARD) != hash || engine.board(BOARD) != Some(&board) {
                return Some(format!("laptop {id} holds another board than laptop 0"));
            }
            for ui in &laptop.sessions {
                if ui.mirror.as_ref() != Some(&board) {
                    return Some(format!("a session of laptop {id} shows another board"));
                }
                if ui.unsaved() > 0 || !ui.asked.is_empty() {
                    return Some(format!("a session of laptop {id} waits"));
                }
                for (key, editor) in &ui.editors {
                    if editor.pushable().is_some() || Some(editor.synced()) != text(&board, *key) {
                        return Some(format!("an editor of laptop {id} shows another text"));
                    }
                }
                if let Some(peer) = ui
                    .peers
                    .iter()
                    .find(|peer| !peer.synced && peer.role > Role::LookOn)
                {
                    return Some(format!(
                        "laptop {id} does not know that it is in sync with {}",
                        peer.id
                    ));
                }
            }
        }
        None
    }

    pub(super) fn reference(&self) -> Board {
        let engine = self.laptops[0].engine.as_ref();
        engine
            .and_then(|engine| engine.board(BOARD))
            .cloned()
            .unwrap_or_default()
    }

    pub(super) fn hashes(&self) -> Vec<Option<[u8; 32]>> {
        let hash = |laptop: &Laptop| {
            laptop
                .engine
                .as_ref()
                .and_then(|engine| engine.content_hash(BOARD))
        };
        self.laptops.iter().map(hash).collect()
    }
}
