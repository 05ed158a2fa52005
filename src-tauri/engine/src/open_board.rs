//! One open board: its replica, who uses it, and what every change of it sets going.

use crate::engine::Me;
use crate::heal::Healing;
use crate::inbox::Inbox;
use crate::input::{AppendToken, Millis, PeerId, SessionId, SessionKind, Ticket};
use crate::log::Log;
use crate::output::{Mark, Output, TicketFailure};
use crate::peer::Peer;
use crate::presence::Book;
use crate::private::{KeepToken, Private, Secret};
use crate::protocol::{AuthoredEdit, BoardEvent, PeerState, UndoState};
use crate::room::Room;
use crate::session::Subscription;
use crate::summary::{self, Summary};
use crate::text::{Texts, elsewhere, text_of};
use crate::wire::{Stand, StateVector};
use board::{BoardId, Key, Patch, PersonId, Role, TextEdit};
use bytes::Bytes;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use replica::{ClientId, Replica};
use std::collections::{BTreeMap, BTreeSet};

/// Batches of changes from elsewhere keep this far apart: one that comes after a pause goes to the
/// sessions at once, a flood comes as a few batches a frame.
const BATCH_MS: i64 = 4;
/// Home and the search follow a change after this long: nobody watches them while working.
const SUMMARY_MS: i64 = 500;
/// A board stays in memory for so long after its last user left: a reload of the page, a peer that
/// comes again.
const GRACE_MS: i64 = 5_000;
/// A snapshot is taken after so many updates: reading them back takes some tens of milliseconds.
const SNAPSHOT_UPDATES: usize = 500;
/// A snapshot is taken after so many bytes of updates.
const SNAPSHOT_BYTES: usize = 1024 * 1024;
/// On closing a board a snapshot pays off after fewer.
const SNAPSHOT_ON_CLOSE: usize = 64;

/// What the engine lends to a board while it handles an input.
pub(crate) struct Cx<'a> {
    pub(crate) now: Millis,
    pub(crate) me: &'a Me,
    pub(crate) rng: &'a mut ChaCha8Rng,
    pub(crate) counter: &'a mut u64,
    pub(crate) out: &'a mut Vec<Output>,
}

impl Cx<'_> {
    pub(crate) fn event(&mut self, session: SessionId, event: BoardEvent) {
        self.out.push(Output::Event { session, event });
    }

    pub(crate) fn next_token(&mut self) -> AppendToken {
        *self.counter += 1;
        AppendToken(*self.counter)
    }

    pub(crate) fn next_mark(&mut self) -> Mark {
        *self.counter += 1;
        Mark(*self.counter)
    }

    pub(crate) fn next_keep(&mut self) -> KeepToken {
        *self.counter += 1;
        KeepToken(*self.counter)
    }

    /// A client id that nobody has: a document never sees the same one opened twice.
    pub(crate) fn next_client(&mut self) -> ClientId {
        ClientId::new(self.rng.random())
    }
}

/// Where a change came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// A session of this laptop.
    Session(SessionId),
    /// A peer, whose user made it just now (`own`) or who passed it on.
    Peer { peer: PeerId, own: bool },
    /// A board file.
    File,
    /// Own edits that were brought back in healing.
    Healed,
    /// A template or an import.
    Created,
    /// Private notes or dots of this laptop's people, shown now.
    Revealed,
}

/// What a change comes to, as the replica tells it.
#[derive(Debug, Default)]
pub(crate) struct Change {
    pub(crate) update: Bytes,
    pub(crate) patch: Patch,
    pub(crate) texts: Vec<(Key, TextEdit)>,
    /// Rows of this laptop's own that go off the disk with it.
    pub(crate) gone: Vec<Secret>,
}

impl From<replica::Applied> for Change {
    fn from(applied: replica::Applied) -> Self {
        Self {
            update: applied.update.into(),
            patch: applied.patch,
            texts: applied.texts,
            gone: Vec::new(),
        }
    }
}

