//! Tickets: one line of text that lets its holder join a board.
//!
//! The text is that of `iroh-tickets`: a prefix and base32 without padding, here `upshot…`. It
//! reads the same in upper case, which makes a smaller QR code (alphanumeric mode).
//!
//! A ticket holds: the board, the device to ask and its addresses, the invitation's secret and its
//! chain of certificates (see [`crate::credential`]), which carry role and expiry, and maybe a
//! title. From the board's creator that is about 250 characters.

use std::{fmt, str::FromStr};

use crate::{
    address::PeerAddr,
    chain::{Certificate, Chain, MAX_CHAIN, read_key},
    credential::{BoardId, Credential, InvitationId, Role, Secret},
    wire::{Malformed, Reader, put_text},
};

/// The longest ticket text, in characters: eight certificates, four addresses, a relay, a title.
pub const MAX_TICKET: usize = 3000;

/// The longest title in a ticket or announced nearby, in bytes.
pub const MAX_TITLE: usize = 80;

const VERSION: u8 = 1;

/// An invitation to a board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    board: BoardId,
    title: Option<Title>,
    host: PeerAddr,
    chain: Chain,
    secret: Secret,
}

/// A board's title as shown before joining: 1 to [`MAX_TITLE`] bytes, no control characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Title(String);

impl Title {
    /// Makes a title of any text, shortened where needed; `None` if nothing is left.
    #[must_use]
    pub fn shortened(text: &str) -> Option<Self> {
        let mut title: String = text
            .chars()
            .filter(|c| !c.is_control())
            .take(MAX_TITLE)
            .collect();
        while title.len() > MAX_TITLE {
            title.pop();
        }
        title.parse().ok()
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Title {
    type Err = TitleError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let printable = !text.chars().any(char::is_control);
        if printable && (1..=MAX_TITLE).contains(&text.len()) {
            Ok(Self(text.into()))
        } else {
            Err(TitleError)
        }
    }
}

/// A title is empty, too long, or holds control characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a title has 1 to 80 bytes and no control characters")]
pub struct TitleError;

/// Why a text is not a ticket that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TicketError {
    /// The text is something else.
    #[error(
        "this is not a ticket; one starts with “upshot”. Ask for it again, or copy the whole line"
    )]
    NotATicket,
    /// Longer than any ticket.
    #[error("this is too long for a ticket; copy its one line alone")]
    TooLong,
    /// Cut off or mistyped.
    #[error("the ticket is damaged; copy the whole line again")]
    Damaged,
    /// Made by a later version.
    #[error("the ticket was made by a newer version of Upshot; update to join")]
    NewerVersion,
}

impl Ticket {
    pub(crate) fn new(
        board: BoardId,
        title: Option<Title>,
        host: PeerAddr,
        chain: Chain,
        secret: Secret,
    ) -> Self {
        Self {
            board,
            title,
            host,
            chain,
            secret,
        }
    }

    /// The board.
    #[must_use]
    pub fn board(&self) -> &BoardId {
        &self.board
    }

    /// What its holder may do.
    #[must_use]
    pub fn role(&self) -> Role {
        self.chain.role()
    }

    /// From when on it lets nobody in: Unix milliseconds.
    #[must_use]
    pub fn expires_ms(&self) -> u64 {
        self.chain.expires_ms()
    }

    /// The board's title, where the ticket tells it. The inviting person's words.
    #[must_use]
    pub fn title(&self) -> Option<&str> {
        self.title.as_ref().map(Title::as_str)
    }

    /// The device to ask.
    #[must_use]
    pub fn host(&self) -> &PeerAddr {
        &self.host
    }

    /// The name under which a facilitator closes or revokes it.
    #[must_use]
    pub fn invitation(&self) -> InvitationId {
        self.chain.holder()
    }

    /// What a device holds that has only this ticket.
    #[must_use]
    pub fn credential(&self) -> Credential {
        Credential::of_invitation(self.board.clone(), self.chain.clone(), self.secret.clone())
    }

