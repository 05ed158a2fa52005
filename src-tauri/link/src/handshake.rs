//! `upshot/1`: how two devices show each other that they belong to a board.
//!
//! 1. The one who dials sends **Hello** on the first stream: the board, and its proof.
//! 2. The other verifies it and answers **Welcome** on the same stream: its own proof and, for a
//!    newcomer, a certificate for the newcomer's device. A stranger learns nothing before its own
//!    proof holds, not even whether the board is known here.
//! 3. The one who dialled verifies that, and opens the lanes, each with its tag as first byte.
//!
//! A proof is a chain of certificates (see [`crate::credential`]). Where it ends in a device, TLS
//! has shown that the peer is that device. Where it ends in an invitation, the peer signs, with
//! the key that comes from the ticket's secret, the keying material exported from this connection
//! (RFC 8446, 7.5) together with both device ids, the board, and who dialled. So the secret is never sent, and what
//! is sent proves nothing on any other connection or in the other direction.
//!
//! A ticket names the device to ask, and its root: nobody in between can answer in its place, and
//! a device that is not a member cannot answer at all.

use std::sync::Arc;

use iroh::{
    PublicKey, SecretKey, Signature,
    endpoint::{Connection, RecvStream, SendStream},
};

use crate::{
    Gate,
    chain::{Chain, ProofError},
    close::{CloseCode, Closed},
    config::Clock,
    credential::{BoardId, Credential},
    frame::Lane,
    wire::{Malformed, Reader, put_text},
};

/// The protocol's name and version in TLS: peers of another version do not get as far as a Hello.
pub(crate) const ALPN: &[u8] = b"upshot/1";

/// The longest Hello or Welcome; eight certificates take half of it.
pub(crate) const MAX_MESSAGE: usize = 4096;

const EXPORT_LABEL: &[u8] = b"EXPORTER-upshot/1 handshake";
const PROOF_CONTEXT: &[u8] = b"upshot/1 proof\0";

/// What a device needs for its side of a handshake.
#[derive(Clone)]
pub(crate) struct Identity {
    pub(crate) device: SecretKey,
    pub(crate) gate: Arc<dyn Gate>,
    pub(crate) clock: Clock,
    /// Random at each start: tells a peer that came back from one that is still there.
    pub(crate) instance: u64,
}

/// A peer that has proven itself, and its lanes.
#[derive(Debug)]
pub(crate) struct Established {
    pub(crate) board: BoardId,
    pub(crate) chain: Chain,
    pub(crate) instance: u64,
    pub(crate) lanes: Vec<(Lane, SendStream, RecvStream)>,
    /// The certificate this device got, as a newcomer.
    pub(crate) admitted: Option<Credential>,
}

/// Who speaks; part of what is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Side {
    Dialling = 0,
    Answering = 1,
}

/// What ties a proof to one connection.
#[derive(Debug, Clone)]
pub(crate) struct Binding {
    keying_material: [u8; 32],
    dialling: PublicKey,
    answering: PublicKey,
}

impl Binding {
    pub(crate) fn new(conn: &Connection, me: PublicKey, side: Side) -> Option<Self> {
        let keying_material = exported(conn, EXPORT_LABEL)?;
        let (dialling, answering) = match side {
            Side::Dialling => (me, conn.remote_id()),
            Side::Answering => (conn.remote_id(), me),
        };
        Some(Self {
            keying_material,
            dialling,
            answering,
        })
    }

    fn signed_bytes(&self, board: &BoardId, side: Side) -> Vec<u8> {
        let mut out = PROOF_CONTEXT.to_vec();
        out.extend_from_slice(&self.keying_material);
        out.extend_from_slice(self.dialling.as_bytes());
        out.extend_from_slice(self.answering.as_bytes());
        out.push(side as u8);
        put_text(&mut out, board.as_str());
        out
    }

    fn speaker(&self, side: Side) -> PublicKey {
        match side {
            Side::Dialling => self.dialling,
            Side::Answering => self.answering,
        }
    }
}

