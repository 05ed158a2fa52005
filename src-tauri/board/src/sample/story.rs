//! What the sample review tells.

use crate::{FollowUpKind, NoteKind, Reach};

pub(super) const TITLE: &str = "Winter timetable";
pub(super) const TEAM: &str = "Departures";
pub(super) const HELD_ON: &str = "2025-12-18";
pub(super) const PROMISED: &str = "14 Dec";
pub(super) const SUMMARY: &str = "\
The winter timetable had to be in the app on Sunday 14 December, when the trams change over; that \
date could not move. It was live on Saturday night, 80 minutes before the first night bus.

The operator's feed came in two parts, a week and more than three weeks after we had planned for \
it, in a form we had not seen. What held it together was practice: five trial imports before it \
counted, and one command that puts the old times back. Last year's night table, kept by chance, \
filled the gap for the night lines.

Maps and Ticketing get the same feed and have made late data dull: they import made-up feeds every \
week and agree a freeze with the operator. We start by copying that.";

pub(super) const PEOPLE: &[&str] = &["Noor", "Jonas", "Mei", "Rafael", "Ingrid", "Tunde"];

/// An entry of the timeline.
pub(super) struct Fact {
    pub(super) when: &'static str,
    pub(super) text: &'static str,
    pub(super) source: &'static str,
}

pub(super) const FACTS: &[Fact] = &[
    fact(
        "3 Nov",
        "Plan agreed: new times live by 14 Dec",
        "Planning notes",
    ),
    fact(
        "11 Nov",
        "Operator says the feed will be a week late",
        "Mail from the operator",
    ),
    fact(
        "20 Nov",
        "First trial import: 212 stops appear twice",
        "Import log",
    ),
    fact(
        "26 Nov",
        "Stop matching done, trial import clean",
        "Change 1187",
    ),
    fact(
        "4 Dec",
        "Full feed arrives, night lines missing",
        "Feed change list",
    ),
    fact(
        "10 Dec",
        "Night lines entered from last year's table",
        "Team chat",
    ),
    fact(
        "13 Dec 22:40",
        "New times live, 80 minutes to spare",
        "Release log",
    ),
];

const fn fact(when: &'static str, text: &'static str, source: &'static str) -> Fact {
    Fact { when, text, source }
}

/// A note.
pub(super) struct Words {
    pub(super) text: &'static str,
    /// Where it differs from its section's.
    pub(super) kind: Option<NoteKind>,
    pub(super) anonymous: bool,
}

impl Words {
    pub(super) const fn of(text: &'static str) -> Self {
        Self {
            text,
            kind: None,
            anonymous: false,
        }
    }
    const fn unsigned(text: &'static str) -> Self {
        Self {
            text,
            kind: None,
            anonymous: true,
        }
    }
    const fn idea(text: &'static str) -> Self {
        Self {
            text,
            kind: Some(NoteKind::Idea),
            anonymous: false,
        }
    }
}

/// A section's notes.
pub(super) struct Topic {
    pub(super) kind: NoteKind,
    /// A theme with its sentence and its notes.
    pub(super) theme: Option<(&'static str, &'static [Words])>,
    /// The theme stands left of the loose notes.
    pub(super) theme_first: bool,
    pub(super) loose: &'static [Words],
}

