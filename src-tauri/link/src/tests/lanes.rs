//! Slow readers, and the lanes' independence.

use super::*;
use crate::SendError;

async fn pair() -> (Node, Peer, Node, Peer) {
    let mut host = Node::creator(1).await;
    let mut guest = Node::new(2).await;
    let to_host = guest.join(&host.invite(Role::TakePart)).await;
    let to_guest = host.connected().await;
    (host, to_guest, guest, to_host)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_presence_reader_misses_the_oldest_and_gets_the_newest() {
    let (_host, to_guest, mut guest, _to_host) = pair().await;
    // Far more than the queue, the streams' windows and the events hold together.
    let count = 20_000u32;
    for number in 0..count {
        let mut frame = number.to_be_bytes().to_vec();
        frame.resize(1000, 0);
        to_guest.send(Lane::Presence, frame.into()).unwrap();
    }
    let (mut seen, mut last) = (0, None);
    while last != Some(count - 1) {
        let (_, bytes) = guest.frame().await;
        let number = u32::from_be_bytes(*bytes.first_chunk().unwrap());
        assert!(last.is_none_or(|last| last < number), "the order is kept");
        (seen, last) = (seen + 1, Some(number));
    }
    assert!(seen < count, "some were dropped");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_sync_reader_makes_the_sender_wait_and_loses_nothing() {
    let (mut host, to_guest, mut guest, _to_host) = pair().await;
    let mut sent = 0u32;
    let refused = loop {
        let mut frame = sent.to_be_bytes().to_vec();
        frame.resize(1024 * 1024, 0);
        match to_guest.send(Lane::Sync, frame.into()) {
            Ok(()) => sent += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(refused, SendError::Full);
    for number in 0..sent {
        let (lane, bytes) = guest.frame().await;
        assert_eq!((lane, bytes.len()), (Lane::Sync, 1024 * 1024));
        assert_eq!(bytes.first_chunk(), Some(&number.to_be_bytes()));
    }
    assert!(matches!(host.next().await, Event::Drained { peer } if peer == to_guest.id()));
    to_guest
        .send(Lane::Sync, Bytes::from_static(b"again"))
        .unwrap();
    assert_eq!(guest.frame().await.1, Bytes::from_static(b"again"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn presence_overtakes_a_large_sync() {
    let (_host, to_guest, mut guest, _to_host) = pair().await;
    let large = Bytes::from(vec![7; 1024 * 1024]);
    for _ in 0..4 {
        to_guest.send(Lane::Sync, large.clone()).unwrap();
    }
    to_guest
        .send(Lane::Presence, Bytes::from_static(b"cursor"))
        .unwrap();
    let mut order = Vec::new();
    while order.len() < 5 {
        order.push(guest.frame().await.0);
    }
    assert_ne!(order.last(), Some(&Lane::Presence), "{order:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_that_does_not_read_holds_up_no_other() {
    let (mut host, to_slow, slow, _) = pair().await;
    let mut quick = Node::new(3).await;
    let to_host = quick.join(&host.invite(Role::TakePart)).await;
    let to_quick = host.connected().await;
    while to_slow
        .send(Lane::Sync, Bytes::from(vec![7; 1024 * 1024]))
        .is_ok()
    {}
    converse(&mut host, &to_quick, &mut quick, &to_host).await;
    drop(slow);
}
