//! Certificates, and the chains of them that lead from a board's root to one key. What they mean
//! is told in [`crate::credential`].

use iroh::{PublicKey, SecretKey, Signature};

use crate::{
    credential::{BoardId, DeviceId, InvitationId, NEVER, Role, Standing},
    wire::{Malformed, Reader, put_text},
};

/// The most certificates in a proof: the depth of "I was let in by one who was let in by …".
pub(crate) const MAX_CHAIN: usize = 8;

const CERTIFICATE_CONTEXT: &[u8] = b"upshot/1 certificate\0";

/// Why a proof does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ProofError {
    /// Not signed by those who may, or for another board, device or connection.
    #[error("the proof of membership does not hold")]
    Forged,
    /// An invitation whose time is over.
    #[error("the invitation has expired; ask for a new one")]
    Expired,
    /// Closed or revoked by a facilitator.
    #[error("the invitation was withdrawn, or the device was removed from the board")]
    Revoked,
}

/// One signed step of a proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Certificate {
    pub(crate) subject: PublicKey,
    pub(crate) role: Role,
    pub(crate) expires_ms: u64,
    /// The invitation a device came by.
    pub(crate) via: Option<InvitationId>,
    signature: [u8; Signature::LENGTH],
}

impl Certificate {
    pub(crate) fn sign(
        issuer: &SecretKey,
        board: &BoardId,
        subject: PublicKey,
        role: Role,
        expires_ms: u64,
        via: Option<InvitationId>,
    ) -> Self {
        let unsigned = Self {
            subject,
            role,
            expires_ms,
            via,
            signature: [0; Signature::LENGTH],
        };
        let signature = issuer
            .sign(&unsigned.signed_bytes(board, &issuer.public()))
            .to_bytes();
        Self {
            signature,
            ..unsigned
        }
    }

    fn signed_bytes(&self, board: &BoardId, issuer: &PublicKey) -> Vec<u8> {
        let mut out = CERTIFICATE_CONTEXT.to_vec();
        put_text(&mut out, board.as_str());
        out.extend_from_slice(issuer.as_bytes());
        out.extend_from_slice(self.subject.as_bytes());
        self.put_terms(&mut out);
        out
    }

    fn is_signed_by(&self, board: &BoardId, issuer: &PublicKey) -> bool {
        issuer
            .verify(
                &self.signed_bytes(board, issuer),
                &Signature::from_bytes(&self.signature),
            )
            .is_ok()
    }

    fn put_terms(&self, out: &mut Vec<u8>) {
        out.push(self.role as u8);
        out.extend_from_slice(&self.expires_ms.to_be_bytes());
        out.push(u8::from(self.via.is_some()));
        out.extend(self.via.iter().flat_map(|key| *key.as_bytes()));
    }

    /// All but the subject, which a ticket's secret already gives.
    pub(crate) fn put_without_subject(&self, out: &mut Vec<u8>) {
        self.put_terms(out);
        out.extend_from_slice(&self.signature);
    }

    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.subject.as_bytes());
        self.put_without_subject(out);
    }

    pub(crate) fn read_without_subject(
        subject: PublicKey,
        reader: &mut Reader<'_>,
    ) -> Result<Self, Malformed> {
        let role = Role::from_byte(reader.u8()?)?;
        let expires_ms = reader.u64()?;
        let via = if reader.flag()? {
            Some(read_key(reader)?)
        } else {
            None
        };
        Ok(Self {
            subject,
            role,
            expires_ms,
            via,
            signature: reader.array()?,
        })
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        Self::read_without_subject(read_key(reader)?, reader)
    }
}

pub(crate) fn read_key(reader: &mut Reader<'_>) -> Result<PublicKey, Malformed> {
    PublicKey::from_bytes(&reader.array()?).map_err(|_| Malformed)
}

/// The certificates from a board's root to one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chain {
    pub(crate) root: PublicKey,
    pub(crate) certificates: Vec<Certificate>,
}

impl Chain {
    /// The key at the end.
    pub(crate) fn holder(&self) -> PublicKey {
        self.certificates
            .last()
            .map_or(self.root, |last| last.subject)
    }

    /// The role of [`Self::holder`].
    pub(crate) fn role(&self) -> Role {
        self.certificates
            .last()
            .map_or(Role::Facilitate, |last| last.role)
    }

    /// When the first of the certificates expires.
    pub(crate) fn expires_ms(&self) -> u64 {
        self.certificates
            .iter()
            .map(|certificate| certificate.expires_ms)
            .min()
            .unwrap_or(NEVER)
    }

    /// Every step is signed by the one before, with a role that one may give.
    pub(crate) fn is_signed(&self, board: &BoardId) -> bool {
        let mut issuer = (self.root, Role::Facilitate);
        self.certificates.len() <= MAX_CHAIN
            && self.certificates.iter().all(|certificate| {
                let (key, role) =
                    std::mem::replace(&mut issuer, (certificate.subject, certificate.role));
                role >= Role::TakePart
                    && certificate.role <= role
                    && certificate.is_signed_by(board, &key)
            })
    }

    /// Whether this holds now: signed, in time, and nothing in it withdrawn.
    pub(crate) fn verify(
        &self,
        board: &BoardId,
        root: &PublicKey,
        now_ms: u64,
        standing: impl Fn(&PublicKey) -> Standing,
    ) -> Result<(), ProofError> {
        if self.root != *root || !self.is_signed(board) {
            return Err(ProofError::Forged);
        }
        if self.expires_ms() <= now_ms {
            return Err(ProofError::Expired);
        }
        let closed = self
            .certificates
            .iter()
            .any(|step| standing(&step.subject) != Standing::Good);
        if closed || self.is_revoked(standing) {
            Err(ProofError::Revoked)
        } else {
            Ok(())
        }
    }

    /// Whether a key in this, or an invitation it rests on, was revoked.
    pub(crate) fn is_revoked(&self, standing: impl Fn(&PublicKey) -> Standing) -> bool {
        self.certificates
            .iter()
            .flat_map(|step| [Some(step.subject), step.via])
            .flatten()
            .any(|key| standing(&key) == Standing::Revoked)
    }

    /// Whether this, shown by `device`, is out: a removed device may still hold an open invitation.
    pub(crate) fn is_out(
        &self,
        device: &DeviceId,
        standing: impl Fn(&PublicKey) -> Standing,
    ) -> bool {
        let removed = *device != self.root && standing(device) == Standing::Revoked;
        removed || self.is_revoked(standing)
    }

    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.root.as_bytes());
        out.push(u8::try_from(self.certificates.len()).unwrap_or(u8::MAX));
        for certificate in &self.certificates {
            certificate.put(out);
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let root = read_key(reader)?;
        let count = usize::from(reader.u8()?);
        if count > MAX_CHAIN {
            return Err(Malformed);
        }
        let certificates = (0..count)
            .map(|_| Certificate::read(reader))
            .collect::<Result<_, _>>()?;
        Ok(Self { root, certificates })
    }

    pub(crate) fn extended(&self, certificate: Certificate) -> Self {
        let mut chain = self.clone();
        chain.certificates.push(certificate);
        chain
    }
}
