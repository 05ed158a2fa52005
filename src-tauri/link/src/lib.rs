//! Peers over [iroh]: endpoints, local discovery, tickets, handshake, framing.
//!
//! This crate knows no board: board ids and frames are opaque, and what this device holds of a
//! board is asked through the [`Gate`].
//!
//! # How it is used
//!
//! ```no_run
//! # async fn example(gate: std::sync::Arc<dyn link::Gate>) -> Result<(), Box<dyn std::error::Error>> {
//! use link::{Config, Event, Lane, Link, Limits, Reach, Role};
//!
//! let (link, mut events) = Link::bind(
//!     Config {
//!         device_key: link::new_device_key(), // kept in the store
//!         reach: Reach::LocalNetwork,
//!         port: 0,
//!         clock: std::sync::Arc::new(|| 1_800_000_000_000),
//!         limits: Limits::default(),
//!     },
//!     gate, // gives the Credential of each open board: Credential::for_new_board, from then on
//! ).await?;
//!
//! // Let somebody in …
//! let ticket = link.invite(&"board".parse()?, Role::TakePart, 1_800_003_600_000, None)?;
//! println!("{ticket}");
//! // … or join: keep `ticket.credential()` until `Event::Admitted` brings a lasting one.
//! let peer = link.join(&"upshot…".parse()?).await?;
//! peer.send(Lane::Sync, bytes::Bytes::from_static(b"opaque"))?;
//!
//! while let Some(event) = events.recv().await {
//!     match event {
//!         Event::PeerConnected { peer } => { /* peer.board(), peer.role(), peer.address() */ }
//!         Event::Frame { peer, lane, bytes } => { /* to the engine, or the Directory */ }
//!         Event::Drained { peer } => { /* sync again with this peer */ }
//!         Event::PeerClosed { peer, reason } => { /* maybe link.dial(…) */ }
//!         Event::Admitted { credential } => { /* keep instead of the one held for its board */ }
//!         Event::Offered { offer } => { /* link.redeem(&offer.addr, &code) gives a ticket */ }
//!         Event::Withdrawn { id } => { /* no longer nearby */ }
//!         Event::CodeClosed { invitation } => { /* three wrong tries: make a new code */ }
//!         Event::NetworkChanged => { /* another Wi-Fi: close, bind anew, dial again */ }
//!     }
//! }
//! # Ok(()) }
//! ```
//!
//! Every peer gives [`Event::PeerConnected`] first and [`Event::PeerClosed`] last, whoever dialled.
//! The events must be received: while they wait, the peers' streams wait (that is the
//! back-pressure), never this device's other work.
//!
//! Access is explained in [`credential`], the handshake in [`handshake`], the spoken code in
//! [`spoken`]. To revoke: answer [`Standing::Revoked`] from the gate, then call [`Link::recheck`].
//!
//! Members tell each other who else there is, and who no longer, on [`Lane::Members`]: send a new
//! peer [`Directory::frames`], give what comes on that lane to [`Directory::hear`], hand on the [`News`].

mod address;
mod chain;
mod close;
mod code_exchange;
mod config;
pub mod credential;
mod directory;
mod endpoint;
mod error;
mod frame;
pub mod handshake;
mod interfaces;
mod member;
mod nearby;
mod outbox;
mod peer;
mod pending;
mod revocation;
mod socket;
pub mod spoken;
#[cfg(test)]
mod tests;
mod ticket;
mod wire;
mod words;

use bytes::Bytes;

pub use address::{MAX_ADDRS, PeerAddr, PeerAddrError};
pub use close::{CloseCode, Closed, ClosedBy, MAX_REASON};
pub use code_exchange::{OpenCode, OpenCodeError, RedeemError};
pub use config::{Clock, Config, Limits, Reach, Relay, RelayError, device_id, new_device_key};
pub use credential::{
    BoardId, BoardIdError, Credential, CredentialError, DeviceId, InvitationId, NEVER, Role,
    Standing,
};
pub use directory::{Directory, DirectoryError, MAX_MEMBERS, MAX_REVOCATIONS, News, Teller};
pub use endpoint::Link;
pub use error::{BindError, InviteError, JoinError};
pub use frame::{FrameDecoder, FrameError, Lane};
pub use member::{CARD_LASTS_MS, Member};
pub use nearby::{BrowseError, Browsing, Offer};
pub use outbox::SendError;
pub use peer::{Peer, PeerId};
pub use revocation::Revocation;
pub use spoken::{SpokenCode, SpokenCodeError};
pub use ticket::{MAX_TICKET, MAX_TITLE, Ticket, TicketError, Title, TitleError};

/// What the runtime knows of the boards. Called from connection tasks: answer at once, from
/// memory.
pub trait Gate: Send + Sync + 'static {
    /// What this device holds of a board, while the board may be shared; `None` for a board that
    /// is unknown or not open for peers.
    fn credential(&self, board: &BoardId) -> Option<Credential>;

    /// What the facilitators have said of an invitation or a device: [`InvitationId`] and
    /// [`DeviceId`] are both public keys.
    fn standing(&self, board: &BoardId, key: &DeviceId) -> Standing;
}

/// What happens on the link.
#[derive(Debug, Clone)]
pub enum Event {
    /// A peer has proven itself. The first event of this peer.
    PeerConnected {
        /// The connection, with the peer's board, role and device.
        peer: Peer,
    },
    /// A frame came. It is at most [`Lane::max_frame`] bytes and otherwise unchecked.
    Frame {
        /// The sender.
        peer: PeerId,
        /// The lane it came on; frames of one lane keep their order.
        lane: Lane,
        /// The content.
        bytes: Bytes,
    },
    /// The sync lane has room again after a [`SendError::Full`].
    Drained {
        /// The peer to sync with again.
        peer: PeerId,
    },
    /// The connection ended. The last event of this peer.
    PeerClosed {
        /// The peer.
        peer: PeerId,
        /// Who ended it, and why.
        reason: Closed,
    },
    /// A member signed a lasting credential for this device. Keep it instead of the one held for
    /// its board, and answer the [`Gate`] with it.
    Admitted {
        /// The new credential.
        credential: Credential,
    },
    /// A board nearby is open for joining, or its offer changed.
    Offered {
        /// The offer.
        offer: Offer,
    },
    /// An offer is gone.
    Withdrawn {
        /// [`Offer::id`].
        id: DeviceId,
    },
    /// Three wrong tries: this spoken code is no longer taken.
    CodeClosed {
        /// The invitation the code stood for. It is still good as a ticket.
        invitation: InvitationId,
    },
    /// With [`Reach::LocalNetwork`], this device's addresses are no longer those the link is bound
    /// to: another Wi-Fi, or a cable. Close the link, bind anew, and dial the peers again.
    NetworkChanged,
}
