//! One look at a folder: what others wrote is merged, then what is new here is written.

use super::{Kept, WRITE_AT_LEAST, files, rename, tell, wrote};
use crate::home::import;
use crate::shared::Shared;
use board::BoardId;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use store::board_file::{self, BoardFile, BoardFileReadError};
use tokio::time::Instant;

/// When this laptop's file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writing {
    /// If there is anything new.
    Now,
    /// If there is, and nothing came since the last look, or it is about time.
    InAPause,
}

/// What was seen in a folder.
#[derive(Default)]
pub(crate) struct Memory {
    seen: BTreeMap<PathBuf, Seen>,
    /// The log's end at the last look.
    end: Option<i64>,
    written: Option<Instant>,
}

struct Seen {
    look: files::Look,
    /// It was old enough when it was read that its look tells whether it has changed.
    settled: bool,
    /// `None` where it could not be read.
    hash: Option<String>,
    /// Of this board, and merged.
    merged: bool,
    problem: String,
}

/// One look. A pass that is under way is waited for.
pub(crate) async fn pass(shared: &Arc<Shared>, board: BoardId, writing: Writing) {
    let removed = shared
        .store
        .board(&board.to_string())
        .is_ok_and(|row| row.is_none_or(|row| row.removed_ms.is_some()));
    if removed {
        return;
    }
    if read(shared, board).await {
        write(shared, board, writing).await;
    }
}

/// Merges what others wrote. Answers whether the folder is there.
async fn read(shared: &Arc<Shared>, board: BoardId) -> bool {
    let (Some(kept), Some(memory)) = (shared.folders.kept(board), shared.folders.memory(board))
    else {
        return false;
    };
    let mut memory = memory.lock().await;
    let path = kept.path.clone();
    let listed = tokio::task::spawn_blocking(move || files::all(&path)).await;
    let found = match listed {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => {
            tell(shared, board, |state| {
                state.in_step = false;
                state.problem = format!(
                    "The folder cannot be read now ({error}). When it is there again, it goes on by \
                     itself."
                );
            });
            return false;
        }
        Err(error) => {
            tracing::error!(%error, "a folder could not be looked at");
            return false;
        }
    };
    memory.seen.retain(|path, _| found.contains_key(path));
    let own = files::own(&kept.path, board, &shared.link().device(), &kept.tag);
    for (path, look) in found {
        let known = memory.seen.get(&path);
        if known.is_some_and(|seen| seen.settled && seen.look == look) {
            continue;
        }
        let settled = look.is_settled();
        let opened = {
            let path = path.clone();
            tokio::task::spawn_blocking(move || files::read(&path)).await
        };
        let Ok(opened) = opened else { continue };
        let before = known.filter(|seen| seen.merged || seen.problem.is_empty());
        let seen = match opened {
            Ok((hash, _)) if before.is_some_and(|seen| seen.hash.as_ref() == Some(&hash)) => Seen {
                look,
                settled,
                hash: Some(hash),
                merged: before.is_some_and(|seen| seen.merged),
                problem: String::new(),
            },
            // Two laptops restored from one backup have one name: only what this one wrote itself
            // needs no reading.
            Ok((hash, _)) if path == own && is_ours(&kept, &hash) => Seen {
                look,
                settled,
                hash: Some(hash),
                merged: false,
                problem: String::new(),
            },
            Ok((hash, file)) => {
                if path == own
                    && kept.wrote.is_some()
                    && let Err(fault) = rename(shared, board)
                {
                    tracing::warn!(error = %fault.message, "another name was not kept");
                }
                let (merged, problem) = merge(shared, board, file).await;
                Seen {
                    look,
                    settled,
                    hash: Some(hash),
                    merged,
                    problem,
                }
            }
            Err(error) => Seen {
                look,
                // It may still be on its way here: it is read again at the next look.
                settled: settled && !matches!(error, BoardFileReadError::Source { .. }),
                hash: None,
                merged: false,
                problem: unread(&path, &error),
            },
        };
        memory.seen.insert(path, seen);
    }
    let others = memory
        .seen
        .iter()
        .filter(|(path, seen)| seen.merged && **path != own)
        .count();
    let problem = memory
        .seen
        .values()
        .find(|seen| !seen.problem.is_empty())
        .map(|seen| seen.problem.clone())
        .unwrap_or_default();
    tell(shared, board, |state| {
        state.others = u32::try_from(others).unwrap_or(u32::MAX);
        state.problem = problem;
    });
    true
}

