//! What a heading opens: a section, a theme, an entry of the timeline.

use super::*;

impl Reader {
    pub(super) fn heading(&mut self, level: u8, text: &str) {
        self.timed = false;
        self.theme = false;
        self.label = false;
        let topic = guess::topic(text);
        let lead = leading(text);
        if self.part == Part::Entry {
            self.part = Part::Timeline;
        }
        if level <= self.level {
            if let Some(lead) = lead.filter(|lead| lead.clock) {
                return self.entry(&lead, level);
            }
            let part = match topic {
                Topic::Summary => Part::Summary,
                Topic::Timeline => Part::Timeline,
                Topic::Actions => Part::Actions,
                Topic::Question(_) | Topic::Other => Part::Section,
            };
            self.top = (text.to_owned(), part);
            if part == Part::Summary && !self.in_section_of_summary() {
                self.part = part;
                self.section = None;
                // The board has its own heading for it.
                if !text
                    .trim()
                    .eq_ignore_ascii_case(crate::export::words::SUMMARY)
                {
                    self.summarise(text);
                }
                return;
            }
            self.part = if part == Part::Summary {
                Part::Section
            } else {
                part
            };
            return self.open(text, topic, level, "");
        }
        let prompt = self.top.0.clone();
        match self.part {
            Part::Summary if !guess::is_question(topic) => return self.summarise(text),
            Part::Timeline | Part::Day if self.top.1 == Part::Timeline => {
                if let Some(lead) = lead {
                    if lead.clock || (lead.rest.is_empty() && self.part == Part::Timeline) {
                        return self.entry(&lead, level);
                    }
                    if let Some(day) = day_in(text) {
                        self.clock.start(&day);
                    }
                }
                let nested = self.section.is_some_and(|(at, of)| {
                    of < level && self.part == Part::Day && Some(at) != self.lane
                });
                if !nested {
                    self.part = Part::Day;
                    return self.open(text, Topic::Question(NoteKind::Happened), level, &prompt);
                }
            }
            Part::Actions => return self.open(text, Topic::Actions, level, &prompt),
            _ => {}
        }
        let sibling = self.section.is_some_and(|(_, of)| of >= level);
        if guess::is_question(topic) || sibling || self.section.is_none() {
            self.part = match topic {
                Topic::Timeline => Part::Timeline,
                Topic::Actions => Part::Actions,
                _ => Part::Section,
            };
            return self.open(text, topic, level, &prompt);
        }
        // A theme named after the heading.
        let (name, rest) = line(text);
        self.theme = true;
        if let Some(section) = self.current() {
            section.group.themes.push(ThemeDraft {
                name,
                notes: Vec::new(),
            });
        }
        if let Some(rest) = rest {
            self.note(rest);
        }
    }

    /// A second summary is a section.
    pub(super) fn in_section_of_summary(&self) -> bool {
        self.part != Part::Preamble && !self.draft.meta.summary.is_empty()
    }

    /// Begins a section.
    pub(super) fn open(&mut self, title: &str, topic: Topic, level: u8, prompt: &str) {
        if topic == Topic::Timeline && self.lane.is_none() {
            let at = self.lane_titled(title);
            self.section = Some((at, level));
            self.set_prompt(at, prompt);
            return;
        }
        let kind = match topic {
            Topic::Question(kind) => kind,
            Topic::Timeline => NoteKind::Happened,
            _ => NoteKind::Plain,
        };
        let layout = if topic == Topic::Timeline {
            Layout::Timeline
        } else {
            Layout::Free
        };
        let (title, rest) = line(title);
        if topic == Topic::Timeline {
            self.lane = Some(self.draft.sections.len());
        }
        if let Some((parent, of)) = self.section
            && of < level
            && !prompt.is_empty()
            && self
                .draft
                .sections
                .get(parent)
                .is_some_and(|section| section.title == prompt)
        {
            self.parents.push(parent);
        }
        self.section = Some((self.draft.sections.len(), level));
        let at = self.draft.sections.len();
        self.draft.sections.push(SectionDraft {
            title,
            prompt: String::new(),
            kind,
            layout,
            group: Group::default(),
            cards: Vec::new(),
        });
        self.set_prompt(at, prompt);
        if let Some(rest) = rest {
            self.note(rest);
        }
    }

    pub(super) fn set_prompt(&mut self, at: usize, prompt: &str) {
        let (prompt, rest) = line(prompt);
        if let Some(section) = self.draft.sections.get_mut(at) {
            section.prompt = prompt;
            section.group.notes.extend(rest.map(NoteDraft::new));
        }
    }

    /// The lane of the timeline, made where there is none.
    pub(super) fn lane_titled(&mut self, title: &str) -> usize {
        if let Some(lane) = self.lane {
            return lane;
        }
        let (title, rest) = line(title);
        let mut group = Group::default();
        group.notes.extend(rest.map(NoteDraft::new));
        self.draft.sections.push(SectionDraft {
            title,
            prompt: String::new(),
            kind: NoteKind::Happened,
            layout: Layout::Timeline,
            group,
            cards: Vec::new(),
        });
        let at = self.draft.sections.len() - 1;
        self.lane = Some(at);
        at
    }

    /// A heading that is an entry of the timeline.
    pub(super) fn entry(&mut self, lead: &Lead<'_>, level: u8) {
        let at = self.lane_titled("Timeline");
        if level <= self.level {
            self.section = Some((at, level));
            self.top = ("Timeline".to_owned(), Part::Timeline);
        }
        self.put_entry(lead.label, lead.rest.to_owned());
        self.part = Part::Entry;
    }

    pub(super) fn put_entry(&mut self, label: &str, text: String) {
        let (short, rest) = line(label);
        let when = self.clock.when(&short);
        let at = self.lane_titled("Timeline");
        let when = when_kept(when, &short);
        if let Some(lane) = self.draft.sections.get_mut(at) {
            let mut pieces = notes(&text);
            let first = pieces.next().unwrap_or("");
            lane.group.notes.push(NoteDraft {
                when: Some(when),
                ..NoteDraft::new(first)
            });
            lane.group.notes.extend(pieces.map(NoteDraft::new));
            lane.group.notes.extend(rest.map(NoteDraft::new));
        }
        self.timed = true;
    }
}

/// A label that [`When::parse`] cleaned is kept as it was found.
fn when_kept(when: When, label: &str) -> When {
    When {
        label: if when.label.is_empty() {
            label.trim().to_owned()
        } else {
            when.label
        },
        at: when.at,
    }
}
