//! Clocks, schedules and percentiles.

use std::time::{Duration, Instant};

/// Sleeping overshoots by up to this much; the rest of a wait is spent looking at the clock.
const OVERSHOOT: Duration = Duration::from_micros(200);
/// A schedule begins this long after it was made.
const LEAD: Duration = Duration::from_millis(5);

#[expect(clippy::disallowed_methods, reason = "a benchmark is about time")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// What `work` comes to, and the milliseconds it takes.
pub(crate) fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let start = now();
    let out = work();
    (out, ms(start.elapsed()))
}

pub(crate) fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// Calls `act` with a number and the instant it was due at, `rate` times a second, whether or not
/// what it set going before has come to its end: who measures from the due instant leaves no
/// waiting out (no "coordinated omission", Gil Tene).
pub(crate) fn paced(rate: u32, count: u32, mut act: impl FnMut(u32, Instant)) {
    let start = now() + LEAD;
    for number in 0..count {
        let due = start + Duration::from_secs_f64(f64::from(number) / f64::from(rate));
        let early = due.saturating_duration_since(now());
        if early > OVERSHOOT {
            std::thread::sleep(early - OVERSHOOT);
        }
        while now() < due {
            std::hint::spin_loop();
        }
        act(number, due);
    }
}

/// The value that a share of them, in thousandths, does not exceed (nearest rank).
pub(crate) fn quantile(values: &[f64], per_mille: usize) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (sorted.len() * per_mille).div_ceil(1_000).max(1);
    sorted.get(rank - 1).copied().unwrap_or(f64::NAN)
}

pub(crate) fn median(values: &[f64]) -> f64 {
    quantile(values, 500)
}

/// The median of the milliseconds of several runs, after one that does not count.
pub(crate) fn median_ms<T>(runs: usize, mut work: impl FnMut() -> T) -> f64 {
    std::hint::black_box(work());
    let times: Vec<f64> = (0..runs)
        .map(|_| timed(|| std::hint::black_box(work())).1)
        .collect();
    median(&times)
}

/// How fast `y` grows with `x`: the slope of the line through their logarithms (least squares).
pub(crate) fn exponent(points: &[(f64, f64)]) -> f64 {
    let logs: Vec<(f64, f64)> = points
        .iter()
        .map(|(x, y)| (x.ln(), y.max(1e-6).ln()))
        .collect();
    let count = logs.len() as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| logs.iter().map(of).sum::<f64>() / count;
    let (mean_x, mean_y) = (mean(|p| p.0), mean(|p| p.1));
    let above: f64 = logs.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    let below: f64 = logs.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
    above / below
}
