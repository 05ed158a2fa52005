//! What an endpoint is bound with.

use std::{fmt, sync::Arc, time::Duration};

use iroh::RelayUrl;

use crate::{address::parse_relay, credential::DeviceId};

/// How far this device reaches and can be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// `127.0.0.1` only: tests, and several profiles on one laptop.
    Loopback,
    /// The local network: private IPv4 addresses, and mDNS while a board is open for joining. No
    /// relay, no address lookup, no port mapping, and no socket that leads further.
    ///
    /// The sockets are bound to the addresses that this device has at that moment: after
    /// [`Event::NetworkChanged`](crate::Event::NetworkChanged), bind anew.
    LocalNetwork,
    /// Peers anywhere, once the user has turned it on.
    Internet {
        /// `None`: n0's public relays and address lookup. `Some`: only this relay, and no lookup;
        /// tickets carry the relay.
        relay: Option<Relay>,
    },
}

/// The address of a relay server: `https` only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relay(pub(crate) RelayUrl);

impl std::str::FromStr for Relay {
    type Err = RelayError;

    fn from_str(url: &str) -> Result<Self, Self::Err> {
        parse_relay(url).map(Self).ok_or(RelayError)
    }
}

/// Not the address of a relay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a relay's address starts with https:// and has at most 200 characters")]
pub struct RelayError;

/// Gives the time: milliseconds since 1970 (UTC). Used for expiries only.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// What an endpoint is bound with.
#[derive(Clone)]
pub struct Config {
    /// This device's secret key; its public half is the [`DeviceId`]. See [`new_device_key`].
    pub device_key: [u8; 32],
    /// How far to reach.
    pub reach: Reach,
    /// The UDP port to ask for, so that addresses others remember stay valid; another is taken
    /// when it is in use. 0 for any.
    pub port: u16,
    /// The time.
    pub clock: Clock,
    /// Limits, where the usual ones do not fit.
    pub limits: Limits,
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field(
                "device",
                &device_id(&self.device_key).fmt_short().to_string(),
            )
            .field("reach", &self.reach)
            .field("port", &self.port)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

/// Bounds on what strangers and peers can cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// From the first packet to a proven peer.
    pub handshake: Duration,
    /// To reach a device at all.
    pub connect: Duration,
    /// Connections whose handshake is under way.
    pub pending: usize,
    /// Of these, from one IP address.
    pub pending_per_address: usize,
    /// Proven peers, over all boards.
    pub peers: usize,
}

impl Default for Limits {
    /// 5 s for a handshake, 10 s to connect (as iroh's own limit), 64 pending, 8 an address (as
    /// the web door), 128 peers (four times the largest workshop).
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(5),
            connect: Duration::from_secs(10),
            pending: 64,
            pending_per_address: 8,
            peers: 128,
        }
    }
}

/// A new secret key for a device. Keep it as long as the profile lives.
#[must_use]
pub fn new_device_key() -> [u8; 32] {
    iroh::SecretKey::generate().to_bytes()
}

/// The public id that belongs to a device's secret key.
#[must_use]
pub fn device_id(device_key: &[u8; 32]) -> DeviceId {
    iroh::SecretKey::from_bytes(device_key).public()
}
