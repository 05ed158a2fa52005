//! Where a device can be reached, and which addresses belong to the local network.

use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv6Addr, SocketAddr},
};

use iroh::{EndpointAddr, RelayUrl, TransportAddr};

use crate::{
    config::Reach,
    credential::DeviceId,
    wire::{Malformed, Reader, put_text},
};

/// The most direct addresses kept for one device: a laptop has a wired and a wireless one, and
/// some virtual ones; a ticket with more would no longer fit a QR code a camera reads.
pub const MAX_ADDRS: usize = 4;

const MAX_RELAY: usize = 200;

/// A device and where it was last reachable.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PeerAddr {
    id: DeviceId,
    addrs: BTreeSet<SocketAddr>,
    relay: Option<RelayUrl>,
}

impl PeerAddr {
    /// A device at these addresses; those beyond [`MAX_ADDRS`] are left out.
    pub fn new(id: DeviceId, addrs: impl IntoIterator<Item = SocketAddr>) -> Self {
        Self {
            id,
            addrs: addrs.into_iter().take(MAX_ADDRS).collect(),
            relay: None,
        }
    }

    /// The device.
    #[must_use]
    pub fn id(&self) -> DeviceId {
        self.id
    }

    /// Its direct addresses.
    pub fn addrs(&self) -> impl Iterator<Item = SocketAddr> + '_ {
        self.addrs.iter().copied()
    }

    pub(crate) fn leads_anywhere(&self) -> bool {
        !self.addrs.is_empty() || self.relay.is_some()
    }

    /// Bytes to keep or hand to another member of the board.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = self.id.as_bytes().to_vec();
        self.put_places(&mut out);
        out
    }

    /// Reads [`Self::to_bytes`].
    ///
    /// # Errors
    /// The bytes are something else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PeerAddrError> {
        let mut reader = Reader::new(bytes);
        let mut read = || {
            let id = DeviceId::from_bytes(&reader.array()?).map_err(|_| Malformed)?;
            Self::read_places(id, &mut reader)
        };
        let addr = read().map_err(PeerAddrError)?;
        reader.end().map_err(PeerAddrError)?;
        Ok(addr)
    }

    /// All but the id, which a ticket may state elsewhere.
    pub(crate) fn put_places(&self, out: &mut Vec<u8>) {
        out.push(u8::try_from(self.addrs.len()).unwrap_or(u8::MAX));
        for addr in &self.addrs {
            match addr.ip() {
                IpAddr::V4(ip) => {
                    out.push(4);
                    out.extend_from_slice(&ip.octets());
                }
                IpAddr::V6(ip) => {
                    out.push(6);
                    out.extend_from_slice(&ip.octets());
                }
            }
            out.extend_from_slice(&addr.port().to_be_bytes());
        }
        put_text(out, self.relay.as_ref().map_or("", |url| url.as_str()));
    }

    pub(crate) fn read_places(id: DeviceId, reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let count = usize::from(reader.u8()?);
        if count > MAX_ADDRS {
            return Err(Malformed);
        }
        let mut addrs = BTreeSet::new();
        for _ in 0..count {
            let ip = match reader.u8()? {
                4 => IpAddr::from(reader.array::<4>()?),
                6 => IpAddr::from(reader.array::<16>()?),
                _ => return Err(Malformed),
            };
            let addr = SocketAddr::new(ip, reader.u16()?);
            // One value has one encoding: sorted, and each address once.
            if addrs.last().is_some_and(|last| *last >= addr) {
                return Err(Malformed);
            }
            addrs.insert(addr);
        }
        let relay = match reader.text()? {
            "" => None,
            url if url.len() > MAX_RELAY => return Err(Malformed),
            url => Some(parse_relay(url).ok_or(Malformed)?),
        };
        Ok(Self { id, addrs, relay })
    }

    /// What may be dialled of this within `reach`; `None` when nothing is left.
    pub(crate) fn within(&self, reach: &Reach) -> Option<EndpointAddr> {
        let direct = self
            .addrs()
            .filter(|addr| addr.port() != 0 && reach.allows(addr.ip()))
            .map(TransportAddr::Ip);
        let relay = match reach {
            Reach::Internet { .. } => self.relay.clone().map(TransportAddr::Relay),
            Reach::Loopback | Reach::LocalNetwork => None,
        };
        let found = EndpointAddr::from_parts(self.id, direct.chain(relay));
        // With address lookup an id alone is enough.
        (!found.is_empty() || matches!(reach, Reach::Internet { relay: None })).then_some(found)
    }

    /// What of `addr` others may be told within `reach`, the most useful addresses first kept.
    pub(crate) fn published(addr: &EndpointAddr, reach: &Reach) -> Self {
        let direct = addr
            .ip_addrs()
            .copied()
            .filter(|addr| addr.port() != 0 && reach.allows(addr.ip()));
        Self {
            relay: addr.relay_urls().next().cloned(),
            ..Self::new(addr.id, direct)
        }
    }
}

