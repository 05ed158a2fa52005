//! Members find each other, and keep out who was removed, whether or not the laptop that let them
//! in is there.

use super::*;
use bytes::Bytes;
use link::{CloseCode, ClosedBy, Credential, DeviceId, Event, Gate, Lane, Link, Standing};
use std::sync::Mutex;

/// Three laptops of which the first let in the others, and all are connected.
async fn three(role: Role) -> (Laptop, Laptop, Laptop, BoardId) {
    let (mut a, mut b, mut c) = (
        Laptop::new("A").await,
        Laptop::new("B").await,
        Laptop::new("C").await,
    );
    let board = a.new_board().await;
    b.join(a.ticket(board, role).await).await;
    c.join(a.ticket(board, Role::TakePart).await).await;
    a.meets(board, &["B", "C"]).await;
    b.meets(board, &["A", "C"]).await;
    c.meets(board, &["A", "B"]).await;
    (a, b, c, board)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p6_members_go_on_without_the_one_who_let_them_in_and_find_each_other_again() {
    let (a, mut b, mut c, board) = three(Role::TakePart).await;
    a.stop().await;
    b.meets(board, &["C"]).await;
    c.meets(board, &["B"]).await;
    b.rename(board, "without A").await;
    c.sees(board, "without A").await;

    // Both at once, so that neither is called by one who has known it all along.
    let (b_profile, c_profile) = (b.stop().await, c.stop().await);
    let (mut b, mut c) = (Laptop::open(b_profile).await, Laptop::open(c_profile).await);
    b.meets(board, &["C"]).await;
    c.meets(board, &["B"]).await;
    c.rename(board, "still without A").await;
    b.sees(board, "still without A").await;
    for laptop in [b, c] {
        laptop.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p7_r13_whom_the_creator_dismisses_every_member_refuses() {
    let (mut a, mut b, mut c, board) = three(Role::TakePart).await;
    let peers = a.meets(board, &["B", "C"]).await;
    a.dismiss(board, &peers, "C").await;
    a.meets(board, &["B"]).await;
    b.meets(board, &["A"]).await;
    c.meets(board, &[]).await;
    c.is_turned_away_by(board, &a).await;
    c.is_turned_away_by(board, &b).await;

    // B remembers, when A is not there to ask.
    a.stop().await;
    let b = b.restart().await;
    c.is_turned_away_by(board, &b).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p7_any_facilitator_dismisses_and_who_was_away_hears_of_it_later() {
    let (mut a, mut b, c, board) = three(Role::Facilitate).await;
    let mut d = Laptop::new("D").await;
    d.join(a.ticket(board, Role::TakePart).await).await;
    d.meets(board, &["A", "B", "C"]).await;
    let d_profile = d.stop().await;
    let peers = b.meets(board, &["A", "C"]).await;
    b.dismiss(board, &peers, "C").await;
    a.meets(board, &["B"]).await;
    c.is_turned_away_by(board, &a).await;
    b.stop().await;
    // From A, who heard it from B.
    let mut d = Laptop::open(d_profile).await;
    d.meets(board, &["A"]).await;
    let name = name(board);
    let c_device = c.shared().link().device();
    while d.shared().access.standing(&name, &c_device) != Standing::Revoked {
        tokio::task::yield_now().await;
    }
    c.is_turned_away_by(board, &d).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p7_tickets_that_were_closed_open_no_members_door() {
    let (mut a, b, c, board) = three(Role::TakePart).await;
    let ticket: link::Ticket = a
        .ticket(board, Role::TakePart)
        .await
        .parse()
        .expect("a ticket");
    a.home(HomeRequest::Revoke { board }).await;
    let name = name(board);
    for member in [&b, &c] {
        while member.shared().access.standing(&name, &ticket.invitation()) != Standing::Closed {
            tokio::task::yield_now().await;
        }
    }
    let stranger = Laptop::new("D").await;
    stranger.shared().access.admit(ticket.credential());
    for member in [&a, &b, &c] {
        stranger.is_turned_away_by(board, member).await;
    }
    // Those who came by it stay.
    assert_eq!(b.shared().link().peers(&name).len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p6_on_another_network_a_laptop_keeps_its_port_and_forgets_no_peer_in_between() {
    let (a, mut b, c, board) = three(Role::TakePart).await;
    let shared = b.shared();
    let place = shared.link().address();
    let (event, events) = mpsc::channel(1);
    event.send(Event::NetworkChanged).await.unwrap();
    // What the task that carries the link's events does then.
    crate::peers::carry(&shared, events, 0).await;
    b.meets(board, &[]).await;
    let new_events = shared.bind_again().await.unwrap();
    assert_eq!(shared.link().address(), place);
    drop(new_events);
    for laptop in [a, c] {
        laptop.stop().await;
    }
}

/// A member without the rest of Upshot, to say what Upshot does not.
#[derive(Default)]
struct Hostile(Mutex<Option<Credential>>);

impl Gate for Hostile {
    fn credential(&self, _: &link::BoardId) -> Option<Credential> {
        self.0.lock().unwrap().clone()
    }

    fn standing(&self, _: &link::BoardId, _: &DeviceId) -> Standing {
        Standing::Good
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn p2_p7_a_member_who_takes_part_dismisses_nobody() {
    let (mut a, b, c, board) = three(Role::TakePart).await;
    let (name, ticket) = (name(board), a.ticket(board, Role::TakePart).await);
    let gate = Arc::new(Hostile::default());
    let config = link::Config {
        device_key: link::new_device_key(),
        reach: link::Reach::Loopback,
        port: 0,
        clock: Arc::new(|| crate::clock::unix_ms().unsigned_abs()),
        limits: link::Limits::default(),
    };
    let (link, mut events) = Link::bind(config, Arc::clone(&gate) as Arc<dyn Gate>)
        .await
        .unwrap();
    let ticket: link::Ticket = ticket.parse().unwrap();
    let joined = link.join(&ticket).await.unwrap();
    // It may not sign one; so it changes whom the creator's is about.
    let Some(Event::Admitted { credential }) = events.recv().await else {
        panic!("a member gets a certificate");
    };
    *gate.0.lock().unwrap() = Some(credential);
    let victim = c.shared().link().device();
    assert_eq!(link.revocation(&name, victim, Standing::Revoked), None);
    let other = link::device_id(&link::new_device_key());
    let signed = a
        .shared()
        .link()
        .revocation(&name, other, Standing::Revoked)
        .unwrap();
    let creator = a.shared().access.held(&name.to_string()).unwrap();
    let mut alone = link::Directory::new(&creator);
    let mut frame = alone.revoke(signed, 0).frames.concat();
    frame[1..33].copy_from_slice(victim.as_bytes());
    let before = a.shared().access.directory(name.as_str(), Clone::clone);
    joined.send(Lane::Members, Bytes::from(frame)).unwrap();
    let reason = loop {
        match events.recv().await {
            Some(Event::PeerClosed { peer, reason }) if peer == joined.id() => break reason,
            Some(_) => {}
            None => panic!("the link is open"),
        }
    };
    assert_eq!(
        (reason.by, reason.code),
        (ClosedBy::Them, Some(CloseCode::BrokeProtocol))
    );
    let after = a.shared().access.directory(name.as_str(), Clone::clone);
    assert_eq!(before, after);
    for laptop in [&a, &b] {
        let standing = laptop.shared().access.standing(&name, &victim);
        assert_eq!(standing, Standing::Good);
    }
}
