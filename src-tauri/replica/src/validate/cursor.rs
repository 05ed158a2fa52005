//! Reading lib0's version 1 encoding from bytes nobody vouches for. Every read is bounded by the
//! bytes that are left; numbers must be written the shortest way, so that this reading and the
//! one of yrs (which wraps overlong numbers around) can never differ.

use super::Refusal;

/// The deepest nesting of arrays inside a register.
const MAX_DEPTH: u8 = 4;
/// The most elements of one array. A stroke's points are the longest lists of a board.
const MAX_ELEMENTS: u32 = 1 << 16;

/// Bytes and how far they have been read.
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn left(&self) -> usize {
        self.bytes.len() - self.at
    }

    pub(super) fn byte(&mut self) -> Result<u8, Refusal> {
        let byte = *self.bytes.get(self.at).ok_or(Refusal::Truncated)?;
        self.at += 1;
        Ok(byte)
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8], Refusal> {
        let end = self.at.checked_add(len).ok_or(Refusal::Truncated)?;
        let taken = self.bytes.get(self.at..end).ok_or(Refusal::Truncated)?;
        self.at = end;
        Ok(taken)
    }

    /// A number below 2^53.
    pub(super) fn u53(&mut self) -> Result<u64, Refusal> {
        let mut value = 0u64;
        for shift in (0..56).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                // A last byte of zero is an overlong way to write a number.
                let shortest = byte != 0 || shift == 0;
                return if shortest && value < 1 << 53 {
                    Ok(value)
                } else {
                    Err(Refusal::Number)
                };
            }
        }
        Err(Refusal::Number)
    }

    /// A number below 2^31.
    pub(super) fn u31(&mut self) -> Result<u32, Refusal> {
        let value = self.u53()?;
        u32::try_from(value)
            .ok()
            .filter(|value| *value < 1 << 31)
            .ok_or(Refusal::Number)
    }

    /// A count of things that take at least `each` bytes.
    pub(super) fn count(&mut self, each: usize) -> Result<u32, Refusal> {
        let count = self.u31()?;
        let fits = usize::try_from(count).is_ok_and(|count| count <= self.left() / each.max(1));
        if fits {
            Ok(count)
        } else {
            Err(Refusal::Truncated)
        }
    }

    pub(super) fn text(&mut self) -> Result<&'a str, Refusal> {
        let len = self.count(1)?;
        let bytes = self.take(usize::try_from(len).map_err(|_| Refusal::Number)?)?;
        std::str::from_utf8(bytes).map_err(|_| Refusal::Utf8)
    }

    /// Skips a register's value.
    pub(super) fn any(&mut self) -> Result<(), Refusal> {
        self.any_within(MAX_DEPTH)
    }

    fn any_within(&mut self, depth: u8) -> Result<(), Refusal> {
        match self.byte()? {
            // undefined, null, false, true
            127 | 126 | 121 | 120 => {}
            125 => self.signed()?,
            // float32, float64, bigint
            124 => {
                self.take(4)?;
            }
            123 | 122 => {
                self.take(8)?;
            }
            119 => {
                self.text()?;
            }
            117 => {
                let count = self.count(1)?;
                let depth = depth.checked_sub(1).ok_or(Refusal::Value)?;
                if count > MAX_ELEMENTS {
                    return Err(Refusal::Value);
                }
                for _ in 0..count {
                    self.any_within(depth)?;
                }
            }
            // Objects (118) and byte arrays (116) have no place in the layout.
            _ => return Err(Refusal::Value),
        }
        Ok(())
    }

    /// A signed number: six bits and a sign first, then seven at a time; lib0 writes at most 32
    /// bits this way.
    fn signed(&mut self) -> Result<(), Refusal> {
        let mut byte = self.byte()?;
        let mut value = u64::from(byte & 0x3f);
        let mut shift = 6;
        while byte >= 0x80 {
            byte = self.byte()?;
            if shift > 27 || byte == 0 {
                return Err(Refusal::Number);
            }
            value |= u64::from(byte & 0x7f) << shift;
            shift += 7;
        }
        if value <= 1 << 31 {
            Ok(())
        } else {
            Err(Refusal::Number)
        }
    }
}
