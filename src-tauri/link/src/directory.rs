//! What a device knows of a board's members beyond those it is connected to: their [`Member`]
//! cards, and the facilitators' [`Revocation`]s. A plain state machine without I/O or clock.
//!
//! Two directories that have heard of the same are the same, in whatever order they heard it: of a
//! device the newest card counts, revocations only add up, and where there is no room for all, both
//! keep the same ones.
//!
//! Frames on the [`Lane::Members`] lane are records one after the other, each behind its kind:
//!
//! | kind | then |
//! | --- | --- |
//! | 1 card | device (32 bytes), addresses as in a ticket, chain, signed u64, signature (64 bytes) |
//! | 2 revocation | key (32 bytes), removes u8, the signer's chain, signature (64 bytes) |
//!
//! A chain is the root's key, a count, and certificates as in a ticket. A frame is taken whole or
//! not at all: a record that does not hold is no accident, as nobody hands on what they have not
//! checked.

use std::collections::BTreeMap;

use bytes::Bytes;
use iroh::PublicKey;

use crate::{
    credential::{BoardId, Credential, DeviceId, Role, Standing},
    frame::Lane,
    member::Member,
    revocation::Revocation,
    wire::{Malformed, Reader},
};

/// The most cards kept for a board: twice the largest workshop.
pub const MAX_MEMBERS: usize = 64;

/// The most revocations kept for a board: every member of many workshops, and every ticket.
pub const MAX_REVOCATIONS: usize = 512;

/// A device signs a new card this long after the last, though nothing changed: it is still there.
const CARD_AGAIN_MS: u64 = 60 * 60 * 1000;

const DIRECTORY_VERSION: u8 = 1;
const CARD: u8 = 1;
const REVOCATION: u8 = 2;

/// What is known of a board's members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directory {
    board: BoardId,
    root: DeviceId,
    members: BTreeMap<DeviceId, Member>,
    /// By key and whether it removes: one that only closes an invitation stays beside it.
    revocations: BTreeMap<(PublicKey, bool), Revocation>,
}

/// Who sent a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Teller {
    /// Its device, as the connection has proven.
    pub device: DeviceId,
    /// Its role. One who looks on is only listened to about itself.
    pub role: Role,
}

/// What was new.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct News {
    /// There are new members, or known ones are reached elsewhere.
    pub members: bool,
    /// Something was withdrawn: look again at who is connected.
    pub revoked: bool,
    /// To hand on to other members, in frames.
    pub frames: Vec<Bytes>,
}

impl News {
    /// Nothing was new.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }
}

/// A frame was refused; nothing of it was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DirectoryError {
    /// Not a frame of this lane.
    #[error("what was said of the members is malformed")]
    Malformed,
    /// Something in it was not signed by who may, or for another board.
    #[error("what was said of the members is not signed by who may say it")]
    Forged,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Record {
    Card(Member),
    Revocation(Revocation),
}

impl Directory {
    /// Knows nobody, of the board that `credential` is for.
    #[must_use]
    pub fn new(credential: &Credential) -> Self {
        Self {
            board: credential.board().clone(),
            root: credential.root(),
            members: BTreeMap::new(),
            revocations: BTreeMap::new(),
        }
    }

    /// Hears what a member says on the members' lane.
    ///
    /// # Errors
    /// The frame breaks the protocol, and nothing of it was taken.
    pub fn hear(
        &mut self,
        teller: Teller,
        frame: &[u8],
        now_ms: u64,
    ) -> Result<News, DirectoryError> {
        let mut records = read_records(frame).map_err(|_| DirectoryError::Malformed)?;
        records.retain(|record| {
            let may_say = match record {
                Record::Card(card) if card.device() == teller.device => true,
                _ => teller.role >= Role::TakePart,
            };
            may_say && self.is_news(record, now_ms)
        });
        if !records.iter().all(|record| self.holds(record)) {
            return Err(DirectoryError::Forged);
        }
        Ok(self.take(records, now_ms))
    }

    /// Adds this device's own card, and forgets cards whose time is over. Not news while the one
    /// held says the same and is not an hour old.
    pub fn introduce(&mut self, own: Member, now_ms: u64) -> News {
        let held = self.members.get(&own.device());
        let fresh = held.is_none_or(|held| {
            !held.says_the_same(&own) || own.signed_ms().abs_diff(held.signed_ms()) >= CARD_AGAIN_MS
        });
        if fresh {
            // Whatever the one held says of its time: this device's clock may have been put right.
            self.members.remove(&own.device());
            self.take(vec![Record::Card(own)], now_ms)
        } else {
            self.take(Vec::new(), now_ms)
        }
    }

    /// Adds what this device, a facilitator's, withdraws.
    pub fn revoke(&mut self, revocation: Revocation, now_ms: u64) -> News {
        let record = Record::Revocation(revocation);
        if self.is_news(&record, now_ms) {
            self.take(vec![record], now_ms)
        } else {
            News::default()
        }
    }

    /// What was said of an invitation or a device.
    #[must_use]
    pub fn standing(&self, key: &PublicKey) -> Standing {
        let said = |removes| self.revocations.contains_key(&(*key, removes));
        if said(true) {
            Standing::Revoked
        } else if said(false) {
            Standing::Closed
        } else {
            Standing::Good
        }
    }

    /// The card held of a device.
    #[must_use]
    pub fn member(&self, device: &DeviceId) -> Option<&Member> {
        self.members.get(device)
    }

