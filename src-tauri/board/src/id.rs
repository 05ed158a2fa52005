//! Typed ids. Every record's id is a letter that names its kind and 16 characters of base32
//! (80 random bits), so an id tells what it is wherever it is read, and all ids of a board
//! are one key space. Ids are made by whoever makes the record: a command carries them.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;
use ts_rs::TS;

/// Crockford's base32, lower case: no i, l, o, u.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Characters after the letter: 16 × 5 bits.
const LEN: usize = 16;
const MASK: u128 = (1 << 80) - 1;

/// What was wrong with a text that should have been an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id")]
pub struct IdError;

fn decode(text: &str, letter: u8) -> Result<u128, IdError> {
    let bytes = text.as_bytes();
    if bytes.len() != LEN + 1 || bytes.first() != Some(&letter) {
        return Err(IdError);
    }
    bytes.iter().skip(1).try_fold(0u128, |bits, byte| {
        let digit = ALPHABET.iter().position(|c| c == byte).ok_or(IdError)?;
        Ok((bits << 5) | digit as u128)
    })
}

fn encode(bits: u128, letter: u8, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    use fmt::Write;
    f.write_char(char::from(letter))?;
    for i in (0..LEN).rev() {
        let digit = (bits >> (5 * i)) & 31;
        f.write_char(char::from(ALPHABET[digit as usize]))?;
    }
    Ok(())
}

macro_rules! id {
    ($name:ident, $letter:literal, $doc:literal) => {
        #[doc = $doc]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, TS)]
        #[ts(type = "string", export, export_to = "board.ts")]
        pub struct $name(u128);

        impl $name {
            /// An id from random bits; the upper 48 are ignored.
            pub const fn from_bits(bits: u128) -> Self {
                Self(bits & MASK)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                encode(self.0, $letter, f)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                decode(text, $letter).map(Self)
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id!(BoardId, b'b', "A board: `b…`.");
id!(SectionId, b's', "A section of the board: `s…`.");
id!(NoteId, b'n', "A note: `n…`.");
id!(ThemeId, b't', "A theme, a named group of notes: `t…`.");
id!(ConnectorId, b'c', "A connector between two things: `c…`.");
id!(StrokeId, b'k', "A stroke of ink: `k…`.");
id!(FollowUpId, b'f', "A follow-up: `f…`.");
id!(PersonId, b'p', "A person on this board: `p…`.");
id!(DotId, b'd', "A dot of a vote: `d…`.");

/// The id of any record of a board, or `meta` for the board's own data.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, TS)]
#[ts(type = "string", export, export_to = "board.ts")]
pub enum Key {
    /// The board's own data: `meta`.
    Meta,
    /// A section.
    Section(SectionId),
    /// A note.
    Note(NoteId),
    /// A theme.
    Theme(ThemeId),
    /// A connector.
    Connector(ConnectorId),
    /// A stroke.
    Stroke(StrokeId),
    /// A follow-up.
    FollowUp(FollowUpId),
    /// A person.
    Person(PersonId),
    /// A dot of a vote.
    Dot(DotId),
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Meta => f.write_str("meta"),
            Self::Section(id) => id.fmt(f),
            Self::Note(id) => id.fmt(f),
            Self::Theme(id) => id.fmt(f),
            Self::Connector(id) => id.fmt(f),
            Self::Stroke(id) => id.fmt(f),
            Self::FollowUp(id) => id.fmt(f),
            Self::Person(id) => id.fmt(f),
            Self::Dot(id) => id.fmt(f),
        }
    }
}
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
impl FromStr for Key {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        Ok(match text.as_bytes().first() {
            Some(b's') => Self::Section(text.parse()?),
            Some(b'n') => Self::Note(text.parse()?),
            Some(b't') => Self::Theme(text.parse()?),
            Some(b'c') => Self::Connector(text.parse()?),
            Some(b'k') => Self::Stroke(text.parse()?),
            Some(b'f') => Self::FollowUp(text.parse()?),
            Some(b'p') => Self::Person(text.parse()?),
            Some(b'd') => Self::Dot(text.parse()?),
            _ if text == "meta" => Self::Meta,
            _ => return Err(IdError),
        })
    }
}
impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

macro_rules! key_from {
    ($($id:ident => $variant:ident),*) => {$(
        impl From<$id> for Key { fn from(id: $id) -> Self { Self::$variant(id) } }
    )*};
}
key_from!(SectionId => Section, NoteId => Note, ThemeId => Theme, ConnectorId => Connector,
    StrokeId => Stroke, FollowUpId => FollowUp, PersonId => Person, DotId => Dot);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ids_round_trip(bits: u128) {
            let id = NoteId::from_bits(bits);
            prop_assert_eq!(id.to_string().parse::<NoteId>(), Ok(id));
            prop_assert_eq!(id.to_string().parse::<Key>(), Ok(Key::Note(id)));
        }
        #[test]
        fn any_text_is_an_id_or_an_error(text in "\\PC{0,24}") {
            if let Ok(key) = text.parse::<Key>() {
                prop_assert_eq!(key.to_string(), text);
            }
        }
    }

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let id = NoteId::from_bits(7).to_string();
        assert_eq!(id.parse::<SectionId>(), Err(IdError));
    }
}
