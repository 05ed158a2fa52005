//! The protocol with a peer. It needs no memory of what was sent, only state vectors:
//!
//! 1. Both sides say `Hello` with their stand, and send what the other's state vector lacks: a
//!    window of [`WINDOW`] updates, closed by `Have`.
//! 2. Whoever still lacks something on a `Have` sends `Ask`, and gets the next window. So the
//!    receiver sets the pace, and a slow peer holds up nobody.
//! 3. Every change of the live replica goes out as `Update` at once; what was new to the receiver it
//!    passes on, so that any connected shape of peers converges.
//! 4. An update whose dependencies are missing is dropped and asked for.
//! 5. `Have` goes out soon after changes and every few seconds: what was lost on the way is noticed
//!    by the state vectors. Equal state vectors with different hashes are either a deletion under
//!    way (state vectors do not count deletions) or replicas that came apart: both sides send the
//!    other their deletions, ask once more, and if the answer still differs, `heal.rs` goes on.
//!
//! What one who looks on sends is never applied: its updates end the connection, its stand is only
//! looked at to show whether it is up to date.

use crate::board::{Change, Cx, OpenBoard, Origin, Owed};
use crate::input::{Lane, PeerId, Stored, Ticket};
use crate::output::{Mark, MergeHash, Output, PeerEnd, TicketFailure};
use crate::peer::{ASK_AGAIN_MS, HAVE_EVERY_MS, Peer};
use crate::wire::{MAX_UPDATE, PresenceItem, Stand, StateVector, SyncFrame};
use board::Role;
use bytes::Bytes;
use replica::{MergeError, Replica};
use std::collections::VecDeque;

/// Updates sent in answer to one state vector: with a `Have` they fit the link's queue of four of
/// the largest frames.
const WINDOW: usize = 3;
/// Bytes of updates that wait for their markers. Beyond it updates are dropped, and asked for later.
const INBOX_BYTES: usize = 16 * MAX_UPDATE;
/// A `Have` in reply to one that lacks something is not sent more often than this.
const REPLY_EVERY_MS: i64 = 200;
/// A Yjs v1 update that says nothing: no structs, no deletions.
const EMPTY_UPDATE: [u8; 2] = [0, 0];

/// What waits for its marker, and what came after it.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    items: VecDeque<Item>,
    bytes: usize,
    /// What is being merged right now: set while foreign bytes are touched.
    pub(crate) merging: Option<Merging>,
}

#[derive(Debug)]
enum Item {
    Update { merging: Merging, peer: PeerId, own: bool, whole: bool },
    Have { peer: PeerId, stand: Stand, answer: bool, whole: bool },
    File { merging: Merging, ticket: Ticket, stored: Stored },
}

/// Foreign bytes and their marker.
#[derive(Debug, Clone)]
pub(crate) struct Merging {
    pub(crate) mark: Mark,
    pub(crate) device: String,
    pub(crate) hash: MergeHash,
    pub(crate) bytes: Bytes,
    pub(crate) peer: Option<PeerId>,
}

impl Merging {
    fn new(cx: &mut Cx<'_>, device: &str, hash: MergeHash, bytes: Bytes, peer: Option<PeerId>) -> Self {
        Self { mark: cx.next_mark(), device: device.to_owned(), hash, bytes, peer }
    }
}

impl Inbox {
    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// What is in it is not touched any more; answers the markers to be cleared.
    pub(crate) fn discard(&mut self) -> (Vec<Merging>, Vec<Ticket>) {
        let (mut merging, mut tickets) = (Vec::new(), Vec::new());
        for item in self.items.drain(..) {
            match item {
                Item::Update { merging: m, .. } => merging.push(m),
                Item::Have { .. } => {}
                Item::File { merging: m, ticket, .. } => {
                    merging.push(m);
                    tickets.push(ticket);
                }
            }
        }
        self.bytes = 0;
        (merging, tickets)
    }

    fn push(&mut self, item: Item) {
        if let Item::Update { merging, .. } = &item {
            self.bytes += merging.bytes.len();
        }
        self.items.push_back(item);
    }

