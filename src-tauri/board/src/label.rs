//! What a request is called where it can be undone.

use crate::{Command, Key, MetaChange, NoteChange, PersonChange, Record, SectionChange};

/// A request in a few words: "Add note", "Move 3 notes", "Rename theme". It carries no words of
/// the board.
pub fn label(commands: &[Command]) -> String {
    // Making room follows from something else, so it names the request only when it is alone.
    let main: Vec<Act> = commands
        .iter()
        .filter(|command| !matches!(command, Command::MakeRoom { .. }))
        .map(act)
        .collect();
    let Some(first) = main.first().copied().or_else(|| commands.first().map(act)) else {
        return "Nothing".to_owned();
    };
    let alike = |act: &Act| act.verb == first.verb && act.to == first.to;
    if !main.iter().all(alike) {
        return first.to_string();
    }
    let what = |a: &Act| a.what == first.what;
    let sum = main
        .iter()
        .map(|act| act.count)
        .sum::<usize>()
        .max(first.count);
    Act {
        what: if main.iter().all(what) {
            first.what
        } else {
            THING
        },
        count: sum,
        ..first
    }
    .to_string()
}

/// One and many of a thing.
type Noun = (&'static str, &'static str);
const BOARD: Noun = ("board", "board");
const SECTION: Noun = ("section", "sections");
const NOTE: Noun = ("note", "notes");
const THEME: Noun = ("theme", "themes");
const CONNECTOR: Noun = ("connector", "connectors");
const STROKE: Noun = ("stroke", "strokes");
const FOLLOW_UP: Noun = ("follow-up", "follow-ups");
const PERSON: Noun = ("person", "people");
const PHASE: Noun = ("phase", "phase");
const PHASES: Noun = ("phases", "phases");
const NOTES: Noun = ("notes", "notes");
const VOTE: Noun = ("vote", "votes");
const THING: Noun = ("thing", "things");

/// What is done, to how many of what, and to what end.
#[derive(Debug, Clone, Copy)]
struct Act {
    verb: &'static str,
    what: Noun,
    count: usize,
    to: &'static str,
}

impl std::fmt::Display for Act {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            verb,
            what: (one, many),
            count,
            to,
        } = self;
        match count {
            _ if one == many => write!(f, "{verb} {one}{to}"),
            1 => write!(f, "{verb} {one}{to}"),
            _ => write!(f, "{verb} {count} {many}{to}"),
        }
    }
}

fn act(command: &Command) -> Act {
    let one = |verb, what| Act {
        verb,
        what,
        count: 1,
        to: "",
    };
    match command {
        Command::SetMeta { set } => match set.as_slice() {
            [MetaChange::Title(_)] => one("Rename", BOARD),
            _ => one("Change", BOARD),
        },
        Command::AddSection { .. } => one("Add", SECTION),
        Command::SetSection { set, .. } => match set.as_slice() {
            [SectionChange::Title(_)] => one("Rename", SECTION),
            [SectionChange::Collapsed(true)] => one("Collapse", SECTION),
            [SectionChange::Collapsed(false)] => one("Open", SECTION),
            _ => one("Change", SECTION),
        },
        Command::AddNotes { notes } => Act {
            count: notes.len(),
            ..one("Add", NOTE)
        },
        Command::SetNotes { ids, set } => {
            let verb = match set.as_slice() {
                [NoteChange::Parked(true)] => "Park",
                [NoteChange::Parked(false)] => "Bring back",
                [NoteChange::Anonymous] => "Take the name off",
                _ => "Change",
            };
            Act {
                count: ids.len(),
                ..one(verb, NOTE)
            }
        }
        Command::EditText { key: Key::Meta, .. } | Command::SetText { key: Key::Meta, .. } => {
            one("Edit", ("summary", "summary"))
        }
        Command::EditText { key, .. } | Command::SetText { key, .. } => one("Edit", noun(*key)),
        Command::Move { moves } => many("Move", moves.iter().map(|to| to.key)),
        Command::Resize { key, .. } => one("Resize", noun(*key)),
        Command::MakeRoom { .. } => one("Make room in", SECTION),
        Command::Restack { keys, front: true } => Act {
            to: " to the front",
            ..many("Bring", keys.iter().copied())
        },
        Command::Restack { keys, front: false } => Act {
            to: " to the back",
            ..many("Send", keys.iter().copied())
        },
        Command::Lock { keys, locked } => {
            let verb = if *locked { "Lock" } else { "Unlock" };
            many(verb, keys.iter().copied())
        }
        Command::Remove { keys } => many("Remove", keys.iter().copied()),
        Command::Group { notes, .. } => Act {
            count: notes.len(),
            ..one("Group", NOTE)
        },
        Command::NameTheme { .. } => one("Rename", THEME),
        Command::CollapseTheme {
            collapsed: true, ..
        } => one("Stack", THEME),
        Command::CollapseTheme {
            collapsed: false, ..
        } => one("Open", THEME),
        Command::MergeThemes { from, .. } => Act {
            count: from.len() + 1,
            ..one("Merge", THEME)
        },
        Command::AddConnector { .. } => one("Add", CONNECTOR),
        Command::SetConnector { .. } => one("Change", CONNECTOR),
        Command::AddStroke { .. } => one("Draw", STROKE),
        Command::AddFollowUp { .. } => one("Add", FOLLOW_UP),
        Command::SetFollowUp { .. } => one("Change", FOLLOW_UP),
        Command::AddPerson { .. } => one("Add", PERSON),
        Command::SetPerson { set, .. } => match set.as_slice() {
            [PersonChange::Name(_)] => one("Rename", PERSON),
            _ => one("Change", PERSON),
        },
        Command::GoToPhase { .. } => one("Change", PHASE),
        Command::SetPhases { .. } => one("Change", PHASES),
        Command::Reveal { .. } | Command::Conceal { .. } => one("Reveal", NOTES),
        Command::StartVote { .. } | Command::CancelVote => one("Change", VOTE),
        Command::ShowVotes => one("Show", VOTE),
        Command::Discuss { .. } => one("Discuss", THEME),
        Command::Insert { records } => many("Add", records.iter().map(Record::key)),
    }
}

