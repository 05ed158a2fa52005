//! What the link says, and calling back the peers of a board.

use crate::access::key_text;
use crate::core::Work;
use crate::shared::{Shared, lock};
use engine::{Input, Lane};
use link::{Event, PeerAddr};
use std::sync::Arc;
use std::time::Duration;
use store::{Membership, Write};
use tokio::sync::{Notify, Semaphore, mpsc};

/// Frames of all peers waiting for the engine. Beyond it the peers' streams wait.
const WAITING_FRAMES: usize = 256;
/// Waits between calls to a peer that does not answer: soon after a hiccup, then seldom enough to
/// be free, often enough that a lid that opens is noticed within half a minute.
const CALL_AGAIN: [Duration; 5] = [
    Duration::from_millis(300),
    Duration::from_secs(1),
    Duration::from_secs(3),
    Duration::from_secs(10),
    Duration::from_secs(30),
];
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
        for waiting in lock(&shared.dialling).values() {
            waiting.notify_one();
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

/// Until the link ends.
async fn carry(shared: &Arc<Shared>, mut events: mpsc::Receiver<Event>, generation: u64) {
    let waiting = Arc::new(Semaphore::new(WAITING_FRAMES));
    while let Some(event) = events.recv().await {
        match event {
            Event::PeerConnected { peer } => {
                let board = peer.board().as_str().to_owned();
                *lock(&shared.connected).entry(board.clone()).or_default() += 1;
                know(shared, &board, &peer.address());
                call(shared, &board);
                let id = engine_id(generation, peer.id());
                shared.core.send(Work::Peer(id, Box::new(peer)));
                shared.boards_changed.notify_one();
            }
            Event::Frame { peer, lane, bytes } => {
                let Ok(permit) = Arc::clone(&waiting).acquire_owned().await else {
                    return;
                };
                let lane = match lane {
                    link::Lane::Sync => Lane::Sync,
                    link::Lane::Presence => Lane::Presence,
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
                for waiting in lock(&shared.dialling).values() {
                    waiting.notify_one();
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
                let link = shared.link();
                // Its last events still come; then the link has ended.
                tokio::spawn(async move { link.close().await });
            }
            Event::CodeClosed { invitation } => {
                crate::home::invite::code_closed(shared, &invitation)
            }
        }
    }
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

/// Sees to it that the known peers of a board are called until they are connected.
pub(crate) fn call(shared: &Arc<Shared>, board: &str) {
    let mut dialling = lock(&shared.dialling);
    if dialling.contains_key(board) {
        return;
    }
    let wanted = Arc::new(Notify::new());
    dialling.insert(board.to_owned(), Arc::clone(&wanted));
    tokio::spawn(keep_calling(Arc::clone(shared), board.to_owned(), wanted));
}

async fn keep_calling(shared: Arc<Shared>, board: String, wanted: Arc<Notify>) {
    let Ok(id) = board.parse::<link::BoardId>() else {
        return;
    };
    let mut tries = 0;
    while shared.access.held(&board).is_some() {
        let addresses = shared
            .store
            .membership(&board)
            .ok()
            .flatten()
            .map(|m| known(&m))
            .unwrap_or_default();
        let here: Vec<_> = shared
            .link()
            .peers(&id)
            .iter()
            .map(link::Peer::device)
            .collect();
        let mut missing = false;
        for address in addresses
            .iter()
            .filter(|address| !here.contains(&address.id()))
        {
            match shared.link().dial(&id, address).await {
                Ok(_) => {}
                Err(error) => {
                    missing = true;
                    tracing::debug!(%error, "a peer was not reached");
                }
            }
        }
        if missing {
            let wait = CALL_AGAIN[tries.min(CALL_AGAIN.len() - 1)];
            tries += 1;
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = wanted.notified() => tries = 0,
            }
        } else {
            tries = 0;
            wanted.notified().await;
        }
    }
    lock(&shared.dialling).remove(&board);
}
