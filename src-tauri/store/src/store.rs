//! The handle: what the rest of Upshot sees of a profile's database.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rusqlite::Connection;

use crate::backup::{self, BackupError};
use crate::error::{LoadError, Rows, WriteError};
use crate::load::{self, History, Loaded, Moment, Pending, Upto};
use crate::open::{self, OpenError, Opened};
use crate::schema::{STEPS, Step};
use crate::tables::{
    ballots, blobs, boards, drafts, keys, library, memberships, merging, quarantine, search,
    settings,
};
use crate::write::{Receipt, Write};
use crate::writer::{Job, Message, PACE, Pace, Writer};
use crate::{
    Ballot, BlobHash, Board, Draft, Found, Kept, Key, Membership, Merging, Quarantined, Setting,
};

/// The database's name in the profile folder.
pub const DATABASE_FILE: &str = "upshot.db";

/// The name of the file whose lock makes one process the profile's only one.
pub const LOCK_FILE: &str = "upshot.lock";

/// How long a search waits for words that are not in the index yet. Half a second brings in
/// some thousand of them, more than people write between looking at a board and at Home.
const SEARCH_WAITS: Duration = Duration::from_millis(500);

/// A profile's database. Clones are the same handle; when the last goes, what was submitted
/// is stored, callbacks have run, and the profile is free for another process.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    messages: Sender<Message>,
    /// `None` only while closing.
    reader: Mutex<Option<Connection>>,
    thread: Option<JoinHandle<()>>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("path", &self.inner.path)
            .finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the profile in `folder`, which is made if it is not there.
    ///
    /// An older database is brought up to date after a copy of it was put beside it. After a
    /// shutdown that was not clean the whole database is checked first, which reads all of it
    /// (measured: 0.2 s for 131 MB in the page cache, SQLite compiled without optimisation).
    ///
    /// # Errors
    /// See [`OpenError`]. A database that cannot be used is left exactly as it is.
    pub fn open(folder: &Path) -> Result<Self, OpenError> {
        Self::open_with(folder, STEPS, PACE)
    }

    pub(crate) fn open_with(folder: &Path, steps: &[Step], pace: Pace) -> Result<Self, OpenError> {
        let Opened {
            path,
            writer,
            reader,
            lock,
        } = open::open(folder, steps)?;
        let (messages, received) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || {
                Writer::new(writer, pace).run(&received);
                // Only now may another process come in.
                drop(lock);
            })
            .map_err(|source| OpenError::Folder {
                path: path.clone(),
                source,
            })?;
        Ok(Self {
            inner: Arc::new(Inner {
                path,
                messages,
                reader: Mutex::new(Some(reader)),
                thread: Some(thread),
            }),
        })
    }

    /// The database file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// Queues `writes`, to be stored together or not at all, after everything submitted
    /// before. `done` is called exactly once, on the writer thread: with the receipt when
    /// they are on the disk, or with the reason why none of them is stored. It should be
    /// brief, as all writing waits for it. Do not call [`Store::commit`] in it.
    pub fn submit(
        &self,
        writes: Vec<Write>,
        done: impl FnOnce(Result<Receipt, WriteError>) + Send + 'static,
    ) {
        let job = Job::new(writes, Box::new(done));
        // If the thread is gone, the job comes back in the error, is dropped, and says so.
        drop(self.inner.messages.send(Message::Job(job)));
    }

    /// [`Store::submit`], waiting for the outcome.
    ///
    /// # Errors
    /// See [`WriteError`]; nothing of the list is stored then.
    pub fn commit(&self, writes: Vec<Write>) -> Result<Receipt, WriteError> {
        let (sender, receiver) = mpsc::sync_channel(1);
        self.submit(writes, move |result| drop(sender.send(result)));
        receiver.recv().unwrap_or(Err(WriteError::Closed))
    }

    fn read<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, LoadError>,
    ) -> Result<T, LoadError> {
        let guard = self
            .inner
            .reader
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match guard.as_ref() {
            Some(conn) => read(conn),
            None => Err(LoadError::Disk("the profile is closed".to_owned())),
        }
    }

    #[cfg(test)]
    pub(crate) fn inspect(&self, look: impl FnOnce(&mut Connection) + Send + 'static) {
        let (sender, receiver) = mpsc::sync_channel(1);
        let look = move |conn: &mut Connection| {
            look(conn);
            let _ = sender.send(());
        };
        drop(self.inner.messages.send(Message::Inspect(Box::new(look))));
        let _ = receiver.recv();
    }
}

