//! Boards from files, and to files.

use super::{Outcome, boards, fault, library, storage, templates};
use crate::clock;
use crate::protocol::HomeReply;
use crate::shared::Shared;
use crate::start::folder;
use board::BoardId;
use engine::protocol::{Fault, FaultCode};
use engine::{Input, Stored};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use store::board_file::{self, BoardFile, BoardFileReadError, FileSnapshot, FileUpdate, Limits};

/// What a board file says of a board beside its title.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Said {
    team: String,
    template: String,
}

/// SQLite's files begin with this.
const SQLITE: &[u8] = b"SQLite format 3\0";

pub(crate) async fn import(shared: &Arc<Shared>, name: &str, base64: &str) -> Outcome {
    let bytes = crate::from_base64(base64).ok_or_else(|| {
        fault(
            FaultCode::Unreadable,
            "The file did not arrive whole. Try again.",
        )
    })?;
    if bytes.starts_with(SQLITE) {
        return import_board_file(shared, bytes).await;
    }
    let text = String::from_utf8(bytes).map_err(|_| {
        fault(
            FaultCode::Unreadable,
            format!(
                "{name} is neither text nor a board file, so it was not opened. Markdown, JSON \
                and .upshot files can be."
            ),
        )
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned();
    if board::library::is_bright_spot(&text) {
        return library::import(shared, &text);
    }
    if templates::is_template(&text) {
        return templates::import(shared, &text);
    }
    let file_name = name.to_owned();
    let records = tokio::task::spawn_blocking(move || records(&file_name, &text))
        .await
        .map_err(|_| {
            fault(
                FaultCode::Unreadable,
                format!("{name} could not be read. Nothing was changed."),
            )
        })??;
    let board = boards::create(shared, records).await?;
    Ok(HomeReply::Made {
        board,
        merged: false,
    })
}

fn records(name: &str, text: &str) -> Result<Vec<board::Record>, Fault> {
    let unreadable =
        |error: board::import::ImportError| fault(FaultCode::Unreadable, error.to_string());
    let name_says = |ending: &str| name.to_ascii_lowercase().ends_with(ending);
    if name_says(".json") || (text.trim_start().starts_with('{') && !name_says(".md")) {
        return board::import::json(text)
            .map(|import| import.records)
            .map_err(unreadable);
    }
    let mut failed = None;
    let mut ids = || {
        super::bits().unwrap_or_else(|error| {
            failed = Some(error);
            0
        })
    };
    let import = board::import::markdown(name, text, &mut ids).map_err(unreadable)?;
    match failed {
        Some(error) => Err(error),
        None => Ok(import.records),
    }
}

async fn import_board_file(shared: &Arc<Shared>, bytes: Vec<u8>) -> Outcome {
    let file = tokio::task::spawn_blocking(move || board_file::parse(&bytes, &Limits::default()))
        .await
        .map_err(storage)?
        .map_err(|error| fault(FaultCode::Unreadable, why_unread(&error)))?;
    let (board, merged) = take_in(shared, file).await?;
    Ok(HomeReply::Made { board, merged })
}

/// Merges a board file into the board of this laptop, which is made or brought back where it is not
/// there. Answers whether it was.
pub(crate) async fn take_in(
    shared: &Arc<Shared>,
    file: BoardFile,
) -> Result<(BoardId, bool), Fault> {
    let board: BoardId = file.board.parse().map_err(|_| {
        fault(
            FaultCode::Unreadable,
            "The file names no board. It was not opened.",
        )
    })?;
    let known = shared.store.board(&file.board).map_err(storage)?;
    let merged = known.is_some();
    match known {
        None => {
            let said: Said = serde_json::from_str(&file.extra_json).unwrap_or_default();
            let row = boards::row(board, file.title.clone(), said.team, said.template);
            boards::add(shared, row)?;
        }
        Some(row) if row.removed_ms.is_some() => {
            boards::restore(shared, board)?;
        }
        Some(_) => {}
    }
    merge(shared, board, file).await?;
    shared.boards_changed.notify_one();
    Ok((board, merged))
}

/// Merges a board file into a board of this laptop.
pub(crate) async fn merge(
    shared: &Arc<Shared>,
    board: BoardId,
    file: BoardFile,
) -> Result<(), Fault> {
    let stored = Stored {
        last_seq: 0,
        snapshot: file.snapshot.map(|snapshot| snapshot.bytes),
        updates: file
            .updates
            .into_iter()
            .map(|update| update.bytes)
            .collect(),
    };
    shared
        .core
        .ask(move |ticket| Input::Merge {
            ticket,
            board,
            stored,
        })
        .await
        .map(|_| ())
        .map_err(|error| fault(FaultCode::Unreadable, error.to_string()))
}

/// Why a board file was not opened, and what to do. Where exactly it is damaged is for the log.
pub(crate) fn why_unread(error: &BoardFileReadError) -> String {
    match error {
        BoardFileReadError::Damaged(detail) => {
            tracing::info!(detail, "a damaged board file was not opened");
            "This board file is damaged: part of it was lost or changed on its way here, so it was \
            not opened. Ask whoever has the board to save it as a board file again, or open an \
            earlier copy."
                .to_owned()
        }
        other => other.to_string(),
    }
}

pub(crate) async fn board_file(shared: &Arc<Shared>, board: BoardId) -> Outcome {
    let shared = Arc::clone(shared);
    tokio::task::spawn_blocking(move || write_board_file(&shared, board))
        .await
        .map_err(storage)?
}

fn write_board_file(shared: &Shared, board: BoardId) -> Outcome {
    let (file, _) = pack(shared, board)?;
    let path = folder(shared).join(format!("outgoing-{}.upshot", super::bits()?));
    board_file::write(&path, &file).map_err(storage)?;
    let bytes = std::fs::read(&path).map_err(storage);
    let _ = std::fs::remove_file(&path);
    let mut titled = board::Board::default();
    titled.meta.title = file.title;
    let name = board::export::file_name(&titled, "upshot");
    Ok(HomeReply::File {
        name,
        bytes: crate::to_base64(&bytes?),
    })
}

/// A board as it travels in a file, and the number of the last update in it.
pub(crate) fn pack(shared: &Shared, board: BoardId) -> Result<(BoardFile, i64), Fault> {
    let name = board.to_string();
    // What was accepted before is in the file.
    shared.store.commit(Vec::new()).map_err(storage)?;
    let loaded = shared.store.load(&name).map_err(storage)?;
    let row = shared
        .store
        .board(&name)
        .map_err(storage)?
        .ok_or_else(|| fault(FaultCode::Gone, "This board is not on this laptop."))?;
    let file = BoardFile {
        board: name,
        title: row.title,
        saved_ms: clock::unix_ms(),
        extra_json: serde_json::to_string(&Said {
            team: row.team,
            template: row.template,
        })
        .map_err(storage)?,
        snapshot: loaded.snapshot.map(|snapshot| FileSnapshot {
            bytes: snapshot.bytes,
            content_hash: snapshot.content_hash,
        }),
        updates: loaded
            .updates
            .into_iter()
            .map(|update| FileUpdate {
                at_ms: update.at_ms,
                // Boards of earlier versions say from which device; that stays here.
                origin: kind_of_origin(&update.origin).to_owned(),
                bytes: update.bytes,
            })
            .collect(),
        blobs: Vec::new(),
    };
    Ok((file, loaded.last_seq))
}

/// What kind of place an update came from, without the device.
fn kind_of_origin(origin: &str) -> &str {
    origin.split(':').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_file_is_told_of_in_words_of_the_room() {
        let told = why_unread(&BoardFileReadError::Damaged(
            "database disk image is malformed".into(),
        ));
        assert!(told.contains("save it as a board file again"));
        for word in ["database", "malformed", "SQL"] {
            assert!(!told.contains(word), "{told}");
        }
    }

    #[test]
    fn x3_a_file_does_not_say_from_which_device_an_update_came() {
        assert_eq!(kind_of_origin("peer:3f9a"), "peer");
        assert_eq!(kind_of_origin("own"), "own");
    }
}
