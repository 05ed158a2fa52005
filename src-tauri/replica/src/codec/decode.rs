//! From registers to records.

use board::{
    Connector, Dot, End, FollowUp, FollowUpKind, FollowUpStatus, Key, Layout, MAX_COORD, MAX_LINE,
    MAX_TEXT, Meta, Note, NoteKind, Order, Parent, Person, Phase, Place, Reach, Record, Section,
    Size, Stroke, Theme, Tint, Vote, VoteOn, When,
};
use std::sync::Arc;
use yrs::Any;

/// The longest list of phases that is read, in bytes of its JSON. The built-in templates need
/// about 8 KB.
const MAX_PHASES: usize = 256 * 1024;
/// The longest list of names a follow-up reaches.
const MAX_NAMES: usize = 200;

/// A record's registers as they stand in the document.
pub(crate) struct Registry<F>(pub(crate) F);

impl<F: Fn(&str) -> Option<Any>> Registry<F> {
    /// The record of a key, given its collaborative text.
    pub(crate) fn record(&self, key: Key, body: &str) -> Record {
        match key {
            Key::Meta => Record::Meta(self.meta(body)),
            Key::Section(id) => {
                let [x, y, w, h] = self.numbers("box");
                Record::Section(Section {
                    id,
                    title: self.line("title"),
                    prompt: self.line("prompt"),
                    kind: self.word("kind", NoteKind::from_word, NoteKind::Plain),
                    layout: self.word("layout", Layout::from_word, Layout::Free),
                    x: coord(x),
                    y: coord(y),
                    size: size(w, h, Size::SECTION),
                    order: order(&self.line("order")),
                    collapsed: self.flag("collapsed"),
                    locked: self.flag("locked"),
                })
            }
            Key::Note(id) => Record::Note(Note {
                id,
                text: cut(body, MAX_TEXT),
                kind: self.word("kind", NoteKind::from_word, NoteKind::Plain),
                place: self.place(),
                size: match (self.0)("size") {
                    Some(Any::Array(list)) => match list.as_ref() {
                        [w, h] => Some(size(
                            number(w).unwrap_or_default(),
                            number(h).unwrap_or_default(),
                            Size::NOTE,
                        )),
                        _ => None,
                    },
                    _ => None,
                },
                author: self.string("author").and_then(|id| id.parse().ok()),
                made: self.integer("made").unwrap_or_default().max(0),
                when: self.when("when"),
                source: self.line("source"),
                parked: self.flag("parked"),
                locked: self.flag("locked"),
            }),
            Key::Theme(id) => Record::Theme(Theme {
                id,
                name: self.line("name"),
                place: self.place(),
                collapsed: self.flag("collapsed"),
                locked: self.flag("locked"),
            }),
            Key::Connector(id) => Record::Connector(Connector {
                id,
                from: self.end("from"),
                to: self.end("to"),
                label: self.line("label"),
            }),
            Key::Stroke(id) => Record::Stroke(Stroke {
                id,
                place: self.place(),
                points: self.points(),
                width: bounded(
                    self.integer("width").unwrap_or_default(),
                    1,
                    MAX_COORD.into(),
                ),
                tint: self.word("tint", Tint::from_word, Tint::T1),
            }),
            Key::FollowUp(id) => Record::FollowUp(FollowUp {
                id,
                text: cut(body, MAX_TEXT),
                owner: self.line("owner"),
                due: self.line("due"),
                kind: self.word("kind", FollowUpKind::from_word, FollowUpKind::Change),
                reach: self.reach(),
                status: self.word("status", FollowUpStatus::from_word, FollowUpStatus::Open),
                from: self.string("from").and_then(|key| key.parse().ok()),
                outcome: self.line("outcome"),
                spot: self.line("spot"),
                locked: self.flag("locked"),
                place: self.place(),
            }),
            Key::Person(id) => Record::Person(Person {
                id,
                name: self.line("name"),
                tint: self.word("tint", Tint::from_word, Tint::T1),
                facilitator: self.flag("facilitator"),
            }),
            Key::Dot(id) => Record::Dot(Dot {
                id,
                vote: self.line("vote"),
                on: self.key("on").unwrap_or(Key::Meta),
            }),
        }
    }

