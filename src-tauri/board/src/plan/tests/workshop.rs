//! Reveal, votes, and what waits for them.

use super::*;
use crate::votes::{self, Ballot, BallotError};

fn phase(id: &str, kind: PhaseKind) -> Phase {
    Phase {
        id: id.to_owned(),
        kind,
        title: id.to_owned(),
        question: String::new(),
        purpose: String::new(),
        prompts: vec![],
        tips: vec![],
        swap: None,
        minutes: 5,
        skipped: false,
        writing: Writing::Private,
    }
}

/// A board in its Gather phase, with a section, a lane, a theme of a note and a note alone.
fn gathering() -> Board {
    let mut board = Board::default();
    run(
        &mut board,
        &[
            Command::AddSection {
                id: section(1),
                title: "What went well?".into(),
                kind: NoteKind::Well,
                layout: Layout::Free,
                x: 0,
                y: 0,
                size: Size { w: 600, h: 400 },
            },
            Command::AddSection {
                id: section(2),
                title: "What happened?".into(),
                kind: NoteKind::Happened,
                layout: Layout::Timeline,
                x: 0,
                y: 500,
                size: Size { w: 600, h: 400 },
            },
            add(1, "a", Parent::Section(section(1))),
            add(2, "b", Parent::Section(section(1))),
            add(3, "c", Parent::Section(section(2))),
            Command::Group {
                id: theme(1),
                notes: vec![note(1)],
                name: "Rehearsal".into(),
            },
            Command::SetPhases {
                phases: vec![
                    phase("gather", PhaseKind::Gather),
                    phase("vote", PhaseKind::Vote),
                ],
            },
        ],
    );
    board
}

fn start(id: &str, on: VoteOn) -> Command {
    Command::StartVote {
        id: id.into(),
        budget: 3,
        cap: 2,
        on,
    }
}

#[test]
fn w1_notes_wait_until_the_reveal_and_facts_do_not() {
    let mut board = gathering();
    let well = add(9, "d", Parent::Section(section(1)));
    let fact = add(10, "e", Parent::Section(section(2)));
    assert_eq!(
        plan(&board, &actor(Role::Facilitate), &well),
        Err(Rejection::Private)
    );
    assert!(plan(&board, &actor(Role::TakePart), &fact).is_ok());
    let reveal = Command::Reveal {
        phase: "gather".into(),
    };
    assert_eq!(
        plan(&board, &actor(Role::TakePart), &reveal),
        Err(Rejection::FacilitatorOnly)
    );
    run(&mut board, &[reveal]);
    assert!(plan(&board, &actor(Role::TakePart), &well).is_ok());
    run(
        &mut board,
        &[Command::Conceal {
            phase: "gather".into(),
        }],
    );
    assert_eq!(
        plan(&board, &actor(Role::TakePart), &well),
        Err(Rejection::Private)
    );
}

#[test]
fn w1_gathering_in_the_open_does_not_wait() {
    let mut board = gathering();
    let mut phases = board.meta.phases.clone();
    phases[0].writing = Writing::Open;
    run(&mut board, &[Command::SetPhases { phases }]);
    assert!(plan(&board, &actor(Role::TakePart), &add(9, "d", Parent::Board)).is_ok());
}

#[test]
fn w2_what_people_vote_on_stays_while_they_vote() {
    let mut board = gathering();
    run(&mut board, &[start("v1", VoteOn::Themes)]);
    let remove = Command::Remove {
        keys: vec![note(2).into()],
    };
    let group = Command::Group {
        id: theme(2),
        notes: vec![note(2)],
        name: String::new(),
    };
    assert_eq!(
        plan(&board, &actor(Role::Facilitate), &remove),
        Err(Rejection::Voting)
    );
    assert_eq!(
        plan(&board, &actor(Role::Facilitate), &group),
        Err(Rejection::Voting)
    );
    run(&mut board, &[Command::ShowVotes]);
    assert!(plan(&board, &actor(Role::Facilitate), &remove).is_ok());
    // An id is not used for a second vote.
    assert!(
        plan(
            &board,
            &actor(Role::Facilitate),
            &start("v1", VoteOn::Themes)
        )
        .is_err()
    );
}

