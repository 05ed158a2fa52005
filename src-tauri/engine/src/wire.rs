//! What engines say to each other: frames, one to three of them a sentence of the protocol in
//! `sync.rs`. Numbers are big-endian and of fixed width; texts carry their length. Decoding is
//! strict (no unknown kinds, no bytes left over), never panics, and allocates no more than a small
//! multiple of the bytes at hand.
//!
//! | lane | kind | then |
//! | --- | --- | --- |
//! | sync | 1 `Hello` | version u16, name, stand |
//! | sync | 2 `Update` | flags u8, update (Yjs v1) to the end |
//! | sync | 3 `Ask` | flags u8, number u32, state vector to the end |
//! | sync | 4 `Have` | flags u8, answer u32, stand |
//! | presence | (1 who u64 stamp u32 presence, or 2 who u64 stamp u32) repeated | |
//! | presence | 3 `Working`, 4 `Timer`, 5 `Call` | see [`RoomItem`] |
//!
//! A *stand* is lineage u64, instance u64, content hash (32 bytes), state vector to the end.

mod room;

pub use room::{RoomItem, Working};

use crate::protocol::{Drag, Presence};
use board::{Key, PersonId, Tint};
use bytes::Bytes;
use std::collections::BTreeMap;

/// The version of these frames. Another version is not spoken with.
pub const VERSION: u16 = 1;
/// The largest update in a frame; `replica` cuts what is larger.
pub const MAX_UPDATE: usize = 1024 * 1024;
/// The longest name of a user, in bytes.
pub const MAX_NAME: usize = 160;
/// How many keys a presence names as selected, or as dragged.
pub const MAX_KEYS: usize = 200;
/// The largest presence frame: below the lane's 64 KiB with room for one more presence.
pub(crate) const PRESENCE_FRAME: usize = 48 * 1024;
/// The longest state vector: about 25,000 openings of the board, by all laptops together.
const MAX_STATE_VECTOR: usize = 256 * 1024;

/// Why bytes are not a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// The bytes end too early.
    #[error("a frame was cut off")]
    CutOff,
    /// A kind, flag or value that does not exist.
    #[error("a frame of an unknown kind")]
    Unknown,
    /// A part is longer than it may be.
    #[error("a part of a frame is too long")]
    TooLong,
    /// The other side speaks another version.
    #[error(
        "the other laptop uses another version of Upshot's protocol ({0}); update the older one"
    )]
    Version(u16),
}

/// How far every client's edits are known: the number of the first unit that is not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StateVector(BTreeMap<u64, u32>);

impl StateVector {
    /// Reads the Yjs v1 form: a count, then pairs of client and clock, as base-128 numbers.
    ///
    /// # Errors
    /// The bytes are something else.
    pub fn parse(bytes: &[u8]) -> Result<Self, WireError> {
        if bytes.len() > MAX_STATE_VECTOR {
            return Err(WireError::TooLong);
        }
        let mut reader = Reader(bytes);
        let count = reader.varint()?;
        let mut clocks = BTreeMap::new();
        for _ in 0..count {
            let client = reader.varint()?;
            let clock = u32::try_from(reader.varint()?).map_err(|_| WireError::TooLong)?;
            if clocks.insert(client, clock).is_some() {
                return Err(WireError::Unknown);
            }
        }
        clocks.retain(|_, clock| *clock > 0);
        reader.end(Self(clocks))
    }

    /// How many clients it names.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// How far a client's edits are known.
    #[cfg(test)]
    pub(crate) fn clock(&self, client: u64) -> u32 {
        self.0.get(&client).copied().unwrap_or(0)
    }

    /// Whether `other` knows something that this one does not.
    pub fn lacks(&self, other: &Self) -> bool {
        other
            .0
            .iter()
            .any(|(client, clock)| self.0.get(client).is_none_or(|own| own < clock))
    }
}

