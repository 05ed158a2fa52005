//! Peers that do not keep to the protocol, speaking raw QUIC.

use iroh::{Endpoint, endpoint::Connection};

use super::*;
use crate::{
    CloseCode, ClosedBy, JoinError, PeerAddr,
    handshake::{self, ALPN, Binding, Hello, Identity, MAX_MESSAGE, Proof, Side},
    socket::{bind_endpoint, connect, published},
    ticket::Ticket,
};

async fn raw(key: u8, alpn: &[u8]) -> Endpoint {
    bind_endpoint(&Reach::Loopback, SecretKey::from_bytes(&[key; 32]), 0, alpn)
        .await
        .unwrap()
}

async fn dial(endpoint: &Endpoint, node: &Node) -> Connection {
    connect(
        endpoint,
        &node.link.address(),
        &Reach::Loopback,
        Duration::from_secs(10),
        ALPN,
    )
    .await
    .unwrap()
}

async fn closed_with(conn: &Connection) -> (CloseCode, String) {
    let end = Closed::from_error(&conn.closed().await);
    assert_eq!(end.by, ClosedBy::Them, "{end:?}");
    (end.code.unwrap(), end.reason)
}

/// Completes the handshake honestly; what follows is up to the test.
async fn admitted(
    endpoint: &Endpoint,
    node: &Node,
    ticket: &Ticket,
) -> (Connection, handshake::Established) {
    let conn = dial(endpoint, node).await;
    let identity = Identity {
        device: endpoint.secret_key().clone(),
        gate: Arc::new(Held::default()),
        clock: Arc::new(|| START),
        instance: 1,
    };
    let established = handshake::dial(&conn, &identity, &ticket.credential())
        .await
        .unwrap();
    (conn, established)
}

#[tokio::test]
async fn another_protocol_version_is_told_apart() {
    let guest = Node::creator(1).await;
    let newer = raw(9, b"upshot/2").await;
    let serving = tokio::spawn({
        let newer = newer.clone();
        async move {
            while let Some(incoming) = newer.accept().await {
                let _ = incoming.await;
            }
        }
    });
    let joined = guest
        .link
        .dial(&board(), &published(&newer, &Reach::Loopback))
        .await;
    assert_eq!(joined.map(|_| ()), Err(JoinError::OtherVersion));
    // And the other way round.
    let turned_away = connect(
        &newer,
        &guest.link.address(),
        &Reach::Loopback,
        Duration::from_secs(10),
        b"upshot/2",
    )
    .await;
    assert_eq!(turned_away.map(|_| ()), Err(JoinError::OtherVersion));
    newer.close().await;
    serving.await.unwrap();
}

#[tokio::test]
async fn a_garbled_hello_ends_the_connection_with_a_reason_and_nothing_else() {
    let host = Node::creator(1).await;
    let endpoint = raw(9, ALPN).await;
    for hello in [
        b"GET / HTTP/1.1\r\n\r\n".to_vec(),
        Vec::new(),
        vec![0xff; MAX_MESSAGE],
        vec![0; MAX_MESSAGE + 1],
    ] {
        let conn = dial(&endpoint, &host).await;
        let (mut send, _recv) = conn.open_bi().await.unwrap();
        let _ = send.write_all(&hello).await;
        let _ = send.finish();
        let (code, reason) = closed_with(&conn).await;
        assert_eq!(code, CloseCode::BrokeProtocol);
        assert!(!reason.is_empty());
    }
    host.saw_nothing_more().await;
}