fn is_ours(kept: &Kept, hash: &str) -> bool {
    kept.wrote.as_ref().is_some_and(|(_, wrote)| wrote == hash)
}

fn unread(path: &std::path::Path, error: &BoardFileReadError) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match error {
        BoardFileReadError::Damaged(_) | BoardFileReadError::NotABoardFile => format!(
            "{name} is not whole: it may still be on its way here, or it was damaged. It is left \
             out; nothing else is. Should this stay, remove the file: the laptop it is from writes \
             it again."
        ),
        other => import::why_unread(other),
    }
}

/// Merges a file of another laptop's. Answers whether it was of this board and merged; and why
/// not, for the person.
async fn merge(shared: &Arc<Shared>, board: BoardId, file: BoardFile) -> (bool, String) {
    if file.board != board.to_string() {
        return (false, String::new());
    }
    // As the engine names a merge: Upshot may have ended in the middle of this one.
    let mut hasher = blake3::Hasher::new();
    for bytes in file.snapshot.iter().map(|snapshot| &snapshot.bytes) {
        hasher.update(bytes);
    }
    for update in &file.updates {
        hasher.update(&update.bytes);
    }
    let hash = hasher.finalize();
    let aside = shared
        .store
        .quarantined(&file.board)
        .is_ok_and(|rows| rows.rows.iter().any(|row| row.hash == hash.as_bytes()));
    if aside {
        return (
            false,
            "Upshot ended once while a file of this folder was being merged. That file is left out; \
             a newer one of the same laptop is read again."
                .into(),
        );
    }
    match import::merge(shared, board, file).await {
        Ok(()) => (true, String::new()),
        Err(fault) => (false, fault.message),
    }
}

/// Writes this laptop's file, where there is something new.
pub(crate) async fn write(shared: &Arc<Shared>, board: BoardId, writing: Writing) {
    let (Some(kept), Some(memory)) = (shared.folders.kept(board), shared.folders.memory(board))
    else {
        return;
    };
    let mut memory = memory.lock().await;
    let name = board.to_string();
    let (store, path) = (
        shared.store.clone(),
        files::own(&kept.path, board, &shared.link().device(), &kept.tag),
    );
    let looked = {
        let path = path.clone();
        tokio::task::spawn_blocking(move || (store.last_seq(&name), path.is_file())).await
    };
    let Ok((Ok(end), there)) = looked else {
        return tell(shared, board, |state| state.in_step = false);
    };
    let still = memory.end.replace(end) == Some(end);
    if there && kept.wrote.as_ref().is_some_and(|(seq, _)| *seq == end) {
        return tell(shared, board, |state| {
            state.in_step = state.problem.is_empty()
        });
    }
    tell(shared, board, |state| state.in_step = false);
    let overdue = memory
        .written
        .is_none_or(|written| written.elapsed() >= WRITE_AT_LEAST);
    if writing == Writing::InAPause && !still && !overdue {
        return;
    }
    let written = {
        let (shared, path) = (Arc::clone(shared), path.clone());
        tokio::task::spawn_blocking(move || {
            // A folder that has gone is not made: a stick's place without its stick is another disk.
            let (file, seq) = import::pack(&shared, board).map_err(|fault| fault.message)?;
            board_file::write(&path, &file).map_err(|error| error.to_string())?;
            files::hash_of(&path)
                .map(|hash| (seq, hash))
                .ok_or_else(|| "The file just written is not there.".to_owned())
        })
        .await
    };
    match written {
        Ok(Ok((seq, hash))) => {
            memory.written = Some(Instant::now());
            memory.seen.remove(&path);
            if let Err(fault) = wrote(shared, board, seq, hash) {
                tracing::warn!(error = %fault.message, "what was written was not remembered");
            }
            tell(shared, board, |state| {
                state.in_step = state.problem.is_empty()
            });
        }
        Ok(Err(problem)) => tell(shared, board, |state| state.problem = problem),
        Err(error) => tracing::error!(%error, "a board's file was not written"),
    }
}
