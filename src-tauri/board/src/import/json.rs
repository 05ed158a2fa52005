//! Our own JSON, exactly.

use super::{Import, ImportError, MAX_JSON};
use crate::export::{Document, FORMAT, VERSION};
use crate::{Board, Record};
use serde::Deserialize;
use std::borrow::Cow;

/// What every version says about itself.
#[derive(Deserialize)]
struct Envelope {
    format: String,
    version: u32,
}

/// The board of a JSON document that [`export::json`](crate::export::json) wrote, with the ids
/// it had. Fields this version does not know are passed over.
///
/// # Errors
/// See [`ImportError`].
pub fn json(text: &str) -> Result<Import, ImportError> {
    if text.len() > MAX_JSON {
        return Err(ImportError::TooLong {
            bytes: text.len(),
            most: MAX_JSON,
        });
    }
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let wrong = |error: serde_json::Error| {
        // The line says where to look; the message itself could quote a note.
        ImportError::NotABoard(format!("line {}, column {}", error.line(), error.column()))
    };
    let envelope: Envelope = serde_json::from_str(text).map_err(wrong)?;
    if envelope.format != FORMAT {
        return Err(ImportError::NotABoard(
            "it is another kind of JSON".to_owned(),
        ));
    }
    if envelope.version != VERSION {
        return Err(ImportError::Newer(envelope.version));
    }
    let document: Document<'_> = serde_json::from_str(text).map_err(wrong)?;
    let mut board = Board {
        meta: document.meta.into_owned(),
        ..Board::default()
    };
    let mut twice = false;
    let mut put = |record: Record| twice |= board.put(record).is_some();
    document
        .sections
        .into_iter()
        .map(Cow::into_owned)
        .for_each(|r| put(Record::Section(r)));
    document
        .people
        .into_iter()
        .map(Cow::into_owned)
        .for_each(|r| put(Record::Person(r)));
    document
        .themes
        .into_iter()
        .map(Cow::into_owned)
        .for_each(|r| put(Record::Theme(r)));
    document
        .notes
        .into_iter()
        .map(Cow::into_owned)
        .for_each(|r| put(Record::Note(r)));
    document
        .strokes
        .into_iter()
        .map(Cow::into_owned)
        .for_each(|r| put(Record::Stroke(r)));
    document
        .follow_ups
        .into_iter()
        .map(Cow::into_owned)
        .for_each(|r| put(Record::FollowUp(r)));
    document
        .connectors
        .into_iter()
        .map(Cow::into_owned)
        .for_each(|r| put(Record::Connector(r)));
    document
        .dots
        .into_iter()
        .map(Cow::into_owned)
        .for_each(|r| put(Record::Dot(r)));
    if twice {
        return Err(ImportError::NotABoard(
            "two things in it have the same id".to_owned(),
        ));
    }
    Ok(Import {
        records: super::draft::parents_first(board),
    })
}
