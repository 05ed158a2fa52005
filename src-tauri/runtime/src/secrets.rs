//! What this laptop keeps for itself beside a board, as rows of the store.

use board::BoardId;
use engine::Secret;
use store::{Ballot, Draft, Setting, Store, Write};

/// The row, put or taken away.
pub(crate) fn write(board: BoardId, secret: Secret, now_ms: i64) -> Write {
    let board = board.to_string();
    match secret {
        Secret::Roster { body } => Write::PutSetting(Setting {
            key: roster_key(&board),
            value: String::from_utf8(body).unwrap_or_default(),
        }),
        Secret::Note {
            person,
            id,
            body: Some(body),
        } => Write::PutDraft(Draft {
            board,
            person: person.to_string(),
            id: id.to_string(),
            changed_ms: now_ms,
            body,
        }),
        Secret::Note {
            person,
            id,
            body: None,
        } => Write::DeleteDraft {
            board,
            person: person.to_string(),
            id: id.to_string(),
        },
        Secret::Ballot {
            person,
            vote,
            body: Some(body),
        } => Write::PutBallot(Ballot {
            board,
            round: vote,
            person: person.to_string(),
            body,
        }),
        Secret::Ballot {
            person,
            vote,
            body: None,
        } => Write::DeleteBallot {
            board,
            round: vote,
            person: person.to_string(),
        },
    }
}

/// All rows of a board. What cannot be read is left out, and left where it is.
pub(crate) fn read(store: &Store, board: BoardId) -> Vec<Secret> {
    let board = board.to_string();
    let mut secrets = Vec::new();
    match store.setting(&roster_key(&board)) {
        Ok(roster) => secrets.extend(roster.map(|value| Secret::Roster {
            body: value.into_bytes(),
        })),
        Err(error) => tracing::warn!(%error, "who is at this laptop could not be read"),
    }
    match store.board_drafts(&board) {
        Ok(drafts) => secrets.extend(drafts.rows.into_iter().filter_map(|draft| {
            Some(Secret::Note {
                person: draft.person.parse().ok()?,
                id: draft.id.parse().ok()?,
                body: Some(draft.body),
            })
        })),
        Err(error) => tracing::warn!(%error, "private notes could not be read"),
    }
    match store.ballots(&board) {
        Ok(ballots) => secrets.extend(ballots.rows.into_iter().filter_map(|ballot| {
            Some(Secret::Ballot {
                person: ballot.person.parse().ok()?,
                vote: ballot.round,
                body: Some(ballot.body),
            })
        })),
        Err(error) => tracing::warn!(%error, "ballots could not be read"),
    }
    secrets
}

fn roster_key(board: &str) -> String {
    format!("roster {board}")
}
