//! The YAML front matter. Every string is a JSON string, which YAML reads as the same string
//! (double-quoted style), so nothing typed can be taken for YAML.

use super::escape::shapeless;
use super::markdown::question_words;
use super::words::normal;
use crate::{Board, Section, when};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt::Write;

/// The key that says the document is one of ours, and its version.
pub(crate) const SCHEMA: &str = "upshot";
/// The version written.
pub(crate) const SCHEMA_VERSION: u32 = 1;

/// A phase as the front matter says it: what was done, and for how long.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Step<'a> {
    pub(crate) id: Cow<'a, str>,
    pub(crate) kind: crate::PhaseKind,
    pub(crate) title: Cow<'a, str>,
    pub(crate) minutes: u32,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) skipped: bool,
}

pub(super) fn write(out: &mut String, board: &Board, sections: &[&Section], names: bool) {
    let meta = &board.meta;
    out.push_str("---\n");
    line(out, "title", &quoted(&meta.title));
    if when::is_date(&meta.held_on) {
        line(out, "date", &meta.held_on);
    } else if !meta.held_on.trim().is_empty() {
        line(out, "date", &quoted(&meta.held_on));
    }
    if !meta.team.trim().is_empty() {
        line(out, "team", &quoted(&meta.team));
    }
    if let Some(promised) = &meta.promised {
        line(out, "promised", &quoted(&promised.label));
        if !promised.at.is_empty() {
            line(out, "promised_at", &quoted(&promised.at));
        }
    }
    let mut facilitators: Vec<Cow<'_, str>> = board
        .people
        .values()
        .filter(|person| person.facilitator && !person.name.trim().is_empty())
        .map(|person| normal(&person.name))
        .collect();
    facilitators.sort_unstable();
    if names && !facilitators.is_empty() {
        let names: Vec<String> = facilitators.iter().map(|name| quoted(name)).collect();
        line(out, "facilitators", &format!("[{}]", names.join(", ")));
    }
    let minutes: u64 = meta
        .phases
        .iter()
        .filter(|phase| !phase.skipped)
        .map(|phase| u64::from(phase.minutes))
        .sum();
    if minutes > 0 {
        line(out, "duration", &quoted(&format!("{minutes} min")));
    }
    if !meta.template.trim().is_empty() {
        line(out, "template", &quoted(&meta.template));
    }
    if !meta.phases.is_empty() {
        out.push_str("phases:\n");
        for phase in &meta.phases {
            let step = Step {
                id: normal(&phase.id),
                kind: phase.kind,
                title: normal(&phase.title),
                minutes: phase.minutes,
                skipped: phase.skipped,
            };
            let _ = writeln!(
                out,
                "  - {}",
                visible(&serde_json::to_string(&step).unwrap_or_default())
            );
        }
    }
    if !sections.is_empty() {
        let questions: Vec<String> = sections
            .iter()
            .map(|section| question_words(section.kind, section.layout))
            .collect();
        line(out, "questions", &format!("[{}]", questions.join(", ")));
    }
    line(out, SCHEMA, &SCHEMA_VERSION.to_string());
    out.push_str("---\n");
}

fn line(out: &mut String, key: &str, value: &str) {
    let _ = writeln!(out, "{key}: {value}");
}

fn quoted(text: &str) -> String {
    let text = if text.trim().is_empty() {
        Cow::Borrowed("")
    } else {
        normal(text)
    };
    visible(&serde_json::to_string(&text).unwrap_or_default())
}

/// JSON leaves control and bidi characters beyond ASCII as they are; YAML does not take them.
fn visible(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if shapeless(c) || matches!(c, '\u{FFFE}' | '\u{FFFF}') {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}
