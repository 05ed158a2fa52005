//! A proven peer: its lanes, carried by tasks that never wait for one another.

use std::{
    fmt,
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use iroh::{
    TransportAddr,
    endpoint::{Connection, RecvStream, SendStream},
};
use tokio::{sync::mpsc, task::JoinSet};
use tracing::debug;

use crate::{
    Event,
    address::PeerAddr,
    chain::Chain,
    close::{CloseCode, Closed},
    credential::{BoardId, DeviceId, InvitationId, Role},
    frame::{FrameDecoder, Lane, header},
    handshake::{Established, close},
    outbox::{Outbox, SendError},
};

/// A connection to a peer, while this process runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId(pub u64);

impl fmt::Display for PeerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "peer {}", self.0)
    }
}

/// A proven peer on one board. Cheap to clone; dropping it does not close the connection.
#[derive(Clone)]
pub struct Peer(Arc<Inner>);

struct Inner {
    id: PeerId,
    board: BoardId,
    chain: Chain,
    instance: u64,
    dialled: bool,
    conn: Connection,
    sync: Outbox,
    presence: Outbox,
    members: Outbox,
    /// Set before this side closes, so that the end is told with our own reason.
    closed: OnceLock<Closed>,
}

impl Peer {
    pub(crate) fn new(
        id: PeerId,
        conn: Connection,
        established: &Established,
        dialled: bool,
    ) -> Self {
        Self(Arc::new(Inner {
            id,
            board: established.board.clone(),
            chain: established.chain.clone(),
            instance: established.instance,
            dialled,
            conn,
            sync: Outbox::new(Lane::Sync),
            presence: Outbox::new(Lane::Presence),
            members: Outbox::new(Lane::Members),
            closed: OnceLock::new(),
        }))
    }

    /// The connection's id in events.
    #[must_use]
    pub fn id(&self) -> PeerId {
        self.0.id
    }

    /// The board this connection is about.
    #[must_use]
    pub fn board(&self) -> &BoardId {
        &self.0.board
    }

    /// What the peer may do there. Frames are delivered whatever the role: it is the engine that
    /// does not apply what one who looks on sends.
    #[must_use]
    pub fn role(&self) -> Role {
        self.0.chain.role()
    }

