//! The boards of this laptop.

use super::{Outcome, bits, fault, search, storage, templates};
use crate::protocol::{BoardCard, HomeEvent, HomeReply, Miniature};
use crate::shared::{Shared, lock};
use crate::{clock, peers};
use board::{BoardId, FollowUp, Record};
use engine::protocol::{Fault, FaultCode};
use engine::{Input, Millis, Stored, Summary};
use link::Credential;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use store::{Board, SearchEntry, Write};
use tokio::sync::{mpsc, oneshot};

/// Changes of the list within this time are told together.
const ANNOUNCE: Duration = Duration::from_millis(150);
/// Boards are read again when nothing was written for so long: right after the start, people open
/// one.
const CALM: Duration = Duration::from_secs(2);
/// Texts handed to the search in one commit: what people write meanwhile waits for no more than
/// these to be safe. The index itself follows in quiet moments.
const WORDS_AT_ONCE: usize = 64;
/// The longest title and team taken, in characters.
const MAX_TITLE: usize = 200;

/// What Home shows of a board beyond its row: kept with the row as JSON.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Face {
    phase: String,
    followups: u32,
    followups_done: u32,
    miniature: Miniature,
    /// Follow-ups, and the words of what they came from.
    pub(super) agreed: Vec<(FollowUp, String)>,
    /// Themes' names and dots.
    pub(super) themes: Vec<(String, u32)>,
    /// Notes on what went well, and on what made it hard.
    pub(super) balance: (u32, u32),
}

/// The boards, the last changed first.
pub(crate) fn cards(shared: &Shared) -> Result<Vec<BoardCard>, Fault> {
    let connected = lock(&shared.connected).clone();
    let mut cards: Vec<BoardCard> = shared
        .store
        .boards()
        .map_err(storage)?
        .rows
        .into_iter()
        .filter(|board| board.removed_ms.is_none())
        .filter_map(|board| card(board, &connected))
        .collect();
    cards.sort_by_key(|card| std::cmp::Reverse(card.changed_ms));
    Ok(cards)
}

fn card(board: Board, connected: &BTreeMap<String, u32>) -> Option<BoardCard> {
    let face: Face = serde_json::from_str(&board.summary_json).unwrap_or_default();
    Some(BoardCard {
        id: board.id.parse().ok()?,
        peers: connected.get(&board.id).copied().unwrap_or(0),
        title: board.title,
        team: board.team,
        changed_ms: board.changed_ms,
        phase: face.phase,
        followups: face.followups,
        followups_done: face.followups_done,
        miniature: face.miniature,
    })
}

/// Tells sessions when the list has changed, until the runtime ends.
pub(crate) async fn announce(shared: Arc<Shared>) {
    loop {
        shared.boards_changed.notified().await;
        tokio::time::sleep(ANNOUNCE).await;
        match cards(&shared) {
            Ok(boards) => shared.broadcast(HomeEvent::Boards { boards }),
            Err(error) => tracing::warn!(error = %error.message, "the boards could not be listed"),
        }
    }
}

/// What there is to keep of boards as Home sees them.
pub(crate) enum Word {
    /// A board changed.
    Summary(BoardId, Box<Summary>),
    /// To be answered when all that came before is kept.
    Last(oneshot::Sender<()>),
}

