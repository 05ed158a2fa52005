//! The protocol with a peer. It needs no memory of what was sent, only state vectors:
//!
//! 1. Both sides say `Hello` with their stand, and send what the other's state vector lacks: a
//!    window of updates, closed by `Have` (`answer.rs`).
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
//! looked at to show whether it is up to date. What it is sent waits until it is on disk here
//! (`held.rs`).

use crate::answer::Asked;
use crate::input::{AppendToken, Lane, PeerId, SessionKind};
use crate::open_board::{Cx, OpenBoard, Origin};
use crate::output::{Output, PeerEnd};
use crate::peer::{ASK_AGAIN_MS, HAVE_EVERY_MS, Peer};
use crate::wire::{MAX_UPDATE, PresenceItem, RoomItem, Stand, StateVector, SyncFrame};
use board::Role;
use bytes::Bytes;
use replica::Replica;

/// A `Have` in reply to one that lacks something is not sent more often than this.
const REPLY_EVERY_MS: i64 = 200;
/// A Yjs v1 update that says nothing: no structs, no deletions.
pub(crate) const EMPTY_UPDATE: [u8; 2] = [0, 0];

impl OpenBoard {
    /// A peer is connected: says hello.
    pub(crate) fn greet(&mut self, cx: &mut Cx<'_>, id: PeerId, peer: Peer) {
        self.peers.insert(id, peer);
        let hello = SyncFrame::Hello {
            name: cx.me.name.clone(),
            stand: self.stand(),
        };
        self.send(cx, id, &hello);
    }

    pub(crate) fn on_frame(&mut self, cx: &mut Cx<'_>, id: PeerId, lane: Lane, bytes: &Bytes) {
        let Some(peer) = self.peers.get(&id) else {
            return;
        };
        let result = match lane {
            Lane::Presence if !peer.greeted => return,
            Lane::Presence
                if bytes
                    .first()
                    .is_some_and(|kind| RoomItem::KINDS.contains(kind)) =>
            {
                RoomItem::decode(bytes).map(|item| self.hear_room(cx, id, item))
            }
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
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        match frame {
            SyncFrame::Hello { .. } if peer.greeted => {
                self.drop_peer(cx, id, PeerEnd::BrokeProtocol, "a second greeting");
            }
            SyncFrame::Hello { name, stand } => {
                peer.greeted = true;
                peer.name = name.chars().filter(|c| !c.is_control()).collect();
                self.introduce(cx, id);
                self.show_round(cx, id);
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
                self.receive(cx, id, own, whole, update);
            }
            frame @ (SyncFrame::Ask { .. } | SyncFrame::Have { .. }) => {
                if let Some(frame) = self.inbox.wait(id, frame) {
                    self.said(cx, id, &frame);
                }
            }
        }
    }

    /// An `Ask` or `Have`, when everything the peer sent before it has been looked at.
    pub(crate) fn said(&mut self, cx: &mut Cx<'_>, id: PeerId, frame: &SyncFrame) {
        match frame {
            SyncFrame::Ask {
                whole,
                number,
                state_vector,
            } => {
                let (number, state_vector) = (*number, state_vector.clone());
                let asked = Asked {
                    number,
                    state_vector,
                };
                self.on_ask(cx, id, *whole, asked);
            }
            SyncFrame::Have {
                answer,
                whole,
                stand,
            } => self.on_have(cx, id, stand, *answer, *whole),
            SyncFrame::Hello { .. } | SyncFrame::Update { .. } => {}
        }
    }

    fn on_hello(&mut self, cx: &mut Cx<'_>, id: PeerId, theirs: &Stand) {
        let mine = self.stand();
        if theirs.vector.lacks(&mine.vector) {
            self.send_missing(cx, id, &theirs.encoded, 1, false);
        }
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        if mine.vector.lacks(&theirs.vector) {
            // They see the same in our hello, and send.
            peer.asked = Some(cx.now);
        } else {
            self.on_have(cx, id, theirs, 0, false);
        }
    }

    /// Compares stands, and does what the difference asks for.
    pub(crate) fn on_have(
        &mut self,
        cx: &mut Cx<'_>,
        id: PeerId,
        theirs: &Stand,
        answer: u32,
        whole: bool,
    ) {
        if whole {
            self.heal_go_on(cx, id, theirs);
            return;
        }
        let mine = self.stand();
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        // Only the answer to the newest `Ask` comes after all that was sent before it.
        let answer = answer == peer.ask_number;
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
            let recently = self
                .peers
                .get(&id)
                .is_none_or(|p| cx.now.since(p.have_sent) < REPLY_EVERY_MS);
            if !recently {
                self.send_have(cx, id, 0, false);
            }
        }
        if !i_lack && !they_lack {
            self.suspect(cx, id, theirs, answer);
        }
    }

    /// Equal state vectors, different content.
    fn suspect(&mut self, cx: &mut Cx<'_>, id: PeerId, theirs: &Stand, answer: bool) {
        let revision = self.revision;
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
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
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        if peer.asked.is_none() {
            peer.asked = Some(cx.now);
            let number = peer.next_ask();
            self.send(
                cx,
                id,
                &SyncFrame::Ask {
                    whole: false,
                    number,
                    state_vector,
                },
            );
        }
    }

