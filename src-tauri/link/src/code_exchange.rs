//! `upshot-code/1`: handing over a ticket to one who knows the spoken code.
//!
//! Both ends use an endpoint, and an id, made for the occasion: neither a passer-by nor the other
//! end learns the device's lasting id before the code is proven. One stream: the joiner's SPAKE2
//! message, the host's, the joiner's confirmation, the sealed ticket.

use std::sync::{Arc, Mutex, PoisonError};

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
    Event, Link,
    address::PeerAddr,
    close::{CloseCode, Closed, ClosedBy},
    config::{Limits, Reach},
    credential::InvitationId,
    endpoint::too_slow,
    error::JoinError,
    handshake::{close, exported},
    nearby,
    pending::Pending,
    socket::{bind_endpoint, connect, published},
    spoken::{CONFIRMATION, MESSAGE, Run, SpokenCode},
    ticket::{MAX_TICKET, Ticket, Title},
};

const ALPN: &[u8] = b"upshot-code/1";
const EXPORT_LABEL: &[u8] = b"EXPORTER-upshot-code/1";

/// Wrong tries before a code is closed.
const TRIES: u8 = 3;

/// A spoken code that is being taken. Dropping it, or [`Self::close`], ends that and takes the
/// announcement back; the ticket behind it stays good.
#[derive(Debug)]
pub struct OpenCode {
    code: SpokenCode,
    addr: PeerAddr,
    endpoint: Endpoint,
    _open: watch::Sender<()>,
}

/// No spoken code could be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpenCodeError {
    /// No socket, no multicast, or no random bytes; a ticket still works.
    #[error("no code can be offered on this network: {0}")]
    Unavailable(String),
}

/// The spoken code gave no ticket.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RedeemError {
    /// Not the code of this offer.
    #[error("that is not the code; ask for it again")]
    WrongCode,
    /// Closed after three wrong tries, or joining has ended.
    #[error("this code is no longer taken; ask for a new one")]
    CodeClosed,
    /// No connection, or it was lost.
    #[error(transparent)]
    NoConnection(#[from] JoinError),
    /// The other end does not keep to the protocol.
    #[error("the other device answered in an unknown way")]
    BrokeProtocol,
}

impl OpenCode {
    /// To be said aloud.
    #[must_use]
    pub fn code(&self) -> SpokenCode {
        self.code
    }

    /// Where the code is taken: the id made for the occasion, as announced nearby.
    #[must_use]
    pub fn addr(&self) -> &PeerAddr {
        &self.addr
    }

    /// Ends it, and waits until nobody can use it any more.
    pub async fn close(self) {
        self.endpoint.close().await;
    }
}

impl Link {
    /// Opens a way in by a fresh spoken code that stands for `ticket`, and, unless this device
    /// reaches loopback only, announces it nearby (mDNS). `title` is announced too, if given:
    /// everybody on the network can read it.
    ///
    /// Many may use the code, until it is closed or three tries were wrong
    /// ([`Event::CodeClosed`]).
    ///
    /// # Errors
    /// See [`OpenCodeError`].
    pub async fn open_code(
        &self,
        ticket: &Ticket,
        title: Option<&Title>,
    ) -> Result<OpenCode, OpenCodeError> {
        let unavailable =
            |error: &dyn std::fmt::Display| OpenCodeError::Unavailable(error.to_string());
        let code = SpokenCode::random().map_err(|error| unavailable(&error))?;
        let reach = nearby::reach(&self.inner.reach);
        let endpoint = bind_endpoint(&reach, SecretKey::generate(), 0, ALPN)
            .await
            .map_err(|error| unavailable(&error))?;
        nearby::announce(&endpoint, &reach, title).map_err(|error| unavailable(&error))?;
        let (open, closed) = watch::channel(());
        let host = Host {
            endpoint: endpoint.clone(),
            reach: reach.clone(),
            limits: self.inner.limits.clone(),
            code,
            ticket: ticket.to_string(),
            invitation: ticket.invitation(),
            tries: Mutex::new(TRIES),
            exhausted: watch::Sender::new(false),
            events: self.inner.events.clone(),
        };
        tokio::spawn(Arc::new(host).serve(closed));
        let addr = published(&endpoint, &reach);
        Ok(OpenCode {
            code,
            addr,
            endpoint,
            _open: open,
        })
    }

    /// Exchanges a spoken code for the ticket it stands for.
    ///
    /// # Errors
    /// See [`RedeemError`].
    pub async fn redeem(&self, host: &PeerAddr, code: &SpokenCode) -> Result<Ticket, RedeemError> {
        let reach = nearby::reach(&self.inner.reach);
        let endpoint = bind_endpoint(&reach, SecretKey::generate(), 0, ALPN)
            .await
            .map_err(|error| {
                debug!(%error, "no endpoint to redeem a code");
                JoinError::NotReachable
            })?;
        let limits = &self.inner.limits;
        let redeemed = match connect(&endpoint, host, &reach, limits.connect, ALPN).await {
            Ok(conn) => {
                let asked = ask(&conn, &endpoint, *code);
                let asked = timeout(limits.handshake, asked).await;
                close(&conn, CloseCode::Left, "the peer left");
                asked.unwrap_or(Err(RedeemError::NoConnection(JoinError::NoAnswer)))
            }
            Err(JoinError::NoAnswer) => Err(RedeemError::NoConnection(JoinError::NoAnswer)),
            Err(JoinError::Refused(closed)) => Err(refused(closed)),
            Err(error) => Err(error.into()),
        };
        // Closing waits until the other end has been told; the answer need not.
        tokio::spawn(async move { endpoint.close().await });
        redeemed
    }
}