pub(super) const TOPICS: &[Topic] = &[
    Topic {
        kind: NoteKind::Well,
        theme: Some((
            PRACTISED,
            &[
                Words::of("Trial imports every Thursday since week one"),
                Words::of("One command put the old times back"),
                Words::of("Support sat in on the second trial"),
                Words::idea("Borrowed the stop checklist of Maps"),
            ],
        )),
        theme_first: true,
        loose: &[
            Words::of("We said early what could wait: new icons"),
            Words::of("Each day ended with one open list"),
        ],
    },
    Topic {
        kind: NoteKind::Lucky,
        theme: None,
        theme_first: false,
        loose: &[
            Words::of(NIGHT_TABLE),
            Words::of("The operator's on-call knew our import"),
            Words::unsigned("The slowest phone lay on a desk nearby"),
            Words::of("School holidays kept Saturday quiet"),
        ],
    },
    Topic {
        kind: NoteKind::Shared,
        theme: None,
        theme_first: false,
        loose: &[
            Words::of(MAPS_WAITED),
            Words::of("Ticketing had planned for a late feed"),
            Words::of("The spring feed was late for everyone too"),
        ],
    },
    Topic {
        kind: NoteKind::Puzzle,
        theme: Some((
            ONE_FEED,
            &[
                Words::of("We heard of the delay by chance"),
                Words::of("No sample of the new form to test with"),
                Words::unsigned("Night lines come from another office"),
                Words::of("No date for the rest until it came"),
            ],
        )),
        theme_first: false,
        loose: &[
            Words::of(STOP_NAMES),
            Words::of("Two approvals for every data fix"),
        ],
    },
    Topic {
        kind: NoteKind::Idea,
        theme: Some((
            DULL,
            &[
                Words::of(MADE_UP),
                Words::of("Ticketing agrees a freeze with the operator"),
                Words::of("Ticketing keeps old data ready to load"),
            ],
        )),
        theme_first: true,
        loose: &[
            Words::of("Signage asks: what would make this dull?"),
            Words::of("Maps shows its trial runs to everyone"),
        ],
    },
];

const PRACTISED: &str = "We practised before it counted";
const ONE_FEED: &str = "One feed, nothing to fall back on";
const DULL: &str = "Others made late data dull";
const NIGHT_TABLE: &str = "Jonas still had last year's night table";
const MAPS_WAITED: &str = "Maps waited for the same feed";
const STOP_NAMES: &str = "Stop names live in three places";
const MADE_UP: &str = "Maps imports a made-up feed each week";
const ASK_MAPS: &str = "Ask Maps to show us a weekly trial import";

/// A follow-up.
pub(super) struct Card {
    pub(super) text: &'static str,
    pub(super) owner: &'static str,
    pub(super) due: &'static str,
    pub(super) kind: FollowUpKind,
    /// The teams it reaches; this one where there are none.
    pub(super) teams: &'static [&'static str],
    /// The words of the note or theme it comes from.
    pub(super) from: &'static str,
}

impl Card {
    pub(super) fn reach(&self) -> Reach {
        if self.teams.is_empty() {
            return Reach::Team;
        }
        Reach::Teams(self.teams.iter().map(|team| (*team).to_owned()).collect())
    }
}

pub(super) const FOLLOW_UPS: &[Card] = &[
    Card {
        text: ASK_MAPS,
        owner: "Mei",
        due: "2026-01-09",
        kind: FollowUpKind::Spread,
        teams: &[],
        from: MADE_UP,
    },
    Card {
        text: "Keep each season's night table ready to load",
        owner: "Jonas",
        due: "2026-01-16",
        kind: FollowUpKind::Spread,
        teams: &[],
        from: NIGHT_TABLE,
    },
    Card {
        text: "Agree a feed freeze with the operator",
        owner: "Noor",
        due: "2026-01-23",
        kind: FollowUpKind::Remove,
        teams: &["Departures", "Maps", "Ticketing"],
        from: ONE_FEED,
    },
    Card {
        text: "Move stop names into one shared file",
        owner: "Rafael",
        due: "2026-02-27",
        kind: FollowUpKind::Change,
        teams: &["Departures", "Signage"],
        from: STOP_NAMES,
    },
];

/// A connector, by the words at its ends.
pub(super) struct Link {
    pub(super) from: &'static str,
    pub(super) to: &'static str,
    pub(super) label: &'static str,
}

pub(super) const LINKS: &[Link] = &[
    Link {
        from: "Operator says the feed will be a week late",
        to: MAPS_WAITED,
        label: "same feed",
    },
    Link {
        from: ONE_FEED,
        to: DULL,
        label: "who does this well?",
    },
    Link {
        from: DULL,
        to: ASK_MAPS,
        label: "",
    },
];
