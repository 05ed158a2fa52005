//! Bright spots: practices that worked somewhere, kept so that others can emulate them. They live
//! beside the boards, in a laptop's own library, and travel as small files.
//!
//! The idea is that of positive deviance: look at who does well with what everybody has, and at what
//! exactly they do.

use crate::plan::clean_line;
use crate::{MAX_LINE, utf16_len};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The value of `format` in a file.
const FORMAT: &str = "upshot-bright-spot";
/// The value of `version`. A reader refuses a greater one.
const VERSION: u32 = 1;
/// The longest practice or explanation, in UTF-16 code units: a paragraph or two.
const MAX_WORDS: usize = 2_000;
/// The most tags and trials that are kept.
const MAX_LIST: usize = 100;
/// The largest file that is read, in bytes: all of the above, escaped, fits.
pub const MAX_FILE: usize = 1024 * 1024;

/// A practice worth copying.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "board.ts")]
pub struct BrightSpot {
    /// A random word that stays with it on its travels.
    pub id: String,
    /// What they do.
    pub practice: String,
    /// What made it work.
    #[serde(default)]
    pub because: String,
    /// The smallest step worth copying.
    #[serde(default)]
    pub step: String,
    /// The team that does it; empty if not said.
    #[serde(default)]
    pub team: String,
    /// The title of the board it was found on; empty if none.
    #[serde(default)]
    pub board: String,
    /// Words to find it by.
    #[serde(default)]
    pub tags: Vec<String>,
    /// When its words were changed last, unix milliseconds: the newer words win where two meet.
    #[serde(default)]
    #[ts(type = "number")]
    pub changed_ms: i64,
    /// What came of trying it, oldest first.
    #[serde(default)]
    pub trials: Vec<Trial>,
}

/// Somebody tried a bright spot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "board.ts")]
pub struct Trial {
    /// The day it was told, `YYYY-MM-DD`.
    pub on: String,
    /// Which team tried.
    #[serde(default)]
    pub team: String,
    /// What changed.
    pub changed: String,
}

/// Why a file is not a bright spot, or words do not make one.
#[derive(Debug, thiserror::Error)]
pub enum SpotError {
    /// It is not JSON of this form.
    #[error("this file is not a bright spot")]
    Form,
    /// It was made by a newer version.
    #[error("this bright spot needs a newer version of Upshot")]
    Newer,
    /// It says nothing.
    #[error("say in a sentence what they do")]
    Empty,
    /// Something in it is too long.
    #[error("this is longer than fits: {0}")]
    TooLong(&'static str),
}

#[derive(Serialize, Deserialize)]
struct File {
    format: String,
    version: u32,
    #[serde(rename = "brightSpot")]
    spot: BrightSpot,
}

/// Whether a JSON text says that it is a bright spot.
pub fn is_bright_spot(json: &str) -> bool {
    #[derive(Deserialize)]
    struct Head {
        format: String,
    }
    serde_json::from_str::<Head>(json).is_ok_and(|head| head.format == FORMAT)
}

impl BrightSpot {
    /// Reads a file.
    ///
    /// # Errors
    /// See [`SpotError`].
    pub fn parse(json: &str) -> Result<Self, SpotError> {
        #[derive(Deserialize)]
        struct Head {
            format: String,
            version: u32,
        }
        if json.len() > MAX_FILE {
            return Err(SpotError::TooLong("a bright spot's file holds 1 MB"));
        }
        let head: Head = serde_json::from_str(json).map_err(|_| SpotError::Form)?;
        if head.format != FORMAT {
            return Err(SpotError::Form);
        }
        if head.version > VERSION {
            return Err(SpotError::Newer);
        }
        let file: File = serde_json::from_str(json).map_err(|_| SpotError::Form)?;
        file.spot.checked()
    }

    /// As a file that [`parse`](Self::parse) reads; the same bright spot gives the same bytes.
    pub fn to_json(&self) -> String {
        let file = File {
            format: FORMAT.to_owned(),
            version: VERSION,
            spot: self.clone(),
        };
        let mut json = serde_json::to_string_pretty(&file).unwrap_or_default();
        json.push('\n');
        json
    }

