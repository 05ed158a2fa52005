//! Any other Markdown review: headings become sections, entries with a time the timeline,
//! tasks and action items follow-ups, everything else notes. Nothing is left out.

mod assemble;
mod headings;
mod passages;
mod tables;

use super::draft::{Draft, FollowUpDraft, Group, NoteDraft, SectionDraft, ThemeDraft, line, notes};
use super::guess::{self, Column, Topic};
use super::ours;
use super::reader::{Block, Kind, Words};
use super::time::{Clock, Lead, day_in, leading};
use crate::{FollowUpStatus, Layout, MAX_LINE, MAX_TEXT, NoteKind, When};
use assemble::{assemble, assemble_after, is_label, units};

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
        // The first heading is the title, unless the front matter says one, or others are of
        // its level and none is above.
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
