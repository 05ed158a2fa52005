//! Paragraphs, list items, code: which become notes, entries, follow-ups, themes.

use super::*;

impl Reader {
    pub(super) fn text(&mut self, unit: &Unit, next: Option<&Unit>) {
        let Some(block) = unit.blocks.first() else {
            return;
        };
        if unit.has_task() || (self.part == Part::Actions && unit.is_item()) {
            return self.tasks(unit);
        }
        match self.part {
            Part::Preamble => {
                let text = assemble(&unit.blocks);
                return self.summarise(&text);
            }
            Part::Summary => {
                let text = assemble(&unit.blocks);
                let text = if unit.is_item() {
                    format!("- {text}")
                } else {
                    text
                };
                return self.summarise(&text);
            }
            Part::Entry => {
                let text = assemble(&unit.blocks);
                let text = if unit.is_item() {
                    format!("- {text}")
                } else {
                    text
                };
                return self.append(&text, unit.is_item());
            }
            Part::Timeline | Part::Day | Part::Actions | Part::Section => {}
        }
        if let Some(lead) = self.timed_lead(unit, next) {
            let label = lead.label.to_owned();
            let mut text = lead.rest.to_owned();
            let more = assemble_after(&unit.blocks);
            text.push_str(&more);
            return self.put_entry(&label, text);
        }
        let was_timed = std::mem::take(&mut self.timed);
        let text = assemble(&unit.blocks);
        if self.part == Part::Timeline || (self.part == Part::Day && was_timed && unit.is_item()) {
            return self.untimed(&text, unit.is_item());
        }
        let list_follows = next.is_some_and(Unit::is_item);
        if !unit.is_item() && list_follows && is_label(&text) {
            return self.label(&text, next);
        }
        if block.kind == Kind::Code && self.with_code(&text) {
            return;
        }
        if unit.is_item() && self.as_theme(unit) {
            return;
        }
        self.note(text);
    }