/// A request of the runtime's own that is answered when everything up to a token is on disk.
#[derive(Debug)]
pub(crate) enum Owed {
    Merged(Ticket),
    Created(Ticket),
}

impl Owed {
    /// The board went before it was done.
    pub(crate) fn failed(self) -> Output {
        match self {
            Self::Merged(ticket) => Output::Merged {
                ticket,
                result: Err(TicketFailure::NotFound),
            },
            Self::Created(ticket) => Output::Created {
                ticket,
                result: Err(TicketFailure::NotFound),
            },
        }
    }
}

/// An open board.
pub(crate) struct OpenBoard {
    pub(crate) id: BoardId,
    /// What this laptop may do.
    pub(crate) role: Role,
    pub(crate) replica: Replica,
    /// Counts up with every change.
    pub(crate) revision: u64,
    pub(crate) subs: BTreeMap<SessionId, Subscription>,
    pub(crate) peers: BTreeMap<PeerId, Peer>,
    pub(crate) presence: Book,
    pub(crate) texts: Texts,
    pub(crate) log: Log,
    pub(crate) private: Private,
    pub(crate) room: Room,
    pub(crate) inbox: Inbox,
    pub(crate) healing: Option<Healing>,
    /// The replica cannot be used any more: the board is to be loaded again.
    pub(crate) broken: bool,
    pub(crate) lineage: u64,
    pub(crate) instance: u64,
    /// What was changed through sessions of this laptop since the board was opened; what healing
    /// must not lose.
    pub(crate) written: BTreeSet<Key>,
    pub(crate) owed: Vec<(AppendToken, Owed)>,
    hash: Option<(u64, [u8; 32])>,
    batch_due: Option<Millis>,
    /// When batches went out last.
    flushed: Option<Millis>,
    summary_due: Option<Millis>,
    /// Records that changed since the last summary.
    unsummed: BTreeSet<Key>,
    close_due: Option<Millis>,
    told_peers: Vec<PeerState>,
}

impl OpenBoard {
    pub(crate) fn new(
        cx: &mut Cx<'_>,
        id: BoardId,
        role: Role,
        replica: Replica,
        log: Log,
        private: Private,
    ) -> Self {
        Self {
            id,
            role,
            replica,
            revision: 0,
            subs: BTreeMap::new(),
            peers: BTreeMap::new(),
            presence: Book::default(),
            texts: Texts::default(),
            log,
            private,
            room: Room::default(),
            inbox: Inbox::default(),
            healing: None,
            broken: false,
            lineage: cx.rng.random(),
            instance: cx.rng.random(),
            written: BTreeSet::new(),
            owed: Vec::new(),
            hash: None,
            batch_due: None,
            flushed: None,
            summary_due: None,
            unsummed: BTreeSet::new(),
            close_due: None,
            told_peers: Vec::new(),
        }
    }

    /// Takes note of a change the replica has made: to the disk, to the peers, to the sessions.
    /// Answers the change's number.
    pub(crate) fn took(
        &mut self,
        cx: &mut Cx<'_>,
        change: Change,
        origin: &Origin,
        by: &str,
    ) -> u32 {
        self.revision += 1;
        let number = self.log.push(
            cx,
            self.id,
            change.update.clone(),
            &self.origin_label(origin),
            change.gone,
        );
        self.broadcast(cx, &change.update, origin);
        let own = matches!(origin, Origin::Session(_) | Origin::Revealed);
        for key in keys(&change.patch) {
            self.unsummed.insert(key);
            if own {
                self.written.insert(key);
            }
        }
        self.summary_due.get_or_insert(cx.now.plus(SUMMARY_MS));
        let by = if tells_an_author(&change.patch) {
            by
        } else {
            ""
        };
        for (session, sub) in &mut self.subs {
            sub.touch(
                &change.patch,
                if *origin == Origin::Session(*session) {
                    ""
                } else {
                    by
                },
            );
        }
        for (key, edit) in change.texts {
            if own {
                self.written.insert(key);
            }
            self.tell_text(cx, key, &[elsewhere(edit)]);
        }
        for key in &change.patch.removed {
            for session in self.texts.gone(*key) {
                cx.event(
                    session,
                    BoardEvent::TextGone {
                        board: self.id,
                        key: *key,
                    },
                );
            }
        }
        let paused = |last: Millis| cx.now.since(last) >= BATCH_MS;
        if own || self.flushed.is_none_or(paused) {
            self.flush(cx);
        } else {
            let since = self.flushed.unwrap_or(cx.now);
            self.batch_due.get_or_insert(since.plus(BATCH_MS));
        }
        number
    }

