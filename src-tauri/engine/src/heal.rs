//! Replicas that came apart: their state vectors agree, their content does not. Somebody wrote
//! under a client id that was not theirs (a forged edit, a copied machine), and each side took
//! another edit for the same number.
//!
//! Of the two, the one with the larger *lineage* gives way. It fetches the other's whole state into
//! a fresh replica under a new client id, merges into it what the other side did not have, and then
//! looks at every record: where one is not there or differs, it is brought back as a new edit, which
//! every replica accepts. (Not only what was changed here since the board was opened: what came
//! apart may have been written and saved long before anybody met.) What the other side alone has
//! stays, unless it was removed here through an own session. Texts are joined rather than replaced,
//! so that no words are lost. The replica takes over the
//! other's lineage, so lineages only ever get smaller, and any number of replicas end on one.
//!
//! The old log cannot be read on top of the new state, nor what is appended from now on on top of
//! the old log. So the exchange waits until all of the old log is on disk, and the new state goes to
//! disk as part of the log: before what builds on it, and only together with it.

use crate::bring_back::bring_back;
use crate::input::{Millis, PeerId};
use crate::open_board::{Change, Cx, OpenBoard, Origin};
use crate::output::{Base, PeerEnd};
use crate::sync::{nothing, vector};
use crate::wire::{Stand, SyncFrame};
use board::{Actor, Board, Patch, Role};
use bytes::Bytes;
use replica::Replica;

/// Fetching is given up, to begin anew at the next comparison, when nothing came for so long.
const GIVE_UP_MS: i64 = 15_000;
/// How often a peer may bring edits that do not go with what is here. An honest one that passes on
/// a forgery does so once or twice.
const MOST_MISFITS: u32 = 3;

/// A healing in progress.
pub(crate) struct Healing {
    pub(crate) peer: PeerId,
    /// The other side's state, as far as it has come.
    replica: Replica,
    heard: Millis,
    /// It has come whole, and waits until what was written before is on disk.
    whole: Option<Stand>,
}

impl OpenBoard {
    /// Both sides have all of the other's edits, and yet differ.
    pub(crate) fn came_apart(&mut self, cx: &mut Cx<'_>, id: PeerId, theirs: &Stand) {
        let Some(peer) = self.peers.get(&id) else {
            return;
        };
        let (mine, other) = (
            (self.lineage, self.instance),
            (theirs.lineage, theirs.instance),
        );
        let gives_way =
            self.role < Role::TakePart || mine > other || (mine == other && peer.dialled);
        self.tell_apart(cx, id);
        if gives_way {
            self.fetch(cx, id);
        } else {
            self.send_have(cx, id, 0, false);
        }
    }

    /// A peer holds edits under this replica's own client id that it never made. Under a new one
    /// both sides' edits can be told apart again; what was written under the old one may never
    /// reach the others as it is, so the peer's state is taken, and it is brought back.
    pub(crate) fn forged(&mut self, cx: &mut Cx<'_>, id: PeerId) {
        if !self.counts_misfit(id) {
            let reason = "it keeps sending edits under another laptop's number";
            self.drop_peer(cx, id, PeerEnd::BrokeProtocol, reason);
            return;
        }
        match Replica::open(
            cx.next_client(),
            Some(&self.replica.snapshot()),
            &[] as &[&[u8]],
        ) {
            Ok(replica) => self.replica = replica,
            Err(error) => {
                tracing::error!(%error, "a replica did not read its own state");
                self.broken = true;
                return;
            }
        }
        self.tell_apart(cx, id);
        self.fetch(cx, id);
    }

    /// An update of a peer is sound and yet has no place in this replica: what it continues is
    /// something else here. The two have come apart, and never get as far as equal state vectors.
    /// Answers `false` if the peer has done so too often to be believed.
    pub(crate) fn misfits(&mut self, cx: &mut Cx<'_>, id: PeerId) -> bool {
        let believed = self.counts_misfit(id);
        if believed {
            self.tell_apart(cx, id);
            self.fetch(cx, id);
        }
        believed
    }

    /// Until a healing is over, more of the same is to be expected.
    fn counts_misfit(&mut self, id: PeerId) -> bool {
        let healing = self.healing.is_some();
        self.peers.get_mut(&id).is_some_and(|peer| {
            peer.misfits += u32::from(!healing);
            peer.misfits <= MOST_MISFITS
        })
    }

    fn tell_apart(&mut self, cx: &mut Cx<'_>, id: PeerId) {
        let Some(peer) = self.peers.get_mut(&id) else {
            return;
        };
        if !std::mem::replace(&mut peer.told_apart, true) {
            tracing::warn!(peer = id.0, "replicas came apart");
            self.notice(
                cx,
                "replicasDiffer",
                "This board differed from another laptop's copy although both had every change. They are \
                 being put together again; nothing you wrote is lost.",
            );
        }
    }

    /// Fetches the other side's state.
    fn fetch(&mut self, cx: &mut Cx<'_>, id: PeerId) {
        if self.healing.is_none() {
            let replica = Replica::new(cx.next_client());
            self.healing = Some(Healing {
                peer: id,
                replica,
                heard: cx.now,
                whole: None,
            });
            self.send(
                cx,
                id,
                &SyncFrame::Ask {
                    whole: true,
                    number: 0,
                    state_vector: nothing(),
                },
            );
        }
    }

