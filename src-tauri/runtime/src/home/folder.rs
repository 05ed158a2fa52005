//! Boards that two laptops which never meet keep in step through a folder.

use super::{Outcome, fault, import, storage};
use crate::folders::{self, files};
use crate::protocol::HomeReply;
use crate::shared::Shared;
use board::{BoardId, Role};
use engine::protocol::{Fault, FaultCode};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(crate) fn told(shared: &Shared, board: BoardId) -> HomeReply {
    HomeReply::Folder {
        folder: shared.folders.state(board),
    }
}

pub(crate) async fn set(shared: &Arc<Shared>, board: BoardId, path: Option<String>) -> Outcome {
    match shared.access.role(&board.to_string()) {
        None => {
            return Err(fault(FaultCode::Gone, "This board is not on this laptop."));
        }
        Some(Role::LookOn) if path.is_some() => {
            return Err(fault(
                FaultCode::NotAllowed,
                "On this board you look on, so what lies in a folder cannot be merged into it. Ask a \
                 facilitator for a ticket that lets you take part.",
            ));
        }
        Some(_) => {}
    }
    match path {
        None => folders::unfollow(shared, board)?,
        Some(path) => folders::follow(shared, board, checked(&path).await?).await?,
    }
    Ok(told(shared, board))
}

pub(crate) async fn open(shared: &Arc<Shared>, path: &str) -> Outcome {
    let path = checked(path).await?;
    let folder = path.clone();
    let found = tokio::task::spawn_blocking(move || files::all_boards(&folder))
        .await
        .map_err(storage)?
        .map_err(|error| unusable(&path, &error))?;
    let mut boards: Vec<BoardId> = Vec::new();
    let mut problem = None;
    for file in found {
        match file {
            Ok(file) => {
                let (board, _) = import::take_in(shared, file).await?;
                if !boards.contains(&board) {
                    boards.push(board);
                }
            }
            Err(error) => problem = Some(import::why_unread(&error)),
        }
    }
    if boards.is_empty() {
        return Err(fault(
            FaultCode::Unreadable,
            problem.unwrap_or_else(|| {
                "There is no board file in this folder yet. Where the board is, open Invite and \
                 choose this folder there; if another program brings the files, wait until it has."
                    .into()
            }),
        ));
    }
    for board in &boards {
        folders::follow(shared, *board, path.clone()).await?;
    }
    Ok(HomeReply::FolderOpened { boards })
}

/// The folder of a path somebody gave.
async fn checked(path: &str) -> Result<PathBuf, Fault> {
    let path = PathBuf::from(path.trim());
    if !path.is_absolute() {
        return Err(fault(
            FaultCode::Malformed,
            "Give the folder's whole path, from the top: /media/… or C:\\….",
        ));
    }
    let looked = path.clone();
    tokio::task::spawn_blocking(move || std::fs::read_dir(looked).map(|_| ()))
        .await
        .map_err(storage)?
        .map_err(|error| unusable(&path, &error))?;
    Ok(path)
}

fn unusable(path: &Path, error: &std::io::Error) -> Fault {
    fault(
        FaultCode::Unreadable,
        format!(
            "The folder {} could not be read: {error}. Check that it is there (a stick plugged in, \
             a drive connected), then try again.",
            path.display()
        ),
    )
}
