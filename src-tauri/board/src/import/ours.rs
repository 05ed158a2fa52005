//! Our own Markdown, read back: the counterpart of `export::markdown`, line by line. Whatever
//! somebody added by hand becomes a note where it stands.

use super::draft::{Draft, FollowUpDraft, Group, NoteDraft, SectionDraft, ThemeDraft};
use super::guess::{self, Topic};
use super::reader::{Block, Kind, Words};
use crate::export::{SCHEMA, Step, unescape, words};
use crate::{
    FollowUpKind, FollowUpStatus, Layout, MAX_LINE, Meta, NoteKind, Phase, PhaseKind, Reach, When,
    Writing,
};

/// The front matter of a document of ours.
#[derive(Debug, Default)]
pub(super) struct Front {
    meta: Meta,
    facilitators: Vec<String>,
    questions: Vec<(NoteKind, Layout)>,
}

/// The front matter, if the document is one of ours.
pub(super) fn front_matter(blocks: &[Block]) -> Option<Front> {
    let block = blocks
        .first()
        .filter(|block| block.kind == Kind::FrontMatter)?;
    let mut front = Front::default();
    let mut ours = false;
    let mut steps = Vec::new();
    let mut promised = When {
        label: String::new(),
        at: String::new(),
    };
    for line in block.words.text.lines() {
        if let Some(step) = line.strip_prefix("  - ") {
            steps.extend(serde_json::from_str::<Step<'_>>(step));
            continue;
        }
        let Some((key, value)) = line.split_once(':') else {
            continue;
        };
        let value = value.trim();
        let text = || serde_json::from_str::<String>(value).unwrap_or_else(|_| value.to_owned());
        match key {
            "title" => front.meta.title = text(),
            "date" => front.meta.held_on = text(),
            "team" => front.meta.team = text(),
            "template" => front.meta.template = text(),
            "promised" => {
                promised.label = text();
                front.meta.promised = Some(promised.clone());
            }
            "promised_at" => {
                promised.at = text();
                front.meta.promised = Some(promised.clone());
            }
            "facilitators" => front.facilitators = serde_json::from_str(value).unwrap_or_default(),
            "questions" => {
                let list = value.trim_matches(['[', ']']).split(", ");
                front.questions = list.filter_map(question).collect();
            }
            key if key == SCHEMA => ours = value.parse::<u32>().is_ok(),
            _ => {}
        }
    }
    let guide = crate::template(&front.meta.template).map_or(&[][..], |template| &template.phases);
    front.meta.phases = steps.iter().map(|step| phase(step, guide)).collect();
    // The workshop is over: the board opens at its end.
    let end = front
        .meta
        .phases
        .iter()
        .rfind(|phase| !phase.skipped || phase.kind == PhaseKind::Close);
    front.meta.phase = end.map(|phase| phase.id.clone()).unwrap_or_default();
    ours.then_some(front)
}

fn question(words: &str) -> Option<(NoteKind, Layout)> {
    let (kind, layout) = words.split_once(' ')?;
    Some((NoteKind::from_word(kind)?, Layout::from_word(layout)?))
}

/// A phase of the document; what the guide says in it comes from the template, if it is known.
fn phase(step: &Step<'_>, guide: &[Phase]) -> Phase {
    let known = guide
        .iter()
        .find(|phase| phase.id == step.id && phase.kind == step.kind);
    Phase {
        id: step.id.to_string(),
        kind: step.kind,
        title: step.title.to_string(),
        minutes: step.minutes,
        skipped: step.skipped,
        ..known.cloned().unwrap_or(Phase {
            id: String::new(),
            kind: step.kind,
            title: String::new(),
            question: String::new(),
            purpose: String::new(),
            prompts: Vec::new(),
            tips: Vec::new(),
            swap: None,
            minutes: 0,
            skipped: false,
            writing: Writing::default(),
        })
    }
}

/// Which part of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Top,
    Summary,
    Section,
    Also,
    FollowUps,
    Links,
    Parking,
    People,
}

/// Reads the document.
pub(super) fn read(front: Front, blocks: Vec<Block>) -> Draft {
    let questions = front.questions;
    let facilitators = front.facilitators;
    let mut reader = Reader {
        draft: Draft {
            meta: front.meta,
            ..Draft::default()
        },
        part: Part::Top,
        theme: false,
        item: None,
    };
    for block in blocks {
        reader.block(block);
    }
    let mut draft = reader.draft;
    if questions.len() == draft.sections.len() {
        for (section, (kind, layout)) in draft.sections.iter_mut().zip(questions) {
            section.kind = kind;
            section.layout = layout;
        }
    }
    for name in facilitators {
        if !draft.people.iter().any(|(known, _)| *known == name) {
            draft.people.push((name, true));
        }
    }
    draft
}

struct Reader {
    draft: Draft,
    part: Part,
    /// Whether what comes goes into the last theme.
    theme: bool,
    /// The list item that made the last note or follow-up.
    item: Option<usize>,
}

