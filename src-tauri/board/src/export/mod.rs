//! The board as documents for people who were not there.
//!
//! [`markdown`] is what goes into a wiki or a repository, [`json`] is complete and comes back
//! exactly, [`csv_followups`] opens in a spreadsheet. The formats are written down in
//! `docs/documents.md`. The same board always gives the same bytes.

mod csv;
mod escape;
mod front_matter;
mod json;
mod markdown;
pub(crate) mod words;

pub use csv::csv_followups;
pub(crate) use escape::unescape;
pub(crate) use front_matter::{SCHEMA, Step};
pub use json::json;
pub(crate) use json::{Document, FORMAT, VERSION};
pub use markdown::{Votes, markdown, markdown_with_votes};

use crate::{Board, Key};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a document includes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[ts(export, export_to = "board.ts")]
pub struct ExportOptions {
    /// Names: who was there, authors, owners.
    pub names: bool,
    /// The timeline.
    pub timeline: bool,
    /// Votes.
    pub votes: bool,
    /// Parked notes.
    pub parking_lot: bool,
    /// Only these sections, themes and notes; the whole board where not said.
    pub selection: Option<Vec<Key>>,
}

impl Default for ExportOptions {
    fn default() -> Self {
        Self {
            names: true,
            timeline: true,
            votes: true,
            parking_lot: true,
            selection: None,
        }
    }
}

/// The longest file name given, in bytes, without the extension: every file system takes it,
/// and it leaves room for a folder above.
const MAX_NAME: usize = 80;

/// A file name for a document of this board: lower-case letters and digits of the title, and
/// the day of the workshop where it is known. Safe on every file system.
pub fn file_name(board: &Board, extension: &str) -> String {
    let mut name = slug(&board.meta.title);
    if name.is_empty() {
        name.push_str("review");
    }
    let day = slug(&board.meta.held_on);
    if !day.is_empty() && !name.contains(&day) {
        name.push('-');
        name.push_str(&day);
    }
    while name.len() > MAX_NAME {
        name.pop();
    }
    let mut name = name.trim_end_matches('-').to_owned();
    // Windows keeps these for devices, whatever the extension.
    let device = matches!(name.as_str(), "con" | "prn" | "aux" | "nul")
        || (name.len() == 4
            && (name.starts_with("com") || name.starts_with("lpt"))
            && name.ends_with(|c: char| c.is_ascii_digit()));
    if device {
        name.push_str("-review");
    }
    let extension: String = extension
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    if extension.is_empty() {
        name
    } else {
        format!("{name}.{extension}")
    }
}

/// Letters and digits of any script, lower case, everything else a single hyphen.
fn slug(text: &str) -> String {
    let mut slug = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn named(title: &str, day: &str) -> String {
        let mut board = Board::default();
        board.meta.title = title.to_owned();
        board.meta.held_on = day.to_owned();
        file_name(&board, "md")
    }

    #[test]
    fn a_file_name_says_the_title_and_the_day() {
        assert_eq!(
            named("Payments migration", "2025-03-28"),
            "payments-migration-2025-03-28.md"
        );
        assert_eq!(named("  Größe: 3 ½ / \\ ", ""), "größe-3-½.md");
        assert_eq!(named("../../etc/passwd", ""), "etc-passwd.md");
        assert_eq!(named("", ""), "review.md");
        assert_eq!(named("CON", ""), "con-review.md");
    }

    proptest! {
        #[test]
        fn file_names_are_safe(title in any::<String>(), day in any::<String>()) {
            let name = named(&title, &day);
            prop_assert!(name.len() <= MAX_NAME + 10 && name.len() > 3);
            prop_assert!(!name.starts_with(['.', '-']));
            prop_assert!(!name.contains(['/', '\\', ':', '*', '?', '"', '<', '>', '|', '\0', ' ']));
            prop_assert_eq!(name.matches('.').count(), 1);
        }
    }
}
