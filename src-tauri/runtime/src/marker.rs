//! Whose bytes are being merged right now, so that a crash while merging names them.
//!
//! A plain file, written without waiting for the disk: it has to outlive this process, not a
//! power cut, and stands before every merge, so it has to be quick (microseconds).

use engine::{Mark, MergeHash};
use std::collections::BTreeMap;
use std::io::{Seek, Write};
use std::path::Path;

/// Bytes a marker: their hash, then board and device as lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Marked {
    pub(crate) board: String,
    pub(crate) device: String,
    pub(crate) hash: MergeHash,
}

/// The file of merges in progress.
#[derive(Debug)]
pub(crate) struct Marker {
    file: std::fs::File,
    standing: BTreeMap<u64, Marked>,
}

impl Marker {
    /// Opens the file, and answers which merges the last process did not survive.
    pub(crate) fn open(folder: &Path) -> std::io::Result<(Self, Vec<Marked>)> {
        let path = folder.join("merging");
        let left = std::fs::read_to_string(&path).unwrap_or_default();
        let left = left.lines().filter_map(parse).collect();
        let file = std::fs::OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)?;
        let mut marker = Self {
            file,
            standing: BTreeMap::new(),
        };
        marker.write()?;
        Ok((marker, left))
    }

    /// The marker stands when this returns.
    pub(crate) fn mark(&mut self, mark: Mark, marked: Marked) -> std::io::Result<()> {
        self.standing.insert(mark.0, marked);
        self.write()
    }

    /// Takes a marker away.
    pub(crate) fn clear(&mut self, mark: Mark) -> std::io::Result<()> {
        self.standing.remove(&mark.0);
        // An empty list is written at once; the rest goes with the next marker.
        if self.standing.is_empty() {
            self.write()
        } else {
            Ok(())
        }
    }

    fn write(&mut self) -> std::io::Result<()> {
        let text: String = self
            .standing
            .values()
            .map(|marked| {
                let hash = data_encoding::HEXLOWER.encode(&marked.hash);
                format!("{} {} {hash}\n", marked.board, marked.device)
            })
            .collect();
        self.file.rewind()?;
        self.file.write_all(text.as_bytes())?;
        self.file.set_len(text.len() as u64)
    }
}

fn parse(line: &str) -> Option<Marked> {
    let mut words = line.split(' ');
    let (board, device, hash) = (words.next()?, words.next()?, words.next()?);
    let hash = data_encoding::HEXLOWER
        .decode(hash.as_bytes())
        .ok()?
        .try_into()
        .ok()?;
    Some(Marked {
        board: board.into(),
        device: device.into(),
        hash,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r3_a_merge_that_was_not_survived_is_named_at_the_next_start() {
        let folder = tempfile::tempdir().unwrap();
        let marked = |n| Marked {
            board: format!("b{n}"),
            device: "device".into(),
            hash: [n; 32],
        };
        let (mut marker, left) = Marker::open(folder.path()).unwrap();
        assert_eq!(left, []);
        marker.mark(Mark(1), marked(1)).unwrap();
        marker.mark(Mark(2), marked(2)).unwrap();
        marker.clear(Mark(1)).unwrap();
        marker.mark(Mark(3), marked(3)).unwrap();
        drop(marker);
        let (mut marker, left) = Marker::open(folder.path()).unwrap();
        assert_eq!(left, [marked(2), marked(3)]);
        marker.mark(Mark(1), marked(4)).unwrap();
        marker.clear(Mark(1)).unwrap();
        drop(marker);
        assert_eq!(Marker::open(folder.path()).unwrap().1, []);
    }
}