    /// Tells the followers of a text its newest edits.
    pub(crate) fn tell_text(&mut self, cx: &mut Cx<'_>, key: Key, edits: &[AuthoredEdit]) {
        let Some((version, followers)) = self.texts.record(key, edits) else {
            return;
        };
        for session in followers {
            let edits = edits.to_vec();
            cx.event(
                session,
                BoardEvent::Text {
                    board: self.id,
                    key,
                    version,
                    edits,
                },
            );
        }
    }

    /// Followers of texts start over, because the replica was exchanged.
    pub(crate) fn reset_texts(&mut self, cx: &mut Cx<'_>) {
        for (key, version, followers) in self.texts.reset() {
            let text = text_of(self.replica.board(), key).map(str::to_owned);
            for session in followers {
                cx.event(
                    session,
                    match &text {
                        Some(text) => BoardEvent::TextReset {
                            board: self.id,
                            key,
                            version,
                            text: text.clone(),
                        },
                        None => BoardEvent::TextGone {
                            board: self.id,
                            key,
                        },
                    },
                );
            }
            if text.is_none() {
                self.texts.gone(key);
            }
        }
    }

    /// Sends every session what it has not seen.
    pub(crate) fn flush(&mut self, cx: &mut Cx<'_>) {
        self.batch_due = None;
        self.flushed = Some(cx.now);
        for (session, sub) in &mut self.subs {
            if let Some(batch) = sub.batch(self.id, self.replica.board()) {
                cx.event(*session, batch);
            }
        }
    }

    /// Updates up to a token are on disk.
    pub(crate) fn appended(&mut self, cx: &mut Cx<'_>, token: AppendToken, seq: i64) {
        let Some(saved) = self.log.appended(token, seq) else {
            return;
        };
        self.release_held(cx, token);
        self.heal_when_safe(cx);
        let failing = self.log.is_failing();
        for (session, sub) in &mut self.subs {
            let owed = sub.unsaved.is_some() || sub.told_failing && !failing;
            if owed {
                cx.event(
                    *session,
                    BoardEvent::Saved {
                        board: self.id,
                        change: saved,
                    },
                );
            }
            sub.unsaved = sub.unsaved.filter(|change| *change > saved);
            sub.told_failing &= failing;
        }
        let (done, owed) = std::mem::take(&mut self.owed)
            .into_iter()
            .partition(|(at, _)| *at <= token);
        self.owed = owed;
        for (_, owed) in done {
            cx.out.push(match owed {
                Owed::Merged(ticket) => Output::Merged {
                    ticket,
                    result: Ok(true),
                },
                Owed::Created(ticket) => Output::Created {
                    ticket,
                    result: Ok(()),
                },
            });
        }
        let (updates, bytes) = self.log.grown();
        if updates >= SNAPSHOT_UPDATES || bytes >= SNAPSHOT_BYTES {
            self.snapshot(cx);
        }
    }

    /// The store did not write.
    pub(crate) fn append_failed(&mut self, cx: &mut Cx<'_>, message: &str) {
        if !self.log.failed(cx.now) {
            return;
        }
        for (session, sub) in &mut self.subs {
            if !std::mem::replace(&mut sub.told_failing, true) {
                let message = message.to_owned();
                cx.event(
                    *session,
                    BoardEvent::SaveFailed {
                        board: self.id,
                        message,
                    },
                );
            }
        }
    }

