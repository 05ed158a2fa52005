//! Who may do what on a board, provable to any member without asking anyone.
//!
//! **The root** of a board is the key of the device that created it. It signs *certificates*:
//! "the holder of this key has this role until then". A certificate's holder may sign further ones
//! of its own role or below, so that any member who takes part can let in others while the
//! facilitator is away. A proof is the chain of certificates from the root to a key, together with
//! the evidence that one has that key. Verifying needs public keys only, so:
//!
//! * a lower role cannot prove a higher one to anybody: it would have to forge a signature;
//! * any two members can verify each other, in either direction, without having met before, which
//!   is how peers learnt through a third connect;
//! * an expiry stands inside what is signed, so nobody can stretch it.
//!
//! Keys are of two kinds, and this is what makes a ticket expire and a membership last:
//!
//! * **An invitation's** key comes from the secret in its ticket. Its certificate expires. Whoever
//!   has the ticket proves it by signing the connection's keying material, never by sending it.
//! * **A device's** key is its connection identity, proven by TLS on every connection. The member
//!   who lets a newcomer in signs the newcomer's device a certificate, without expiry, that names
//!   the invitation it came by. From then on the ticket is no longer needed.
//!
//! **Revoking** is a set of keys that are no longer good, which the runtime shares between members
//! and the [`Gate`](crate::Gate) answers from. Closing an invitation stops newcomers; revoking it
//! removes all who came by it too; revoking a device removes it and all whom it let in. (One who
//! was removed may still hold an open invitation: close that as well.) The root cannot be revoked.
//!
//! The idea of role keys that attenuate without a server is that of SPKI (RFC 2693) and macaroons.

use std::{fmt, str::FromStr, sync::Arc};

use iroh::{PublicKey, SecretKey};

use crate::{
    chain::{Certificate, Chain, MAX_CHAIN},
    wire::{Malformed, Reader, put_text},
};

/// A device, by its public key, which is also the key of its connections.
pub type DeviceId = PublicKey;

/// An invitation, by its public key.
pub type InvitationId = PublicKey;

/// Never: the expiry of a device's membership.
pub const NEVER: u64 = u64::MAX;

const INVITATION_KEY_CONTEXT: &str = "upshot/1 invitation key";

/// What a peer may do on a board. Ordered: each role may do all that a lower one may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Role {
    /// Sees the board; what it sends is not applied by anyone.
    LookOn = 1,
    /// Writes on the board, and may let others in.
    TakePart = 2,
    /// Also leads the phases, and may let in other facilitators.
    Facilitate = 3,
}

impl Role {
    pub(crate) fn from_byte(byte: u8) -> Result<Self, Malformed> {
        [Self::LookOn, Self::TakePart, Self::Facilitate]
            .into_iter()
            .find(|role| *role as u8 == byte)
            .ok_or(Malformed)
    }
}

/// A board, by 1 to 32 bytes of text that mean nothing here.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BoardId(Arc<str>);

impl BoardId {
    /// The longest id in bytes.
    pub const MAX: usize = 32;

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        reader.text()?.parse().map_err(|_| Malformed)
    }
}

impl FromStr for BoardId {
    type Err = BoardIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if (1..=Self::MAX).contains(&text.len()) {
            Ok(Self(text.into()))
        } else {
            Err(BoardIdError(text.len()))
        }
    }
}

impl fmt::Display for BoardId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for BoardId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

/// A board's id is empty or too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a board's id has 1 to 32 bytes, not {0}")]
pub struct BoardIdError(usize);

/// What the facilitators have said of an invitation or a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Standing {
    /// Nothing.
    #[default]
    Good,
    /// An invitation that lets nobody in any more; those who came by it stay.
    Closed,
    /// An invitation or device that is out, with all who came by it.
    Revoked,
}

/// The 128 random bits of a ticket. Its `Debug` shows nothing of them.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(pub(crate) [u8; 16]);

impl Secret {
    pub(crate) fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    pub(crate) fn key(&self) -> SecretKey {
        SecretKey::from_bytes(&blake3::derive_key(INVITATION_KEY_CONTEXT, &self.0))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What this device holds of a board: the proof it shows to other members. Keep it with the board.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    board: BoardId,
    chain: Chain,
    /// `Some`: this device has the ticket, but no member has signed for the device yet.
    secret: Option<Secret>,
}

impl Credential {
    /// The credential of the device that creates a board. That device is the board's root.
    #[must_use]
    pub fn for_new_board(board: BoardId, device: DeviceId) -> Self {
        Self {
            board,
            chain: Chain {
                root: device,
                certificates: Vec::new(),
            },
            secret: None,
        }
    }

