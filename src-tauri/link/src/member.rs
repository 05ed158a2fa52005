//! A member's card: who it is on a board, and where it is reached. Members hand each other's cards
//! on, so that they find one another when the laptop that let them in has gone.
//!
//! A card is signed by the device it is about and bears that device's chain of certificates (see
//! [`crate::credential`]): whoever hands it on can change neither its addresses nor its role. A
//! device that only holds a ticket has no card.

use std::cmp::Reverse;

use iroh::{SecretKey, Signature};

use crate::{
    address::PeerAddr,
    chain::{Chain, read_key},
    credential::{BoardId, DeviceId, NEVER, Role},
    wire::{Malformed, Reader, put_text},
};

/// How long a card is good after its device last signed one: as long as the longest ticket, so that
/// a board taken up again after a month's holiday still finds its people.
pub const CARD_LASTS_MS: u64 = 31 * DAY_MS;

/// How far a device's clock may be ahead of ours. Laptops that are offline are wrong by a time
/// zone, not by a week; a card dated further ahead would be kept for too long.
const CLOCK_AHEAD_MS: u64 = DAY_MS;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

const CARD_CONTEXT: &[u8] = b"upshot/1 member\0";

/// A member of a board, as it introduces itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    address: PeerAddr,
    chain: Chain,
    signed_ms: u64,
    signature: [u8; Signature::LENGTH],
}

impl Member {
    /// `None` where `chain` does not end in this device for good, or there is no address to tell.
    pub(crate) fn sign(
        device: &SecretKey,
        board: &BoardId,
        address: PeerAddr,
        chain: Chain,
        signed_ms: u64,
    ) -> Option<Self> {
        let unsigned = Self {
            address,
            chain,
            signed_ms,
            signature: [0; Signature::LENGTH],
        };
        let fits = unsigned.device() == device.public()
            && unsigned.chain.is_of_device()
            && unsigned.chain.holder() == device.public()
            && unsigned.address.leads_anywhere();
        let signature = device.sign(&unsigned.signed_bytes(board)).to_bytes();
        fits.then_some(Self {
            signature,
            ..unsigned
        })
    }

    /// The device.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        self.address.id()
    }

    /// What it may do on the board.
    #[must_use]
    pub fn role(&self) -> Role {
        self.chain.role()
    }

    /// Where it says it is reached. What of this may be dialled is for
    /// [`Link::dial`](crate::Link::dial) to say.
    #[must_use]
    pub fn address(&self) -> &PeerAddr {
        &self.address
    }

    /// When the device signed this, by its own clock: Unix milliseconds.
    #[must_use]
    pub fn signed_ms(&self) -> u64 {
        self.signed_ms
    }

    pub(crate) fn chain(&self) -> &Chain {
        &self.chain
    }

    /// Whether this says the same as `other`, at whatever time.
    pub(crate) fn says_the_same(&self, other: &Self) -> bool {
        self.address == other.address && self.chain == other.chain
    }

    /// Signed by its device, which the board's creator or those it trusts let in for good.
    pub(crate) fn holds(&self, board: &BoardId, root: &DeviceId) -> bool {
        self.chain.root == *root
            && self.chain.is_of_device()
            && self.chain.holder() == self.device()
            && self.address.leads_anywhere()
            && self
                .device()
                .verify(
                    &self.signed_bytes(board),
                    &Signature::from_bytes(&self.signature),
                )
                .is_ok()
            && self.chain.is_signed(board)
    }

    /// Neither forgotten by its device for too long, nor dated so far ahead that it never would be.
    pub(crate) fn is_current(&self, now_ms: u64) -> bool {
        let age = now_ms.saturating_sub(self.signed_ms);
        let ahead = self.signed_ms.saturating_sub(now_ms);
        age < CARD_LASTS_MS && ahead <= CLOCK_AHEAD_MS
    }

    /// Whom to keep where there is no room for all, the smallest first: those closest to the
    /// creator, so that nobody is pushed out by devices that a lower member lets in; of these the
    /// last heard of.
    pub(crate) fn rank(&self) -> (usize, Reverse<u64>, DeviceId) {
        (
            self.chain.certificates.len(),
            Reverse(self.signed_ms),
            self.device(),
        )
    }

    fn signed_bytes(&self, board: &BoardId) -> Vec<u8> {
        let mut out = CARD_CONTEXT.to_vec();
        put_text(&mut out, board.as_str());
        self.put_terms(&mut out);
        out
    }

    fn put_terms(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.device().as_bytes());
        self.address.put_places(out);
        self.chain.put(out);
        out.extend_from_slice(&self.signed_ms.to_be_bytes());
    }

    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        self.put_terms(out);
        out.extend_from_slice(&self.signature);
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let device = read_key(reader)?;
        Ok(Self {
            address: PeerAddr::read_places(device, reader)?,
            chain: Chain::read(reader)?,
            signed_ms: reader.u64()?,
            signature: reader.array()?,
        })
    }
}

impl Chain {
    /// Whether this was signed for a device, and so for good: the creator's, or one that names the
    /// invitation it came by. A ticket's own chain is not.
    pub(crate) fn is_of_device(&self) -> bool {
        self.expires_ms() == NEVER && self.certificates.iter().all(|step| step.via.is_some())
    }
}