#[tokio::test]
async fn a_hello_replayed_on_another_connection_is_refused() {
    let mut host = Node::creator(1).await;
    let ticket = host.invite(Role::TakePart);
    let endpoint = raw(9, ALPN).await;
    let first = dial(&endpoint, &host).await;
    let binding = Binding::new(&first, endpoint.id(), Side::Dialling).unwrap();
    let proof = Proof::make(&ticket.credential(), &binding, Side::Dialling);
    let hello = Hello {
        instance: 1,
        board: board(),
        proof,
    }
    .to_bytes();
    let second = dial(&endpoint, &host).await;
    for (conn, is_first) in [(&second, false), (&first, true)] {
        let (mut send, mut recv) = conn.open_bi().await.unwrap();
        send.write_all(&hello).await.unwrap();
        send.finish().unwrap();
        if is_first {
            // The very same bytes are good where they belong.
            assert!(recv.read_to_end(MAX_MESSAGE).await.is_ok());
            for lane in Lane::ALL {
                conn.open_bi()
                    .await
                    .unwrap()
                    .0
                    .write_all(&[lane.tag()])
                    .await
                    .unwrap();
            }
            assert_eq!(host.connected().await.role(), Role::TakePart);
        } else {
            assert_eq!(closed_with(conn).await.0, CloseCode::Refused);
        }
    }
}

#[tokio::test]
async fn broken_frames_end_the_connection_with_a_reason_and_nothing_else() {
    let mut host = Node::creator(1).await;
    let ticket = host.invite(Role::TakePart);
    let cases: [(Lane, &[u8], &str); 4] = [
        (
            Lane::Sync,
            b"GET / HTTP/1.1\r\n",
            "a frame of 1195725856 bytes, the limit is 1048640",
        ),
        (Lane::Sync, &[0, 0, 0, 0], "an empty frame"),
        (
            Lane::Sync,
            &[0, 16, 0, 65],
            "a frame of 1048641 bytes, the limit is 1048640",
        ),
        (
            Lane::Presence,
            &[0, 1, 0, 1],
            "a frame of 65537 bytes, the limit is 65536",
        ),
    ];
    for (key, (lane, bytes, reason)) in (9..).zip(cases) {
        let endpoint = raw(key, ALPN).await;
        let (conn, mut established) = admitted(&endpoint, &host, &ticket).await;
        host.connected().await;
        let (_, send, _) = established
            .lanes
            .iter_mut()
            .find(|(on, ..)| *on == lane)
            .unwrap();
        send.write_all(bytes).await.unwrap();
        assert_eq!(
            closed_with(&conn).await,
            (CloseCode::BrokeProtocol, reason.to_owned())
        );
        let end = host.closed().await;
        assert_eq!(
            (end.by, end.code),
            (ClosedBy::Us, Some(CloseCode::BrokeProtocol))
        );
    }
    host.saw_nothing_more().await;
}

#[tokio::test]
async fn ending_a_lane_or_opening_a_wrong_one_breaks_the_protocol() {
    let mut host = Node::creator(1).await;
    let ticket = host.invite(Role::TakePart);
    let endpoint = raw(9, ALPN).await;
    let (conn, mut established) = admitted(&endpoint, &host, &ticket).await;
    host.connected().await;
    established.lanes[0].1.finish().unwrap();
    assert_eq!(
        closed_with(&conn).await,
        (CloseCode::BrokeProtocol, "a lane was ended".to_owned())
    );
    host.closed().await;

    for tags in [[b'S', b'S'], [b'S', b'X']] {
        let conn = dial(&endpoint, &host).await;
        let binding = Binding::new(&conn, endpoint.id(), Side::Dialling).unwrap();
        let proof = Proof::make(&ticket.credential(), &binding, Side::Dialling);
        let (mut send, mut recv) = conn.open_bi().await.unwrap();
        send.write_all(
            &Hello {
                instance: 1,
                board: board(),
                proof,
            }
            .to_bytes(),
        )
        .await
        .unwrap();
        send.finish().unwrap();
        recv.read_to_end(MAX_MESSAGE).await.unwrap();
        for tag in tags {
            conn.open_bi()
                .await
                .unwrap()
                .0
                .write_all(&[tag])
                .await
                .unwrap();
        }
        assert_eq!(
            closed_with(&conn).await,
            (CloseCode::BrokeProtocol, "an unknown lane".to_owned())
        );
    }
    host.saw_nothing_more().await;
}

#[tokio::test]
async fn one_who_says_nothing_is_dropped() {
    let limits = Limits {
        handshake: Duration::from_secs(1),
        ..Limits::default()
    };
    let host = Node::with(1, Reach::Loopback, limits).await;
    let endpoint = raw(9, ALPN).await;
    let conn = dial(&endpoint, &host).await;
    assert_eq!(closed_with(&conn).await.0, CloseCode::TooSlow);
    host.saw_nothing_more().await;
}

