//! The QUIC endpoint itself: what it is bound to, how far it sends, and how connecting fails.

use std::{
    net::{Ipv4Addr, SocketAddrV4},
    time::Duration,
};

use iroh::{
    Endpoint, NetReportConfig, RelayMode, SecretKey,
    endpoint::{
        BindOpts, Builder, ConnectError, ConnectingError, Connection, ConnectionError,
        InvalidSocketAddr, PortmapperConfig, QuicTransportConfig, VarInt, presets,
    },
};
use tokio::time::timeout;
use tracing::debug;

use crate::{
    address::PeerAddr,
    close::Closed,
    config::Reach,
    error::{BindError, JoinError},
    interfaces::{self, LocalNet},
};

/// An endpoint that, unless `reach` says so, sends nothing beyond the local network.
pub(crate) async fn bind_endpoint(
    reach: &Reach,
    key: SecretKey,
    port: u16,
    alpn: &[u8],
) -> Result<Endpoint, BindError> {
    let offline = Endpoint::builder(presets::Minimal)
        .relay_mode(RelayMode::Disabled)
        .clear_address_lookup();
    let unavailable = |error: &dyn std::fmt::Display| BindError::Unavailable(error.to_string());
    let builder = match reach {
        Reach::Loopback => bind_within(offline, &[LocalNet::LOOPBACK], port),
        Reach::LocalNetwork => bind_within(offline, &interfaces::local_nets().await, port),
        Reach::Internet { relay: Some(relay) } => offline
            .relay_mode(RelayMode::custom([relay.0.clone()]))
            .bind_addr(SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, port)),
        Reach::Internet { relay: None } => {
            Endpoint::builder(presets::N0).bind_addr(SocketAddrV4::new(Ipv4Addr::UNSPECIFIED, port))
        }
    }
    .map_err(|error| unavailable(&error))?;
    let endpoint = builder
        .portmapper_config(PortmapperConfig::Disabled)
        .secret_key(key)
        .alpns(vec![alpn.to_vec()])
        .transport_config(transport_config())
        .bind()
        .await
        .map_err(|error| unavailable(&error))?;
    Ok(endpoint)
}

/// An endpoint at `port`, or where there is none yet, at one that every network this device is on
/// can share from now on; at any other where that is taken for good.
pub(crate) async fn bind_lasting(
    reach: &Reach,
    device: &SecretKey,
    port: u16,
    alpn: &[u8],
) -> Result<Endpoint, BindError> {
    let wanted = match reach {
        Reach::LocalNetwork if port == 0 => {
            let [.., high, low] = getrandom::u32().unwrap_or_default().to_be_bytes();
            u16::from_be_bytes([high, low]) | FIRST_DYNAMIC_PORT
        }
        _ => port,
    };
    if wanted != 0 {
        for _ in 0..PORT_TRIES {
            match bind_endpoint(reach, device.clone(), wanted, alpn).await {
                Ok(endpoint) => return Ok(endpoint),
                Err(error) => debug!(%error, "a port is not free"),
            }
            tokio::time::sleep(PORT_AGAIN).await;
        }
    }
    bind_endpoint(reach, device.clone(), 0, alpn).await
}

/// RFC 6335, 6: 49152 to 65535; all of them have these two bits.
const FIRST_DYNAMIC_PORT: u16 = 0xc000;

/// A link that was just closed gives its port back when the last of its connections has gone, a
/// few milliseconds later. Another program keeps it: that costs half a second.
const PORT_TRIES: u32 = 10;
const PORT_AGAIN: Duration = Duration::from_millis(50);

/// One socket for each local address, none of them a default route: iroh then has no socket to
/// reach anything else by, not even where a peer names other addresses as candidate paths. (It
/// tries those by itself, and nothing in its interface turns that off.)
fn bind_within(
    builder: Builder,
    nets: &[LocalNet],
    port: u16,
) -> Result<Builder, InvalidSocketAddr> {
    let mut builder = builder
        .clear_ip_transports()
        .net_report_config(NetReportConfig::minimal());
    for (at, net) in nets.iter().enumerate() {
        let options = BindOpts::default()
            .set_prefix_len(net.prefix)
            .set_is_default_route(false)
            .set_is_required(at == 0);
        builder = builder.bind_addr_with_opts(SocketAddrV4::new(net.addr, port), options)?;
    }
    Ok(builder)
}

