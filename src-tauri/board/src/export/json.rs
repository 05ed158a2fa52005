//! The whole board as JSON, exact and complete.

use crate::{Board, Connector, Dot, FollowUp, Meta, Note, Person, Section, Stroke, Theme};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The value of `format`.
pub(crate) const FORMAT: &str = "upshot-board";
/// The value of `version`. A reader refuses a greater one.
pub(crate) const VERSION: u32 = 1;

/// The document: every record of the board, as the types of this crate serialise. Keys in this
/// order, records in the order of their ids.
///
/// ```json
/// {
///   "format": "upshot-board",
///   "version": 1,
///   "meta": { "title": "…", … },
///   "sections": [ { "id": "s…", … } ],
///   "notes": [ … ], "themes": [ … ], "connectors": [ … ],
///   "strokes": [ … ], "followUps": [ … ], "people": [ … ], "dots": [ … ]
/// }
/// ```
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Document<'a> {
    pub(crate) format: Cow<'a, str>,
    pub(crate) version: u32,
    pub(crate) meta: Cow<'a, Meta>,
    #[serde(default)]
    pub(crate) sections: Vec<Cow<'a, Section>>,
    #[serde(default)]
    pub(crate) notes: Vec<Cow<'a, Note>>,
    #[serde(default)]
    pub(crate) themes: Vec<Cow<'a, Theme>>,
    #[serde(default)]
    pub(crate) connectors: Vec<Cow<'a, Connector>>,
    #[serde(default)]
    pub(crate) strokes: Vec<Cow<'a, Stroke>>,
    #[serde(default)]
    pub(crate) follow_ups: Vec<Cow<'a, FollowUp>>,
    #[serde(default)]
    pub(crate) people: Vec<Cow<'a, Person>>,
    #[serde(default)]
    pub(crate) dots: Vec<Cow<'a, Dot>>,
}

/// The whole board as JSON, pretty-printed, ending in a line end. Import gives the same board.
/// The format is described in `docs/documents.md`.
pub fn json(board: &Board) -> String {
    let document = Document {
        format: Cow::Borrowed(FORMAT),
        version: VERSION,
        meta: Cow::Borrowed(&board.meta),
        sections: board.sections.values().map(Cow::Borrowed).collect(),
        notes: board.notes.values().map(Cow::Borrowed).collect(),
        themes: board.themes.values().map(Cow::Borrowed).collect(),
        connectors: board.connectors.values().map(Cow::Borrowed).collect(),
        strokes: board.strokes.values().map(Cow::Borrowed).collect(),
        follow_ups: board.followups.values().map(Cow::Borrowed).collect(),
        people: board.people.values().map(Cow::Borrowed).collect(),
        dots: board.dots.values().map(Cow::Borrowed).collect(),
    };
    // Only maps with keys that are no strings can fail, and there are none.
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}