    /// Wants the board's state stored.
    pub(crate) fn snapshot(&mut self, cx: &mut Cx<'_>) {
        self.log.snapshot_taken();
        cx.out.push(Output::Snapshot {
            board: self.id,
            upto: self.log.last_seq(),
            content_hash: self.content_hash(),
            bytes: self.replica.snapshot(),
        });
    }

    pub(crate) fn content_hash(&mut self) -> [u8; 32] {
        match self.hash {
            Some((revision, hash)) if revision == self.revision => hash,
            _ => {
                let hash = self.replica.content_hash();
                self.hash = Some((self.revision, hash));
                hash
            }
        }
    }

    /// Where this replica stands.
    pub(crate) fn stand(&mut self) -> Stand {
        let encoded = Bytes::from(self.replica.state_vector());
        Stand {
            lineage: self.lineage,
            instance: self.instance,
            hash: self.content_hash(),
            vector: StateVector::parse(&encoded).unwrap_or_default(),
            encoded,
        }
    }

    /// The role of this laptop changed.
    pub(crate) fn set_role(&mut self, cx: &mut Cx<'_>, role: Role) {
        for (session, sub) in &self.subs {
            let now = sub.role(role);
            if now != sub.role(self.role) {
                cx.event(
                    *session,
                    BoardEvent::Role {
                        board: self.id,
                        role: now,
                    },
                );
            }
        }
        self.role = role;
    }

    /// A session is done with the board.
    pub(crate) fn leave(&mut self, session: SessionId) {
        self.texts.leave(session);
        if let Some(sub) = self.subs.remove(&session) {
            self.presence.leave(sub.who, session);
        }
    }

    /// Tells all sessions something worth knowing.
    pub(crate) fn notice(&self, cx: &mut Cx<'_>, code: &str, message: &str) {
        for session in self.subs.keys() {
            let (code, message) = (code.to_owned(), message.to_owned());
            cx.event(
                *session,
                BoardEvent::Notice {
                    board: self.id,
                    code,
                    message,
                },
            );
        }
    }

    /// What is to be done after every input.
    pub(crate) fn settle(&mut self, cx: &mut Cx<'_>) {
        if !self.private.is_quiet() {
            self.reveal_what_is_due(cx);
            self.show_what_is_due(cx);
        }
        self.tell_progress(cx);
        self.tell_room_again(cx);
        self.flush_presence(cx);
        for (session, sub) in &mut self.subs {
            let now = undo_state(&self.replica, *session, sub.person);
            if now != sub.undo {
                sub.undo = now.clone();
                cx.event(
                    *session,
                    BoardEvent::Undo {
                        board: self.id,
                        undo: now,
                    },
                );
            }
        }
        let peers = self.peer_states(cx.now);
        if peers != self.told_peers {
            for session in self.subs.keys() {
                cx.event(
                    *session,
                    BoardEvent::Peers {
                        board: self.id,
                        peers: peers.clone(),
                    },
                );
            }
            self.told_peers = peers;
        }
        let used = !self.subs.is_empty()
            || !self.peers.is_empty()
            || !self.log.is_safe()
            || self.private.is_busy()
            || self.room.is_timed();
        if used || !self.inbox.is_empty() || !self.owed.is_empty() {
            self.close_due = None;
        } else {
            self.close_due.get_or_insert(cx.now.plus(GRACE_MS));
        }
    }

    /// What is to be done when time has passed. Answers whether nobody uses the board any more.
    pub(crate) fn tick(&mut self, cx: &mut Cx<'_>) -> bool {
        if self.batch_due.is_some_and(|at| at <= cx.now) {
            self.flush(cx);
        }
        self.log.tick(cx, self.id);
        self.tick_peers(cx);
        if self.summary_due.is_some_and(|at| at <= cx.now) {
            self.tell_summary(cx);
        }
        self.settle(cx);
        self.close_due.is_some_and(|at| at <= cx.now)
    }

