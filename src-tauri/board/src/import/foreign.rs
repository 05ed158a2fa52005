//! Any other Markdown review: headings become sections, entries with a time the timeline,
//! tasks and action items follow-ups, everything else notes. Nothing is left out.

use super::draft::{Draft, FollowUpDraft, Group, NoteDraft, SectionDraft, ThemeDraft, line, notes};
use super::guess::{self, Column, Topic};
use super::reader::{Block, Kind, Words};
use super::time::{Clock, Lead, day_in, leading};
use crate::{FollowUpStatus, Layout, MAX_LINE, MAX_TEXT, NoteKind, When};

/// Nested lists are indented in a note's text, but not without end.
const MAX_INDENT: usize = 8;
/// A list item this short, with this many under it, is the name of a theme.
const THEME_NAME: usize = 140;
const THEME_ITEMS: usize = 3;
/// A line this short that ends with a colon names the list after it.
const LABEL: usize = 80;
/// A section's sentence of help is no longer than this, in bytes.
const PROMPT: usize = 200;
/// Code is put with the sentence before it up to this length, in bytes.
const WITH_CODE: usize = 2_000;

/// A block outside lists, or a whole item of an outermost list.
struct Unit {
    blocks: Vec<Block>,
}

impl Unit {
    fn is_item(&self) -> bool {
        self.blocks
            .first()
            .is_some_and(|block| block.item.is_some())
    }

    fn first(&self) -> &str {
        self.blocks.first().map_or("", |block| &block.words.text)
    }

    fn has_task(&self) -> bool {
        self.blocks.iter().any(|block| block.task.is_some())
    }
}

/// Reads the document.
pub(super) fn read(name: &str, blocks: Vec<Block>) -> Draft {
    let mut units: Vec<Unit> = Vec::new();
    let mut root = None;
    for block in blocks {
        let of = block.item.map(|item| item.root);
        match units.last_mut() {
            Some(unit) if of.is_some() && of == root => unit.blocks.push(block),
            _ => units.push(Unit {
                blocks: vec![block],
            }),
        }
        root = of;
    }
    let mut reader = Reader::new(name, &units);
    for (at, unit) in units.iter().enumerate() {
        let next = units.get(at + 1);
        reader.unit(unit, next);
    }
    reader.finish()
}

/// What is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Before the first section.
    Preamble,
    Summary,
    Timeline,
    /// An entry of the timeline that a heading opened: what follows is its text.
    Entry,
    /// A section beside the timeline, about one of its days.
    Day,
    Actions,
    Section,
}

struct Reader {
    draft: Draft,
    part: Part,
    /// The heading of the document, by position; it is no section.
    title: Option<usize>,
    /// Headings of this level make sections.
    level: u8,
    /// Units read so far.
    at: usize,
    /// The section being read, and the level of its heading.
    section: Option<(usize, u8)>,
    /// The title and part of the section of the first level being read.
    top: (String, Part),
    /// The timeline lane.
    lane: Option<usize>,
    /// Whether what comes goes into the section's last theme.
    theme: bool,
    /// Whether that theme is a label's, which ends with its list.
    label: bool,
    clock: Clock,
    /// Whether the unit before was an entry of the timeline.
    timed: bool,
    /// Sections that stand empty while others under their heading do not.
    parents: Vec<usize>,
}

impl Reader {
    fn new(name: &str, units: &[Unit]) -> Self {
        let headings: Vec<(usize, u8, &str)> = units
            .iter()
            .enumerate()
            .filter_map(|(at, unit)| match unit.blocks.first()?.kind {
                Kind::Heading(level) if !unit.is_item() => Some((at, level, unit.first())),
                _ => None,
            })
            .collect();
        let titled = units.first().is_some_and(|unit| {
            unit.blocks
                .first()
                .is_some_and(|block| block.kind == Kind::FrontMatter)
                && unit.first().lines().any(|line| line.starts_with("title:"))
        });
        // The first heading is the title, unless the front matter says one, others are of its level and none is above.
        let title = headings.first().filter(|first| {
            let others = headings.get(1..).unwrap_or(&[]);
            first.1 == 1
                || (!titled && !others.is_empty() && others.iter().all(|other| other.1 > first.1))
        });
        let stem = name.rsplit(['/', '\\']).next().unwrap_or(name);
        let stem = stem
            .strip_suffix(".md")
            .or_else(|| stem.strip_suffix(".markdown"))
            .unwrap_or(stem);
        let level = headings
            .iter()
            .filter(|heading| title.is_none_or(|title| title.0 != heading.0))
            .map(|heading| heading.1)
            .min()
            .unwrap_or(2);
        let mut draft = Draft::default();
        let (words, rest) = line(title.map_or(stem, |title| title.2));
        draft.meta.title = words;
        if let Some(rest) = rest {
            draft.loose.notes.push(NoteDraft::new(rest));
        }
        let mut clock = Clock::default();
        if let Some(day) = day_in(&draft.meta.title).or_else(|| day_in(stem)) {
            clock.start(&day);
        }
        Self {
            draft,
            part: if headings.len() > usize::from(title.is_some()) {
                Part::Preamble
            } else {
                Part::Section
            },
            title: title.map(|title| title.0),
            level,
            at: 0,
            section: None,
            top: (String::new(), Part::Section),
            lane: None,
            theme: false,
            label: false,
            clock,
            timed: false,
            parents: Vec::new(),
        }
    }

