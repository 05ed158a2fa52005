//! Room for one more in a row of things in order.

use crate::{Key, Order};
use std::borrow::Cow;

/// A spot in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spot {
    /// Before all others.
    First,
    /// After this one; last where it is not in the row.
    After(Key),
    /// After all others.
    Last,
}

/// A row: each thing's order and key, sorted by both.
pub(super) type Sorted<'a> = Vec<(Cow<'a, Order>, Key)>;

/// An order for a spot in a sorted row, and the neighbours that need a new one for it.
pub(super) fn squeeze(
    sorted: &Sorted<'_>,
    spot: Spot,
    mover: Option<Key>,
) -> (Order, Vec<(Key, Order)>) {
    let at = match spot {
        Spot::First => 0,
        Spot::Last => sorted.len(),
        Spot::After(key) => sorted
            .iter()
            .position(|(_, k)| *k == key)
            .map_or(sorted.len(), |at| at + 1),
    };
    // The row without the mover, addressed around the gap.
    let gone = mover.and_then(|mover| sorted.iter().position(|(_, key)| *key == mover));
    let len = sorted.len() - usize::from(gone.is_some());
    let gap = at - usize::from(gone.is_some_and(|gone| gone < at));
    let item = |i: usize| {
        sorted.get(if gone.is_some_and(|gone| i >= gone) {
            i + 1
        } else {
            i
        })
    };
    let order = |i: usize| item(i).map(|(order, _)| order.as_ref());

    let (mut from, mut to, mut step) = (gap, gap, 1);
    loop {
        let low = from.checked_sub(1).and_then(order);
        let high = if to < len { order(to) } else { None };
        if low.is_some_and(|low| !low.is_valid()) {
            from -= 1;
            continue;
        }
        let fits = high.is_none_or(|high| high.is_valid() && low.is_none_or(|low| low < high));
        if !fits {
            to += 1;
            continue;
        }
        let orders = Order::n_between(low, high, to - from + 1);
        let everything = from == 0 && to == len;
        if everything || orders.iter().all(|order| order.0.len() <= Order::LONG) {
            let mut spread = Vec::new();
            let mut own = Order::default();
            for (i, order) in orders.into_iter().enumerate() {
                let i = from + i;
                if i == gap {
                    own = order;
                } else if let Some((_, key)) = item(if i > gap { i - 1 } else { i }) {
                    spread.push((*key, order));
                }
            }
            return (own, spread);
        }
        from = from.saturating_sub(step);
        to = (to + step).min(len);
        step *= 2;
    }
}
