//! Reading a board: its newest good snapshot and the log after it, and the log as history.

use std::collections::BTreeMap;

use rusqlite::Connection;

use crate::error::{Damage, LoadError};
use crate::tables::snapshots::{self, Snapshot};
use crate::tables::updates::{self, Update};
use crate::tables::{Found, boards, is_damage};

/// A board as read. Apply the snapshot, then the updates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loaded {
    /// The newest snapshot that is whole; `None` if there is none, and then the updates are
    /// the whole log.
    pub snapshot: Option<Snapshot>,
    /// The readable updates after the snapshot, in order.
    pub updates: Vec<Update>,
    /// The number of the log's last update; 0 for an empty log.
    pub last_seq: i64,
    /// Updates after the snapshot that are lost or damaged, by number.
    pub damaged_updates: Vec<DamagedUpdate>,
    /// Other damage met on the way, such as a snapshot that had to be passed over.
    pub damaged: Vec<Damage>,
}

/// An update of the log that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedUpdate {
    /// Its number.
    pub seq: i64,
    /// What is wrong.
    pub detail: String,
}

/// How far to read the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upto {
    /// Up to and with this number.
    Seq(i64),
    /// Up to and with the last update accepted at or before this time, Unix milliseconds.
    Time(i64),
}

/// The log from its beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// The readable updates, in order.
    pub updates: Vec<Update>,
    /// Those lost or damaged, by number.
    pub damaged_updates: Vec<DamagedUpdate>,
}

/// An update without its bytes, for a slider through time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// The update's number.
    pub seq: i64,
    /// When it was accepted here, Unix milliseconds.
    pub at_ms: i64,
    /// Where it came from.
    pub origin: String,
    /// Its length in bytes.
    pub bytes: i64,
}

/// What the log holds beyond the newest snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pending {
    /// How many updates.
    pub updates: i64,
    /// Their bytes in all.
    pub bytes: i64,
}

pub(crate) fn load(conn: &Connection, board: &str) -> Result<Loaded, LoadError> {
    // One transaction, so that snapshot and log are of the same moment.
    let tx = conn.unchecked_transaction()?;
    require(&tx, board)?;
    let mut damaged = Vec::new();
    let snapshot = newest_good_snapshot(&tx, board, &mut damaged)?;
    let after = snapshot.as_ref().map_or(0, |snapshot| snapshot.upto_seq);
    let log = read_log(&tx, board, after, i64::MAX, &mut damaged)?;
    Ok(Loaded {
        snapshot,
        updates: log.updates,
        last_seq: log.last_seq.max(after),
        damaged_updates: log.damaged,
        damaged,
    })
}

/// Reads the log alone: a snapshot may hold later updates than its number says.
pub(crate) fn history(conn: &Connection, board: &str, upto: Upto) -> Result<History, LoadError> {
    let tx = conn.unchecked_transaction()?;
    require(&tx, board)?;
    let upto = match upto {
        Upto::Seq(seq) => seq,
        // The last one, not all before the first later one: a clock that once ran ahead for
        // an hour must not hide what came after it was set right.
        Upto::Time(at_ms) => tx
            .prepare_cached(
                "SELECT coalesce(max(seq), 0) FROM updates WHERE board = ? AND at_ms <= ?",
            )?
            .query_row((board, at_ms), |row| row.get(0))?,
    };
    let mut damaged = Vec::new();
    let log = read_log(&tx, board, 0, upto, &mut damaged)?;
    Ok(History {
        updates: log.updates,
        damaged_updates: log.damaged,
    })
}