    /// The peer's device.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        self.0.conn.remote_id()
    }

    /// The invitation the peer's device came by; `None` for the board's creator.
    #[must_use]
    pub fn came_by(&self) -> Option<InvitationId> {
        let last = self.0.chain.certificates.last()?;
        Some(last.via.unwrap_or(last.subject))
    }

    /// Whether this device dialled.
    #[must_use]
    pub fn dialled(&self) -> bool {
        self.0.dialled
    }

    /// Where the peer is reached now: what to dial later, or to tell other members of the board.
    #[must_use]
    pub fn address(&self) -> PeerAddr {
        let direct = self
            .0
            .conn
            .paths()
            .iter()
            .filter_map(|path| match path.remote_addr() {
                TransportAddr::Ip(addr) => Some(*addr),
                _ => None,
            })
            .collect::<Vec<_>>();
        PeerAddr::new(self.device(), direct)
    }

    /// Queues a frame; never waits.
    ///
    /// # Errors
    /// [`SendError::Full`] on the sync lane when the peer does not keep up: do not queue
    /// elsewhere, but sync again from its state after [`Event::Drained`]. On the members' lane it
    /// means a peer to let go. The presence lane drops its oldest frames instead.
    /// [`SendError::Closed`] after the end, and
    /// [`SendError::BadLength`] for an empty frame or one above [`Lane::max_frame`].
    pub fn send(&self, lane: Lane, frame: Bytes) -> Result<(), SendError> {
        self.outbox(lane).push(frame)
    }

    /// Ends the connection. What is still queued is not sent.
    pub fn close(&self, code: CloseCode, reason: &str) {
        if self.0.conn.close_reason().is_none() {
            let _ = self.0.closed.set(Closed::by_us(code, reason));
            close(&self.0.conn, code, reason);
        }
    }

    /// Whether the connection has ended.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.0.conn.close_reason().is_some()
    }

    pub(crate) fn chain(&self) -> &Chain {
        &self.0.chain
    }

    /// Which of two connections between the same two devices on a board stays: both devices come
    /// to the same answer. A peer that was restarted is another instance, and its new connection
    /// stays; of two from the same side the later; of two crossing ones that which the smaller id
    /// dialled.
    pub(crate) fn gives_way_to(&self, newer: &Self, me: DeviceId) -> bool {
        let (old, new) = (&self.0, &newer.0);
        if self.is_closed() || old.instance != new.instance || old.dialled == new.dialled {
            return true;
        }
        new.dialled == (me < newer.device())
    }

    fn outbox(&self, lane: Lane) -> &Outbox {
        match lane {
            Lane::Sync => &self.0.sync,
            Lane::Presence => &self.0.presence,
            Lane::Members => &self.0.members,
        }
    }

    /// Carries the lanes until the connection ends. [`Event::PeerConnected`] is the first event of
    /// this peer, [`Event::PeerClosed`] the last.
    pub(crate) async fn run(
        self,
        lanes: Vec<(Lane, SendStream, RecvStream)>,
        events: mpsc::Sender<Event>,
    ) {
        if events
            .send(Event::PeerConnected { peer: self.clone() })
            .await
            .is_err()
        {
            self.close(CloseCode::Left, "the peer left");
            return;
        }
        let (mut readers, mut writers) = (JoinSet::new(), JoinSet::new());
        for (lane, send, recv) in lanes {
            readers.spawn(self.clone().read(lane, recv, events.clone()));
            writers.spawn(self.clone().write(lane, send, events.clone()));
        }
        let error = self.0.conn.closed().await;
        writers.shutdown().await;
        Lane::ALL
            .into_iter()
            .for_each(|lane| self.outbox(lane).close());
        while readers.join_next().await.is_some() {}
        let reason = self
            .0
            .closed
            .get()
            .cloned()
            .unwrap_or_else(|| Closed::from_error(&error));
        debug!(peer = self.0.id.0, %reason, "peer closed");
        let _ = events
            .send(Event::PeerClosed {
                peer: self.0.id,
                reason,
            })
            .await;
    }

    async fn read(self, lane: Lane, mut recv: RecvStream, events: mpsc::Sender<Event>) {
        let mut decoder = FrameDecoder::new(lane.max_frame());
        // An error here means the connection is over, or the peer ended a lane, which it may not.
        while let Ok(Some(chunk)) = recv.read_chunk(READ_CHUNK).await {
            decoder.push(&chunk);
            loop {
                match decoder.next_frame() {
                    Ok(Some(bytes)) => {
                        if events
                            .send(Event::Frame {
                                peer: self.0.id,
                                lane,
                                bytes,
                            })
                            .await
                            .is_err()
                        {
                            return self.close(CloseCode::Left, "the peer left");
                        }
                    }
                    Ok(None) => break,
                    Err(error) => return self.close(CloseCode::BrokeProtocol, &error.to_string()),
                }
            }
        }
        self.close(CloseCode::BrokeProtocol, "a lane was ended");
    }

    async fn write(self, lane: Lane, mut send: SendStream, events: mpsc::Sender<Event>) {
        let _ = send.set_priority(match lane {
            Lane::Members => 2,
            Lane::Presence => 1,
            Lane::Sync => 0,
        });
        while let Some(taken) = self.outbox(lane).take().await {
            if send
                .write_all_chunks(&mut [header(taken.frame.len()), taken.frame])
                .await
                .is_err()
            {
                return;
            }
            if taken.drained && lane == Lane::Sync {
                let _ = events.send(Event::Drained { peer: self.0.id }).await;
            }
        }
    }
}

impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Peer")
            .field("id", &self.0.id.0)
            .field("device", &self.device().fmt_short().to_string())
            .field("role", &self.role())
            .finish_non_exhaustive()
    }
}

/// Bytes taken off a stream at once: a few QUIC packets, copied once into the decoder.
const READ_CHUNK: usize = 64 * 1024;