/// The bytes are not an address of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the address of a device: {0}")]
pub struct PeerAddrError(Malformed);

/// A relay's URL: `https`, with a host.
pub(crate) fn parse_relay(url: &str) -> Option<RelayUrl> {
    let url: RelayUrl = url.parse().ok()?;
    (url.scheme() == "https" && url.has_host() && url.as_str().len() <= MAX_RELAY).then_some(url)
}

impl Reach {
    /// Whether packets may go to this address.
    pub(crate) fn allows(&self, ip: IpAddr) -> bool {
        match self {
            Self::Loopback => ip.is_loopback(),
            Self::LocalNetwork => is_local(ip),
            Self::Internet { .. } => !ip.is_unspecified() && !ip.is_multicast(),
        }
    }
}

/// Addresses that no router passes on to the internet: RFC 1918, RFC 3927, RFC 4193, RFC 4291.
fn is_local(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_private() || ip.is_link_local() || ip.is_loopback(),
        IpAddr::V6(ip) => {
            let v4 = ip.to_ipv4_mapped().map(IpAddr::V4);
            v4.map_or_else(
                || ip.is_unique_local() || ip.is_unicast_link_local() || ip == Ipv6Addr::LOCALHOST,
                is_local,
            )
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn addr(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    fn id() -> DeviceId {
        iroh::SecretKey::from_bytes(&[1; 32]).public()
    }

    #[test]
    fn bytes_round_trip_and_are_strict() {
        let peer = PeerAddr {
            relay: parse_relay("https://relay.example/"),
            ..PeerAddr::new(id(), [addr("192.168.1.7:4000"), addr("[fd00::1]:9")])
        };
        let bytes = peer.to_bytes();
        assert_eq!(PeerAddr::from_bytes(&bytes), Ok(peer));
        for cut in 0..bytes.len() {
            assert!(PeerAddr::from_bytes(&bytes[..cut]).is_err());
        }
        assert!(PeerAddr::from_bytes(&[bytes, vec![0]].concat()).is_err());
    }

    #[test]
    fn relays_are_https_only() {
        assert!(parse_relay("https://relay.example").is_some());
        for bad in ["http://relay.example", "file:///etc", "relay", "https://"] {
            assert!(parse_relay(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn r10_the_local_network_ends_at_private_addresses() {
        let peer = PeerAddr::new(
            id(),
            [
                addr("8.8.8.8:53"),
                addr("192.168.1.7:4000"),
                addr("127.0.0.1:5"),
                addr("[2001:db8::1]:9"),
            ],
        );
        let dialled = |reach: &Reach| -> Vec<String> {
            peer.within(reach)
                .map(|found| found.ip_addrs().map(ToString::to_string).collect())
                .unwrap_or_default()
        };
        assert_eq!(dialled(&Reach::Loopback), ["127.0.0.1:5"]);
        assert_eq!(
            dialled(&Reach::LocalNetwork),
            ["127.0.0.1:5", "192.168.1.7:4000"]
        );
        assert_eq!(dialled(&Reach::Internet { relay: None }).len(), 4);
        assert!(
            PeerAddr::new(id(), [addr("8.8.8.8:53")])
                .within(&Reach::LocalNetwork)
                .is_none()
        );
    }
}
