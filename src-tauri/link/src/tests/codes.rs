//! The spoken code over loopback addresses.

use super::*;
use crate::{PeerAddr, RedeemError, SpokenCode, Title, words::WORDS};

/// Another word, so a wrong code whatever its digits.
fn wrong(code: SpokenCode) -> SpokenCode {
    let text = code.to_string();
    let word = WORDS.iter().find(|word| !text.starts_with(**word)).unwrap();
    format!("{word} 0000").parse().unwrap()
}

/// By one who does not wait long where nobody listens any more.
async fn try_again(addr: &PeerAddr, code: SpokenCode) -> Result<Ticket, RedeemError> {
    let limits = Limits {
        connect: Duration::from_millis(500),
        ..Limits::default()
    };
    let late = Node::with(7, Reach::Loopback, limits).await;
    late.link.redeem(addr, &code).await
}

#[tokio::test]
async fn a_spoken_code_gives_the_ticket_to_many() {
    let mut host = Node::creator(1).await;
    let ticket = host.invite(Role::TakePart);
    let open = host
        .link
        .open_code(&ticket, Title::shortened("Release 4.2").as_ref())
        .await
        .unwrap();
    assert_ne!(
        open.addr().id(),
        host.link.device(),
        "an id for the occasion"
    );
    let mut guests = Vec::new();
    for key in [2, 3] {
        let mut guest = Node::new(key).await;
        let typed: SpokenCode = open.code().to_string().to_uppercase().parse().unwrap();
        let redeemed = guest.link.redeem(open.addr(), &typed).await.unwrap();
        assert_eq!(redeemed, ticket);
        guest.join(&redeemed).await;
        assert_eq!(host.connected().await.role(), Role::TakePart);
        guests.push(guest);
    }
}

#[tokio::test]
async fn p4_three_wrong_tries_close_the_code() {
    let mut host = Node::creator(1).await;
    let guest = Node::new(2).await;
    let ticket = host.invite(Role::TakePart);
    let open = host.link.open_code(&ticket, None).await.unwrap();
    let code = wrong(open.code());
    assert_eq!(
        guest.link.redeem(open.addr(), &code).await,
        Err(RedeemError::WrongCode)
    );
    // A right one in between does not make the wrong ones undone.
    assert_eq!(
        guest.link.redeem(open.addr(), &open.code()).await,
        Ok(ticket.clone())
    );
    assert_eq!(
        guest.link.redeem(open.addr(), &code).await,
        Err(RedeemError::WrongCode)
    );
    assert_eq!(
        guest.link.redeem(open.addr(), &code).await,
        Err(RedeemError::CodeClosed)
    );
    assert!(
        matches!(host.next().await, Event::CodeClosed { invitation } if invitation == ticket.invitation())
    );
    assert!(try_again(open.addr(), open.code()).await.is_err());
    // The ticket itself is as good as before.
    guest.held.keep(ticket.credential());
    guest.link.join(&ticket).await.unwrap();
}

#[tokio::test]
async fn many_tries_at_once_are_still_three() {
    let mut host = Node::creator(1).await;
    let guest = Node::new(2).await;
    let ticket = host.invite(Role::TakePart);
    let open = host.link.open_code(&ticket, None).await.unwrap();
    let code = wrong(open.code());
    let tries =
        futures_util::future::join_all((0..6).map(|_| guest.link.redeem(open.addr(), &code))).await;
    assert!(tries.iter().all(Result::is_err));
    let wrong = tries
        .iter()
        .filter(|tried| **tried == Err(RedeemError::WrongCode))
        .count();
    assert_eq!(wrong, 2, "{tries:?}");
    assert!(matches!(host.next().await, Event::CodeClosed { .. }));
    assert!(try_again(open.addr(), open.code()).await.is_err());
}

#[tokio::test]
async fn a_closed_code_is_closed() {
    let host = Node::creator(1).await;
    let open = host
        .link
        .open_code(&host.invite(Role::LookOn), None)
        .await
        .unwrap();
    let (addr, code) = (open.addr().clone(), open.code());
    open.close().await;
    assert!(try_again(&addr, code).await.is_err());
    host.saw_nothing_more().await;
}

#[tokio::test]
async fn garbage_at_the_code_is_not_a_try() {
    let host = Node::creator(1).await;
    let guest = Node::new(2).await;
    let ticket = host.invite(Role::LookOn);
    let open = host.link.open_code(&ticket, None).await.unwrap();
    let endpoint = crate::socket::bind_endpoint(&Reach::Loopback, SecretKey::generate(), 0, b"x")
        .await
        .unwrap();
    for _ in 0..4 {
        let limit = Duration::from_secs(10);
        let conn = crate::socket::connect(
            &endpoint,
            open.addr(),
            &Reach::Loopback,
            limit,
            b"upshot-code/1",
        )
        .await
        .unwrap();
        let (mut send, _recv) = conn.open_bi().await.unwrap();
        send.write_all(&[0x41; 33]).await.unwrap();
        send.finish().unwrap();
        let end = Closed::from_error(&conn.closed().await);
        assert_eq!(end.code, Some(crate::CloseCode::BrokeProtocol));
    }
    assert_eq!(
        guest.link.redeem(open.addr(), &open.code()).await,
        Ok(ticket)
    );
}
