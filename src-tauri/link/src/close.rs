//! Why a connection ended: a code for the program, a sentence for the person.

use iroh::endpoint::{ConnectionError, VarInt};

/// The application close codes of `upshot/1` and `upshot-code/1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum CloseCode {
    /// The peer left, or closed the board.
    Left = 0,
    /// The proof of membership does not hold, or the board is not shared here. One code for both,
    /// so that a stranger cannot find out which boards a device holds.
    Refused = 1,
    /// The invitation's time is over.
    Expired = 2,
    /// The invitation was closed, or the device was removed from the board.
    Revoked = 3,
    /// The peer sent what the protocol does not allow.
    BrokeProtocol = 4,
    /// Another connection between the same two devices took over.
    Superseded = 5,
    /// Too many connections.
    Busy = 6,
    /// The handshake took too long.
    TooSlow = 7,
    /// The spoken code is wrong.
    WrongCode = 8,
    /// The spoken code is no longer taken, after three wrong tries or because joining was closed.
    CodeClosed = 9,
}

impl CloseCode {
    const ALL: [Self; 10] = [
        Self::Left,
        Self::Refused,
        Self::Expired,
        Self::Revoked,
        Self::BrokeProtocol,
        Self::Superseded,
        Self::Busy,
        Self::TooSlow,
        Self::WrongCode,
        Self::CodeClosed,
    ];

    pub(crate) fn var_int(self) -> VarInt {
        VarInt::from_u32(self as u32)
    }

    fn from_var_int(code: VarInt) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.var_int() == code)
    }
}

/// Who ended a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClosedBy {
    /// This device.
    Us,
    /// The peer, by the protocol.
    Them,
    /// Nobody: the network failed, the peer's process ended, or nothing was heard for too long.
    Network,
}

/// The end of a connection.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Closed {
    /// Who ended it.
    pub by: ClosedBy,
    /// The close code, where one was given that this version knows.
    pub code: Option<CloseCode>,
    /// A sentence for a log or a notice. One from the peer is at most [`MAX_REASON`] bytes and
    /// without control characters, but still the peer's own words.
    pub reason: String,
}

/// The longest close reason, in bytes.
pub const MAX_REASON: usize = 200;

impl Closed {
    pub(crate) fn by_us(code: CloseCode, reason: &str) -> Self {
        Self {
            by: ClosedBy::Us,
            code: Some(code),
            reason: tidy(reason),
        }
    }

    pub(crate) fn from_error(error: &ConnectionError) -> Self {
        match error {
            ConnectionError::ApplicationClosed(close) => Self {
                by: ClosedBy::Them,
                code: CloseCode::from_var_int(close.error_code),
                reason: tidy(&String::from_utf8_lossy(&close.reason)),
            },
            ConnectionError::LocallyClosed => Self {
                by: ClosedBy::Us,
                code: None,
                reason: "this device closed the connection".into(),
            },
            ConnectionError::TimedOut => Self::network("nothing was heard from the peer"),
            ConnectionError::Reset => Self::network("the peer was restarted"),
            other => Self::network(&other.to_string()),
        }
    }

    fn network(reason: &str) -> Self {
        Self {
            by: ClosedBy::Network,
            code: None,
            reason: tidy(reason),
        }
    }
}

/// Close reasons are shown and logged: no control characters, and not longer than a sentence.
pub(crate) fn tidy(reason: &str) -> String {
    let mut tidied: String = reason
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_REASON)
        .collect();
    while tidied.len() > MAX_REASON {
        tidied.pop();
    }
    tidied
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_from_outside_is_short_and_printable() {
        assert_eq!(tidy("left\u{7}\n\u{1b}[31m"), "left[31m");
        assert!(tidy(&"é".repeat(5000)).len() <= MAX_REASON);
    }

    #[test]
    fn codes_read_back() {
        for code in CloseCode::ALL {
            assert_eq!(CloseCode::from_var_int(code.var_int()), Some(code));
        }
        assert_eq!(CloseCode::from_var_int(VarInt::from_u32(4711)), None);
    }
}
