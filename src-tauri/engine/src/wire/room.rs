//! What is told beside presence: who is still writing, the timer, and calls to look somewhere. Each
//! is a frame of its own on the presence lane; what gets lost is told again within seconds.

use super::{MAX_NAME, Reader, WireError, cut, put_numbers, put_option, put_text};
use crate::protocol::Timer;
use board::PersonId;

/// The most people at one laptop that are told of.
const MAX_PEOPLE: usize = 32;

/// Who is at a laptop, and who of them is done.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Working {
    /// What they do each for themselves now: a word for the phase or vote, empty for nothing.
    pub stage: String,
    /// The people, and whether they said that they are done.
    pub people: Vec<(PersonId, bool)>,
}

/// A frame of the presence lane that is not a presence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoomItem {
    /// Sent to peers who facilitate, and to nobody else.
    Working {
        /// A number of the laptop, for as long as the board is open there.
        laptop: u64,
        /// Who is at it.
        working: Working,
    },
    /// The timer, as it stands when it is sent.
    Timer {
        /// Counts up with each change by anybody; the largest counts.
        stamp: u64,
        /// `None`: there is none any more.
        timer: Option<Timer>,
    },
    /// Everybody is asked to look at a part of the board.
    Call {
        /// Drawn at random, to know it again.
        call: u64,
        /// Left, top, width, height in board units.
        view: (i32, i32, i32, i32),
        /// The name of who asks.
        by: String,
    },
}

impl RoomItem {
    /// The kinds of frames that are these.
    pub(crate) const KINDS: std::ops::RangeInclusive<u8> = 3..=5;

    /// The frame as bytes.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        match self {
            Self::Working { laptop, working } => {
                out.push(3);
                out.extend(laptop.to_be_bytes());
                put_text(&mut out, &working.stage);
                let people = working.people.iter().take(MAX_PEOPLE);
                out.push(u8::try_from(people.len()).unwrap_or(0));
                for (person, done) in people {
                    put_text(&mut out, &person.to_string());
                    out.push(u8::from(*done));
                }
            }
            Self::Timer { stamp, timer } => {
                out.push(4);
                out.extend(stamp.to_be_bytes());
                put_option(&mut out, timer.as_ref(), |out, timer| {
                    out.extend(timer.total_ms.to_be_bytes());
                    out.extend(timer.left_ms.to_be_bytes());
                    out.push(u8::from(timer.running));
                });
            }
            Self::Call { call, view, by } => {
                out.push(5);
                out.extend(call.to_be_bytes());
                put_numbers(&mut out, &[view.0, view.1, view.2, view.3]);
                put_text(&mut out, cut(by, MAX_NAME));
            }
        }
        out
    }

    /// Reads a frame.
    ///
    /// # Errors
    /// The bytes are not a frame; the peer breaks the protocol.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let mut reader = Reader(bytes);
        let item = match reader.u8()? {
            3 => {
                let laptop = reader.u64()?;
                let stage = reader.text(MAX_NAME)?;
                let count = usize::from(reader.u8()?);
                if count > MAX_PEOPLE {
                    return Err(WireError::TooLong);
                }
                let mut people = Vec::new();
                for _ in 0..count {
                    let person = reader.id()?.ok_or(WireError::Unknown)?;
                    people.push((person, reader.flag()?));
                }
                Self::Working {
                    laptop,
                    working: Working { stage, people },
                }
            }
            4 => {
                let stamp = reader.u64()?;
                let timer = if reader.flag()? {
                    Some(Timer {
                        total_ms: reader.i64()?,
                        left_ms: reader.i64()?,
                        running: reader.flag()?,
                    })
                } else {
                    None
                };
                Self::Timer { stamp, timer }
            }
            5 => Self::Call {
                call: reader.u64()?,
                view: (reader.i32()?, reader.i32()?, reader.i32()?, reader.i32()?),
                by: reader.text(MAX_NAME)?.replace(char::is_control, ""),
            },
            _ => return Err(WireError::Unknown),
        };
        reader.end(item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn room_frames_read_back_and_nothing_else_does(
            laptop: u64,
            stage in "[a-z]{0,20}",
            people in prop::collection::vec((any::<u128>(), any::<bool>()), 0..4),
            stamp: u64,
            timer: Option<(i64, i64, bool)>,
            view: (i32, i32, i32, i32),
            by in "[A-Za-z ]{0,20}",
            noise: Vec<u8>,
        ) {
            let people = people.into_iter().map(|(bits, done)| (PersonId::from_bits(bits), done)).collect();
            let timer = timer.map(|(total_ms, left_ms, running)| Timer { total_ms, left_ms, running });
            for item in [
                RoomItem::Working { laptop, working: Working { stage, people } },
                RoomItem::Timer { stamp, timer },
                RoomItem::Call { call: laptop, view, by },
            ] {
                let bytes = item.encode();
                prop_assert_eq!(RoomItem::decode(&bytes), Ok(item));
                prop_assert!(RoomItem::decode(&bytes[..bytes.len() - 1]).is_err());
                let longer = [bytes, vec![0]].concat();
                prop_assert!(RoomItem::decode(&longer).is_err());
            }
            let _ = RoomItem::decode(&noise);
        }
    }
}
