//! Coming in, coming back, and being kept out.

use std::sync::atomic::Ordering;

use super::*;
use crate::{CloseCode, ClosedBy, InviteError, JoinError, NEVER, PeerAddr, credential::Secret};

fn refused(result: Result<Peer, JoinError>) -> CloseCode {
    match result {
        Err(JoinError::Refused(Closed {
            by: ClosedBy::Them,
            code: Some(code),
            reason,
        })) => {
            assert!(!reason.is_empty());
            code
        }
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[tokio::test]
async fn a_ticket_gives_its_role() {
    let mut host = Node::creator(1).await;
    for (key, role) in [
        (2, Role::LookOn),
        (3, Role::TakePart),
        (4, Role::Facilitate),
    ] {
        let mut guest = Node::new(key).await;
        let ticket: Ticket = host.invite(role).to_string().parse().unwrap();
        let to_host = guest.join(&ticket).await;
        let to_guest = host.connected().await;
        assert_eq!((to_host.role(), to_guest.role()), (Role::Facilitate, role));
        assert_eq!(
            (to_host.device(), to_guest.device()),
            (host.link.device(), guest.link.device())
        );
        assert_eq!((to_host.dialled(), to_guest.dialled()), (true, false));
        assert_eq!((to_host.board(), to_guest.board()), (&board(), &board()));
        assert_eq!(
            (to_host.came_by(), to_guest.came_by()),
            (None, Some(ticket.invitation()))
        );
        converse(&mut host, &to_guest, &mut guest, &to_host).await;

        let held = guest.held.credential(&board()).unwrap();
        assert_eq!((held.role(), held.expires_ms()), (role, NEVER));
        to_host.close(CloseCode::Left, "the workshop is over");
        let seen = host.closed().await;
        assert_eq!(
            (seen.by, seen.code, seen.reason.as_str()),
            (
                ClosedBy::Them,
                Some(CloseCode::Left),
                "the workshop is over"
            )
        );
        assert_eq!(guest.closed().await.by, ClosedBy::Us);
        assert_eq!(
            to_host.send(Lane::Sync, Bytes::from_static(b"late")),
            Err(crate::SendError::Closed)
        );
    }
}

#[tokio::test]
async fn only_some_roles_invite() {
    let mut host = Node::creator(1).await;
    let mut guest = Node::new(2).await;
    guest.join(&host.invite(Role::LookOn)).await;
    host.connected().await;
    let invite = |role| {
        guest
            .link
            .invite(&board(), role, START + HOUR, None)
            .map(|_| ())
    };
    assert_eq!(invite(Role::LookOn), Err(InviteError::NotAllowed));
    assert_eq!(
        guest
            .link
            .invite(&"other".parse().unwrap(), Role::LookOn, NEVER, None),
        Err(InviteError::NotShared)
    );
}

#[tokio::test]
async fn a_wrong_secret_and_an_unknown_board_are_refused_alike() {
    let host = Node::creator(1).await;
    let guest = Node::new(2).await;
    let good = host.invite(Role::TakePart);
    // All of the ticket is right but its secret: the guest's own root has signed for that.
    let secret = Secret([9; 16]);
    let forge = |board: BoardId| {
        let own = Credential::for_new_board(board.clone(), guest.link.device());
        let chain = own
            .invite(&guest.key, Role::Facilitate, NEVER, &secret)
            .unwrap();
        let chain = crate::chain::Chain {
            root: host.link.device(),
            ..chain
        };
        Ticket::new(board, None, good.host().clone(), chain, secret.clone())
    };
    assert_eq!(
        refused(guest.link.join(&forge(board())).await),
        CloseCode::Refused
    );
    assert_eq!(
        refused(guest.link.join(&forge("other".parse().unwrap())).await),
        CloseCode::Refused
    );
    host.saw_nothing_more().await;
    guest.saw_nothing_more().await;
}

#[tokio::test]
async fn a_look_on_secret_cannot_prove_take_part() {
    let host = Node::creator(1).await;
    let guest = Node::new(2).await;
    let ticket = host.invite(Role::LookOn);
    let credential = ticket.credential();
    let mut chain = credential.chain().clone();
    chain.certificates[0].role = Role::TakePart;
    let secret = credential.secret().unwrap().clone();
    let risen = Ticket::new(board(), None, ticket.host().clone(), chain, secret);
    assert_eq!(risen.role(), Role::TakePart);
    assert_eq!(refused(guest.link.join(&risen).await), CloseCode::Refused);
    host.saw_nothing_more().await;
}

#[tokio::test]
async fn r13_an_expired_ticket_is_refused_by_both_ends() {
    let host = Node::creator(1).await;
    let guest = Node::new(2).await;
    let ticket = host.invite(Role::TakePart);
    host.clock.store(START + HOUR, Ordering::SeqCst);
    // The guest's clock is behind.
    assert_eq!(refused(guest.link.join(&ticket).await), CloseCode::Expired);
    guest.clock.store(START + HOUR, Ordering::SeqCst);
    assert_eq!(
        guest.link.join(&ticket).await.map(|_| ()),
        Err(JoinError::Expired)
    );
    host.saw_nothing_more().await;
}

#[tokio::test]
async fn r13_a_closed_invitation_lets_nobody_in_and_keeps_its_guests() {
    let mut host = Node::creator(1).await;
    let mut guest = Node::new(2).await;
    let late = Node::new(3).await;
    let ticket = host.invite(Role::TakePart);
    let to_host = guest.join(&ticket).await;
    host.connected().await;
    host.held.say(ticket.invitation(), Standing::Closed);
    host.link.recheck(&board());
    assert_eq!(refused(late.link.join(&ticket).await), CloseCode::Revoked);
    assert!(!to_host.is_closed());
    to_host.close(CloseCode::Left, "");
    host.closed().await;
    guest.closed().await;
    // The ticket is closed; the member comes back as a member, even with it in hand.
    guest.link.join(&ticket).await.unwrap();
    assert_eq!(host.connected().await.role(), Role::TakePart);
}

#[tokio::test]
async fn r13_revoking_drops_live_peers_at_once_and_keeps_them_out() {
    let mut host = Node::creator(1).await;
    let mut by_ticket = Node::new(2).await;
    let mut by_device = Node::new(3).await;
    let mut stays = Node::new(4).await;
    let (leaked, sound) = (host.invite(Role::TakePart), host.invite(Role::TakePart));
    by_ticket.join(&leaked).await;
    host.connected().await;
    by_device.join(&sound).await;
    host.connected().await;
    let staying = stays.join(&sound).await;
    host.connected().await;

    host.held.say(leaked.invitation(), Standing::Revoked);
    host.held.say(by_device.link.device(), Standing::Revoked);
    host.link.recheck(&board());
    for node in [&mut by_ticket, &mut by_device] {
        let end = node.closed().await;
        assert_eq!(
            (end.by, end.code),
            (ClosedBy::Them, Some(CloseCode::Revoked))
        );
        assert_eq!(host.closed().await.by, ClosedBy::Us);
        let back = node.link.dial(&board(), &host.link.address()).await;
        assert_eq!(refused(back), CloseCode::Revoked);
    }
    // Nor by the ticket it still has.
    by_device.held.keep(sound.credential());
    assert_eq!(
        refused(by_device.link.join(&sound).await),
        CloseCode::Revoked
    );
    assert!(!staying.is_closed());

    // The board is closed for peers: the rest goes too, and is not told more than that.
    host.held.credentials.lock().unwrap().clear();
    host.link.recheck(&board());
    assert_eq!(stays.closed().await.code, Some(CloseCode::Left));
    assert_eq!(
        refused(stays.link.dial(&board(), &host.link.address()).await),
        CloseCode::Refused
    );
}

#[tokio::test]
async fn members_reconnect_in_either_direction_long_after_the_ticket() {
    let mut host = Node::creator(1).await;
    let mut guest = Node::new(2).await;
    let to_host = guest.join(&host.invite(Role::TakePart)).await;
    let to_guest = host.connected().await;
    let address = PeerAddr::from_bytes(&to_guest.address().to_bytes()).unwrap();
    to_host.close(CloseCode::Left, "");
    host.closed().await;
    guest.closed().await;
    for node in [&host, &guest] {
        node.clock.store(START + 1000 * HOUR, Ordering::SeqCst);
    }
    let to_guest = host.link.dial(&board(), &address).await.unwrap();
    assert_eq!(host.connected().await.id(), to_guest.id());
    let to_host = guest.connected().await;
    assert_eq!(
        (to_host.role(), to_guest.role()),
        (Role::Facilitate, Role::TakePart)
    );
    converse(&mut host, &to_guest, &mut guest, &to_host).await;
    // While it is live, dialling again gives the same.
    assert_eq!(
        host.link.dial(&board(), &address).await.unwrap().id(),
        to_guest.id()
    );
}

#[tokio::test]
async fn peers_learnt_through_a_third_verify_each_other() {
    let mut host = Node::creator(1).await;
    let mut member = Node::new(2).await;
    let mut guest = Node::new(3).await;
    member.join(&host.invite(Role::TakePart)).await;
    host.connected().await;
    // The member lets a guest in while the creator is away, and is not taken for the creator.
    let ticket: Ticket = member.invite(Role::LookOn).to_string().parse().unwrap();
    let to_member = guest.join(&ticket).await;
    assert_eq!(to_member.role(), Role::TakePart);
    assert_eq!(member.connected().await.role(), Role::LookOn);

    let to_guest = host
        .link
        .dial(&board(), &guest.link.address())
        .await
        .unwrap();
    assert_eq!(to_guest.role(), Role::LookOn);
    assert_eq!(guest.connected().await.role(), Role::Facilitate);
}

#[tokio::test]
async fn a_host_that_may_not_let_in_still_verifies() {
    let mut host = Node::creator(1).await;
    let mut looking_on = Node::new(2).await;
    let mut guest = Node::new(3).await;
    looking_on.join(&host.invite(Role::LookOn)).await;
    host.connected().await;
    let ticket = host.invite(Role::TakePart);
    let elsewhere = Ticket::new(
        board(),
        None,
        looking_on.link.address(),
        ticket.credential().chain().clone(),
        ticket.credential().secret().unwrap().clone(),
    );
    assert_eq!(guest.join(&elsewhere).await.role(), Role::LookOn);
    assert_eq!(looking_on.connected().await.role(), Role::TakePart);
    // The guest holds its invitation only, and shows that when it is dialled.
    assert_eq!(guest.held.credential(&board()), Some(ticket.credential()));
    let to_guest = host
        .link
        .dial(&board(), &guest.link.address())
        .await
        .unwrap();
    assert_eq!(
        (to_guest.role(), to_guest.came_by()),
        (Role::TakePart, Some(ticket.invitation()))
    );
}

#[tokio::test]
async fn crossing_dials_leave_one_connection() {
    let mut host = Node::creator(1).await;
    let mut guest = Node::new(2).await;
    let to_host = guest.join(&host.invite(Role::TakePart)).await;
    host.connected().await;
    to_host.close(CloseCode::Left, "");
    host.closed().await;
    guest.closed().await;

    let (host_addr, guest_addr) = (host.link.address(), guest.link.address());
    let board = board();
    let (one, other) = tokio::join!(
        host.link.dial(&board, &guest_addr),
        guest.link.dial(&board, &host_addr)
    );
    assert!(one.is_ok() || other.is_ok());
    let host_dials = host.link.device() < guest.link.device();
    let settled = |node: &Node, dials: bool| {
        let peers = node.link.peers(&board);
        peers
            .iter()
            .filter(|peer| !peer.is_closed())
            .map(Peer::dialled)
            .eq([dials])
    };
    while !(settled(&host, host_dials) && settled(&guest, !host_dials)) {
        tokio::select! {
            event = host.events.recv() => assert!(event.is_some()),
            event = guest.events.recv() => assert!(event.is_some()),
        }
    }
}

#[tokio::test]
async fn a_peer_that_was_restarted_takes_its_own_place() {
    let mut host = Node::creator(1).await;
    let mut guest = Node::new(2).await;
    let old = guest.join(&host.invite(Role::TakePart)).await;
    let old_at_host = host.connected().await;
    // The same device, while the host has not noticed that the old process is gone.
    let again = Node::bind(
        [2; 32],
        Reach::Loopback,
        Limits::default(),
        Arc::clone(&guest.held),
    )
    .await;
    again
        .link
        .dial(&board(), &host.link.address())
        .await
        .unwrap();
    let (mut new_at_host, mut ended) = (None, None);
    while new_at_host.is_none() || ended.is_none() {
        match host.next().await {
            Event::PeerConnected { peer } => new_at_host = Some(peer.id()),
            Event::PeerClosed { peer, .. } => ended = Some(peer),
            other => panic!("unexpected {other:?}"),
        }
    }
    assert_eq!(ended, Some(old_at_host.id()));
    assert_eq!(guest.closed().await.code, Some(CloseCode::Superseded));
    assert!(old.is_closed());
    assert_eq!(host.link.peers(&board()).len(), 1);
}

#[tokio::test]
async fn closing_the_link_tells_the_peers() {
    let mut host = Node::creator(1).await;
    let mut guest = Node::new(2).await;
    guest.join(&host.invite(Role::TakePart)).await;
    host.connected().await;
    drop(host.link);
    let end = guest.closed().await;
    assert_eq!((end.by, end.code), (ClosedBy::Them, Some(CloseCode::Left)));
}

#[tokio::test]
async fn a_device_with_no_address_here_is_not_dialled() {
    let host = Node::creator(1).await;
    let elsewhere = PeerAddr::new(
        SecretKey::from_bytes(&[7; 32]).public(),
        ["8.8.8.8:53".parse().unwrap()],
    );
    assert_eq!(
        host.link.dial(&board(), &elsewhere).await.map(|_| ()),
        Err(JoinError::NotReachable)
    );
}

/// Others remember this device by its port: closing and binding anew, as after a change of the
/// network, must not change it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p6_a_link_bound_anew_keeps_its_port() {
    let bind = |port| async move {
        let config = Config {
            device_key: [7; 32],
            reach: Reach::Loopback,
            port,
            clock: Arc::new(|| START),
            limits: Limits::default(),
        };
        let (link, _events) = Link::bind(config, Arc::<Held>::default()).await.unwrap();
        let port = link.address().addrs().next().unwrap().port();
        (link, port)
    };
    let (mut link, port) = bind(0).await;
    for _ in 0..10 {
        link.close().await;
        assert_eq!(link.address().addrs().next(), None);
        // Somebody still has a handle to the one before.
        let (next, same) = bind(port).await;
        assert_eq!(same, port);
        link = next;
    }
}
