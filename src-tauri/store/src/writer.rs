//! The writer thread: it owns the one connection that writes, gathers what arrives close
//! together into one transaction, and tells each caller after the commit.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Receiver;
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};

use crate::error::WriteError;
use crate::tables::boards;
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
pub(crate) const GATHER: Duration = Duration::from_millis(2);

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
    gather: Duration,
}

/// Why a whole batch was rolled back.
struct RolledBack(WriteError);

impl Writer {
    pub(crate) fn new(conn: Connection, gather: Duration) -> Self {
        Self {
            conn,
            held: HashSet::new(),
            gather,
        }
    }

    /// Serves until told to stop or until no sender is left, then closes the database.
    pub(crate) fn run(mut self, messages: &Receiver<Message>) {
        while let Ok(message) = messages.recv() {
            let first = match message {
                Message::Job(job) => job,
                #[cfg(test)]
                Message::Inspect(look) => {
                    look(&mut self.conn);
                    continue;
                }
                Message::Stop => break,
            };
            let (batch, after) = self.gather(first, messages);
            self.commit(batch);
            match after {
                None => {}
                #[cfg(test)]
                Some(Message::Inspect(look)) => look(&mut self.conn),
                Some(_) => break,
            }
        }
        if let Err((_, error)) = self.conn.close() {
            tracing::warn!(%error, "closing the database");
        }
    }

    /// The batch that starts with `first`, and the message that ended it, if it was no job.
    fn gather(&self, first: Job, messages: &Receiver<Message>) -> (Vec<Job>, Option<Message>) {
        if !self.gather.is_zero() {
            thread::sleep(self.gather);
        }
        let mut batch = vec![first];
        while batch.len() < MAX_BATCH
            && let Ok(message) = messages.try_recv()
        {
            match message {
                Message::Job(job) => batch.push(job),
                other => return (batch, Some(other)),
            }
        }
        (batch, None)
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

#[cfg(test)]
mod tests;