fn many(verb: &'static str, keys: impl Iterator<Item = Key>) -> Act {
    let mut act = Act {
        verb,
        what: THING,
        count: 0,
        to: "",
    };
    for noun in keys.map(noun) {
        act.what = if act.count == 0 || act.what == noun {
            noun
        } else {
            THING
        };
        act.count += 1;
    }
    act
}

fn noun(key: Key) -> Noun {
    match key {
        Key::Meta => BOARD,
        Key::Section(_) => SECTION,
        Key::Note(_) => NOTE,
        Key::Theme(_) => THEME,
        Key::Connector(_) => CONNECTOR,
        Key::Stroke(_) => STROKE,
        Key::FollowUp(_) => FOLLOW_UP,
        Key::Person(_) => PERSON,
        Key::Dot(_) => VOTE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Move, NoteId, Parent, SectionId, ThemeId};

    fn to(key: Key) -> Move {
        Move {
            key,
            parent: Parent::Board,
            x: 0,
            y: 0,
            after: None,
            first: false,
        }
    }

    #[test]
    fn requests_are_called_what_they_do() {
        let (a, b) = (NoteId::from_bits(1), NoteId::from_bits(2));
        let (theme, section) = (ThemeId::from_bits(3), SectionId::from_bits(4));
        let moved = Command::Move {
            moves: vec![to(a.into())],
        };
        let both = Command::Move {
            moves: vec![to(a.into()), to(b.into())],
        };
        let mixed = Command::Move {
            moves: vec![to(a.into()), to(theme.into()), to(b.into())],
        };
        let room = Command::MakeRoom {
            id: section,
            h: 300,
        };
        let named = Command::NameTheme {
            id: theme,
            name: "secret".into(),
        };
        let front = Command::Restack {
            keys: vec![a.into()],
            front: true,
        };
        let grouped = Command::Group {
            id: theme,
            notes: vec![a, b],
            name: String::new(),
        };
        for (commands, label) in [
            (vec![moved.clone()], "Move note"),
            (vec![both.clone()], "Move 2 notes"),
            (
                vec![both.clone(), moved.clone(), room.clone()],
                "Move 3 notes",
            ),
            (vec![mixed], "Move 3 things"),
            (vec![room.clone()], "Make room in section"),
            (vec![room, named.clone()], "Rename theme"),
            (vec![grouped, named], "Group 2 notes"),
            (vec![front], "Bring note to the front"),
            (vec![], "Nothing"),
        ] {
            assert_eq!(super::label(&commands), label);
        }
    }
}