/// Four streams from the side that dials (handshake and three lanes), none from the other.
///
/// The windows keep the lanes apart. A stream has half a megabyte under way: 5 MB/s at 100 ms, and
/// the most that a presence lane can lag behind. The connection's windows, on either side, hold
/// more than all streams together: so a sync lane that is full, or that is not read, leaves room
/// for the presence lane, whose packets go first.
fn transport_config() -> QuicTransportConfig {
    const STREAM_WINDOW: u32 = 512 * 1024;
    const STREAMS: u32 = 4;
    const CONNECTION_WINDOW: u32 = (STREAMS + 1) * STREAM_WINDOW;
    /// Milliseconds without a sign of life. iroh sends one every five seconds: two may be lost
    /// before the people on this board are told that somebody has gone.
    const SILENCE_MS: u32 = 12_000;
    QuicTransportConfig::builder()
        .max_concurrent_bidi_streams(VarInt::from_u32(STREAMS))
        .max_concurrent_uni_streams(VarInt::from_u32(0))
        .datagram_receive_buffer_size(None)
        .max_idle_timeout(Some(VarInt::from_u32(SILENCE_MS).into()))
        .send_window(u64::from(CONNECTION_WINDOW))
        .stream_receive_window(VarInt::from_u32(STREAM_WINDOW))
        .receive_window(VarInt::from_u32(CONNECTION_WINDOW))
        .build()
}

/// What others may be told of an endpoint's addresses.
pub(crate) fn published(endpoint: &Endpoint, reach: &Reach) -> PeerAddr {
    match reach {
        // Each socket has an address of its own, known from the start; iroh comes to know them only
        // by and by, and leaves out loopback.
        Reach::Loopback | Reach::LocalNetwork => PeerAddr::new(
            endpoint.id(),
            endpoint
                .bound_sockets()
                .into_iter()
                .filter(|addr| reach.allows(addr.ip())),
        ),
        Reach::Internet { .. } => PeerAddr::published(&endpoint.addr(), reach),
    }
}

pub(crate) async fn connect(
    endpoint: &Endpoint,
    peer: &PeerAddr,
    reach: &Reach,
    limit: Duration,
    alpn: &[u8],
) -> Result<Connection, JoinError> {
    let addr = peer.within(reach).ok_or(JoinError::NotReachable)?;
    match timeout(limit, endpoint.connect(addr, alpn)).await {
        Ok(Ok(conn)) => Ok(conn),
        Ok(Err(error)) => Err(match connection_error(&error) {
            Some(source) if is_other_version(source) => JoinError::OtherVersion,
            Some(ConnectionError::ApplicationClosed(_)) => connection_error(&error)
                .map_or(JoinError::NoAnswer, |e| {
                    JoinError::Refused(Closed::from_error(e))
                }),
            Some(ConnectionError::ConnectionClosed(close)) if close.error_code == REFUSED => {
                JoinError::Busy
            }
            _ => {
                debug!(%error, "no connection");
                JoinError::NoAnswer
            }
        }),
        Err(_) => Err(JoinError::NoAnswer),
    }
}

fn connection_error(error: &ConnectError) -> Option<&ConnectionError> {
    match error {
        ConnectError::Connecting {
            source: ConnectingError::ConnectionError { source, .. },
            ..
        }
        | ConnectError::Connection { source, .. } => Some(source),
        _ => None,
    }
}

/// TLS has an alert for "no application protocol in common" (RFC 7301), number 120, which QUIC
/// carries as a crypto error (RFC 9001, 4.8).
fn is_other_version(error: &ConnectionError) -> bool {
    let no_protocol = iroh::endpoint::TransportErrorCode::crypto(120);
    match error {
        ConnectionError::VersionMismatch => true,
        ConnectionError::ConnectionClosed(close) => close.error_code == no_protocol,
        ConnectionError::TransportError(error) => error.code == no_protocol,
        _ => false,
    }
}

const REFUSED: iroh::endpoint::TransportErrorCode =
    iroh::endpoint::TransportErrorCode::CONNECTION_REFUSED;
