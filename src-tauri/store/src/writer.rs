//! The writer thread: it owns the one connection that writes, gathers what arrives close
//! together into one transaction, and tells each caller after the commit. What nobody waits for
//! (the search index, checkpoints of the write-ahead log) it does in between, in small steps.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::hooks::Wal;
use rusqlite::{Connection, TransactionBehavior};

use crate::error::WriteError;
use crate::tables::{boards, search};
use crate::write::{Receipt, Write};

/// How long the first list of a batch waits for others.
///
/// Measured on an ext4 SSD whose commits take 0.5 ms (`cargo test -p store measure --
/// --ignored --nocapture`), median time to the callback and commits a second:
///
/// | wait | 50 lists/s | 500 lists/s | 5,000 lists/s |
/// | --- | --- | --- | --- |
/// | 0 ms | 1.3 ms, 50 | 0.5 ms, 498 | 0.6 ms, 2,410 |
/// | 2 ms | 3.1 ms, 50 | 2.7 ms, 250 | 4.7 ms, 214 |
/// | 8 ms | 9.1 ms, 50 | 5.1 ms, 99 | 9.8 ms, 84 |
///
/// 2 ms is below what a person notices, and during a first sync spares the drive nine syncs
/// in ten. Where a sync takes longer than that, lists gather during it anyway.
const GATHER: Duration = Duration::from_millis(2);

/// The search index follows when nothing was written for so long …
const QUIET: Duration = Duration::from_secs(2);

/// … or has been behind for so long.
const LATEST: Duration = Duration::from_secs(10);

/// Pages in the write-ahead log after which they are brought into the database: by the next
/// idle moment, or at the latest. A checkpoint syncs the database's file, which takes as long as
/// a commit and more. SQLite's own habit is to do it inside of the commit that reaches 1,000.
const CHECKPOINT_SOON: i32 = 1_000;
const CHECKPOINT_NOW: i32 = 4_000;

/// When the writer does things.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    pub(crate) gather: Duration,
    pub(crate) quiet: Duration,
    pub(crate) latest: Duration,
}

/// The pace outside of tests.
pub(crate) const PACE: Pace = Pace {
    gather: GATHER,
    quiet: QUIET,
    latest: LATEST,
};

/// A batch is closed when it holds this many lists, so that a flood still commits steadily.
const MAX_BATCH: usize = 512;

/// Called once, on the writer thread, after the commit or the failure.
pub(crate) type Done = Box<dyn FnOnce(Result<Receipt, WriteError>) + Send>;

/// A list of writes and whom to tell. Dropped untold (the thread is gone), it tells
/// [`WriteError::Closed`].
pub(crate) struct Job {
    writes: Vec<Write>,
    done: Option<Done>,
}

impl Job {
    pub(crate) fn new(writes: Vec<Write>, done: Done) -> Self {
        Self {
            writes,
            done: Some(done),
        }
    }

    /// Whether it takes long, so that others should not wait for it together.
    fn is_large(&self) -> bool {
        let large = |write: &Write| matches!(write, Write::PutSnapshot(_));
        self.writes.iter().any(large)
    }

    fn tell(mut self, result: Result<Receipt, WriteError>) {
        self.call(result);
    }

    fn call(&mut self, result: Result<Receipt, WriteError>) {
        if let Some(done) = self.done.take() {
            // A caller's panic is not to stop everyone's saving.
            if catch_unwind(AssertUnwindSafe(|| done(result))).is_err() {
                tracing::error!("a callback panicked after a commit");
            }
        }
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        self.call(Err(WriteError::Closed));
    }
}

/// What the writer thread receives.
pub(crate) enum Message {
    Job(Job),
    /// Brings the search index up to date at once; the sender is dropped then, or when it fails.
    Index(SyncSender<()>),
    /// Runs on the writing connection between batches.
    #[cfg(test)]
    Inspect(Box<dyn FnOnce(&mut Connection) + Send>),
    Stop,
}

/// The writer's state between batches.
pub(crate) struct Writer {
    conn: Connection,
    /// Boards with a failed append; see [`Write::Resume`].
    held: HashSet<String>,
    pace: Pace,
    /// Since when the search index has been behind.
    behind: Option<Instant>,
    /// When it is to follow.
    index_at: Option<Instant>,
    /// It is followed until it is up to date, whatever else comes.
    indexing: bool,
    /// Who waits for that.
    waiting: Vec<SyncSender<()>>,
    /// The index was made anew because of damage: not again.
    rebuilt: bool,
    /// Pages in the write-ahead log.
    logged: Arc<AtomicI32>,
}

