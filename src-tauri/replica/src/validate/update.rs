//! The grammar of an update: blocks by client, then the delete set. What is read here is whole
//! and bounded; whether it fits the document is for [`Index`](super::Index) to say.

use super::cursor::Cursor;
use super::{Flaw, Refusal};
use crate::layout::Root;
use std::collections::{HashMap, HashSet};
use std::ops::Range;

/// The most clients of one update. A board that was opened once a day for twenty years by one
/// person has about as many.
pub(crate) const MAX_CLIENTS: usize = 8_192;
/// Clocks stay below this; the sum of two still fits `u32`.
const MAX_CLOCK: u32 = 1 << 30;

/// A block's name: its client and the clock of its first unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Id {
    pub(crate) client: u64,
    pub(crate) clock: u32,
}

/// What an item without origins says about its parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parent {
    /// A root by name.
    Root(Root),
    /// A nested type by the item that made it.
    Item(Id),
}

/// What an item holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Content {
    /// What was there has been deleted.
    Deleted,
    /// Characters; the bytes of the string.
    Chars(Range<usize>),
    /// Values of registers.
    Values,
    /// A nested map: a record.
    Map,
    /// A nested text.
    Text,
}

/// An item as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Item<'a> {
    pub(crate) origin: Option<Id>,
    pub(crate) right: Option<Id>,
    /// Given exactly where there is neither origin.
    pub(crate) parent: Option<Parent>,
    pub(crate) sub: Option<&'a str>,
    pub(crate) content: Content,
}

/// A block as it came: `None` where garbage collection has left only the range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block<'a> {
    pub(crate) id: Id,
    pub(crate) len: u32,
    pub(crate) bytes: Range<usize>,
    pub(crate) item: Option<Item<'a>>,
}

impl Block<'_> {
    pub(crate) fn end(&self) -> u32 {
        self.id.clock + self.len
    }

    /// What must be there before it.
    pub(crate) fn needs(&self) -> impl Iterator<Item = Id> {
        let item = self.item.as_ref();
        let parent = item.and_then(|item| match item.parent {
            Some(Parent::Item(id)) => Some(id),
            _ => None,
        });
        [
            item.and_then(|item| item.origin),
            item.and_then(|item| item.right),
            parent,
        ]
        .into_iter()
        .flatten()
    }
}

/// The blocks of one client: consecutive clocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) client: u64,
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// Into [`Parsed::blocks`].
    pub(crate) blocks: Range<usize>,
}

/// What is deleted, by client: ranges of clocks, in order.
pub(crate) type Deletes = Vec<(u64, Vec<Range<u32>>)>;

/// An update whose bytes are sound.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Parsed<'a> {
    pub(crate) runs: Vec<Run>,
    pub(crate) blocks: Vec<Block<'a>>,
    pub(crate) deletes: Deletes,
}

impl<'a> Parsed<'a> {
    /// Reads an update of at most `limit` bytes.
    pub(crate) fn read(bytes: &'a [u8], limit: usize) -> Result<Self, Flaw> {
        if bytes.len() > limit {
            return Err(Refusal::TooLarge.into());
        }
        let mut cursor = Cursor::new(bytes);
        let mut parsed = Self::default();
        let mut seen = HashSet::new();
        // A client takes a count, an id, a clock, and a block of at least two bytes.
        for _ in 0..cursor.count(5)? {
            let run = parsed.run(&mut cursor)?;
            if !seen.insert(run.client) {
                return Err(Refusal::Repeated.into());
            }
            parsed.runs.push(run);
            if parsed.runs.len() > MAX_CLIENTS && limit <= super::MAX_UPDATE {
                return Err(Refusal::TooLarge.into());
            }
        }
        parsed.deletes = deletes(&mut cursor)?;
        if cursor.left() > 0 {
            return Err(Refusal::Trailing.into());
        }
        Ok(parsed)
    }

    fn run(&mut self, cursor: &mut Cursor<'a>) -> Result<Run, Flaw> {
        let count = cursor.count(2)?;
        let client = cursor.u53()?;
        let start = cursor.u31()?;
        if count == 0 {
            return Err(Refusal::Empty.into());
        }
        let first = self.blocks.len();
        let mut clock = start;
        for _ in 0..count {
            let at = cursor.at();
            let (len, item) = block(cursor)?;
            if len == 0 {
                return Err(Refusal::Empty.into());
            }
            let bytes = at..cursor.at();
            self.blocks.push(Block {
                id: Id { client, clock },
                len,
                bytes,
                item,
            });
            clock = clock
                .checked_add(len)
                .filter(|end| *end < MAX_CLOCK)
                .ok_or(Refusal::Number)?;
        }
        Ok(Run {
            client,
            start,
            end: clock,
            blocks: first..self.blocks.len(),
        })
    }

