//! Wording hints: while somebody writes, a better question on offer. A nudge, never a block.
//!
//! [`hints`] says which words of a text tend to end a conversation (a verdict in hindsight, an
//! omission, a name beside "broke") and which question opens it again. It is meant to be right or
//! silent: what a machine did, what somebody said in quotation marks, what is asked about the
//! future, and praise raise nothing.
//!
//! There is no model and no network. The rules are data, `wording/rules.json`: word classes, and for
//! each rule its patterns (regular expressions that name classes in braces), what takes a match back,
//! and the questions. Most false alarms are kept away by asking *who* a verb is about: patterns about
//! people begin where a clause begins. Expressions are matched without backtracking, so time grows
//! linearly with the text.
//!
//! The families of questions come from debriefing practice: ask *how* and *what* rather than *why*
//! and *who*, be wary of counterfactuals and of a single cause (Etsy's debriefing facilitation
//! guide; Dekker, *The Field Guide to Understanding Human Error*).

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::LazyLock;
use ts_rs::TS;

/// The newest form of rule files this version reads.
const FORMAT: u32 = 1;
/// How large one compiled expression may become, in bytes: names and roles are long lists.
const SIZE: usize = 64 << 20;
/// A class names others; deeper nesting is a mistake in the file.
const DEPTH: usize = 8;
/// A sentence longer than this is no sentence, in bytes; only its beginning is looked at.
const SENTENCE: usize = 1_000;

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

/// The ids of all rules.
pub fn rule_ids() -> impl Iterator<Item = &'static str> {
    RULES.iter().map(|rule| rule.id.as_str())
}

/// The hints of a text, by where they begin; at most one a rule.
pub fn hints(text: &str) -> Vec<Hint> {
    let plain = plain(text);
    let mut found = Vec::new();
    for rule in RULES.iter() {
        let hit = sentences(&plain).find_map(|(from, sentence)| {
            let (start, end) = rule.matched(sentence)?;
            Some((from + start, from + end))
        });
        if let Some((start, end)) = hit {
            // Blanks take the place of as many characters: positions are the text's own.
            found.push(Hint {
                rule: rule.id.clone(),
                start: units(text, &plain, start),
                end: units(text, &plain, end),
                ask: rule.ask.clone(),
            });
        }
    }
    found.sort_by(|a, b| (a.start, &a.rule).cmp(&(b.start, &b.rule)));
    found
}

/// UTF-16 units of the text before a byte of its plain form, which has the same characters count.
fn units(text: &str, plain: &str, at: usize) -> u32 {
    let characters = plain.get(..at).map_or(0, |before| before.chars().count());
    let units: usize = text.chars().take(characters).map(char::len_utf16).sum();
    u32::try_from(units).unwrap_or(u32::MAX)
}

/// The text with straight apostrophes, and blanks where it is not its writer who speaks: quotations,
/// code, addresses. As many characters as before.
fn plain(text: &str) -> String {
    let straight: String = text
        .chars()
        .map(|c| {
            if matches!(c, '’' | '‘' | 'ʼ') {
                '\''
            } else {
                c
            }
        })
        .collect();
    OTHERS
        .replace_all(&straight, |found: &regex::Captures<'_>| {
            " ".repeat(found[0].chars().count())
        })
        .into_owned()
}

static OTHERS: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r#"(?m)"[^"\n]{0,400}"|“[^”\n]{0,400}”|„[^“”\n]{0,400}[“”]|«[^»\n]{0,400}»|`[^`\n]{0,400}`|^\s*>.*$|https?://\S+"#;
    Regex::new(pattern).unwrap_or_else(|_| NOTHING.clone())
});

static NOTHING: LazyLock<Regex> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "a constant that is sound")]
    Regex::new("$^").expect("it is an expression")
});

