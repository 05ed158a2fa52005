//! The Markdown document of the sample board, whole.
#![allow(clippy::unwrap_used)]

mod common;

use board::export::{
    ExportOptions, Votes, csv_followups, file_name, markdown, markdown_with_votes,
};
use board::*;
use expect_test::expect_file;

fn sample_board() -> Board {
    Board::from_snapshot(Snapshot {
        records: sample(&mut common::ids()),
    })
}

#[test]
fn x1_the_sample_as_markdown() {
    let board = sample_board();
    expect_file!["golden/sample.md"].assert_eq(&markdown(&board, &ExportOptions::default()));
    let csv = csv_followups(&board);
    assert_eq!(csv.matches('\n').count(), csv.matches("\r\n").count());
    expect_file!["golden/sample.csv"].assert_eq(&csv.replace("\r\n", "\n"));
    assert!(file_name(&board, "md").ends_with(".md"));
}

#[test]
fn names_are_left_out_when_asked() {
    let mut board = sample_board();
    let id = PersonId::from_bits(77);
    board.put(Record::Person(Person {
        id,
        name: "Xanthippe".to_owned(),
        tint: Tint::T1,
        facilitator: true,
    }));
    for note in board.notes.values_mut() {
        note.author = Some(id);
    }
    for followup in board.followups.values_mut() {
        followup.owner = "Xanthippe".to_owned();
    }
    assert!(markdown(&board, &ExportOptions::default()).contains("Xanthippe"));
    let options = ExportOptions {
        names: false,
        ..ExportOptions::default()
    };
    assert!(!markdown(&board, &options).contains("Xanthippe"));
}

#[test]
fn x3_an_anonymous_note_carries_nothing_but_its_words() {
    let mut board = sample_board();
    for note in board.notes.values_mut() {
        note.author = None;
        note.made = 0;
    }
    let plain = markdown(&board, &ExportOptions::default());
    for note in board.notes.values_mut() {
        note.made = 1_700_000_000_000;
    }
    assert_eq!(markdown(&board, &ExportOptions::default()), plain);
    assert!(!plain.contains("*(by "));
}

#[test]
fn the_most_voted_theme_comes_first() {
    let board = sample_board();
    let mut themes: Vec<_> = board
        .themes
        .values()
        .filter(|theme| !theme.name.is_empty())
        .collect();
    themes.sort_by_key(|theme| theme.place.parent);
    let shown =
        |votes: &Votes, options: &ExportOptions| markdown_with_votes(&board, votes, options);
    for theme in themes {
        let votes = Votes::from([(theme.id.into(), 3)]);
        let document = shown(&votes, &ExportOptions::default());
        let at = document
            .find(&format!("### {}\n\n*(3 votes)*", theme.name))
            .unwrap();
        let section = document[..at].rfind("\n## ").unwrap();
        assert!(!document[section..at].contains("\n### "));
        let options = ExportOptions {
            votes: false,
            ..ExportOptions::default()
        };
        assert_eq!(shown(&votes, &options), shown(&Votes::new(), &options));
    }
}

#[test]
fn dots_that_were_shown_are_votes_of_the_document() {
    let mut board = sample_board();
    let theme = board
        .themes
        .values()
        .find(|theme| !theme.name.is_empty())
        .unwrap()
        .clone();
    for person in 1..=2 {
        board.put(Record::Person(Person {
            id: PersonId::from_bits(person),
            name: format!("P{person}"),
            tint: Tint::T1,
            facilitator: false,
        }));
        board.put(Record::Dot(Dot {
            id: DotId::from_bits(person),
            vote: "v1".to_owned(),
            on: theme.id.into(),
        }));
    }
    let mut vote = Vote {
        id: "v1".to_owned(),
        budget: 3,
        cap: 2,
        on: VoteOn::Themes,
        open: true,
    };
    let says = format!("### {}\n\n*(2 votes)*", theme.name);
    board.meta.vote = Some(vote.clone());
    assert!(!markdown(&board, &ExportOptions::default()).contains("votes)*"));
    vote.open = false;
    board.meta.vote = Some(vote);
    assert!(markdown(&board, &ExportOptions::default()).contains(&says));
}

#[test]
fn parts_are_left_out_when_asked() {
    let mut board = sample_board();
    let id = NoteId::from_bits(99);
    let mut note = board.notes.values().next().unwrap().clone();
    note.id = id;
    note.text = "kept for later".to_owned();
    note.parked = true;
    board.put(Record::Note(note));
    let all = markdown(&board, &ExportOptions::default());
    assert!(
        all.contains("## Parking lot\n\n- kept for later")
            && all.contains("| When | What | Source |")
    );
    let less = markdown(
        &board,
        &ExportOptions {
            timeline: false,
            parking_lot: false,
            ..ExportOptions::default()
        },
    );
    assert!(!less.contains("kept for later") && !less.contains("| When |"));
    let section = board
        .sections
        .values()
        .find(|section| section.kind == NoteKind::Well)
        .unwrap();
    let options = ExportOptions {
        selection: Some(vec![section.id.into()]),
        ..ExportOptions::default()
    };
    let one = markdown(&board, &options);
    assert_eq!(
        one.lines()
            .filter(|line| line.starts_with("## ") && line.contains(&section.title))
            .count(),
        1
    );
    assert!(!one.contains("## Summary") && !one.contains("| When |"));
}

#[test]
fn ten_thousand_notes_are_one_document() {
    let mut board = sample_board();
    let first = board.notes.values().next().unwrap().clone();
    for bits in 0..10_000u128 {
        let note = Note {
            id: NoteId::from_bits(1_000_000 + bits),
            ..first.clone()
        };
        board.put(Record::Note(note));
    }
    let document = markdown(&board, &ExportOptions::default());
    assert!(document.len() > 10_000 * first.text.len());
}
