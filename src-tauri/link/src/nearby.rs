//! Boards nearby: announced and found by mDNS, under a service name of our own, only while a
//! board is open for joining.
//!
//! What is announced is the endpoint of an [`OpenCode`](crate::OpenCode): an id and a port made
//! for the occasion, which lead to the code exchange and nowhere else; and the board's title, if
//! the facilitator says so. This module is the seam: nothing else knows of multicast.

use std::{borrow::Cow, collections::HashSet};

use futures_util::StreamExt;
use iroh::{
    Endpoint, SecretKey, TransportAddr,
    address_lookup::{AddrFilter, EndpointInfo, UserData},
};
use iroh_mdns_address_lookup::{DiscoveryEvent, MdnsAddressLookup, MdnsAddressLookupBuilder};
use tokio::task::AbortHandle;

use crate::{Event, Link, address::PeerAddr, config::Reach, credential::DeviceId, ticket::Title};

/// `_upshot._udp.local`.
const SERVICE: &str = "upshot";

/// Offers shown at once; a room has one or two, and a flood of them must not cost memory.
const MAX_OFFERS: usize = 64;

/// A board nearby that is open for joining by a spoken code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Where the code is taken; its id is made for the occasion.
    pub addr: PeerAddr,
    /// The title, where announced. Anybody on the network can announce any title: it says nothing
    /// about who offers.
    pub title: Option<Title>,
}

impl Offer {
    /// The id made for the occasion.
    #[must_use]
    pub fn id(&self) -> DeviceId {
        self.addr.id()
    }
}

/// Looking for boards nearby. Dropping it ends that.
#[derive(Debug)]
pub struct Browsing(Option<AbortHandle>);

impl Drop for Browsing {
    fn drop(&mut self) {
        self.0.iter().for_each(AbortHandle::abort);
    }
}

/// Boards nearby cannot be looked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrowseError {
    /// No multicast on this network; a ticket still works.
    #[error("boards nearby cannot be found on this network: {0}")]
    Unavailable(String),
}

impl Link {
    /// Looks for boards nearby: [`Event::Offered`] and [`Event::Withdrawn`] follow while the
    /// returned value lives. Announces nothing. On loopback there is no multicast, and nothing is
    /// found.
    ///
    /// # Errors
    /// See [`BrowseError`].
    pub async fn browse(&self) -> Result<Browsing, BrowseError> {
        let reach = reach(&self.inner.reach);
        if reach == Reach::Loopback {
            return Ok(Browsing(None));
        }
        let found = service()
            .advertise(false)
            .build(SecretKey::generate().public())
            .map_err(|error| BrowseError::Unavailable(error.to_string()))?;
        let mut stream = found.subscribe().await;
        let events = self.inner.events.clone();
        let task = tokio::spawn(async move {
            let _found = found;
            let mut shown = HashSet::new();
            while let Some(event) = stream.next().await {
                let Some(event) = to_event(event, &reach, &mut shown) else {
                    continue;
                };
                if events.send(event).await.is_err() {
                    return;
                }
            }
        });
        Ok(Browsing(Some(task.abort_handle())))
    }
}

/// Announces an endpoint as open for joining, for as long as it is.
pub(crate) fn announce(
    endpoint: &Endpoint,
    reach: &Reach,
    title: Option<&Title>,
) -> Result<(), String> {
    if *reach == Reach::Loopback {
        return Ok(());
    }
    let title: Option<UserData> = title.and_then(|title| title.as_str().parse().ok());
    endpoint.set_user_data_for_address_lookup(title);
    let services = endpoint
        .address_lookup()
        .map_err(|error| error.to_string())?;
    let allowed = reach.clone();
    let is_allowed = move |addr: &TransportAddr| match addr {
        TransportAddr::Ip(addr) => allowed.allows(addr.ip()),
        _ => false,
    };
    let filter = AddrFilter::new(move |addrs| {
        Cow::Owned(
            addrs
                .iter()
                .filter(|addr| is_allowed(addr))
                .cloned()
                .collect(),
        )
    });
    let announced = service()
        .addr_filter(filter)
        .build(endpoint.id())
        .map_err(|error| error.to_string())?;
    services.add(announced);
    Ok(())
}