/// Where a replica stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stand {
    /// Which of several replicas that came apart gives way: the one with the larger number.
    /// Drawn when a board is opened, taken over from the other side in healing.
    pub lineage: u64,
    /// A number of this opening of the board, to break ties.
    pub instance: u64,
    /// The hash of the content.
    pub hash: [u8; 32],
    /// How far edits are known.
    pub vector: StateVector,
    /// The same as bytes.
    pub encoded: Bytes,
}

/// A frame of the sync lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SyncFrame {
    /// The first frame of each side.
    Hello {
        /// The name its user goes by.
        name: String,
        /// Where it stands.
        stand: Stand,
    },
    /// Edits.
    Update {
        /// Made by the sender's user just now (not relayed, not a guest's, not caught up on).
        own: bool,
        /// A piece of a whole state, the answer to an `Ask` for it; not for the live replica.
        whole: bool,
        /// Yjs v1.
        update: Bytes,
    },
    /// Wants what this state vector lacks.
    Ask {
        /// For a replica that is built beside the live one.
        whole: bool,
        /// Counts up with each `Ask` of this side, from 2: its `Hello` counts as the first.
        number: u32,
        /// What is known.
        state_vector: Bytes,
    },
    /// Says where the sender stands.
    Have {
        /// It ends the answer to the `Ask` of this number; 0 where it answers none.
        answer: u32,
        /// It ends the answer to an `Ask` for the whole state.
        whole: bool,
        /// Where it stands.
        stand: Stand,
    },
}

impl SyncFrame {
    /// The length of the state vector in it, in bytes.
    pub(crate) fn state_vector_len(&self) -> usize {
        match self {
            Self::Hello { stand, .. } | Self::Have { stand, .. } => stand.encoded.len(),
            Self::Ask { state_vector, .. } => state_vector.len(),
            Self::Update { .. } => 0,
        }
    }

    /// The frame as bytes.
    pub fn encode(&self) -> Bytes {
        let mut out = Vec::new();
        match self {
            Self::Hello { name, stand } => {
                out.push(1);
                out.extend(VERSION.to_be_bytes());
                put_text(&mut out, cut(name, MAX_NAME));
                put_stand(&mut out, stand);
            }
            Self::Update { own, whole, update } => {
                out.reserve(update.len() + 2);
                out.extend([2, flags(*own, *whole)]);
                out.extend_from_slice(update);
            }
            Self::Ask {
                whole,
                number,
                state_vector,
            } => {
                out.extend([3, flags(false, *whole)]);
                out.extend(number.to_be_bytes());
                out.extend_from_slice(state_vector);
            }
            Self::Have {
                answer,
                whole,
                stand,
            } => {
                out.extend([4, flags(false, *whole)]);
                out.extend(answer.to_be_bytes());
                put_stand(&mut out, stand);
            }
        }
        out.into()
    }

    /// Reads a frame.
    ///
    /// # Errors
    /// The bytes are not a frame; the peer breaks the protocol.
    pub fn decode(bytes: &Bytes) -> Result<Self, WireError> {
        let mut reader = Reader(bytes);
        Ok(match reader.u8()? {
            1 => {
                let version = reader.u16()?;
                if version != VERSION {
                    return Err(WireError::Version(version));
                }
                let name = reader.text(MAX_NAME)?;
                Self::Hello {
                    name,
                    stand: stand(reader, bytes)?,
                }
            }
            2 => {
                let (own, whole) = reader.flags()?;
                if reader.0.len() > MAX_UPDATE {
                    return Err(WireError::TooLong);
                }
                Self::Update {
                    own,
                    whole,
                    update: bytes.slice_ref(reader.0),
                }
            }
            3 => {
                let whole = reader.flag_of_two()?;
                let number = reader.u32()?;
                StateVector::parse(reader.0)?;
                Self::Ask {
                    whole,
                    number,
                    state_vector: bytes.slice_ref(reader.0),
                }
            }
            4 => {
                let whole = reader.flag_of_two()?;
                let answer = reader.u32()?;
                Self::Have {
                    answer,
                    whole,
                    stand: stand(reader, bytes)?,
                }
            }
            _ => return Err(WireError::Unknown),
        })
    }
}

