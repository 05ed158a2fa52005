//! The files of a folder.

use board::BoardId;
use link::DeviceId;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use store::board_file::{self, BoardFile, BoardFileReadError, Limits};

/// How a board file's name ends.
const ENDING: &str = "upshot";
/// How the name of a file that is being written begins and ends; see [`board_file::write`].
const UNFINISHED: (&str, &str) = (".upshot-", ".tmp");
/// An unfinished file this old is nobody's any more.
const ABANDONED: Duration = Duration::from_secs(24 * 60 * 60);
/// A file changed so shortly before it was read may change again without another time or size:
/// sticks count in two seconds.
const SETTLED: Duration = Duration::from_secs(10);

/// How a file looked from outside when it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Look {
    modified: SystemTime,
    size: u64,
}

/// The file of this laptop: of the board and the device, so that no two laptops write one file, and
/// of a tag, where two laptops were restored from one backup.
pub(crate) fn own(folder: &Path, board: BoardId, device: &DeviceId, tag: &str) -> PathBuf {
    let device = crate::access::key_text(device);
    let device = device.get(..16).unwrap_or(&device);
    folder.join(format!("{board}-{device}{tag}.{ENDING}"))
}

/// All board files, by their paths, and how they look. Hidden ones and unfinished ones are none.
pub(crate) fn all(folder: &Path) -> io::Result<BTreeMap<PathBuf, Look>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        // A link may lead anywhere, and a pipe never ends.
        let Ok(about) = entry.metadata().and_then(|about| {
            let modified = about.modified()?;
            Ok((about.is_file(), modified, about.len()))
        }) else {
            continue;
        };
        let (true, modified, size) = about else {
            continue;
        };
        if name.starts_with(UNFINISHED.0) && name.ends_with(UNFINISHED.1) {
            if modified.elapsed().is_ok_and(|age| age > ABANDONED) {
                let _ = std::fs::remove_file(entry.path());
            }
            continue;
        }
        let path = entry.path();
        let ours = path
            .extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case(ENDING));
        if ours && !name.starts_with('.') {
            found.insert(path, Look { modified, size });
        }
    }
    Ok(found)
}

/// A file's hash and what it holds.
pub(crate) fn read(path: &Path) -> Result<(String, BoardFile), BoardFileReadError> {
    let limits = Limits::default();
    let failed = |source| BoardFileReadError::Source {
        path: path.to_owned(),
        source,
    };
    if std::fs::metadata(path).map_err(failed)?.len() > limits.file_bytes {
        return Err(BoardFileReadError::TooLarge);
    }
    let bytes = std::fs::read(path).map_err(failed)?;
    Ok((hash(&bytes), board_file::parse(&bytes, &limits)?))
}

/// A file's hash, where it is there.
pub(crate) fn hash_of(path: &Path) -> Option<String> {
    std::fs::read(path).ok().map(|bytes| hash(&bytes))
}

fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

/// Every board file of a folder, read.
pub(crate) fn all_boards(folder: &Path) -> io::Result<Vec<Result<BoardFile, BoardFileReadError>>> {
    let paths = all(folder)?.into_keys();
    Ok(paths
        .map(|path| read(&path).map(|(_, file)| file))
        .collect())
}

impl Look {
    /// Whether a file that looks like this now is the one that was read when it did.
    pub(crate) fn is_settled(&self) -> bool {
        self.modified.elapsed().is_ok_and(|age| age > SETTLED)
    }
}
