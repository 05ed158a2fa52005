//! Sync by file: boards kept in step through a folder, for laptops that never meet.
//!
//! Each laptop has one file of its own in the folder and writes no other, so that a program which
//! syncs the folder never has two versions of a file to choose from. A file is replaced whole.
//! Every [`LOOK_EVERY`] the folder is looked at: what others wrote is merged like any board file,
//! and what is new here is written, when people pause or at the latest after [`WRITE_AT_LEAST`].
//! A folder is polled rather than watched: sticks, network drives and sync programs tell of changes
//! late or never.

pub(crate) mod files;
mod pass;

use crate::home::storage;
use crate::protocol::{FolderState, HomeEvent};
use crate::shared::{Shared, lock};
use board::BoardId;
use engine::protocol::Fault;
use pass::Memory;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::{Setting, Write};
use tokio::task::JoinHandle;

pub(crate) use pass::{Writing, pass};

/// How often a folder is looked at.
pub(crate) const LOOK_EVERY: Duration = Duration::from_secs(5);
/// While people write without a pause, the file is written this often.
pub(crate) const WRITE_AT_LEAST: Duration = Duration::from_secs(30);
/// How long folders are waited for when Upshot closes: a drive may be gone.
const LAST_WORD: Duration = Duration::from_secs(5);
/// Where the folder of a board is kept.
const KEY: &str = "folder:";

/// What is kept of a board's folder.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// The whole path.
    pub(crate) path: PathBuf,
    /// The number of the last update in this laptop's file, and the file's hash.
    #[serde(default)]
    pub(crate) wrote: Option<(i64, String)>,
    /// What this laptop's file is called by beside its device: empty until another laptop turns out
    /// to write under the same name.
    #[serde(default)]
    pub(crate) tag: String,
}

/// A board that is kept in step.
pub(crate) struct Followed {
    pub(crate) kept: Kept,
    pub(crate) state: FolderState,
    /// What was seen in the folder. One pass at a time.
    memory: Arc<tokio::sync::Mutex<Memory>>,
    task: Option<JoinHandle<()>>,
}

/// Boards that are kept in step through folders.
#[derive(Default)]
pub(crate) struct Folders(Mutex<BTreeMap<BoardId, Followed>>);

impl Folders {
    /// How things stand with a board's folder.
    pub(crate) fn state(&self, board: BoardId) -> Option<FolderState> {
        lock(&self.0).get(&board).map(|found| found.state.clone())
    }

    fn kept(&self, board: BoardId) -> Option<Kept> {
        lock(&self.0).get(&board).map(|found| found.kept.clone())
    }

    fn memory(&self, board: BoardId) -> Option<Arc<tokio::sync::Mutex<Memory>>> {
        lock(&self.0)
            .get(&board)
            .map(|found| Arc::clone(&found.memory))
    }

    fn insert(&self, board: BoardId, kept: Kept) {
        let state = FolderState {
            path: kept.path.display().to_string(),
            in_step: false,
            others: 0,
            problem: String::new(),
        };
        let followed = Followed {
            kept,
            state,
            memory: Arc::default(),
            task: None,
        };
        let before = lock(&self.0).insert(board, followed);
        if let Some(task) = before.and_then(|before| before.task) {
            task.abort();
        }
    }
}

/// Goes on with the folders of the last time.
pub(crate) fn follow_all(shared: &Arc<Shared>) {
    let settings = match shared.store.settings() {
        Ok(settings) => settings.rows,
        Err(error) => return tracing::warn!(%error, "folders could not be read"),
    };
    for setting in settings {
        let board = setting.key.strip_prefix(KEY).and_then(|id| id.parse().ok());
        if let (Some(board), Ok(kept)) = (board, serde_json::from_str(&setting.value)) {
            shared.folders.insert(board, kept);
            watch(shared, board);
        }
    }
}