    /// The members whose cards are good now, this device among them.
    pub fn members(&self, now_ms: u64) -> impl Iterator<Item = &Member> + '_ {
        self.members
            .values()
            .filter(move |member| member.is_current(now_ms))
    }

    /// All there is to tell to a member that has just connected, by a device of this role: one who
    /// looks on speaks only of itself.
    #[must_use]
    pub fn frames(&self, own: Teller, now_ms: u64) -> Vec<Bytes> {
        let all = own.role >= Role::TakePart;
        let cards = self
            .members(now_ms)
            .filter(|member| all || member.device() == own.device)
            .cloned()
            .map(Record::Card);
        let revocations = self.revocations.values().filter(|_| all);
        // Who is out first: then nobody is dialled that must not be.
        let revocations = revocations.cloned().map(Record::Revocation);
        frames(revocations.chain(cards))
    }

    /// Bytes for the store.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = vec![DIRECTORY_VERSION];
        let revocations = self.revocations.values().cloned().map(Record::Revocation);
        for record in revocations.chain(self.members.values().cloned().map(Record::Card)) {
            record.put(&mut out);
        }
        out
    }

    /// Reads [`Self::to_bytes`] of the board that `credential` is for. What does not hold, or is
    /// too old, is left out.
    ///
    /// # Errors
    /// The bytes are something else.
    pub fn from_bytes(
        credential: &Credential,
        bytes: &[u8],
        now_ms: u64,
    ) -> Result<Self, DirectoryError> {
        let mut directory = Self::new(credential);
        let (&version, records) = bytes.split_first().ok_or(DirectoryError::Malformed)?;
        if version != DIRECTORY_VERSION {
            return Err(DirectoryError::Malformed);
        }
        let mut records = read_records(records).map_err(|_| DirectoryError::Malformed)?;
        records.retain(|record| directory.is_news(record, now_ms) && directory.holds(record));
        directory.take(records, now_ms);
        Ok(directory)
    }

    /// Whether taking it could change anything. Cheap, and therefore asked before
    /// [`Self::holds`].
    fn is_news(&self, record: &Record, now_ms: u64) -> bool {
        match record {
            Record::Card(card) => {
                let newer = self
                    .members
                    .get(&card.device())
                    .is_none_or(|held| held.signed_ms() < card.signed_ms());
                newer && card.is_current(now_ms)
            }
            Record::Revocation(revocation) => self
                .revocations
                .get(&revocation.slot())
                .is_none_or(|held| revocation.rank() < held.rank()),
        }
    }

    fn holds(&self, record: &Record) -> bool {
        match record {
            Record::Card(card) => card.holds(&self.board, &self.root),
            Record::Revocation(revocation) => revocation.holds(&self.board, &self.root),
        }
    }

    /// Takes records that hold, and drops what there is no room or reason for any more.
    fn take(&mut self, records: Vec<Record>, now_ms: u64) -> News {
        for record in &records {
            // Again: a frame may hold several about one device or key.
            if !self.is_news(record, now_ms) {
                continue;
            }
            match record {
                Record::Card(card) => {
                    self.members.insert(card.device(), card.clone());
                }
                Record::Revocation(revocation) => {
                    self.revocations
                        .insert(revocation.slot(), revocation.clone());
                }
            }
        }
        keep_first(&mut self.revocations, MAX_REVOCATIONS, Revocation::rank);
        let mut members = std::mem::take(&mut self.members);
        members.retain(|device, card| {
            let out = card.chain().is_out(device, |key| self.standing(key));
            card.is_current(now_ms) && !out
        });
        keep_first(&mut members, MAX_MEMBERS, Member::rank);
        self.members = members;

        let mut news = News::default();
        let kept = records.into_iter().filter(|record| match record {
            Record::Card(card) => {
                let kept = self.members.get(&card.device()) == Some(card);
                news.members |= kept;
                kept
            }
            Record::Revocation(revocation) => {
                let kept = self.revocations.get(&revocation.slot()) == Some(revocation);
                news.revoked |= kept;
                kept
            }
        });
        let frames = frames(kept);
        News { frames, ..news }
    }
}

impl Revocation {
    fn slot(&self) -> (PublicKey, bool) {
        (self.key(), self.standing() == Standing::Revoked)
    }
}

impl Record {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Card(card) => {
                out.push(CARD);
                card.put(out);
            }
            Self::Revocation(revocation) => {
                out.push(REVOCATION);
                revocation.put(out);
            }
        }
    }
}

fn read_records(bytes: &[u8]) -> Result<Vec<Record>, Malformed> {
    let mut reader = Reader::new(bytes);
    let mut records = Vec::new();
    while !reader.is_empty() {
        records.push(match reader.u8()? {
            CARD => Record::Card(Member::read(&mut reader)?),
            REVOCATION => Record::Revocation(Revocation::read(&mut reader)?),
            _ => return Err(Malformed),
        });
    }
    Ok(records)
}

/// Cut into frames the lane takes; a record is far smaller than one.
fn frames(records: impl Iterator<Item = Record>) -> Vec<Bytes> {
    let (mut frames, mut frame) = (Vec::new(), Vec::new());
    for record in records {
        let start = frame.len();
        record.put(&mut frame);
        if frame.len() > Lane::Members.max_frame() {
            let next = frame.split_off(start);
            frames.push(Bytes::from(std::mem::replace(&mut frame, next)));
        }
    }
    if !frame.is_empty() {
        frames.push(frame.into());
    }
    frames
}

/// Keeps the `count` values of the smallest rank.
fn keep_first<K: Ord, V, R: Ord>(map: &mut BTreeMap<K, V>, count: usize, rank: impl Fn(&V) -> R) {
    if map.len() <= count {
        return;
    }
    let mut all: Vec<_> = std::mem::take(map).into_iter().collect();
    all.sort_by_key(|(_, value)| rank(value));
    map.extend(all.into_iter().take(count));
}

#[cfg(test)]
#[path = "directory_tests.rs"]
mod tests;
