//! Foreign bytes on their way into the replica: each waits for its marker, is merged, and its
//! marker is cleared. A peer's words keep their order.

use crate::input::{PeerId, Stored, Ticket};
use crate::open_board::{Change, Cx, OpenBoard, Origin, Owed};
use crate::output::{Mark, MergeHash, Output, PeerEnd, TicketFailure};
use crate::wire::{MAX_UPDATE, SyncFrame};
use board::Role;
use bytes::Bytes;
use replica::{MergeError, Refusal, Replica};
use std::collections::VecDeque;

/// Bytes of updates that wait for their markers. Beyond it updates are dropped, and asked for later.
const INBOX_BYTES: usize = 16 * MAX_UPDATE;

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
    Update {
        merging: Merging,
        peer: PeerId,
        own: bool,
        whole: bool,
    },
    /// An `Ask` or `Have` that came after updates and must not be looked at before them.
    Said { peer: PeerId, frame: SyncFrame },
    File {
        merging: Merging,
        ticket: Ticket,
        stored: Stored,
    },
}

impl Item {
    /// What it takes of [`INBOX_BYTES`].
    fn size(&self) -> usize {
        match self {
            Self::Update { merging, .. } => merging.bytes.len(),
            Self::Said { frame, .. } => size_of::<Self>() + frame.state_vector_len(),
            Self::File { .. } => 0,
        }
    }
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
    fn new(
        cx: &mut Cx<'_>,
        device: &str,
        hash: MergeHash,
        bytes: Bytes,
        peer: Option<PeerId>,
    ) -> Self {
        Self {
            mark: cx.next_mark(),
            device: device.to_owned(),
            hash,
            bytes,
            peer,
        }
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
                Item::Said { .. } => {}
                Item::File {
                    merging: m, ticket, ..
                } => {
                    merging.push(m);
                    tickets.push(ticket);
                }
            }
        }
        self.bytes = 0;
        (merging, tickets)
    }

    fn push(&mut self, item: Item) {
        self.bytes += item.size();
        self.items.push_back(item);
    }

    /// The next item, unless its marker does not stand yet.
    fn next(&mut self, upto: Mark) -> Option<Item> {
        let ready = match self.items.front()? {
            Item::Update { merging, .. } | Item::File { merging, .. } => merging.mark <= upto,
            Item::Said { .. } => true,
        };
        let item = if ready { self.items.pop_front() } else { None };
        self.bytes -= item.as_ref().map_or(0, Item::size);
        item
    }

    /// What a peer says waits behind the updates that came before it; answers it if there are none.
    pub(crate) fn wait(&mut self, peer: PeerId, frame: SyncFrame) -> Option<SyncFrame> {
        let behind = |item: &Item| matches!(item, Item::Update { peer: of, .. } if *of == peer);
        if !self.items.iter().any(behind) {
            return Some(frame);
        }
        if self.bytes < INBOX_BYTES {
            self.push(Item::Said { peer, frame });
        }
        None
    }

    /// A peer broke the protocol: what came from it is not looked at any more. Answers the markers
    /// to be cleared.
    pub(crate) fn forget(&mut self, peer: PeerId) -> Vec<Merging> {
        let mut forgotten = Vec::new();
        for item in std::mem::take(&mut self.items) {
            match item {
                Item::Update {
                    merging, peer: of, ..
                } if of == peer => {
                    self.bytes -= merging.bytes.len();
                    forgotten.push(merging);
                }
                other => self.items.push_back(other),
            }
        }
        forgotten
    }
}

impl OpenBoard {
    /// An update came: asks for its marker.
    pub(crate) fn receive(
        &mut self,
        cx: &mut Cx<'_>,
        id: PeerId,
        own: bool,
        whole: bool,
        update: Bytes,
    ) {
        let Some(peer) = self.peers.get(&id) else {
            return;
        };
        if self.inbox.bytes + update.len() > INBOX_BYTES {
            return;
        }
        let hash = *blake3::hash(&update).as_bytes();
        let merging = Merging::new(cx, &peer.device, hash, update, Some(id));
        self.mark(cx, &merging);
        self.inbox.push(Item::Update {
            merging,
            peer: id,
            own,
            whole,
        });
    }