/// Codes are for one room: never beyond the local network, whatever else is allowed.
pub(crate) fn reach(reach: &Reach) -> Reach {
    match reach {
        Reach::Loopback => Reach::Loopback,
        Reach::LocalNetwork | Reach::Internet { .. } => Reach::LocalNetwork,
    }
}

fn service() -> MdnsAddressLookupBuilder {
    MdnsAddressLookup::builder().service_name(SERVICE)
}

fn to_event(event: DiscoveryEvent, reach: &Reach, shown: &mut HashSet<DeviceId>) -> Option<Event> {
    match event {
        DiscoveryEvent::Discovered { endpoint_info, .. } => {
            let offer = to_offer(&endpoint_info, reach)?;
            if !shown.contains(&offer.id()) && shown.len() >= MAX_OFFERS {
                return None;
            }
            shown.insert(offer.id());
            Some(Event::Offered { offer })
        }
        DiscoveryEvent::Expired { endpoint_id } => shown
            .remove(&endpoint_id)
            .then_some(Event::Withdrawn { id: endpoint_id }),
        _ => None,
    }
}

/// `None` for one that has no address here.
fn to_offer(info: &EndpointInfo, reach: &Reach) -> Option<Offer> {
    let addrs: Vec<_> = info
        .data
        .ip_addrs()
        .copied()
        .filter(|addr| reach.allows(addr.ip()))
        .collect();
    let title = info
        .data
        .user_data()
        .and_then(|data| Title::shortened(data.as_ref()));
    (!addrs.is_empty()).then(|| Offer {
        addr: PeerAddr::new(info.endpoint_id, addrs),
        title,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use iroh::address_lookup::EndpointData;

    use super::*;

    fn info(byte: u8, addr: &str, title: Option<&str>) -> EndpointInfo {
        let data = EndpointData::new(vec![TransportAddr::Ip(addr.parse().unwrap())]);
        let data = match title {
            Some(title) => data.with_user_data(title.parse().unwrap()),
            None => data,
        };
        EndpointInfo::from_parts(SecretKey::from_bytes(&[byte; 32]).public(), data)
    }

    fn discovered(info: EndpointInfo) -> DiscoveryEvent {
        DiscoveryEvent::Discovered {
            endpoint_info: info,
            last_updated: None,
        }
    }

    #[test]
    fn an_offer_is_printable_and_local() {
        let offer = to_offer(
            &info(1, "192.168.1.4:5", Some("Release 4.2\u{1b}[2J")),
            &Reach::LocalNetwork,
        )
        .unwrap();
        assert_eq!(
            offer.title.as_ref().map(Title::as_str),
            Some("Release 4.2[2J")
        );
        assert_eq!(
            to_offer(&info(1, "8.8.8.8:53", None), &Reach::LocalNetwork),
            None
        );
    }

    #[test]
    fn a_flood_of_offers_is_cut_and_each_shown_one_is_withdrawn() {
        let mut shown = HashSet::new();
        let mut offers = Vec::new();
        for byte in 1..=70 {
            offers.extend(to_event(
                discovered(info(byte, "10.0.0.1:5", None)),
                &Reach::LocalNetwork,
                &mut shown,
            ));
        }
        assert_eq!(offers.len(), MAX_OFFERS);
        let id = SecretKey::from_bytes(&[1; 32]).public();
        let expired = || DiscoveryEvent::Expired { endpoint_id: id };
        let gone = to_event(expired(), &Reach::LocalNetwork, &mut shown);
        assert!(matches!(gone, Some(Event::Withdrawn { id: gone }) if gone == id));
        assert!(to_event(expired(), &Reach::LocalNetwork, &mut shown).is_none());
    }
}
