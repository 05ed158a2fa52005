//! The board's own data: title, team, dates, phases, summary.

use crate::{Key, PhaseKind, VoteOn, When, Writing};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The board's own data, one record under [`Key::Meta`](crate::Key::Meta).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "board.ts")]
pub struct Meta {
    /// What the board is called.
    pub title: String,
    /// The team whose delivery is reviewed; empty if not said.
    pub team: String,
    /// The id of the template the board was made from; empty for none.
    pub template: String,
    /// The day of the workshop, `YYYY-MM-DD`; empty if not said.
    pub held_on: String,
    /// The date that was promised, drawn as a pennant on the timeline.
    pub promised: Option<When>,
    /// The phases, in the order they are walked through.
    pub phases: Vec<Phase>,
    /// The id of the current phase; empty where the board has none.
    pub phase: String,
    /// The phases whose private notes have been revealed, by id.
    #[serde(default)]
    pub revealed: Vec<String>,
    /// The vote that is open or was shown last.
    #[serde(default)]
    pub vote: Option<Vote>,
    /// The theme or note everybody is to look at now.
    #[serde(default)]
    pub discussing: Option<Key>,
    /// The summary, written by the team. A collaborative text.
    pub summary: String,
}

impl Meta {
    /// The current phase.
    pub fn current_phase(&self) -> Option<&Phase> {
        self.phases.iter().find(|phase| phase.id == self.phase)
    }

    /// The id of the current phase while people write each for themselves in it.
    pub fn private_phase(&self) -> Option<&str> {
        let phase = self.current_phase()?;
        let private = phase.kind == PhaseKind::Gather && phase.writing == Writing::Private;
        (private && !self.revealed.contains(&phase.id)).then_some(phase.id.as_str())
    }

    /// The vote that is open now.
    pub fn open_vote(&self) -> Option<&Vote> {
        self.vote.as_ref().filter(|vote| vote.open)
    }
}

/// A blind vote with dots. Ballots are not on the board: each laptop keeps its people's until the
/// vote is shown, and puts their dots on the board then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "board.ts")]
pub struct Vote {
    /// Which vote: a new one for each time people vote.
    pub id: String,
    /// Dots a person has.
    pub budget: u32,
    /// Dots a person may put on one thing.
    pub cap: u32,
    /// What they may be put on.
    pub on: VoteOn,
    /// People vote; nobody sees how. Not open: the dots are shown.
    pub open: bool,
}

impl Vote {
    /// The most dots a person can be given.
    pub const MAX_BUDGET: u32 = 50;
}

/// A step of the workshop. The guide shows its texts; its kind decides its rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "board.ts")]
pub struct Phase {
    /// A short word, unique among the board's phases.
    pub id: String,
    /// What the phase is for.
    pub kind: PhaseKind,
    /// The stepper's label.
    pub title: String,
    /// The guide's question, in the largest type.
    pub question: String,
    /// Why we do this, in a sentence or two.
    pub purpose: String,
    /// Questions to ask aloud.
    #[serde(default)]
    pub prompts: Vec<String>,
    /// Tips for the facilitator.
    #[serde(default)]
    pub tips: Vec<String>,
    /// "When you hear …": the phrase, and what to ask instead.
    #[serde(default)]
    pub swap: Option<(String, String)>,
    /// Suggested minutes.
    pub minutes: u32,
    /// Left out of this workshop.
    #[serde(default)]
    pub skipped: bool,
    /// How people write, where they gather.
    #[serde(default)]
    pub writing: Writing,
}