/// Reading. Every method sees what is committed, blocks while the disk reads, and fails with
/// [`LoadError`].
#[expect(clippy::missing_errors_doc, reason = "the same for all, told above")]
impl Store {
    /// The board's newest good snapshot and the updates after it. Damage is reported in the
    /// result; [`LoadError::NoSuchBoard`] if the board is not here.
    pub fn load(&self, board: &str) -> Result<Loaded, LoadError> {
        self.read(|conn| load::load(conn, board))
    }

    /// The board's log from its beginning, for going back in time.
    pub fn history(&self, board: &str, upto: Upto) -> Result<History, LoadError> {
        self.read(|conn| load::history(conn, board, upto))
    }

    /// When each update of the board came, without the bytes.
    pub fn timeline(&self, board: &str) -> Result<Vec<Moment>, LoadError> {
        self.read(|conn| load::timeline(conn, board))
    }

    /// The number of the board's last update, 0 where there is none.
    pub fn last_seq(&self, board: &str) -> Result<i64, LoadError> {
        self.read(|conn| crate::tables::updates::end(conn, board))
    }

    /// How much log there is beyond the newest snapshot: when to make the next one.
    pub fn pending(&self, board: &str) -> Result<Pending, LoadError> {
        self.read(|conn| load::pending(conn, board))
    }

    /// All boards, the last opened first, those in the bin included.
    pub fn boards(&self) -> Result<Rows<Board>, LoadError> {
        self.read(boards::all)
    }

    /// One board's row.
    pub fn board(&self, id: &str) -> Result<Option<Board>, LoadError> {
        self.read(|conn| boards::get(conn, id))
    }

    /// One person's drafts for a board.
    pub fn drafts(&self, board: &str, person: &str) -> Result<Rows<Draft>, LoadError> {
        self.read(|conn| drafts::of_person(conn, board, person))
    }

    /// Everyone's drafts for a board, as held at this laptop.
    pub fn board_drafts(&self, board: &str) -> Result<Rows<Draft>, LoadError> {
        self.read(|conn| drafts::of_board(conn, board))
    }

    /// Everyone's ballots for a board, as held at this laptop.
    pub fn ballots(&self, board: &str) -> Result<Rows<Ballot>, LoadError> {
        self.read(|conn| ballots::of_board(conn, board))
    }

    /// A setting's value.
    pub fn setting(&self, key: &str) -> Result<Option<String>, LoadError> {
        self.read(|conn| settings::get(conn, key))
    }

    /// All settings.
    pub fn settings(&self) -> Result<Rows<Setting>, LoadError> {
        self.read(settings::all)
    }

    /// A secret by name.
    pub fn key(&self, name: &str) -> Result<Option<Key>, LoadError> {
        self.read(|conn| keys::get(conn, name))
    }

    /// The board's membership.
    pub fn membership(&self, board: &str) -> Result<Option<Membership>, LoadError> {
        self.read(|conn| memberships::get(conn, board))
    }

    /// All memberships.
    pub fn memberships(&self) -> Result<Rows<Membership>, LoadError> {
        self.read(memberships::all)
    }

    /// Merges begun and not ended, the oldest first. Right after opening: those that the last
    /// process did not survive.
    pub fn merging(&self) -> Result<Rows<Merging>, LoadError> {
        self.read(merging::all)
    }