    /// The next item, unless its marker does not stand yet.
    fn next(&mut self, upto: Mark) -> Option<Item> {
        let ready = match self.items.front()? {
            Item::Update { merging, .. } | Item::File { merging, .. } => merging.mark <= upto,
            Item::Have { .. } => true,
        };
        let item = if ready { self.items.pop_front() } else { None };
        if let Some(Item::Update { merging, .. }) = &item {
            self.bytes -= merging.bytes.len();
        }
        item
    }

    fn holds_of(&self, peer: PeerId) -> bool {
        self.items.iter().any(|item| matches!(item, Item::Update { peer: of, .. } if *of == peer))
    }
}

impl OpenBoard {
    /// A peer is connected: says hello.
    pub(crate) fn greet(&mut self, cx: &mut Cx<'_>, id: PeerId, peer: Peer) {
        self.peers.insert(id, peer);
        let hello = SyncFrame::Hello { name: cx.me.name.clone(), stand: self.stand() };
        self.send(cx, id, &hello);
    }

    pub(crate) fn on_frame(&mut self, cx: &mut Cx<'_>, id: PeerId, lane: Lane, bytes: &Bytes) {
        let Some(peer) = self.peers.get(&id) else { return };
        let result = match lane {
            Lane::Presence if !peer.greeted => return,
            Lane::Presence => PresenceItem::decode_all(bytes).map(|items| {
                self.hear_presence(cx, id, items);
            }),
            Lane::Sync => SyncFrame::decode(bytes).map(|frame| self.on_sync_frame(cx, id, frame)),
        };
        if let Err(error) = result {
            self.drop_peer(cx, id, PeerEnd::BrokeProtocol, &error.to_string());
        }
    }

    fn on_sync_frame(&mut self, cx: &mut Cx<'_>, id: PeerId, frame: SyncFrame) {
        let Some(peer) = self.peers.get_mut(&id) else { return };
        match frame {
            SyncFrame::Hello { .. } if peer.greeted => {
                self.drop_peer(cx, id, PeerEnd::BrokeProtocol, "a second greeting");
            }
            SyncFrame::Hello { name, stand } => {
                peer.greeted = true;
                peer.name = name.chars().filter(|c| !c.is_control()).collect();
                self.introduce(cx, id);
                self.on_hello(cx, id, &stand);
            }
            _ if !peer.greeted => {
                self.drop_peer(cx, id, PeerEnd::BrokeProtocol, "no greeting came first");
            }
            SyncFrame::Update { .. } if peer.role < Role::TakePart => {
                self.drop_peer(
                    cx,
                    id,
                    PeerEnd::NotAllowed,
                    "this invitation lets you look on; changes were not taken",
                );
            }
            SyncFrame::Update { own, whole, update } => {
                if self.inbox.bytes + update.len() > INBOX_BYTES {
                    return;
                }
                let device = peer.device.clone();
                let hash = *blake3::hash(&update).as_bytes();
                let merging = Merging::new(cx, &device, hash, update, Some(id));
                self.mark(cx, &merging);
                self.inbox.push(Item::Update { merging, peer: id, own, whole });
            }
            SyncFrame::Ask { whole, state_vector } => self.send_missing(cx, id, &state_vector, true, whole),
            SyncFrame::Have { answer, whole, stand } if self.inbox.holds_of(id) => {
                self.inbox.push(Item::Have { peer: id, stand, answer, whole });
            }
            SyncFrame::Have { answer, whole, stand } => self.on_have(cx, id, &stand, answer, whole),
        }
    }

    /// A board file is to be merged.
    pub(crate) fn merge_file(&mut self, cx: &mut Cx<'_>, ticket: Ticket, stored: Stored) {
        if self.role < Role::TakePart {
            let why = "on this board you look on; a file cannot be merged into it".to_owned();
            cx.out.push(Output::Merged { ticket, result: Err(TicketFailure::NotAllowed(why)) });
            return;
        }
        let mut hasher = blake3::Hasher::new();
        stored.snapshot.iter().chain(&stored.updates).for_each(|bytes| {
            hasher.update(bytes);
        });
        let merging = Merging::new(cx, "file", *hasher.finalize().as_bytes(), Bytes::new(), None);
        self.mark(cx, &merging);
        self.inbox.push(Item::File { merging, ticket, stored });
    }

    fn mark(&self, cx: &mut Cx<'_>, merging: &Merging) {
        cx.out.push(Output::MarkMerging {
            board: self.id,
            mark: merging.mark,
            device: merging.device.clone(),
            hash: merging.hash,
        });
    }

