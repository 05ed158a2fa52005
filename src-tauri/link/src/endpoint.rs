//! The device's endpoint: binding it, inviting, dialling, and taking in those who dial.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use iroh::{
    Endpoint, SecretKey,
    endpoint::{Connection, Incoming, IncomingAddr},
};
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, timeout, timeout_at},
};
use tracing::debug;

use crate::{
    Event, Gate,
    address::PeerAddr,
    close::{CloseCode, Closed},
    config::{Config, Limits, Reach},
    credential::{BoardId, Credential, DeviceId, Role, Secret, Standing},
    error::{BindError, InviteError, JoinError},
    handshake::{self, ALPN, Established, Identity},
    interfaces,
    member::Member,
    peer::{Peer, PeerId},
    pending::Pending,
    revocation::Revocation,
    socket::{bind_lasting, connect, published},
    ticket::{Ticket, Title},
};

/// This device's endpoint. Clones are handles to the same one; when the last is dropped, or on
/// [`Self::close`], every connection ends.
#[derive(Clone, Debug)]
pub struct Link {
    pub(crate) inner: Arc<Inner>,
    /// The accept loop ends when the last handle is gone.
    _open: Arc<watch::Sender<()>>,
}

pub(crate) struct Inner {
    /// `None` once closed: its sockets are given back while handles to this are still about.
    endpoint: Mutex<Option<Endpoint>>,
    pub(crate) reach: Reach,
    pub(crate) limits: Limits,
    pub(crate) events: mpsc::Sender<Event>,
    identity: Identity,
    peers: Mutex<Peers>,
}

#[derive(Default)]
struct Peers {
    live: HashMap<PeerId, Peer>,
    last_id: u64,
}

impl Link {
    /// Binds the endpoint and starts taking in peers. The receiver is the only way to the events.
    ///
    /// # Errors
    /// No socket could be bound.
    pub async fn bind(
        config: Config,
        gate: Arc<dyn Gate>,
    ) -> Result<(Self, mpsc::Receiver<Event>), BindError> {
        let device = SecretKey::from_bytes(&config.device_key);
        let endpoint = bind_lasting(&config.reach, &device, config.port, ALPN).await?;
        let instance =
            getrandom::u64().map_err(|error| BindError::Unavailable(error.to_string()))?;
        let (events, receiver) = mpsc::channel(EVENTS);
        let inner = Arc::new(Inner {
            endpoint: Mutex::new(Some(endpoint)),
            reach: config.reach,
            limits: config.limits,
            events,
            identity: Identity {
                device,
                gate,
                clock: config.clock,
                instance,
            },
            peers: Mutex::default(),
        });
        let (open, closed) = watch::channel(());
        if inner.reach == Reach::LocalNetwork {
            tokio::spawn(interfaces::report_changes(
                inner.events.clone(),
                closed.clone(),
            ));
        }
        tokio::spawn(Arc::clone(&inner).accept(closed));
        Ok((
            Self {
                inner,
                _open: Arc::new(open),
            },
            receiver,
        ))
    }