/// Keying material that only the two ends of this connection know.
pub(crate) fn exported(conn: &Connection, label: &[u8]) -> Option<[u8; 32]> {
    let mut out = [0; 32];
    conn.export_keying_material(&mut out, label, &[]).ok()?;
    Some(out)
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Proof {
    pub(crate) chain: Chain,
    /// By the invitation's key; a device's key needs none.
    pub(crate) signature: Option<[u8; Signature::LENGTH]>,
}

impl Proof {
    pub(crate) fn make(credential: &Credential, binding: &Binding, side: Side) -> Self {
        let signed = binding.signed_bytes(credential.board(), side);
        let signature = credential
            .secret()
            .map(|secret| secret.key().sign(&signed).to_bytes());
        Self {
            chain: credential.chain().clone(),
            signature,
        }
    }

    /// `mine` gives the board and its root.
    pub(crate) fn verify(
        &self,
        mine: &Credential,
        identity: &Identity,
        binding: &Binding,
        side: Side,
    ) -> Result<(), ProofError> {
        let board = mine.board();
        let holder = self.chain.holder();
        let is_holder =
            self.signature
                .as_ref()
                .map_or(holder == binding.speaker(side), |signature| {
                    holder
                        .verify(
                            &binding.signed_bytes(board, side),
                            &Signature::from_bytes(signature),
                        )
                        .is_ok()
                });
        if !is_holder {
            return Err(ProofError::Forged);
        }
        let standing = |key: &PublicKey| identity.gate.standing(board, key);
        self.chain
            .verify(board, &mine.root(), (identity.clock)(), standing)?;
        if self.chain.is_out(&binding.speaker(side), standing) {
            return Err(ProofError::Revoked);
        }
        Ok(())
    }

    fn put(&self, out: &mut Vec<u8>) {
        self.chain.put(out);
        out.push(u8::from(self.signature.is_some()));
        out.extend(self.signature.iter().flatten());
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        let chain = Chain::read(reader)?;
        let signature = if reader.flag()? {
            Some(reader.array()?)
        } else {
            None
        };
        Ok(Self { chain, signature })
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hello {
    pub(crate) instance: u64,
    pub(crate) board: BoardId,
    pub(crate) proof: Proof,
}

impl Hello {
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut out = self.instance.to_be_bytes().to_vec();
        put_text(&mut out, self.board.as_str());
        self.proof.put(&mut out);
        out
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        let instance = reader.u64()?;
        let board = BoardId::read(&mut reader)?;
        let proof = Proof::read(&mut reader)?;
        reader.end()?;
        Ok(Self {
            instance,
            board,
            proof,
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Welcome {
    pub(crate) instance: u64,
    pub(crate) proof: Proof,
    pub(crate) admission: Option<Chain>,
}

impl Welcome {
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut out = self.instance.to_be_bytes().to_vec();
        self.proof.put(&mut out);
        out.push(u8::from(self.admission.is_some()));
        if let Some(chain) = &self.admission {
            chain.put(&mut out);
        }
        out
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(bytes);
        let instance = reader.u64()?;
        let proof = Proof::read(&mut reader)?;
        let admission = if reader.flag()? {
            Some(Chain::read(&mut reader)?)
        } else {
            None
        };
        reader.end()?;
        Ok(Self {
            instance,
            proof,
            admission,
        })
    }
}

/// Whether bytes from a stranger would be read as a handshake message. This is all the parsing that
/// happens before a peer has proven itself; it is public for fuzzing.
#[must_use]
pub fn is_message(bytes: &[u8]) -> bool {
    Hello::from_bytes(bytes).is_ok() || Welcome::from_bytes(bytes).is_ok()
}

/// The side that dialled. On an error the connection is closed, with the reason told to the peer.
pub(crate) async fn dial(
    conn: &Connection,
    identity: &Identity,
    mine: &Credential,
) -> Result<Established, Closed> {
    let me = identity.device.public();
    let binding =
        Binding::new(conn, me, Side::Dialling).ok_or_else(|| broke(conn, "no keying material"))?;
    let (mut send, mut recv) = conn.open_bi().await.map_err(|_| lost(conn))?;
    let proof = Proof::make(mine, &binding, Side::Dialling);
    let hello = Hello {
        instance: identity.instance,
        board: mine.board().clone(),
        proof,
    };
    send.write_all(&hello.to_bytes())
        .await
        .map_err(|_| lost(conn))?;
    send.finish().map_err(|_| lost(conn))?;

    let bytes = recv
        .read_to_end(MAX_MESSAGE)
        .await
        .map_err(|_| lost(conn))?;
    let welcome = Welcome::from_bytes(&bytes).map_err(|error| broke(conn, &error.to_string()))?;
    welcome
        .proof
        .verify(mine, identity, &binding, Side::Answering)
        .map_err(|error| refuse(conn, error))?;
    let admitted = match welcome.admission {
        Some(chain) => Some(
            take_admission(chain, mine, identity)
                .ok_or_else(|| broke(conn, "a wrong certificate"))?,
        ),
        None => None,
    };
    let mut lanes = Vec::new();
    for lane in Lane::ALL {
        let (mut send, recv) = conn.open_bi().await.map_err(|_| lost(conn))?;
        send.write_all(&[lane.tag()])
            .await
            .map_err(|_| lost(conn))?;
        lanes.push((lane, send, recv));
    }
    Ok(Established {
        board: mine.board().clone(),
        chain: welcome.proof.chain,
        instance: welcome.instance,
        lanes,
        admitted,
    })
}

/// What a member signed for this device, if it is worth having: lasting, for this device, and with
/// the role of the invitation.
fn take_admission(chain: Chain, mine: &Credential, identity: &Identity) -> Option<Credential> {
    let fits = chain.holder() == identity.device.public()
        && chain.role() == mine.role()
        && mine.secret().is_some()
        && chain.root == mine.root()
        && chain.is_signed(mine.board());
    fits.then(|| Credential::of_device(mine.board().clone(), chain))
}

/// The side that was dialled. On an error the connection is closed, with the reason told.
pub(crate) async fn answer(conn: &Connection, identity: &Identity) -> Result<Established, Closed> {
    let me = identity.device.public();
    let binding =
        Binding::new(conn, me, Side::Answering).ok_or_else(|| broke(conn, "no keying material"))?;
    let (mut send, mut recv) = conn.accept_bi().await.map_err(|_| lost(conn))?;
    let bytes = recv
        .read_to_end(MAX_MESSAGE)
        .await
        .map_err(|_| lost(conn))?;
    let hello = Hello::from_bytes(&bytes).map_err(|error| broke(conn, &error.to_string()))?;
    let mine = identity
        .gate
        .credential(&hello.board)
        .ok_or_else(|| refuse(conn, ProofError::Forged))?;
    hello
        .proof
        .verify(&mine, identity, &binding, Side::Dialling)
        .map_err(|error| refuse(conn, error))?;

    let admission = match hello.proof.signature {
        Some(_) => mine.admit(&identity.device, conn.remote_id(), &hello.proof.chain),
        None => None,
    };
    let proof = Proof::make(&mine, &binding, Side::Answering);
    let welcome = Welcome {
        instance: identity.instance,
        proof,
        admission: admission.clone(),
    };
    send.write_all(&welcome.to_bytes())
        .await
        .map_err(|_| lost(conn))?;
    send.finish().map_err(|_| lost(conn))?;

    let mut lanes: Vec<(Lane, SendStream, RecvStream)> = Vec::new();
    while lanes.len() < Lane::ALL.len() {
        let (send, mut recv) = conn.accept_bi().await.map_err(|_| lost(conn))?;
        let mut tag = [0];
        recv.read_exact(&mut tag).await.map_err(|_| lost(conn))?;
        let lane =
            Lane::from_tag(tag[0]).filter(|lane| lanes.iter().all(|(taken, ..)| taken != lane));
        lanes.push((
            lane.ok_or_else(|| broke(conn, "an unknown lane"))?,
            send,
            recv,
        ));
    }
    // From here on the newcomer stands on its own certificate.
    let chain = admission.unwrap_or(hello.proof.chain);
    Ok(Established {
        board: hello.board,
        chain,
        instance: hello.instance,
        lanes,
        admitted: None,
    })
}

fn refuse(conn: &Connection, error: ProofError) -> Closed {
    let code = match error {
        ProofError::Forged => CloseCode::Refused,
        ProofError::Expired => CloseCode::Expired,
        ProofError::Revoked => CloseCode::Revoked,
    };
    close(conn, code, &error.to_string())
}

fn broke(conn: &Connection, what: &str) -> Closed {
    close(conn, CloseCode::BrokeProtocol, what)
}

/// A stream ended before its time: the connection was lost, or else the peer broke the protocol.
fn lost(conn: &Connection) -> Closed {
    match conn.close_reason() {
        Some(error) => Closed::from_error(&error),
        None => broke(conn, "a message was cut off or too long"),
    }
}

pub(crate) fn close(conn: &Connection, code: CloseCode, reason: &str) -> Closed {
    let closed = Closed::by_us(code, reason);
    conn.close(code.var_int(), closed.reason.as_bytes());
    closed
}

#[cfg(test)]
#[path = "handshake_tests.rs"]
mod tests;