/// One presence on the presence lane.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresenceItem {
    /// Whose: drawn at random for each session and board.
    pub who: u64,
    /// Counts up with each presence of the same session; the largest counts.
    pub stamp: u32,
    /// Where they are; `None` when they left.
    pub presence: Option<Presence>,
}

impl PresenceItem {
    /// Appends the item to a presence frame.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.push(if self.presence.is_some() { 1 } else { 2 });
        out.extend(self.who.to_be_bytes());
        out.extend(self.stamp.to_be_bytes());
        let Some(presence) = &self.presence else {
            return;
        };
        put_text(out, cut(&presence.name, MAX_NAME));
        put_text(out, presence.tint.map_or("", Tint::word));
        put_text(
            out,
            &presence.person.map(|p| p.to_string()).unwrap_or_default(),
        );
        put_option(out, presence.cursor.as_ref(), |out, (x, y)| {
            put_numbers(out, &[*x, *y])
        });
        put_keys(out, &presence.selected);
        put_option(out, presence.dragging.as_ref(), |out, drag| {
            put_keys(out, &drag.keys);
            put_numbers(out, &[drag.dx, drag.dy]);
        });
        put_text(
            out,
            &presence
                .editing
                .map(|key| key.to_string())
                .unwrap_or_default(),
        );
        put_option(out, presence.caret.as_ref(), |out, (a, b)| {
            out.extend(a.to_be_bytes());
            out.extend(b.to_be_bytes());
        });
        put_option(out, presence.view.as_ref(), |out, (x, y, w, h)| {
            put_numbers(out, &[*x, *y, *w, *h]);
        });
    }

    /// Reads all items of a presence frame.
    ///
    /// # Errors
    /// The bytes are not a frame; the peer breaks the protocol.
    pub fn decode_all(bytes: &[u8]) -> Result<Vec<Self>, WireError> {
        let mut reader = Reader(bytes);
        let mut items = Vec::new();
        while !reader.0.is_empty() {
            let present = match reader.u8()? {
                1 => true,
                2 => false,
                _ => return Err(WireError::Unknown),
            };
            let (who, stamp) = (reader.u64()?, reader.u32()?);
            let presence = if present {
                Some(reader.presence()?)
            } else {
                None
            };
            items.push(Self {
                who,
                stamp,
                presence,
            });
        }
        Ok(items)
    }
}