    /// This device.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        self.inner.identity.device.public()
    }

    /// Where this device can be reached now; nowhere once closed.
    #[must_use]
    pub fn address(&self) -> PeerAddr {
        self.inner.endpoint().map_or_else(
            || PeerAddr::new(self.device(), []),
            |endpoint| published(&endpoint, &self.inner.reach),
        )
    }

    /// Makes an invitation with a fresh secret. Many may join with it, until `expires_ms`.
    ///
    /// # Errors
    /// See [`InviteError`].
    pub fn invite(
        &self,
        board: &BoardId,
        role: Role,
        expires_ms: u64,
        title: Option<Title>,
    ) -> Result<Ticket, InviteError> {
        let identity = &self.inner.identity;
        let mine = identity
            .gate
            .credential(board)
            .ok_or(InviteError::NotShared)?;
        let secret = Secret::random().map_err(|_| InviteError::NoRandomness)?;
        let chain = mine
            .invite(&identity.device, role, expires_ms, &secret)
            .map_err(|_| InviteError::NotAllowed)?;
        Ok(Ticket::new(
            board.clone(),
            title,
            self.address(),
            chain,
            secret,
        ))
    }

    /// Joins a board by a ticket. A device that is a member already, with no lower role, comes as
    /// such, whatever has become of the ticket.
    ///
    /// The peer's events may come before this returns, so keep receiving them meanwhile.
    ///
    /// # Errors
    /// See [`JoinError`].
    pub async fn join(&self, ticket: &Ticket) -> Result<Peer, JoinError> {
        let identity = &self.inner.identity;
        let held = identity.gate.credential(ticket.board());
        let offered = ticket.credential();
        let mine = held
            .filter(|held| held.root() == offered.root() && held.role() >= offered.role())
            .unwrap_or(offered);
        self.inner.dial(ticket.host(), &mine).await
    }

    /// Connects to another member of a board. While one connection to that device is live for the
    /// board, this gives that one.
    ///
    /// # Errors
    /// See [`JoinError`].
    pub async fn dial(&self, board: &BoardId, peer: &PeerAddr) -> Result<Peer, JoinError> {
        let mine = self
            .inner
            .identity
            .gate
            .credential(board)
            .ok_or(JoinError::NotShared)?;
        self.inner.dial(peer, &mine).await
    }

    /// This device's card for other members of a board, as of now, and dated after the one it
    /// replaces. `None` where the [`Gate`] gives no credential, nobody has signed for this device
    /// yet, or it has no address.
    #[must_use]
    pub fn card(&self, board: &BoardId, replaces: Option<&Member>) -> Option<Member> {
        let identity = &self.inner.identity;
        let mine = identity.gate.credential(board)?;
        let now_ms = (identity.clock)();
        // Others took that one as little as this device would, if it is dated too far ahead.
        let after = replaces
            .filter(|held| held.is_current(now_ms))
            .map_or(0, |held| held.signed_ms().saturating_add(1));
        Member::sign(
            &identity.device,
            board,
            self.address(),
            mine.chain().clone(),
            now_ms.max(after),
        )
    }

    /// Withdraws an invitation or a device for every member to see, as a facilitator. Tell it to
    /// the board's [`Directory`](crate::Directory). `None` where this device may not, or not yet: nobody
    /// has signed for it; and for the board's creator, who cannot be revoked.
    #[must_use]
    pub fn revocation(
        &self,
        board: &BoardId,
        key: DeviceId,
        standing: Standing,
    ) -> Option<Revocation> {
        let identity = &self.inner.identity;
        let mine = identity.gate.credential(board)?;
        Revocation::sign(&identity.device, board, mine.chain().clone(), key, standing)
    }

    /// The live connections of a board.
    #[must_use]
    pub fn peers(&self, board: &BoardId) -> Vec<Peer> {
        self.inner
            .peers()
            .live
            .values()
            .filter(|peer| peer.board() == board && !peer.is_closed())
            .cloned()
            .collect()
    }

    /// Asks the [`Gate`] again about every live peer of a board, and ends the connections of those
    /// that are revoked, or all if the board is no longer shared. To be called after each change
    /// of the gate's answers. An expired or closed invitation ends no connection.
    pub fn recheck(&self, board: &BoardId) {
        let gate = &self.inner.identity.gate;
        let mine = gate.credential(board);
        for peer in self.peers(board) {
            let standing = |key: &DeviceId| gate.standing(board, key);
            if mine
                .as_ref()
                .is_none_or(|mine| mine.root() != peer.chain().root)
            {
                peer.close(CloseCode::Left, "the board is no longer shared");
            } else if peer.chain().is_out(&peer.device(), standing) {
                peer.close(CloseCode::Revoked, REMOVED);
            }
        }
    }

    /// Ends every connection and the endpoint, and waits until the peers have been told.
    pub async fn close(&self) {
        self.inner.close().await;
    }
}

impl Inner {
    async fn accept(self: Arc<Self>, mut closed: watch::Receiver<()>) {
        let pending = Pending::new(self.limits.pending, self.limits.pending_per_address);
        let Some(endpoint) = self.endpoint() else {
            return;
        };
        loop {
            let incoming = tokio::select! {
                incoming = endpoint.accept() => incoming,
                _ = closed.changed() => None,
            };
            let Some(incoming) = incoming else { break };
            let address = match incoming.remote_addr() {
                IncomingAddr::Ip(addr) => Some(addr.ip().to_canonical()),
                _ => None,
            };
            if address.is_some_and(|ip| !self.reach.allows(ip)) {
                incoming.ignore();
            } else if address.is_some() && !incoming.remote_addr_validated() {
                // A sender with a made-up address costs nothing this way: not a place, no keys.
                let _ = incoming.retry();
            } else if let Some(place) = pending.enter(address) {
                let this = Arc::clone(&self);
                tokio::spawn(async move {
                    let answered = this.answer(incoming).await;
                    drop(place);
                    if let Some((conn, established)) = answered
                        && let Err(error) = this.take_in(conn, established, false)
                    {
                        debug!(%error, "peer not taken in");
                    }
                });
            } else {
                incoming.refuse();
            }
        }
        self.close().await;
    }