/// Keeps what Home shows of boards, one after the other; what comes while the disk is busy is
/// taken together. While nothing comes, boards are read whose words the last process did not
/// store: here, so that old words are never stored over new ones.
pub(crate) async fn keep_summaries(shared: Arc<Shared>, mut words: mpsc::UnboundedReceiver<Word>) {
    let mut behind = shared.store.boards_to_index().unwrap_or_else(|error| {
        tracing::warn!(%error, "the search may be behind");
        Vec::new()
    });
    loop {
        let word = if behind.is_empty() {
            words.recv().await
        } else if let Ok(word) = tokio::time::timeout(CALM, words.recv()).await {
            word
        } else {
            if let Some(name) = behind.pop() {
                let shared = Arc::clone(&shared);
                let read = tokio::task::spawn_blocking(move || read_again(&shared, &name));
                if let Err(error) = read.await {
                    tracing::warn!(%error, "a board was not read for the search");
                }
            }
            continue;
        };
        let Some(first) = word else {
            return;
        };
        let mut newest: BTreeMap<BoardId, Summary> = BTreeMap::new();
        let mut last = None;
        let mut next = Some(first);
        while let Some(word) = next.take() {
            match word {
                Word::Summary(board, mut summary) => {
                    if let Some(older) = newest.remove(&board) {
                        let mut texts: BTreeMap<_, _> = older.texts.into_iter().collect();
                        texts.extend(std::mem::take(&mut summary.texts));
                        summary.texts = texts.into_iter().collect();
                    }
                    newest.insert(board, *summary);
                    next = words.try_recv().ok();
                }
                Word::Last(done) => last = Some(done),
            }
        }
        let shared = Arc::clone(&shared);
        let kept = tokio::task::spawn_blocking(move || {
            for (board, summary) in newest {
                take_summary(&shared, board, summary);
            }
        });
        if let Err(error) = kept.await {
            tracing::warn!(%error, "a board's card was not stored");
        }
        if let Some(done) = last {
            let _ = done.send(());
        }
    }
}

/// A board changed: its row and its words in the search.
fn take_summary(shared: &Shared, board: BoardId, summary: Summary) {
    let name = board.to_string();
    let face = Face {
        phase: summary.phase,
        followups: summary.followups,
        followups_done: summary.followups_done,
        miniature: Miniature {
            sections: summary.sections,
            notes: summary.notes,
        },
        agreed: summary
            .agreed
            .into_iter()
            .map(|agreed| (agreed.followup, agreed.from))
            .collect(),
        themes: summary.themes,
        balance: summary.balance,
    };
    let Ok(Some(mut row)) = shared.store.board(&name) else {
        return;
    };
    row.title = summary.title;
    row.team = summary.team;
    row.changed_ms = summary.changed.0;
    row.summary_json = serde_json::to_string(&face).unwrap_or_default();
    let title = SearchEntry {
        board: name.clone(),
        key: search::TITLE.into(),
        text: format!("{} {}", row.title, row.team),
    };
    let mut writes = vec![Write::PutBoard(row), Write::Index(title)];
    for (key, text) in summary.texts {
        let key = key.to_string();
        writes.push(match text {
            Some(text) => Write::Index(SearchEntry {
                board: name.clone(),
                key,
                text,
            }),
            None => Write::Unindex {
                board: name.clone(),
                key,
            },
        });
    }
    // Last, and only where everything before it is stored.
    writes.push(Write::Indexed {
        board: name,
        upto_seq: summary.upto,
    });
    for writes in writes.chunks(WORDS_AT_ONCE) {
        if let Err(error) = shared.store.commit(writes.to_vec()) {
            tracing::warn!(%error, "a board's card was not stored");
            break;
        }
    }
    shared.boards_changed.notify_one();
}

/// Takes a board's summary from the disk, with all its words: for Home and the search to catch up
/// with what a process that did not end well had accepted.
fn read_again(shared: &Shared, name: &str) {
    let (Ok(board), Ok(client)) = (name.parse::<BoardId>(), getrandom::u32()) else {
        return;
    };
    let (loaded, row) = match (shared.store.load(name), shared.store.board(name)) {
        (Ok(loaded), Ok(Some(row))) => (loaded, row),
        _ => return tracing::warn!(board = name, "a board cannot be read for the search"),
    };
    let changed = loaded.updates.last().map_or(0, |update| update.at_ms);
    let stored = Stored {
        last_seq: loaded.last_seq,
        snapshot: loaded.snapshot.map(|snapshot| snapshot.bytes),
        updates: loaded.updates.into_iter().map(|u| u.bytes).collect(),
    };
    match Summary::stored(&stored, client, Millis(changed.max(row.changed_ms))) {
        Ok(summary) => {
            // What was removed meanwhile is not in the summary.
            let forget = Write::UnindexBoard { board: name.into() };
            match shared.store.commit(vec![forget]) {
                Ok(_) => take_summary(shared, board, summary),
                Err(error) => tracing::warn!(board = name, %error, "the search is behind"),
            }
        }
        Err(error) => tracing::warn!(board = name, %error, "a board is not in the search"),
    }
}

