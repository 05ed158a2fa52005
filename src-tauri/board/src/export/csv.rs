//! The follow-ups as a table for spreadsheets.

use super::words::{self, excerpt};
use crate::{Board, FollowUp, Key, Reach};

/// The follow-ups as CSV (RFC 4180: CRLF, quoted where needed), in the order of the document.
///
/// It begins with a byte order mark, without which Excel takes UTF-8 for something else.
/// A cell that a spreadsheet would run as a formula begins with an apostrophe, which shows it
/// as text (OWASP, "CSV Injection").
pub fn csv_followups(board: &Board) -> String {
    let mut out = String::from("\u{FEFF}");
    row(
        &mut out,
        &[
            "Follow-up",
            "Owner",
            "Due",
            "Kind",
            "Reach",
            "Status",
            "From",
            "Outcome",
            "Team",
            "Board",
        ],
    );
    let mut followups: Vec<&FollowUp> = board.followups.values().collect();
    followups.sort_by(|a, b| (a.kind, &a.place.order, a.id).cmp(&(b.kind, &b.place.order, b.id)));
    for followup in followups {
        let reach = match &followup.reach {
            Reach::Team => "this team".to_owned(),
            Reach::Teams(names) => names.join(", "),
            Reach::Everyone => "every team".to_owned(),
        };
        let from = match followup.from {
            Some(Key::Note(id)) => board.notes.get(&id).map(|note| excerpt(&note.text)),
            Some(Key::Theme(id)) => board.themes.get(&id).map(|theme| excerpt(&theme.name)),
            _ => None,
        };
        row(
            &mut out,
            &[
                &followup.text,
                &followup.owner,
                &followup.due,
                words::kind(followup.kind),
                &reach,
                followup.status.word(),
                &from.unwrap_or_default(),
                &followup.outcome,
                &board.meta.team,
                &board.meta.title,
            ],
        );
    }
    out
}

fn row(out: &mut String, cells: &[&str]) {
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        self::cell(out, cell);
    }
    out.push_str("\r\n");
}

fn cell(out: &mut String, text: &str) {
    let text = text.replace('\0', "");
    // Spreadsheets skip blanks before they look for a formula, and know full-width signs.
    let formula = text
        .trim_start_matches(|c: char| c.is_whitespace() || c.is_control() || c == '\u{FEFF}')
        .starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
        || text.starts_with(['\t', '\r', '\n']);
    if formula || text.contains(['"', ',', '\n', '\r', ';', '\t']) {
        out.push('"');
        if formula {
            out.push('\'');
        }
        out.push_str(&text.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(&text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A reader of RFC 4180.
    fn parse(text: &str) -> Vec<String> {
        let mut cells = vec![String::new()];
        let mut chars = text.trim_end_matches("\r\n").chars().peekable();
        let mut quoted = false;
        while let Some(c) = chars.next() {
            let last = cells.last_mut().unwrap();
            match c {
                '"' if quoted && chars.peek() == Some(&'"') => last.push(chars.next().unwrap()),
                '"' => quoted = !quoted,
                ',' if !quoted => cells.push(String::new()),
                c => last.push(c),
            }
        }
        assert!(!quoted);
        cells
    }

    proptest! {
        #[test]
        fn cells_come_back_and_none_is_a_formula(texts in proptest::collection::vec("[ =+@\t\r\n\",;a-c-]{0,8}", 1..6)) {
            let mut out = String::new();
            let cells: Vec<&str> = texts.iter().map(String::as_str).collect();
            row(&mut out, &cells);
            let parsed = parse(&out);
            prop_assert_eq!(parsed.len(), texts.len());
            for (cell, text) in parsed.iter().zip(&texts) {
                prop_assert!(!cell.trim_start().starts_with(['=', '+', '-', '@']), "{cell:?}");
                prop_assert!(cell == text || cell.strip_prefix('\'') == Some(text));
            }
        }
    }

    #[test]
    fn a_formula_is_text() {
        let mut out = String::new();
        row(&mut out, &["=HYPERLINK(\"x\")", "plain", "a, b"]);
        assert_eq!(out, "\"'=HYPERLINK(\"\"x\"\")\",plain,\"a, b\"\r\n");
    }
}
