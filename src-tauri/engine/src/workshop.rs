//! What a workshop adds to the protocol: what is private, and what passes.

use board::{Key, NoteId, NoteKind, PersonId, SectionId};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A note somebody is writing for themselves. It stays in this laptop's own store until the reveal.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[ts(export, export_to = "protocol.ts")]
pub struct PrivateNote {
    /// Its id among the person's own notes. It is not the id it will have on the board.
    pub id: NoteId,
    /// What it says.
    pub text: String,
    /// Which question it answers.
    pub section: SectionId,
    /// The kind it will have; the section's where not said.
    #[serde(default)]
    #[ts(optional)]
    pub kind: Option<NoteKind>,
    /// Onto the board without its author.
    #[serde(default)]
    pub anonymous: bool,
    /// The phase it is written in.
    pub phase: String,
}

/// Its words are in no log.
impl std::fmt::Debug for PrivateNote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PrivateNote")
            .field("phase", &self.phase)
            .finish_non_exhaustive()
    }
}

/// How many dots somebody puts on something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "protocol.ts")]
pub struct Dots {
    /// A theme or note.
    pub on: Key,
    /// How many; 0 takes them back.
    pub dots: u32,
}

/// A timer, as it stands at the moment of telling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(export, export_to = "protocol.ts")]
pub struct Timer {
    /// Its whole length, milliseconds, extensions included.
    #[ts(type = "number")]
    pub total_ms: i64,
    /// What is left, milliseconds; negative: over for so long.
    #[ts(type = "number")]
    pub left_ms: i64,
    /// It runs; otherwise it stands still.
    pub running: bool,
}

/// What is done with the timer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "do", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[ts(export, export_to = "protocol.ts")]
pub enum TimerChange {
    /// Starts it anew.
    Start {
        /// For how long, milliseconds.
        #[ts(type = "number")]
        ms: i64,
    },
    /// Holds it.
    Pause,
    /// Lets it go on.
    Resume,
    /// Makes it longer (or, below zero, shorter).
    Extend {
        /// By so much, milliseconds.
        #[ts(type = "number")]
        ms: i64,
    },
    /// Takes it away.
    Stop,
}

/// Notes that may tell the same story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export, export_to = "protocol.ts")]
pub struct Suggestion {
    /// The notes, the most typical first.
    pub notes: Vec<NoteId>,
    /// Words they share, for a name.
    pub words: Vec<String>,
}

/// Who is at this board, for those who facilitate: nobody else is told.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[ts(export, export_to = "protocol.ts")]
pub struct Progress {
    /// Who has not said that they are done, of those who are here.
    pub waiting: Vec<PersonId>,
    /// Everybody who is here has said so.
    pub all: bool,
}