/// A new row.
pub(crate) fn row(board: BoardId, title: String, team: String, template: String) -> Board {
    let now = clock::unix_ms();
    Board {
        id: board.to_string(),
        title,
        team,
        template,
        created_ms: now,
        opened_ms: now,
        changed_ms: now,
        summary_json: "{}".into(),
        removed_ms: None,
    }
}

/// Makes a board of records, with this laptop as its root.
pub(crate) async fn create(shared: &Arc<Shared>, records: Vec<Record>) -> Result<BoardId, Fault> {
    let board = BoardId::from_bits(bits()?);
    let (title, team, template) = records
        .iter()
        .find_map(|record| match record {
            Record::Meta(meta) => {
                Some((meta.title.clone(), meta.team.clone(), meta.template.clone()))
            }
            _ => None,
        })
        .unwrap_or_default();
    add(shared, row(board, title, team, template))?;
    let made = shared
        .core
        .ask(move |ticket| Input::Create {
            ticket,
            board,
            records,
        })
        .await;
    if let Err(error) = made {
        // Nothing of it was stored; its row goes too.
        let name = board.to_string();
        shared.access.forget(&name);
        let at_ms = clock::unix_ms();
        let remove = Write::RemoveBoard {
            board: name.clone(),
            at_ms,
        };
        shared
            .store
            .commit(vec![remove, Write::DeleteBoard { board: name }])
            .map_err(storage)?;
        return Err(fault(FaultCode::Malformed, error.to_string()));
    }
    shared.boards_changed.notify_one();
    Ok(board)
}

/// Adds a board's row and makes this laptop its root.
pub(crate) fn add(shared: &Shared, row: Board) -> Result<(), Fault> {
    let name = row.id.clone();
    let id = name.parse().map_err(storage)?;
    shared
        .store
        .commit(vec![Write::PutBoard(row)])
        .map_err(storage)?;
    shared
        .access
        .admit(Credential::for_new_board(id, shared.link().device()));
    peers::keep_membership(shared, &name, None);
    Ok(())
}

pub(crate) async fn new_board(
    shared: &Arc<Shared>,
    template: &str,
    title: &str,
    team: &str,
) -> Outcome {
    let mut failed = None;
    let mut ids = || {
        bits().unwrap_or_else(|error| {
            failed = Some(error);
            0
        })
    };
    let records = if template == "sample" {
        board::sample(&mut ids)
    } else {
        let id = if template.is_empty() {
            "empty"
        } else {
            template
        };
        let found = templates::find(shared, id)?;
        let short = |text: &str| text.trim().chars().take(MAX_TITLE).collect::<String>();
        found.records(&mut ids, &short(title), &short(team))
    };
    if let Some(error) = failed {
        return Err(error);
    }
    let board = create(shared, records).await?;
    Ok(HomeReply::Made {
        board,
        merged: false,
    })
}

pub(crate) fn remove(shared: &Shared, board: BoardId) -> Outcome {
    let at_ms = clock::unix_ms();
    shared
        .store
        .commit(vec![Write::RemoveBoard {
            board: board.to_string(),
            at_ms,
        }])
        .map_err(storage)?;
    let message = "This board was removed from this laptop's list. Bring it back from Home.".into();
    shared.tell(Input::Unload { board, message });
    shared.boards_changed.notify_one();
    Ok(HomeReply::Done)
}

pub(crate) fn restore(shared: &Shared, board: BoardId) -> Outcome {
    shared
        .store
        .commit(vec![Write::RestoreBoard {
            board: board.to_string(),
        }])
        .map_err(storage)?;
    shared.boards_changed.notify_one();
    Ok(HomeReply::Done)
}
