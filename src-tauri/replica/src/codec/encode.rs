//! From records to registers.

use board::{
    End, FollowUpKind, FollowUpStatus, Layout, NoteKind, Place, Reach, Record, Tint, Vote, When,
};
use yrs::{Any, Number};

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
            let revealed = array(r.revealed.iter().map(|phase| text(phase)));
            out.put("revealed", revealed, r.revealed.is_empty());
            out.put("vote", vote(r.vote.as_ref()), r.vote.is_none());
            let discussing = r.discussing.map_or(Any::Null, |key| text(&key.to_string()));
            out.put("discussing", discussing, r.discussing.is_none());
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
            out.flag("locked", r.locked);
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
            out.flag("locked", r.locked);
        }
        Record::Theme(r) => {
            out.text("name", &r.name);
            out.put("place", place(&r.place), false);
            out.flag("collapsed", r.collapsed);
            out.flag("locked", r.locked);
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
            out.text("spot", &r.spot);
            out.put("place", place(&r.place), false);
            out.flag("locked", r.locked);
        }
        Record::Person(r) => {
            out.text("name", &r.name);
            out.word("tint", r.tint.word(), r.tint == Tint::T1);
            out.flag("facilitator", r.facilitator);
        }
        Record::Dot(r) => {
            out.text("vote", &r.vote);
            out.put("on", text(&r.on.to_string()), false);
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

fn vote(vote: Option<&Vote>) -> Any {
    vote.map_or(Any::Null, |vote| {
        array([
            text(&vote.id),
            Any::Number(Number::Int(vote.budget.into())),
            Any::Number(Number::Int(vote.cap.into())),
            text(vote.on.word()),
            Any::Bool(vote.open),
        ])
    })
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
