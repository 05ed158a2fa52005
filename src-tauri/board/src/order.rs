//! Fractional indices: an order that merges. Between any two there is always another.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A place in an order, compared as text. Ties are broken by the record's id.
///
/// A well-formed order is made of the digits `0–9A–Za–z` (ascending in ASCII) and does not end
/// in `0`, so there is always room below it. Whatever else comes in from outside is compared
/// like any text and replaced when something is placed beside it.
///
/// Idea: David Greenspan, "Implementing Fractional Indexing" (2020); counting up and down here
/// widens as it goes, so runs at one spot grow with the logarithm of their length.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, TS,
)]
#[ts(type = "string", export, export_to = "board.ts")]
pub struct Order(pub String);

/// The greatest digit, `z`.
const TOP: u8 = 61;
/// The digit everything starts at, `V`.
const MIDDLE: u8 = 31;

impl Order {
    /// Orders longer than this are worth spreading anew, in characters. Reached only by placing
    /// things between the two newest ones again and again, some hundreds of times.
    pub const LONG: usize = 60;
    /// The longest order that counts as well-formed, in characters.
    pub const MAX: usize = 200;

    /// Whether it is well-formed.
    pub fn is_valid(&self) -> bool {
        (1..=Self::MAX).contains(&self.0.len())
            && self.0.bytes().all(|byte| digit(byte).is_some())
            && !self.0.ends_with('0')
    }

    /// An order after the one and before the other; `None` is the open end.
    ///
    /// Never fails: of orders that are not well-formed the well-formed beginning counts, and
    /// where the two leave no room (equal, or the wrong way round) only the first counts.
    pub fn between(after: Option<&Self>, before: Option<&Self>) -> Self {
        let low = after.map(Self::digits).filter(|digits| !digits.is_empty());
        let high = before.map(Self::digits).filter(|digits| !digits.is_empty());
        let digits = match (low, high) {
            (None, None) => vec![MIDDLE],
            (Some(low), None) => above(&low),
            (None, Some(high)) => below(&high),
            (Some(low), Some(high)) if low < high => middle(&low, &high),
            (Some(low), Some(_)) => above(&low),
        };
        Self(digits.into_iter().map(character).collect())
    }

    /// `n` ascending orders after the one and before the other, as short as they go.
    pub fn n_between(after: Option<&Self>, before: Option<&Self>, n: usize) -> Vec<Self> {
        if let (Some(low), Some(high)) = (after, before)
            && let Some(orders) = evenly(&low.digits(), &high.digits(), n)
        {
            return orders;
        }
        let mut orders = Vec::with_capacity(n);
        let (mut low, mut high) = (after.cloned(), before.cloned());
        for _ in 0..n {
            let order = Self::between(low.as_ref(), high.as_ref());
            // Towards the open end, so that counting keeps them short.
            if low.is_none() && before.is_some() {
                high = Some(order.clone());
            } else {
                low = Some(order.clone());
            }
            orders.push(order);
        }
        if after.is_none() && before.is_some() {
            orders.reverse();
        }
        orders
    }

    /// The digits of its well-formed beginning.
    fn digits(&self) -> Vec<u8> {
        let mut digits: Vec<u8> = self.0.bytes().take(Self::MAX).map_while(digit).collect();
        while digits.last() == Some(&0) {
            digits.pop();
        }
        digits
    }
}

/// Evenly spaced orders between two: fractions of as many digits behind what the two have in
/// common as it takes. `None` where the two are not in order, or too close for 128 bits.
fn evenly(low: &[u8], high: &[u8], n: usize) -> Option<Vec<Order>> {
    const MOST: usize = 20;
    let same = low.iter().zip(high).take_while(|(a, b)| a == b).count();
    let value = |digits: &[u8], len: usize| {
        let digits = digits
            .iter()
            .skip(same)
            .copied()
            .chain(std::iter::repeat(0));
        digits
            .take(len)
            .fold(0u128, |value, digit| value * 62 + u128::from(digit))
    };
    let parts = n as u128 + 1;
    let len = (1..=MOST).find(|len| {
        value(high, *len)
            .checked_sub(value(low, *len))
            .is_some_and(|room| room > parts)
    })?;
    // Digits of `low` beyond `len` are less than the step.
    let start = value(low, len);
    let step = (value(high, len) - start) / parts;
    let order = |i: u128| {
        let mut rest = start + step * i;
        let mut digits = [0; MOST];
        for digit in digits.iter_mut().take(len).rev() {
            *digit = u8::try_from(rest % 62).unwrap_or(TOP);
            rest /= 62;
        }
        let digits = digits.get(..len).unwrap_or_default();
        let end = digits
            .iter()
            .rposition(|digit| *digit > 0)
            .map_or(0, |last| last + 1);
        let digits = low.iter().take(same).chain(digits.iter().take(end));
        Order(digits.map(|digit| character(*digit)).collect())
    };
    Some((1..=n as u128).map(order).collect())
}

/// Between two well-formed digit strings, the first being less.
fn middle(low: &[u8], high: &[u8]) -> Vec<u8> {
    let same = low.iter().zip(high).take_while(|(a, b)| a == b).count();
    let prefix = high.get(..same).unwrap_or_default();
    let high_rest = high.get(same..).unwrap_or_default();
    let Some(&a) = low.get(same) else {
        return [prefix, &below(high_rest)].concat();
    };
    let b = high_rest.first().copied().unwrap_or(TOP);
    if b > a + 1 {
        return [prefix, &[a + (b - a) / 2]].concat();
    }
    let over_low = [
        prefix,
        &[a],
        &above(low.get(same + 1..).unwrap_or_default()),
    ]
    .concat();
    match high_rest.get(1..) {
        Some(rest) if !rest.is_empty() => {
            let under_high = [prefix, &[b], &below(rest)].concat();
            if under_high.len() < over_low.len() {
                under_high
            } else {
                over_low
            }
        }
        _ => over_low,
    }
}