    pub(crate) fn clear(&self, cx: &mut Cx<'_>, merging: Merging) {
        let Merging { mark, device, hash, .. } = merging;
        cx.out.push(Output::ClearMerging { board: self.id, mark, device, hash });
    }

    /// Markers stand: merges what waited for them.
    pub(crate) fn marked(&mut self, cx: &mut Cx<'_>, upto: Mark) {
        while let Some(item) = self.inbox.next(upto) {
            match item {
                Item::Have { peer, stand, answer, whole } => self.on_have(cx, peer, &stand, answer, whole),
                Item::Update { merging, peer, own, whole } => {
                    self.inbox.merging = Some(merging.clone());
                    if whole {
                        self.heal_with(cx, peer, &merging.bytes);
                    } else {
                        self.merge(cx, &merging, &Origin::Peer { peer, own });
                    }
                    self.inbox.merging = None;
                    self.clear(cx, merging);
                }
                Item::File { merging, ticket, stored } => {
                    self.inbox.merging = Some(merging.clone());
                    match self.merge_stored(cx, &stored) {
                        Ok(true) => self.owe(cx, Owed::Merged(ticket)),
                        Ok(false) => cx.out.push(Output::Merged { ticket, result: Ok(false) }),
                        Err(error) => cx.out.push(Output::Merged { ticket, result: Err(error) }),
                    }
                    self.inbox.merging = None;
                    self.clear(cx, merging);
                }
            }
        }
    }

    fn merge(&mut self, cx: &mut Cx<'_>, merging: &Merging, origin: &Origin) {
        let by = match origin {
            Origin::Peer { peer, own: true } => self.peers.get(peer).map(|peer| peer.name.clone()),
            _ => None,
        };
        match self.replica.merge(&merging.bytes) {
            Ok(merged) if merged.changed => {
                let change =
                    Change { update: merging.bytes.clone(), patch: merged.patch, texts: merged.texts };
                self.took(cx, change, origin, &by.unwrap_or_default());
            }
            Ok(_) => {}
            Err(error) => self.refuse(cx, merging, error),
        }
    }

    fn refuse(&mut self, cx: &mut Cx<'_>, merging: &Merging, error: MergeError) {
        let Some(id) = merging.peer else { return };
        match error {
            MergeError::Gap => self.ask(cx, id),
            MergeError::OwnClient => {
                // Somebody writes under this replica's name. Under a new one both sides' edits
                // can be told apart again; what was refused comes once more.
                if self.renew(cx) {
                    self.ask(cx, id);
                }
            }
            MergeError::ReadOnly => {}
            error => {
                tracing::warn!(peer = id.0, %error, "an update was refused");
                let Merging { device, hash, bytes, .. } = merging.clone();
                let reason = error.to_string();
                cx.out.push(Output::Quarantine { board: self.id, device, hash, bytes, reason });
                self.notice(
                    cx,
                    "updateRefused",
                    "A change from another laptop could not be read and was set aside. Your board is as \
                     it was. If it happens again, ask them to update Upshot.",
                );
                self.drop_peer(cx, id, PeerEnd::BrokeProtocol, "an update was not in order");
            }
        }
    }

    fn merge_stored(&mut self, cx: &mut Cx<'_>, stored: &Stored) -> Result<bool, TicketFailure> {
        let unreadable = |error: &dyn std::error::Error| TicketFailure::Unreadable(error.to_string());
        let other = Replica::open(cx.next_client(), stored.snapshot.as_deref(), &stored.updates)
            .map_err(|error| unreadable(&error))?;
        if let Some(why) = self.replica.read_only().or(other.read_only()) {
            return Err(TicketFailure::NotAllowed(why.to_owned()));
        }
        let pieces = other.diff(&self.replica.state_vector()).map_err(|error| unreadable(&error))?;
        let mut changed = false;
        for piece in pieces {
            let merged = self.replica.merge(&piece).map_err(|error| unreadable(&error))?;
            if merged.changed {
                changed = true;
                let change = Change { update: piece.into(), patch: merged.patch, texts: merged.texts };
                self.took(cx, change, &Origin::File, "");
            }
        }
        Ok(changed)
    }