    /// The words that a removal must not destroy (M1). Uncut: what is cut for display counts too.
    pub(crate) fn words(&self, key: Key, body: &str) -> Arc<str> {
        let field = match key {
            Key::Note(_) | Key::FollowUp(_) => return body.into(),
            Key::Section(_) => "title",
            Key::Theme(_) | Key::Person(_) => "name",
            Key::Connector(_) => "label",
            Key::Stroke(_) | Key::Dot(_) | Key::Meta => return "".into(),
        };
        self.string(field).unwrap_or_else(|| "".into())
    }

    /// A register that holds text.
    pub(crate) fn string(&self, field: &str) -> Option<Arc<str>> {
        match (self.0)(field) {
            Some(Any::String(value)) => Some(value),
            _ => None,
        }
    }

    /// A register that holds a whole number.
    pub(crate) fn integer(&self, field: &str) -> Option<i64> {
        (self.0)(field).as_ref().and_then(number)
    }

    fn meta(&self, summary: &str) -> Meta {
        let phases = self
            .string("phases")
            .filter(|json| json.len() <= MAX_PHASES);
        let phases: Vec<Phase> = phases
            .and_then(|json| serde_json::from_str(&json).ok())
            .unwrap_or_default();
        // Somebody may have gone to a phase that somebody else took off the list meanwhile.
        let mut phase = self.line("phase");
        if phases.iter().all(|known| known.id != phase) {
            let first = phases
                .iter()
                .find(|known| !known.skipped)
                .or(phases.first());
            phase = first.map(|first| first.id.clone()).unwrap_or_default();
        }
        Meta {
            title: self.line("title"),
            team: self.line("team"),
            template: self.line("template"),
            held_on: self.line("held"),
            promised: self.when("promised"),
            phases,
            phase,
            revealed: self.lines("revealed"),
            vote: self.vote(),
            discussing: self.key("discussing"),
            summary: cut(summary, MAX_TEXT),
        }
    }

    fn line(&self, field: &str) -> String {
        self.string(field)
            .map(|value| line(&value))
            .unwrap_or_default()
    }

    fn key(&self, field: &str) -> Option<Key> {
        self.string(field).and_then(|key| key.parse().ok())
    }

    fn lines(&self, field: &str) -> Vec<String> {
        match (self.0)(field) {
            Some(Any::Array(list)) => {
                let lines = list.iter().filter_map(|value| match value {
                    Any::String(value) => Some(line(value)),
                    _ => None,
                });
                lines.take(MAX_NAMES).collect()
            }
            _ => Vec::new(),
        }
    }

    fn vote(&self) -> Option<Vote> {
        let Some(Any::Array(list)) = (self.0)("vote") else {
            return None;
        };
        let [
            Any::String(id),
            budget,
            cap,
            Any::String(on),
            Any::Bool(open),
        ] = list.as_ref()
        else {
            return None;
        };
        let count = |value: &Any, most: u32| {
            let value = number(value)?.clamp(1, most.into());
            u32::try_from(value).ok()
        };
        let budget = count(budget, Vote::MAX_BUDGET)?;
        Some(Vote {
            id: line(id),
            budget,
            cap: count(cap, budget)?,
            on: VoteOn::from_word(on).unwrap_or(VoteOn::Themes),
            open: *open,
        })
    }

    fn flag(&self, field: &str) -> bool {
        matches!((self.0)(field), Some(Any::Bool(true)))
    }

    fn word<T>(&self, field: &str, read: impl Fn(&str) -> Option<T>, default: T) -> T {
        self.string(field)
            .and_then(|word| read(&word))
            .unwrap_or(default)
    }

    fn numbers<const N: usize>(&self, field: &str) -> [i64; N] {
        let mut out = [0; N];
        if let Some(Any::Array(list)) = (self.0)(field) {
            for (slot, value) in out.iter_mut().zip(list.iter()) {
                *slot = number(value).unwrap_or_default();
            }
        }
        out
    }