#[tokio::test]
async fn one_address_cannot_take_all_pending_places() {
    let limits = Limits {
        pending_per_address: 2,
        handshake: Duration::from_secs(60),
        ..Limits::default()
    };
    let host = Node::with(1, Reach::Loopback, limits).await;
    let endpoint = raw(9, ALPN).await;
    let held = [dial(&endpoint, &host).await, dial(&endpoint, &host).await];
    let third = connect(
        &endpoint,
        &host.link.address(),
        &Reach::Loopback,
        Duration::from_secs(10),
        ALPN,
    )
    .await;
    assert_eq!(third.map(|_| ()), Err(JoinError::Busy));
    assert!(held.iter().all(|conn| conn.close_reason().is_none()));
}

#[tokio::test]
async fn an_impostor_at_the_hosts_address_is_not_taken_for_it() {
    // It listens under its own key, and then answers with nothing it could have signed.
    let creator = Node::creator(1).await;
    let impostor = Node::new(8).await;
    impostor
        .held
        .keep(Credential::for_new_board(board(), impostor.link.device()));
    let guest = Node::with(
        2,
        Reach::Loopback,
        Limits {
            connect: Duration::from_secs(2),
            ..Limits::default()
        },
    )
    .await;
    let ticket = creator.invite(Role::TakePart);
    let credential = ticket.credential();
    let at = |host: PeerAddr| {
        Ticket::new(
            board(),
            None,
            host,
            credential.chain().clone(),
            credential.secret().unwrap().clone(),
        )
    };
    // The address leads to the impostor, the id is the creator's: TLS finds out.
    let misled = at(PeerAddr::new(
        creator.link.device(),
        impostor.link.address().addrs(),
    ));
    assert!(guest.link.join(&misled).await.is_err());
    // The ticket was rewritten to name the impostor.
    let renamed = at(impostor.link.address());
    assert!(matches!(
        guest.link.join(&renamed).await,
        Err(JoinError::Refused(_))
    ));
    creator.saw_nothing_more().await;
    guest.saw_nothing_more().await;
}

#[tokio::test]
async fn a_host_that_is_no_member_is_refused_by_the_one_who_joins() {
    let creator = Node::creator(1).await;
    let guest = Node::new(2).await;
    let ticket = creator.invite(Role::TakePart);
    let impostor = raw(8, ALPN).await;
    let answering = tokio::spawn({
        let impostor = impostor.clone();
        async move {
            let conn = impostor.accept().await.unwrap().await.unwrap();
            let (mut send, mut recv) = conn.accept_bi().await.unwrap();
            recv.read_to_end(MAX_MESSAGE).await.unwrap();
            // It claims to be under the creator, with its own signature.
            let own = Credential::for_new_board(board(), impostor.id());
            let secret = crate::credential::Secret([1; 16]);
            let chain = own
                .invite(impostor.secret_key(), Role::TakePart, u64::MAX, &secret)
                .unwrap();
            let chain = own
                .admit(impostor.secret_key(), impostor.id(), &chain)
                .unwrap();
            let proof = Proof {
                chain,
                signature: None,
            };
            send.write_all(
                &handshake::Welcome {
                    instance: 1,
                    proof,
                    admission: None,
                }
                .to_bytes(),
            )
            .await
            .unwrap();
            send.finish().unwrap();
            closed_with(&conn).await.0
        }
    });
    let credential = ticket.credential();
    let renamed = Ticket::new(
        board(),
        None,
        published(&impostor, &Reach::Loopback),
        credential.chain().clone(),
        credential.secret().unwrap().clone(),
    );
    let end = guest.link.join(&renamed).await;
    assert!(
        matches!(&end, Err(JoinError::Refused(closed)) if closed.by == ClosedBy::Us),
        "{end:?}"
    );
    assert_eq!(answering.await.unwrap(), CloseCode::Refused);
    guest.saw_nothing_more().await;
}
