//! The board as one Markdown document, readable raw and rendered (CommonMark and GFM).
//!
//! Import reads it back to the same board, so every choice here has its counterpart in
//! `import::ours`. What people typed is escaped text; what the document itself says about it
//! stands in emphasis and parentheses, `*(by Ama · when 8 Jan)*`, which typed text never opens.

mod facts;
mod lists;

use super::escape::{Spot, escape, is_bidi, reference};
use super::{ExportOptions, front_matter, words};
use crate::layout::{self, agenda, lane_order, reading_order};
use crate::{
    Board, End, FollowUp, FollowUpKind, FollowUpStatus, Key, Layout, Note, NoteKind, Parent,
    Person, Place, Reach, Section, Theme, When,
};
use facts::Facts;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Votes by theme and note, as they were shown.
pub type Votes = BTreeMap<Key, u32>;

/// Characters that facts in a line use themselves.
const FACTS: &[char] = &['·', '→', '“', '”'];
/// The same in a list of names.
const NAMES: &[char] = &['·', '→', '“', '”', ','];
/// Indentation of further lines of a list item.
const ITEM: Spot<'static> = Spot::Block("  ");

/// The board as a Markdown document, with the votes that were shown. The same board and options
/// give the same bytes.
pub fn markdown(board: &Board, options: &ExportOptions) -> String {
    markdown_with_votes(board, &crate::votes::tally(board), options)
}

/// The board as a Markdown document with the votes that were cast: themes with more come first.
pub fn markdown_with_votes(board: &Board, votes: &Votes, options: &ExportOptions) -> String {
    let mut document = Writer::new(board, votes, options);
    document.write();
    document.out
}

struct Writer<'a> {
    board: &'a Board,
    votes: &'a Votes,
    options: &'a ExportOptions,
    /// What is selected; everything where not said.
    selection: Option<BTreeSet<Key>>,
    notes: HashMap<Parent, Vec<&'a Note>>,
    themes: HashMap<Parent, Vec<&'a Theme>>,
    out: String,
}

impl<'a> Writer<'a> {
    fn new(board: &'a Board, votes: &'a Votes, options: &'a ExportOptions) -> Self {
        let mut this = Self {
            board,
            votes,
            options,
            selection: options
                .selection
                .as_ref()
                .map(|keys| keys.iter().copied().collect()),
            notes: HashMap::new(),
            themes: HashMap::new(),
            out: String::new(),
        };
        for theme in board.themes.values() {
            this.themes
                .entry(this.home(&theme.place))
                .or_default()
                .push(theme);
        }
        for note in board.notes.values() {
            if !note.parked && is_said(note) && this.has_note(note) {
                let parent = match note.place.parent {
                    Parent::Theme(id) if board.themes.contains_key(&id) => note.place.parent,
                    _ => this.home(&note.place),
                };
                this.notes.entry(parent).or_default().push(note);
            }
        }
        this
    }

    /// The section a thing lies on, or the board.
    fn home(&self, place: &Place) -> Parent {
        match place.parent {
            Parent::Section(id) if self.board.sections.contains_key(&id) => place.parent,
            _ => Parent::Board,
        }
    }

    fn selected(&self, key: Key) -> bool {
        self.selection
            .as_ref()
            .is_none_or(|keys| keys.contains(&key))
    }

    fn selected_parent(&self, parent: Parent) -> bool {
        match parent {
            Parent::Board => self.selection.is_none(),
            Parent::Section(id) => self.selected(id.into()),
            Parent::Theme(id) => {
                self.selected(id.into())
                    || self
                        .board
                        .themes
                        .get(&id)
                        .is_some_and(|theme| self.selected_parent(self.home(&theme.place)))
            }
        }
    }

    fn has_note(&self, note: &Note) -> bool {
        self.selected(note.id.into()) || self.selected_parent(note.place.parent)
    }

    /// Votes, where the document shows them.
    fn votes_of(&self, key: Key) -> u32 {
        if self.options.votes {
            self.votes.get(&key).copied().unwrap_or(0)
        } else {
            0
        }
    }

    fn write(&mut self) {
        let mut sections: Vec<&Section> = self.board.sections.values().collect();
        // The timeline first: it is what the rest talks about.
        sections.sort_by(|a, b| {
            (a.layout != Layout::Timeline)
                .cmp(&(b.layout != Layout::Timeline))
                .then_with(|| agenda(a, b))
        });
        sections.retain(|section| {
            (self.options.timeline || section.layout != Layout::Timeline)
                && self.is_section_in(section)
        });
        front_matter::write(&mut self.out, self.board, &sections, self.options.names);
        self.heading(1, &self.board.meta.title);
        if self.selection.is_none() {
            self.own_heading(2, words::SUMMARY);
            self.summary();
        }
        for section in sections {
            self.section(section);
        }
        self.also();
        self.follow_ups();
        self.links();
        if self.options.parking_lot {
            self.parking_lot();
        }
        if self.options.names && self.selection.is_none() {
            self.people();
        }
    }

