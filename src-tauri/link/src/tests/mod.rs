//! Real endpoints on 127.0.0.1, each with a small stand-in for the runtime.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod codes;
mod hostile;
mod joining;
mod lanes;
mod netns;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use iroh::SecretKey;
use tokio::sync::mpsc;

use crate::{
    BoardId, Closed, Config, Credential, DeviceId, Event, Gate, Lane, Limits, Link, Peer, Reach,
    Role, Standing, Ticket,
};

/// The time when a test starts; invitations end an hour later.
const START: u64 = 1_800_000_000_000;
const HOUR: u64 = 3_600_000;

/// What the runtime would keep in its store.
#[derive(Default)]
struct Held {
    credentials: Mutex<HashMap<BoardId, Credential>>,
    standings: Mutex<HashMap<DeviceId, Standing>>,
}

impl Gate for Held {
    fn credential(&self, board: &BoardId) -> Option<Credential> {
        self.credentials.lock().unwrap().get(board).cloned()
    }

    fn standing(&self, _: &BoardId, key: &DeviceId) -> Standing {
        self.standings
            .lock()
            .unwrap()
            .get(key)
            .copied()
            .unwrap_or_default()
    }
}

impl Held {
    fn keep(&self, credential: Credential) {
        self.credentials
            .lock()
            .unwrap()
            .insert(credential.board().clone(), credential);
    }

    fn say(&self, key: DeviceId, standing: Standing) {
        self.standings.lock().unwrap().insert(key, standing);
    }
}

struct Node {
    link: Link,
    events: mpsc::Receiver<Event>,
    held: Arc<Held>,
    clock: Arc<AtomicU64>,
    key: SecretKey,
}

fn board() -> BoardId {
    "board".parse().unwrap()
}

impl Node {
    async fn new(key: u8) -> Self {
        Self::with(key, Reach::Loopback, Limits::default()).await
    }

    async fn with(key: u8, reach: Reach, limits: Limits) -> Self {
        Self::bind([key; 32], reach, limits, Arc::default()).await
    }

    async fn bind(device_key: [u8; 32], reach: Reach, limits: Limits, held: Arc<Held>) -> Self {
        let clock = Arc::new(AtomicU64::new(START));
        let read = Arc::clone(&clock);
        let config = Config {
            device_key,
            reach,
            port: 0,
            clock: Arc::new(move || read.load(Ordering::SeqCst)),
            limits,
        };
        let gate: Arc<dyn Gate> = Arc::clone(&held) as _;
        let (link, events) = Link::bind(config, gate).await.unwrap();
        Self {
            link,
            events,
            held,
            clock,
            key: SecretKey::from_bytes(&device_key),
        }
    }

    /// A node that has created the board.
    async fn creator(key: u8) -> Self {
        let node = Self::new(key).await;
        node.held
            .keep(Credential::for_new_board(board(), node.link.device()));
        node
    }

    fn invite(&self, role: Role) -> Ticket {
        self.link
            .invite(&board(), role, START + HOUR, None)
            .unwrap()
    }

    /// Joins as the runtime would, up to the lasting credential where one is given.
    async fn join(&mut self, ticket: &Ticket) -> Peer {
        self.held.keep(ticket.credential());
        self.link.join(ticket).await.unwrap();
        self.connected().await
    }

    async fn next(&mut self) -> Event {
        tokio::time::timeout(Duration::from_secs(60), self.events.recv())
            .await
            .expect("an event was awaited that did not come")
            .expect("the link is open")
    }

    async fn connected(&mut self) -> Peer {
        loop {
            match self.next().await {
                Event::PeerConnected { peer } => return peer,
                Event::Admitted { credential } => self.held.keep(credential),
                other => panic!("expected a peer, got {other:?}"),
            }
        }
    }

    async fn frame(&mut self) -> (Lane, Bytes) {
        match self.next().await {
            Event::Frame { lane, bytes, .. } => (lane, bytes),
            other => panic!("expected a frame, got {other:?}"),
        }
    }

    async fn closed(&mut self) -> Closed {
        match self.next().await {
            Event::PeerClosed { reason, .. } => reason,
            other => panic!("expected an end, got {other:?}"),
        }
    }

    /// Nothing has happened, and nothing will: the link is closed and its events are read out.
    async fn saw_nothing_more(mut self) {
        self.link.close().await;
        drop(self.link);
        if let Some(event) = self.events.recv().await {
            panic!("unexpected {event:?}");
        }
    }
}

/// Frames of all lanes pass in both directions.
async fn converse(a: &mut Node, to_b: &Peer, b: &mut Node, to_a: &Peer) {
    for lane in Lane::ALL {
        to_b.send(lane, Bytes::from_static(b"to b")).unwrap();
        assert_eq!(b.frame().await, (lane, Bytes::from_static(b"to b")));
        to_a.send(lane, Bytes::from_static(b"to a")).unwrap();
        assert_eq!(a.frame().await, (lane, Bytes::from_static(b"to a")));
    }
}
