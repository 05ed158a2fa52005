//! The closed word lists of a board. Each serialises as the lower-case word that the document,
//! the exports and the UI share.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
        #[ts(export, export_to = "board.ts")]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant),* }

        impl $name {
            /// Every value, in the order the UI offers them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// The word it is stored and exported as.
            pub const fn word(self) -> &'static str { match self { $(Self::$variant => $word),* } }
            /// The value of a stored word, if this version knows it.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

words! {
    /// What a note says, by the question it answers.
    NoteKind {
        /// What happened?
        Happened = "happened",
        /// What went well?
        Well = "well",
        /// Where did we get lucky?
        Lucky = "lucky",
        /// Did it just affect us?
        Shared = "shared",
        /// What made it hard?
        Puzzle = "puzzle",
        /// Bright spots.
        Idea = "idea",
        /// What was understood while a theme was discussed.
        Insight = "insight",
        /// Anything else.
        Plain = "plain",
    }
}
words! {
    /// How a section places what is in it.
    Layout {
        /// Where people put things.
        Free = "free",
        /// One column, kept tidy, in order.
        Column = "column",
        /// A lane ordered by time, with an axis.
        Timeline = "timeline",
    }
}
words! {
    /// What a follow-up does to the system.
    FollowUpKind {
        /// Spreads a success.
        Spread = "spread",
        /// Removes an obstacle.
        Remove = "remove",
        /// Changes the system.
        Change = "change",
        /// Adds a check or a rule.
        Rule = "rule",
        /// Asks people to take more care.
        Care = "care",
    }
}
words! {
    /// Where a follow-up stands.
    FollowUpStatus {
        /// Agreed, not begun.
        Open = "open",
        /// Being done.
        Doing = "doing",
        /// Done.
        Done = "done",
        /// Dropped.
        Dropped = "dropped",
    }
}
words! {
    /// What a phase is for; its rules follow from it.
    PhaseKind {
        /// Set the scene.
        Scene = "scene",
        /// Build the timeline together.
        Timeline = "timeline",
        /// Private writing, then reveal.
        Gather = "gather",
        /// Group notes into themes.
        Group = "group",
        /// Blind dot voting.
        Vote = "vote",
        /// One theme at a time.
        Discuss = "discuss",
        /// Emulate a success, then follow-ups.
        Commit = "commit",
        /// What did you learn?
        Close = "close",
        /// No rules: a plain whiteboard.
        Open = "open",
    }
}
words! {
    /// How people write while they gather.
    Writing {
        /// Each for themselves until the reveal.
        Private = "private",
        /// On the board, seen by all.
        Open = "open",
    }
}
#[expect(
    clippy::derivable_impls,
    reason = "the lists of words have no place for a default"
)]
impl Default for Writing {
    fn default() -> Self {
        Self::Open
    }
}
words! {
    /// What dots may be put on.
    VoteOn {
        /// Themes, and notes that are in none.
        Themes = "themes",
        /// Notes.
        Notes = "notes",
    }
}
words! {
    /// The colour a person's cursor and pen have, one of the eight of the design.
    Tint {
        /// First.
        T1 = "1",
        /// Second.
        T2 = "2",
        /// Third.
        T3 = "3",
        /// Fourth.
        T4 = "4",
        /// Fifth.
        T5 = "5",
        /// Sixth.
        T6 = "6",
        /// Seventh.
        T7 = "7",
        /// Eighth.
        T8 = "8",
    }
}

/// Whom a follow-up reaches.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(tag = "to", content = "names", rename_all = "camelCase")]
#[ts(export, export_to = "board.ts")]
pub enum Reach {
    /// The team of this board.
    Team,
    /// Teams named here.
    Teams(Vec<String>),
    /// Every team.
    Everyone,
}
