//! What is not on disk yet: kept in order until the store says that it is, and offered again when
//! the store failed.

use crate::input::{AppendToken, Millis};
use crate::open_board::Cx;
use crate::output::{Base, Entry, Output};
use crate::private::Secret;
use crate::sync::EMPTY_UPDATE;
use board::BoardId;
use bytes::Bytes;
use std::collections::VecDeque;

/// The first wait after a failed write; most failures (a locked file) are over by then.
const FIRST_RETRY_MS: i64 = 250;
/// The longest wait between tries: a full disk that was cleared is noticed within it.
const LONGEST_RETRY_MS: i64 = 10_000;

/// The tail of a board's log that is in memory.
#[derive(Debug, Default)]
pub(crate) struct Log {
    unsaved: VecDeque<(Entry, u32)>,
    /// Changes since the board was opened; the newest has this number.
    changes: u32,
    /// The newest change that is on disk.
    saved: u32,
    /// The number of the newest update known to be in the log.
    last_seq: i64,
    /// Failed tries in a row.
    failures: u32,
    retry_at: Option<Millis>,
    /// Updates and bytes since the last snapshot.
    grown: (usize, usize),
}

impl Log {
    pub(crate) fn new(last_seq: i64, updates: usize, bytes: usize) -> Self {
        Self {
            last_seq,
            grown: (updates, bytes),
            ..Self::default()
        }
    }

    /// Takes an update and hands it to the store; answers the change's number.
    pub(crate) fn push(
        &mut self,
        cx: &mut Cx<'_>,
        board: BoardId,
        update: Bytes,
        origin: &str,
        gone: Vec<Secret>,
    ) -> u32 {
        self.grown.0 += 1;
        self.grown.1 += update.len();
        self.offer(cx, board, update, origin, (None, gone))
    }

    /// The board was exchanged for another state: what is pushed from now on builds on that. Only
    /// when everything before is safe, so that the state stands at its place in the log.
    pub(crate) fn start_anew(&mut self, cx: &mut Cx<'_>, board: BoardId, state: Base) {
        self.grown = (0, 0);
        // An update that says nothing, for the state to come with.
        let update = Bytes::from_static(&EMPTY_UPDATE);
        self.offer(cx, board, update, "healed", (Some(state), Vec::new()));
    }

    fn offer(
        &mut self,
        cx: &mut Cx<'_>,
        board: BoardId,
        update: Bytes,
        origin: &str,
        (base, gone): (Option<Base>, Vec<Secret>),
    ) -> u32 {
        self.changes += 1;
        let entry = Entry {
            token: cx.next_token(),
            update,
            origin: origin.to_owned(),
            at: cx.now,
            base,
            gone,
        };
        self.unsaved.push_back((entry.clone(), self.changes));
        if self.retry_at.is_none() {
            cx.out.push(Output::Append {
                board,
                entries: vec![entry],
                again: false,
            });
        }
        self.changes
    }

    /// Forgets what is safe; answers the newest safe change, if that is news.
    pub(crate) fn appended(&mut self, token: AppendToken, seq: i64) -> Option<u32> {
        self.last_seq = self.last_seq.max(seq);
        let before = self.saved;
        while let Some((entry, change)) = self.unsaved.front() {
            if entry.token > token {
                break;
            }
            self.saved = *change;
            self.unsaved.pop_front();
        }
        if self.saved == before {
            return None;
        }
        self.failures = 0;
        if self.unsaved.is_empty() {
            self.retry_at = None;
        }
        Some(self.saved)
    }

    /// Notes a failure; answers whether it is a new one (later updates fail with the first).
    pub(crate) fn failed(&mut self, now: Millis) -> bool {
        if self.retry_at.is_some() || self.unsaved.is_empty() {
            return false;
        }
        let wait = FIRST_RETRY_MS
            .saturating_mul(1 << self.failures.min(16))
            .min(LONGEST_RETRY_MS);
        self.failures += 1;
        self.retry_at = Some(now.plus(wait));
        true
    }

    /// Offers everything again when it is time.
    pub(crate) fn tick(&mut self, cx: &mut Cx<'_>, board: BoardId) {
        if self.retry_at.is_some_and(|at| at <= cx.now) {
            self.offer_again(cx, board);
        }
    }

    /// Offers everything again now.
    pub(crate) fn offer_again(&mut self, cx: &mut Cx<'_>, board: BoardId) {
        self.retry_at = None;
        if !self.unsaved.is_empty() {
            let entries = self
                .unsaved
                .iter()
                .map(|(entry, _)| entry.clone())
                .collect();
            cx.out.push(Output::Append {
                board,
                entries,
                again: true,
            });
        }
    }

    /// A last try before the board leaves memory.
    pub(crate) fn offer_again_if_failing(&mut self, cx: &mut Cx<'_>, board: BoardId) {
        if self.retry_at.is_some() {
            self.offer_again(cx, board);
        }
    }

    pub(crate) fn due(&self) -> Option<Millis> {
        self.retry_at
    }

    /// Everything is on disk.
    pub(crate) fn is_safe(&self) -> bool {
        self.unsaved.is_empty()
    }

    /// Writes are failing at the moment.
    pub(crate) fn is_failing(&self) -> bool {
        self.failures > 0
    }

    /// What is not on disk: the updates, and the state they build on where that is not the one on
    /// disk.
    pub(crate) fn unsaved(&self) -> (Option<&Bytes>, Vec<&Bytes>) {
        let (mut base, mut updates) = (None, Vec::new());
        for (entry, _) in &self.unsaved {
            if let Some(state) = &entry.base {
                base = Some(&state.bytes);
                updates.clear();
            }
            updates.push(&entry.update);
        }
        (base, updates)
    }

    pub(crate) fn newest_token(&self) -> Option<AppendToken> {
        self.unsaved.back().map(|(entry, _)| entry.token)
    }

    /// The newest change.
    pub(crate) fn newest_change(&self) -> u32 {
        self.changes
    }

    /// The store was read again up to this number.
    pub(crate) fn reread(&mut self, last_seq: i64) {
        self.last_seq = self.last_seq.max(last_seq);
    }

    pub(crate) fn last_seq(&self) -> i64 {
        self.last_seq
    }

    /// The number the newest update has in the log, or will have.
    pub(crate) fn newest_seq(&self) -> i64 {
        let coming = i64::try_from(self.unsaved.len()).unwrap_or(i64::MAX);
        self.last_seq.saturating_add(coming)
    }

    /// Updates and bytes since the last snapshot.
    pub(crate) fn grown(&self) -> (usize, usize) {
        self.grown
    }

    pub(crate) fn snapshot_taken(&mut self) {
        self.grown = (0, 0);
    }
}