impl Reader {
    fn block(&mut self, mut block: Block) {
        match &mut block.kind {
            Kind::FrontMatter => {}
            Kind::Heading(level) => {
                let level = *level;
                self.heading(level, block.words);
            }
            Kind::Table(rows) => {
                let rows = std::mem::take(rows);
                self.table(rows);
            }
            _ => self.text(block),
        }
    }

    fn heading(&mut self, level: u8, words: Words) {
        self.item = None;
        let raw = words.raw.as_str();
        let title = if raw == words::UNTITLED {
            String::new()
        } else {
            words.text
        };
        match level {
            1 => self.draft.meta.title = title,
            2 => {
                self.theme = false;
                self.part = match raw {
                    words::SUMMARY => Part::Summary,
                    words::ALSO => Part::Also,
                    words::EMULATE | words::FOLLOW_UPS => Part::FollowUps,
                    words::LINKS => Part::Links,
                    words::PARKING => Part::Parking,
                    words::PEOPLE => Part::People,
                    _ => Part::Section,
                };
                if self.part == Part::Section {
                    let (kind, layout) = match guess::topic(&title) {
                        Topic::Question(kind) => (kind, Layout::Free),
                        Topic::Timeline => (NoteKind::Happened, Layout::Timeline),
                        _ => (NoteKind::Plain, Layout::Free),
                    };
                    self.draft.sections.push(SectionDraft {
                        title,
                        prompt: String::new(),
                        kind,
                        layout,
                        group: Group::default(),
                        cards: Vec::new(),
                    });
                }
            }
            _ if raw == words::ALONE => self.theme = false,
            _ => {
                self.group().themes.push(ThemeDraft {
                    name: title,
                    notes: Vec::new(),
                });
                self.theme = true;
            }
        }
    }

    fn group(&mut self) -> &mut Group {
        match self.draft.sections.last_mut() {
            Some(section) if self.part == Part::Section => &mut section.group,
            _ => &mut self.draft.loose,
        }
    }

    fn notes(&mut self) -> &mut Vec<NoteDraft> {
        if self.part == Part::Parking {
            return &mut self.draft.parked;
        }
        let theme = self.theme;
        let group = self.group();
        match group.themes.last_mut() {
            Some(last) if theme => &mut last.notes,
            _ => &mut group.notes,
        }
    }

    /// A paragraph, list item, code or HTML block.
    fn text(&mut self, mut block: Block) {
        let item = block.item.map(|item| item.root);
        if item.is_none() {
            self.item = None;
        }
        if item.is_some() && item == self.item {
            return self.further(&block);
        }
        if item.is_none() && block.kind == Kind::Paragraph && self.is_frame(&block.words) {
            return;
        }
        match self.part {
            Part::Summary => {
                let summary = &mut self.draft.meta.summary;
                if !summary.is_empty() {
                    summary.push_str("\n\n");
                }
                if block.item.is_some() {
                    summary.push_str("- ");
                }
                summary.push_str(&block.words.text);
                return;
            }
            Part::FollowUps if item.is_some() => {
                let followup = followup(block);
                self.draft.followups.push(followup);
            }
            Part::Links if item.is_some() => match link(&block.words.raw) {
                Some(link) => {
                    self.draft.links.push(link);
                    return;
                }
                None => self
                    .draft
                    .loose
                    .notes
                    .push(NoteDraft::new(block.words.text)),
            },
            Part::People if item.is_some() => {
                let facilitator = block.words.take_facts().is_some();
                self.draft.people.push((block.words.text, facilitator));
                return;
            }
            _ => {
                let note = note(block.words);
                self.notes().push(note);
            }
        }
        self.item = item;
    }

    /// What the document says about itself: prompts, votes, "(none recorded)".
    fn is_frame(&mut self, words: &Words) -> bool {
        if words.raw == words::NONE && self.part != Part::Summary {
            return true;
        }
        let Some((0, raw)) = &words.tail else {
            return false;
        };
        if self.part == Part::Summary {
            return raw == words::NO_SUMMARY;
        }
        if self.theme {
            return raw.ends_with(" votes)") || raw.ends_with(" vote)");
        }
        if self.part == Part::Section
            && let Some(section) = self.draft.sections.last_mut()
            && section.prompt.is_empty()
            && section.group.is_empty()
        {
            section.prompt.clone_from(&words.text);
            return true;
        }
        false
    }

    /// A further block of the same list item: only by hand.
    fn further(&mut self, block: &Block) {
        let depth = block.item.map_or(1, |item| item.depth);
        let line = format!(
            "\n{}{}",
            if depth > 1 { "- " } else { "" },
            block.words.text
        );
        if self.part == Part::FollowUps {
            if let Some(followup) = self.draft.followups.last_mut() {
                followup.text.push_str(&line);
            }
        } else if let Some(note) = self.notes().last_mut() {
            note.text.push_str(&line);
        }
    }