/// Keeps a board in step through a folder from now on. The first file is written at once.
pub(crate) async fn follow(
    shared: &Arc<Shared>,
    board: BoardId,
    path: PathBuf,
) -> Result<(), Fault> {
    let before = shared.folders.kept(board);
    if before.as_ref().is_some_and(|before| before.path == path) {
        pass(shared, board, Writing::Now).await;
        return Ok(());
    }
    let kept = Kept {
        path,
        ..Kept::default()
    };
    shared.folders.insert(board, kept.clone());
    keep(shared, board, &kept)?;
    pass(shared, board, Writing::Now).await;
    watch(shared, board);
    Ok(())
}

/// Leaves a board's folder. The files in it stay.
pub(crate) fn unfollow(shared: &Shared, board: BoardId) -> Result<(), Fault> {
    let key = format!("{KEY}{board}");
    shared
        .store
        .commit(vec![Write::DeleteSetting { key }])
        .map_err(storage)?;
    let gone = lock(&shared.folders.0).remove(&board);
    if let Some(task) = gone.and_then(|gone| gone.task) {
        task.abort();
    }
    shared.broadcast(HomeEvent::Folder {
        board,
        folder: None,
    });
    Ok(())
}

/// Upshot is closing: what is new goes into the folders that are there.
pub(crate) async fn leave(shared: &Arc<Shared>) {
    let all: Vec<BoardId> = lock(&shared.folders.0)
        .iter_mut()
        .map(|(board, followed)| {
            if let Some(task) = followed.task.take() {
                task.abort();
            }
            *board
        })
        .collect();
    let last = async {
        for board in all {
            pass::write(shared, board, Writing::Now).await;
        }
    };
    if tokio::time::timeout(LAST_WORD, last).await.is_err() {
        tracing::warn!("a folder did not answer while Upshot was closing");
    }
}

fn keep(shared: &Shared, board: BoardId, kept: &Kept) -> Result<(), Fault> {
    let setting = Setting {
        key: format!("{KEY}{board}"),
        value: serde_json::to_string(kept).map_err(storage)?,
    };
    shared
        .store
        .commit(vec![Write::PutSetting(setting)])
        .map(|_| ())
        .map_err(storage)
}

/// Looks again and again, until the folder is left.
fn watch(shared: &Arc<Shared>, board: BoardId) {
    let weak = Arc::downgrade(shared);
    let task = tokio::spawn(async move {
        loop {
            let Some(shared) = weak.upgrade() else { return };
            pass(&shared, board, Writing::InAPause).await;
            drop(shared);
            tokio::time::sleep(LOOK_EVERY).await;
        }
    });
    match lock(&shared.folders.0).get_mut(&board) {
        Some(followed) => followed.task = Some(task),
        None => task.abort(),
    }
}

/// Remembers how things stand, and tells where that is news.
fn tell(shared: &Shared, board: BoardId, change: impl FnOnce(&mut FolderState)) {
    let told = {
        let mut all = lock(&shared.folders.0);
        let Some(followed) = all.get_mut(&board) else {
            return;
        };
        let before = followed.state.clone();
        change(&mut followed.state);
        (followed.state != before).then(|| followed.state.clone())
    };
    if let Some(state) = told {
        shared.broadcast(HomeEvent::Folder {
            board,
            folder: Some(state),
        });
    }
}

/// Another laptop writes under this one's name: both were restored from one backup. This one takes
/// another name.
fn rename(shared: &Shared, board: BoardId) -> Result<(), Fault> {
    let tag = format!("-{:08x}", crate::home::bits()? & 0xffff_ffff);
    let kept = {
        let mut all = lock(&shared.folders.0);
        let Some(followed) = all.get_mut(&board) else {
            return Ok(());
        };
        followed.kept.tag = tag;
        followed.kept.wrote = None;
        followed.kept.clone()
    };
    keep(shared, board, &kept)
}

/// Remembers what this laptop's file holds.
fn wrote(shared: &Shared, board: BoardId, seq: i64, hash: String) -> Result<(), Fault> {
    let kept = {
        let mut all = lock(&shared.folders.0);
        let Some(followed) = all.get_mut(&board) else {
            return Ok(());
        };
        followed.kept.wrote = Some((seq, hash));
        followed.kept.clone()
    };
    keep(shared, board, &kept)
}
