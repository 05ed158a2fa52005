//! One WebSocket: the token first, then text both ways until either side ends.

use crate::limits::{Rate, Seat};
use crate::server::{Shared, Visitor};
use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures_util::{SinkExt, StreamExt};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout};

/// How long a session may take to show its token.
const AUTHENTICATE: Duration = Duration::from_secs(5);
/// How long one message may take to be sent to a browser that reads.
const SEND: Duration = Duration::from_secs(20);
/// How often a silent browser is asked whether it is still there.
const PING: Duration = Duration::from_secs(20);

/// Close codes of our own; the UI branches on them.
const WRONG_TOKEN: u16 = 4401;
const TOO_FAST: u16 = 4429;
const GOING: u16 = 1001;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct First {
    token: String,
}

pub(crate) async fn carry(mut socket: WebSocket, address: IpAddr, seat: Seat, shared: Arc<Shared>) {
    if !authenticate(&mut socket, &shared).await {
        shared.gatekeeper.wrong_token(address, Instant::now());
        close(
            &mut socket,
            WRONG_TOKEN,
            "Open the page again from its full address.",
        )
        .await;
        return;
    }
    let (to_runtime, incoming) = mpsc::channel(64);
    let (outgoing, mut from_runtime) = mpsc::channel::<String>(shared.limits.waiting);
    if shared
        .visitors
        .send(Visitor {
            address,
            incoming,
            outgoing,
        })
        .await
        .is_err()
    {
        close(&mut socket, GOING, "The door is closing.").await;
        return;
    }
    let mut rate = Rate::new(shared.limits.per_second, Instant::now());
    let mut closing = shared.closing.clone();
    let (mut sink, mut stream) = socket.split();
    let mut heard = Instant::now();
    let mut ping = tokio::time::interval_at(Instant::now() + PING, PING);
    let farewell = loop {
        tokio::select! {
            message = stream.next() => {
                heard = Instant::now();
                match message {
                    Some(Ok(Message::Text(text))) => {
                        if !rate.allows(heard) {
                            break Some((TOO_FAST, "Too many messages at once. Wait a little."));
                        }
                        if to_runtime.send(text.as_str().to_owned()).await.is_err() { break Some((GOING, "Closed.")); }
                    }
                    Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                    _ => break None,
                }
            }
            message = from_runtime.recv() => match message {
                Some(text) => {
                    let sent = timeout(SEND, sink.send(Message::Text(text.into()))).await;
                    if !matches!(sent, Ok(Ok(()))) { break None; }
                }
                None => break Some((GOING, "Closed.")),
            },
            _ = ping.tick() => {
                if heard.elapsed() > 3 * PING { break None; }
                let sent = timeout(SEND, sink.send(Message::Ping(Vec::new().into()))).await;
                if !matches!(sent, Ok(Ok(()))) { break None; }
            }
            changed = closing.changed() => {
                if changed.is_err() { break Some((GOING, "The door is closed.")); }
            }
        }
    };
    if let Some((code, reason)) = farewell {
        let frame = CloseFrame {
            code,
            reason: reason.into(),
        };
        let _ = timeout(SEND, sink.send(Message::Close(Some(frame)))).await;
    }
    drop(seat);
}

async fn authenticate(socket: &mut WebSocket, shared: &Shared) -> bool {
    let Ok(Some(Ok(Message::Text(text)))) = timeout(AUTHENTICATE, socket.recv()).await else {
        return false;
    };
    // Hashes compare in constant time.
    serde_json::from_str::<First>(&text)
        .is_ok_and(|first| blake3::hash(first.token.as_bytes()) == shared.token)
}

async fn close(socket: &mut WebSocket, code: u16, reason: &'static str) {
    let frame = CloseFrame {
        code,
        reason: reason.into(),
    };
    let _ = timeout(SEND, socket.send(Message::Close(Some(frame)))).await;
}
