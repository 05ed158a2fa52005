//! What the link says, and calling back the peers of a board.

use crate::access::key_text;
use crate::core::Work;
use crate::mesh::{Calls, Missed};
use crate::shared::{Shared, lock};
use crate::{members, mesh};
use engine::{Input, Lane};
use link::{CloseCode, Closed, DeviceId, Event, JoinError, Peer, PeerAddr};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::{Membership, Write};
use tokio::sync::{Notify, Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::Instant;

/// Frames of all peers waiting for the engine. Beyond it the peers' streams wait.
const WAITING_FRAMES: usize = 256;
/// How often a laptop that misses nobody looks whether its own card is still fresh.
const SAY_AGAIN: Duration = Duration::from_secs(30 * 60);
/// How long peers are waited for when the network has changed.
const GOODBYE: Duration = Duration::from_secs(1);
/// The wait after a network that could not be bound: one is just coming up.
const BIND_AGAIN: Duration = Duration::from_secs(2);
/// Addresses kept a board; the oldest go.
const MAX_KNOWN: usize = 64;

/// Carries the link's events to the engine, over every network this laptop is on in turn.
pub(crate) async fn listen(shared: Arc<Shared>, mut events: mpsc::Receiver<Event>) {
    let mut generation = 0;
    loop {
        carry(&shared, events, generation).await;
        generation += 1;
        events = loop {
            match shared.bind_again().await {
                Ok(events) => break events,
                Err(error) => tracing::warn!(%error, "the network could not be bound"),
            }
            tokio::time::sleep(BIND_AGAIN).await;
        };
        tracing::info!("bound to the network anew");
        for caller in lock(&shared.callers).values() {
            caller.tell(Heard::Afresh);
        }
    }
}

/// Bits of a peer's number that are the link's.
const GENERATION: u32 = 40;

/// A link numbers its peers from one; the engine wants numbers that are never used again.
fn engine_id(generation: u64, peer: link::PeerId) -> engine::PeerId {
    engine::PeerId((generation << GENERATION) | peer.0)
}

/// The link's number of a peer of the network bound now.
pub(crate) fn link_id(peer: engine::PeerId) -> link::PeerId {
    link::PeerId(peer.0 & ((1 << GENERATION) - 1))
}

/// Until the network is another.
pub(crate) async fn carry(
    shared: &Arc<Shared>,
    mut events: mpsc::Receiver<Event>,
    generation: u64,
) {
    let waiting = Arc::new(Semaphore::new(WAITING_FRAMES));
    let mut here: BTreeMap<link::PeerId, Peer> = BTreeMap::new();
    while let Some(event) = events.recv().await {
        match event {
            Event::PeerConnected { peer } => {
                let board = peer.board().as_str().to_owned();
                *lock(&shared.connected).entry(board.clone()).or_default() += 1;
                know(shared, &board, &peer.address());
                call(shared, &board);
                let id = engine_id(generation, peer.id());
                here.insert(peer.id(), peer.clone());
                shared.core.send(Work::Peer(id, Box::new(peer.clone())));
                members::greet(shared, &peer);
                shared.boards_changed.notify_one();
            }
            Event::Frame { peer, lane, bytes } => {
                let lane = match lane {
                    link::Lane::Sync => Lane::Sync,
                    link::Lane::Presence => Lane::Presence,
                    link::Lane::Members => {
                        if let Some(peer) = here.get(&peer) {
                            members::hear(shared, peer, &bytes);
                        }
                        continue;
                    }
                };
                let Ok(permit) = Arc::clone(&waiting).acquire_owned().await else {
                    return;
                };
                let input = Input::Frame {
                    peer: engine_id(generation, peer),
                    lane,
                    bytes,
                };
                shared.core.send(Work::Frame(input, permit));
            }
            Event::Drained { peer } => {
                shared.tell(Input::PeerWritable {
                    peer: engine_id(generation, peer),
                });
            }
            Event::PeerClosed { peer, reason } => {
                tracing::info!(peer = peer.0, %reason, "a peer has gone");
                shared
                    .core
                    .send(Work::Peerless(engine_id(generation, peer)));
                recount(shared);
                if let Some(peer) = here.remove(&peer)
                    && let Some(caller) = lock(&shared.callers).get(peer.board().as_str())
                {
                    caller.tell(if turns_away(&reason) {
                        Heard::TurnedAway(peer.device())
                    } else {
                        Heard::Look
                    });
                }
            }
            Event::Admitted { credential } => {
                let board = credential.board().as_str().to_owned();
                shared.access.admit(credential);
                if let (Some(role), Ok(board)) = (shared.access.role(&board), board.parse()) {
                    shared.tell(Input::RoleChanged { board, role });
                }
                keep_membership(shared, &board, None);
            }
            Event::Offered { offer } => {
                lock(&shared.nearby)
                    .offers
                    .insert(key_text(&offer.id()), offer);
                let offers = shared.nearby_offers();
                shared.broadcast(crate::protocol::HomeEvent::Nearby { offers });
            }
            Event::Withdrawn { id } => {
                lock(&shared.nearby).offers.remove(&key_text(&id));
                let offers = shared.nearby_offers();
                shared.broadcast(crate::protocol::HomeEvent::Nearby { offers });
            }
            Event::NetworkChanged => {
                // Peers that can still be reached are told.
                let _ = tokio::time::timeout(GOODBYE, shared.link().close()).await;
                break;
            }
            Event::CodeClosed { invitation } => {
                crate::home::invite::code_closed(shared, &invitation)
            }
        }
    }
    for peer in here.into_keys() {
        let gone = Work::Peerless(engine_id(generation, peer));
        shared.core.send(gone);
    }
    recount(shared);
}

fn recount(shared: &Shared) {
    let mut connected = lock(&shared.connected);
    connected.retain(|board, count| {
        let Ok(board) = board.parse::<link::BoardId>() else {
            return false;
        };
        *count = u32::try_from(shared.link().peers(&board).len()).unwrap_or(u32::MAX);
        *count > 0
    });
    drop(connected);
    shared.boards_changed.notify_one();
}

/// The addresses known of a board's peers.
pub(crate) fn known(membership: &Membership) -> Vec<PeerAddr> {
    serde_json::from_str::<Vec<String>>(&membership.addresses_json)
        .unwrap_or_default()
        .iter()
        .filter_map(|text| PeerAddr::from_bytes(&crate::from_base64(text)?).ok())
        .collect()
}

/// Remembers where a peer of a board is reached.
pub(crate) fn know(shared: &Shared, board: &str, address: &PeerAddr) {
    if address.addrs().next().is_none() {
        return;
    }
    keep_membership(shared, board, Some(address));
}

/// Stores what this laptop holds of a board, with one more address.
pub(crate) fn keep_membership(shared: &Shared, board: &str, address: Option<&PeerAddr>) {
    let Some(credential) = shared.access.held(board) else {
        return;
    };
    let mut addresses = match shared.store.membership(board) {
        Ok(Some(membership)) => known(&membership),
        Ok(None) => Vec::new(),
        Err(error) => {
            tracing::warn!(%error, "a membership could not be read");
            Vec::new()
        }
    };
    if let Some(address) = address {
        addresses.retain(|known| known.id() != address.id());
        addresses.insert(0, address.clone());
        addresses.truncate(MAX_KNOWN);
    }
    let addresses: Vec<String> = addresses
        .iter()
        .map(|address| crate::to_base64(&address.to_bytes()))
        .collect();
    let membership = Membership {
        board: board.to_owned(),
        role: format!("{:?}", credential.role()),
        secret: credential.to_bytes(),
        addresses_json: serde_json::to_string(&addresses).unwrap_or_default(),
        expires_ms: i64::try_from(credential.expires_ms()).unwrap_or(i64::MAX),
        changed_ms: crate::clock::unix_ms(),
    };
    shared
        .store
        .submit(vec![Write::PutMembership(membership)], |result| {
            if let Err(error) = result {
                tracing::warn!(%error, "a membership was not stored");
            }
        });
}

/// What somebody who calls a board's members is told meanwhile.
#[derive(Debug, Default)]
pub(crate) struct Caller {
    wake: Notify,
    heard: Mutex<Vec<Heard>>,
}

#[derive(Debug)]
enum Heard {
    /// There are other members, or other connections.
    Look,
    /// This laptop is on another network.
    Afresh,
    /// A connection ended, and calling again at once would end the same way.
    TurnedAway(DeviceId),
}

impl Caller {
    /// There are other members, or other connections.
    pub(crate) fn look(&self) {
        self.tell(Heard::Look);
    }

    fn tell(&self, heard: Heard) {
        let mut all = lock(&self.heard);
        // Whoever looks at anything looks at everything.
        if !matches!(heard, Heard::Look) {
            all.push(heard);
        }
        drop(all);
        self.wake.notify_one();
    }
}

/// Sees to it that the members of a board are called until they are connected.
pub(crate) fn call(shared: &Arc<Shared>, board: &str) {
    let Ok(id) = board.parse() else { return };
    let mut callers = lock(&shared.callers);
    if let Some(caller) = callers.get(board) {
        caller.look();
        return;
    }
    if let Some(calling) = &mut *lock(&shared.calling) {
        let caller = Arc::new(Caller::default());
        callers.insert(board.to_owned(), Arc::clone(&caller));
        calling.spawn(keep_calling(Arc::clone(shared), id, caller));
    }
}

/// Calls nobody any more.
pub(crate) async fn hang_up(shared: &Shared) {
    let calling = lock(&shared.calling).take();
    if let Some(mut calling) = calling {
        calling.shutdown().await;
    }
}

async fn keep_calling(shared: Arc<Shared>, board: link::BoardId, caller: Arc<Caller>) {
    let mut calls = Calls::default();
    let mut under_way = JoinSet::new();
    while shared.access.held(board.as_str()).is_some() {
        let link = shared.link();
        let known = members::addresses(&shared, &board);
        let (me, others) = (link.device(), known.keys().copied().collect());
        let here: Vec<DeviceId> = link.peers(&board).iter().map(Peer::device).collect();
        here.iter().for_each(|device| calls.reached(device));
        let mut wanted = mesh::wanted(&me, &others, &calls.away());
        wanted.retain(|device| !here.contains(device));
        for (device, tries) in calls.due(&me, &wanted, &others, Instant::now()) {
            // Only those that are known are due; one without an address is not reached.
            let places = known.get(&device).map(Vec::as_slice).unwrap_or_default();
            let place = places.iter().cycle().nth(tries).cloned();
            let address = place.unwrap_or_else(|| PeerAddr::new(device, []));
            let (link, board) = (link.clone(), board.clone());
            under_way.spawn(async move { (device, link.dial(&board, &address).await) });
        }
        // Those who look on, or come without a card, hear now and then that this laptop is there.
        let next = calls.next().unwrap_or_else(|| Instant::now() + SAY_AGAIN);
        tokio::select! {
            Some(called) = under_way.join_next() => {
                calls.ended();
                match called {
                    Ok((device, Ok(_))) => calls.reached(&device),
                    Ok((device, Err(error))) => {
                        tracing::debug!(%error, "a member was not reached");
                        calls.missed(device, missed(&error), Instant::now(), chance());
                    }
                    Err(error) => tracing::error!(%error, "a call failed"),
                }
            }
            () = caller.wake.notified() => {
                for heard in std::mem::take(&mut *lock(&caller.heard)) {
                    match heard {
                        Heard::Look => {}
                        Heard::Afresh => calls.afresh(Instant::now()),
                        Heard::TurnedAway(device) => {
                            calls.missed(device, Missed::TurnedAway, Instant::now(), chance());
                        }
                    }
                }
            }
            () = tokio::time::sleep_until(next) => members::introduce(&shared, &board),
        }
    }
    lock(&shared.callers).remove(board.as_str());
}

fn missed(error: &JoinError) -> Missed {
    match error {
        JoinError::Refused(closed) if turns_away(closed) => Missed::TurnedAway,
        _ => Missed::NoAnswer,
    }
}

/// Whether calling again is of no use for now.
fn turns_away(closed: &Closed) -> bool {
    matches!(
        closed.code,
        Some(CloseCode::Revoked | CloseCode::Expired | CloseCode::BrokeProtocol)
    )
}

/// Spreads the calls of many laptops in time.
fn chance() -> u8 {
    let mut byte = [u8::MAX];
    // Without randomness all wait the whole time.
    let _ = getrandom::fill(&mut byte);
    byte[0]
}
