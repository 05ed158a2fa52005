//! The one way in for bytes nobody vouches for.
//!
//! yrs must never be given unchecked bytes: crafted updates make it panic, loop, allocate
//! without bound, or keep a document that cannot be saved any more. So an update is first read by
//! a strict grammar ([`update`]), then compared with what the document holds ([`index`]), and
//! only then given to yrs, here and nowhere else.
//!
//! What the two checks promise yrs, besides sound bytes:
//! - every block continues its client's clock, and all it refers to is there before it, so
//!   nothing is ever left pending and no skip blocks arise;
//! - every item belongs to one place of the layout, and its content is what belongs there. Depth
//!   is bounded by that: a nested map's parent is a root that holds records, a nested text's
//!   parent is such a map under the key `text`, and neither holds anything deeper.

mod cursor;
mod index;
mod ranges;
pub(crate) mod state_vector;
pub(crate) mod update;
mod words;

pub(crate) use index::{Admitted, Index, Touch};
pub(crate) use update::Parsed;

use yrs::updates::decoder::Decode;
use yrs::{ReadTxn, TransactionMut, Update};

/// The most bytes of one update from a peer: 1 MiB. A first sync is cut into such.
pub const MAX_UPDATE: usize = 1 << 20;
/// The most bytes of a snapshot from our own store: 256 MiB, far beyond any board's size, and a
/// bound all the same, since a file may be damaged.
pub(crate) const MAX_SNAPSHOT: usize = 256 << 20;

/// Why bytes were refused. The document is as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// More bytes, or more writers, than one update may have.
    #[error("it is larger than an update may be")]
    TooLarge,
    /// It ends too early, or counts more than it has bytes for.
    #[error("it ends too early")]
    Truncated,
    /// Bytes are left over.
    #[error("it goes on after its end")]
    Trailing,
    /// A number out of bounds, or written in an unusual way.
    #[error("a number in it is out of bounds")]
    Number,
    /// Text that is not UTF-8.
    #[error("a text in it is not UTF-8")]
    Utf8,
    /// A block or range of no length.
    #[error("a block in it is empty or out of order")]
    Empty,
    /// A writer is listed twice.
    #[error("a writer is listed twice in it")]
    Repeated,
    /// A root that no board has.
    #[error("it writes to a part no board has")]
    Root,
    /// A kind of content that no board has.
    #[error("it has a kind of content no board has")]
    Content,
    /// A register's value that no board has, or one nested too deep.
    #[error("it has a kind of value no board has")]
    Value,
    /// Content where it does not belong, or an item whose neighbours lie elsewhere.
    #[error("it puts something where it does not belong")]
    Place,
    /// Blocks that wait for one another.
    #[error("its blocks wait for one another")]
    Circular,
    /// It continues this very replica's own writing.
    #[error("it pretends to be written by this very replica")]
    ForgedOwnClient,
}

/// Why an update cannot be taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// It is no update of a board.
    Refused(Refusal),
    /// It builds on something we have not got.
    Gap,
}

impl From<Refusal> for Flaw {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// yrs did not take an update that had passed the checks: the document cannot be used any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Damaged;

/// Gives an admitted update to yrs. `bytes` are the very bytes that were read and admitted.
pub(crate) fn apply(
    txn: &mut TransactionMut<'_>,
    bytes: &[u8],
    _admitted: &Admitted,
) -> Result<(), Damaged> {
    let update = Update::decode_v1(bytes).map_err(|_| Damaged)?;
    txn.apply_update(update).map_err(|_| Damaged)?;
    if txn.has_missing_updates() {
        Err(Damaged)
    } else {
        Ok(())
    }
}
