//! Freehand ink.

use super::draft::{Draft, Row};
use super::squeeze::Spot;
use super::{Rejection, places, words};
use crate::{Key, MAX_COORD, Place, Record, Stroke};

/// The most points of a stroke: several minutes of drawing without lifting the pen.
const MAX_POINTS: usize = 10_000;
/// The widest pen, in board units.
const MAX_WIDTH: i32 = 64;

pub(super) fn add(draft: &mut Draft<'_>, stroke: &Stroke) -> Result<(), Rejection> {
    draft.fresh(stroke.id)?;
    check(stroke)?;
    draft.parent(stroke.place.parent)?;
    let place = places::welcome(draft, Key::Stroke(stroke.id), stroke.place.clone())?;
    let order = draft.slot(Row::On(place.parent), Spot::Last, None);
    draft.put(Record::Stroke(Stroke {
        place: Place { order, ..place },
        ..stroke.clone()
    }));
    Ok(())
}

pub(super) fn check(stroke: &Stroke) -> Result<(), Rejection> {
    words::point(stroke.place.x, stroke.place.y)?;
    if stroke.points.len() > 3 * MAX_POINTS {
        return Err(Rejection::TooLong("a stroke holds 10,000 points"));
    }
    let sound = !stroke.points.is_empty()
        && stroke.points.len().is_multiple_of(3)
        && (1..=MAX_WIDTH).contains(&stroke.width)
        && stroke.points.chunks(3).all(|point| match point {
            [dx, dy, pressure] => {
                let near = -10 * MAX_COORD..=10 * MAX_COORD;
                near.contains(dx) && near.contains(dy) && (0..=255).contains(pressure)
            }
            _ => false,
        });
    if sound {
        Ok(())
    } else {
        Err(Rejection::Malformed("these are not the points of a stroke"))
    }
}
