//! How each part grows with the board.

use crate::Scale;
use crate::boards::{self, ACTOR, edit};
use crate::measure::{exponent, median, median_ms, now, timed};
use crate::open::grouped;
use crate::table::{Bound, Row, Value};
use board::ExportOptions;
use replica::{ClientId, Replica};
use std::time::Duration;

/// What n log n comes to between 1,000 and 100,000, with room for the memory that no longer
/// fits the processor's caches.
const LINEAR: f64 = 1.25;
/// An edit must not feel how large the board is.
const CONSTANT: f64 = 0.25;
/// A size that takes longer than this is the last.
const ENOUGH: Duration = Duration::from_secs(60);
/// Edits timed a board.
const EDITS: u32 = 400;

const NOTHING: &[&[u8]] = &[];

struct Part {
    name: &'static str,
    bound: f64,
    work: fn(&Subject) -> anyhow::Result<f64>,
}

/// A board to work on.
struct Subject {
    count: u32,
    runs: usize,
    replica: Replica,
    snapshot: Vec<u8>,
    log: Vec<Vec<u8>>,
}

const PARTS: &[Part] = &[
    Part {
        name: "opening from a snapshot",
        bound: LINEAR,
        work: |on| {
            Replica::open(ClientId::new(77), Some(&on.snapshot), NOTHING)?;
            Ok(median_ms(on.runs, || {
                Replica::open(ClientId::new(77), Some(&on.snapshot), NOTHING).is_ok()
            }))
        },
    },
    Part {
        name: "opening from the log",
        bound: LINEAR,
        work: |on| {
            Ok(median_ms(on.runs, || {
                Replica::open(ClientId::new(77), None, &on.log).is_ok()
            }))
        },
    },
    Part {
        name: "making a snapshot",
        bound: LINEAR,
        work: |on| Ok(median_ms(on.runs, || on.replica.snapshot())),
    },
    Part {
        name: "the content hash",
        bound: LINEAR,
        work: |on| Ok(median_ms(on.runs, || on.replica.content_hash())),
    },
    Part {
        name: "the board for the page, as JSON",
        bound: LINEAR,
        work: |on| {
            Ok(median_ms(on.runs, || {
                serde_json::to_vec(&on.replica.board().snapshot()).is_ok()
            }))
        },
    },
    Part {
        name: "a first sync: cutting and merging",
        bound: LINEAR,
        work: |on| {
            let mut times = Vec::new();
            for _ in 0..=on.runs {
                let mut peer = Replica::new(ClientId::new(78));
                let (merged, took) = timed(|| -> anyhow::Result<()> {
                    for piece in on.replica.diff(&peer.state_vector())? {
                        peer.merge(&piece)?;
                    }
                    Ok(())
                });
                merged?;
                anyhow::ensure!(peer.board() == on.replica.board(), "replicas differ");
                times.push(took);
            }
            Ok(median(&times[1..]))
        },
    },
    Part {
        name: "the Markdown document",
        bound: LINEAR,
        work: |on| {
            let options = ExportOptions::default();
            Ok(median_ms(on.runs, || {
                board::export::markdown(on.replica.board(), &options)
            }))
        },
    },
    Part {
        name: "the JSON document",
        bound: LINEAR,
        work: |on| {
            Ok(median_ms(on.runs, || {
                board::export::json(on.replica.board())
            }))
        },
    },
    Part {
        name: "one edit here",
        bound: CONSTANT,
        work: |on| Ok(edits(on)?.0),
    },
    Part {
        name: "one edit from elsewhere",
        bound: CONSTANT,
        work: |on| Ok(edits(on)?.1),
    },
];

/// The median edit, made here and merged there.
fn edits(on: &Subject) -> anyhow::Result<(f64, f64)> {
    let mut here = Replica::open(ClientId::new(79), Some(&on.snapshot), NOTHING)?;
    let mut there = Replica::open(ClientId::new(80), Some(&on.snapshot), NOTHING)?;
    // The numbers go on after the board's own, so that every edit changes something.
    let (mut made, mut merged) = (Vec::new(), Vec::new());
    for number in 1..=EDITS {
        let (applied, took) =
            timed(|| here.execute("", &ACTOR, &[edit(on.count + number * 37, on.count)]));
        made.push(took);
        let update = applied?.update;
        let (done, took) = timed(|| there.merge(&update));
        done?;
        merged.push(took);
    }
    Ok((median(&made), median(&merged)))
}

pub(crate) fn measure(scale: &Scale, rows: &mut Vec<Row>) -> anyhow::Result<()> {
    let mut points: Vec<Vec<(f64, f64)>> = vec![Vec::new(); PARTS.len()];
    for &count in scale.sizes {
        let start = now();
        let subject = subject(count)?;
        for (part, points) in PARTS.iter().zip(&mut points) {
            points.push((f64::from(count), (part.work)(&subject)?));
        }
        if start.elapsed() > ENOUGH {
            break;
        }
    }
    for (part, points) in PARTS.iter().zip(&points) {
        let times: Vec<String> = points
            .iter()
            .map(|(count, ms)| {
                let thousands = count / 1_000.0;
                format!("{} at {thousands}k", Value(*ms, "ms"))
            })
            .collect();
        rows.push(
            Row::new(
                format!("Growth: {}, exponent", part.name),
                Value(exponent(points), ""),
            )
            .bound(Bound::Under(Value(part.bound, "")))
            .remark(times.join(", ")),
        );
    }
    Ok(())
}

/// A board of so many notes, each edited once.
fn subject(count: u32) -> anyhow::Result<Subject> {
    let mut replica = Replica::new(ClientId::new(1));
    let mut log = Vec::new();
    for request in boards::fill(count) {
        log.push(replica.execute("", &ACTOR, &request)?.update);
    }
    for number in 1..=count {
        log.push(replica.execute("", &ACTOR, &[edit(number, count)])?.update);
    }
    let snapshot = replica.snapshot();
    let runs = if count >= 100_000 { 3 } else { 5 };
    tracing(count);
    Ok(Subject {
        count,
        runs,
        replica,
        snapshot,
        log,
    })
}

#[expect(clippy::print_stderr, reason = "a benchmark says where it is")]
fn tracing(count: u32) {
    eprintln!("  a board of {} notes", grouped(count));
}
