//! Wording hints: while somebody writes, a better question on offer. A nudge, never a block.
//!
//! [`hints`] reads one text and says which of its words tend to end a conversation (a verdict in
//! hindsight, an omission, a name beside "broke") and which question opens it again. It is meant
//! to be right or silent: what a machine did, what somebody said in quotation marks, what is asked
//! about the future, and praise raise nothing.
//!
//! There is no model and no network. The rules are data: `wording/rules.json` holds patterns over
//! words with the questions and examples beside them, `wording/lexicon.json` the word classes they
//! name; `docs/wording.md` describes both. What the code adds is in three parts:
//!
//! - `token`: words and the breaks between them; quotations, code and addresses become blanks;
//! - `subject`: *who* a verb is about ("the team's pipeline" is no person, "two of the reviewers"
//!   are), which is most of what keeps false alarms away;
//! - `pattern`: the small pattern language. Every pattern looks at a bounded number of words from
//!   where it starts, so time grows linearly with the text.
//!
//! The families of questions come from debriefing practice: ask *how* and *what* rather than *why*
//! and *who*, be wary of counterfactuals and of a single cause (Etsy's debriefing facilitation
//! guide; Dekker, *The Field Guide to Understanding Human Error*).

mod lexicon;
mod pattern;
mod rules;
mod subject;
mod token;

use rules::Wording;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;
use ts_rs::TS;

/// A question on offer, and the words that raised it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "board.ts")]
pub struct Hint {
    /// The rule's id, such as `omission`: what a person dismisses for good.
    pub rule: String,
    /// Where the words begin, in UTF-16 code units.
    pub start: u32,
    /// One past where they end, in UTF-16 code units.
    pub end: u32,
    /// What to ask instead: one or two short questions.
    pub ask: Vec<String>,
}

/// What rules there are, for a list of those that a person dismissed.
pub fn rule_ids() -> impl Iterator<Item = &'static str> {
    WORDING.rules.iter().map(|rule| rule.id.as_str())
}

/// The hints of a text, by where they begin; they do not overlap. Time is linear in the text.
pub fn hints(text: &str) -> Vec<Hint> {
    WORDING.hints(text)
}

static WORDING: LazyLock<Wording> = LazyLock::new(|| {
    // Files that are not sound leave no rule, and fail a test.
    Wording::parse(RULES, LEXICON).unwrap_or_default()
});

const RULES: &str = include_str!("../wording/rules.json");
const LEXICON: &str = include_str!("../wording/lexicon.json");

#[cfg(test)]
mod tests;