    fn table(&mut self, rows: Vec<Vec<Words>>) {
        for row in rows.into_iter().skip(1) {
            let mut cells = row.into_iter();
            let mut take = || cells.next().unwrap_or_default();
            let (when, what, source) = (take(), take(), take());
            let mut note = note(what);
            note.when = when_of(when);
            note.source = source.text;
            // Columns somebody added.
            for cell in cells.filter(|cell| !cell.text.is_empty()) {
                note.text.push('\n');
                note.text.push_str(&cell.text);
            }
            self.notes().push(note);
        }
    }
}

/// A note and the facts at its end, if these are facts.
fn note(mut words: Words) -> NoteDraft {
    let mut note = NoteDraft::default();
    let facts = words
        .tail
        .as_ref()
        .and_then(|(_, raw)| raw.strip_prefix('(')?.strip_suffix(')'));
    let known = facts.is_some_and(|facts| {
        let mut when = When {
            label: String::new(),
            at: String::new(),
        };
        let known = facts.split(words::DOT).all(|fact| {
            let (key, value) = fact.split_once(' ').unwrap_or((fact, ""));
            let field = match key {
                "by" => &mut note.author,
                "source" => &mut note.source,
                "when" => &mut when.label,
                "at" => &mut when.at,
                count => return count.parse::<u32>().is_ok() && value.starts_with("vote"),
            };
            *field = unescape(value);
            true
        });
        if !when.label.is_empty() || !when.at.is_empty() {
            note.when = Some(when);
        }
        known
    });
    if known {
        words.take_facts();
    } else {
        note = NoteDraft::default();
    }
    note.text = words.text;
    note
}

fn when_of(mut words: Words) -> Option<When> {
    let facts = words.take_facts().map(|facts| unescape(&facts));
    let label = words.text;
    let at = match facts {
        Some(facts) if format!("({facts})") == words::TIME_UNKNOWN => String::new(),
        Some(at) => at,
        None if crate::when::is_moment(&label) => label.clone(),
        None => String::new(),
    };
    (!label.is_empty() || !at.is_empty()).then_some(When { label, at })
}

/// The facts of a follow-up at the end of an item, where all of them are of our notation: taken off
/// the words, which stay its text. For documents that are not ours otherwise.
pub(super) fn stated(words: &mut Words) -> Option<FollowUpDraft> {
    let facts = words
        .tail
        .as_ref()
        .and_then(|(_, raw)| raw.strip_prefix('(')?.strip_suffix(')'))?;
    let mut followup = FollowUpDraft::new("");
    if !facts
        .split(words::DOT)
        .all(|fact| take_fact(&mut followup, fact))
    {
        return None;
    }
    // Written by hand, it may say more than a field holds: then it stays text.
    if facts.encode_utf16().count() > MAX_LINE
        || !(followup.due.is_empty() || crate::when::is_date(&followup.due))
    {
        return None;
    }
    words.take_facts();
    Some(followup)
}

fn followup(mut block: Block) -> FollowUpDraft {
    let facts = block.words.take_facts().unwrap_or_default();
    let mut followup = FollowUpDraft::new(block.words.text);
    if block.task == Some(true) {
        followup.status = FollowUpStatus::Done;
    }
    for fact in facts.split(words::DOT) {
        take_fact(&mut followup, fact);
    }
    followup
}

/// Takes one fact of a follow-up's line. Answers whether it is one.
fn take_fact(followup: &mut FollowUpDraft, fact: &str) -> bool {
    if let Some(kind) = FollowUpKind::ALL
        .iter()
        .find(|kind| words::kind(**kind) == fact)
    {
        followup.kind = *kind;
        return true;
    }
    let quote = |label: &str| {
        let quoted = fact
            .strip_prefix(label)?
            .strip_prefix(" “")?
            .strip_suffix('”')?;
        Some(unescape(quoted))
    };
    if let Some(words) = quote("from the note") {
        followup.from = Some((false, words));
    } else if let Some(words) = quote("from the theme") {
        followup.from = Some((true, words));
    } else if let Some(names) = fact.strip_prefix("reaches the teams") {
        let names = names
            .split(", ")
            .map(|name| unescape(name.strip_prefix(' ').unwrap_or(name)));
        followup.reach = Reach::Teams(names.filter(|name| !name.is_empty()).collect());
    } else if let Some((key, value)) = fact.split_once(' ') {
        match (key, value) {
            ("owner", name) => followup.owner = unescape(name),
            ("due", day) => followup.due = unescape(day),
            ("outcome", text) => followup.outcome = unescape(text),
            ("reaches", "every team") => followup.reach = Reach::Everyone,
            ("being", "done") => followup.status = FollowUpStatus::Doing,
            _ => return false,
        }
    } else if fact == "dropped" {
        followup.status = FollowUpStatus::Dropped;
    } else {
        return false;
    }
    true
}

/// `“from” → “to” · label`.
fn link(raw: &str) -> Option<(String, String, String)> {
    let (from, rest) = raw.strip_prefix('“')?.split_once('”')?;
    let (to, rest) = rest
        .strip_prefix(words::ARROW)?
        .strip_prefix('“')?
        .split_once('”')?;
    let label = rest.strip_prefix(words::DOT).unwrap_or("");
    Some((unescape(from), unescape(to), unescape(label)))
}