    /// The new blocks in an order in which each comes after what it needs, given how much of each
    /// client is known. The walk is the one yrs does when it integrates, so what is ordered here
    /// is integrated there without anything being left pending.
    pub(crate) fn order(&self, known: impl Fn(u64) -> u32) -> Result<Vec<usize>, Flaw> {
        let of: HashMap<u64, usize> = self
            .runs
            .iter()
            .enumerate()
            .map(|(i, run)| (run.client, i))
            .collect();
        let mut done: Vec<u32> = self.runs.iter().map(|run| known(run.client)).collect();
        let mut next: Vec<usize> = self.runs.iter().map(|run| run.blocks.start).collect();
        let mut waiting = vec![false; self.runs.len()];
        let mut order = Vec::with_capacity(self.blocks.len());
        for (i, run) in self.runs.iter().enumerate() {
            if run.start > done[i] {
                return Err(Flaw::Gap);
            }
            let mut stack = vec![(i, run.end)];
            waiting[i] = true;
            while let Some(&(top, target)) = stack.last() {
                if done[top] >= target || next[top] == self.runs[top].blocks.end {
                    waiting[top] = false;
                    stack.pop();
                    continue;
                }
                let block = &self.blocks[next[top]];
                if block.end() <= done[top] {
                    next[top] += 1;
                    continue;
                }
                let missing = block.needs().find(|need| match of.get(&need.client) {
                    Some(&run) => need.clock >= done[run],
                    None => need.clock >= known(need.client),
                });
                let Some(need) = missing else {
                    order.push(next[top]);
                    done[top] = block.end();
                    next[top] += 1;
                    continue;
                };
                match of.get(&need.client) {
                    Some(&run) if need.clock < self.runs[run].end => {
                        if waiting[run] {
                            return Err(Refusal::Circular.into());
                        }
                        if self.runs[run].start > done[run] {
                            return Err(Flaw::Gap);
                        }
                        waiting[run] = true;
                        stack.push((run, need.clock + 1));
                    }
                    _ => return Err(Flaw::Gap),
                }
            }
        }
        Ok(order)
    }
}

/// One block: its length, and its item unless it is what garbage collection left.
fn block<'a>(cursor: &mut Cursor<'a>) -> Result<(u32, Option<Item<'a>>), Flaw> {
    const ORIGIN: u8 = 0x80;
    const RIGHT: u8 = 0x40;
    const SUB: u8 = 0x20;
    let info = cursor.byte()?;
    match info {
        0 => return Ok((cursor.u31()?, None)),
        // A skip stands for blocks the sender has not got either.
        10 => return Err(Flaw::Gap),
        _ => {}
    }
    let mut id = |flag: u8| -> Result<Option<Id>, Refusal> {
        if info & flag == 0 {
            return Ok(None);
        }
        Ok(Some(Id {
            client: cursor.u53()?,
            clock: cursor.u31()?,
        }))
    };
    let origin = id(ORIGIN)?;
    let right = id(RIGHT)?;
    let (mut parent, mut sub) = (None, None);
    if origin.is_none() && right.is_none() {
        parent = Some(match cursor.byte()? {
            1 => Parent::Root(Root::from_name(cursor.text()?).ok_or(Refusal::Root)?),
            0 => Parent::Item(Id {
                client: cursor.u53()?,
                clock: cursor.u31()?,
            }),
            _ => return Err(Refusal::Content.into()),
        });
        if info & SUB != 0 {
            sub = Some(cursor.text()?);
        }
    }
    let (len, content) = content(cursor, info & 0x1f)?;
    Ok((
        len,
        Some(Item {
            origin,
            right,
            parent,
            sub,
            content,
        }),
    ))
}

fn content(cursor: &mut Cursor<'_>, kind: u8) -> Result<(u32, Content), Refusal> {
    match kind {
        1 => Ok((cursor.u31()?, Content::Deleted)),
        4 => {
            let text = cursor.text()?;
            let end = cursor.at();
            let units = text.chars().map(char::len_utf16).sum::<usize>();
            let len = u32::try_from(units).map_err(|_| Refusal::Number)?;
            Ok((len, Content::Chars(end - text.len()..end)))
        }
        7 => match cursor.byte()? {
            1 => Ok((1, Content::Map)),
            2 => Ok((1, Content::Text)),
            _ => Err(Refusal::Content),
        },
        8 => {
            let count = cursor.count(1)?;
            for _ in 0..count {
                cursor.any()?;
            }
            Ok((count, Content::Values))
        }
        // JSON, bytes, embeds, formatting, documents, moves: no place in the layout.
        _ => Err(Refusal::Content),
    }
}

fn deletes(cursor: &mut Cursor<'_>) -> Result<Deletes, Refusal> {
    let mut out = Vec::new();
    let mut seen = HashSet::new();
    for _ in 0..cursor.count(2)? {
        let client = cursor.u53()?;
        if !seen.insert(client) {
            return Err(Refusal::Repeated);
        }
        let mut ranges: Vec<Range<u32>> = Vec::new();
        for _ in 0..cursor.count(2)? {
            let start = cursor.u31()?;
            let len = cursor.u31()?;
            let end = start.checked_add(len).filter(|end| *end < MAX_CLOCK);
            let end = end.ok_or(Refusal::Number)?;
            // yrs takes the order of ranges for granted.
            if len == 0 || ranges.last().is_some_and(|last| start < last.end) {
                return Err(Refusal::Empty);
            }
            ranges.push(start..end);
        }
        out.push((client, ranges));
    }
    Ok(out)
}
