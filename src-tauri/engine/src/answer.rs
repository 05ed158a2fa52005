//! What a peer lacks, when it asks. Each answer reads the document, milliseconds for a large board,
//! so a peer that asks without end must not take the time of those who write.

use crate::input::{Millis, PeerId};
use crate::open_board::{Cx, OpenBoard};
use crate::output::PeerEnd;
use crate::sync::EMPTY_UPDATE;
use crate::wire::SyncFrame;
use board::Role;
use bytes::Bytes;
use std::collections::BTreeMap;

/// Updates sent in answer to one state vector: with a `Have` they fit the link's queue of four of
/// the largest frames.
const WINDOW: usize = 3;
/// A peer is answered once in so long: a window of three megabytes in this time is more than a local
/// network carries, and one answer fits between two edits.
const EVERY_MS: i64 = 100;

/// An `Ask` of a peer.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) number: u32,
    pub(crate) state_vector: Bytes,
}

/// What a peer has asked and was not answered yet. A newer `Ask` takes the place of the one before:
/// whoever asks in order has one for its board, and one for a whole state while it heals.
#[derive(Debug, Default)]
pub(crate) struct Asks {
    /// By whether a whole state is asked for.
    waiting: BTreeMap<bool, Asked>,
    answered: Option<Millis>,
}

impl Asks {
    /// When the next answer is due.
    pub(crate) fn due(&self) -> Option<Millis> {
        let at = self.answered.map_or(Millis(0), |at| at.plus(EVERY_MS));
        (!self.waiting.is_empty()).then_some(at)
    }

    fn next(&mut self, now: Millis) -> Option<(bool, Asked)> {
        self.due().filter(|at| *at <= now)?;
        self.answered = Some(now);
        self.waiting.pop_first()
    }
}

impl OpenBoard {
    pub(crate) fn on_ask(&mut self, cx: &mut Cx<'_>, id: PeerId, whole: bool, asked: Asked) {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.asks.waiting.insert(whole, asked);
            self.answer(cx, id);
        }
    }

    /// Answers those who had to wait.
    pub(crate) fn answer_waiting(&mut self, cx: &mut Cx<'_>) {
        for id in self.peers.keys().copied().collect::<Vec<_>>() {
            self.answer(cx, id);
        }
    }

    fn answer(&mut self, cx: &mut Cx<'_>, id: PeerId) {
        let asks = self.peers.get_mut(&id).map(|peer| &mut peer.asks);
        if let Some((whole, asked)) = asks.and_then(|asks| asks.next(cx.now)) {
            self.send_missing(cx, id, &asked.state_vector, asked.number, whole);
        }
    }

    /// A window of what a state vector lacks, and where we stand.
    pub(crate) fn send_missing(
        &mut self,
        cx: &mut Cx<'_>,
        id: PeerId,
        state_vector: &Bytes,
        answer: u32,
        whole: bool,
    ) {
        if self.send_diff(cx, id, state_vector, whole) {
            self.send_have(cx, id, answer, whole);
        }
    }

    /// Answers whether the peer is still there.
    pub(crate) fn send_diff(
        &mut self,
        cx: &mut Cx<'_>,
        id: PeerId,
        state_vector: &Bytes,
        whole: bool,
    ) -> bool {
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
        for piece in pieces
            .into_iter()
            .filter(|piece| *piece != EMPTY_UPDATE)
            .take(WINDOW)
        {
            self.send(
                cx,
                id,
                &SyncFrame::Update {
                    own: false,
                    whole,
                    update: piece.into(),
                },
            );
        }
        true
    }
}
