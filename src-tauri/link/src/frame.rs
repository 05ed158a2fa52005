//! Frames on a lane: a 4-byte big-endian length, then that many bytes.
//!
//! [`FrameDecoder`] is a plain state machine over byte slices, so that it can be fuzzed without
//! I/O. It never holds more than one frame and its header beyond what it was given.

use bytes::{Buf, Bytes, BytesMut};

/// The streams of a connection. They are separate QUIC streams, so that a large first sync never
/// holds up cursors, nor that somebody was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Lane {
    /// Document sync: every frame arrives, in order; a full queue is reported to the sender.
    Sync,
    /// Presence: only the newest matters; a full queue drops its oldest frames.
    Presence,
    /// What a [`Directory`](crate::Directory) says and hears: rare, small, and all of it counts. A peer
    /// that does not keep up here is to be let go; it is told everything when it comes back.
    Members,
}

impl Lane {
    /// All lanes.
    pub const ALL: [Self; 3] = [Self::Sync, Self::Presence, Self::Members];

    /// The largest frame of this lane, in bytes.
    ///
    /// Sync: 1 MiB, the largest document update, and 64 bytes for the header the sync protocol
    /// puts around it. Presence: 64 KiB; a cursor and a selection take a few hundred bytes.
    /// Members: 16 KiB; a card takes a few hundred bytes, and checking a full frame of forged ones
    /// a few milliseconds.
    #[must_use]
    pub const fn max_frame(self) -> usize {
        match self {
            Self::Sync => 1024 * 1024 + 64,
            Self::Presence => 64 * 1024,
            Self::Members => 16 * 1024,
        }
    }

    pub(crate) const fn tag(self) -> u8 {
        match self {
            Self::Sync => b'S',
            Self::Presence => b'P',
            Self::Members => b'M',
        }
    }

    pub(crate) fn from_tag(tag: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|lane| lane.tag() == tag)
    }
}

/// What was received is not a frame. The stream cannot be followed any further.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// A frame without content has no meaning on any lane.
    #[error("an empty frame")]
    Empty,
    /// The announced length is above the lane's limit.
    #[error("a frame of {length} bytes, the limit is {limit}")]
    TooLong {
        /// The announced length in bytes.
        length: usize,
        /// The lane's limit in bytes.
        limit: usize,
    },
}

const HEADER: usize = 4;

/// Cuts a byte stream into frames.
#[derive(Debug)]
pub struct FrameDecoder {
    limit: usize,
    buffer: BytesMut,
}

impl FrameDecoder {
    /// A decoder that takes frames of at most `limit` bytes.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            buffer: BytesMut::new(),
        }
    }

    /// Adds received bytes. Call [`Self::next_frame`] until it gives `None` before adding more.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next complete frame, or `None` while more bytes are needed.
    ///
    /// # Errors
    /// The stream broke the framing; every further call gives the same error.
    pub fn next_frame(&mut self) -> Result<Option<Bytes>, FrameError> {
        let Some(header) = self.buffer.first_chunk::<HEADER>() else {
            return Ok(None);
        };
        let length = usize::try_from(u32::from_be_bytes(*header)).unwrap_or(usize::MAX);
        if length == 0 {
            return Err(FrameError::Empty);
        }
        if length > self.limit {
            return Err(FrameError::TooLong {
                length,
                limit: self.limit,
            });
        }
        if self.buffer.len() < HEADER + length {
            return Ok(None);
        }
        self.buffer.advance(HEADER);
        Ok(Some(self.buffer.split_to(length).freeze()))
    }
}

/// The header of a frame of `length` bytes. `length` is below [`Lane::max_frame`], which fits.
pub(crate) fn header(length: usize) -> Bytes {
    let length = u32::try_from(length).unwrap_or(u32::MAX);
    Bytes::copy_from_slice(&length.to_be_bytes())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn encode(frames: &[Vec<u8>]) -> Vec<u8> {
        frames
            .iter()
            .flat_map(|frame| [header(frame.len()).to_vec(), frame.clone()].concat())
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn frames_survive_any_chunking(
            frames in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..200), 0..12),
            chunk in 1usize..64,
        ) {
            let mut decoder = FrameDecoder::new(200);
            let mut seen = Vec::new();
            for piece in encode(&frames).chunks(chunk) {
                decoder.push(piece);
                while let Some(frame) = decoder.next_frame().unwrap() {
                    seen.push(frame.to_vec());
                }
            }
            prop_assert_eq!(seen, frames);
            prop_assert_eq!(decoder.next_frame(), Ok(None));
        }

        #[test]
        fn arbitrary_bytes_never_give_an_oversized_frame(
            bytes in prop::collection::vec(prop_oneof![Just(0u8), any::<u8>()], 0..600),
            limit in 1usize..64,
        ) {
            let mut decoder = FrameDecoder::new(limit);
            decoder.push(&bytes);
            let mut total = 0;
            loop {
                match decoder.next_frame() {
                    Ok(Some(frame)) => {
                        prop_assert!(!frame.is_empty() && frame.len() <= limit);
                        total += HEADER + frame.len();
                    }
                    Ok(None) => break,
                    Err(error) => {
                        prop_assert_eq!(decoder.next_frame(), Err(error));
                        break;
                    }
                }
            }
            prop_assert!(total <= bytes.len());
        }
    }

    #[test]
    fn the_length_is_judged_before_the_body_arrives() {
        let mut decoder = FrameDecoder::new(10);
        decoder.push(&[0, 0, 0, 11]);
        assert_eq!(
            decoder.next_frame(),
            Err(FrameError::TooLong {
                length: 11,
                limit: 10
            })
        );
        let mut decoder = FrameDecoder::new(10);
        decoder.push(&[0; 4]);
        assert_eq!(decoder.next_frame(), Err(FrameError::Empty));
    }
}