/// Why a whole batch was rolled back.
struct RolledBack(WriteError);

impl Writer {
    pub(crate) fn new(conn: Connection, pace: Pace) -> Self {
        let mut writer = Self {
            conn,
            held: HashSet::new(),
            pace,
            behind: None,
            index_at: None,
            indexing: false,
            waiting: Vec::new(),
            rebuilt: false,
            logged: Arc::default(),
        };
        writer.count_pages();
        // What the last process left.
        writer.wrote();
        writer
    }

    /// Takes checkpoints into our own hands. Where that fails, SQLite makes them.
    fn count_pages(&mut self) {
        let logged = Arc::clone(&self.logged);
        let counted = self.conn.wal_hook(Some(move |_: &mut Wal, pages| {
            logged.store(pages, Ordering::Relaxed);
            Ok(())
        }));
        if let Err(error) = counted {
            tracing::warn!(%error, "checkpoints are made inside commits");
        }
    }

    /// Serves until told to stop or until no sender is left, then closes the database.
    pub(crate) fn run(mut self, messages: &Receiver<Message>) {
        let mut left = None;
        loop {
            let message = match left.take() {
                Some(message) => Ok(message),
                None => self.next(messages),
            };
            match message {
                Ok(Message::Job(first)) => {
                    let (batch, next) = self.gather(first, messages);
                    self.commit(batch);
                    self.wrote();
                    left = next;
                }
                Ok(Message::Index(waiting)) => {
                    self.waiting.push(waiting);
                    self.indexing = true;
                    self.index_at = Some(now());
                }
                #[cfg(test)]
                Ok(Message::Inspect(look)) => look(&mut self.conn),
                Err(RecvTimeoutError::Timeout) if self.wants_checkpoint(CHECKPOINT_SOON) => {
                    self.checkpoint();
                }
                Err(RecvTimeoutError::Timeout) => self.index(),
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => break,
            }
            if self.wants_checkpoint(CHECKPOINT_NOW) {
                self.checkpoint();
            }
        }
        if let Err((_, error)) = self.conn.close() {
            tracing::warn!(%error, "closing the database");
        }
    }

    /// The next message, or a timeout when there is something to do meanwhile.
    fn next(&self, messages: &Receiver<Message>) -> Result<Message, RecvTimeoutError> {
        let wait = if self.wants_checkpoint(CHECKPOINT_SOON) {
            Duration::ZERO
        } else if let Some(at) = self.index_at {
            at.saturating_duration_since(now())
        } else {
            return messages.recv().map_err(mpsc::RecvError::into);
        };
        messages.recv_timeout(wait)
    }

    /// The batch that starts with `first`, and the message that ended it, if one did.
    fn gather(&self, first: Job, messages: &Receiver<Message>) -> (Vec<Job>, Option<Message>) {
        if first.is_large() {
            return (vec![first], None);
        }
        if !self.pace.gather.is_zero() {
            thread::sleep(self.pace.gather);
        }
        let mut batch = vec![first];
        while batch.len() < MAX_BATCH
            && let Ok(message) = messages.try_recv()
        {
            match message {
                Message::Job(job) if !job.is_large() => batch.push(job),
                other => return (batch, Some(other)),
            }
        }
        (batch, None)
    }

    /// Sets when the search index follows what was written.
    fn wrote(&mut self) {
        if self.indexing {
            return;
        }
        if self.behind.is_none() && search::is_due(&self.conn).unwrap_or(false) {
            self.behind = Some(now());
        }
        self.index_at = self
            .behind
            .map(|since| (now() + self.pace.quiet).min(since + self.pace.latest));
    }

    /// Brings the search index a step nearer to what was written.
    fn index(&mut self) {
        let span = tracing::debug_span!("index");
        let _entered = span.enter();
        self.indexing = true;
        match self.index_some() {
            Ok(true) => {}
            Ok(false) => {
                (self.behind, self.index_at, self.indexing) = (None, None, false);
                self.waiting.clear();
            }
            Err(error) => {
                tracing::warn!(%error, "the search index is behind");
                self.indexing = false;
                self.index_at = Some(now() + self.pace.latest);
                self.waiting.clear();
            }
        }
    }