    /// The time an entry begins with, where entries are to be expected.
    pub(super) fn timed_lead<'u>(&self, unit: &'u Unit, next: Option<&Unit>) -> Option<Lead<'u>> {
        let block = unit.blocks.first()?;
        if block.kind != Kind::Paragraph || block.quoted {
            return None;
        }
        let lead = leading(&block.words.text)?;
        let expected = match self.part {
            Part::Timeline => true,
            Part::Day => lead.clock || unit.is_item(),
            _ => {
                // A list of times is a timeline wherever it stands.
                let next = next
                    .filter(|next| next.is_item())
                    .and_then(|next| leading(next.first()));
                unit.is_item() && lead.clock && (self.timed || next.is_some_and(|next| next.clock))
            }
        };
        expected.then_some(lead)
    }

    /// Words in the timeline without a time of their own.
    pub(super) fn untimed(&mut self, text: &str, item: bool) {
        self.timed = item;
        let at = self.lane_titled("Timeline");
        let Some(lane) = self.draft.sections.get_mut(at) else {
            return;
        };
        if lane.group.notes.is_empty()
            && lane.prompt.is_empty()
            && text.len() <= PROMPT
            && !item
            && !text.contains('\n')
        {
            text.trim().clone_into(&mut lane.prompt);
        } else {
            lane.group.notes.extend(notes(text).map(NoteDraft::new));
        }
    }

    /// Further text of the timeline entry that a heading opened.
    pub(super) fn append(&mut self, text: &str, item: bool) {
        let Some(at) = self.lane else {
            return self.note(text);
        };
        let Some(lane) = self.draft.sections.get_mut(at) else {
            return;
        };
        let list = text.starts_with("- ");
        match lane.group.notes.last_mut() {
            Some(note) if units(&note.text) + units(text) + 2 <= MAX_TEXT => {
                if !note.text.is_empty() {
                    let tight = item
                        && list
                        && note
                            .text
                            .rsplit('\n')
                            .next()
                            .is_some_and(|last| last.starts_with("- "));
                    note.text.push_str(if tight { "\n" } else { "\n\n" });
                }
                note.text.push_str(text);
            }
            _ => lane.group.notes.extend(notes(text).map(NoteDraft::new)),
        }
    }

    /// A line that names the list after it: a theme.
    pub(super) fn label(&mut self, text: &str, next: Option<&Unit>) {
        let name = text.trim().trim_end_matches(':').trim();
        let is_timed = next.is_some_and(|next| self.timed_lead(next, None).is_some());
        if is_timed && self.part == Part::Day {
            // The lane says it already.
            let lane = self.lane.and_then(|at| self.draft.sections.get(at));
            if lane.is_some_and(|lane| lane.title.to_lowercase().contains(&name.to_lowercase())) {
                return;
            }
        }
        if is_timed || next.is_some_and(Unit::has_task) || self.part == Part::Actions {
            return self.note(text);
        }
        let (name, rest) = line(name);
        self.ensure();
        if let Some(section) = self.current() {
            section.group.themes.push(ThemeDraft {
                name,
                notes: Vec::new(),
            });
        }
        self.theme = true;
        self.label = true;
        if let Some(rest) = rest {
            self.note(rest);
        }
    }

    /// Code stays with the sentence it belongs to.
    pub(super) fn with_code(&mut self, code: &str) -> bool {
        let Some(note) = self.notes().last_mut() else {
            return false;
        };
        if note.text.len() + code.len() > WITH_CODE || note.text.is_empty() {
            return false;
        }
        note.text.push_str("\n\n");
        note.text.push_str(code);
        true
    }

    /// A short item with a list of its own is a theme of notes.
    pub(super) fn as_theme(&mut self, unit: &Unit) -> bool {
        let Some((head, rest)) = unit.blocks.split_first() else {
            return false;
        };
        let second = rest
            .iter()
            .filter(|block| block.item.is_some_and(|item| item.depth == 2))
            .count();
        let name = head.words.text.trim().trim_end_matches(':');
        if (self.theme && !self.label)
            || second < THEME_ITEMS
            || name.len() > THEME_NAME
            || name.contains('\n')
            || rest
                .iter()
                .any(|block| block.item.is_some_and(|item| item.depth == 1))
        {
            return false;
        }
        self.ensure();
        let mut theme = ThemeDraft {
            name: name.to_owned(),
            notes: Vec::new(),
        };
        let mut from = 0;
        for (at, block) in rest.iter().enumerate() {
            let begins = block.item.is_some_and(|item| item.depth == 2)
                && rest.get(at.wrapping_sub(1)).is_none_or(|before| {
                    before.item.map(|item| item.id) != block.item.map(|item| item.id)
                })
                && rest.get(from).is_some_and(|first| first.item != block.item);
            if begins && at > from {
                theme.notes.extend(
                    notes(&assemble(rest.get(from..at).unwrap_or(&[]))).map(NoteDraft::new),
                );
                from = at;
            }
        }
        theme
            .notes
            .extend(notes(&assemble(rest.get(from..).unwrap_or(&[]))).map(NoteDraft::new));
        if let Some(section) = self.current() {
            section.group.themes.push(theme);
            // Notes that follow do not belong to it.
            self.theme = false;
            self.label = false;
        }
        true
    }

    /// Tasks, and the words around them.
    pub(super) fn tasks(&mut self, unit: &Unit) {
        self.timed = false;
        let whole = self.part == Part::Actions
            && !unit.blocks.iter().skip(1).any(|block| block.task.is_some());
        if whole {
            return self.card(&unit.blocks);
        }
        let mut from = 0;
        let mut until = usize::MAX;
        let blocks = &unit.blocks;
        let flush = |this: &mut Self, part: &[Block]| {
            let Some(first) = part.first() else { return };
            match first.task {
                Some(_) => this.card(part),
                None => this.note(assemble(part)),
            }
        };
        for (at, block) in blocks.iter().enumerate() {
            let depth = block.item.map_or(0, |item| item.depth);
            let new = at == 0
                || blocks
                    .get(at - 1)
                    .is_some_and(|before| before.item != block.item);
            if at > from && new && (block.task.is_some() || depth <= until) {
                flush(self, blocks.get(from..at).unwrap_or(&[]));
                from = at;
            }
            if from == at {
                until = if block.task.is_some() {
                    depth
                } else {
                    usize::MAX
                };
            }
        }
        flush(self, blocks.get(from..).unwrap_or(&[]));
    }

    /// A follow-up. What it says of itself in our notation becomes its owner, day and so on.
    pub(super) fn card(&mut self, blocks: &[Block]) {
        let mut blocks = blocks.to_vec();
        let first = blocks.first_mut();
        let done = first.as_ref().and_then(|first| first.task) == Some(true);
        let said = first.and_then(|first| ours::stated(&mut first.words));
        let mut said = said.unwrap_or_else(|| FollowUpDraft::new(""));
        if done {
            said.status = FollowUpStatus::Done;
        }
        let status = said.status;
        let text = assemble(&blocks);
        let mut pieces = notes(&text);
        said.text = pieces.next().unwrap_or("").to_owned();
        let mut drafts = vec![said];
        drafts.extend(pieces.map(|piece| FollowUpDraft {
            status,
            ..FollowUpDraft::new(piece)
        }));
        match self.current() {
            Some(section) => section.cards.extend(drafts),
            None => self.draft.followups.extend(drafts),
        }
    }

    pub(super) fn summarise(&mut self, text: &str) {
        let summary = &mut self.draft.meta.summary;
        if units(summary) + units(text) + 2 > MAX_TEXT {
            self.draft
                .loose
                .notes
                .extend(notes(text).map(NoteDraft::new));
            return;
        }
        if !summary.is_empty() {
            let list = text.starts_with("- ")
                && summary
                    .rsplit('\n')
                    .next()
                    .is_some_and(|last| last.starts_with("- "));
            summary.push_str(if list { "\n" } else { "\n\n" });
        }
        summary.push_str(text);
    }
}