    /// Goes on under a new client id; answers whether that worked. Undo starts over.
    fn renew(&mut self, cx: &mut Cx<'_>) -> bool {
        match Replica::open(cx.next_client(), Some(&self.replica.snapshot()), &[] as &[&[u8]]) {
            Ok(replica) => {
                self.replica = replica;
                true
            }
            Err(error) => {
                tracing::error!(%error, "a replica did not read its own state");
                false
            }
        }
    }

    fn on_hello(&mut self, cx: &mut Cx<'_>, id: PeerId, theirs: &Stand) {
        let mine = self.stand();
        if theirs.vector.lacks(&mine.vector) {
            self.send_missing(cx, id, &theirs.encoded, true, false);
        }
        let Some(peer) = self.peers.get_mut(&id) else { return };
        if mine.vector.lacks(&theirs.vector) {
            // They see the same in our hello, and send.
            peer.asked = Some(cx.now);
        } else {
            self.on_have(cx, id, theirs, false, false);
        }
    }

    /// Compares stands, and does what the difference asks for.
    pub(crate) fn on_have(&mut self, cx: &mut Cx<'_>, id: PeerId, theirs: &Stand, answer: bool, whole: bool) {
        if whole {
            self.heal_go_on(cx, id, theirs);
            return;
        }
        let mine = self.stand();
        let Some(peer) = self.peers.get_mut(&id) else { return };
        if answer {
            peer.asked = None;
        }
        let i_lack = mine.vector.lacks(&theirs.vector);
        let they_lack = theirs.vector.lacks(&mine.vector);
        if !i_lack && !they_lack && mine.hash == theirs.hash {
            peer.agree();
            return;
        }
        peer.drift(cx.now);
        if peer.role < Role::TakePart {
            return;
        }
        if i_lack {
            self.ask(cx, id);
        }
        if they_lack {
            let recently = self.peers.get(&id).is_none_or(|p| cx.now.since(p.have_sent) < REPLY_EVERY_MS);
            if !recently {
                self.send_have(cx, id, false, false);
            }
        }
        if !i_lack && !they_lack {
            self.suspect(cx, id, theirs, answer);
        }
    }

    /// Equal state vectors, different content.
    fn suspect(&mut self, cx: &mut Cx<'_>, id: PeerId, theirs: &Stand, answer: bool) {
        let revision = self.revision;
        let Some(peer) = self.peers.get_mut(&id) else { return };
        if answer && peer.suspect == Some(revision) {
            peer.suspect = None;
            self.came_apart(cx, id, theirs);
        } else if peer.asked.is_none() {
            peer.suspect = Some(revision);
            // Our deletions first: when the answer comes, each side has had all of the other's.
            self.send_diff(cx, id, &theirs.encoded, false);
            self.ask(cx, id);
        }
    }

    /// Asks for what is missing, unless that was done.
    pub(crate) fn ask(&mut self, cx: &mut Cx<'_>, id: PeerId) {
        let state_vector = self.replica.state_vector().into();
        let Some(peer) = self.peers.get_mut(&id) else { return };
        if peer.asked.is_none() {
            peer.asked = Some(cx.now);
            self.send(cx, id, &SyncFrame::Ask { whole: false, state_vector });
        }
    }