/// Sentences, and the byte each begins at.
fn sentences(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut from = 0;
    let mut ends = text
        .char_indices()
        .zip(text.chars().skip(1).chain([' ']))
        .filter(|((_, c), next)| *c == '\n' || matches!(c, '.' | '!' | '?') && next.is_whitespace())
        .map(|((at, c), _)| at + c.len_utf8())
        .chain([text.len()])
        .collect::<Vec<_>>()
        .into_iter();
    std::iter::from_fn(move || {
        let end = ends.next()?;
        let start = std::mem::replace(&mut from, end);
        let sentence = text.get(start..end).unwrap_or_default();
        let mut most = sentence.len().min(SENTENCE);
        while !sentence.is_char_boundary(most) {
            most -= 1;
        }
        let sentence = sentence.get(..most).unwrap_or_default();
        let blank = sentence.len() - sentence.trim_start().len();
        Some((start + blank, sentence.trim_start()))
    })
}

/// A rule file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: u32,
    classes: BTreeMap<String, String>,
    rules: Vec<Written>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    #[serde(rename = "about")]
    _about: String,
    ask: Vec<String>,
    patterns: Vec<String>,
    #[serde(default)]
    except: Vec<String>,
}

struct Rule {
    id: String,
    ask: Vec<String>,
    patterns: Vec<Regex>,
    except: Vec<Regex>,
}

impl Rule {
    fn matched(&self, sentence: &str) -> Option<(usize, usize)> {
        let found = self
            .patterns
            .iter()
            .filter_map(|pattern| pattern.find(sentence))
            .min_by_key(regex::Match::start)?;
        let excused = self.except.iter().any(|except| except.is_match(sentence));
        (!excused).then(|| {
            let words = found.as_str();
            let lead = words.len()
                - words
                    .trim_start_matches(|c: char| !c.is_alphanumeric())
                    .len();
            (found.start() + lead, found.start() + words.trim_end().len())
        })
    }
}

/// Why a rule file is not one.
#[derive(Debug, thiserror::Error)]
enum RuleError {
    #[error("the file is of form {0}, this version reads {FORMAT}")]
    Format(u32),
    #[error("a class names one that is not there: {0}")]
    Class(String),
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    Pattern(#[from] regex::Error),
}

fn parse(json: &str) -> Result<Vec<Rule>, RuleError> {
    let file: File = serde_json::from_str(json)?;
    if file.format != FORMAT {
        return Err(RuleError::Format(file.format));
    }
    let compile = |pattern: &String| -> Result<Regex, RuleError> {
        let expanded = expand(pattern, &file.classes)?;
        Ok(RegexBuilder::new(&expanded)
            .case_insensitive(true)
            .size_limit(SIZE)
            .build()?)
    };
    file.rules
        .iter()
        .map(|rule| {
            Ok(Rule {
                id: rule.id.clone(),
                ask: rule.ask.clone(),
                patterns: rule
                    .patterns
                    .iter()
                    .map(compile)
                    .collect::<Result<_, _>>()?,
                except: rule.except.iter().map(compile).collect::<Result<_, _>>()?,
            })
        })
        .collect()
}

/// A pattern with classes in the place of their names; counts like `{0,3}` stay.
fn expand(pattern: &str, classes: &BTreeMap<String, String>) -> Result<String, RuleError> {
    let mut expanded = pattern.to_owned();
    for _ in 0..DEPTH {
        let mut next = String::with_capacity(expanded.len() * 2);
        let mut rest = expanded.as_str();
        let mut named = false;
        while let Some((before, after)) = rest.split_once('{') {
            next.push_str(before);
            let Some((name, tail)) = after.split_once('}') else {
                return Err(RuleError::Class(after.to_owned()));
            };
            if name.starts_with(|c: char| c.is_ascii_lowercase()) {
                let class = classes.get(name);
                next.push_str(class.ok_or_else(|| RuleError::Class(name.to_owned()))?);
                named = true;
            } else {
                next.extend(["{", name, "}"]);
            }
            rest = tail;
        }
        next.push_str(rest);
        expanded = next;
        if !named {
            return Ok(expanded);
        }
    }
    Err(RuleError::Class("a class that names itself".to_owned()))
}

// A file that is not sound leaves no rule, and fails a test.
static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| parse(FILE).unwrap_or_default());

const FILE: &str = include_str!("../wording/rules.json");

#[cfg(test)]
mod tests;
