//! Ranges of clocks, in order and apart from each other.

use std::ops::Range;

/// Whether a range holds the clock.
pub(super) fn contains(ranges: &[Range<u32>], at: u32) -> bool {
    let after = ranges.partition_point(|range| range.start <= at);
    after
        .checked_sub(1)
        .and_then(|i| ranges.get(i))
        .is_some_and(|range| at < range.end)
}

/// The parts of `range` that are not in `ranges`.
pub(super) fn missing(ranges: &[Range<u32>], range: &Range<u32>) -> Vec<Range<u32>> {
    let mut out = Vec::new();
    let mut at = range.start;
    let first = ranges.partition_point(|known| known.end <= range.start);
    for known in ranges
        .iter()
        .skip(first)
        .take_while(|known| known.start < range.end)
    {
        if known.start > at {
            out.push(at..known.start);
        }
        at = at.max(known.end);
    }
    if at < range.end {
        out.push(at..range.end);
    }
    out
}

/// Adds a range, joining what touches it.
pub(super) fn insert(ranges: &mut Vec<Range<u32>>, range: Range<u32>) {
    let first = ranges.partition_point(|known| known.end < range.start);
    let after = ranges.partition_point(|known| known.start <= range.end);
    let joined = ranges.get(first..after).unwrap_or_default();
    let start = joined
        .first()
        .map_or(range.start, |known| known.start.min(range.start));
    let end = joined
        .last()
        .map_or(range.end, |known| known.end.max(range.end));
    ranges.splice(first..after.max(first), std::iter::once(start..end));
}

#[cfg(test)]
mod tests {
    use super::*;
    use board::testing::bits;

    #[test]
    fn ranges_hold_what_was_put_into_them() {
        let mut next = bits(3);
        for _ in 0..200 {
            let (mut ranges, mut plain) = (Vec::new(), [false; 64]);
            for _ in 0..20 {
                let start = u32::try_from(next() % 60).unwrap_or_default();
                let range = start..start + 1 + u32::try_from(next() % 4).unwrap_or_default();
                let fresh: Vec<u32> = missing(&ranges, &range).into_iter().flatten().collect();
                let expected: Vec<u32> = range
                    .clone()
                    .filter(|at| !plain[usize::try_from(*at).unwrap_or(0)])
                    .collect();
                assert_eq!(fresh, expected);
                range
                    .clone()
                    .for_each(|at| plain[usize::try_from(at).unwrap_or(0)] = true);
                insert(&mut ranges, range);
                assert!(ranges.windows(2).all(|pair| pair[0].end < pair[1].start));
                for (at, held) in (0..).zip(plain) {
                    assert_eq!(contains(&ranges, at), held);
                }
            }
        }
    }
}