    /// Answers whether there is more to be done.
    fn index_some(&mut self) -> Result<bool, WriteError> {
        let behavior = TransactionBehavior::Immediate;
        let mut tx = self.conn.transaction_with_behavior(behavior)?;
        match search::index(&tx) {
            Err(WriteError::Damaged(detail)) if !self.rebuilt => {
                tracing::warn!(detail, "the search index is made anew");
                self.rebuilt = true;
                drop(tx);
                tx = self.conn.transaction_with_behavior(behavior)?;
                search::rebuild(&tx)?;
            }
            result => result?,
        }
        tx.commit()?;
        Ok(search::is_due(&self.conn)?)
    }

    fn wants_checkpoint(&self, pages: i32) -> bool {
        self.logged.load(Ordering::Relaxed) >= pages
    }

    /// Brings the write-ahead log into the database. Where a reader is in the way, or it fails,
    /// the next commit tries again.
    fn checkpoint(&self) {
        self.logged.store(0, Ordering::Relaxed);
        let done = self
            .conn
            .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
        if let Err(error) = done {
            tracing::warn!(%error, "checkpoint");
        }
    }

    fn commit(&mut self, batch: Vec<Job>) {
        let span = tracing::debug_span!("commit", lists = batch.len());
        let _entered = span.enter();
        match self.attempt(&batch) {
            Ok(results) => {
                for (job, result) in batch.into_iter().zip(results) {
                    job.tell(result);
                }
            }
            // One list may be too large for the space left, or lead to the damaged page, and
            // the others not.
            Err(RolledBack(WriteError::DiskFull | WriteError::Damaged(_))) if batch.len() > 1 => {
                for job in batch {
                    self.commit(vec![job]);
                }
            }
            Err(RolledBack(error)) => {
                tracing::warn!(%error, lists = batch.len(), "nothing committed");
                for job in batch {
                    self.hold(&job.writes);
                    job.tell(Err(error.clone()));
                }
            }
        }
    }

    /// Stores the batch in one transaction. Each list has its own result; a failure that
    /// concerns the disk rolls back all of them.
    fn attempt(&mut self, batch: &[Job]) -> Result<Vec<Result<Receipt, WriteError>>, RolledBack> {
        let mut held = self.held.clone();
        let mut results = Vec::with_capacity(batch.len());
        let mut tx = self
            .conn
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|error| RolledBack(error.into()))?;
        for job in batch {
            let savepoint = tx.savepoint().map_err(|error| RolledBack(error.into()))?;
            match store(&savepoint, &job.writes, &mut held) {
                Ok(receipt) => {
                    savepoint
                        .commit()
                        .map_err(|error| RolledBack(error.into()))?;
                    results.push(Ok(receipt));
                }
                Err(
                    error @ (WriteError::DiskFull
                    | WriteError::Disk(_)
                    | WriteError::Busy
                    | WriteError::Damaged(_)),
                ) => return Err(RolledBack(error)),
                Err(error) => {
                    savepoint
                        .finish()
                        .map_err(|error| RolledBack(error.into()))?;
                    results.push(Err(error));
                }
            }
        }
        tx.commit().map_err(|error| RolledBack(error.into()))?;
        self.held = held;
        Ok(results)
    }

    fn hold(&mut self, writes: &[Write]) {
        self.held.extend(appended(writes).map(str::to_owned));
    }
}

/// Stores one list; on failure notes which boards wait for a [`Write::Resume`].
fn store(
    conn: &Connection,
    writes: &[Write],
    held: &mut HashSet<String>,
) -> Result<Receipt, WriteError> {
    let before = held.clone();
    let mut receipt = Receipt::default();
    for write in writes {
        let result = match write {
            Write::Resume { board } => {
                held.remove(board);
                Ok(())
            }
            Write::Append(update) if held.contains(&update.board) => Err(WriteError::Held),
            write => write.apply(conn, &mut receipt),
        };
        if let (Write::DeleteBoard { board }, Ok(())) = (write, &result) {
            held.remove(board);
        }
        if let Err(error) = result {
            *held = before;
            // A board that is not there has no later updates to hold back.
            for board in appended(writes) {
                if boards::exists(conn, board)? {
                    held.insert(board.to_owned());
                }
            }
            return Err(error);
        }
    }
    Ok(receipt)
}

fn appended(writes: &[Write]) -> impl Iterator<Item = &str> {
    writes.iter().filter_map(|write| match write {
        Write::Append(update) => Some(update.board.as_str()),
        _ => None,
    })
}

/// Time, for pacing only: nothing that is stored depends on it.
#[expect(clippy::disallowed_methods, reason = "the thread paces itself")]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests;