    /// The last word before the board leaves memory.
    pub(crate) fn close(&mut self, cx: &mut Cx<'_>) {
        if self.log.grown().0 >= SNAPSHOT_ON_CLOSE && self.log.is_safe() {
            self.snapshot(cx);
        }
        if self.summary_due.is_some() {
            self.tell_summary(cx);
        }
    }

    fn tell_summary(&mut self, cx: &mut Cx<'_>) {
        self.summary_due = None;
        let board = self.replica.board();
        let keys = std::mem::take(&mut self.unsummed);
        let texts = keys
            .into_iter()
            .map(|key| (key, summary::words(board, key)))
            .collect();
        let summary = Box::new(Summary {
            texts,
            upto: self.log.newest_seq(),
            ..Summary::of(board, cx.now)
        });
        cx.out.push(Output::Summary {
            board: self.id,
            summary,
        });
    }

    /// When time must pass for something to happen.
    pub(crate) fn due(&self, now: Millis) -> Option<Millis> {
        [
            self.batch_due,
            self.summary_due,
            self.close_due,
            self.log.due(),
            self.presence.due(),
            self.room.due(),
        ]
        .into_iter()
        .flatten()
        .chain(self.peers.values().filter_map(|peer| peer.due(now)))
        .min()
    }

    pub(crate) fn peer_states(&self, now: Millis) -> Vec<PeerState> {
        self.peers
            .iter()
            .filter(|(_, peer)| peer.greeted)
            .map(|(id, peer)| peer.state(id.0, now))
            .collect()
    }

    /// What a ticket of the runtime waits for; answered at once where nothing had to be written.
    pub(crate) fn owe(&mut self, cx: &mut Cx<'_>, owed: Owed) {
        match (self.log.newest_token(), owed) {
            (Some(token), owed) => self.owed.push((token, owed)),
            (None, Owed::Merged(ticket)) => cx.out.push(Output::Merged {
                ticket,
                result: Ok(false),
            }),
            (None, Owed::Created(ticket)) => cx.out.push(Output::Created {
                ticket,
                result: Ok(()),
            }),
        }
    }

    fn origin_label(&self, origin: &Origin) -> String {
        match origin {
            Origin::Session(session) => match self.subs.get(session).map(|sub| sub.kind) {
                Some(SessionKind::Guest { .. }) => "guest".to_owned(),
                _ => "own".to_owned(),
            },
            // Not which: kept beside a reveal it would name the authors of anonymous notes.
            Origin::Peer { .. } => "peer".to_owned(),
            Origin::File => "file".to_owned(),
            Origin::Healed => "healed".to_owned(),
            Origin::Created => "created".to_owned(),
            Origin::Revealed => "own".to_owned(),
        }
    }
}

/// Whose steps a session takes back: its own, of the person who acts.
pub(crate) fn undo_scope(session: SessionId, person: Option<PersonId>) -> String {
    match person {
        Some(person) => format!("{}:{person}", session.0),
        None => format!("{}:", session.0),
    }
}

pub(crate) fn undo_state(
    replica: &Replica,
    session: SessionId,
    person: Option<PersonId>,
) -> UndoState {
    let (undo, redo) = replica.undo_labels(&undo_scope(session, person));
    UndoState {
        undo: undo.map(str::to_owned),
        redo: redo.map(str::to_owned),
    }
}

pub(crate) fn keys(patch: &Patch) -> impl Iterator<Item = Key> {
    let records = patch
        .added
        .iter()
        .chain(&patch.updated)
        .map(board::Record::key);
    records.chain(patch.removed.iter().copied())
}

/// Whether saying who made a change gives no anonymous author away.
fn tells_an_author(patch: &Patch) -> bool {
    !patch
        .added
        .iter()
        .chain(&patch.updated)
        .any(|record| matches!(record, board::Record::Note(note) if note.author.is_none()))
}
