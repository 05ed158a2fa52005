//! The queue between the runtime, which never waits, and a lane's writer, which waits for the
//! network. Bounded in frames and bytes, so that a slow peer costs memory only up to here.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use bytes::Bytes;
use tokio::sync::Notify;

use crate::frame::Lane;

/// Why a frame was not queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The peer reads more slowly than we write. Keep nothing for it: wait for
    /// [`Event::Drained`](crate::Event::Drained), then sync from its state vector again.
    #[error("the peer is slower than what is sent to it")]
    Full,
    /// The connection is closed.
    #[error("the connection is closed")]
    Closed,
    /// Empty, or above [`Lane::max_frame`].
    #[error("a frame of {0} bytes cannot be sent on this lane")]
    BadLength(usize),
}

#[derive(Debug)]
pub(crate) struct Outbox {
    lane: Lane,
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    frames: VecDeque<Bytes>,
    bytes: usize,
    /// A frame was refused since the queue was last half empty.
    refused: bool,
    closed: bool,
}

/// A frame to write, and whether the queue has room again after having refused one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    pub(crate) frame: Bytes,
    pub(crate) drained: bool,
}

impl Outbox {
    pub(crate) fn new(lane: Lane) -> Self {
        Self {
            lane,
            state: Mutex::default(),
            changed: Notify::new(),
        }
    }

    pub(crate) fn push(&self, frame: Bytes) -> Result<(), SendError> {
        if frame.is_empty() || frame.len() > self.lane.max_frame() {
            return Err(SendError::BadLength(frame.len()));
        }
        let (max_frames, max_bytes) = capacity(self.lane);
        let mut state = self.lock();
        if state.closed {
            return Err(SendError::Closed);
        }
        let fits = |state: &State| {
            state.frames.len() < max_frames && state.bytes + frame.len() <= max_bytes
        };
        while !fits(&state) {
            match self.lane {
                Lane::Sync | Lane::Members => {
                    state.refused = true;
                    return Err(SendError::Full);
                }
                Lane::Presence => {
                    let Some(oldest) = state.frames.pop_front() else {
                        break;
                    };
                    state.bytes -= oldest.len();
                }
            }
        }
        state.bytes += frame.len();
        state.frames.push_back(frame);
        drop(state);
        self.changed.notify_one();
        Ok(())
    }

    /// Waits for the next frame; `None` once closed.
    pub(crate) async fn take(&self) -> Option<Taken> {
        loop {
            let changed = self.changed.notified();
            {
                let mut state = self.lock();
                if state.closed {
                    return None;
                }
                if let Some(frame) = state.frames.pop_front() {
                    state.bytes -= frame.len();
                    let (max_frames, max_bytes) = capacity(self.lane);
                    let drained = state.refused
                        && state.bytes <= max_bytes / 2
                        && state.frames.len() <= max_frames / 2;
                    if drained {
                        state.refused = false;
                    }
                    return Some(Taken { frame, drained });
                }
            }
            changed.await;
        }
    }

    pub(crate) fn close(&self) {
        let mut state = self.lock();
        *state = State {
            closed: true,
            ..State::default()
        };
        drop(state);
        self.changed.notify_one();
    }

    /// No code panics while holding the lock, so a poisoned state is still whole.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Frames and bytes a lane's queue holds.
///
/// Sync: four of the largest frames; more would only delay the resync that a slow peer gets.
/// Presence: about a second of a lively board; older cursors are of no use to anybody.
/// Members: the fullest directory twice, which is a megabyte and a half.
const fn capacity(lane: Lane) -> (usize, usize) {
    match lane {
        Lane::Sync => (1024, 4 * Lane::Sync.max_frame()),
        Lane::Presence => (64, 2 * Lane::Presence.max_frame()),
        Lane::Members => (1024, 96 * Lane::Members.max_frame()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn frame(byte: u8, length: usize) -> Bytes {
        Bytes::from(vec![byte; length])
    }

    #[tokio::test]
    async fn sync_refuses_when_full_and_says_once_when_half_empty() {
        let outbox = Outbox::new(Lane::Sync);
        let largest = Lane::Sync.max_frame();
        for byte in 0..4 {
            outbox.push(frame(byte, largest)).unwrap();
        }
        assert_eq!(outbox.push(frame(9, 1)), Err(SendError::Full));
        assert_eq!(
            outbox.take().await.unwrap(),
            Taken {
                frame: frame(0, largest),
                drained: false
            }
        );
        assert_eq!(
            outbox.take().await.unwrap(),
            Taken {
                frame: frame(1, largest),
                drained: true
            }
        );
        assert_eq!(
            outbox.take().await.unwrap(),
            Taken {
                frame: frame(2, largest),
                drained: false
            }
        );
    }

    #[tokio::test]
    async fn presence_drops_its_oldest() {
        let outbox = Outbox::new(Lane::Presence);
        for byte in 0..100 {
            outbox.push(frame(byte, 1)).unwrap();
        }
        for byte in 36..100 {
            assert_eq!(outbox.take().await.unwrap().frame, frame(byte, 1));
        }
    }

    #[tokio::test]
    async fn closing_ends_a_waiting_writer_and_later_sends() {
        let outbox = Outbox::new(Lane::Sync);
        let (taken, ()) = tokio::join!(outbox.take(), async { outbox.close() });
        assert_eq!(taken, None);
        assert_eq!(outbox.push(frame(1, 1)), Err(SendError::Closed));
        assert_eq!(
            Outbox::new(Lane::Presence).push(frame(1, 64 * 1024 + 1)),
            Err(SendError::BadLength(64 * 1024 + 1))
        );
    }
}