/// The next one up with nothing above: counts in a block of digits that is as wide as the
/// number of `z` before it, plus one.
fn above(low: &[u8]) -> Vec<u8> {
    if low.is_empty() {
        return vec![MIDDLE];
    }
    let tops = low.iter().take_while(|digit| **digit == TOP).count();
    let mut digits = low.to_vec();
    digits.resize(2 * tops + 1, 0);
    for digit in digits.iter_mut().rev() {
        if *digit < TOP {
            *digit += 1;
            break;
        }
        *digit = 0;
    }
    if let Some(last) = digits.last_mut().filter(|last| **last == 0) {
        *last = 1;
    }
    digits
}

/// The next one down with nothing below: the mirror of [`above`], with zeros. `high` is not empty.
fn below(high: &[u8]) -> Vec<u8> {
    let zeros = high.iter().take_while(|digit| **digit == 0).count();
    let width = 2 * zeros + 1;
    if let Some(start) = high
        .get(..width)
        .filter(|start| start.len() < high.len() && start.last().is_some_and(|last| *last > 0))
    {
        return start.to_vec();
    }
    let mut digits = high.to_vec();
    digits.resize(width, 0);
    if zeros == 0 && digits.first().is_none_or(|digit| *digit <= 1) {
        return vec![0, TOP, TOP];
    }
    let mut borrow = true;
    let last = width - 1;
    for (i, digit) in digits.iter_mut().enumerate().rev() {
        if !borrow {
            break;
        }
        // The last digit never becomes 0.
        let least = u8::from(i == last);
        borrow = *digit <= least;
        *digit = if borrow { TOP } else { *digit - 1 };
    }
    digits
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'A'..=b'Z' => Some(byte - b'A' + 10),
        b'a'..=b'z' => Some(byte - b'a' + 36),
        _ => None,
    }
}

fn character(digit: u8) -> char {
    char::from(match digit {
        0..=9 => b'0' + digit,
        10..=35 => b'A' + digit - 10,
        _ => b'a' + digit.min(TOP) - 36,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn order(text: &str) -> Order {
        Order(text.to_owned())
    }

    #[test]
    fn ten_thousand_at_the_end_at_the_start_and_at_one_spot_stay_short() {
        let mut last = Order::between(None, None);
        let mut first = last.clone();
        let (low, high) = (order("V"), order("W"));
        let (mut rising, mut falling) = (low.clone(), high.clone());
        for _ in 0..10_000 {
            let next = Order::between(Some(&last), None);
            assert!(next > last && next.is_valid());
            last = next;
            let next = Order::between(None, Some(&first));
            assert!(next < first && next.is_valid());
            first = next;
            let next = Order::between(Some(&rising), Some(&high));
            assert!(next > rising && next < high && next.is_valid());
            rising = next;
            let next = Order::between(Some(&low), Some(&falling));
            assert!(next < falling && next > low && next.is_valid());
            falling = next;
        }
        for order in [last, first, rising, falling] {
            assert!(order.0.len() <= 12, "{order:?}");
        }
    }

    #[test]
    fn many_between_two_are_ascending_and_short() {
        for (low, high) in [
            (None, None),
            (Some("V"), None),
            (None, Some("V")),
            (Some("V"), Some("W")),
            (Some("V"), Some("V01")),
        ] {
            let (low, high) = (low.map(order), high.map(order));
            let orders = Order::n_between(low.as_ref(), high.as_ref(), 2_000);
            assert_eq!(orders.len(), 2_000);
            assert!(orders.is_sorted_by(|a, b| a < b));
            assert!(low.is_none_or(|low| low < orders[0]));
            assert!(high.is_none_or(|high| high > orders[1_999]));
            assert!(orders.iter().all(|o| o.is_valid() && o.0.len() <= 20));
        }
    }

    proptest! {
        #[test]
        fn between_two_well_formed_ones_there_is_another(
            a in "[0-9A-Za-z]{0,8}[1-9A-Za-z]", b in "[01yz]{0,12}[1z]",
        ) {
            let (a, b) = (order(&a), order(&b));
            prop_assume!(a != b);
            let (low, high) = if a < b { (&a, &b) } else { (&b, &a) };
            let order = Order::between(Some(low), Some(high));
            prop_assert!(&order > low && &order < high, "{order:?}");
            prop_assert!(order.is_valid());
        }

        #[test]
        fn whatever_comes_in_something_well_formed_comes_out(
            a in proptest::option::of("\\PC{0,12}|0{0,5}|z{0,210}"),
            b in proptest::option::of("\\PC{0,12}|0{0,5}|V"),
        ) {
            let (a, b) = (a.map(Order), b.map(Order));
            let order = Order::between(a.as_ref(), b.as_ref());
            prop_assert!(order.0.bytes().all(|byte| digit(byte).is_some()));
            prop_assert!(!order.0.is_empty() && !order.0.ends_with('0'));
            prop_assert_eq!(Order::n_between(a.as_ref(), b.as_ref(), 5).len(), 5);
        }
    }
}
