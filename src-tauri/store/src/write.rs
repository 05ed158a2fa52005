//! What can be written: one value a change, so that a list of them is stored together, and
//! can be tried again as it is.

use rusqlite::Connection;

use crate::error::WriteError;
use crate::tables::{
    ballots, blobs, boards, drafts, keys, library, memberships, merging, quarantine, search,
    settings, snapshots, updates,
};
use crate::{
    Ballot, Blob, BlobHash, Board, Draft, Kept, Key, Membership, Merging, NewQuarantined,
    NewSnapshot, NewUpdate, SearchEntry, Setting,
};

/// One change to the profile. Everything of a board needs the board's row to be there first.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of the rows")]
pub enum Write {
    /// Adds the board to the list, or replaces its row there.
    PutBoard(Board),
    /// Notes that the board was opened.
    BoardOpened { board: String, at_ms: i64 },
    /// Puts the board in the bin; everything of it stays.
    RemoveBoard { board: String, at_ms: i64 },
    /// Takes the board out of the bin.
    RestoreBoard { board: String },
    /// Deletes the board and all that is of it. Refused unless it is in the bin.
    DeleteBoard { board: String },

    /// Appends to the board's log; the number given is in [`Receipt::seqs`].
    Append(NewUpdate),
    /// Lets appends to the board through again after one failed. In front of a list that
    /// holds everything of the board that is not stored yet.
    Resume { board: String },
    /// Adds a generation; the two newest stay.
    PutSnapshot(NewSnapshot),

    /// Adds or replaces a draft.
    PutDraft(Draft),
    /// Deletes a draft, if there.
    DeleteDraft {
        board: String,
        person: String,
        id: String,
    },
    /// Adds or replaces a ballot.
    PutBallot(Ballot),
    /// Deletes one person's ballot, if there.
    DeleteBallot {
        board: String,
        round: String,
        person: String,
    },
    /// Deletes the ballots of a round.
    DeleteBallots { board: String, round: String },

    /// Adds or replaces a setting.
    PutSetting(Setting),
    /// Deletes a setting, if there.
    DeleteSetting { key: String },
    /// Adds or replaces a secret.
    PutKey(Key),
    /// Deletes a secret, if there.
    DeleteKey { name: String },
    /// Adds or replaces the board's membership.
    PutMembership(Membership),
    /// Deletes the board's membership, if there.
    DeleteMembership { board: String },

    /// Marks a merge as begun; to be committed before the bytes are touched.
    BeginMerge(Merging),
    /// Takes the marker away, if there.
    EndMerge {
        board: String,
        peer: String,
        hash: Vec<u8>,
    },
    /// Sets a peer's bytes aside; the newest 64 of a board are kept.
    Quarantine(NewQuarantined),
    /// Deletes bytes set aside, if there.
    DeleteQuarantined { board: String, hash: Vec<u8> },

    /// Adds or replaces a text to be found. The index follows in a quiet moment.
    Index(SearchEntry),
    /// Takes a text out of the search index, if there.
    Unindex { board: String, key: String },
    /// Takes all of a board's texts out of the search index.
    UnindexBoard { board: String },
    /// Notes that the board's texts are those of its log up to an update; see
    /// [`Store::boards_to_index`](crate::Store::boards_to_index).
    Indexed { board: String, upto_seq: i64 },
    /// Makes the search index again from its texts, after damage.
    RebuildSearch,

    /// Adds or replaces something kept beside the boards.
    Keep(Kept),
    /// Deletes something kept beside the boards, if there.
    Forget { id: String },

    /// Stores the blob, if new, and that the board uses it.
    PutBlob { board: String, blob: Blob },
    /// Notes that the board no longer uses the blob; it goes with its last user.
    ReleaseBlob { board: String, hash: BlobHash },
}

/// What a committed list of writes was given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Receipt {
    /// The numbers of the appended updates, in the order of the list.
    pub seqs: Vec<i64>,
}

impl Write {
    /// Carries the write out inside the current transaction.
    pub(crate) fn apply(&self, conn: &Connection, receipt: &mut Receipt) -> Result<(), WriteError> {
        match self {
            Self::PutBoard(board) => boards::put(conn, board),
            Self::BoardOpened { board, at_ms } => {
                boards::change(conn, board, |board| board.opened_ms = *at_ms)
            }
            Self::RemoveBoard { board, at_ms } => {
                boards::change(conn, board, |board| board.removed_ms = Some(*at_ms))
            }
            Self::RestoreBoard { board } => {
                boards::change(conn, board, |board| board.removed_ms = None)
            }
            Self::DeleteBoard { board } => boards::delete(conn, board),
            Self::Append(update) => {
                receipt.seqs.push(updates::append(conn, update)?);
                Ok(())
            }
            // The writer's own business; nothing in the database.
            Self::Resume { .. } => Ok(()),
            Self::PutSnapshot(snapshot) => snapshots::put(conn, snapshot),
            Self::PutDraft(draft) => drafts::put(conn, draft),
            Self::DeleteDraft { board, person, id } => drafts::delete(conn, board, person, id),
            Self::PutBallot(ballot) => ballots::put(conn, ballot),
            Self::DeleteBallot {
                board,
                round,
                person,
            } => ballots::delete(conn, board, round, person),
            Self::DeleteBallots { board, round } => ballots::delete_round(conn, board, round),
            Self::PutSetting(setting) => settings::put(conn, setting),
            Self::DeleteSetting { key } => settings::delete(conn, key),
            Self::PutKey(key) => keys::put(conn, key),
            Self::DeleteKey { name } => keys::delete(conn, name),
            Self::PutMembership(membership) => memberships::put(conn, membership),
            Self::DeleteMembership { board } => memberships::delete(conn, board),
            Self::BeginMerge(merging) => merging::begin(conn, merging),
            Self::EndMerge { board, peer, hash } => merging::end(conn, board, peer, hash),
            Self::Quarantine(quarantined) => quarantine::put(conn, quarantined),
            Self::DeleteQuarantined { board, hash } => quarantine::delete(conn, board, hash),
            Self::Index(entry) => search::put(conn, entry),
            Self::Unindex { board, key } => search::delete(conn, board, key),
            Self::UnindexBoard { board } => search::delete_board(conn, board),
            Self::Indexed { board, upto_seq } => search::cover(conn, board, *upto_seq),
            Self::RebuildSearch => search::rebuild(conn),
            Self::Keep(kept) => library::put(conn, kept),
            Self::Forget { id } => library::delete(conn, id),
            Self::PutBlob { board, blob } => blobs::put(conn, board, blob),
            Self::ReleaseBlob { board, hash } => blobs::release(conn, board, *hash),
        }
    }
}
