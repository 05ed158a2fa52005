//! SQLite: update log, snapshots, drafts, settings, keys; opaque bytes and plain rows.
//!
//! One profile folder holds one database, `upshot.db`, opened by one process at a time.
//! The crate knows no board: what an update, a snapshot or a ballot means is its caller's
//! business. It reads no wall clock either: every time is passed in, in milliseconds since
//! the Unix epoch.
//!
//! # Writing
//! [`Store::submit`] takes a list of [`Write`]s, stored together or not at all, and a callback
//! that runs on the writer thread after the commit is on the disk ("saved" may be said then,
//! and not before). [`Store::commit`] is the same, waiting. Lists are stored in the order in
//! which they were submitted; what arrives close together shares one commit.
//!
//! After a failed [`Write::Append`], later appends to that board fail with
//! [`WriteError::Held`] until one comes with [`Write::Resume`] in front: an acknowledged
//! update must never rest on one that was lost. So a caller keeps what failed, and sends it
//! again, everything unsaved in one list: `[Resume, Append, Append, …]`.
//!
//! # Reading
//! Reads go straight to the database over a second connection, see what is committed, and
//! block for as long as the disk takes: milliseconds for rows, more for a large board. Every
//! row carries a checksum. A damaged row is never returned and never a panic; it is reported
//! beside the readable ones.
//!
//! # Files
//! [`Store::backup_to`] copies the whole profile, [`salvage`] rescues the readable rows of a
//! damaged one, and [`board_file`] writes and reads the `.upshot` file of a single board.

mod backup;
pub mod board_file;
mod error;
mod load;
mod log;
mod memory;
mod open;
mod salvage;
mod schema;
mod store;
mod tables;
mod write;
mod writer;

pub use backup::BackupError;
pub use error::{Damage, LoadError, Rows, WriteError};
pub use load::{DamagedUpdate, History, Loaded, Moment, Pending, Upto};
pub use log::{Log, LogEntry};
pub use memory::Memory;
pub use open::OpenError;
pub use salvage::{SalvageError, Salvaged, TableSalvage, salvage};
pub use store::{DATABASE_FILE, LOCK_FILE, Store};
pub use tables::ballots::Ballot;
pub use tables::blobs::{Blob, BlobHash};
pub use tables::boards::Board;
pub use tables::drafts::Draft;
pub use tables::keys::Key;
pub use tables::library::Kept;
pub use tables::memberships::Membership;
pub use tables::merging::Merging;
pub use tables::quarantine::{NewQuarantined, Quarantined};
pub use tables::search::{Found, SearchEntry};
pub use tables::settings::Setting;
pub use tables::snapshots::{NewSnapshot, Snapshot};
pub use tables::updates::{NewUpdate, Update};
pub use write::{Receipt, Write};