/// The joiner's side.
async fn ask(
    conn: &Connection,
    endpoint: &Endpoint,
    code: SpokenCode,
) -> Result<Ticket, RedeemError> {
    let lost = || {
        conn.close_reason()
            .map_or(RedeemError::BrokeProtocol, |error| {
                refused(Closed::from_error(&error))
            })
    };
    let keying_material = exported(conn, EXPORT_LABEL).ok_or(RedeemError::BrokeProtocol)?;
    let (mut send, mut recv) = conn.open_bi().await.map_err(|_| lost())?;
    let (run, message) = Run::join(code, &endpoint.id(), &conn.remote_id());
    send.write_all(&message).await.map_err(|_| lost())?;
    let mut answer = [0; MESSAGE];
    recv.read_exact(&mut answer).await.map_err(|_| lost())?;
    let session = run
        .finish(&answer, &keying_material)
        .ok_or(RedeemError::BrokeProtocol)?;
    send.write_all(&session.confirmation())
        .await
        .map_err(|_| lost())?;
    send.finish().map_err(|_| lost())?;
    let sealed = recv.read_to_end(MAX_SEALED).await.map_err(|_| lost())?;
    let text = session.open(&sealed).ok_or(RedeemError::BrokeProtocol)?;
    text.parse().map_err(|_| RedeemError::BrokeProtocol)
}

fn refused(closed: Closed) -> RedeemError {
    match (closed.by, closed.code) {
        (ClosedBy::Them, Some(CloseCode::WrongCode)) => RedeemError::WrongCode,
        (ClosedBy::Them, Some(CloseCode::CodeClosed)) => RedeemError::CodeClosed,
        _ => JoinError::Refused(closed).into(),
    }
}

/// A ticket and the cipher's tag.
const MAX_SEALED: usize = MAX_TICKET + 16;

struct Host {
    endpoint: Endpoint,
    reach: Reach,
    limits: Limits,
    code: SpokenCode,
    ticket: String,
    invitation: InvitationId,
    tries: Mutex<u8>,
    exhausted: watch::Sender<bool>,
    events: mpsc::Sender<Event>,
}

impl Host {
    async fn serve(self: Arc<Self>, mut closed: watch::Receiver<()>) {
        let pending = Pending::new(self.limits.pending, self.limits.pending_per_address);
        let mut exhausted = self.exhausted.subscribe();
        loop {
            let incoming = tokio::select! {
                incoming = self.endpoint.accept() => incoming,
                _ = closed.changed() => None,
                _ = exhausted.changed() => None,
            };
            let Some(incoming) = incoming else { break };
            let address = match incoming.remote_addr() {
                IncomingAddr::Ip(addr) => addr.ip().to_canonical(),
                _ => continue,
            };
            if !self.reach.allows(address) {
                incoming.ignore();
            } else if !incoming.remote_addr_validated() {
                let _ = incoming.retry();
            } else if let Some(place) = pending.enter(Some(address)) {
                let this = Arc::clone(&self);
                tokio::spawn(async move {
                    this.answer(incoming).await;
                    drop(place);
                });
            } else {
                incoming.refuse();
            }
        }
        let wrong_tries = *exhausted.borrow();
        if wrong_tries {
            let _ = self
                .events
                .send(Event::CodeClosed {
                    invitation: self.invitation,
                })
                .await;
        }
        self.endpoint.close().await;
    }

    async fn answer(&self, incoming: Incoming) {
        let deadline = Instant::now() + self.limits.handshake;
        let Ok(accepting) = incoming.accept() else {
            return;
        };
        let Ok(Ok(conn)) = timeout_at(deadline, accepting).await else {
            return;
        };
        match timeout_at(deadline, self.hand_over(&conn)).await {
            Ok(None) if conn.close_reason().is_none() => {
                close(&conn, CloseCode::BrokeProtocol, "not a code exchange");
            }
            Ok(_) => {}
            Err(_) => too_slow(&conn),
        }
    }

    /// `None`: it ended early.
    async fn hand_over(&self, conn: &Connection) -> Option<()> {
        let keying_material = exported(conn, EXPORT_LABEL)?;
        let (mut send, mut recv) = conn.accept_bi().await.ok()?;
        let mut message = [0; MESSAGE];
        recv.read_exact(&mut message).await.ok()?;
        let (run, answer) = Run::host(self.code, &conn.remote_id(), &self.endpoint.id());
        let session = run.finish(&message, &keying_material)?;
        send.write_all(&answer).await.ok()?;
        let mut confirmation = [0; CONFIRMATION];
        recv.read_exact(&mut confirmation).await.ok()?;
        if let Err((code, reason)) = self.judge(|| session.is_confirmed_by(confirmation)) {
            close(conn, code, reason);
            if code == CloseCode::CodeClosed {
                self.exhausted.send_replace(true);
            }
            return None;
        }
        send.write_all(&session.seal(&self.ticket)?).await.ok()?;
        send.finish().ok()?;
        // The joiner closes once it has the ticket.
        conn.closed().await;
        Some(())
    }

    /// Counts a try. One at a time, and none after the last, however many run at once.
    fn judge(&self, is_right: impl FnOnce() -> bool) -> Result<(), (CloseCode, &'static str)> {
        let mut tries = self.tries.lock().unwrap_or_else(PoisonError::into_inner);
        if *tries > 0 && is_right() {
            return Ok(());
        }
        *tries = tries.saturating_sub(1);
        if *tries == 0 {
            Err((
                CloseCode::CodeClosed,
                "three wrong tries; ask for a new code",
            ))
        } else {
            Err((CloseCode::WrongCode, "wrong code"))
        }
    }
}