#[test]
fn a_ballot_keeps_within_budget_cap_and_targets() {
    let mut board = gathering();
    run(&mut board, &[start("v1", VoteOn::Themes)]);
    let vote = board.meta.vote.clone().unwrap();
    let cast = |dots: &[(Key, u32)]| {
        votes::check(&board, &vote, &dots.iter().copied().collect::<Ballot>())
    };
    let (in_theme, alone, tray) = (note(1).into(), note(2).into(), theme(1).into());
    assert_eq!(cast(&[(tray, 2), (alone, 1)]), Ok(()));
    assert_eq!(cast(&[(tray, 3)]), Err(BallotError::Cap));
    assert_eq!(cast(&[(tray, 2), (alone, 2)]), Err(BallotError::Budget));
    assert_eq!(cast(&[(in_theme, 1)]), Err(BallotError::Target));
    assert_eq!(cast(&[(note(3).into(), 1)]), Err(BallotError::Target));
    assert_eq!(
        cast(&[(tray, u32::MAX), (alone, u32::MAX)]),
        Err(BallotError::Budget)
    );
}

#[test]
fn m13_dots_beyond_all_budgets_do_not_count() {
    let mut board = gathering();
    run(&mut board, &[start("v1", VoteOn::Themes)]);
    for bits in 0..40 {
        let (id, on) = (
            DotId::from_bits(bits),
            if bits < 2 {
                note(2).into()
            } else {
                theme(1).into()
            },
        );
        board.put(Record::Dot(Dot {
            id,
            vote: "v1".into(),
            on,
        }));
    }
    assert!(votes::tally(&board).is_empty(), "blind while it is open");
    run(&mut board, &[Command::ShowVotes]);
    // Nobody is named on the board: the budget of one.
    assert_eq!(
        votes::ranking(&board),
        [(Key::Note(note(2)), 2), (Key::Theme(theme(1)), 1)]
    );
}

#[test]
fn dots_of_a_note_go_with_it_into_a_theme() {
    let mut board = gathering();
    run(&mut board, &[start("v1", VoteOn::Themes)]);
    board.put(Record::Dot(Dot {
        id: DotId::from_bits(1),
        vote: "v1".into(),
        on: note(2).into(),
    }));
    run(
        &mut board,
        &[
            Command::ShowVotes,
            Command::Group {
                id: theme(2),
                notes: vec![note(2)],
                name: "Alone".into(),
            },
        ],
    );
    assert_eq!(votes::ranking(&board), [(Key::Theme(theme(2)), 1)]);
}

#[test]
fn w3_a_guest_changes_only_what_is_theirs() {
    let mut board = gathering();
    let (ana, ben) = (PersonId::from_bits(1), PersonId::from_bits(2));
    board.notes.get_mut(&note(2)).unwrap().author = Some(ana);
    let set = |id| Command::SetText {
        key: note(id).into(),
        text: "x".into(),
    };
    assert!(guest_may(&board, Some(ana), &set(2)));
    assert!(!guest_may(&board, Some(ben), &set(2)));
    assert!(
        !guest_may(&board, Some(ana), &set(1)),
        "anonymous is nobody's"
    );
    assert!(!guest_may(&board, None, &set(1)));
    assert!(guest_may(&board, Some(ana), &add(9, "d", Parent::Board)));
    assert!(!guest_may(&board, Some(ana), &start("v", VoteOn::Notes)));
}

#[test]
fn people_discuss_what_is_there() {
    let mut board = gathering();
    let discuss = |on| Command::Discuss { on };
    run(&mut board, &[discuss(Some(theme(1).into()))]);
    assert_eq!(board.meta.discussing, Some(theme(1).into()));
    let gone = discuss(Some(theme(7).into()));
    assert_eq!(
        plan(&board, &actor(Role::Facilitate), &gone),
        Err(Rejection::Gone(theme(7).into()))
    );
    assert!(
        plan(
            &board,
            &actor(Role::Facilitate),
            &discuss(Some(section(1).into()))
        )
        .is_err()
    );
    run(&mut board, &[discuss(None)]);
    assert_eq!(board.meta.discussing, None);
}
