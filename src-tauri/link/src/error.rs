//! Why a link was not bound, nobody invited, or a peer not joined.

use crate::close::Closed;

/// The endpoint could not be bound.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// No socket, or no randomness.
    #[error("peers cannot be reached: {0}")]
    Unavailable(String),
}

/// No invitation was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InviteError {
    /// The [`Gate`](crate::Gate) gives no credential for the board.
    #[error("this board is not shared")]
    NotShared,
    /// One gives no role above one's own; who looks on gives none.
    #[error("your role on this board does not allow this invitation")]
    NotAllowed,
    /// The system gave no random bytes.
    #[error("no random bytes could be had for the invitation")]
    NoRandomness,
}

/// The peer could not be joined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    /// The ticket's time is over.
    #[error("the invitation has expired; ask for a new one")]
    Expired,
    /// The [`Gate`](crate::Gate) gives no credential for the board.
    #[error("this board is not shared")]
    NotShared,
    /// None of the device's addresses may be dialled: on the local network only, unless the user
    /// has turned on more.
    #[error("the other device is not on this network")]
    NotReachable,
    /// Nothing answered.
    #[error("the other device did not answer; is it on the same network, with the board open?")]
    NoAnswer,
    /// The other device speaks another version of the protocol.
    #[error("the other device runs an incompatible version of Upshot; update both")]
    OtherVersion,
    /// The handshake was refused, by the other device or by this one; the close code tells why.
    #[error("{0}")]
    Refused(Closed),
    /// Too many peers are connected already.
    #[error("too many devices are connected")]
    Busy,
}
