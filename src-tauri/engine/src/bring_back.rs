//! The edits of one board as commands for another that went another way (`heal.rs`).

use board::{Board, Command, Key, Record};
use std::collections::BTreeSet;

/// Commands that bring one board into another: records that are not there, the fields of those that
/// differ, and removals of what was removed here.
///
/// `own` is the board that was here, `caught_up` the same with all that `now` had and it had not.
pub(crate) fn bring_back(
    own: &Board,
    caught_up: &Board,
    now: &Board,
    written: &BTreeSet<Key>,
) -> Vec<Command> {
    let mut commands = Vec::new();
    let mut missing = Vec::new();
    for own in own.snapshot().records {
        let (key, now) = (own.key(), now.get(own.key()));
        match now {
            None => missing.push(own),
            _ if caught_up.get(key) == now => {}
            Some(now) if own != now => commands.extend(fields(&own, &now)),
            Some(_) => {}
        }
    }
    let removed = written
        .iter()
        .filter(|key| !own.contains(**key) && now.contains(**key));
    commands.extend(removed.map(|key| Command::Remove { keys: vec![*key] }));
    // What others lie on first.
    missing.sort_by_key(|record| match record {
        Record::Section(_) => 0,
        Record::Theme(_) => 1,
        Record::Connector(_) => 3,
        _ => 2,
    });
    let missing = missing.into_iter().map(|record| Command::Insert {
        records: vec![record],
    });
    missing.chain(commands).collect()
}

/// Texts and places: what people would miss. Small settings stay as the other side has them.
fn fields(own: &Record, now: &Record) -> Vec<Command> {
    let key = own.key();
    let mut commands = Vec::new();
    let mut text = |own: &str, now: &str| {
        if own != now {
            commands.push(Command::SetText {
                key,
                text: join(own, now),
            });
        }
    };
    match (own, now) {
        (Record::Note(own), Record::Note(now)) => text(&own.text, &now.text),
        (Record::FollowUp(own), Record::FollowUp(now)) => text(&own.text, &now.text),
        (Record::Meta(own), Record::Meta(now)) => {
            text(&own.summary, &now.summary);
            if own.title != now.title {
                let set = vec![board::MetaChange::Title(own.title.clone())];
                commands.push(Command::SetMeta { set });
            }
        }
        (Record::Theme(own), Record::Theme(now)) if own.name != now.name => {
            commands.push(Command::NameTheme {
                id: own.id,
                name: own.name.clone(),
            });
        }
        (Record::Section(own), Record::Section(now)) if own.title != now.title => {
            let set = vec![board::SectionChange::Title(own.title.clone())];
            commands.push(Command::SetSection { id: own.id, set });
        }
        _ => {}
    }
    if let (Some(own), Some(now)) = (own.place(), now.place())
        && (own.parent, own.x, own.y) != (now.parent, now.x, now.y)
    {
        let to = board::Move {
            key,
            parent: own.parent,
            x: own.x,
            y: own.y,
            after: None,
            first: false,
        };
        commands.push(Command::Move { moves: vec![to] });
    }
    commands
}

/// Both texts in one: what they share at the ends once, and what differs in between one after the
/// other.
fn join(own: &str, now: &str) -> String {
    if now.contains(own) {
        return now.to_owned();
    }
    if own.contains(now) {
        return own.to_owned();
    }
    let head: usize = own
        .chars()
        .zip(now.chars())
        .take_while(|(a, b)| a == b)
        .map(|(a, _)| a.len_utf8())
        .sum();
    let (own_rest, now_rest) = (
        own.get(head..).unwrap_or_default(),
        now.get(head..).unwrap_or_default(),
    );
    let tail: usize = own_rest
        .chars()
        .rev()
        .zip(now_rest.chars().rev())
        .take_while(|(a, b)| a == b)
        .map(|(a, _)| a.len_utf8())
        .sum();
    let own_mid = own_rest.get(..own_rest.len() - tail).unwrap_or_default();
    let now_mid = now_rest.get(..now_rest.len() - tail).unwrap_or_default();
    let space = if own_mid.is_empty() || now_mid.is_empty() {
        ""
    } else {
        " "
    };
    let (start, end) = (
        own.get(..head).unwrap_or_default(),
        own_rest.get(own_mid.len()..).unwrap_or_default(),
    );
    format!("{start}{now_mid}{space}{own_mid}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joined_texts_hold_the_words_of_both() {
        assert_eq!(join("we shipped late", "we shipped"), "we shipped late");
        assert_eq!(
            join("we shipped early", "we shipped late"),
            "we shipped late early"
        );
        assert_eq!(join("é", "è"), "è é");
        assert_eq!(join("", "x"), "x");
    }
}
