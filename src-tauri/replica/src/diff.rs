//! What a peer lacks, cut into updates that fit a message and apply one after the other.

use crate::validate::update::{Block, Content, MAX_CLIENTS};
use crate::validate::{MAX_SNAPSHOT, MAX_UPDATE, Parsed};
use std::collections::BTreeMap;
use std::ops::Range;

/// What a piece's counts and client ids take at most, by client: three numbers.
const PER_CLIENT: usize = 24;
/// A string longer than this is cut, so that any block fits a piece.
const MAX_STRING: usize = MAX_UPDATE / 2;

/// Cuts an update of our own making into pieces of at most 1 MiB, in an order in which each
/// builds only on the ones before it; `known` is what the receiver has of each client.
///
/// Blocks are copied as they are, in the order yrs would integrate them. The delete set comes
/// last, when all it names is there. `None` if the update cannot be read, which would be a defect.
pub(crate) fn cut(update: Vec<u8>, known: impl Fn(u64) -> u32) -> Option<Vec<Vec<u8>>> {
    if update.len() <= MAX_UPDATE && count_clients(&update) <= MAX_CLIENTS {
        // An update of nothing is two zeros.
        return Some(if update == [0, 0] {
            Vec::new()
        } else {
            vec![update]
        });
    }
    let parsed = Parsed::read(&update, MAX_SNAPSHOT).ok()?;
    let mut pieces = Pieces::default();
    for at in parsed.order(known).ok()? {
        let block = parsed.blocks.get(at)?;
        match &block.item {
            Some(item) if item.content_is_long() => {
                for (clock, bytes) in split(&update, block)? {
                    pieces.block(block.id.client, clock, &bytes);
                }
            }
            _ => pieces.block(
                block.id.client,
                block.id.clock,
                update.get(block.bytes.clone())?,
            ),
        }
    }
    for (client, ranges) in &parsed.deletes {
        // Three numbers at most ten bytes each; a few thousand ranges at a time.
        for ranges in ranges.chunks(4_096) {
            pieces.deletes(*client, ranges);
        }
    }
    Some(pieces.finish())
}

fn count_clients(update: &[u8]) -> usize {
    // The first number of an update; too many clients make it three bytes long at most here.
    let digits = update.iter().take(3).zip([0, 7, 14]);
    let mut count = 0;
    for (byte, shift) in digits {
        count |= usize::from(byte & 0x7f) << shift;
        if *byte < 0x80 {
            break;
        }
    }
    count
}

impl crate::validate::update::Item<'_> {
    fn content_is_long(&self) -> bool {
        matches!(&self.content, Content::Chars(range) if range.len() > MAX_STRING)
    }
}

/// One client's blocks within a piece.
#[derive(Default)]
struct Stretch {
    start: u32,
    count: u64,
    bytes: Vec<u8>,
}

#[derive(Default)]
struct Pieces {
    done: Vec<Vec<u8>>,
    blocks: BTreeMap<u64, Stretch>,
    deletes: BTreeMap<u64, Vec<Range<u32>>>,
    size: usize,
}

impl Pieces {
    fn block(&mut self, client: u64, clock: u32, bytes: &[u8]) {
        let is_new = !self.blocks.contains_key(&client);
        let grows = bytes.len() + if is_new { PER_CLIENT } else { 0 };
        if self.size + grows > MAX_UPDATE - PER_CLIENT
            || (is_new && self.blocks.len() >= MAX_CLIENTS)
        {
            self.close();
        }
        let stretch = self.blocks.entry(client).or_insert_with(|| Stretch {
            start: clock,
            ..Stretch::default()
        });
        stretch.count += 1;
        stretch.bytes.extend_from_slice(bytes);
        self.size += bytes.len() + PER_CLIENT * usize::from(stretch.count == 1);
    }

    fn deletes(&mut self, client: u64, ranges: &[Range<u32>]) {
        let grows = PER_CLIENT + 10 * ranges.len();
        if self.size + grows > MAX_UPDATE - PER_CLIENT {
            self.close();
        }
        self.deletes
            .entry(client)
            .or_default()
            .extend_from_slice(ranges);
        self.size += grows;
    }

    fn close(&mut self) {
        if self.blocks.is_empty() && self.deletes.is_empty() {
            return;
        }
        let mut out = Vec::with_capacity(self.size + PER_CLIENT);
        number(&mut out, self.blocks.len());
        // Higher clients first, as Yjs writes them.
        for (client, stretch) in std::mem::take(&mut self.blocks).into_iter().rev() {
            number(&mut out, stretch.count);
            number(&mut out, client);
            number(&mut out, stretch.start);
            out.extend_from_slice(&stretch.bytes);
        }
        number(&mut out, self.deletes.len());
        for (client, ranges) in std::mem::take(&mut self.deletes) {
            number(&mut out, client);
            number(&mut out, ranges.len());
            for range in ranges {
                number(&mut out, range.start);
                number(&mut out, range.end - range.start);
            }
        }
        self.size = 0;
        self.done.push(out);
    }

    fn finish(mut self) -> Vec<Vec<u8>> {
        self.close();
        self.done
    }
}

/// A long string as several blocks, each but the first continuing the one before.
fn split(update: &[u8], block: &Block<'_>) -> Option<Vec<(u32, Vec<u8>)>> {
    let item = block.item.as_ref()?;
    let Content::Chars(range) = &item.content else {
        return None;
    };
    let mut rest = std::str::from_utf8(update.get(range.clone())?).ok()?;
    // What stands before the string, its length aside.
    let length_bytes = encoded(rest.len()).len();
    let head = update.get(block.bytes.start..range.start - length_bytes)?;
    let mut out = Vec::new();
    let mut clock = block.id.clock;
    while !rest.is_empty() {
        let mut end = MAX_STRING.min(rest.len());
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        let (text, after) = rest.split_at(end);
        let mut bytes = Vec::with_capacity(text.len() + PER_CLIENT);
        if out.is_empty() {
            bytes.extend_from_slice(head);
        } else {
            bytes.push(4 | 0x80 | if item.right.is_some() { 0x40 } else { 0 });
            number(&mut bytes, block.id.client);
            number(&mut bytes, clock - 1);
            if let Some(right) = item.right {
                number(&mut bytes, right.client);
                number(&mut bytes, right.clock);
            }
        }
        number(&mut bytes, text.len());
        bytes.extend_from_slice(text.as_bytes());
        out.push((clock, bytes));
        clock += u32::try_from(board::utf16_len(text)).ok()?;
        rest = after;
    }
    Some(out)
}

fn encoded(value: usize) -> Vec<u8> {
    let mut out = Vec::new();
    number(&mut out, value);
    out
}

/// A number as lib0 writes it: seven bits at a time, lowest first.
pub(crate) fn number(out: &mut Vec<u8>, value: impl TryInto<u64>) {
    let mut value: u64 = value.try_into().unwrap_or_default();
    while value >= 0x80 {
        out.push(u8::try_from(value & 0x7f).unwrap_or_default() | 0x80);
        value >>= 7;
    }
    out.push(u8::try_from(value).unwrap_or_default());
}
