//! Frames for a peer that looks on wait until the changes before them are on disk here.
//!
//! A peer that may write gives back what this laptop lost in a crash; from one that looks on
//! nothing is taken ([P1]). Were it sent what is not safe yet, it would keep for good what
//! everybody else has lost.

use crate::input::AppendToken;
use bytes::Bytes;
use std::collections::VecDeque;

/// Bytes that wait for one peer: an answer of a full window, and as much typing as a disk that
/// fails for a minute lets pile up. Beyond it the peer is told afterwards where we stand, and asks.
const HELD_BYTES: usize = 4 << 20;

/// The frames that wait, in order.
#[derive(Debug, Default)]
pub(crate) struct Held {
    frames: VecDeque<(AppendToken, Bytes)>,
    bytes: usize,
    /// There were too many; what came since is missing too.
    missed: bool,
}

impl Held {
    /// Keeps a frame until the change is on disk.
    pub(crate) fn push(&mut self, until: AppendToken, frame: Bytes) {
        if self.missed {
            return;
        }
        self.bytes += frame.len();
        self.frames.push_back((until, frame));
        if self.bytes > HELD_BYTES {
            *self = Self {
                missed: true,
                ..Self::default()
            };
        }
    }

    /// The next frame that may go out, when changes are on disk up to a token.
    pub(crate) fn pop(&mut self, saved: AppendToken) -> Option<Bytes> {
        self.frames.front().filter(|(until, _)| *until <= saved)?;
        let (_, frame) = self.frames.pop_front()?;
        self.bytes -= frame.len();
        Some(frame)
    }

    /// Whether frames were given up; they count as told of from now on.
    pub(crate) fn take_missed(&mut self) -> bool {
        std::mem::take(&mut self.missed)
    }

    /// Nothing waits any more.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_go_out_in_order_and_not_before_their_change_is_safe() {
        let mut held = Held::default();
        for n in 1..=3 {
            held.push(
                AppendToken(n),
                Bytes::copy_from_slice(&[n.to_le_bytes()[0]]),
            );
        }
        assert_eq!(held.pop(AppendToken(0)), None);
        assert_eq!(held.pop(AppendToken(2)).as_deref(), Some(&[1][..]));
        assert_eq!(held.pop(AppendToken(2)).as_deref(), Some(&[2][..]));
        assert_eq!(held.pop(AppendToken(2)), None);
        assert!(!held.take_missed());
    }

    #[test]
    fn too_many_frames_are_given_up_all_of_them() {
        let mut held = Held::default();
        for _ in 0..=HELD_BYTES / 1_000 + 1 {
            held.push(AppendToken(1), Bytes::from_static(&[0; 1_000]));
        }
        assert_eq!(held.bytes, 0);
        assert_eq!(held.pop(AppendToken(1)), None);
        assert!(held.take_missed() && !held.take_missed());
    }
}
