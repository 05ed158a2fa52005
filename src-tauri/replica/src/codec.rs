//! Records and their registers: what each field of a record is in the document, and what a
//! register reads as. Reading never fails: what is missing, malformed or of an unknown word reads
//! as the field's default, what is out of bounds is clamped, the same on every replica (M8).

use board::{
    Connector, End, FollowUp, FollowUpKind, FollowUpStatus, Key, Layout, MAX_COORD, MAX_LINE,
    MAX_TEXT, Meta, Note, NoteKind, Order, Parent, Person, Phase, Place, Reach, Record, Section,
    Size, Stroke, Theme, Tint, When,
};
use std::sync::Arc;
use yrs::{Any, Number};

/// The longest list of phases that is read, in bytes of its JSON. The built-in templates need
/// about 8 KB.
const MAX_PHASES: usize = 256 * 1024;
/// The longest list of names a follow-up reaches.
const MAX_NAMES: usize = 200;

/// One register as it is written.
pub(crate) struct Register {
    /// Its key in the record's map.
    pub(crate) field: &'static str,
    /// Its value.
    pub(crate) value: Any,
    /// Whether that is what an absent register reads as: a new record leaves it out.
    pub(crate) default: bool,
}

/// The registers of a record, collaborative texts aside, in the order they are written.
pub(crate) fn registers(record: &Record) -> Vec<Register> {
    let mut out = Registers(Vec::with_capacity(10));
    match record {
        Record::Meta(r) => {
            out.text("title", &r.title);
            out.text("team", &r.team);
            out.text("template", &r.template);
            out.text("held", &r.held_on);
            out.put("promised", when(r.promised.as_ref()), r.promised.is_none());
            let phases = serde_json::to_string(&r.phases).unwrap_or_default();
            out.put("phases", text(&phases), r.phases.is_empty());
            out.text("phase", &r.phase);
        }
        Record::Section(r) => {
            out.text("title", &r.title);
            out.text("prompt", &r.prompt);
            out.word("kind", r.kind.word(), r.kind == NoteKind::Plain);
            out.word("layout", r.layout.word(), r.layout == Layout::Free);
            let frame = array([int(r.x), int(r.y), int(r.size.w), int(r.size.h)]);
            out.put("box", frame, false);
            out.text("order", &r.order.0);
            out.flag("collapsed", r.collapsed);
        }
        Record::Note(r) => {
            out.word("kind", r.kind.word(), r.kind == NoteKind::Plain);
            out.put("place", place(&r.place), false);
            let size = r
                .size
                .map_or(Any::Null, |size| array([int(size.w), int(size.h)]));
            out.put("size", size, r.size.is_none());
            let author = r.author.map_or(Any::Null, |id| text(&id.to_string()));
            out.put("author", author, r.author.is_none());
            out.put("made", Any::Number(Number::Int(r.made)), r.made == 0);
            out.put("when", when(r.when.as_ref()), r.when.is_none());
            out.text("source", &r.source);
            out.flag("parked", r.parked);
        }
        Record::Theme(r) => {
            out.text("name", &r.name);
            out.put("place", place(&r.place), false);
            out.flag("collapsed", r.collapsed);
        }
        Record::Connector(r) => {
            out.put("from", end(r.from), false);
            out.put("to", end(r.to), false);
            out.text("label", &r.label);
        }
        Record::Stroke(r) => {
            out.put("place", place(&r.place), false);
            out.put("points", array(r.points.iter().copied().map(int)), false);
            out.put("width", int(r.width), false);
            out.word("tint", r.tint.word(), r.tint == Tint::T1);
        }
        Record::FollowUp(r) => {
            out.text("owner", &r.owner);
            out.text("due", &r.due);
            out.word("kind", r.kind.word(), r.kind == FollowUpKind::Change);
            out.put("reach", reach(&r.reach), r.reach == Reach::Team);
            out.word("status", r.status.word(), r.status == FollowUpStatus::Open);
            let from = r.from.map_or(Any::Null, |key| text(&key.to_string()));
            out.put("from", from, r.from.is_none());
            out.text("outcome", &r.outcome);
            out.put("place", place(&r.place), false);
        }
        Record::Person(r) => {
            out.text("name", &r.name);
            out.word("tint", r.tint.word(), r.tint == Tint::T1);
            out.flag("facilitator", r.facilitator);
        }
    }
    out.0
}

/// The collaborative text of a record, if its kind has one.
pub(crate) fn collaborative_text(record: &Record) -> Option<&str> {
    match record {
        Record::Meta(r) => Some(&r.summary),
        Record::Note(r) => Some(&r.text),
        Record::FollowUp(r) => Some(&r.text),
        _ => None,
    }
}

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
            }),
            Key::Theme(id) => Record::Theme(Theme {
                id,
                name: self.line("name"),
                place: self.place(),
                collapsed: self.flag("collapsed"),
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
                place: self.place(),
            }),
            Key::Person(id) => Record::Person(Person {
                id,
                name: self.line("name"),
                tint: self.word("tint", Tint::from_word, Tint::T1),
                facilitator: self.flag("facilitator"),
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
            Key::Stroke(_) | Key::Meta => return "".into(),
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
            summary: cut(summary, MAX_TEXT),
        }
    }

    fn line(&self, field: &str) -> String {
        self.string(field)
            .map(|value| line(&value))
            .unwrap_or_default()
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

struct Registers(Vec<Register>);

impl Registers {
    fn put(&mut self, field: &'static str, value: Any, default: bool) {
        self.0.push(Register {
            field,
            value,
            default,
        });
    }
    fn text(&mut self, field: &'static str, value: &str) {
        self.put(field, text(value), value.is_empty());
    }
    fn word(&mut self, field: &'static str, word: &str, default: bool) {
        self.put(field, text(word), default);
    }
    fn flag(&mut self, field: &'static str, value: bool) {
        self.put(field, Any::Bool(value), !value);
    }
}

fn text(value: &str) -> Any {
    Any::String(value.into())
}

fn int(value: i32) -> Any {
    Any::Number(Number::Int(value.into()))
}

fn array(values: impl IntoIterator<Item = Any>) -> Any {
    Any::Array(values.into_iter().collect())
}

fn place(place: &Place) -> Any {
    array([
        text(&place.parent.to_string()),
        int(place.x),
        int(place.y),
        text(&place.order.0),
    ])
}

fn when(when: Option<&When>) -> Any {
    when.map_or(Any::Null, |when| array([text(&when.label), text(&when.at)]))
}

fn end(end: End) -> Any {
    match end {
        End::On(key) => text(&key.to_string()),
        End::At(x, y) => array([int(x), int(y)]),
    }
}

fn reach(reach: &Reach) -> Any {
    match reach {
        Reach::Team => text("team"),
        Reach::Everyone => text("everyone"),
        Reach::Teams(names) => array(names.iter().map(|name| text(name))),
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
pub(crate) fn cut(text: &str, max: usize) -> String {
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
