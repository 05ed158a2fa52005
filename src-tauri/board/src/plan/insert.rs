//! Whole records: pasted, imported, from a template.

use super::draft::{Draft, Row};
use super::squeeze::Spot;
use super::{MAX_ITEMS, Rejection, connectors, followups, meta, places, strokes, words, workshop};
use crate::{Command, Key, Meta, Note, Order, Place, Record, Size, TextEdit, When, when};

/// The commands that put these records, each of a size that one command takes, parents first.
/// Meant to be sent as one request.
pub fn insert_commands(mut records: Vec<Record>) -> Vec<Command> {
    records.sort_by_key(rank);
    records
        .chunks(MAX_ITEMS)
        .map(|part| Command::Insert {
            records: part.to_vec(),
        })
        .collect()
}

/// What things lie on and hold on to comes before them.
fn rank(record: &Record) -> u8 {
    match record {
        Record::Meta(_) => 0,
        Record::Person(_) => 1,
        Record::Section(_) => 2,
        Record::Theme(_) => 3,
        Record::Note(_) => 4,
        Record::Stroke(_) => 5,
        Record::FollowUp(_) => 6,
        Record::Connector(_) => 7,
        Record::Dot(_) => 8,
    }
}

/// Well-formed orders stay as they are; a record without one comes last. A person of another
/// board who is not here did not write anything here: their notes come without an author.
pub(super) fn insert(draft: &mut Draft<'_>, records: &[Record]) -> Result<(), Rejection> {
    words::count(records.len())?;
    let mut sorted: Vec<&Record> = records.iter().collect();
    sorted.sort_by_key(|record| rank(record));
    for record in sorted {
        if let Record::Meta(_) = record {
            // A board's own data is there from the start; only a new board's is still to be said.
            if !draft.meta().title.is_empty() {
                return Err(Rejection::Taken(Key::Meta));
            }
        } else {
            draft.fresh(record.key())?;
        }
        let record = checked(draft, record.clone())?;
        if let Record::Meta(mut record) = record {
            // A board's own data is there already, so its text is edited.
            let summary = std::mem::replace(&mut record.summary, draft.meta().summary.clone());
            let edit = TextEdit::diff(&record.summary, &summary);
            draft.put(Record::Meta(record));
            draft.edit(Key::Meta, edit)?;
        } else {
            draft.put(record);
        }
    }
    Ok(())
}

fn checked(draft: &mut Draft<'_>, record: Record) -> Result<Record, Rejection> {
    Ok(match record {
        Record::Meta(record) => Record::Meta(board_data(record)?),
        Record::Person(mut record) => {
            record.name = words::line(&record.name)?;
            Record::Person(record)
        }
        Record::Section(mut record) => {
            words::point(record.x, record.y)?;
            record.title = words::line(&record.title)?;
            record.prompt = words::line(&record.prompt)?;
            record.size = words::size(record.size, Size::SECTION)?;
            record.order = kept_or_last(draft, record.order, Row::Agenda);
            Record::Section(record)
        }
        Record::Theme(mut record) => {
            record.name = words::line(&record.name)?;
            record.place = place(draft, Key::Theme(record.id), record.place)?;
            Record::Theme(record)
        }
        Record::Note(record) => Record::Note(note(draft, record)?),
        Record::Stroke(mut record) => {
            strokes::check(&record)?;
            record.place = place(draft, Key::Stroke(record.id), record.place)?;
            Record::Stroke(record)
        }
        Record::FollowUp(mut record) => {
            followups::check_from(record.from)?;
            record.text = words::text(&record.text)?;
            record.owner = words::line(&record.owner)?;
            record.due = words::date(&record.due)?;
            record.reach = followups::reach(&record.reach)?;
            record.outcome = words::line(&record.outcome)?;
            record.spot = words::line(&record.spot)?;
            record.place = place(draft, Key::FollowUp(record.id), record.place)?;
            Record::FollowUp(record)
        }
        Record::Connector(mut record) => {
            record.label = words::line(&record.label)?;
            connectors::check(draft, &record)?;
            Record::Connector(record)
        }
        Record::Dot(mut record) => {
            record.vote = words::line(&record.vote)?;
            Record::Dot(record)
        }
    })
}

fn note(draft: &mut Draft<'_>, mut note: Note) -> Result<Note, Rejection> {
    note.text = words::text(&note.text)?;
    note.source = words::line(&note.source)?;
    note.size = note
        .size
        .map(|size| words::size(size, Size::NOTE))
        .transpose()?;
    note.place = place(draft, Key::Note(note.id), note.place)?;
    note.when = note
        .when
        .map(moment)
        .transpose()?
        .filter(|when| !when.label.is_empty());
    note.author = note.author.filter(|person| draft.person(*person).is_some());
    note.made = note.made.max(0);
    Ok(note)
}

fn place(draft: &mut Draft<'_>, key: Key, place: Place) -> Result<Place, Rejection> {
    words::point(place.x, place.y)?;
    draft.parent(place.parent)?;
    let place = places::welcome(draft, key, place)?;
    let order = kept_or_last(draft, place.order, Row::On(place.parent));
    Ok(Place { order, ..place })
}

fn kept_or_last(draft: &mut Draft<'_>, order: Order, row: Row) -> Order {
    if order.is_valid() {
        order
    } else {
        draft.slot(row, Spot::Last, None)
    }
}

fn moment(when: When) -> Result<When, Rejection> {
    let label = words::line(&when.label)?;
    if when.at.is_empty() || when::is_moment(&when.at) {
        return Ok(When { label, at: when.at });
    }
    Ok(When::parse(&label, None))
}

fn board_data(record: Meta) -> Result<Meta, Rejection> {
    let mut checked = Meta {
        title: words::line(&record.title)?,
        team: words::line(&record.team)?,
        template: words::line(&record.template)?,
        held_on: words::date(&record.held_on)?,
        promised: record
            .promised
            .map(moment)
            .transpose()?
            .filter(|when| !when.label.is_empty()),
        phases: meta::checked(&record.phases)?,
        phase: record.phase,
        revealed: words::lines(&record.revealed)?,
        vote: record.vote.map(workshop::checked_vote).transpose()?,
        discussing: record.discussing,
        summary: words::text(&record.summary)?,
    };
    if checked.current_phase().is_none() {
        checked.phase = meta::first(&checked.phases);
    }
    Ok(checked)
}