/// The beginning of a text that is at most `max` bytes.
pub(crate) fn cut(text: &str, max: usize) -> &str {
    let mut end = text.len().min(max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

fn flags(first: bool, second: bool) -> u8 {
    u8::from(first) | (u8::from(second) << 1)
}

fn stand(mut reader: Reader<'_>, whole: &Bytes) -> Result<Stand, WireError> {
    let (lineage, instance) = (reader.u64()?, reader.u64()?);
    let hash = reader.array::<32>()?;
    let vector = StateVector::parse(reader.0)?;
    Ok(Stand {
        lineage,
        instance,
        hash,
        vector,
        encoded: whole.slice_ref(reader.0),
    })
}

fn put_stand(out: &mut Vec<u8>, stand: &Stand) {
    out.extend(stand.lineage.to_be_bytes());
    out.extend(stand.instance.to_be_bytes());
    out.extend(stand.hash);
    out.extend_from_slice(&stand.encoded);
}

/// Texts here are names and ids, cut to [`MAX_NAME`] by the caller.
fn put_text(out: &mut Vec<u8>, text: &str) {
    let text = cut(text, MAX_NAME);
    out.push(u8::try_from(text.len()).unwrap_or(0));
    out.extend_from_slice(text.as_bytes());
}

fn put_numbers(out: &mut Vec<u8>, numbers: &[i32]) {
    for number in numbers {
        out.extend(number.to_be_bytes());
    }
}

fn put_option<T>(out: &mut Vec<u8>, value: Option<&T>, put: impl FnOnce(&mut Vec<u8>, &T)) {
    out.push(u8::from(value.is_some()));
    if let Some(value) = value {
        put(out, value);
    }
}

fn put_keys(out: &mut Vec<u8>, keys: &[Key]) {
    let count = keys.len().min(MAX_KEYS);
    out.push(u8::try_from(count).unwrap_or(0));
    for key in keys.iter().take(count) {
        put_text(out, &key.to_string());
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        let (head, tail) = self.0.split_first_chunk::<N>().ok_or(WireError::CutOff)?;
        self.0 = tail;
        Ok(*head)
    }

    fn u8(&mut self) -> Result<u8, WireError> {
        Ok(u8::from_be_bytes(self.array()?))
    }

    fn u16(&mut self) -> Result<u16, WireError> {
        Ok(u16::from_be_bytes(self.array()?))
    }

    fn u32(&mut self) -> Result<u32, WireError> {
        Ok(u32::from_be_bytes(self.array()?))
    }

    fn u64(&mut self) -> Result<u64, WireError> {
        Ok(u64::from_be_bytes(self.array()?))
    }

    fn i32(&mut self) -> Result<i32, WireError> {
        Ok(i32::from_be_bytes(self.array()?))
    }

    fn i64(&mut self) -> Result<i64, WireError> {
        Ok(i64::from_be_bytes(self.array()?))
    }

    fn varint(&mut self) -> Result<u64, WireError> {
        let mut value = 0u64;
        // 53 bits, what a JavaScript number holds, are eight groups of seven.
        for shift in (0..56).step_by(7) {
            let byte = self.u8()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(WireError::TooLong)
    }

    fn flags(&mut self) -> Result<(bool, bool), WireError> {
        match self.u8()? {
            flags @ 0..=3 => Ok((flags & 1 != 0, flags & 2 != 0)),
            _ => Err(WireError::Unknown),
        }
    }

    /// Flags of which only the second has a meaning here.
    fn flag_of_two(&mut self) -> Result<bool, WireError> {
        match self.flags()? {
            (false, whole) => Ok(whole),
            (true, _) => Err(WireError::Unknown),
        }
    }

    fn flag(&mut self) -> Result<bool, WireError> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(WireError::Unknown),
        }
    }

    fn text(&mut self, max: usize) -> Result<String, WireError> {
        let len = usize::from(self.u8()?);
        if len > max {
            return Err(WireError::TooLong);
        }
        let (text, rest) = self.0.split_at_checked(len).ok_or(WireError::CutOff)?;
        self.0 = rest;
        String::from_utf8(text.to_vec()).map_err(|_| WireError::Unknown)
    }

    fn id<T: std::str::FromStr>(&mut self) -> Result<Option<T>, WireError> {
        let text = self.text(MAX_NAME)?;
        if text.is_empty() {
            return Ok(None);
        }
        text.parse().map(Some).map_err(|_| WireError::Unknown)
    }

    fn keys(&mut self) -> Result<Vec<Key>, WireError> {
        let count = self.u8()?;
        if usize::from(count) > MAX_KEYS {
            return Err(WireError::TooLong);
        }
        let mut keys = Vec::new();
        for _ in 0..count {
            keys.push(self.id()?.ok_or(WireError::Unknown)?);
        }
        Ok(keys)
    }

    fn presence(&mut self) -> Result<Presence, WireError> {
        let name = self.text(MAX_NAME)?;
        let tint = match self.text(MAX_NAME)?.as_str() {
            "" => None,
            word => Some(Tint::from_word(word).ok_or(WireError::Unknown)?),
        };
        let person = self.id::<PersonId>()?;
        let cursor = if self.flag()? {
            Some((self.i32()?, self.i32()?))
        } else {
            None
        };
        let selected = self.keys()?;
        let dragging = if self.flag()? {
            Some(Drag {
                keys: self.keys()?,
                dx: self.i32()?,
                dy: self.i32()?,
            })
        } else {
            None
        };
        let editing = self.id::<Key>()?;
        let caret = if self.flag()? {
            Some((self.u32()?, self.u32()?))
        } else {
            None
        };
        let view = if self.flag()? {
            Some((self.i32()?, self.i32()?, self.i32()?, self.i32()?))
        } else {
            None
        };
        Ok(Presence {
            name,
            tint,
            person,
            cursor,
            selected,
            dragging,
            editing,
            caret,
            view,
        })
    }

    fn end<T>(self, value: T) -> Result<T, WireError> {
        if self.0.is_empty() {
            Ok(value)
        } else {
            Err(WireError::Unknown)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use board::NoteId;
    use proptest::prelude::*;

    fn any_presence() -> impl Strategy<Value = Presence> {
        let keys = || {
            prop::collection::vec(
                any::<u128>().prop_map(|b| NoteId::from_bits(b).into()),
                0..5,
            )
        };
        (
            (
                "\\PC{0,12}",
                any::<Option<(i32, i32)>>(),
                keys(),
                any::<Option<(i32, i32)>>(),
                keys(),
            ),
            (
                any::<Option<u128>>(),
                any::<Option<(u32, u32)>>(),
                any::<Option<(i32, i32, i32, i32)>>(),
            ),
        )
            .prop_map(
                |((name, cursor, selected, drag, keys), (person, caret, view))| Presence {
                    name,
                    tint: Some(Tint::T3),
                    person: person.map(PersonId::from_bits),
                    cursor,
                    selected,
                    dragging: drag.map(|(dx, dy)| Drag { keys, dx, dy }),
                    editing: Some(Key::Meta),
                    caret,
                    view,
                },
            )
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn presence_reads_back(items in prop::collection::vec((any::<u64>(), any::<u32>(), prop::option::of(any_presence())), 0..4)) {
            let items: Vec<_> = items.into_iter().map(|(who, stamp, presence)| PresenceItem { who, stamp, presence }).collect();
            let mut bytes = Vec::new();
            items.iter().for_each(|item| item.encode(&mut bytes));
            prop_assert_eq!(PresenceItem::decode_all(&bytes), Ok(items));
        }

        #[test]
        fn frames_read_back(lineage: u64, instance: u64, hash: [u8; 32], name in "\\PC{0,30}", own: bool, whole: bool, update: Vec<u8>) {
            let encoded = Bytes::from_static(&[2, 5, 9, 7, 200, 1]);
            let stand = Stand { lineage, instance, hash, vector: StateVector::parse(&encoded).unwrap(), encoded: encoded.clone() };
            for frame in [
                SyncFrame::Hello { name, stand: stand.clone() },
                SyncFrame::Update { own, whole, update: update.into() },
                SyncFrame::Ask { whole, number: 7, state_vector: encoded },
                SyncFrame::Have { answer: u32::from(own), whole, stand },
            ] {
                prop_assert_eq!(SyncFrame::decode(&frame.encode()), Ok(frame));
            }
        }

        /// What is read is what was written: no two byte strings mean the same, nothing is skipped.
        #[test]
        fn any_bytes_are_a_frame_or_an_error(kind in 0u8..6, rest in prop::collection::vec(prop_oneof![0u8..3, any::<u8>()], 0..200)) {
            let bytes = Bytes::from([vec![kind], rest].concat());
            if let Ok(frame) = SyncFrame::decode(&bytes)
                && !matches!(frame, SyncFrame::Ask { .. })
            {
                prop_assert_eq!(frame.encode(), bytes.clone());
            }
            let _ = PresenceItem::decode_all(&bytes);
        }
    }

    #[test]
    fn a_state_vector_that_promises_more_than_it_holds_is_refused_without_allocating_for_it() {
        assert_eq!(
            StateVector::parse(&[0xff, 0xff, 0xff, 0xff, 0x7f]),
            Err(WireError::CutOff)
        );
        assert_eq!(
            StateVector::parse(&[1, 5, 9, 0]),
            Err(WireError::Unknown),
            "bytes left over"
        );
        assert_eq!(
            StateVector::parse(&[2, 5, 9, 5, 9]),
            Err(WireError::Unknown),
            "a client twice"
        );
    }

    #[test]
    fn a_name_is_cut_between_characters() {
        assert_eq!(cut("ab€", 4), "ab");
        assert_eq!(cut("ab€", 5), "ab€");
    }
}