pub(crate) fn timeline(conn: &Connection, board: &str) -> Result<Vec<Moment>, LoadError> {
    require(conn, board)?;
    let moments = conn
        .prepare_cached(
            "SELECT seq, at_ms, origin, length(bytes) FROM updates WHERE board = ? ORDER BY seq",
        )?
        .query_map([board], |row| {
            Ok(Moment {
                seq: row.get(0)?,
                at_ms: row.get(1)?,
                origin: row.get(2)?,
                bytes: row.get(3)?,
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(moments)
}

pub(crate) fn pending(conn: &Connection, board: &str) -> Result<Pending, LoadError> {
    let tx = conn.unchecked_transaction()?;
    require(&tx, board)?;
    let after = snapshots::newest_upto(&tx, board)?;
    let pending = tx
        .prepare_cached(
            "SELECT count(*), coalesce(sum(length(bytes)), 0) FROM updates \
             WHERE board = ? AND seq > ?",
        )?
        .query_row((board, after), |row| {
            Ok(Pending {
                updates: row.get(0)?,
                bytes: row.get(1)?,
            })
        })?;
    Ok(pending)
}

/// An error unless the board is here. Where damage hides the answer, reading goes on.
fn require(conn: &Connection, board: &str) -> Result<(), LoadError> {
    match boards::exists(conn, board) {
        Ok(true) => Ok(()),
        Ok(false) => Err(LoadError::NoSuchBoard),
        Err(error) if is_damage(&error) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn newest_good_snapshot(
    conn: &Connection,
    board: &str,
    damaged: &mut Vec<Damage>,
) -> Result<Option<Snapshot>, LoadError> {
    let mut report = |detail: String| {
        tracing::warn!(board, detail, "damaged snapshot");
        damaged.push(Damage {
            table: snapshots::TABLE.name,
            detail,
        });
    };
    let generations = match snapshots::generations(conn, board).map_err(LoadError::from) {
        Ok(generations) => generations,
        Err(LoadError::Damaged(detail)) => {
            report(detail);
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    for generation in generations {
        match snapshots::get(conn, board, generation) {
            Ok(Some(snapshot)) => return Ok(Some(snapshot)),
            Ok(None) => report(format!("generation {generation} is missing")),
            Err(LoadError::Damaged(detail)) => report(format!("generation {generation}: {detail}")),
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}

struct LogRead {
    updates: Vec<Update>,
    damaged: Vec<DamagedUpdate>,
    last_seq: i64,
}

/// Reads the updates in `(after, upto]`. What of them does not verify, or is not there though
/// the log goes on behind it, is reported.
fn read_log(
    conn: &Connection,
    board: &str,
    after: i64,
    upto: i64,
    damaged: &mut Vec<Damage>,
) -> Result<LogRead, LoadError> {
    let end = match updates::end(conn, board) {
        Ok(end) => Some(end),
        Err(LoadError::Damaged(detail)) => {
            damaged.push(Damage {
                table: updates::HEADS.name,
                detail,
            });
            None
        }
        Err(error) => return Err(error),
    };
    let mut good = BTreeMap::new();
    let mut bad = BTreeMap::new();
    let broken_off = scan(
        conn,
        board,
        after,
        end.unwrap_or(i64::MAX).min(upto),
        &mut good,
        &mut bad,
    )?;
    let highest = good.last_key_value().map_or(after, |(seq, _)| *seq);
    let last_seq = end.unwrap_or(highest);
    if broken_off {
        // A page on the way is damaged; later updates may lie on whole ones.
        for seq in highest.saturating_add(1)..=last_seq.min(upto) {
            match updates::get(conn, board, seq) {
                Ok(Some(Found::Good(update))) if update.seq == seq => {
                    good.insert(seq, update);
                }
                Ok(Some(Found::Good(_))) => {
                    bad.insert(seq, "another update is in its place".to_owned());
                }
                Ok(Some(Found::Damaged(detail))) => {
                    bad.insert(seq, detail);
                }
                Ok(None) => {}
                Err(error) => match LoadError::from(error) {
                    LoadError::Damaged(detail) => {
                        bad.insert(seq, detail);
                    }
                    error => return Err(error),
                },
            }
        }
    }
    let damaged: Vec<DamagedUpdate> = (after.saturating_add(1)..=last_seq.min(upto))
        .filter(|seq| !good.contains_key(seq))
        .map(|seq| DamagedUpdate {
            seq,
            detail: bad.remove(&seq).unwrap_or_else(|| "missing".to_owned()),
        })
        .collect();
    if !damaged.is_empty() {
        tracing::warn!(board, count = damaged.len(), "damaged updates");
    }
    Ok(LogRead {
        updates: good.into_values().collect(),
        damaged,
        last_seq,
    })
}

/// Reads a range in one go. Returns whether a damaged page broke it off.
fn scan(
    conn: &Connection,
    board: &str,
    after: i64,
    upto: i64,
    good: &mut BTreeMap<i64, Update>,
    bad: &mut BTreeMap<i64, String>,
) -> Result<bool, LoadError> {
    let sql = updates::TABLE.select_sql("WHERE board = ? AND seq > ? AND seq <= ? ORDER BY seq");
    let mut statement = conn.prepare_cached(&sql)?;
    let mut rows = statement.query((board, after, upto))?;
    loop {
        match rows.next() {
            Ok(None) => return Ok(false),
            Ok(Some(row)) => match updates::TABLE.verify(row, updates::from_row) {
                // A row of another board, led to by a damaged index, does verify.
                Ok(Found::Good(update))
                    if update.seq > after
                        && update.seq <= upto
                        && row
                            .get_ref(0)
                            .is_ok_and(|value| value.as_str() == Ok(board)) =>
                {
                    good.insert(update.seq, update);
                }
                Ok(Found::Good(_)) => {}
                Ok(Found::Damaged(detail)) => {
                    if let Ok(seq) = row.get(1) {
                        bad.insert(seq, detail);
                    }
                }
                Err(error) => match LoadError::from(error) {
                    LoadError::Damaged(_) => return Ok(true),
                    error => return Err(error),
                },
            },
            Err(error) if is_damage(&error) => return Ok(true),
            Err(error) => return Err(error.into()),
        }
    }
}