    fn to_bytes(&self) -> Vec<u8> {
        let mut out = vec![VERSION];
        put_text(&mut out, self.board.as_str());
        put_text(&mut out, self.title().unwrap_or_default());
        out.extend_from_slice(self.host.id().as_bytes());
        self.host.put_places(&mut out);
        // Usually the creator invites, and its id need not stand there twice.
        let host_is_root = self.host.id() == self.chain.root;
        out.push(u8::from(host_is_root));
        if !host_is_root {
            out.extend_from_slice(self.chain.root.as_bytes());
        }
        out.extend_from_slice(&self.secret.0);
        out.push(u8::try_from(self.chain.certificates.len()).unwrap_or(u8::MAX));
        if let Some((last, earlier)) = self.chain.certificates.split_last() {
            earlier
                .iter()
                .for_each(|certificate| certificate.put(&mut out));
            last.put_without_subject(&mut out);
        }
        out
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, TicketError> {
        match bytes.first() {
            Some(&VERSION) => Self::read(bytes).map_err(|_| TicketError::Damaged),
            Some(version) if *version > VERSION => Err(TicketError::NewerVersion),
            _ => Err(TicketError::Damaged),
        }
    }

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        reader.u8()?;
        let board = BoardId::read(&mut reader)?;
        let title = match reader.text()? {
            "" => None,
            text => Some(text.parse().map_err(|_| Malformed)?),
        };
        let host = read_key(&mut reader)?;
        let host = PeerAddr::read_places(host, &mut reader)?;
        let root = if reader.flag()? {
            host.id()
        } else {
            read_key(&mut reader).and_then(|root| {
                if root == host.id() {
                    Err(Malformed)
                } else {
                    Ok(root)
                }
            })?
        };
        let secret = Secret(reader.array()?);
        let count = usize::from(reader.u8()?);
        if !(1..=MAX_CHAIN).contains(&count) {
            return Err(Malformed);
        }
        let mut certificates = (1..count)
            .map(|_| Certificate::read(&mut reader))
            .collect::<Result<Vec<_>, _>>()?;
        certificates.push(Certificate::read_without_subject(
            secret.key().public(),
            &mut reader,
        )?);
        reader.end()?;
        let chain = Chain { root, certificates };
        // The signatures are also the checksum: a mistyped ticket is found here, not at the door.
        if !chain.is_signed(&board) {
            return Err(Malformed);
        }
        Ok(Self {
            board,
            title,
            host,
            chain,
            secret,
        })
    }
}

/// The ticket as one line of lower-case text.
impl fmt::Display for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&iroh_tickets::Ticket::encode_string(&Text(self.to_bytes())))
    }
}

impl FromStr for Ticket {
    type Err = TicketError;

    /// Reads the text in either case, with white space around it.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.len() > MAX_TICKET {
            return Err(TicketError::TooLong);
        }
        let text = text.to_ascii_lowercase();
        let body = text
            .strip_prefix(<Text as iroh_tickets::Ticket>::KIND)
            .ok_or(TicketError::NotATicket)?;
        if body.is_empty()
            || !body
                .bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'))
        {
            return Err(TicketError::NotATicket);
        }
        let Text(bytes) =
            iroh_tickets::Ticket::decode_string(&text).map_err(|_| TicketError::Damaged)?;
        Self::from_bytes(&bytes)
    }
}

/// `iroh-tickets` does the text; the content has narrower errors than that trait can tell.
struct Text(Vec<u8>);

impl iroh_tickets::Ticket for Text {
    const KIND: &'static str = "upshot";

    fn encode_bytes(&self) -> Vec<u8> {
        self.0.clone()
    }

