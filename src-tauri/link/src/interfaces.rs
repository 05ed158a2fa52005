//! This device's addresses on local networks.

use std::{collections::BTreeSet, net::Ipv4Addr};

use n0_watcher::Watcher;
use netwatch::{
    interfaces::{IpNet, State},
    netmon::Monitor,
};
use tokio::sync::{mpsc, watch};
use tracing::debug;

use crate::Event;

/// An address of this device, and how far around it packets may go: the addresses that share its
/// first `prefix` bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LocalNet {
    pub(crate) addr: Ipv4Addr,
    pub(crate) prefix: u8,
}

impl LocalNet {
    pub(crate) const LOOPBACK: Self = Self {
        addr: Ipv4Addr::LOCALHOST,
        prefix: 8,
    };
}

/// The local networks this device is on now, the one it mainly uses first; loopback if on none.
pub(crate) async fn local_nets() -> Vec<LocalNet> {
    choose(&addresses(&State::new().await))
}

/// Tells when the addresses are no longer those of the start, until the link is closed.
pub(crate) async fn report_changes(events: mpsc::Sender<Event>, mut closed: watch::Receiver<()>) {
    let monitor = match Monitor::new().await {
        Ok(monitor) => monitor,
        Err(error) => return debug!(%error, "changes of the network go unnoticed"),
    };
    let mut states = monitor.interface_state();
    let set = |state: &State| {
        addresses(state)
            .iter()
            .map(|found| found.net.addr)
            .collect::<BTreeSet<_>>()
    };
    let bound = set(&states.get());
    loop {
        let state = tokio::select! {
            state = states.updated() => state,
            _ = closed.changed() => return,
        };
        let Ok(state) = state else { return };
        if set(&state) != bound {
            let _ = events.send(Event::NetworkChanged).await;
            return;
        }
    }
}

/// A private address of an interface that is up.
#[derive(Debug, Clone, Copy)]
struct Found {
    net: LocalNet,
    /// On the interface with the default route.
    main: bool,
}

fn addresses(state: &State) -> Vec<Found> {
    let main = state.default_route_interface.as_deref();
    let mut interfaces: Vec<_> = state
        .interfaces
        .values()
        .filter(|interface| interface.is_up())
        .collect();
    interfaces.sort_by(|a, b| a.name().cmp(b.name()));
    let mut found = Vec::new();
    for interface in interfaces {
        for net in interface.addrs() {
            let IpNet::V4(net) = net else { continue };
            if net.addr().is_private() || net.addr().is_link_local() {
                let net = LocalNet {
                    addr: net.addr(),
                    prefix: net.prefix_len(),
                };
                found.push(Found {
                    net,
                    main: main == Some(interface.name()),
                });
            }
        }
    }
    found
}

/// Each address serves its own subnet. The first of each private block serves the rest of that
/// block too: large offices route between subnets.
fn choose(found: &[Found]) -> Vec<LocalNet> {
    let mut sorted = found.to_vec();
    sorted.sort_by_key(|found| !found.main);
    let mut nets: Vec<LocalNet> = Vec::new();
    for Found { net, .. } in sorted {
        if nets.iter().any(|other| other.addr == net.addr) {
            continue;
        }
        let first_of_block = nets
            .iter()
            .all(|other| block(other.addr) != block(net.addr));
        let (_, whole) = block(net.addr);
        // No subnet is wider than its block, whatever an interface says.
        let prefix = if first_of_block {
            whole
        } else {
            net.prefix.max(whole)
        };
        nets.push(LocalNet { prefix, ..net });
    }
    if nets.is_empty() {
        vec![LocalNet::LOOPBACK]
    } else {
        nets
    }
}

/// The prefix of the private block an address lies in: 10/8, 172.16/12, 192.168/16 (RFC 1918), or
/// 169.254/16 (RFC 3927).
fn block(addr: Ipv4Addr) -> (u8, u8) {
    match addr.octets()[0] {
        10 => (10, 8),
        172 => (172, 12),
        192 => (192, 16),
        _ => (169, 16),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn found(addr: &str, prefix: u8, main: bool) -> Found {
        Found {
            net: LocalNet {
                addr: addr.parse().unwrap(),
                prefix,
            },
            main,
        }
    }

    fn chosen(found: &[Found]) -> Vec<String> {
        choose(found)
            .iter()
            .map(|net| format!("{}/{}", net.addr, net.prefix))
            .collect()
    }

    #[test]
    fn r10_no_socket_leads_out_of_a_private_block() {
        let found = [
            found("172.17.0.1", 16, false),
            found("192.168.56.1", 24, false),
            found("192.168.178.20", 24, true),
            found("10.1.2.3", 0, false),
        ];
        assert_eq!(
            chosen(&found),
            [
                "192.168.178.20/16",
                "172.17.0.1/12",
                "192.168.56.1/24",
                "10.1.2.3/8"
            ]
        );
        assert_eq!(chosen(&[]), ["127.0.0.1/8"]);
    }
}
