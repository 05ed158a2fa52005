//! Boards to measure with: twelve sections, notes of about a line, themes of five here and there.

use crate::measure::now;
use anyhow::Context;
use board::{
    Actor, BoardId, Command, Layout, Move, NewNote, NoteId, NoteKind, Parent, Role, SectionId,
    Size, Splice, ThemeId,
};
use replica::{ClientId, Replica};
use std::path::{Path, PathBuf};
use store::{NewSnapshot, NewUpdate, Store, Write};

const SECTIONS: u32 = 12;
/// Notes a request adds, as a large paste does.
const AT_ONCE: u32 = 500;
/// Every so manieth note is the first of a theme of [`IN_THEME`].
const THEME_EVERY: u32 = 50;
const IN_THEME: u32 = 5;
/// The digits a note's text begins with: the number of the last edit of it.
const DIGITS: usize = 6;

pub(crate) const ACTOR: Actor = Actor {
    person: None,
    role: Role::Facilitate,
    now_ms: 1_764_000_000_000,
};

pub(crate) fn note_id(index: u32) -> NoteId {
    NoteId::from_bits(index.into())
}

/// The requests that fill an empty board with notes.
pub(crate) fn fill(count: u32) -> Vec<Vec<Command>> {
    let section = |index: u32| SectionId::from_bits(index.into());
    let mut requests = vec![
        (0..SECTIONS)
            .map(|index| Command::AddSection {
                id: section(index),
                title: format!("Question {index}"),
                kind: NoteKind::Plain,
                layout: Layout::Free,
                x: coordinate(index) * 1_000,
                y: 0,
                size: Size { w: 900, h: 2_000 },
            })
            .collect(),
    ];
    for first in (0..count).step_by(AT_ONCE as usize) {
        let numbers = first..count.min(first + AT_ONCE);
        let notes = numbers
            .clone()
            .map(|index| NewNote {
                id: note_id(index),
                text: format!(
                    "{:06} the build took long again, and everybody waited for it once more",
                    0
                ),
                kind: None,
                parent: Parent::Section(section(index % SECTIONS)),
                x: coordinate(index % 6) * 140,
                y: coordinate(index / (6 * SECTIONS) % 1_000) * 100,
                after: None,
                size: None,
                anonymous: false,
                when: None,
            })
            .collect();
        requests.push(vec![Command::AddNotes { notes }]);
        let themes = numbers
            .step_by(THEME_EVERY as usize)
            .filter(|first| first + IN_THEME <= count)
            .map(|first| Command::Group {
                id: ThemeId::from_bits(first.into()),
                notes: (first..first + IN_THEME).map(note_id).collect(),
                name: format!("Waiting, and more of it ({first})"),
            })
            .collect();
        requests.push(themes);
    }
    requests
}

