//! What boards have in common: follow-ups in one list, teams, and the themes that return.

use super::boards::Face;
use super::{Outcome, storage};
use crate::protocol::{FollowUpCard, HomeReply, ReturningTheme, TeamBoard, TeamCard};
use crate::shared::Shared;
use board::{BoardId, FollowUpStatus};
use engine::protocol::Fault;
use std::collections::{BTreeMap, BTreeSet};
use store::Board;

pub(crate) fn followups(shared: &Shared) -> Outcome {
    let mut followups = Vec::new();
    for (id, row, face) in boards(shared)? {
        for (followup, from) in face.agreed {
            followups.push(FollowUpCard {
                board: id,
                title: row.title.clone(),
                team: row.team.clone(),
                followup,
                from,
            });
        }
    }
    followups.sort_by(|a, b| key(a).cmp(&key(b)));
    Ok(HomeReply::FollowUps { followups })
}

/// Open before over; with a date before without one, sooner before later; then by their words.
fn key(card: &FollowUpCard) -> (bool, bool, &str, &str, BoardId) {
    let over = matches!(
        card.followup.status,
        FollowUpStatus::Done | FollowUpStatus::Dropped
    );
    let due = card.followup.due.as_str();
    (over, due.is_empty(), due, &card.followup.text, card.board)
}

pub(crate) fn teams(shared: &Shared) -> Outcome {
    let mut teams: BTreeMap<String, Vec<(BoardId, Board, Face)>> = BTreeMap::new();
    for (id, row, face) in boards(shared)? {
        let team = row.team.trim().to_owned();
        if !team.is_empty() {
            teams.entry(team).or_default().push((id, row, face));
        }
    }
    let teams = teams
        .into_iter()
        .map(|(name, mut boards)| {
            boards.sort_by_key(|(id, row, _)| (std::cmp::Reverse(row.changed_ms), *id));
            TeamCard {
                name,
                returning: returning(&boards),
                boards: boards
                    .into_iter()
                    .map(|(id, row, face)| TeamBoard {
                        id,
                        title: row.title,
                        changed_ms: row.changed_ms,
                        well: face.balance.0,
                        hard: face.balance.1,
                    })
                    .collect(),
            }
        })
        .collect();
    Ok(HomeReply::Teams { teams })
}

/// Themes whose names share most of their words, on more than one board. The boards come newest
/// first.
fn returning(boards: &[(BoardId, Board, Face)]) -> Vec<ReturningTheme> {
    let mut groups: Vec<(BTreeSet<String>, ReturningTheme)> = Vec::new();
    for (id, _, face) in boards {
        for (name, _) in &face.themes {
            let words = words(name);
            if words.is_empty() {
                continue;
            }
            let same = groups.iter_mut().find(|(known, _)| alike(known, &words));
            match same {
                Some((_, theme)) if theme.boards.last() != Some(id) => theme.boards.push(*id),
                Some(_) => {}
                None => groups.push((
                    words,
                    ReturningTheme {
                        name: name.clone(),
                        boards: vec![*id],
                    },
                )),
            }
        }
    }
    let mut themes: Vec<ReturningTheme> = groups
        .into_iter()
        .map(|(_, theme)| theme)
        .filter(|theme| theme.boards.len() > 1)
        .collect();
    themes.sort_by(|a, b| (b.boards.len(), &a.name).cmp(&(a.boards.len(), &b.name)));
    themes
}

/// The words that carry a name, in lower case and without their endings.
fn words(name: &str) -> BTreeSet<String> {
    const EMPTY: &[&str] = &[
        "the", "and", "for", "was", "were", "with", "that", "this", "our", "from", "had", "has",
        "have", "are", "not", "but", "too", "how", "what", "when", "who", "why", "into", "out",
    ];
    name.split(|c: char| !c.is_alphanumeric())
        .map(str::to_lowercase)
        .filter(|word| word.chars().count() > 2 && !EMPTY.contains(&word.as_str()))
        .map(|word| {
            let stem = word.strip_suffix("ies").or_else(|| word.strip_suffix("es"));
            stem.or_else(|| word.strip_suffix('s'))
                .filter(|stem| stem.chars().count() > 2)
                .map_or(word.clone(), str::to_owned)
        })
        .collect()
}

/// At least half of all the words are shared.
fn alike(a: &BTreeSet<String>, b: &BTreeSet<String>) -> bool {
    let shared = a.intersection(b).count();
    shared > 0 && shared * 2 >= a.union(b).count()
}

fn boards(shared: &Shared) -> Result<Vec<(BoardId, Board, Face)>, Fault> {
    let rows = shared.store.boards().map_err(storage)?.rows;
    Ok(rows
        .into_iter()
        .filter(|row| row.removed_ms.is_none())
        .filter_map(|row| {
            let face = serde_json::from_str(&row.summary_json).unwrap_or_default();
            Some((row.id.parse().ok()?, row, face))
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn board(bits: u128, themes: &[&str]) -> (BoardId, Board, Face) {
        let id = BoardId::from_bits(bits);
        let row = super::super::boards::row(id, "Review".into(), "Maps".into(), String::new());
        let mut face = Face::default();
        face.themes = themes.iter().map(|name| ((*name).into(), 0)).collect();
        (id, row, face)
    }

    #[test]
    fn themes_that_share_most_of_their_words_return() {
        let boards = [
            board(3, &["Handovers between teams", "The release rehearsal"]),
            board(2, &["Rehearsal of releases", "Rehearsal for the release"]),
            board(1, &["A rehearsal", "Weather"]),
        ];
        let themes = returning(&boards);
        assert_eq!(themes.len(), 1, "{themes:?}");
        assert_eq!(themes[0].name, "The release rehearsal");
        // Twice on one board is once, and a word shared is half of two.
        assert_eq!(themes[0].boards, [3, 2, 1].map(BoardId::from_bits));
    }
}