    fn is_section_in(&self, section: &Section) -> bool {
        let parent = Parent::Section(section.id);
        self.selected(section.id.into())
            || self.notes.contains_key(&parent)
            || self
                .themes
                .get(&parent)
                .is_some_and(|themes| themes.iter().any(|theme| self.is_theme_in(theme)))
    }

    fn is_theme_in(&self, theme: &Theme) -> bool {
        let parent = Parent::Theme(theme.id);
        let notes = self.notes.contains_key(&parent);
        notes || (self.selected_parent(parent) && !theme.name.trim().is_empty())
    }

    /// A blank line, unless the document begins here.
    fn gap(&mut self) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
    }

    /// A heading of the document itself.
    fn own_heading(&mut self, level: usize, words: &str) {
        self.gap();
        self.out.extend(std::iter::repeat_n('#', level));
        self.out.push(' ');
        self.out.push_str(words);
        self.out.push('\n');
    }

    /// A heading that people wrote.
    fn heading(&mut self, level: usize, title: &str) {
        let mut line = String::new();
        if title.trim().is_empty() {
            line.push_str(words::UNTITLED);
        } else {
            escape(&mut line, title, Spot::Line(&[]));
            if words::RESERVED.contains(&line.as_str()) {
                let rest = line.split_off(1);
                let first = std::mem::take(&mut line);
                first.chars().for_each(|c| reference(&mut line, c));
                line.push_str(&rest);
            }
        }
        self.own_heading(level, &line);
    }

    fn paragraph(&mut self, line: &str) {
        self.gap();
        self.out.push_str(line);
        self.out.push('\n');
    }

    fn summary(&mut self) {
        let text = &self.board.meta.summary;
        if text.trim().is_empty() {
            self.paragraph(&format!("*{}*", words::NO_SUMMARY));
            return;
        }
        let normal = words::normal(text);
        let parts: Vec<&str> = normal.split("\n\n").collect();
        // Odd numbers of blank lines are kept as hard breaks in one paragraph.
        let plain =
            |part: &&str| !part.is_empty() && !part.starts_with('\n') && !part.ends_with('\n');
        let parts = if parts.iter().all(plain) {
            parts
        } else {
            vec![&*normal]
        };
        for part in parts {
            let mut words = String::new();
            escape(&mut words, part, Spot::Block(""));
            self.paragraph(&words);
        }
    }

    fn section(&mut self, section: &'a Section) {
        self.heading(2, &section.title);
        if !section.prompt.trim().is_empty() {
            let mut line = String::from("*");
            escape(&mut line, &section.prompt, Spot::Line(&[]));
            line.push('*');
            self.paragraph(&line);
        }
        self.contents(Parent::Section(section.id), section.layout);
    }

    /// Themes by votes, then by position; then the notes that stand alone.
    fn contents(&mut self, parent: Parent, how: Layout) {
        let mut themes = self.themes.remove(&parent).unwrap_or_default();
        themes.retain(|theme| self.is_theme_in(theme));
        let mut notes = self.notes.remove(&parent).unwrap_or_default();
        if themes.is_empty() && notes.is_empty() {
            self.paragraph(words::NONE);
            return;
        }
        match how {
            Layout::Free => {
                let tie = |a: &&Theme, b: &&Theme| layout::siblings(a, b);
                reading_order(&mut themes, |theme| (theme.place.x, theme.place.y), tie);
                let tie = |a: &&Note, b: &&Note| by_order(a, b);
                reading_order(&mut notes, |note| (note.place.x, note.place.y), tie);
            }
            Layout::Column => {
                themes.sort_by(|a, b| layout::siblings(a, b));
                notes.sort_by(|a, b| by_order(a, b));
            }
            Layout::Timeline => {
                themes.sort_by(|a, b| layout::siblings(a, b));
                lane_order(&mut notes);
            }
        }
        themes.sort_by_key(|theme| Reverse(self.votes_of(theme.id.into())));
        if how == Layout::Timeline {
            if !notes.is_empty() {
                self.table(&notes);
            }
        } else {
            notes.sort_by_key(|note| Reverse(self.votes_of(note.id.into())));
        }
        let alone = !themes.is_empty() && !notes.is_empty() && how != Layout::Timeline;
        for theme in themes {
            self.theme(theme);
        }
        if alone {
            self.own_heading(3, words::ALONE);
        }
        if how != Layout::Timeline {
            self.list(&notes);
        }
    }

    fn theme(&mut self, theme: &'a Theme) {
        self.heading(3, &theme.name);
        let votes = self.votes_of(theme.id.into());
        if votes > 0 {
            self.paragraph(&format!("*({})*", votes_words(votes)));
        }
        let mut notes = self
            .notes
            .remove(&Parent::Theme(theme.id))
            .unwrap_or_default();
        notes.sort_by(|a, b| by_order(a, b));
        if notes.is_empty() {
            self.paragraph(words::NONE);
        }
        self.list(&notes);
    }

    fn list(&mut self, notes: &[&'a Note]) {
        if !notes.is_empty() {
            self.gap();
        }
        for note in notes {
            let mut facts = Facts::default();
            self.when_fact(&mut facts, note);
            facts.text("source", &note.source);
            self.note_facts(&mut facts, note);
            self.item("- ", &note.text, facts);
        }
    }

    /// A list item: text, and the facts about it at its end.
    fn item(&mut self, marker: &str, text: &str, facts: Facts) {
        self.out.push_str(marker);
        escape(&mut self.out, text, ITEM);
        if let Some(facts) = facts.emphasised() {
            // A right-to-left override in the text ends with the line it stands in.
            let own_line = text.contains(is_bidi);
            if !text.is_empty() {
                self.out.push_str(if own_line { "\\\n  " } else { " " });
            }
            self.out.push_str(&facts);
        }
        self.out.push('\n');
    }

    fn when_fact(&self, facts: &mut Facts, note: &Note) {
        if let Some(when) = &note.when {
            facts.text("when", &when.label);
            facts.text("at", &when.at);
        }
    }

    fn note_facts(&self, facts: &mut Facts, note: &Note) {
        if self.options.names
            && let Some(person) = note.author.and_then(|id| self.board.people.get(&id))
        {
            facts.text("by", &person.name);
        }
        let votes = self.votes_of(note.id.into());
        if votes > 0 {
            facts.say(votes_words(votes));
        }
    }

    fn table(&mut self, notes: &[&'a Note]) {
        self.gap();
        self.out
            .push_str("| When | What | Source |\n| --- | --- | --- |\n");
        for note in notes {
            let mut facts = Facts::default();
            self.note_facts(&mut facts, note);
            let when = note.when.as_ref().map(when_words).unwrap_or_default();
            let mut what = String::new();
            escape(&mut what, &note.text, Spot::Cell);
            if let Some(facts) = facts.emphasised() {
                if !what.is_empty() {
                    what.push_str(if note.text.contains(is_bidi) {
                        "<br>"
                    } else {
                        " "
                    });
                }
                what.push_str(&facts);
            }
            let mut source = String::new();
            escape(&mut source, &note.source, Spot::Cell);
            for cell in [when, what, source] {
                self.out.push_str("| ");
                self.out.push_str(&cell);
                self.out.push(' ');
            }
            self.out.push_str("|\n");
        }
    }

    fn also(&mut self) {
        let parent = Parent::Board;
        let themes = self
            .themes
            .get(&parent)
            .is_some_and(|themes| themes.iter().any(|theme| self.is_theme_in(theme)));
        if themes || self.notes.contains_key(&parent) {
            self.own_heading(2, words::ALSO);
            self.contents(parent, Layout::Free);
        }
    }
}

/// Whether a note says anything. An empty note is only a place where somebody was about to write.
fn is_said(note: &Note) -> bool {
    !note.text.trim().is_empty()
        || note
            .when
            .as_ref()
            .is_some_and(|when| !when.label.trim().is_empty())
}

fn by_order(a: &Note, b: &Note) -> std::cmp::Ordering {
    (&a.place.order, a.id).cmp(&(&b.place.order, b.id))
}

fn votes_words(votes: u32) -> String {
    if votes == 1 {
        "1 vote".to_owned()
    } else {
        format!("{votes} votes")
    }
}

/// The words people used for a time, and the moment they mean where the words alone leave
/// that open.
fn when_words(when: &When) -> String {
    let mut words = String::new();
    if !when.label.trim().is_empty() {
        escape(&mut words, &when.label, Spot::Cell);
    }
    let note = if when.at == when.label {
        return words;
    } else if !when.at.is_empty() {
        let mut at = String::new();
        escape(&mut at, &when.at, Spot::Line(FACTS));
        format!("*({at})*")
    } else if crate::when::is_moment(&when.label) {
        format!("*{}*", words::TIME_UNKNOWN)
    } else {
        return words;
    };
    if !words.is_empty() {
        words.push(' ');
    }
    words.push_str(&note);
    words
}

/// The kind and layout of a section as the front matter says them.
pub(super) fn question_words(kind: NoteKind, layout: Layout) -> String {
    format!("{} {}", kind.word(), layout.word())
}
