//! A laptop's disk: what survives when the machine goes down.

use engine::{Entry, Secret, Stored};

/// The log and snapshot of one board.
#[derive(Debug, Default)]
pub(crate) struct Disk {
    log: Vec<Vec<u8>>,
    snapshot: Option<(usize, Vec<u8>)>,
    secrets: Vec<Secret>,
    /// A write failed: nothing is written before everything is offered again.
    stuck: bool,
    /// Writes fail for the time being.
    pub(crate) failing: bool,
    /// The newest moment a write was promised for; later ones are not done earlier.
    pub(crate) busy_until: i64,
}

impl Disk {
    /// Writes, or not; answers the number of the last update.
    pub(crate) fn append(&mut self, entries: &[Entry], again: bool) -> Result<i64, String> {
        if again {
            self.stuck = false;
        }
        if self.failing || self.stuck {
            self.stuck = true;
            return Err("the disk is full".to_owned());
        }
        for entry in entries {
            if let Some(base) = &entry.base {
                let upto = usize::try_from(base.upto).unwrap();
                assert_eq!(upto, self.log.len(), "a state at another place of the log");
                self.snapshot = Some((upto, base.bytes.to_vec()));
            }
            self.log.push(entry.update.to_vec());
            self.put(&entry.gone);
        }
        Ok(i64::try_from(self.log.len()).unwrap())
    }

    /// Keeps rows of the laptop's own, or not.
    pub(crate) fn keep(&mut self, secrets: &[Secret]) -> Result<(), String> {
        if self.failing {
            return Err("the disk is full".to_owned());
        }
        self.put(secrets);
        Ok(())
    }

    fn put(&mut self, secrets: &[Secret]) {
        for secret in secrets {
            self.secrets.retain(|row| !row.same(secret));
            self.secrets.push(secret.clone());
        }
        self.secrets.retain(|row| !row.is_gone());
    }

    /// The rows of the laptop's own.
    pub(crate) fn secrets(&self) -> Vec<Secret> {
        self.secrets.clone()
    }

    /// Stores a snapshot, unless writes fail: then the log still has everything.
    pub(crate) fn snapshot(&mut self, upto: i64, bytes: Vec<u8>) {
        let upto = usize::try_from(upto).unwrap();
        assert!(
            upto <= self.log.len(),
            "a snapshot up to {upto} of a log of {}",
            self.log.len()
        );
        if !self.failing {
            self.snapshot = Some((upto, bytes));
        }
    }

    /// What the store would read.
    pub(crate) fn read(&self) -> Stored {
        let from = self.snapshot.as_ref().map_or(0, |(upto, _)| *upto);
        Stored {
            snapshot: self.snapshot.as_ref().map(|(_, bytes)| bytes.clone()),
            updates: self.log[from..].to_vec(),
            last_seq: i64::try_from(self.log.len()).unwrap(),
        }
    }

    /// The machine was started again.
    pub(crate) fn restarted(&mut self) {
        self.stuck = false;
        self.busy_until = 0;
    }
}