    /// A piece of the other side's state.
    pub(crate) fn heal_with(&mut self, cx: &Cx<'_>, id: PeerId, update: &Bytes) {
        let Some(healing) = self.healing.as_mut().filter(|healing| healing.peer == id) else {
            return;
        };
        if healing.whole.is_some() {
            return;
        }
        healing.heard = cx.now;
        if let Err(error) = healing.replica.merge(update) {
            tracing::warn!(peer = id.0, %error, "a piece of the other's state was refused");
            self.healing = None;
        }
    }

    /// A window of the other side's state has come.
    pub(crate) fn heal_go_on(&mut self, cx: &mut Cx<'_>, id: PeerId, theirs: &Stand) {
        let Some(healing) = self.healing.as_mut().filter(|healing| healing.peer == id) else {
            return;
        };
        if healing.whole.is_some() {
            return;
        }
        healing.heard = cx.now;
        if healing.replica.content_hash() == theirs.hash
            && !vector(&healing.replica).lacks(&theirs.vector)
        {
            healing.whole = Some(theirs.clone());
            self.heal_when_safe(cx);
        } else {
            let state_vector = healing.replica.state_vector().into();
            self.send(
                cx,
                id,
                &SyncFrame::Ask {
                    whole: true,
                    number: 0,
                    state_vector,
                },
            );
        }
    }

    /// Exchanges the board for the state that has come, once all of the old log is on disk.
    pub(crate) fn heal_when_safe(&mut self, cx: &mut Cx<'_>) {
        if !self.log.is_safe() {
            return;
        }
        if let Some(Healing {
            replica,
            whole: Some(theirs),
            ..
        }) = self.healing.take_if(|healing| healing.whole.is_some())
        {
            self.adopt(cx, replica, &theirs);
        }
    }

    pub(crate) fn heal_tick(&mut self, cx: &Cx<'_>) {
        let now = cx.now;
        self.healing
            .take_if(|healing| healing.whole.is_none() && now.since(healing.heard) >= GIVE_UP_MS);
    }

    /// Goes on with the other side's state, and brings own edits back.
    fn adopt(&mut self, cx: &mut Cx<'_>, replica: Replica, theirs: &Stand) {
        let mut old = std::mem::replace(&mut self.replica, replica);
        let others = old.diff(&self.replica.state_vector()).unwrap_or_default();
        // First of all: whether a session knows a record is told by the board it has seen.
        let patch = difference(old.board(), self.replica.board());
        for sub in self.subs.values_mut() {
            sub.touch(&patch, "");
        }
        self.lineage = self.lineage.min(theirs.lineage);
        self.revision += 1;
        let state = Base {
            upto: self.log.last_seq(),
            content_hash: self.content_hash(),
            bytes: self.replica.snapshot().into(),
        };
        self.log.start_anew(cx, self.id, state);
        for piece in others {
            if let Ok(merged) = self.replica.merge(&piece)
                && merged.changed
            {
                let change = Change {
                    update: piece.into(),
                    patch: merged.patch,
                    texts: Vec::new(),
                    gone: Vec::new(),
                };
                self.took(cx, change, &Origin::Healed, "");
            }
        }
        // With what the other side has written since, the two differ in the records that came apart
        // and in no others. What does not fit the old state is no loss: the new one has it.
        let own = old.board().clone();
        let since = self.replica.diff(&old.state_vector());
        for piece in since.unwrap_or_default() {
            let _ = old.merge(&piece);
        }
        if self.role >= Role::TakePart {
            let actor = Actor {
                person: None,
                role: Role::Facilitate,
                now_ms: cx.now.0,
            };
            for command in bring_back(&own, old.board(), self.replica.board(), &self.written) {
                // One by one: what does not fit any more must not hold up the rest.
                if let Ok(applied) = self.replica.execute("healed", &actor, &[command])
                    && !applied.update.is_empty()
                {
                    self.took(
                        cx,
                        Change {
                            texts: Vec::new(),
                            ..applied.into()
                        },
                        &Origin::Healed,
                        "",
                    );
                }
            }
        }
        self.flush(cx);
        self.reset_texts(cx);
        // One that has not greeted may still be reading its board, and waits for one frame only.
        let greeted = self.peers.iter().filter(|(_, peer)| peer.greeted);
        for peer in greeted.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.send_have(cx, peer, 0, false);
        }
        self.notice(
            cx,
            "replicasHealed",
            "This board and another laptop's copy are the same again. What you wrote was brought back; \
             undo starts afresh.",
        );
    }
}

/// What takes one board to another, record by record.
fn difference(from: &Board, to: &Board) -> Patch {
    let mut patch = Patch::default();
    for record in to.snapshot().records {
        match from.get(record.key()) {
            None => patch.added.push(record),
            Some(before) if before != record => patch.updated.push(record),
            Some(_) => {}
        }
    }
    for record in from.snapshot().records {
        if !to.contains(record.key()) {
            patch.removed.push(record.key());
        }
    }
    patch
}
