//! What replicas exchange: updates in, state vectors and differences out.

use super::{Broken, Merged, Replica, deleted};
use crate::diff;
use crate::error::{DiffError, MergeError};
use crate::faults;
use crate::undo::OUTSIDE;
use crate::validate::{self, Admitted, MAX_UPDATE, Parsed, state_vector};
use yrs::{ClientID, ReadTxn, StateVector, Transact};

impl Replica {
    /// Takes in an update from elsewhere: checks it, applies it, and reads it back.
    ///
    /// # Errors
    /// See [`MergeError`].
    pub fn merge(&mut self, update: &[u8]) -> Result<Merged, MergeError> {
        if !self.usable {
            return Err(MergeError::Unusable);
        }
        let parsed = Parsed::read(update, MAX_UPDATE)?;
        let admitted = self.index.admit(&parsed, Some(self.client.get()))?;
        if !admitted.new {
            return Ok(Merged::default());
        }
        self.apply(update, &admitted)
            .map_err(|Broken| MergeError::Unusable)?;
        let touches = self.index.touches(&admitted);
        let seq = self.history.tick();
        let (patch, texts) = self
            .settle(&touches, OUTSIDE, seq)
            .map_err(|Broken| MergeError::Unusable)?;
        Ok(Merged {
            patch,
            texts,
            changed: true,
        })
    }

    /// How much of each writer this replica has, in the encoding of Yjs. Equal states encode
    /// equally.
    pub fn state_vector(&self) -> Vec<u8> {
        self.index.state_vector()
    }

    /// What a replica with this state vector lacks: updates of at most 1 MiB, each of which can
    /// be merged after the ones before it.
    ///
    /// # Errors
    /// See [`DiffError`]; the bytes may come from anybody.
    pub fn diff(&self, state_vector: &[u8]) -> Result<Vec<Vec<u8>>, DiffError> {
        if !self.usable {
            return Err(DiffError::Unusable);
        }
        let theirs = state_vector::read(state_vector, |client| self.index.clock(client))
            .map_err(DiffError::Refused)?;
        let txn = self.doc.try_transact().map_err(|_| DiffError::Unusable)?;
        let update = txn.encode_diff_v1(&theirs);
        diff::cut(update, |client| theirs.get(&ClientID::new(client))).ok_or(DiffError::Unusable)
    }

    /// The whole document as one update, for our own store only: it may be larger than 1 MiB.
    /// Empty if the replica has become unusable.
    pub fn snapshot(&self) -> Vec<u8> {
        match self.doc.try_transact() {
            Ok(txn) if self.usable => txn.encode_state_as_update_v1(&StateVector::default()),
            _ => Vec::new(),
        }
    }

    /// What the document says, as a hash: equal on all replicas that have seen the same updates,
    /// whoever wrote them in whatever order.
    pub fn content_hash(&self) -> [u8; 32] {
        match self.doc.try_transact() {
            Ok(txn) => self.hashes.borrow_mut().content(&self.roots, &txn),
            Err(_) => [0; 32],
        }
    }

    /// The content hash, of the document alone.
    #[cfg(test)]
    pub(crate) fn content_hash_from_scratch(&self) -> [u8; 32] {
        match self.doc.try_transact() {
            Ok(txn) => crate::hash::from_scratch(&self.roots, &txn),
            Err(_) => [0; 32],
        }
    }

    /// Applies an admitted update and compares what yrs made of it with what was expected.
    pub(super) fn apply(&mut self, update: &[u8], admitted: &Admitted) -> Result<(), Broken> {
        self.usable = false;
        let mut txn = self.doc.try_transact_mut().map_err(|_| Broken)?;
        validate::apply(&mut txn, update, admitted).map_err(|_| Broken)?;
        faults::step();
        txn.commit();
        faults::step();
        let clocks = txn.state_vector();
        let deleted = deleted(&txn);
        drop(txn);
        let as_expected =
            |(client, clock): &(u64, u32)| clocks.get(&ClientID::new(*client)) == *clock;
        if !admitted.clocks.iter().all(as_expected) {
            return Err(Broken);
        }
        for (client, range) in deleted {
            self.index.delete(client, range);
        }
        self.usable = true;
        Ok(())
    }
}