    fn decode_bytes(bytes: &[u8]) -> Result<Self, iroh_tickets::ParseError> {
        Ok(Self(bytes.to_vec()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::net::SocketAddr;

    use iroh::SecretKey;
    use proptest::prelude::*;

    use super::*;

    fn ticket(
        board: &str,
        title: Option<&str>,
        role: Role,
        addrs: Vec<SocketAddr>,
        through_member: bool,
    ) -> Ticket {
        let creator = SecretKey::from_bytes(&[1; 32]);
        let member = SecretKey::from_bytes(&[2; 32]);
        let board: BoardId = board.parse().unwrap();
        let mut credential = Credential::for_new_board(board.clone(), creator.public());
        let mut inviter = creator.clone();
        if through_member {
            let invitation = credential
                .invite(&creator, Role::Facilitate, 5, &Secret([3; 16]))
                .unwrap();
            let chain = credential
                .admit(&creator, member.public(), &invitation)
                .unwrap();
            credential = Credential::of_device(board.clone(), chain);
            inviter = member;
        }
        let secret = Secret([7; 16]);
        let chain = credential
            .invite(&inviter, role, 1_800_000_000_000, &secret)
            .unwrap();
        let host = PeerAddr::new(inviter.public(), addrs);
        Ticket::new(board, title.and_then(Title::shortened), host, chain, secret)
    }

    fn usual() -> Ticket {
        ticket(
            "0123456789abcdef",
            None,
            Role::TakePart,
            vec!["192.168.178.23:40112".parse().unwrap()],
            false,
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn round_trips(
            board in "[a-zé0-9]{1,16}",
            title in prop::option::of("[a-z 🎉]{0,100}"),
            role in prop_oneof![Just(Role::LookOn), Just(Role::TakePart), Just(Role::Facilitate)],
            addrs in prop::collection::vec(any::<SocketAddr>(), 0..6),
            through_member in any::<bool>(),
            upper in any::<bool>(),
        ) {
            // Flow labels and scopes of IPv6 addresses mean nothing to another device.
            let addrs = addrs.into_iter().map(|addr| SocketAddr::new(addr.ip(), addr.port())).collect();
            let ticket = ticket(&board, title.as_deref(), role, addrs, through_member);
            let mut text = ticket.to_string();
            prop_assert!(text.len() <= MAX_TICKET);
            if upper {
                text.make_ascii_uppercase();
            }
            prop_assert_eq!(text.parse::<Ticket>(), Ok(ticket));
        }

        #[test]
        fn hostile_texts_give_an_error(text in prop_oneof![
            "\\PC{0,200}",
            "upshot[a-z2-7]{0,400}",
            "(?i)upshot[ -~]{0,400}",
        ]) {
            prop_assert!(text.parse::<Ticket>().is_err());
        }

        #[test]
        fn hostile_bytes_give_an_error_or_read_back_the_same(
            at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in prop::option::of(any::<prop::sample::Index>()),
        ) {
            let mut bytes = usual().to_bytes();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len()));
            }
            if let Ok(ticket) = Ticket::from_bytes(&bytes) {
                prop_assert_eq!(ticket.to_bytes(), bytes);
            }
        }
    }

    #[test]
    fn errors_are_narrow() {
        let text = usual().to_string();
        let parse = |text: &str| text.parse::<Ticket>();
        assert_eq!(parse(""), Err(TicketError::NotATicket));
        assert_eq!(parse("upshot"), Err(TicketError::NotATicket));
        assert_eq!(parse("https://example.org/"), Err(TicketError::NotATicket));
        assert_eq!(parse(&text[..text.len() - 8]), Err(TicketError::Damaged));
        assert_eq!(
            parse(&format!("{text}{}", "a".repeat(MAX_TICKET))),
            Err(TicketError::TooLong)
        );
        assert_eq!(parse(&format!("  {text}\n")), Ok(usual()));
        let mut newer = usual().to_bytes();
        newer[0] = 2;
        assert_eq!(Ticket::from_bytes(&newer), Err(TicketError::NewerVersion));
    }

    #[test]
    fn a_mistyped_role_or_expiry_is_found() {
        let mut bytes = usual().to_bytes();
        let terms = bytes.len() - 64 - 1 - 8 - 1;
        assert_eq!(bytes[terms], Role::TakePart as u8);
        bytes[terms] = Role::Facilitate as u8;
        assert_eq!(Ticket::from_bytes(&bytes), Err(TicketError::Damaged));
        bytes[terms] = Role::TakePart as u8;
        bytes[terms + 1] = 0xff;
        assert_eq!(Ticket::from_bytes(&bytes), Err(TicketError::Damaged));
    }

    #[test]
    fn the_usual_ticket_fits_a_qr_code_that_a_camera_reads() {
        // QR version 10 in alphanumeric mode at error correction M holds 311 characters.
        assert!(
            usual().to_string().len() <= 311,
            "{}",
            usual().to_string().len()
        );
        assert!(format!("{:?}", usual()).contains("Secret(…)"));
    }
}