    pub(crate) fn send_have(&mut self, cx: &mut Cx<'_>, id: PeerId, answer: u32, whole: bool) {
        let stand = self.stand();
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.have_sent = cx.now;
            peer.have_due = cx.now.plus(HAVE_EVERY_MS);
        }
        self.send(
            cx,
            id,
            &SyncFrame::Have {
                answer,
                whole,
                stand,
            },
        );
    }

    /// Sends a change to all peers but the one it came from.
    pub(crate) fn broadcast(&mut self, cx: &mut Cx<'_>, update: &Bytes, origin: &Origin) {
        let (from, own) = match origin {
            Origin::Peer { peer, .. } => (Some(*peer), false),
            Origin::Session(session) => {
                let kind = self.subs.get(session).map(|sub| sub.kind);
                (None, kind == Some(SessionKind::Own))
            }
            _ => (None, false),
        };
        let frame = SyncFrame::Update {
            own,
            whole: false,
            update: update.clone(),
        }
        .encode();
        let unsaved = self.log.newest_token();
        for (id, peer) in &mut self.peers {
            if !peer.greeted {
                continue;
            }
            peer.drift(cx.now);
            // Too large for a frame: the `Have` that follows makes the peer ask, and a diff is cut.
            let fits = update.len() <= MAX_UPDATE;
            if Some(*id) != from && self.role >= Role::TakePart && fits {
                post(cx, *id, peer, unsaved, frame.clone());
            }
            peer.compare_soon(cx.now);
        }
    }

    pub(crate) fn send(&mut self, cx: &mut Cx<'_>, id: PeerId, frame: &SyncFrame) {
        // A greeting is the first frame whatever waits, and holds nothing of the board.
        let unsaved = match frame {
            SyncFrame::Hello { .. } => None,
            _ => self.log.newest_token(),
        };
        if let Some(peer) = self.peers.get_mut(&id) {
            post(cx, id, peer, unsaved, frame.encode());
        }
    }

    /// Changes are on disk up to a token: those who look on may know of them.
    pub(crate) fn release_held(&mut self, cx: &mut Cx<'_>, saved: AppendToken) {
        let mut missed = Vec::new();
        for (id, peer) in &mut self.peers {
            while let Some(bytes) = peer.held.pop(saved) {
                cx.out.push(Output::SendFrame {
                    peer: *id,
                    lane: Lane::Sync,
                    bytes,
                });
            }
            if self.log.is_safe() && peer.held.take_missed() {
                missed.push(*id);
            }
        }
        for id in missed {
            self.send_have(cx, id, 0, false);
        }
    }

    pub(crate) fn peer_full(&mut self, id: PeerId) {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.blocked = true;
            peer.held.clear();
            // What it was to be compared after may be what was lost.
            peer.suspect = None;
        }
    }

    /// The peer reads again: it sees in our stand what it missed.
    pub(crate) fn peer_writable(&mut self, cx: &mut Cx<'_>, id: PeerId) {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.blocked = false;
            peer.asked = None;
            self.send_have(cx, id, 0, false);
        }
    }

    /// The connection is over. What came through it before is still merged.
    pub(crate) fn peer_closed(&mut self, id: PeerId) {
        if self.peers.remove(&id).is_some() {
            self.presence.peer_left(id);
            self.room.peer_left(id);
            self.healing.take_if(|healing| healing.peer == id);
        }
    }

    /// Ends a connection from this side. What came through it is not looked at any more.
    pub(crate) fn drop_peer(&mut self, cx: &mut Cx<'_>, id: PeerId, end: PeerEnd, reason: &str) {
        if !self.peers.contains_key(&id) {
            return;
        }
        self.peer_closed(id);
        for merging in self.inbox.forget(id) {
            self.clear(cx, merging);
        }
        cx.out.push(Output::ClosePeer {
            peer: id,
            end,
            reason: reason.to_owned(),
        });
    }

    pub(crate) fn tick_peers(&mut self, cx: &mut Cx<'_>) {
        for peer in self.peers.values_mut() {
            if peer
                .asked
                .is_some_and(|at| cx.now.since(at) >= ASK_AGAIN_MS)
            {
                peer.asked = None;
                peer.suspect = None;
                peer.compare_soon(cx.now);
            }
        }
        self.answer_waiting(cx);
        let now = cx.now;
        let due = self
            .peers
            .iter()
            .filter(|(_, p)| p.greeted && !p.blocked && p.have_due <= now);
        for id in due.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.send_have(cx, id, 0, false);
        }
        self.heal_tick(cx);
    }
}

/// Sends a frame, or has it wait for the disk, or drops it where the peer's queue is full.
fn post(cx: &mut Cx<'_>, id: PeerId, peer: &mut Peer, unsaved: Option<AppendToken>, bytes: Bytes) {
    match unsaved {
        _ if peer.blocked => {}
        Some(until) if peer.role < Role::TakePart => peer.held.push(until, bytes),
        _ => cx.out.push(Output::SendFrame {
            peer: id,
            lane: Lane::Sync,
            bytes,
        }),
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