    /// What was set aside for a board, newest first.
    pub fn quarantined(&self, board: &str) -> Result<Rows<Quarantined>, LoadError> {
        self.read(|conn| quarantine::of_board(conn, board))
    }

    /// Bytes set aside.
    pub fn quarantined_bytes(
        &self,
        board: &str,
        hash: &[u8],
    ) -> Result<Option<Vec<u8>>, LoadError> {
        self.read(|conn| quarantine::bytes(conn, board, hash))
    }

    /// Texts that hold every word of `query`, each as the beginning of a word, accents and
    /// case aside; best first, at most `limit`. Texts stored just now are brought into the index
    /// first, unless that takes longer than half a second.
    pub fn search(&self, query: &str, limit: u32) -> Result<Vec<Found>, LoadError> {
        self.index();
        let find = |conn: &Connection| search::find(conn, query, limit);
        match self.read(find) {
            // The index is made of the texts, and can be made again.
            Err(LoadError::Damaged(_)) if self.commit(vec![Write::RebuildSearch]).is_ok() => {
                self.index();
                self.read(find)
            }
            found => found,
        }
    }

    /// Brings the index up to date, as far as can be in the time.
    fn index(&self) {
        // An error here is one of the index, which the query will tell.
        if self.read(search::is_due).unwrap_or(false) {
            let (done, indexed) = mpsc::sync_channel(1);
            drop(self.inner.messages.send(Message::Index(done)));
            let _ = indexed.recv_timeout(SEARCH_WAITS);
        }
    }

    /// The boards whose log goes on behind the texts that the search knows of them, because the
    /// last process ended before [`Write::Indexed`] said otherwise. Their texts are to be given
    /// again, all of them.
    pub fn boards_to_index(&self) -> Result<Vec<String>, LoadError> {
        self.read(search::uncovered)
    }

    /// Everything kept beside the boards, the last changed first.
    pub fn library(&self) -> Result<Rows<Kept>, LoadError> {
        self.read(library::all)
    }

    /// Something kept beside the boards.
    pub fn kept(&self, id: &str) -> Result<Option<Kept>, LoadError> {
        self.read(|conn| library::get(conn, id))
    }

    /// The names of what is kept beside the boards that holds the words of `query`, each as the
    /// beginning of a word, accents and case aside: all of them, or any. Best first.
    pub fn search_library(
        &self,
        query: &str,
        all: bool,
        limit: u32,
    ) -> Result<Vec<String>, LoadError> {
        self.read(|conn| library::find(conn, query, all, limit))
    }

    /// A blob's bytes.
    pub fn blob(&self, hash: BlobHash) -> Result<Option<Vec<u8>>, LoadError> {
        self.read(|conn| blobs::get(conn, hash))
    }

    /// The blobs a board uses.
    pub fn blobs(&self, board: &str) -> Result<Rows<BlobHash>, LoadError> {
        self.read(|conn| blobs::of_board(conn, board))
    }

    /// Checks everything: SQLite's own `integrity_check` (indexes against tables included) and
    /// every row's checksum. Returns what is wrong; nothing, in health. Reads the whole
    /// database over a connection of its own, so other reads go on.
    pub fn check(&self) -> Result<Vec<String>, LoadError> {
        backup::check(&self.inner.path)
    }

    /// Copies the whole profile, secrets included, to a new file, as of one moment.
    ///
    /// # Errors
    /// See [`BackupError`]; no file is left behind then.
    pub fn backup_to(&self, path: &Path) -> Result<(), BackupError> {
        backup::backup(&self.inner.path, path)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // The writer's connection must be the last: it then empties and deletes the WAL, by
        // which the next start knows that this shutdown was clean.
        drop(
            self.reader
                .get_mut()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        drop(self.messages.send(Message::Stop));
        if let Some(thread) = self.thread.take()
            // The last handle may go in a callback, on that very thread.
            && thread.thread().id() != thread::current().id()
        {
            drop(thread.join());
        }
    }
}
