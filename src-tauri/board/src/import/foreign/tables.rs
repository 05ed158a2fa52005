//! Tables by their column titles, and the front matter.

use super::*;

impl Reader {
    pub(super) fn table(&mut self, rows: &[Vec<Words>]) {
        self.timed = false;
        let Some((header, body)) = rows.split_first() else {
            return;
        };
        let columns: Vec<Column> = header
            .iter()
            .map(|cell| guess::column(&cell.text))
            .collect();
        if body.is_empty() {
            let titles: Vec<&str> = header.iter().map(|cell| cell.text.as_str()).collect();
            return self.note(titles.join(" | "));
        }
        let is_timeline = columns.contains(&Column::When)
            && self.part != Part::Actions
            && columns.contains(&Column::What)
            || matches!(self.part, Part::Timeline | Part::Entry | Part::Day)
                && columns.first() == Some(&Column::When);
        for row in body {
            let mut draft = FollowUpDraft::new("");
            let (mut when, mut source) = (String::new(), String::new());
            let (mut plain, mut said) = (String::new(), Vec::new());
            for (at, cell) in row.iter().enumerate() {
                let text = cell.text.trim();
                if text.is_empty() {
                    continue;
                }
                let column = columns.get(at).copied().unwrap_or(Column::Other);
                let free = |field: &String| {
                    field.is_empty() && units(text) <= MAX_LINE && !text.contains('\n')
                };
                match column {
                    Column::When if is_timeline && free(&when) => text.clone_into(&mut when),
                    Column::Source if is_timeline && free(&source) => text.clone_into(&mut source),
                    Column::Owner if self.part == Part::Actions && free(&draft.owner) => {
                        text.clone_into(&mut draft.owner)
                    }
                    Column::Due if self.part == Part::Actions && crate::when::is_date(text) => {
                        text.clone_into(&mut draft.due)
                    }
                    Column::What if plain.is_empty() => text.clone_into(&mut plain),
                    _ => {
                        let title = header.get(at).map_or("", |cell| cell.text.trim());
                        said.push(if title.is_empty() {
                            text.to_owned()
                        } else {
                            format!("{title}: {text}")
                        });
                    }
                }
            }
            if !plain.is_empty() {
                said.insert(0, plain);
            }
            let text = said.join("\n");
            if is_timeline {
                if when.is_empty() {
                    self.untimed(&text, true);
                } else {
                    self.put_entry(&when, text);
                }
                let at = self.lane_titled("Timeline");
                if let Some(note) = self
                    .draft
                    .sections
                    .get_mut(at)
                    .and_then(|lane| lane.group.notes.last_mut())
                {
                    note.source = source;
                }
            } else if self.part == Part::Actions {
                let mut pieces = notes(&text);
                pieces.next().unwrap_or("").clone_into(&mut draft.text);
                let rest: Vec<_> = pieces.map(NoteDraft::new).collect();
                self.notes().extend(rest);
                if let Some(section) = self.current() {
                    section.cards.push(draft);
                }
            } else {
                self.note(text);
            }
        }
        self.timed = false;
        // Titles of columns whose cells went elsewhere.
        let titles: Vec<&str> = header
            .iter()
            .zip(&columns)
            .filter(|(cell, column)| **column != Column::Other && !cell.text.trim().is_empty())
            .map(|(cell, _)| cell.text.trim())
            .collect();
        self.column_titles(&titles, is_timeline);
    }

    /// Keeps the titles of columns as the sentence under the question, where there is room.
    pub(super) fn column_titles(&mut self, titles: &[&str], lane: bool) {
        if titles.is_empty() {
            return;
        }
        let words = titles.join(" · ");
        self.ensure();
        let at = if lane {
            self.lane
        } else {
            self.section.map(|section| section.0)
        };
        if let Some(section) = at.and_then(|at| self.draft.sections.get_mut(at)) {
            let mut prompt = std::mem::take(&mut section.prompt);
            if units(&prompt) + units(&words) + 3 <= MAX_LINE && !words.contains('\n') {
                if !prompt.is_empty() {
                    prompt.push_str(" · ");
                }
                prompt.push_str(&words);
            } else {
                section
                    .group
                    .notes
                    .extend(notes(&words).map(NoteDraft::new));
            }
            section.prompt = prompt;
        }
    }

    /// What the front matter says of the board; the rest of it is a note.
    pub(super) fn front_matter(&mut self, text: &str) {
        let mut rest = String::new();
        for row in text.lines() {
            let (key, value) = row.split_once(':').unwrap_or((row, ""));
            let value = value.trim().trim_matches(['"', '\'']);
            let meta = &mut self.draft.meta;
            match key.trim() {
                "title"
                    if !value.is_empty() && units(value) <= MAX_LINE && self.title.is_none() =>
                {
                    value.clone_into(&mut meta.title)
                }
                // The heading says it already.
                "title" if same_words(value, &meta.title) => {}
                "team" if units(value) <= MAX_LINE => value.clone_into(&mut meta.team),
                "date" if crate::when::is_date(value) => {
                    value.clone_into(&mut meta.held_on);
                    if self.clock.day.is_none() {
                        self.clock.start(value);
                    }
                }
                _ => {
                    rest.push_str(row);
                    rest.push('\n');
                }
            }
        }
        if !rest.trim().is_empty() {
            self.draft
                .loose
                .notes
                .extend(notes(rest.trim_end()).map(NoteDraft::new));
        }
    }
}

/// Whether two lines say the same, blanks and capitals aside.
fn same_words(a: &str, b: &str) -> bool {
    let words = |line: &str| {
        line.split_whitespace()
            .map(str::to_lowercase)
            .collect::<Vec<_>>()
    };
    words(a) == words(b)
}
