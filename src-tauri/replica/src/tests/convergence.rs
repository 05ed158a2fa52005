//! Whatever people do on however many laptops, whatever becomes of the messages: in the end all
//! have the same board.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::world::{Dice, Laptop, assert_same, meet, pair};

/// How many histories ended with something to exchange.
static MET: AtomicUsize = AtomicUsize::new(0);

/// One random life of a board. Printed with a failure: `HISTORY=<seed> cargo test -p replica any_interleaving`.
fn live(seed: u64) {
    let mut dice = Dice::new(seed);
    let count = 2 + dice.below(4);
    let mut laptops: Vec<Laptop> = (0..count)
        .map(|_| Laptop::new(dice.client().get() as u32))
        .collect();
    // Messages on their way, by receiver; taken out in any order.
    let mut waiting: Vec<Vec<Vec<u8>>> = vec![Vec::new(); count];
    let mut earlier: Option<(Vec<u8>, Vec<u8>)> = None;
    for _ in 0..(40 + dice.below(80)) {
        let who = dice.below(count);
        let sent = match dice.below(20) {
            0..8 => {
                let commands: Vec<_> = (0..=dice.below(2))
                    .map(|_| dice.command(laptops[who].replica.board()))
                    .collect();
                let scope = ["a", "b"][dice.below(2)];
                laptops[who].act_as(scope, &commands)
            }
            8..10 => laptops[who].undo(["a", "b"][dice.below(2)], false),
            10 => laptops[who].undo(["a", "b"][dice.below(2)], true),
            11..16 => {
                let queue = &mut waiting[who];
                if !queue.is_empty() {
                    let at = dice.below(queue.len());
                    // One in four comes twice.
                    let message = if dice.below(4) == 0 {
                        queue[at].clone()
                    } else {
                        queue.swap_remove(at)
                    };
                    laptops[who].merge(&message);
                }
                None
            }
            16 => {
                let other = (who + 1 + dice.below(count - 1)) % count;
                let (a, b) = pair(&mut laptops, who, other);
                a.send(b);
                None
            }
            17 => {
                let client = dice.client();
                laptops[who].reopen(client);
                None
            }
            18 => {
                laptops[who].compact();
                None
            }
            _ => {
                let replica = &laptops[who].replica;
                earlier = Some((replica.snapshot(), replica.state_vector()));
                None
            }
        };
        for (to, queue) in waiting.iter_mut().enumerate() {
            if let Some(update) = sent
                .as_ref()
                .filter(|update| to != who && !update.is_empty())
                && dice.below(5) > 0
            {
                queue.push(update.clone());
            }
        }
    }
    for laptop in &laptops {
        laptop.check();
    }
    let counts: Vec<usize> = laptops
        .iter()
        .map(|laptop| laptop.mirror.notes.len())
        .collect();
    meet(&mut laptops);
    assert_same(&laptops);
    laptops[0].check();
    let all = laptops[0].mirror.notes.len();
    MET.fetch_add(
        usize::from(counts.iter().any(|count| *count != all)),
        Ordering::Relaxed,
    );
    if let Some((snapshot, state_vector)) = earlier {
        let mut late = Laptop::new(u32::MAX - 1);
        late.snapshot = Some(snapshot);
        let none: &[&[u8]] = &[];
        late.replica =
            crate::Replica::open(late.replica.client(), late.snapshot.as_deref(), none).unwrap();
        late.mirror = late.replica.board().clone();
        for update in laptops[0].replica.diff(&state_vector).unwrap() {
            assert!(late.merge(&update));
        }
        assert_eq!(
            late.replica.content_hash(),
            laptops[0].replica.content_hash()
        );
    }
}

pub(super) fn seeds(first: u64, count: u64, run: impl Fn(u64)) {
    if let Some(seed) = std::env::var("HISTORY")
        .ok()
        .and_then(|seed| seed.parse().ok())
    {
        return run(seed);
    }
    for seed in first..first + count {
        if let Err(panic) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| run(seed))) {
            eprintln!("failed with HISTORY={seed}");
            std::panic::resume_unwind(panic);
        }
    }
}

#[test]
fn m10_m11_any_interleaving_ends_the_same_everywhere() {
    let count = std::env::var("HISTORIES")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(300);
    seeds(0, count, live);
    if std::env::var_os("HISTORY").is_none() {
        let met = MET.load(Ordering::Relaxed);
        assert!(
            met as u64 > count / 2,
            "only {met} of {count} histories had two sides"
        );
    }
}