    /// A board file is to be merged.
    pub(crate) fn merge_file(&mut self, cx: &mut Cx<'_>, ticket: Ticket, stored: Stored) {
        if self.role < Role::TakePart {
            let why = "on this board you look on; a file cannot be merged into it".to_owned();
            cx.out.push(Output::Merged {
                ticket,
                result: Err(TicketFailure::NotAllowed(why)),
            });
            return;
        }
        let mut hasher = blake3::Hasher::new();
        stored
            .snapshot
            .iter()
            .chain(&stored.updates)
            .for_each(|bytes| {
                hasher.update(bytes);
            });
        let merging = Merging::new(
            cx,
            "file",
            *hasher.finalize().as_bytes(),
            Bytes::new(),
            None,
        );
        self.mark(cx, &merging);
        self.inbox.push(Item::File {
            merging,
            ticket,
            stored,
        });
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
        let Merging {
            mark, device, hash, ..
        } = merging;
        cx.out.push(Output::ClearMerging {
            board: self.id,
            mark,
            device,
            hash,
        });
    }

    /// Markers stand: merges what waited for them.
    pub(crate) fn marked(&mut self, cx: &mut Cx<'_>, upto: Mark) {
        while let Some(item) = self.inbox.next(upto) {
            match item {
                Item::Said { peer, frame } => self.said(cx, peer, &frame),
                Item::Update {
                    merging,
                    peer,
                    own,
                    whole,
                } => {
                    self.inbox.merging = Some(merging.clone());
                    if whole {
                        self.heal_with(cx, peer, &merging.bytes);
                    } else {
                        self.merge(cx, &merging, &Origin::Peer { peer, own });
                    }
                    self.inbox.merging = None;
                    self.clear(cx, merging);
                }
                Item::File {
                    merging,
                    ticket,
                    stored,
                } => {
                    self.inbox.merging = Some(merging.clone());
                    match self.merge_stored(cx, &stored) {
                        Ok(true) => self.owe(cx, Owed::Merged(ticket)),
                        Ok(false) => cx.out.push(Output::Merged {
                            ticket,
                            result: Ok(false),
                        }),
                        Err(error) => cx.out.push(Output::Merged {
                            ticket,
                            result: Err(error),
                        }),
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
                let change = Change {
                    update: merging.bytes.clone(),
                    patch: merged.patch,
                    texts: merged.texts,
                    gone: Vec::new(),
                };
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
            MergeError::Refused(Refusal::ForgedOwnClient) => self.forged(cx, id),
            MergeError::Refused(Refusal::Place) if self.misfits(cx, id) => {}
            MergeError::Unusable => self.broken = true,
            MergeError::Refused(error) => {
                tracing::warn!(peer = id.0, %error, "an update was refused");
                let Merging {
                    device,
                    hash,
                    bytes,
                    ..
                } = merging.clone();
                let reason = error.to_string();
                cx.out.push(Output::Quarantine {
                    board: self.id,
                    device,
                    hash,
                    bytes,
                    reason,
                });
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
        let unreadable =
            |error: &dyn std::error::Error| TicketFailure::Unreadable(error.to_string());
        let other = Replica::open(
            cx.next_client(),
            stored.snapshot.as_deref(),
            &stored.updates,
        )
        .map_err(|error| unreadable(&error))?;
        if let Some(why) = self.replica.read_only().or(other.read_only()) {
            return Err(TicketFailure::NotAllowed(why.to_owned()));
        }
        let pieces = other
            .diff(&self.replica.state_vector())
            .map_err(|error| unreadable(&error))?;
        let mut changed = false;
        for piece in pieces {
            let merged = self
                .replica
                .merge(&piece)
                .map_err(|error| unreadable(&error))?;
            if merged.changed {
                changed = true;
                let change = Change {
                    update: piece.into(),
                    patch: merged.patch,
                    texts: merged.texts,
                    gone: Vec::new(),
                };
                self.took(cx, change, &Origin::File, "");
            }
        }
        Ok(changed)
    }
}