    fn place(&self) -> Place {
        let Some(Any::Array(list)) = (self.0)("place") else {
            return Place {
                parent: Parent::Board,
                x: 0,
                y: 0,
                order: order(""),
            };
        };
        let parent = match list.first() {
            Some(Any::String(word)) => word.parse().unwrap_or(Parent::Board),
            _ => Parent::Board,
        };
        let among = match list.get(3) {
            Some(Any::String(among)) => order(among),
            _ => order(""),
        };
        Place {
            parent,
            x: coord(list.get(1).and_then(number).unwrap_or_default()),
            y: coord(list.get(2).and_then(number).unwrap_or_default()),
            order: among,
        }
    }

    fn when(&self, field: &str) -> Option<When> {
        let Some(Any::Array(list)) = (self.0)(field) else {
            return None;
        };
        match list.as_ref() {
            [Any::String(label), Any::String(at)] => Some(When {
                label: line(label),
                at: line(at),
            }),
            _ => None,
        }
    }

    fn end(&self, field: &str) -> End {
        match (self.0)(field) {
            Some(Any::String(key)) => key.parse().map_or(End::At(0, 0), End::On),
            _ => {
                let [x, y] = self.numbers(field);
                End::At(coord(x), coord(y))
            }
        }
    }

    fn points(&self) -> Vec<i32> {
        let Some(Any::Array(list)) = (self.0)("points") else {
            return Vec::new();
        };
        let whole = list.len() - list.len() % 3;
        let tenths = i64::from(MAX_COORD) * 10;
        list.iter()
            .take(whole)
            .map(|value| bounded(number(value).unwrap_or_default(), -tenths, tenths))
            .collect()
    }

    fn reach(&self) -> Reach {
        match (self.0)("reach") {
            Some(Any::String(word)) if word.as_ref() == "everyone" => Reach::Everyone,
            Some(Any::Array(list)) => {
                let names = list.iter().filter_map(|name| match name {
                    Any::String(name) => Some(line(name)),
                    _ => None,
                });
                Reach::Teams(names.take(MAX_NAMES).collect())
            }
            _ => Reach::Team,
        }
    }
}

/// A whole number, however the writer encoded it: JavaScript writes large ones as floats.
fn number(value: &Any) -> Option<i64> {
    match value {
        Any::Number(number) => number.as_i64(),
        _ => None,
    }
}

fn bounded(value: i64, least: i64, most: i64) -> i32 {
    i32::try_from(value.clamp(least, most)).unwrap_or_default()
}

pub(crate) fn coord(value: i64) -> i32 {
    bounded(value, -i64::from(MAX_COORD), i64::from(MAX_COORD))
}

fn size(w: i64, h: i64, least: Size) -> Size {
    let side = |value, least: i32| bounded(value, least.into(), MAX_COORD.into());
    Size {
        w: side(w, least.w),
        h: side(h, least.h),
    }
}

/// An order; the one of a lone sibling where it is not well-formed.
fn order(text: &str) -> Order {
    let order = Order(text.to_owned());
    if order.is_valid() {
        order
    } else {
        Order::between(None, None)
    }
}

/// A line of text: without control characters, and not too long.
fn line(text: &str) -> String {
    if text.chars().any(char::is_control) {
        let clean: String = text.chars().filter(|c| !c.is_control()).collect();
        return cut(&clean, MAX_LINE);
    }
    cut(text, MAX_LINE)
}

/// The text, cut at a character's edge to at most `max` UTF-16 units.
fn cut(text: &str, max: usize) -> String {
    if text.len() <= max {
        return text.to_owned();
    }
    let mut units = 0;
    let end = text.char_indices().find_map(|(at, c)| {
        units += c.len_utf16();
        (units > max).then_some(at)
    });
    text.get(..end.unwrap_or(text.len()))
        .unwrap_or_default()
        .to_owned()
}
