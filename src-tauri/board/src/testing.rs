//! For tests, here and in other crates (feature `testing`): commands at random, and what must
//! hold of every board.

mod random;

use crate::{
    Board, Command, Connector, End, Key, MAX_COORD, MAX_LINE, MAX_TEXT, Order, Parent, Record,
    Size, utf16_len,
};

/// A source of random bits, all a generator needs.
pub type Bits<'a> = &'a mut dyn FnMut() -> u64;

/// A sequence of bits for tests (SplitMix64, Steele, Lea and Flood 2014).
pub fn bits(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed;
    move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

/// A command that could be meant for the board: mostly sensible, now and then naming what is not
/// there, too long, out of bounds or twice the same.
pub fn command(next: Bits<'_>, board: &Board) -> Command {
    random::Random { next, board }.command()
}

/// Checks what must hold of every board: ids are the keys they stand under; parents are there;
/// themes lie in no theme, strokes and follow-ups neither; ends of connectors are there and
/// differ; orders are well-formed; positions, sizes, texts and lines are within bounds; the
/// current phase is one of the phases.
///
/// # Errors
/// The first thing that does not hold, in words.
pub fn check_invariants(board: &Board) -> Result<(), String> {
    let meta = &board.meta;
    if !meta.phases.is_empty() && meta.current_phase().is_none() {
        return Err(format!("the current phase {:?} is unknown", meta.phase));
    }
    for line in [&meta.title, &meta.team, &meta.held_on] {
        fits("meta", line, MAX_LINE)?;
    }
    fits("summary", &meta.summary, MAX_TEXT)?;
    for record in board.snapshot().records {
        let key = record.key();
        if board.get(key).as_ref() != Some(&record) {
            return Err(format!("{key} stands under another key"));
        }
        let (lines, text, size) = match &record {
            Record::Meta(_) => continue,
            Record::Section(r) => {
                within(key, r.x, r.y)?;
                orderly(key, &r.order)?;
                (
                    vec![&r.title, &r.prompt],
                    None,
                    Some((r.size, Size::SECTION)),
                )
            }
            Record::Note(r) => {
                let size = r.size.map(|size| (size, Size::NOTE));
                (vec![&r.source], Some(&r.text), size)
            }
            Record::Theme(r) => (vec![&r.name], None, None),
            Record::Connector(r) => {
                ends(board, r)?;
                (vec![&r.label], None, None)
            }
            Record::Stroke(r) if !r.points.len().is_multiple_of(3) => {
                return Err(format!("{key} has half a point"));
            }
            Record::Stroke(_) => (vec![], None, None),
            Record::FollowUp(r) => (
                vec![&r.owner, &r.outcome, &r.due, &r.spot],
                Some(&r.text),
                None,
            ),
            Record::Person(r) => (vec![&r.name], None, None),
            Record::Dot(r) => (vec![&r.vote], None, None),
        };
        for line in lines {
            fits(&key.to_string(), line, MAX_LINE)?;
            if line.chars().any(char::is_control) {
                return Err(format!("{key} has a control character in a line"));
            }
        }
        if let Some(text) = text {
            fits(&key.to_string(), text, MAX_TEXT)?;
        }
        if let Some((size, least)) = size
            && !((least.w..=MAX_COORD).contains(&size.w) && (least.h..=MAX_COORD).contains(&size.h))
        {
            return Err(format!("{key} is {size:?}"));
        }
        if let Some(place) = record.place() {
            within(key, place.x, place.y)?;
            orderly(key, &place.order)?;
            let there = match place.parent {
                Parent::Board => true,
                Parent::Section(id) => board.sections.contains_key(&id),
                Parent::Theme(id) => matches!(key, Key::Note(_)) && board.themes.contains_key(&id),
            };
            if !there {
                return Err(format!("{key} lies on {}", place.parent));
            }
        }
    }
    Ok(())
}

fn fits(what: &str, text: &str, most: usize) -> Result<(), String> {
    let len = utf16_len(text);
    if len > most {
        Err(format!("{what} has {len} code units"))
    } else {
        Ok(())
    }
}

fn within(key: Key, x: i32, y: i32) -> Result<(), String> {
    let inside = |v| (-MAX_COORD..=MAX_COORD).contains(&v);
    if inside(x) && inside(y) {
        Ok(())
    } else {
        Err(format!("{key} lies at {x}, {y}"))
    }
}

fn orderly(key: Key, order: &Order) -> Result<(), String> {
    if order.is_valid() {
        Ok(())
    } else {
        Err(format!("{key} has the order {order:?}"))
    }
}

fn ends(board: &Board, connector: &Connector) -> Result<(), String> {
    let there = |end: End| match end {
        End::At(x, y) => within(connector.id.into(), x, y).is_ok(),
        End::On(key) => board.contains(key),
    };
    if there(connector.from) && there(connector.to) && connector.from != connector.to {
        return Ok(());
    }
    Err(format!(
        "{:?} holds on to {:?} and {:?}",
        connector.id, connector.from, connector.to
    ))
}
