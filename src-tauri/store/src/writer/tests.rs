#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::schema::STEPS;
use crate::{Board, NewUpdate, Store, Write};

fn append(bytes: usize) -> Write {
    Write::Append(NewUpdate {
        board: "b".to_owned(),
        at_ms: 0,
        origin: "here".to_owned(),
        bytes: vec![7; bytes],
    })
}

fn board() -> Write {
    Write::PutBoard(Board {
        id: "b".to_owned(),
        ..Board::default()
    })
}

#[test]
#[ignore]
#[allow(clippy::disallowed_methods, clippy::print_stdout)]
fn measure() {
    for gather in [0, 1, 2, 4, 8] {
        for (rate, n) in [(50u64, 100u64), (500, 1000), (5000, 10000), (1000000, 10000)] {
            let dir = tempfile::tempdir().unwrap();
            let store =
                Store::open_with(dir.path(), STEPS, Duration::from_millis(gather)).unwrap();
            store.commit(vec![board()]).unwrap();
            let lat = Arc::new(Mutex::new(Vec::new()));
            let batches = Arc::new(Mutex::new(0u32));
            let start = Instant::now();
            let (tx, rx) = mpsc::channel::<()>();
            for i in 0..n {
                let due = Duration::from_nanos(1_000_000_000 / rate * i);
                if let Some(wait) = due.checked_sub(start.elapsed()) {
                    std::thread::sleep(wait);
                }
                let t = Instant::now();
                let lat = lat.clone();
                let tx = tx.clone();
                store.submit(vec![append(100)], move |r| {
                    r.unwrap();
                    lat.lock().unwrap().push(t.elapsed());
                    drop(tx);
                });
            }
            drop(tx);
            let _ = rx.recv();
            let all = start.elapsed();
            let mut lat = lat.lock().unwrap().clone();
            lat.sort();
            let _ = batches;
            println!(
                "gather {gather} rate {rate}: p50 {:.1} p95 {:.1} max {:.1} ms; {:.0}/s; commits {}",
                lat[lat.len() / 2].as_secs_f64() * 1e3,
                lat[lat.len() * 95 / 100].as_secs_f64() * 1e3,
                lat.last().unwrap().as_secs_f64() * 1e3,
                n as f64 / all.as_secs_f64(),
                super::COMMITS.swap(0, std::sync::atomic::Ordering::Relaxed),
            );
        }
    }
}
