//! What a facilitator withdraws, in a form that every member can check without asking anyone: the
//! key of an invitation or a device, signed by the facilitator's device, with the chain of
//! certificates that makes it one.
//!
//! Members hand revocations on and never take one back. One whose signer was dismissed later still
//! holds: there is no clock that all trust to tell what came before. The board's creator cannot be
//! revoked, so there is always one who can let people in again.

use iroh::{PublicKey, SecretKey, Signature};

use crate::{
    chain::{Chain, read_key},
    credential::{BoardId, DeviceId, Role, Standing},
    wire::{Malformed, Reader, put_text},
};

const REVOCATION_CONTEXT: &[u8] = b"upshot/1 revocation\0";

/// An invitation or device that a facilitator has withdrawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    key: PublicKey,
    /// Removed with all who came by it, rather than only letting nobody in any more.
    removes: bool,
    signer: Chain,
    signature: [u8; Signature::LENGTH],
}

impl Revocation {
    /// `None` where the chain makes `device` no facilitator for good, for the creator's key, and
    /// for [`Standing::Good`].
    pub(crate) fn sign(
        device: &SecretKey,
        board: &BoardId,
        signer: Chain,
        key: PublicKey,
        standing: Standing,
    ) -> Option<Self> {
        let unsigned = Self {
            key,
            removes: standing == Standing::Revoked,
            signer,
            signature: [0; Signature::LENGTH],
        };
        let fits = standing != Standing::Good
            && unsigned.signer.holder() == device.public()
            && unsigned.may(&unsigned.signer.root);
        let signature = device.sign(&unsigned.signed_bytes(board)).to_bytes();
        fits.then_some(Self {
            signature,
            ..unsigned
        })
    }

    /// The invitation or device.
    #[must_use]
    pub fn key(&self) -> PublicKey {
        self.key
    }

    /// [`Standing::Closed`] or [`Standing::Revoked`].
    #[must_use]
    pub fn standing(&self) -> Standing {
        if self.removes {
            Standing::Revoked
        } else {
            Standing::Closed
        }
    }

    /// Signed by one who may.
    pub(crate) fn holds(&self, board: &BoardId, root: &DeviceId) -> bool {
        self.may(root)
            && self
                .signer
                .holder()
                .verify(
                    &self.signed_bytes(board),
                    &Signature::from_bytes(&self.signature),
                )
                .is_ok()
            && self.signer.is_signed(board)
    }

    fn may(&self, root: &DeviceId) -> bool {
        self.key != *root
            && self.signer.root == *root
            && self.signer.is_of_device()
            && self.signer.role() == Role::Facilitate
    }

    /// Which to keep where there is no room for all, the smallest first: what those closest to the
    /// creator said, so that the creator's word always finds room. Of two about one key, the same
    /// one stays everywhere.
    pub(crate) fn rank(&self) -> (usize, PublicKey, bool, [u8; Signature::LENGTH]) {
        (
            self.signer.certificates.len(),
            self.key,
            self.removes,
            self.signature,
        )
    }

    fn signed_bytes(&self, board: &BoardId) -> Vec<u8> {
        let mut out = REVOCATION_CONTEXT.to_vec();
        put_text(&mut out, board.as_str());
        self.put_terms(&mut out);
        out
    }

    fn put_terms(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.key.as_bytes());
        out.push(u8::from(self.removes));
        self.signer.put(out);
    }

    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        self.put_terms(out);
        out.extend_from_slice(&self.signature);
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            key: read_key(reader)?,
            removes: reader.flag()?,
            signer: Chain::read(reader)?,
            signature: reader.array()?,
        })
    }
}