    fn unit(&mut self, unit: &Unit, next: Option<&Unit>) {
        let at = self.at;
        self.at += 1;
        let Some(block) = unit.blocks.first() else {
            return;
        };
        if self.label && !unit.is_item() {
            self.theme = false;
            self.label = false;
        }
        match &block.kind {
            Kind::Heading(_) if Some(at) == self.title => {}
            Kind::Heading(level) if !unit.is_item() => self.heading(*level, &block.words.text),
            Kind::FrontMatter => self.front_matter(&block.words.text),
            Kind::Table(rows) if !unit.is_item() => self.table(rows),
            _ => self.text(unit, next),
        }
    }

    // Headings

    fn heading(&mut self, level: u8, text: &str) {
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
                    if lead.clock || lead.rest.is_empty() {
                        if lead.clock || self.part == Part::Timeline {
                            return self.entry(&lead, level);
                        }
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
    fn in_section_of_summary(&self) -> bool {
        self.part != Part::Preamble && !self.draft.meta.summary.is_empty()
    }

    /// Begins a section.
    fn open(&mut self, title: &str, topic: Topic, level: u8, prompt: &str) {
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

    fn set_prompt(&mut self, at: usize, prompt: &str) {
        let (prompt, rest) = line(prompt);
        if let Some(section) = self.draft.sections.get_mut(at) {
            section.prompt = prompt;
            section.group.notes.extend(rest.map(NoteDraft::new));
        }
    }

    /// The lane of the timeline, made where there is none.
    fn lane_titled(&mut self, title: &str) -> usize {
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
    fn entry(&mut self, lead: &Lead<'_>, level: u8) {
        let at = self.lane_titled("Timeline");
        if level <= self.level {
            self.section = Some((at, level));
            self.top = ("Timeline".to_owned(), Part::Timeline);
        }
        self.put_entry(lead.label, lead.rest.to_owned());
        self.part = Part::Entry;
    }

    fn put_entry(&mut self, label: &str, text: String) {
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

    // Text

    fn text(&mut self, unit: &Unit, next: Option<&Unit>) {
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
    fn timed_lead<'u>(&self, unit: &'u Unit, next: Option<&Unit>) -> Option<Lead<'u>> {
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
    fn untimed(&mut self, text: &str, item: bool) {
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
    fn append(&mut self, text: &str, item: bool) {
        let Some(at) = self.lane else {
            return self.note(text.to_owned());
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
    fn label(&mut self, text: &str, next: Option<&Unit>) {
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
            return self.note(text.to_owned());
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
    fn with_code(&mut self, code: &str) -> bool {
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
    fn as_theme(&mut self, unit: &Unit) -> bool {
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
    fn tasks(&mut self, unit: &Unit) {
        self.timed = false;
        let whole = self.part == Part::Actions
            && !unit.blocks.iter().skip(1).any(|block| block.task.is_some());
        if whole {
            let status = status(unit.blocks.first().and_then(|block| block.task));
            return self.card(&assemble(&unit.blocks), status);
        }
        let mut from = 0;
        let mut until = usize::MAX;
        let blocks = &unit.blocks;
        let flush = |this: &mut Self, part: &[Block]| {
            let Some(first) = part.first() else { return };
            let text = assemble(part);
            match first.task {
                Some(_) => this.card(&text, status(first.task)),
                None => this.note(text),
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

    fn card(&mut self, text: &str, status: FollowUpStatus) {
        let drafts: Vec<_> = notes(text)
            .map(|piece| FollowUpDraft {
                status,
                ..FollowUpDraft::new(piece)
            })
            .collect();
        match self.current() {
            Some(section) => section.cards.extend(drafts),
            None => self.draft.followups.extend(drafts),
        }
    }

    fn summarise(&mut self, text: &str) {
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

    // Where things go

    fn current(&mut self) -> Option<&mut SectionDraft> {
        self.draft.sections.get_mut(self.section?.0)
    }

    /// A section to write in.
    fn ensure(&mut self) {
        if self.section.is_none() {
            let level = self.level;
            self.open("Notes", Topic::Other, level, "");
        }
    }

    fn notes(&mut self) -> &mut Vec<NoteDraft> {
        self.ensure();
        let theme = self.theme;
        let section = self
            .section
            .and_then(|(at, _)| self.draft.sections.get_mut(at));
        match section.map(|section| &mut section.group) {
            Some(group) => match group.themes.last_mut() {
                Some(last) if theme => &mut last.notes,
                _ => &mut group.notes,
            },
            None => &mut self.draft.loose.notes,
        }
    }

    fn note(&mut self, text: impl AsRef<str>) {
        let text = text.as_ref();
        if !text.trim().is_empty() {
            let drafts: Vec<_> = notes(text).map(NoteDraft::new).collect();
            self.notes().extend(drafts);
        }
    }

    // Tables and front matter

    fn table(&mut self, rows: &[Vec<Words>]) {
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
    fn column_titles(&mut self, titles: &[&str], lane: bool) {
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
    fn front_matter(&mut self, text: &str) {
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

    fn finish(mut self) -> Draft {
        // A section whose questions all became sections of their own says nothing; they carry
        // its title.
        let parents = self.parents;
        let mut at = 0;
        self.draft.sections.retain(|section| {
            at += 1;
            !(parents.contains(&(at - 1))
                && section.group.is_empty()
                && section.cards.is_empty()
                && section.prompt.is_empty())
        });
        self.draft
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

fn status(task: Option<bool>) -> FollowUpStatus {
    if task == Some(true) {
        FollowUpStatus::Done
    } else {
        FollowUpStatus::Open
    }
}

fn is_label(text: &str) -> bool {
    let text = text.trim();
    text.ends_with(':') && text.len() <= LABEL && !text.contains('\n') && text.len() > 1
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The text of an item: its own, then what is nested in it, as lines.
fn assemble(blocks: &[Block]) -> String {
    let mut text = String::new();
    let base = blocks
        .first()
        .and_then(|block| block.item)
        .map_or(0, |item| item.depth);
    let mut before = blocks.first().and_then(|block| block.item);
    for (at, block) in blocks.iter().enumerate() {
        let words = words_of(block);
        if at == 0 {
            text.push_str(words.trim_matches('\n'));
        } else if let Some(item) = block
            .item
            .filter(|item| before.is_none_or(|before| before.id != item.id))
        {
            text.push('\n');
            let indent = item.depth.saturating_sub(base + 1).min(MAX_INDENT);
            text.extend(std::iter::repeat_n("  ", indent));
            match item.number {
                Some(number) => text.push_str(&format!("{number}. ")),
                None => text.push_str("- "),
            }
            match block.task {
                Some(true) => text.push_str("[x] "),
                Some(false) => text.push_str("[ ] "),
                None => {}
            }
            text.push_str(words.trim_matches('\n'));
        } else {
            text.push_str("\n\n");
            text.push_str(words.trim_matches('\n'));
        }
        before = block.item.or(before);
    }
    text
}

/// The same without the first block, to be put behind it.
fn assemble_after(blocks: &[Block]) -> String {
    let Some(mut first) = blocks.first().cloned() else {
        return String::new();
    };
    first.words.text.clear();
    first.kind = Kind::Paragraph;
    let mut with = vec![first];
    with.extend(blocks.iter().skip(1).cloned());
    assemble(&with)
}

fn words_of(block: &Block) -> String {
    match &block.kind {
        Kind::Table(rows) => {
            let rows: Vec<String> = rows
                .iter()
                .map(|row| {
                    let cells: Vec<&str> = row.iter().map(|cell| cell.text.as_str()).collect();
                    cells.join(" | ")
                })
                .collect();
            rows.join("\n")
        }
        Kind::Code | Kind::Html => block.words.text.trim_end().to_owned(),
        _ => block.words.text.clone(),
    }
}