    async fn answer(&self, incoming: Incoming) -> Option<(Connection, Established)> {
        let deadline = Instant::now() + self.limits.handshake;
        let accepting = incoming.accept().ok()?;
        let conn = timeout_at(deadline, accepting).await.ok()?.ok()?;
        match timeout_at(deadline, handshake::answer(&conn, &self.identity)).await {
            Ok(Ok(established)) => return Some((conn, established)),
            Ok(Err(reason)) => {
                debug!(device = %conn.remote_id().fmt_short(), %reason, "handshake refused")
            }
            Err(_) => too_slow(&conn),
        }
        None
    }

    async fn dial(self: &Arc<Self>, peer: &PeerAddr, mine: &Credential) -> Result<Peer, JoinError> {
        if mine.expires_ms() <= (self.identity.clock)() {
            return Err(JoinError::Expired);
        }
        let live = self.peers().find(mine.board(), peer.id());
        if let Some(live) = live.filter(|live| !live.is_closed()) {
            return Ok(live);
        }
        let endpoint = self.endpoint().ok_or(JoinError::NotReachable)?;
        let conn = connect(&endpoint, peer, &self.reach, self.limits.connect, ALPN).await?;
        let shaken = timeout(
            self.limits.handshake,
            handshake::dial(&conn, &self.identity, mine),
        )
        .await;
        let established = shaken
            .map_err(|_| {
                too_slow(&conn);
                JoinError::NoAnswer
            })?
            .map_err(JoinError::Refused)?;
        if let Some(credential) = established.admitted.clone() {
            let _ = self.events.send(Event::Admitted { credential }).await;
        }
        self.take_in(conn, established, true)
    }

    /// Makes a proven connection a peer, unless another to the same device stays.
    fn take_in(
        &self,
        conn: Connection,
        established: Established,
        dialled: bool,
    ) -> Result<Peer, JoinError> {
        let mut peers = self.peers();
        peers.live.retain(|_, peer| !peer.is_closed());
        if peers.live.len() >= self.limits.peers {
            handshake::close(&conn, CloseCode::Busy, "too many devices are connected");
            return Err(JoinError::Busy);
        }
        peers.last_id += 1;
        let peer = Peer::new(PeerId(peers.last_id), conn, &established, dialled);
        let existing = peers.find(peer.board(), peer.device());
        if let Some(existing) = existing {
            let (stays, goes) = if existing.gives_way_to(&peer, self.identity.device.public()) {
                (&peer, &existing)
            } else {
                (&existing, &peer)
            };
            goes.close(
                CloseCode::Superseded,
                "another connection to the same device took over",
            );
            if stays.id() == existing.id() {
                return Ok(existing);
            }
        }
        peers.live.insert(peer.id(), peer.clone());
        drop(peers);
        // It may have been removed since its proof was looked at. Whoever is removed after this is
        // found among the live by `Link::recheck`.
        let gate = &self.identity.gate;
        let standing = |key: &DeviceId| gate.standing(peer.board(), key);
        if peer.chain().is_out(&peer.device(), standing) {
            peer.close(CloseCode::Revoked, REMOVED);
            return Err(JoinError::Refused(Closed::by_us(
                CloseCode::Revoked,
                REMOVED,
            )));
        }
        tokio::spawn(peer.clone().run(established.lanes, self.events.clone()));
        Ok(peer)
    }

    async fn close(&self) {
        // A connection keeps the sockets: this is the last to hold them here.
        for (_, peer) in self.peers().live.drain() {
            peer.close(CloseCode::Left, "the peer left");
        }
        let endpoint = self
            .endpoint
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(endpoint) = endpoint {
            endpoint.close().await;
        }
    }

    fn endpoint(&self) -> Option<Endpoint> {
        self.endpoint
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// No code panics while holding the lock, so a poisoned state is still whole.
    fn peers(&self) -> MutexGuard<'_, Peers> {
        self.peers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Peers {
    fn find(&self, board: &BoardId, device: DeviceId) -> Option<Peer> {
        self.live
            .values()
            .find(|peer| peer.board() == board && peer.device() == device)
            .cloned()
    }
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Link")
            .field("endpoint", &self.endpoint())
            .finish_non_exhaustive()
    }
}

pub(crate) fn too_slow(conn: &Connection) {
    handshake::close(conn, CloseCode::TooSlow, "the handshake took too long");
}

const REMOVED: &str = "a facilitator removed this device from the board";

/// Events that wait for the runtime. Few, as each may hold a frame of a megabyte; waiting here
/// holds up the sender through QUIC's flow control.
const EVENTS: usize = 32;