fn coordinate(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

/// Edit `number` of a board of `count` notes, the same as `tests/bench/compare/document.mjs`
/// makes: every other one moves a note, the others write in one.
pub(crate) fn edit(number: u32, count: u32) -> Command {
    let id = note_id(number % count);
    if number % 2 == 1 {
        let (key, parent) = (id.into(), Parent::Board);
        let (x, y) = (coordinate(number), 0);
        Command::Move {
            moves: vec![Move {
                key,
                parent,
                x,
                y,
                after: None,
                first: false,
            }],
        }
    } else {
        let insert = format!("{number:06}");
        Command::EditText {
            key: id.into(),
            edit: vec![Splice {
                from: 0,
                to: 6,
                insert,
            }],
        }
    }
}

/// The edits whose traces a note bears: by its text, and by its position.
pub(crate) fn traces(note: &board::Note) -> [Option<u32>; 2] {
    let text = note
        .text
        .get(..DIGITS)
        .and_then(|digits| digits.parse().ok());
    [text, u32::try_from(note.place.x).ok()]
}

/// A replica with so many notes.
pub(crate) fn replica(client: u32, count: u32) -> anyhow::Result<Replica> {
    let mut replica = Replica::new(ClientId::new(client));
    for request in fill(count) {
        replica.execute("", &ACTOR, &request)?;
    }
    Ok(replica)
}

/// A board with a long past, in two profiles that are ready to be copied.
pub(crate) struct Old {
    pub(crate) board: BoardId,
    /// The profile with the bare log of all updates.
    pub(crate) from_log: PathBuf,
    /// The profile with a snapshot.
    pub(crate) from_snapshot: PathBuf,
    pub(crate) snapshot: Vec<u8>,
    pub(crate) log: Vec<Vec<u8>>,
    pub(crate) notes: u32,
    pub(crate) edits: u32,
}

/// Laptops that took their turns writing the past.
const WRITERS: u32 = 10;

impl Old {
    /// Adds notes and edits to a new board that is in the profile.
    pub(crate) fn make(
        profile: &Path,
        with_snapshot: &Path,
        board: BoardId,
        notes: u32,
        edits: u32,
    ) -> anyhow::Result<Self> {
        let name = board.to_string();
        let store = Store::open(profile)?;
        let loaded = store.load(&name)?;
        let old: Vec<Vec<u8>> = loaded
            .updates
            .into_iter()
            .map(|update| update.bytes)
            .collect();
        let snapshot = loaded.snapshot.map(|snapshot| snapshot.bytes);
        anyhow::ensure!(snapshot.is_none(), "a new board has a snapshot");
        let mut replica = Replica::open(ClientId::new(1), None, &old)?;
        let mut log = Vec::new();
        for request in fill(notes) {
            log.push(replica.execute("", &ACTOR, &request)?.update);
        }
        for number in 1..=edits {
            if number % edits.div_ceil(WRITERS) == 0 {
                let state = replica.snapshot();
                let client = ClientId::new(number + 1);
                replica = Replica::open(client, Some(&state), &[] as &[&[u8]])?;
            }
            log.push(replica.execute("", &ACTOR, &[edit(number, notes)])?.update);
        }
        let mut last = 0;
        for updates in log.chunks(5_000) {
            let append = |bytes: &Vec<u8>| {
                let (origin, at_ms) = ("own".to_owned(), ACTOR.now_ms);
                Write::Append(NewUpdate {
                    board: name.clone(),
                    at_ms,
                    origin,
                    bytes: bytes.clone(),
                })
            };
            let receipt = store.commit(updates.iter().map(append).collect())?;
            last = receipt
                .seqs
                .last()
                .copied()
                .context("an update was not numbered")?;
        }
        // As after a quiet moment: nothing is left to be read for the search.
        store.commit(vec![Write::Indexed {
            board: name.clone(),
            upto_seq: last,
        }])?;
        drop(store);
        copy(profile, with_snapshot)?;
        let snapshot = replica.snapshot();
        let store = Store::open(with_snapshot)?;
        store.commit(vec![Write::PutSnapshot(NewSnapshot {
            board: name,
            upto_seq: last,
            made_ms: ACTOR.now_ms,
            content_hash: replica.content_hash().to_vec(),
            bytes: snapshot.clone(),
        })])?;
        drop(store);
        let log = old.into_iter().chain(log).collect();
        let (from_log, from_snapshot) = (profile.to_owned(), with_snapshot.to_owned());
        Ok(Self {
            board,
            from_log,
            from_snapshot,
            snapshot,
            log,
            notes,
            edits,
        })
    }
}

/// Copies a profile that nobody uses.
pub(crate) fn copy(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// A folder for a profile that is not there yet.
pub(crate) fn fresh(within: &Path, name: &str) -> PathBuf {
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(1);
    let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    within.join(format!("{name}-{number}"))
}

/// Writes so that it is on the disk; answers the instant.
pub(crate) fn write_through(path: &Path, bytes: &[u8]) -> anyhow::Result<std::time::Instant> {
    use std::io::Write as _;
    let mut file = std::fs::File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    Ok(now())
}
