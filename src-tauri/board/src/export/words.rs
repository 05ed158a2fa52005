//! The document's own words. Import reads them back, so each stands here once.

use crate::FollowUpKind;
use std::borrow::Cow;

pub(crate) const SUMMARY: &str = "Summary";
pub(crate) const ALSO: &str = "Also on the board";
pub(crate) const EMULATE: &str = "What to emulate";
pub(crate) const FOLLOW_UPS: &str = "Follow-ups";
pub(crate) const LINKS: &str = "Links";
pub(crate) const PARKING: &str = "Parking lot";
pub(crate) const PEOPLE: &str = "Who was there";
/// Under themes, the notes in none of them.
pub(crate) const ALONE: &str = "Notes that stand alone";
pub(crate) const UNTITLED: &str = "(untitled)";
/// Headings of the document itself. A section or theme of the same name is written with its
/// first letter as a character reference: it reads the same, and import tells them apart.
pub(crate) const RESERVED: &[&str] = &[
    SUMMARY, ALSO, EMULATE, FOLLOW_UPS, LINKS, PARKING, PEOPLE, ALONE, UNTITLED,
];

pub(crate) const NONE: &str = "(none recorded)";
pub(crate) const NO_SUMMARY: &str =
    "(Not written yet: what happened, and what do we take from it? Two or three sentences.)";
pub(crate) const FACILITATOR: &str = "(facilitator)";
/// A label that looks like a moment and means none.
pub(crate) const TIME_UNKNOWN: &str = "(time unknown)";

/// Between the facts of a line.
pub(crate) const DOT: &str = " · ";
pub(crate) const ARROW: &str = " → ";

/// What a follow-up of this kind does.
pub(crate) fn kind(kind: FollowUpKind) -> &'static str {
    match kind {
        FollowUpKind::Spread => "spreads a success",
        FollowUpKind::Remove => "removes an obstacle",
        FollowUpKind::Change => "changes the system",
        FollowUpKind::Rule => "adds a check or a rule",
        FollowUpKind::Care => "asks people to take more care",
    }
}

/// A text as documents carry it: line ends are `\n`, and U+0000, which Markdown cannot write,
/// is U+FFFD.
pub(crate) fn normal(text: &str) -> Cow<'_, str> {
    if text.contains(['\r', '\0']) {
        Cow::Owned(
            text.replace("\r\n", "\n")
                .replace('\r', "\n")
                .replace('\0', "\u{FFFD}"),
        )
    } else {
        Cow::Borrowed(text)
    }
}

/// The longest excerpt, in characters: enough to know the note again.
const EXCERPT: usize = 60;

/// The beginning of a text, by which a reader knows it again: its first line with words in it.
pub(crate) fn excerpt(text: &str) -> String {
    let text = normal(text);
    let Some(line) = text.lines().map(str::trim).find(|line| !line.is_empty()) else {
        return String::new();
    };
    match line.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or(line).trim_end()),
        None => line.to_owned(),
    }
}