    /// Its words, made fit to be kept.
    ///
    /// # Errors
    /// See [`SpotError`].
    pub fn checked(mut self) -> Result<Self, SpotError> {
        let sound = |id: &str| {
            (8..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric())
        };
        if !sound(&self.id) {
            return Err(SpotError::Form);
        }
        self.practice = words(&self.practice)?;
        if self.practice.is_empty() {
            return Err(SpotError::Empty);
        }
        self.because = words(&self.because)?;
        self.step = words(&self.step)?;
        self.team = line(&self.team)?;
        self.board = line(&self.board)?;
        if self.tags.len().max(self.trials.len()) > MAX_LIST {
            return Err(SpotError::TooLong("it holds 100 tags and 100 trials"));
        }
        let mut tags = Vec::new();
        for tag in &self.tags {
            let tag = line(tag)?;
            if !tag.is_empty() && !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        self.tags = tags;
        self.changed_ms = self.changed_ms.max(0);
        for trial in &mut self.trials {
            trial.on = line(&trial.on)?;
            if !crate::when::is_date(&trial.on) {
                trial.on = String::new();
            }
            trial.team = line(&trial.team)?;
            trial.changed = words(&trial.changed)?;
        }
        self.trials.retain(|trial| !trial.changed.is_empty());
        self.trials.sort();
        self.trials.dedup();
        Ok(self)
    }

    /// The same bright spot from two places: the newer words, everybody's trials. It does not
    /// matter which comes first.
    #[must_use]
    pub fn merged(self, other: Self) -> Self {
        let mut trials = self.trials.clone();
        trials.extend(other.trials.iter().cloned());
        trials.sort();
        trials.dedup();
        trials.truncate(MAX_LIST);
        let mut newer = if (self.changed_ms, &self.practice, &self.because, &self.step)
            >= (
                other.changed_ms,
                &other.practice,
                &other.because,
                &other.step,
            ) {
            self
        } else {
            other
        };
        newer.trials = trials;
        newer
    }

    /// Everything it is found by.
    pub fn words(&self) -> String {
        let trials = self.trials.iter().map(|trial| trial.changed.as_str());
        [
            &self.practice,
            &self.because,
            &self.step,
            &self.team,
            &self.board,
        ]
        .into_iter()
        .map(String::as_str)
        .chain(self.tags.iter().map(String::as_str))
        .chain(trials)
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
    }
}

fn line(text: &str) -> Result<String, SpotError> {
    let text = clean_line(text);
    if utf16_len(&text) > MAX_LINE {
        return Err(SpotError::TooLong("a line holds 400 characters"));
    }
    Ok(text)
}

fn words(text: &str) -> Result<String, SpotError> {
    let text = crate::plan::clean_text(text).trim().to_owned();
    if utf16_len(&text) > MAX_WORDS {
        return Err(SpotError::TooLong("each part holds 2,000 characters"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn spot(practice: &str, changed_ms: i64, trials: &[&str]) -> BrightSpot {
        BrightSpot {
            id: "abcdefgh12345678".into(),
            practice: practice.into(),
            because: "Two people on every change".into(),
            step: "Pair on the next release note".into(),
            team: "Maps".into(),
            board: "Release 4.2".into(),
            tags: vec!["release".into(), "release".into(), " ".into()],
            changed_ms,
            trials: trials
                .iter()
                .map(|changed| Trial {
                    on: "2026-03-18".into(),
                    team: String::new(),
                    changed: (*changed).into(),
                })
                .collect(),
        }
    }

    #[test]
    fn a_file_comes_back_as_it_went() {
        let spot = spot(
            "Rehearse with \"real\" data\nand tell",
            5,
            &["Fewer surprises"],
        )
        .checked()
        .unwrap();
        assert_eq!(spot.tags, ["release"]);
        let json = spot.to_json();
        assert!(is_bright_spot(&json));
        assert_eq!(BrightSpot::parse(&json).unwrap(), spot);
        let newer = json.replace("\"version\": 1", "\"version\": 2");
        assert!(matches!(BrightSpot::parse(&newer), Err(SpotError::Newer)));
        assert!(matches!(BrightSpot::parse("{}"), Err(SpotError::Form)));
    }

    #[test]
    fn l1_a_bright_spots_story_goes_on_wherever_it_was_told() {
        let here = spot("Rehearse", 5, &["Calm release"]);
        let there = spot("Rehearse twice", 9, &["Found a gap", "Calm release"]);
        let merged = here.clone().merged(there.clone());
        assert_eq!(merged, there.merged(here));
        assert_eq!(merged.practice, "Rehearse twice");
        assert_eq!(merged.trials.len(), 2);
    }

    proptest! {
        #[test]
        fn any_text_is_a_bright_spot_or_an_error(text in "\\PC{0,200}") {
            let _ = BrightSpot::parse(&text);
            let _ = is_bright_spot(&text);
        }
        #[test]
        fn what_was_checked_stays_as_it_is(practice in "\\PC{1,60}", because in ".{0,60}") {
            let spot = BrightSpot { because, ..spot(&practice, 1, &[]) };
            if let Ok(spot) = spot.checked() {
                prop_assert_eq!(spot.clone().checked().unwrap(), spot);
            }
        }
    }
}