    pub(crate) fn send_have(&mut self, cx: &mut Cx<'_>, id: PeerId, answer: bool, whole: bool) {
        let stand = self.stand();
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.have_sent = cx.now;
            peer.have_due = cx.now.plus(HAVE_EVERY_MS);
        }
        self.send(cx, id, &SyncFrame::Have { answer, whole, stand });
    }

    /// A window of what a state vector lacks, and where we stand.
    fn send_missing(&mut self, cx: &mut Cx<'_>, id: PeerId, state_vector: &Bytes, answer: bool, whole: bool) {
        if self.send_diff(cx, id, state_vector, whole) {
            self.send_have(cx, id, answer, whole);
        }
    }

    /// Answers whether the peer is still there.
    fn send_diff(&mut self, cx: &mut Cx<'_>, id: PeerId, state_vector: &Bytes, whole: bool) -> bool {
        if self.role < Role::TakePart {
            return self.peers.contains_key(&id);
        }
        let pieces = match self.replica.diff(state_vector) {
            Ok(pieces) => pieces,
            Err(error) => {
                self.drop_peer(cx, id, PeerEnd::BrokeProtocol, &error.to_string());
                return false;
            }
        };
        for piece in pieces.into_iter().filter(|piece| *piece != EMPTY_UPDATE).take(WINDOW) {
            self.send(cx, id, &SyncFrame::Update { own: false, whole, update: piece.into() });
        }
        true
    }

    /// Sends a change to all peers but the one it came from.
    pub(crate) fn broadcast(&mut self, cx: &mut Cx<'_>, update: &Bytes, origin: &Origin) {
        let (from, own) = match origin {
            Origin::Peer { peer, .. } => (Some(*peer), false),
            Origin::Session(session) => {
                let kind = self.subs.get(session).map(|sub| sub.kind);
                (None, kind == Some(crate::input::SessionKind::Own))
            }
            _ => (None, false),
        };
        let frame = SyncFrame::Update { own, whole: false, update: update.clone() }.encode();
        for (id, peer) in &mut self.peers {
            if !peer.greeted {
                continue;
            }
            peer.drift(cx.now);
            // Too large for a frame: the `Have` that follows makes the peer ask, and a diff is cut.
            let fits = update.len() <= MAX_UPDATE;
            if Some(*id) != from && self.role >= Role::TakePart && !peer.blocked && fits {
                cx.out.push(Output::SendFrame { peer: *id, lane: Lane::Sync, bytes: frame.clone() });
            }
            peer.compare_soon(cx.now);
        }
    }

    pub(crate) fn send(&self, cx: &mut Cx<'_>, id: PeerId, frame: &SyncFrame) {
        if self.peers.get(&id).is_some_and(|peer| !peer.blocked) {
            let bytes = frame.encode();
            cx.out.push(Output::SendFrame { peer: id, lane: Lane::Sync, bytes });
        }
    }

    pub(crate) fn peer_full(&mut self, id: PeerId) {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.blocked = true;
        }
    }

    /// The peer reads again: it sees in our stand what it missed.
    pub(crate) fn peer_writable(&mut self, cx: &mut Cx<'_>, id: PeerId) {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.blocked = false;
            peer.asked = None;
            self.send_have(cx, id, false, false);
        }
    }

    /// The connection is over. What came through it before is still merged.
    pub(crate) fn peer_closed(&mut self, id: PeerId) {
        if self.peers.remove(&id).is_some() {
            self.presence.peer_left(id);
            self.healing.take_if(|healing| healing.peer == id);
        }
    }

    /// Ends a connection from this side. What came through it is not looked at any more.
    pub(crate) fn drop_peer(&mut self, cx: &mut Cx<'_>, id: PeerId, end: PeerEnd, reason: &str) {
        if !self.peers.contains_key(&id) {
            return;
        }
        self.peer_closed(id);
        let (theirs, others): (Vec<_>, _) = std::mem::take(&mut self.inbox.items)
            .into_iter()
            .partition(|item| matches!(item, Item::Update { peer, .. } if *peer == id));
        self.inbox.items = others;
        for item in theirs {
            if let Item::Update { merging, .. } = item {
                self.inbox.bytes -= merging.bytes.len();
                self.clear(cx, merging);
            }
        }
        cx.out.push(Output::ClosePeer { peer: id, end, reason: reason.to_owned() });
    }

    pub(crate) fn tick_peers(&mut self, cx: &mut Cx<'_>) {
        for peer in self.peers.values_mut() {
            if peer.asked.is_some_and(|at| cx.now.since(at) >= ASK_AGAIN_MS) {
                peer.asked = None;
                peer.suspect = None;
                peer.compare_soon(cx.now);
            }
        }
        let now = cx.now;
        let due = self.peers.iter().filter(|(_, p)| p.greeted && !p.blocked && p.have_due <= now);
        for id in due.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.send_have(cx, id, false, false);
        }
        self.heal_tick(cx);
    }
}

/// The state vector of somebody who knows nothing.
pub(crate) fn nothing() -> Bytes {
    Bytes::from_static(&[0])
}

/// A state vector of a replica of ours.
pub(crate) fn vector(replica: &Replica) -> StateVector {
    StateVector::parse(&replica.state_vector()).unwrap_or_default()
}