    pub(crate) fn of_invitation(board: BoardId, chain: Chain, secret: Secret) -> Self {
        Self {
            board,
            chain,
            secret: Some(secret),
        }
    }

    pub(crate) fn of_device(board: BoardId, chain: Chain) -> Self {
        Self {
            board,
            chain,
            secret: None,
        }
    }

    /// The board.
    #[must_use]
    pub fn board(&self) -> &BoardId {
        &self.board
    }

    /// This device's role.
    #[must_use]
    pub fn role(&self) -> Role {
        self.chain.role()
    }

    /// The device that created the board: every proof on this board starts there.
    #[must_use]
    pub fn root(&self) -> DeviceId {
        self.chain.root
    }

    /// Unix milliseconds; [`NEVER`] once a member has signed for this device.
    #[must_use]
    pub fn expires_ms(&self) -> u64 {
        self.chain.expires_ms()
    }

    /// The invitations and devices this credential rests on: when one of them is revoked, so is
    /// this.
    #[must_use]
    pub fn rests_on(&self) -> Vec<PublicKey> {
        self.chain
            .certificates
            .iter()
            .flat_map(|step| [Some(step.subject), step.via])
            .flatten()
            .collect()
    }

    /// Bytes for the store. They may hold a ticket's secret.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = vec![CREDENTIAL_VERSION];
        put_text(&mut out, self.board.as_str());
        self.chain.put(&mut out);
        out.push(u8::from(self.secret.is_some()));
        out.extend(self.secret.iter().flat_map(|secret| secret.0));
        out
    }

    /// Reads [`Self::to_bytes`].
    ///
    /// # Errors
    /// The bytes are something else, or their signatures do not hold.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CredentialError> {
        Self::read(bytes).map_err(CredentialError)
    }

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        if reader.u8()? != CREDENTIAL_VERSION {
            return Err(Malformed);
        }
        let board = BoardId::read(&mut reader)?;
        let chain = Chain::read(&mut reader)?;
        let secret = if reader.flag()? {
            Some(Secret(reader.array()?))
        } else {
            None
        };
        reader.end()?;
        let holds_key = secret
            .as_ref()
            .is_none_or(|secret| secret.key().public() == chain.holder());
        if !holds_key || !chain.is_signed(&board) {
            return Err(Malformed);
        }
        Ok(Self {
            board,
            chain,
            secret,
        })
    }

    pub(crate) fn chain(&self) -> &Chain {
        &self.chain
    }

    pub(crate) fn secret(&self) -> Option<&Secret> {
        self.secret.as_ref()
    }

    /// A chain to the key of `secret`, signed by this device or, before one was signed for it, by
    /// its own invitation.
    pub(crate) fn invite(
        &self,
        device: &SecretKey,
        role: Role,
        expires_ms: u64,
        secret: &Secret,
    ) -> Result<Chain, NotAllowed> {
        let signer = self
            .secret
            .as_ref()
            .map_or_else(|| device.clone(), Secret::key);
        self.extend(&signer, secret.key().public(), role, expires_ms, None)
    }

    /// A chain to a newcomer's device, or `None` where this device may not, or cannot lastingly,
    /// sign it: then the newcomer keeps using its invitation.
    pub(crate) fn admit(
        &self,
        device: &SecretKey,
        newcomer: DeviceId,
        invitation: &Chain,
    ) -> Option<Chain> {
        if self.secret.is_some() {
            return None;
        }
        self.extend(
            device,
            newcomer,
            invitation.role(),
            NEVER,
            Some(invitation.holder()),
        )
        .ok()
    }

    fn extend(
        &self,
        signer: &SecretKey,
        subject: PublicKey,
        role: Role,
        expires_ms: u64,
        via: Option<InvitationId>,
    ) -> Result<Chain, NotAllowed> {
        let mine = self.role();
        let full = self.chain.certificates.len() >= MAX_CHAIN;
        if mine < Role::TakePart || role > mine || full || signer.public() != self.chain.holder() {
            return Err(NotAllowed);
        }
        Ok(self.chain.extended(Certificate::sign(
            signer,
            &self.board,
            subject,
            role,
            expires_ms,
            via,
        )))
    }
}

const CREDENTIAL_VERSION: u8 = 1;

/// This device's role does not allow giving that role to others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotAllowed;

/// The bytes are not a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a credential: {0}")]
pub struct CredentialError(Malformed);

#[cfg(test)]
#[path = "credential_tests.rs"]
mod tests;
